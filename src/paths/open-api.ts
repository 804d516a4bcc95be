import type { Json } from "../kernel/canonical.ts"
import { conditions, dataCategories, measures, urgencies, uses, verdicts } from "../law/index.ts"

type Parameter = { name: string; required: boolean; several?: true; schema: Json; says: string }

const place: Json = { type: "string", pattern: "^[A-Za-z]{2}$" }
const text: Json = { type: "string" }
const list = (items: Json): Json => ({ type: "array", items })
const object = (properties: { [name: string]: Json }): Json => ({
  ...{ type: "object", properties, required: Object.keys(properties) },
})
const codes = (known: readonly string[]): Json => ({ type: "string", enum: [...known] })
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: "null" }] })

/** What `GET /api/paths` understands. English alone: it is read by programmers. */
export const PARAMETERS: readonly Parameter[] = [
  { name: "from", required: true, schema: place, says: "ISO 3166-1 alpha-2 code of the place that asks, or EU" },
  { name: "to", required: true, schema: place, says: "code of the place that is asked" },
  { name: "measure", required: true, schema: codes(measures), says: "what is asked for" },
  { name: "category", required: false, schema: codes(dataCategories), says: "category of data; none if left out" },
  { name: "urgency", required: false, schema: codes(urgencies), says: "normal if left out" },
  { name: "provider", required: false, schema: codes(["yes"]), says: "a provider established there holds the data" },
  { name: "date", required: false, schema: { type: "string", format: "date" }, says: "today if left out" },
  { name: "offence", required: false, schema: text, says: "class of the offence, as in facts/offences.csv" },
  { name: "penalty", required: false, schema: { type: "number" }, says: "longest penalty in years" },
  {
    ...{
      name: "answer",
      required: false,
      several: true,
      says: "answer to a question of a finding: CODE=yes or CODE=no",
    },
    schema: list({ type: "string", pattern: `^(${conditions.join("|")})=(yes|no)$` }),
  },
]

const coded = (extra: { [name: string]: Json }) => list(object({ code: text, ...extra }))

const finding = object({
  ...{ channel: text, name: text, instrument: text, verdict: codes(verdicts), articles: list(text) },
  reasons: coded({ effect: codes(["for", "note", ...verdicts.slice(1)]), text, facts: list(text) }),
  missing: coded({ question: text }),
  firstDeadline: orNull(object({ limit: orNull({ type: "string", format: "duration" }), text })),
  use: codes(uses),
  steps: coded({ text }),
  opens: coded({ text }),
  safeguards: coded({ text, facts: list(text) }),
  ...{ requester: text, addressee: text },
  sources: list(object({ ref: text, source: text, class: text, asOf: text, readOn: text, verified: text })),
})

const answer = object({
  query: object({
    ...{ from: place, to: place, provider: { type: "boolean" }, measure: codes(measures), data: codes(dataCategories) },
    urgency: codes(urgencies),
    offence: object({ class: orNull(text), penaltyYears: orNull({ type: "number" }) }),
    answers: { type: "object", additionalProperties: codes(["yes", "no"]) },
    date: { type: "string", format: "date" },
  }),
  facts: object({ version: text, digest: text }),
  findings: list(finding),
  preservation: orNull(object({ channel: text, verdict: codes(verdicts) })),
  note: orNull(text),
})

const error = object({ title: text, error_id: text, error_code: text, http_status: text })
const answered = (description: string, schema: Json): Json => ({
  ...{ description, content: { "application/json": { schema } } },
})

/** The description of the interface, OpenAPI 3.1. */
export function openApi(title: string): Json {
  return {
    openapi: "3.1.0",
    info: {
      title,
      version: "1",
      description: "By which channel may one place ask another for help, and why. Not legal advice.",
    },
    paths: {
      "/api/paths": {
        get: {
          operationId: "findPaths",
          summary: "One finding for every channel that knows the measure, best first",
          security: [{ basic: [] }, { bearer: [] }],
          parameters: PARAMETERS.map(({ name, required, schema, says }) => ({
            ...{ name, required, schema, description: says, in: "query" },
          })),
          responses: {
            "200": answered("The answer", answer),
            "400": answered("An unknown code, place, date or parameter", error),
            "401": answered("No credentials, or wrong ones", error),
          },
        },
      },
    },
    components: {
      securitySchemes: { basic: { type: "http", scheme: "basic" }, bearer: { type: "http", scheme: "bearer" } },
    },
  }
}

import { z } from "zod"
import { type Declaration, type Handlers, languages, type Translate, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Clock } from "../kernel/time.ts"
import {
  compareRules,
  dayAt,
  type FactBook,
  type Facts,
  findPaths,
  jurisdictionsOf,
  NO_REFUSALS,
  type OwnRefusals,
  oneOf,
  parseDay,
  questionFields,
  shippedFacts,
} from "../law/index.ts"
import { record } from "../ledger/index.ts"
import type { Store } from "../store/index.ts"
import { parsePlace, parseQuery } from "./asking.ts"
import { speaker } from "./explaining.ts"
import { asJson, type Told, type ToldFinding, tell } from "./telling.ts"

const text = { type: "string" } as const

export const pathDeclarations: readonly Declaration[] = [
  {
    name: "path",
    positionals: [],
    options: {
      from: { ...text, value: "PLACE", required: true },
      to: { ...text, value: "PLACE", required: true },
      measure: { ...text, value: "CODE", required: true },
      category: { ...text, value: "CODE" },
      provider: { type: "boolean" },
      urgent: { type: "boolean" },
      date: { ...text, value: "DATE" },
      offence: { ...text, value: "CODE" },
      penalty: { ...text, value: "YEARS" },
      answer: { ...text, multiple: true, value: "CODE=yes" },
    },
    speaks: true,
    alone: async (given, clock) => asJson(answerPath(given, shippedFacts(), clock, NO_REFUSALS)),
    show: showAnswer,
  },
  {
    name: "rules compare",
    positionals: ["QUESTION?"],
    options: {
      field: { ...text, value: "CODE" },
      jurisdiction: { ...text, multiple: true, value: "PLACE" },
      date: { ...text, value: "DATE" },
    },
    alone: async (given, clock) => compared(given, shippedFacts(), clock),
    show: showRules,
  },
]

const one = z.string().max(100)
const PathCall = z.strictObject({
  ...{ from: one, to: one, measure: one, category: one.optional(), date: one.optional() },
  ...{ provider: z.boolean().optional(), urgent: z.boolean().optional(), offence: one.optional() },
  ...{ penalty: one.optional(), answer: z.array(one).max(50).optional(), language: z.enum(languages).default("en") },
})
const RulesCall = z.strictObject({
  ...{ QUESTION: one.optional(), field: one.optional(), date: one.optional() },
  jurisdiction: z.array(one).max(60).optional(),
})

export type PathCommandParts = { store: Store; book: FactBook; clock: Clock; refusals: () => Promise<OwnRefusals> }

export function pathHandlers({ store, book, clock, refusals }: PathCommandParts): Handlers {
  return {
    path: async (call) => {
      const told = answerPath(call.arguments, await book.current(), clock, await refusals())
      await store.write((tx) => record(tx, { what: "path.asked", by: null, facts: adviceFacts(told) }))
      return asJson(told)
    },
    "rules compare": async (call) => compared(call.arguments, await book.current(), clock),
  }
}

type Advised = Pick<Told, "query" | "facts"> & { findings: readonly Pick<ToldFinding, "channel" | "verdict">[] }

/** What the ledger keeps of an answer: the question, what was said of each channel, and from which facts. */
export function adviceFacts({ query, facts, findings }: Advised) {
  const { from, to, measure, data, date } = query
  const advice = Object.fromEntries(findings.map(({ channel, verdict }) => [channel, verdict]))
  return { from, to, measure, data, date, advice, version: facts.version, digest: facts.digest }
}

function answerPath(given: Json, facts: Facts, clock: Clock, refusals: OwnRefusals): Told {
  const { urgent, language, answer, ...asked } = PathCall.parse(given)
  const urgency = urgent === true ? "urgent" : "normal"
  const query = parseQuery({ ...asked, urgency, answers: answer }, facts, dayAt(clock.now()))
  return tell(speaker(translator(language), language, facts), findPaths(query, facts, refusals))
}

const SHAPES = { open: "●", conditional: "◐", unknown: "?", closed: "○" } as const

function showAnswer(t: Translate, result: Json): string[] {
  const { query, facts, findings, preservation, note } = result as unknown as Told
  const { from, to, measure, data, date } = query
  const asked = { from, to, measure: t(`law.measure.${measure}`), data: t(`law.data.${data}`), date }
  const first =
    preservation === null
      ? []
      : [t("path.preserve-with", { channel: preservation.channel, verdict: t(`law.verdict.${preservation.verdict}`) })]
  return [
    t("path.asked", asked),
    ...first,
    ...(note === null ? [] : [note]),
    ...findings.flatMap((finding) => ["", ...showFinding(t, finding)]),
    "",
    t("path.facts", { version: facts.version }),
  ]
}

/** Of a closed channel only what closes it; what is asked for needs no reason beside its question. */
function showFinding(t: Translate, finding: ToldFinding): string[] {
  const { verdict, channel, name, articles, use, firstDeadline, reasons, missing, opens } = finding
  const closed = verdict === "closed"
  const worth = reasons.filter(({ code, effect }) =>
    closed ? effect === "closed" : effect !== "for" && code !== "condition-open",
  )
  const deadline = firstDeadline === null ? "" : firstDeadline.text || (firstDeadline.limit ?? "")
  const terms = [t(`law.use.${use}`), ...(deadline === "" ? [] : [t("path.line-deadline", { deadline })])]
  return [
    `${SHAPES[verdict]} ${t(`law.verdict.${verdict}`)}  ${channel}  ${name}  ${articles.join("; ")}`.trimEnd(),
    ...(closed ? [] : terms.map((line) => `    ${line}`)),
    ...worth.map((reason) => `    ${reason.text}`),
    ...(closed ? [] : missing.map(({ question }) => `    ${t("path.line-question", { question })}`)),
    ...opens.map((opening) => `    ${t("path.line-opens", { text: opening.text })}`),
  ]
}

function compared(given: Json, facts: Facts, clock: Clock): Json {
  const { QUESTION: id, field, jurisdiction, date } = RulesCall.parse(given)
  const wanted = field === undefined ? null : oneOf(questionFields, field)
  if (field !== undefined && wanted === null) {
    throw new ComityError("invalid", "rules.field", { text: field, codes: questionFields.join(" ") })
  }
  const all = facts.rows.questions.filter((one) => wanted === null || one.field === wanted)
  const questions = id === undefined ? all : all.filter((one) => one.id === id)
  if (questions.length === 0) throw new ComityError("invalid", "rules.question", { text: id ?? "" })
  const jurisdictions = jurisdiction?.map(parsePlace) ?? jurisdictionsOf(facts)
  const asked = { questions, jurisdictions, date: date === undefined ? dayAt(clock.now()) : parseDay(date) }
  return compareRules(facts, asked).map(({ question, answers, ...rest }) => ({
    ...rest,
    question: question.id,
    text: question.text,
    answers: answers.map(({ jurisdiction: place, value, law, article, source, asOf, verified }) => ({
      ...{ jurisdiction: place, value, law, article, source, asOf, verified },
    })),
  })) as unknown as Json
}

type ToldRules = {
  question: string
  text: string
  kind: string
  groups: { value: string; jurisdictions: string[] }[]
  bridge: string | null
  undecided: string[]
}

function showRules(t: Translate, result: Json): string[] {
  return (result as unknown as ToldRules[]).flatMap(({ question, text: asked, kind, groups, bridge, undecided }) => [
    `${question}: ${asked}`,
    `    ${t(`rules.kind.${kind}`)}`,
    ...groups.map(({ value, jurisdictions }) => `    ${value}\t${jurisdictions.join(" ")}`),
    ...(bridge === null ? [] : [`    ${t("rules.bridge", { value: bridge })}`]),
    ...(undecided.length === 0 ? [] : [`    ${t("rules.undecided", { places: undecided.join(" ") })}`]),
  ])
}

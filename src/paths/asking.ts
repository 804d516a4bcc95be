import { ComityError } from "../kernel/errors.ts"
import { isPlace } from "../kernel/places.ts"
import {
  type Condition,
  conditions,
  type Day,
  type Facts,
  oneOf,
  parseDataCategory,
  parseDay,
  parseMeasure,
  type Query,
  urgencies,
} from "../law/index.ts"

/** A question as it comes in from a command line, an address or a form: texts, none of them checked. */
export type Asked = {
  from: string
  to: string
  measure: string
  category?: string | undefined
  provider?: boolean | undefined
  urgency?: string | undefined
  date?: string | undefined
  offence?: string | undefined
  penalty?: string | undefined
  /** `dual-criminality=yes` */
  answers?: readonly string[] | undefined
}

/**
 * Throws `invalid` with `path.place`, `path.measure`, `path.category`, `path.urgency`, `path.date`, `path.offence`,
 * `path.penalty`, `path.answer`: an unknown code is an error, never a guess.
 */
export function parseQuery(asked: Asked, facts: Facts, today: Day): Query {
  return {
    from: parsePlace(asked.from),
    to: parsePlace(asked.to),
    provider: asked.provider === true,
    measure: parseMeasure(asked.measure),
    data: asked.category === undefined ? "none" : parseDataCategory(asked.category),
    urgency: asked.urgency === undefined ? "normal" : parseUrgency(asked.urgency),
    offence: {
      class: asked.offence === undefined ? null : parseOffence(asked.offence, facts),
      penaltyYears: asked.penalty === undefined ? null : parsePenalty(asked.penalty),
    },
    answers: parseAnswers(asked.answers ?? []),
    date: asked.date === undefined ? today : parseDay(asked.date),
  }
}

/** Codes that people use and ISO 3166-1 does not. */
const MEANT: Readonly<Record<string, string>> = { UK: "GB", EL: "GR" }

/** Other letters may turn into these when they change case: `\u017f` into `S`, `\u00df` into `SS`. */
const LETTERS = /^[A-Za-z]{2}$/

/** Small letters are taken as they are meant: codes are typed by people. */
export function parsePlace(text: string): string {
  const typed = text.trim()
  const code = LETTERS.test(typed) ? typed.toUpperCase() : typed
  const meant = Object.hasOwn(MEANT, code) ? MEANT[code] : undefined
  if (meant !== undefined) throw new ComityError("invalid", "path.place-meant", { text: code, meant })
  if (!isPlace(code)) throw new ComityError("invalid", "path.place", { text })
  return code
}

export function parseUrgency(text: string): Query["urgency"] {
  const found = oneOf(urgencies, text)
  if (found === null) throw new ComityError("invalid", "path.urgency", { text })
  return found
}

export function offenceClasses(facts: Facts): string[] {
  return [...facts.offences.keys()].toSorted()
}

export function parseOffence(text: string, facts: Facts): string {
  if (!facts.offences.has(text)) {
    throw new ComityError("invalid", "path.offence", { text, codes: offenceClasses(facts).join(" ") })
  }
  return text
}

export function parsePenalty(text: string): number {
  if (!/^\d{1,3}(?:\.\d{1,2})?$/.test(text)) throw new ComityError("invalid", "path.penalty", { text })
  return Number(text)
}

/** A question that is answered twice is not answered: neither word may win silently. */
function parseAnswers(texts: readonly string[]): Query["answers"] {
  const pairs = texts.map(parseAnswer)
  const answers = Object.fromEntries(pairs)
  if (Object.keys(answers).length === pairs.length) return answers
  throw new ComityError("invalid", "path.answer", { text: texts.join(" ").slice(0, 200), codes: conditions.join(" ") })
}

export function parseAnswer(text: string): [Condition, "yes" | "no"] {
  const [, name = "", told] = /^([a-z0-9-]+)=(yes|no)$/.exec(text) ?? []
  const condition = oneOf(conditions, name)
  if (condition === null || (told !== "yes" && told !== "no")) {
    throw new ComityError("invalid", "path.answer", { text, codes: conditions.join(" ") })
  }
  return [condition, told]
}

/** The same question as the query of an address, so that a view can be sent to a colleague. */
export function addressOf(query: Query): string {
  const { from, to, provider, measure, data, urgency, offence, answers, date } = query
  const pairs: [string, string][] = [
    ["from", from],
    ["to", to],
    ["measure", measure],
    ["category", data],
    ["date", date],
    ...(provider ? [["provider", "yes"] as [string, string]] : []),
    ...(urgency === "urgent" ? [["urgency", urgency] as [string, string]] : []),
    ...(offence.class === null ? [] : [["offence", offence.class] as [string, string]]),
    ...(offence.penaltyYears === null ? [] : [["penalty", String(offence.penaltyYears)] as [string, string]]),
    ...Object.entries(answers).map(([name, told]): [string, string] => ["answer", `${name}=${told}`]),
  ]
  return String(new URLSearchParams(pairs))
}

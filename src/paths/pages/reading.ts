import type { Fault, Faults, Given } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Measure, parseDataCategory, parseDay, parseMeasure, type Query } from "../../law/index.ts"
import { parseAnswer, parseOffence, parsePenalty, parsePlace, parseUrgency } from "../asking.ts"
import type { Look } from "./look.ts"

/** What an address asks. `query` is null where nothing is asked yet, or something is wrong. */
export type Read = { given: Given; faults: Faults; query: Query | null }

/** Measures that are about data: only they ask which. */
export const ABOUT_DATA: ReadonlySet<Measure> = new Set(["preserve", "disclose", "produce", "intercept"])

const FIELDS = ["from", "to", "provider", "measure", "category", "urgency", "offence", "penalty", "date"] as const
/** One of these says that somebody asks; a place alone only fills the form in. */
const ASKING = ["measure", "category", "urgency", "date", "answer"]
/** Codes and dates are short: what is longer is wrong, and its beginning says enough. */
const MOST = 60
const ANSWERS_MOST = 50

/** Reads the question in an address. Whatever is wrong is a fault beside its field. */
export function readQuestion(look: Look): Read {
  const { query: address } = look.visit.ask
  const { given, faults } = fieldsOf(address)
  if (!ASKING.some((name) => address.has(name))) {
    return { given: withOwn(given, look), faults, query: null }
  }
  return Object.keys(faults).length > 0
    ? { given, faults: { ...parse(given, look).faults, ...faults }, query: null }
    : { given, ...parse(given, look) }
}

/** Pages of one measure take it and the own place for granted until somebody chooses others; `fixed` is not asked. */
export function readWithDefaults(look: Look, fixed: { from?: string; to: string }): Read {
  const { given, faults } = fieldsOf(look.visit.ask.query)
  const filled: Given = { ...withOwn(given, look), measure: given.measure ?? ["preserve"] }
  const from = fixed.from === undefined ? filled.from : [fixed.from]
  const asked = parse({ ...filled, to: [fixed.to], ...(from === undefined ? {} : { from }) }, look)
  const wrong = { ...asked.faults, ...faults }
  return { given: filled, faults: wrong, query: Object.keys(wrong).length > 0 ? null : asked.query }
}

function withOwn(given: Given, { own, today }: Look): Given {
  const from = given.from ?? (own === null ? undefined : [own])
  return { ...given, ...(from === undefined ? {} : { from }), date: given.date ?? [today] }
}

function fieldsOf(address: URLSearchParams): { given: Given; faults: Faults } {
  const given: Record<string, string[]> = {}
  const faults: Record<string, Fault> = {}
  for (const name of FIELDS) {
    const values = address
      .getAll(name)
      .map(shortened)
      .filter((value) => value !== "")
    if (values.length > 0) given[name] = name === "from" || name === "to" ? values.map(capital) : values
    if (address.getAll(name).length > 1) faults[name] = { key: "path.repeated" }
  }
  given.answer = address
    .getAll("answer")
    .filter((value) => value !== "")
    .slice(0, ANSWERS_MOST)
    .map(shortened)
  return { given, faults }
}

/** Codes of places are typed in small letters too; a list to pick from knows them in capitals. */
function capital(value: string): string {
  return /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : value
}

function shortened(value: string): string {
  const text = value.trim()
  return text.length > MOST ? `${text.slice(0, MOST).toWellFormed()}…` : text
}

function parse(given: Given, { facts, today }: Look): Omit<Read, "given"> {
  const faults: Record<string, Fault> = {}
  const read = <Value>(name: string, parser: (text: string) => Value, otherwise: Value | null): Value | null => {
    const text = given[name]?.[0]
    if (text === undefined) {
      if (otherwise === null) faults[name] = { key: "form.missing" }
      return otherwise
    }
    return attempt(faults, name, () => parser(text))
  }
  const [from, to] = [read("from", parsePlace, null), read("to", parsePlace, null)]
  const measure = read("measure", parseMeasure, null)
  const category = read("category", parseDataCategory, "none")
  const urgency = read("urgency", parseUrgency, "normal")
  const date = read("date", parseDay, today)
  const offence = given.offence === undefined ? null : read("offence", (text) => parseOffence(text, facts), null)
  const penaltyYears = given.penalty === undefined ? null : read("penalty", parsePenalty, null)
  const answers = (given.answer ?? []).flatMap((text) => attempt(faults, "", () => [parseAnswer(text)]) ?? [])
  if (given.provider !== undefined && given.provider[0] !== "yes") {
    faults.provider = { key: "form.invalid" }
  }
  const whole =
    from !== null && to !== null && measure !== null && category !== null && urgency !== null && date !== null
  if (!whole || Object.keys(faults).length > 0) return { faults, query: null }
  const query: Query = {
    ...{ from, to, provider: given.provider !== undefined, measure, urgency, date },
    data: ABOUT_DATA.has(measure) ? category : "none",
    offence: { class: offence, penaltyYears },
    answers: Object.fromEntries(answers),
  }
  return { faults, query }
}

/** The answers that mean something: what does not is told once, and not sent again. */
export function goodAnswers({ given }: Read): string[] {
  return (given.answer ?? []).filter((text) => attempt({}, "", () => parseAnswer(text)) !== null)
}

function attempt<Value>(faults: Record<string, Fault>, name: string, parser: () => Value): Value | null {
  try {
    return parser()
  } catch (error) {
    if (!(error instanceof ComityError)) throw error
    faults[name] = { key: `error.${error.code}`, values: error.details }
    return null
  }
}

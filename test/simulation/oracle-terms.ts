// What terms mean, written from docs/release.md and not from the code: nothing of `src` is imported here.

/** CLEAR, GREEN, AMBER, AMBER+STRICT, RED. */
export type Mark = 0 | 1 | 2 | 3 | 4
const [GREEN, STRICT] = [1, 3] as const

/** Who may do what with personal data, from least to most. */
export const [FORBID, REDACT, ALLOW] = [0, 1, 2] as const
/** To whom a receiver passes things on: to nobody, or to anybody as they are marked. */
export const [NOBODY, MARKED] = [0, 3] as const

/** What a collection lets go, as far as it is played; null: not limited. Days are those since the world began. */
export type Terms = {
  ceiling: 0 | 1 | 2 | 3
  personal: 0 | 1 | 2
  hidden: boolean
  types: readonly string[] | null
  parties: readonly string[] | null
  onward: 0 | 3
  retention: number | null
  end: number | null
  urgent: boolean
}

const within = (a: readonly string[] | null, b: readonly string[] | null) =>
  b === null || a?.every((one) => b.includes(one)) === true
const atMost = (a: number | null, b: number | null) => b === null || (a !== null && a <= b)

/** Whether each term of `a` lets go no more than that of `b`. */
const NARROWER: { readonly [Name in keyof Terms]: (a: Terms, b: Terms) => boolean } = {
  ceiling: (a, b) => a.ceiling <= b.ceiling,
  personal: (a, b) => a.personal <= b.personal,
  hidden: (a, b) => a.hidden || !b.hidden,
  types: (a, b) => within(a.types, b.types),
  parties: (a, b) => within(a.parties, b.parties),
  onward: (a, b) => a.onward <= b.onward,
  retention: (a, b) => atMost(a.retention, b.retention),
  end: (a, b) => atMost(a.end, b.end),
  urgent: (a, b) => !a.urgent || b.urgent,
}

export function isNarrower(a: Terms, b: Terms): boolean {
  return Object.values(NARROWER).every((holds) => holds(a, b))
}

/** Whoever passes on what came under `under` asks for no less of these. */
export function mayPassOn(to: Terms, under: Terms, mark: Mark): boolean {
  const handling = ["personal", "hidden", "onward", "retention"] as const
  return under.onward === MARKED && mark <= GREEN && handling.every((name) => NARROWER[name](to, under))
}

/**
 * What stands in an object, each with a token of its own: `v` its version, `p` and `q` personal data, `s` from
 * whom it is.
 */
export type Parts = string
const isPersonal = (parts: Parts) => /[pq]/.test(parts)

/** What is left of an object once what the terms withhold is taken out. */
export function leftOf(parts: Parts, { personal, hidden }: Terms): Parts {
  const without = `${personal === REDACT ? "pq" : ""}${hidden ? "s" : ""}`
  return [...parts].filter((part) => !without.includes(part)).join("")
}

/** An object as it is judged. */
export type Thing = { type: string; mark: Mark; parts: Parts }

/** Why an object does not go, whoever asks and whoever reads. */
const AGAINST: readonly ((thing: Thing, terms: Terms) => boolean)[] = [
  ({ type }, { types }) => types?.includes(type) === false,
  ({ mark }, { ceiling }) => mark > ceiling,
  ({ parts }, { personal }) => personal === FORBID && isPersonal(parts),
]

/** What changed terms take back: what would not go now, or not as it is. */
export function isAgainst(thing: Thing, terms: Terms): boolean {
  return AGAINST.some((speaks) => speaks(thing, terms)) || leftOf(thing.parts, terms) !== thing.parts
}

/** Who decides: whoever commands the machine, an officer by name, or somebody who is none. */
export type Actor = { is: "operator" | "clerk" } | { is: "officer"; name: string }

export type Question = {
  thing: Thing
  terms: Terms
  day: number
  closed: boolean
  readers: readonly string[]
  active: (reader: string) => boolean
  withdrawn: boolean
  recalled: boolean
  revokedSince: boolean
  looser: boolean
  first: boolean
  again: boolean
  officers: number
  actor: Actor
  urgent: boolean
}

/** `ask`: as soon as a second person agrees; `inNeed`: one officer alone let it go. */
export type Answer = { is: "no" } | { is: "go"; inNeed: boolean; parts: Parts } | { is: "ask"; parts: Parts }

const REFUSED: readonly ((question: Question) => boolean)[] = [
  ({ actor }) => actor.is === "clerk",
  ({ closed }) => closed,
  ({ readers }) => readers.length === 0,
  ({ readers, active }) => !readers.every(active),
  ({ readers, terms }) => !within(readers, terms.parties),
  ({ day, terms }) => terms.end !== null && day > terms.end,
  ({ withdrawn, recalled, again }) => withdrawn && !(recalled && again),
  ({ recalled, again }) => recalled && !again,
  ({ revokedSince }) => revokedSince,
  ({ thing, terms }) => AGAINST.some((speaks) => speaks(thing, terms)),
]

const TWO_PEOPLE: readonly ((question: Question) => boolean)[] = [
  ({ thing }) => thing.mark === STRICT,
  ({ thing, terms }) => terms.personal === ALLOW && isPersonal(thing.parts),
  ({ looser }) => looser,
  ({ first, officers }) => first && officers >= 2,
]

export function decide(question: Question): Answer {
  const { thing, terms, officers, actor, urgent } = question
  if (REFUSED.some((speaks) => speaks(question))) return { is: "no" }
  const parts = leftOf(thing.parts, terms)
  const two = TWO_PEOPLE.some((asks) => asks(question))
  const alone = officers < 2 && (two || thing.mark > GREEN)
  if (!two && !alone) return { is: "go", inNeed: false, parts }
  if (urgent && terms.urgent && actor.is !== "operator") return { is: "go", inNeed: true, parts }
  return alone ? { is: "no" } : { is: "ask", parts }
}

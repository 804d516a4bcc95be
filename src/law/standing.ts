import { afterDelay, ageOf, type Day } from "./dates.ts"
import type { Facts } from "./facts.ts"
import type { Complete, FactRef, Instrument, Participation } from "./model.ts"

/**
 * Where a place stands to an instrument on a day. `bound` and `not-bound` rest on verified facts, `reported` on a fact
 * in favour that nobody verified, `unknown` on nothing, on a mere report against it, or on sources that contradict.
 */
export type Standing = {
  state: "bound" | "reported" | "unknown" | "not-bound"
  code: StandingCode
  facts: readonly FactRef[]
  /** The day of which it is said, where it is a list that says so, or the day from which it counts. */
  day: Day | null
}

export type StandingCode =
  | "takes-part"
  | "takes-part-undated"
  | "takes-part-reported"
  | "takes-part-disputed"
  | "not-party"
  | "not-party-reported"
  | "not-on-list"
  | "list-silent"
  | "disputed"
  | "no-fact"

/** Whether an instrument is in force on a day. */
export type Force = { state: "yes" | "reported" | "unknown" | "no"; day: Day | null; facts: readonly FactRef[] }

/** What facts say on one day; what was looked up once is kept. */
export type Lookup = {
  facts: Facts
  day: Day
  standing(instrument: string, place: string): Standing
  force(instrument: string): Force
  /** Keeps what was made once for a name: of a matrix, most is said thousands of times. */
  once<Value>(name: string, make: () => Value): Value
}

export function lookup(facts: Facts, day: Day): Lookup {
  const standings = new Map<string, Standing>()
  const forces = new Map<string, Force>()
  const others = new Map<string, unknown>()
  return {
    facts,
    day,
    standing(instrument, place) {
      const key = `${instrument}/${place}`
      return kept(standings, key, () => standingOf(facts, instrument, place, day))
    },
    once: <Value>(name: string, make: () => Value) => kept(others, name, make) as Value,
    force: (instrument) => kept(forces, instrument, () => forceOf(facts.instruments.get(instrument), day)),
  }
}

/** The same facts, as if the place took part in the instrument: no row says so, so it serves to compare alone. */
export function supposing(known: Lookup, instrument: string, place: string): Lookup {
  const bound: Standing = { state: "bound", code: "takes-part", facts: [], day: null }
  return {
    ...lookup(known.facts, known.day),
    standing: (id, where) => (id === instrument && where === place ? bound : known.standing(id, where)),
  }
}

function kept<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const found = values.get(key)
  if (found !== undefined) return found
  const made = make()
  values.set(key, made)
  return made
}

/** The day from which a row counts: its own date, after the delay that the instrument sets; undated, its source's age. */
export function countsFrom(row: Participation, instrument: Instrument | undefined): Day {
  if (row.date === null) return ageOf(row)
  const deposited = row.status === "ratified" || /deposited|^accession$/.test(row.dateKind)
  return deposited && instrument?.delay != null ? afterDelay(row.date, instrument.delay) : row.date
}

const JOINING: ReadonlySet<string> = new Set(["in force", "ratified", "member"])
const LEAVING: ReadonlySet<string> = new Set(["denounced", "not bound"])

export function standingOf(facts: Facts, instrument: string, place: string, day: Day): Standing {
  const known = facts.instruments.get(instrument)
  const rows = (facts.participation.get(`${instrument}/${place}`) ?? [])
    .map((row) => ({ row, from: countsFrom(row, known) }))
    .filter(({ from }) => from <= day)
  const left = rows.filter(({ row }) => LEAVING.has(row.status))
  const last = left.reduce<Day | null>((newest, { from }) => (newest === null || from > newest ? from : newest), null)
  // Who left ends what began before; a report of leaving ends nothing, it contradicts.
  const ended = left.some(({ row, from }) => row.verified === "yes" && from === last) ? last : null
  const joined = rows.filter(({ row, from }) => JOINING.has(row.status) && (ended === null || from > ended))
  return judged(facts, { instrument, place, day }, joined, left)
}

type Dated = { row: Participation; from: Day }
type About = { instrument: string; place: string; day: Day }

function judged(facts: Facts, about: About, joined: readonly Dated[], left: readonly Dated[]): Standing {
  const refs = [...joined, ...left].map(({ row }) => row.ref)
  const sure = (rows: readonly Dated[]) => rows.filter(({ row }) => row.verified === "yes")
  const [first] = [...sure(joined), ...joined]
  const says = (state: Standing["state"], code: StandingCode, day: Day | null = null): Standing => ({
    ...{ state, code, facts: refs, day },
  })
  const current = first === undefined ? [] : left.filter(({ from }) => from >= first.from)
  if (sure(joined).length > 0 && first !== undefined) {
    if (current.length === 0) {
      return says("bound", first.row.date === null ? "takes-part-undated" : "takes-part", first.from)
    }
    return sure(current).length > 0 ? says("unknown", "disputed") : says("reported", "takes-part-disputed", first.from)
  }
  if (first !== undefined) {
    return current.length > 0 ? says("unknown", "disputed") : says("reported", "takes-part-reported", first.from)
  }
  const [gone] = sure(left)
  if (gone !== undefined) return says("not-bound", "not-party", gone.from)
  return absent(
    facts,
    about,
    left.map(({ row }) => row.ref),
  )
}

/** Nothing says that it takes part: does a complete list say that it does not? */
function absent(facts: Facts, { instrument, place, day }: About, reported: readonly FactRef[]): Standing {
  const list = (facts.lists.get(instrument) ?? []).find((one) => isComplete(one, day))
  if (list === undefined) {
    const code = reported.length > 0 ? "not-party-reported" : "no-fact"
    return { state: "unknown", code, facts: reported, day: null }
  }
  const cited = [...reported, list.ref, ...standingBy(facts, instrument, place, day)]
  if (list.silentOn.includes(place)) return { state: "unknown", code: "list-silent", facts: cited, day: list.until }
  return { state: "not-bound", code: "not-on-list", facts: cited, day: list.until }
}

/** A verified list speaks of the day on which it was complete and of later ones "as of" then, of earlier ones only where it says so. */
function isComplete({ verified, until, since }: Complete, day: Day): boolean {
  return verified === "yes" && (day >= until || (since !== null && day >= since))
}

/** Signatures and invitations: they open nothing, but whoever reads wants to know of them. */
function standingBy(facts: Facts, instrument: string, place: string, day: Day): FactRef[] {
  const known = facts.instruments.get(instrument)
  return (facts.participation.get(`${instrument}/${place}`) ?? [])
    .filter((row) => !JOINING.has(row.status) && !LEAVING.has(row.status) && countsFrom(row, known) <= day)
    .map(({ ref }) => ref)
}

function forceOf(instrument: Instrument | undefined, day: Day): Force {
  if (instrument === undefined) return { state: "unknown", day: null, facts: [] }
  const { ref, verified, status, inForceSince } = instrument
  const facts = [ref]
  const sure = verified === "yes"
  if (status === "not in force") return { state: sure ? "no" : "unknown", day: ageOf(instrument), facts }
  if (inForceSince !== null && inForceSince > day) return { state: sure ? "no" : "unknown", day: inForceSince, facts }
  if (inForceSince === null && ageOf(instrument) > day) return { state: "unknown", day: null, facts }
  return { state: sure ? "yes" : "reported", day: inForceSince, facts }
}

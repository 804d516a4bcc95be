import { type Measure, measures } from "./codes.ts"
import type { Facts } from "./facts.ts"
import { bestPath } from "./finder.ts"
import type { Instrument } from "./model.ts"
import { ratifications } from "./openings.ts"
import type { Query } from "./query.ts"
import { type Lookup, lookup, supposing } from "./standing.ts"

/** What joining one instrument would bring a place, all else unchanged. */
export type Gain = {
  instrument: string
  /** Pairs of a place and a measure whose best channel would be better than today. */
  better: number
  /** Places among them. */
  places: readonly string[]
  measures: readonly Measure[]
  /** Where it is not in force: ratifications so far and needed. */
  waiting: { have: number; needed: number } | null
}

const RANK = { open: 0, conditional: 1, unknown: 2, closed: 3 } as const

/** Every treaty that is open to the place and that it has not joined, the one that would open most first. */
export function gainsOf(facts: Facts, query: Omit<Query, "measure" | "to">, places: readonly string[]): Gain[] {
  const known = lookup(facts, query.date)
  const before = new Map<string, number>()
  const asked = { ...query, places }
  return candidates(facts, known, query.from)
    .map((instrument) => gainOf(facts, known, instrument, asked, before))
    .toSorted((a, b) => b.better - a.better || (a.instrument < b.instrument ? -1 : 1))
}

function candidates({ rows, channels }: Facts, known: Lookup, place: string): Instrument[] {
  const used = new Set(channels.map(({ instrument }) => instrument))
  return rows.instruments.filter(
    ({ id, kind }) =>
      used.has(id) && (kind === "treaty" || kind === "protocol") && known.standing(id, place).state !== "bound",
  )
}

type Asked = Omit<Query, "measure" | "to"> & { places: readonly string[] }

function gainOf(facts: Facts, known: Lookup, instrument: Instrument, asked: Asked, before: Map<string, number>): Gain {
  const { places, ...query } = asked
  const then = supposing(known, instrument.id, query.from)
  const concerned = measures.filter((measure) =>
    facts.channels.some((channel) => channel.instrument === instrument.id && channel.measures.includes(measure)),
  )
  const found = new Set<string>()
  const helped = new Set<Measure>()
  let better = 0
  for (const measure of concerned) {
    for (const to of places) {
      if (to === query.from) continue
      const question = { ...query, measure, to }
      if (bestOf(then, question) >= kept(before, known, question)) continue
      better += 1
      found.add(to)
      helped.add(measure)
    }
  }
  const { status, needed } = instrument
  const waiting =
    status === "not in force" && needed !== null ? { have: ratifications(facts, instrument.id), needed } : null
  return { instrument: instrument.id, better, places: [...found], measures: [...helped], waiting }
}

function kept(before: Map<string, number>, known: Lookup, query: Query): number {
  const key = `${query.measure}/${query.to}`
  const rank = before.get(key) ?? bestOf(known, query)
  before.set(key, rank)
  return rank
}

function bestOf(known: Lookup, query: Query): number {
  const best = bestPath(known, query)
  return best === null ? RANK.closed : RANK[best.verdict]
}

import type { Instant } from "../../kernel/time.ts"
import { boundBy, dayAt, factsNow, lookup } from "../../law/index.ts"
import type { Reader } from "../../store/index.ts"
import { instrumentsIn, type Terms } from "../terms/model.ts"
import type { LawFacts, Recipient } from "./model.ts"

/** The first instrument that terms name and the facts of this node do not have; null if there is none. */
export async function unknownInstrument(reader: Reader, terms: Terms): Promise<string | null> {
  const named = instrumentsIn(terms)
  if (named.length === 0) return null
  const { instruments } = await factsNow(reader)
  return named.find((id) => !instruments.has(id)) ?? null
}

/**
 * What the node's facts of law say on that day of the places and the instruments that matter to these terms. Without any,
 * nothing is read.
 */
export async function lawFacts(
  reader: Reader,
  audience: readonly Pick<Recipient, "places">[],
  all: readonly (Terms | null)[],
  time: Instant,
): Promise<LawFacts> {
  const instruments = new Set(all.flatMap((terms) => (terms === null ? [] : instrumentsIn(terms))))
  const places = new Set(audience.flatMap((one) => one.places ?? []))
  if (instruments.size === 0 || places.size === 0) return new Map()
  const known = lookup(await factsNow(reader), dayAt(time))
  const pairs = [...instruments].flatMap((instrument) => [...places].map((place) => ({ instrument, place })))
  return new Map(pairs.map(({ instrument, place }) => [`${instrument}/${place}`, boundBy(known, instrument, place)]))
}

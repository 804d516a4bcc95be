import { listPrograms } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import {
  type Collection,
  erasedPlaces,
  everShared,
  givenAt,
  keptPlaces,
  loadCollection,
  loadCollectionByKey,
  type Member,
  membersOf,
  placesOf,
} from "../../library/index.ts"
import { findPeer, isActive, type PartyId } from "../../parties/index.ts"
import { isOver } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"
import { againstReading } from "../guard.ts"
import { withCopies } from "../release/copies.ts"
import { type Holder, readHolders } from "./queries.ts"

/**
 * How a party stands to an object by one collection. `has`: it fetched the newest version there. `older`: an older one,
 * and may fetch the newest. `may`: nothing yet, and may. The others had it: it was recalled, put under a stricter mark or
 * erased there since, the terms ended, or the party reads no further.
 */
export const SIGHTS = ["has", "older", "may", "recalled", "stricter", "erased", "ended", "left"] as const
export type SightState = (typeof SIGHTS)[number]

/** One party that can see an object, or could, by one collection. */
export type Sight = {
  party: PartyId
  state: SightState
  collection: Pick<Collection, "id" | "title">
  /** The newest entry that speaks of it, and when that entered. */
  seq: number
  since: Instant | null
  /** Id of the copy that the party sees in its place, without what the terms keep back; null where it is the object itself. */
  copy: string | null
  /** When it left this node for the party; null if it did not. */
  fetchedAt: Instant | null
  /** The relation with the party is active on both sides: else nothing goes now. */
  active: boolean
}

/** A program of this node that reads a collection which serves the object. */
export type ProgramSight = { name: string; collections: readonly string[] }

export type Seen = {
  partners: Sight[]
  programs: ProgramSight[]
  /** Where the object came from, if from a partner. */
  received: (Holder & { party: string })[]
}

/** Who can see an object and by what; who could and had it. Throws `not-found object.not-held`. */
export async function whoSees(reader: Reader, id: string, now: Instant): Promise<Seen> {
  const [holders, ids] = await Promise.all([readHolders(reader, id), withCopies(reader, id)])
  const shared = await Promise.all(ids.map(async (one) => ({ one, keys: await everShared(reader, one) })))
  if (holders.length === 0 && shared.every(({ keys }) => keys.length === 0)) {
    throw new ComityError("not-found", "object.not-held")
  }
  const sights = await Promise.all(
    shared.flatMap(({ one, keys }) =>
      keys.map(async (key) => {
        const copy = one === id ? null : one
        return (await sightsIn(reader, key, one, now)).map((sight): Sight => ({ ...sight, copy }))
      }),
    ),
  )
  const received = holders.flatMap(({ party, ...holder }) => (party === null ? [] : [{ ...holder, party }]))
  return { partners: sights.flat(), programs: await programsOf(reader, holders, now), received }
}

/** Those with the right, to whom the terms of the collection leave it. */
async function programsOf(reader: Reader, holders: readonly Holder[], now: Instant): Promise<ProgramSight[]> {
  const programs = await listPrograms(reader)
  const collections = await Promise.all(holders.map(({ id }) => loadCollection(reader, id)))
  return programs.flatMap(({ name, rights, use }) => {
    const read = collections.filter(
      (one) => rights.get(one.id)?.read === true && againstReading({ use }, one, now) === null,
    )
    return read.length === 0 ? [] : [{ name, collections: read.map(({ title }) => title) }]
  })
}

/** One entry about a version: `by` says why it is not served any more, null if it is. */
type Place = { seq: number; since: Instant | null; by: string | null }

async function sightsIn(reader: Reader, key: number, id: string, now: Instant): Promise<Omit<Sight, "copy">[]> {
  const collection = await loadCollectionByKey(reader, key)
  const [served, kept, erased, members] = await Promise.all([
    placesOf(reader, key, id),
    keptPlaces(reader, key, id),
    erasedPlaces(reader, key, id),
    membersOf(reader, key),
  ])
  const places: Place[] = [
    ...served.map(({ seq, dateAdded }) => ({ seq, since: dateAdded, by: null })),
    ...kept.map(({ seq, dateAdded, by }) => ({ seq, since: dateAdded, by })),
    ...erased.map((seq) => ({ seq, since: null, by: "erase" })),
  ].toSorted((a, b) => b.seq - a.seq)
  const over = isOver(collection.terms, now)
  const sights = await Promise.all(members.map((member) => sightOf(reader, { collection, over }, member, places)))
  return sights.filter((sight) => sight !== null)
}

/** Null: it never got it and cannot. After the last day of the terms nobody reads on. */
async function sightOf(
  reader: Reader,
  { collection, over }: { collection: Collection; over: boolean },
  { party, leftAt }: Member,
  places: readonly Place[],
): Promise<Omit<Sight, "copy"> | null> {
  const given = await Promise.all(places.map(({ seq }) => givenAt(reader, collection.key, party, seq)))
  const got = given.findIndex((at) => at !== null)
  const open = places.findIndex(({ by }) => by === null)
  const reads = leftAt === null && !over && open >= 0
  const at = reads ? open : got
  const place = places[at]
  if (place === undefined) return null
  const state = reads ? readingState(given[open] ?? null, got) : leftAt !== null ? "left" : goneState(place.by)
  const { id, title } = collection
  const peer = await findPeer(reader, party)
  const active = peer !== null && isActive(peer)
  return { party, state, collection: { id, title }, ...place, fetchedAt: given[at] ?? null, active }
}

function readingState(fetched: Instant | null, got: number): SightState {
  if (fetched !== null) return "has"
  return got >= 0 ? "older" : "may"
}

function goneState(by: string | null): SightState {
  if (by === null) return "ended"
  if (by === "recall") return "recalled"
  return by === "mark" ? "stricter" : "erased"
}

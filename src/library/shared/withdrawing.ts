import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { random } from "../../kernel/hash.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import {
  appendEntry,
  type EntryKind,
  entryHash,
  headerText,
  nextInstant,
  openLog,
  record,
  SALT_BYTES,
} from "../../ledger/index.ts"
import { compareTlp, joinTlp, type Tlp } from "../../stix/index.ts"
import type { Tx } from "../../store/index.ts"
import { settleStanding } from "../adding.ts"
import type { Collection, CollectionId } from "../model.ts"
import {
  deleteUnheldObject,
  emptyEntry,
  insertEntry,
  setClosed,
  setMarking,
  settleWithdrawn,
  withdrawEntry,
} from "../queries.ts"
import { carriedUntil, dropCarried } from "./carried.ts"
import {
  erasedPlaces,
  keptPlaces,
  loadStandingOf,
  newestAbout,
  type Placed,
  placesOf,
  servedBefore,
  setWithdrawnBy,
  toldMarks,
} from "./queries.ts"

/** An entry that tells something of an earlier one: the number of that one, of which everything else may be gone. */
export type Told = { seq: number; about: { seq: number } }

/**
 * Recalls every version of an object that the collection serves or ever served: one entry for each, which says why.
 * From here on it serves none of them, and everybody who got one is to stop using it (design section 5), also what was
 * withheld or erased since. Does nothing where all was recalled before.
 */
export async function recallObject(tx: Tx, collection: Collection, id: string, reason: string): Promise<Told[]> {
  const told: Told[] = []
  const note = { reason }
  for (const place of await placesOf(tx, collection.key, id)) {
    const seq = await appendAbout(tx, collection, place, { kind: "recall", marking: place.marking, note })
    await withdraw(tx, collection, place, seq)
    told.push({ seq, about: place })
  }
  for (const place of await keptPlaces(tx, collection.key, id)) {
    if (place.by === "recall") continue
    const seq = await appendAbout(tx, collection, place, { kind: "recall", marking: place.marking, note })
    await setWithdrawnBy(tx, collection.key, place.seq, seq)
    told.push({ seq, about: place })
  }
  for (const about of await erasedPlaces(tx, collection.key, id)) {
    const nameless = { seq: about, id, spec: null, version: null }
    const seq = await appendAbout(tx, collection, nameless, { kind: "recall", marking: null, note })
    told.push({ seq, about: { seq: about } })
  }
  return told
}

/**
 * Tells that an object is now handled under a stricter mark; `withdrawn` if the collection may not serve it under that
 * one: who has it keeps it under the new mark, nobody else gets it.
 */
export async function markObject(
  tx: Tx,
  collection: Collection,
  id: string,
  change: { marking: Tlp; withdrawn: boolean },
): Promise<Told[]> {
  const told: Told[] = []
  const served = await placesOf(tx, collection.key, id)
  for (const place of [...served, ...(await keptPlaces(tx, collection.key, id))]) {
    const held = (await loadStandingOf(tx, place.object)).marking // may be stricter than when it was put here
    const marking = joinTlp(held, change.marking)
    const seq = await appendAbout(tx, collection, place, { kind: "mark", marking, note: {} })
    await setMarking(tx, place.object, marking)
    told.push({ seq, about: place })
    if (change.withdrawn && served.includes(place)) await withdraw(tx, collection, place, seq)
  }
  return told
}

/**
 * Tells that what a collection let out is now handled under a stricter mark that something around it has, and not the
 * object itself: here the object keeps its own. Says nothing of versions that readers handle by it, or stricter, already,
 * nor of those that no mark is on. `withdrawn` as for `markObject`.
 */
export async function markAround(
  tx: Tx,
  collection: Collection,
  id: string,
  change: { marking: Tlp; withdrawn: boolean },
): Promise<Told[]> {
  const told: Told[] = []
  const served = await placesOf(tx, collection.key, id)
  const places = [...served, ...(await keptPlaces(tx, collection.key, id))]
  if (places.length === 0) return told
  const marks = new Map<number, Tlp | null>()
  for (const { seq, marking } of await toldMarks(tx, collection.key, { id, seqs: places.map(({ seq }) => seq) })) {
    marks.set(seq, joinTlp(marks.get(seq) ?? null, marking))
  }
  for (const place of places) {
    const before = marks.get(place.seq) ?? null
    if (before === null || compareTlp(change.marking, before) <= 0) continue
    const seq = await appendAbout(tx, collection, place, { kind: "mark", marking: change.marking, note: {} })
    told.push({ seq, about: place })
    if (change.withdrawn && served.includes(place)) await withdraw(tx, collection, place, seq)
  }
  return told
}

/**
 * A shared collection does not hold these versions any more: body, header and salt of each entry go with an `erase`
 * entry, also of what it served no longer. What can be recalled afterwards is told by the id alone.
 */
export async function eraseShared(tx: Tx, collection: Collection, id: string): Promise<Told[]> {
  return erasePlaces(tx, collection, id, [
    ...(await placesOf(tx, collection.key, id)),
    ...(await keptPlaces(tx, collection.key, id)),
  ])
}

/**
 * The same for what it serves and put in before entry `end`, or an earlier collection in whose place it goes on let out
 * at `until` or before: at most so many versions.
 */
export async function eraseBefore(
  tx: Tx,
  collection: Collection,
  { end, until, most }: { end: number; until: Instant; most: number },
): Promise<Told[]> {
  const told: Told[] = []
  const due = await servedBefore(tx, collection.key, end, most)
  if (due.length < most) due.push(...(await carriedUntil(tx, collection.key, until, most - due.length)))
  for (const { seq, id } of due) {
    const places = await placesOf(tx, collection.key, id)
    const these = places.filter((place) => place.seq === seq)
    told.push(...(await erasePlaces(tx, collection, id, these)))
  }
  await dropCarried(tx, collection.key, until)
  return told
}

async function erasePlaces(tx: Tx, collection: Collection, id: string, places: readonly Placed[]): Promise<Told[]> {
  const told: Told[] = []
  const served = await placesOf(tx, collection.key, id)
  for (const place of places) {
    const said = { kind: "erase", id: null, spec: null, version: null, marking: null, previous: null } as const
    const about = { seq: place.seq, id }
    const seq = await append(tx, collection, { ...said, erases: place.seq }, { note: null, about })
    await emptyEntry(tx, collection.key, place.seq, seq)
    told.push({ seq, about: place })
  }
  const gone = new Set(places.map(({ seq }) => seq))
  await settleStanding(
    tx,
    collection.key,
    served,
    served.filter(({ seq }) => !gone.has(seq)),
  )
  for (const object of new Set(places.map((place) => place.object))) {
    await deleteUnheldObject(tx, object)
    await settleWithdrawn(tx, object)
  }
  return told
}

/** The last entry: nothing enters any more. `successor` goes on in its place, for another audience or other terms. */
export async function closeCollection(
  tx: Tx,
  collection: Collection,
  successor: CollectionId | null,
  by: string | null,
  more: { checkpoint?: string } = {},
): Promise<void> {
  const nothing = { id: null, spec: null, version: null, previous: null, erases: null }
  await append(tx, collection, { ...nothing, kind: "closed", marking: null }, { note: { ...more, successor } })
  await setClosed(tx, collection.key, tx.now, successor)
  await record(tx, { what: "collection.closed", by, facts: { collection: collection.id, successor } })
}

async function withdraw(tx: Tx, collection: Collection, { seq, object, id }: Placed, by: number): Promise<void> {
  const before = await placesOf(tx, collection.key, id)
  await withdrawEntry(tx, collection.key, seq, by)
  await settleStanding(
    tx,
    collection.key,
    before,
    before.filter((place) => place.seq !== seq),
  )
  await settleWithdrawn(tx, object)
}

type About = { seq: number; id: string; spec: string | null; version: string | null }

async function appendAbout(
  tx: Tx,
  collection: Collection,
  { seq, id, spec, version }: About,
  { note, ...said }: { kind: "mark" | "recall"; marking: string | null; note: Json },
): Promise<number> {
  const before = await newestAbout(tx, collection.key, id)
  const previous = before === null ? null : Buffer.from(before.h).toString("base64")
  return append(tx, collection, { ...said, id, spec, version, previous, erases: null }, { note, about: { seq, id } })
}

type Said = {
  kind: EntryKind
  id: string | null
  spec: string | null
  version: string | null
  marking: string | null
  previous: string | null
  erases: number | null
}

/** `note` null: an entry without a body. */
async function append(
  tx: Tx,
  collection: Collection,
  said: Said,
  content: { note: Json | null; about?: { seq: number; id: string } },
): Promise<number> {
  const log = await openLog(tx, collection.log)
  const dateAdded = nextInstant(tx, log)
  const header = headerText({ ...said, date_added: formatInstant(dateAdded), terms: collection.terms?.hash ?? null })
  const salt = random(SALT_BYTES)
  const note = content.note === null ? Buffer.alloc(0) : Buffer.from(canonicalize(content.note))
  const h = entryHash(salt, header, note)
  const seq = appendEntry(log, h)
  const { kind, marking, erases } = said
  const place = { collection: collection.key, seq, kind, object: null, type: null, marking, dateAdded }
  const about = content.about === undefined ? {} : { about: content.about }
  const rest = { size: note.length, salt, h, previous: null, erases, served: false, header, note, ...about }
  await insertEntry(tx, { ...place, ...rest })
  return seq
}

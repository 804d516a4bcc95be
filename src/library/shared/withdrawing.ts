import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { random } from "../../kernel/hash.ts"
import { formatInstant } from "../../kernel/time.ts"
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
import { joinTlp, type Tlp } from "../../stix/index.ts"
import type { Tx } from "../../store/index.ts"
import { settleStanding } from "../adding.ts"
import type { Collection, CollectionId } from "../model.ts"
import { insertEntry, setClosed, setMarking, settleWithdrawn, withdrawEntry } from "../queries.ts"
import { newestAbout, type Placed, placesOf } from "./queries.ts"

/** An entry that tells something of an earlier one. */
export type Told = { seq: number; about: Placed }

/**
 * Recalls every version of an object that the collection serves: one entry for each, which says why. From here on it
 * serves none of them, and everybody who got one is to stop using it (design section 5).
 */
export async function recallObject(tx: Tx, collection: Collection, id: string, reason: string): Promise<Told[]> {
  const told: Told[] = []
  for (const place of await placesOf(tx, collection.key, id)) {
    const seq = await appendAbout(tx, collection, place, { kind: "recall", marking: place.marking, note: { reason } })
    await withdraw(tx, collection, place, seq)
    told.push({ seq, about: place })
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
  for (const place of await placesOf(tx, collection.key, id)) {
    const marking = joinTlp(place.marking as Tlp | null, change.marking)
    const seq = await appendAbout(tx, collection, place, { kind: "mark", marking, note: {} })
    await setMarking(tx, place.object, marking)
    if (change.withdrawn) await withdraw(tx, collection, place, seq)
    told.push({ seq, about: place })
  }
  return told
}

/** The last entry: nothing enters any more. `successor` goes on in its place, for another audience or other terms. */
export async function closeCollection(
  tx: Tx,
  collection: Collection,
  successor: CollectionId | null,
  by: string | null,
): Promise<void> {
  const nothing = { id: null, spec: null, version: null, previous: null }
  await append(tx, collection, { ...nothing, kind: "closed", marking: null }, { note: { successor } })
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

async function appendAbout(
  tx: Tx,
  collection: Collection,
  { seq, id, spec, version }: Placed,
  { note, ...said }: { kind: "mark" | "recall"; marking: string | null; note: Json },
): Promise<number> {
  const before = await newestAbout(tx, collection.key, id)
  const previous = before === null ? null : Buffer.from(before.h).toString("base64")
  return append(tx, collection, { ...said, id, spec, version, previous }, { note, about: { seq, id } })
}

type Said = {
  kind: EntryKind
  id: string | null
  spec: string | null
  version: string | null
  marking: string | null
  previous: string | null
}

async function append(
  tx: Tx,
  collection: Collection,
  said: Said,
  content: { note: Json; about?: { seq: number; id: string } },
): Promise<number> {
  const log = await openLog(tx, collection.log)
  const dateAdded = nextInstant(tx, log)
  const header = headerText({ ...said, date_added: formatInstant(dateAdded), terms: null, erases: null })
  const salt = random(SALT_BYTES)
  const note = Buffer.from(canonicalize(content.note))
  const h = entryHash(salt, header, note)
  const seq = appendEntry(log, h)
  const { kind, marking } = said
  const place = { collection: collection.key, seq, kind, object: null, type: null, marking, dateAdded }
  const about = content.about === undefined ? {} : { about: content.about }
  const rest = { size: note.length, salt, h, previous: null, erases: null, served: false, header, note, ...about }
  await insertEntry(tx, { ...place, ...rest })
  return seq
}

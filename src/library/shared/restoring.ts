import sql from "sql-template-tag"
import { type Instant, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { type EntryHeader, entryHash, extendMirror, findLog } from "../../ledger/index.ts"
import { compareTlp, joinTlp, type Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { settleStanding } from "../adding.ts"
import { type Collection, judge } from "../model.ts"
import { entriesOf, idHash, insertEntry, insertObject, setClosed, setMarking, versionsOf } from "../queries.ts"
import { type Arrived, erase, keepUnread, saysOtherwise, successorIn, withdraw } from "./mirroring.ts"
import { entryAt, keptPlaces, loadStandingOf, type Placed, placesOf, setWithdrawnBy } from "./queries.ts"
import type { SentEntry } from "./serving.ts"

/**
 * Entries of a collection of ours that were lost here, as after a restored backup, and come back from somebody who
 * mirrors it: verified against what this node signed, so nothing is signed here. They stand as they stood: same number,
 * salt, header and time, our own objects. `ceiling`: what is marked above it is held and not served.
 */
export async function restoreSlice(
  tx: Tx,
  collection: Collection,
  arrived: readonly Arrived[],
  end: { checkpoint: string | null; ceiling: Tlp },
): Promise<void> {
  let { last_at: lastAt } = await findLog(tx, collection.log)
  for (const one of arrived) {
    const said = one.header === null ? null : parseInstant(one.header.date_added)
    lastAt = said ?? (plusMicroseconds(lastAt, 1) as Instant)
    await restoreOne(tx, collection, one, lastAt, end.ceiling)
  }
  const hashes = arrived.map(({ entry }) => entry.h)
  await extendMirror(tx, collection.log, hashes, { lastAt, checkpoint: end.checkpoint })
}

async function restoreOne(
  tx: Tx,
  collection: Collection,
  { entry, header, object }: Arrived,
  at: Instant,
  ceiling: Tlp,
): Promise<void> {
  if (entry.content === null || header === null) return keepUnread(tx, collection, entry, at)
  if (header.kind === "put" || header.kind === "revoke") {
    const readable = object !== null && !saysOtherwise(header, object)
    if (!readable) return keepUnread(tx, collection, entry, at)
    return restorePut(tx, collection, { entry, header, object }, at)
  }
  return restoreWord(tx, collection, entry, header, { at, ceiling })
}

async function restorePut(
  tx: Tx,
  collection: Collection,
  { entry, header, object }: { entry: SentEntry; header: EntryHeader; object: NonNullable<Arrived["object"]> },
  at: Instant,
): Promise<void> {
  if (entry.content === null) return
  const { seq, h, content } = entry
  const hash = idHash(object.id)
  const marked = { ...object, marking: header.marking as Tlp | null }
  const verdict = judge(await versionsOf(tx, object.id, hash), marked, "own")
  // Something else came to be held under this version meanwhile: the log keeps what it committed to all the same.
  if (verdict.is === "conflict") return keepUnread(tx, collection, entry, at)
  const key =
    verdict.is === "duplicate" ? verdict.object : await insertObject(tx, hash, marked, { origin: "own", aside: false })
  const before = await entriesOf(tx, collection.key, object.id)
  await insertEntry(tx, {
    ...{ collection: collection.key, seq, kind: header.kind, object: key, type: object.type, marking: header.marking },
    ...{ dateAdded: at, size: object.bytes.length, salt: content.salt, h, previous: null, erases: null },
    ...{ header: content.header, served: true },
  })
  const standing = { seq, spec: object.spec, stamp: object.stamp, dateAdded: at }
  if (before.length > 0) await settleStanding(tx, collection.key, before, [...before, standing])
}

async function restoreWord(
  tx: Tx,
  collection: Collection,
  { seq, h, content }: SentEntry,
  header: EntryHeader,
  { at, ceiling }: { at: Instant; ceiling: Tlp },
): Promise<void> {
  if (content === null) return
  const { kind, id, marking, erases } = header
  const target = id === null ? null : await targetOf(tx, collection, header)
  const erased = erases === null ? null : await entryAt(tx, collection.key, erases)
  const name = id ?? erased?.id ?? null
  const about = name === null ? {} : { about: { seq: erases ?? target?.place.seq ?? null, id: name } }
  const place = { collection: collection.key, seq, kind, object: null, type: null, marking, dateAdded: at }
  const bytes = { size: content.body.length, salt: content.salt, header: content.header, note: content.body }
  await insertEntry(tx, { ...place, ...bytes, ...about, h, previous: null, erases, served: false })
  if (kind === "closed") await setClosed(tx, collection.key, at, successorIn(content.body))
  if (erases !== null) await erase(tx, collection, erases, seq)
  if (kind !== "mark" && kind !== "recall") return
  // An entry that came without content because of this one is held back by it, not erased.
  await setHeldBack(tx, collection.key, seq)
  if (target === null) return
  const above = kind === "recall" || compareTlp(marking as Tlp, ceiling) > 0
  if (kind === "mark") await restoreMark(tx, target.place.object, marking as Tlp)
  if (above && target.served) await withdraw(tx, collection, target.place, seq)
  if (kind === "recall" && !target.served) await setWithdrawnBy(tx, collection.key, target.place.seq, seq)
}

async function restoreMark(tx: Tx, object: number, given: Tlp): Promise<void> {
  const standing = await loadStandingOf(tx, object)
  const marking = joinTlp(standing.marking, given)
  if (marking !== standing.marking) await setMarking(tx, object, marking)
}

type Target = { place: Placed; served: boolean }

async function targetOf(tx: Tx, collection: Collection, { id, spec, version }: EntryHeader): Promise<Target | null> {
  const fits = (place: Placed) => place.spec === spec && place.version === version
  const served = (await placesOf(tx, collection.key, id ?? "")).find(fits)
  if (served !== undefined) return { place: served, served: true }
  const kept = (await keptPlaces(tx, collection.key, id ?? "")).find(fits)
  return kept === undefined ? null : { place: kept, served: false }
}

async function setHeldBack(tx: Tx, collection: number, by: number): Promise<void> {
  await tx.run(
    sql`update entry set withdrawn_by = erased_by, erased_by = null
        where collection = ${collection} and erased_by = ${by} and seq < ${by}`,
  )
}

/** Numbers of entries of a log of which nothing here says why they have no content: at most so many. */
export async function lostEntries(reader: Reader, collection: number, most: number): Promise<number[]> {
  const rows = await reader.all<{ seq: number }>(
    sql`select seq from entry where collection = ${collection} and salt is null and erased_by is null
          and withdrawn_by is null order by seq limit ${most} + 0`,
  )
  return rows.map(({ seq }) => seq)
}

/** The content of an entry that came without, from somebody else who has it; false if it is not what was signed. */
export async function restoreLost(tx: Tx, collection: Collection, arrived: Arrived): Promise<boolean> {
  const { entry, header, object } = arrived
  if (entry.content === null || header === null) return false
  const row = await tx.get<{ h: Uint8Array }>(
    sql`select h from entry where collection = ${collection.key} and seq = ${entry.seq} and salt is null`,
  )
  const { salt, header: text, body } = entry.content
  if (row === undefined || !entryHash(salt, text, body).equals(row.h)) return false
  const readable = object !== null && !saysOtherwise(header, object)
  if (!readable || (header.kind !== "put" && header.kind !== "revoke")) return false
  await tx.run(sql`delete from entry where collection = ${collection.key} and seq = ${entry.seq}`)
  await restorePut(tx, collection, { entry, header, object }, parseInstant(header.date_added) as Instant)
  return true
}

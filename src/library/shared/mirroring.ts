import { isUuid, newUuid } from "../../kernel/ids.ts"
import { type Instant, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { createMirror, type EntryHeader, extendMirror, parseHeader } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { joinTlp, type Tlp } from "../../stix/index.ts"
import type { Tx } from "../../store/index.ts"
import { settleStanding } from "../adding.ts"
import { loadCollection } from "../collections.ts"
import { type Collection, judge, type Prepared } from "../model.ts"
import {
  deleteUnheldObject,
  emptyEntry,
  entriesOf,
  idHash,
  insertCollection,
  insertConflict,
  insertEntry,
  insertObject,
  setClosed,
  setMarking,
  settleWithdrawn,
  versionsOf,
  withdrawEntry,
} from "../queries.ts"
import { entryAt, keptPlaces, loadStandingOf, type Placed, placesOf } from "./queries.ts"
import type { SentEntry } from "./serving.ts"
import { termsOver } from "./terms-queries.ts"

/** A verified entry of a partner's collection; `object` is what its body was read as, null if it can't be kept. */
export type Arrived = { entry: SentEntry; header: EntryHeader | null; object: Prepared | null }

/** What became of an entry that its owner wants to be answered for. */
export type Applied = {
  seq: number
  /** `put`: of a version that could not be taken. */
  kind: "put" | "mark" | "revoke" | "recall" | "erase"
  h: Buffer
  result: "applied" | "refused"
  reason: string | null
  /** When its owner wrote it, by the owner's clock. */
  told: Instant
  /** When that of which it speaks came here; null if it never did, so that nobody waits for an answer. */
  heldSince: Instant | null
}

/** What a slice did: what is to be answered, how many entries came without content, how many could not be taken. */
export type SliceOutcome = { applied: Applied[]; withheld: number; refused: number }

/** The mirror of a partner's shared collection; the caller has seen to it that no log of this origin is here yet. */
export async function addMirror(tx: Tx, from: { party: PartyId; origin: string; title: string }): Promise<Collection> {
  const log = await createMirror(tx, from.origin)
  const id = newUuid<"collection">()
  await insertCollection(tx, {
    id,
    alias: null,
    title: from.title,
    kind: "received",
    party: from.party,
    log,
    terms: null,
  })
  return loadCollection(tx, id)
}

/** The header of an entry, if it is one and says when; anything else is kept and not read. */
export function readHeader(entry: SentEntry): EntryHeader | null {
  if (entry.content === null) return null
  try {
    const header = parseHeader(entry.content.header)
    return parseInstant(header.date_added) === null ? null : header
  } catch {
    return null // its commitment holds, so it is kept; what it wants to say is not known here
  }
}

/**
 * Takes verified entries into a mirror, in the order of the log, within one transaction. Applying is a pure consequence
 * of the entries: the same entries give the same mirror, whatever was interrupted and asked for again.
 */
export async function applySlice(
  tx: Tx,
  collection: Collection,
  arrived: readonly Arrived[],
  checkpoint: string | null,
): Promise<SliceOutcome> {
  const outcome: SliceOutcome = { applied: [], withheld: 0, refused: 0 }
  const said = new Set((await termsOver(tx, collection.key)).map(({ hash }) => hash))
  let lastAt = collection.lastAt
  for (const one of arrived) {
    // When it came here, not when its owner added it: whoever reads on from a time must not miss what came late.
    lastAt = Math.max(tx.now, plusMicroseconds(lastAt, 1)) as Instant
    await applyOne(tx, { collection, said }, one, lastAt, outcome)
  }
  await extendMirror(
    tx,
    collection.log,
    arrived.map(({ entry }) => entry.h),
    { lastAt, checkpoint },
  )
  return outcome
}

/** `said`: hashes of the terms that its owner said for it. */
type Mirror = { collection: Collection; said: ReadonlySet<string> }

async function applyOne(
  tx: Tx,
  { collection, said }: Mirror,
  arrived: Arrived,
  at: Instant,
  outcome: SliceOutcome,
): Promise<void> {
  const { entry, header } = arrived
  if (entry.content === null || header === null) {
    const refused = entry.content === null ? undefined : "unreadable"
    await keepUnread(tx, collection, entry, at, refused)
    if (refused === undefined) outcome.withheld += 1
    else refuse(outcome, { ...entry, kind: "put", told: at }, refused)
    return
  }
  switch (header.kind) {
    case "put":
    case "revoke":
      return applyPut(tx, { collection, said }, { ...arrived, header }, at, outcome)
    case "mark":
    case "recall":
    case "erase":
    case "closed":
      return applyWord(tx, collection, entry, header, at, outcome)
  }
}

/** Body, salt and header of an entry that can't be read are kept as they came: the log commits to them. */
export async function keepUnread(
  tx: Tx,
  collection: Collection,
  entry: SentEntry,
  at: Instant,
  refused?: string,
): Promise<void> {
  const { seq, h, content, by } = entry
  const common = { collection: collection.key, seq, kind: "put", object: null, type: null, marking: null } as const
  const empty = { dateAdded: at, h, previous: null, erases: null, served: false, size: 0 }
  if (content !== null) {
    const { salt, header, body: note } = content
    await insertEntry(tx, { ...common, ...empty, salt, header, note, saidAt: at, refused })
    return
  }
  await insertEntry(tx, { ...common, ...empty, salt: null })
  if (by !== null) await emptyEntry(tx, collection.key, seq, by)
}

async function applyPut(
  tx: Tx,
  { collection, said }: Mirror,
  { entry, header, object }: Arrived & { header: EntryHeader },
  at: Instant,
  outcome: SliceOutcome,
): Promise<void> {
  const { seq, h, content } = entry
  if (content === null) return
  const unreadable = object === null ? "unreadable" : saysOtherwise(header, object) ? "header-differs" : null
  const refusal = unreadable ?? (isSaid(header.terms, said) ? null : "terms-differ")
  const kind = header.kind === "revoke" ? "revoke" : "put"
  const heldSince = kind === "revoke" ? await versionsSince(tx, collection, header.id) : null
  const about = { seq, h, kind, told: toldAt(header), heldSince } as const
  if (object === null || refusal !== null) {
    await keepUnread(tx, collection, entry, at, refusal ?? undefined)
    return refuse(outcome, about, refusal ?? "unreadable")
  }
  const place = { seq, at, header, salt: content.salt, h, text: content.header }
  const reason = await keepVersion(tx, collection, object, place)
  if (reason !== null) refuse(outcome, about, reason)
  else if (kind === "revoke") outcome.applied.push({ ...about, result: "applied", reason })
}

/** Terms bind whoever was told of them: of others nobody here knows what an entry under them allows. */
function isSaid(terms: string | null, said: ReadonlySet<string>): boolean {
  return terms === null ? said.size === 0 : said.has(terms)
}

/** What is not taken is told to its owner, never dropped. */
function refuse(
  outcome: SliceOutcome,
  { seq, h, kind, told, heldSince = null }: Pick<Applied, "seq" | "h" | "kind" | "told"> & Partial<Applied>,
  reason: string,
): void {
  outcome.refused += 1
  outcome.applied.push({ seq, h, kind, told, heldSince, result: "refused", reason })
}

/** `readHeader` has seen to it that there is a time. */
function toldAt(header: EntryHeader): Instant {
  return parseInstant(header.date_added) as Instant
}

/** When the first of the versions that stand here came. */
async function versionsSince(tx: Tx, collection: Collection, id: string | null): Promise<Instant | null> {
  const [first] = id === null ? [] : await placesOf(tx, collection.key, id)
  return first?.dateAdded ?? null
}

/** What the header says of the body must be what the body says; its mark may be stricter. */
export function saysOtherwise(header: EntryHeader, { id, spec, version, marking, revoked }: Prepared): boolean {
  const kind = revoked ? "revoke" : "put"
  const same = header.id === id && header.spec === spec && header.version === version && header.kind === kind
  return !same || joinTlp(header.marking as Tlp | null, marking) !== header.marking
}

type VersionPlace = { seq: number; at: Instant; header: EntryHeader; salt: Buffer; h: Buffer; text: string }

/** Null if the version stands as one of its object; else why it is kept aside. */
async function keepVersion(
  tx: Tx,
  collection: Collection,
  object: Prepared,
  { seq, at, header, salt, h, text }: VersionPlace,
): Promise<string | null> {
  const origin = collection.party as PartyId
  const hash = idHash(object.id)
  const marked = { ...object, marking: header.marking as Tlp | null }
  const verdict = judge(await versionsOf(tx, object.id, hash), marked, origin)
  const aside = verdict.is === "conflict"
  if (aside) await insertConflict(tx, collection.key, object, verdict.reason)
  const key = verdict.is === "duplicate" ? verdict.object : await insertObject(tx, hash, marked, { origin, aside })
  const before = await entriesOf(tx, collection.key, object.id)
  const entry = { collection: collection.key, seq, kind: header.kind, type: object.type, marking: header.marking }
  const saidAt = Math.min(toldAt(header), at) as Instant
  const rest = { dateAdded: at, size: object.bytes.length, salt, h, previous: null, erases: null, header: text, saidAt }
  await insertEntry(tx, {
    ...entry,
    ...rest,
    object: aside ? null : key,
    kept: aside ? key : undefined,
    served: !aside,
    refused: verdict.is === "conflict" ? `conflict-${verdict.reason}` : undefined,
  })
  if (aside) return `conflict-${verdict.reason}`
  const standing = { seq, spec: object.spec, stamp: object.stamp, dateAdded: at }
  if (before.length > 0) await settleStanding(tx, collection.key, before, [...before, standing])
  if (verdict.is === "duplicate") await meetAgain(tx, key, origin, marked.marking)
  return null
}

/** The same bytes again: under the stricter mark, if they came from the same party before. */
async function meetAgain(tx: Tx, key: number, origin: string, given: Tlp | null): Promise<void> {
  const standing = await loadStandingOf(tx, key)
  const marking = joinTlp(standing.marking, given)
  if (standing.origin === origin && marking !== standing.marking) await setMarking(tx, key, marking)
  await settleWithdrawn(tx, key)
}

/** An entry that says something of an earlier one, or ends the collection. */
async function applyWord(
  tx: Tx,
  collection: Collection,
  { seq, h, content }: SentEntry,
  header: EntryHeader,
  at: Instant,
  outcome: SliceOutcome,
): Promise<void> {
  if (content === null) return
  const { kind, id, marking, erases } = header
  const target = kind === "mark" || kind === "recall" ? await targetOf(tx, collection, header) : null
  const about = id === null ? undefined : { seq: target?.seq ?? null, id }
  const place = { collection: collection.key, seq, kind, object: null, type: null, marking, dateAdded: at }
  const bytes = { size: content.body.length, salt: content.salt, header: content.header, note: content.body }
  await insertEntry(tx, { ...place, ...bytes, h, previous: null, erases, served: false, ...(about ? { about } : {}) })
  if (kind === "closed") await setClosed(tx, collection.key, at, successorIn(content.body))
  if (kind === "recall" && target !== null) await withdraw(tx, collection, target, seq)
  if (kind === "mark" && target !== null) await meetAgain(tx, target.object, collection.party as string, marking as Tlp)
  const erased = kind === "erase" && erases !== null ? await erase(tx, collection, erases, seq) : null
  if (kind === "mark" || kind === "recall" || kind === "erase") {
    const heldSince = erased ?? (await versionSince(tx, collection, header))
    outcome.applied.push({ seq, kind, h, result: "applied", reason: null, told: toldAt(header), heldSince })
  }
}

async function targetOf(tx: Tx, collection: Collection, header: EntryHeader) {
  const places = header.id === null ? [] : await placesOf(tx, collection.key, header.id)
  return places.find((place) => isVersion(place, header)) ?? null
}

function isVersion(place: Pick<Placed, "spec" | "version">, { spec, version }: EntryHeader): boolean {
  return place.spec === spec && place.version === version
}

/** When the version of which a header speaks first came, whether it was recalled since or not; null if it is not here. */
async function versionSince(tx: Tx, { key }: Collection, header: EntryHeader): Promise<Instant | null> {
  if (header.id === null) return null
  const places = [...(await placesOf(tx, key, header.id)), ...(await keptPlaces(tx, key, header.id))]
  const came = places.filter((place) => isVersion(place, header)).map(({ dateAdded }) => dateAdded)
  return came.length === 0 ? null : (Math.min(...came) as Instant)
}

export async function withdraw(
  tx: Tx,
  collection: Collection,
  target: { seq: number; object: number; id: string },
  by: number,
): Promise<void> {
  const before = await placesOf(tx, collection.key, target.id)
  await withdrawEntry(tx, collection.key, target.seq, by)
  const after = before.filter(({ seq }) => seq !== target.seq)
  await settleStanding(tx, collection.key, before, after)
  await settleWithdrawn(tx, target.object)
}

/** Since when it was held; null if nothing was. */
export async function erase(tx: Tx, collection: Collection, erased: number, by: number): Promise<Instant | null> {
  const target = await entryAt(tx, collection.key, erased)
  if (target === null || target.erasedBy !== null) return null
  const before = target.id === null ? [] : await placesOf(tx, collection.key, target.id)
  await emptyEntry(tx, collection.key, erased, by)
  const after = before.filter(({ seq }) => seq !== erased)
  await settleStanding(tx, collection.key, before, after)
  if (target.object === null) return null
  await deleteUnheldObject(tx, target.object)
  await settleWithdrawn(tx, target.object)
  return target.dateAdded
}

export function successorIn(note: Buffer): string | null {
  try {
    const said = JSON.parse(note.toString("utf8")) as { successor?: unknown } | null
    return typeof said?.successor === "string" && isUuid(said.successor) ? said.successor : null
  } catch {
    return null
  }
}

import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { formatInstant, type Instant } from "../kernel/time.ts"
import {
  appendEntry,
  type EntryKind,
  entryHash,
  headerText,
  nextInstant,
  type OpenLog,
  openLog,
  SALT_BYTES,
} from "../ledger/index.ts"
import { joinTlp, type Tlp } from "../stix/index.ts"
import type { Store, Tx } from "../store/index.ts"
import {
  type Collection,
  type ConflictReason,
  changesCreated,
  judge,
  type Prepared,
  type Standing,
  standingOf,
  type Warning,
} from "./model.ts"
import {
  entriesOf,
  idHash,
  insertConflict,
  insertEntry,
  insertObject,
  type Kept,
  loadKept,
  setMarking,
  setStanding,
  versionsOf,
} from "./queries.ts"
import { noteUnshared } from "./shared/unshared.ts"

/** What became of one object. `object` is the key of the version that is kept. */
export type Added =
  | { is: "accepted"; object: number; dateAdded: Instant; warning?: Warning }
  | { is: "duplicate"; object: number; dateAdded: Instant }
  | { is: "conflict"; reason: ConflictReason }

/** Real feeds break this rule (STIX 2.1 section 3.5), so a version is not refused for it. */
const CREATED_CHANGED: Warning = { code: "object.created-changed", at: "created" }

/** A slice ends here, so that other writers and all readers get their turn. */
const SLICE_MS = 6
const SLICE_MOST = 500

/**
 * Puts objects into an inbox, in as many short transactions as it takes, and resolves when all are durable; the
 * outcomes are in the order of the objects. `conclude` runs in the last of these transactions. Throws `refused
 * collection.forbidden` for any other collection: into a shared one objects come by release alone, into a received one
 * by its owner.
 */
export async function addObjects(
  store: Store,
  collection: Collection,
  objects: readonly Prepared[],
  conclude?: (tx: Tx, outcomes: readonly Added[]) => Promise<void>,
): Promise<Added[]> {
  if (collection.kind !== "inbox") throw new ComityError("refused", "collection.forbidden")
  let outcomes: Added[] = []
  do {
    const before = outcomes
    outcomes = await store.write(async (tx) => {
      const slice = await addSlice(tx, collection, objects.slice(before.length))
      const all = [...before, ...slice]
      if (all.length === objects.length) await conclude?.(tx, all)
      return all
    })
  } while (outcomes.length < objects.length)
  return outcomes
}

async function addSlice(tx: Tx, collection: Collection, objects: readonly Prepared[]): Promise<Added[]> {
  const log = await openLog(tx, collection.log)
  const outcomes: Added[] = []
  const salts = random(SALT_BYTES * Math.min(objects.length, SLICE_MOST))
  for (const object of objects.slice(0, SLICE_MOST)) {
    if (outcomes.length > 0 && tx.elapsed() > SLICE_MS) break
    const salt = salts.subarray(outcomes.length * SALT_BYTES, (outcomes.length + 1) * SALT_BYTES)
    outcomes.push(await addObject(tx, { collection, log, salt }, object))
  }
  return outcomes
}

/** Where an object goes, with the salt of its entry. */
export type Target = { collection: Collection; log: OpenLog; salt: Buffer }

async function addObject(tx: Tx, target: Target, object: Prepared): Promise<Added> {
  const { collection } = target
  const hash = idHash(object.id)
  const known = await versionsOf(tx, object.id, hash)
  const verdict = judge(known, object, "own")
  if (verdict.is === "conflict") {
    await insertConflict(tx, collection.key, object, verdict.reason)
    return verdict
  }
  const others = known.length === 0 ? [] : await entriesOf(tx, collection.key, object.id)
  if (verdict.is === "duplicate") {
    const held = others.find((entry) => entry.object === verdict.object)
    if (held !== undefined) return { ...verdict, dateAdded: held.dateAdded }
  }
  const key =
    verdict.is === "duplicate" ? verdict.object : await insertObject(tx, hash, object, { origin: "own", aside: false })
  const kept = verdict.is === "duplicate" ? await tightened(tx, key, object.marking) : object
  const dateAdded = await putEntry(tx, target, kept, key, { others, previous: others.at(-1) ?? null })
  if (verdict.is === "new" && known.length > 0) await noteUnshared(tx, object.id, key)
  const warned = verdict.is === "new" && changesCreated(known, object)
  return { is: "accepted", object: key, dateAdded, ...(warned ? { warning: CREATED_CHANGED } : {}) }
}

/** What is kept, under the stricter of both marks: the same bytes were given again, perhaps for fewer eyes. */
async function tightened(tx: Tx, key: number, given: Tlp | null): Promise<Kept> {
  const kept = await loadKept(tx, key)
  const marking = joinTlp(kept.marking, given)
  if (marking !== kept.marking) await setMarking(tx, key, marking)
  return { ...kept, marking }
}

/** What the collection says of an object so far: the live entries of its versions, and the newest entry about it. */
export type Before = { others: readonly Standing[]; previous: { seq: number; h: Uint8Array } | null }

/** Appends the entry of an object version. */
export async function putEntry(
  tx: Tx,
  { collection, log, salt }: Target,
  object: Kept,
  key: number,
  { others, previous: last }: Before,
): Promise<Instant> {
  const { id, marking, type, spec, stamp, version } = object
  const kind: EntryKind = object.revoked ? "revoke" : "put"
  const dateAdded = nextInstant(tx, log)
  const date_added = formatInstant(dateAdded)
  const previous = last === null ? null : Buffer.from(last.h).toString("base64")
  const rest = { terms: collection.terms?.hash ?? null, previous, erases: null }
  const header = headerText({ kind, id, spec, version, date_added, marking, ...rest })
  const h = entryHash(salt, header, object.bytes)
  const seq = appendEntry(log, h)
  const place = {
    collection: collection.key,
    seq,
    kind,
    object: key,
    type,
    marking,
    dateAdded,
    size: object.bytes.length,
    terms: collection.terms?.key,
  }
  await insertEntry(tx, { ...place, salt, h, previous: last?.seq ?? null, erases: null, served: true })
  if (others.length > 0) {
    await settleStanding(tx, collection.key, others, [...others, { seq, spec, stamp, dateAdded }])
  }
  return dateAdded
}

/**
 * Writes down how an object's versions stand in a collection, so that pages need not look at the others. `before` are
 * those that stood there until now: of them only what changes is written.
 */
export async function settleStanding(
  tx: Tx,
  collection: number,
  before: readonly Standing[],
  after: readonly Standing[],
): Promise<void> {
  const stored = new Map(standingOf(before).map((one) => [one.seq, one]))
  for (const { seq, ...flags } of standingOf(after)) {
    const was = stored.get(seq)
    const same = was?.newest === flags.newest && was.first === flags.first && was.last === flags.last
    if (!same) await setStanding(tx, collection, seq, flags)
  }
}

import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { type Clock, monotonic } from "../../kernel/time.ts"
import { findLog, record, requireFree } from "../../ledger/index.ts"
import { audienceOf, loadCollection } from "../../library/index.ts"
import { closeAsking, dropAsking, isReviewLate, type Purpose, readTerms } from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { purposeOf } from "./facts.ts"
import { nothingYet, partiesOf, type Release, type ReleaseId, type Target } from "./model.ts"
import {
  deleteParts,
  deleteRelease,
  findRelease,
  insertPart,
  insertRelease,
  readPart,
  servedBehind,
  updateRelease,
} from "./queries.ts"
import { Settling, type Work } from "./settling.ts"

/** So many objects stand in one part of the list, and go into one transaction at most. */
const PART = 500
/** Milliseconds after which a transaction ends, so that other writers and all readers get their turn. */
const SLICE_MS = 8
export const RELEASE_MOST = 100_000
const TARGETS_MOST = 50

export type Chosen = {
  collections: readonly string[]
  objects: readonly number[]
  unmarked: Tlp | null
  again: boolean
  /** None: for the first purpose that the terms name. */
  purpose?: Purpose | null
  by: string | null
  officer: boolean
}

/**
 * Writes down what is to be let out, to be looked at first or to be started at once. Throws `invalid release.nothing`,
 * `too-large release.too-many`.
 */
export async function prepareRelease(store: Store, chosen: Chosen, state: "looking" | "decided"): Promise<ReleaseId> {
  const objects = [...new Set(chosen.objects)]
  const names = [...new Set(chosen.collections)]
  if (objects.length === 0 || names.length === 0) throw new ComityError("invalid", "release.nothing")
  if (objects.length > RELEASE_MOST) throw new ComityError("too-large", "release.too-many", { most: RELEASE_MOST })
  if (names.length > TARGETS_MOST) throw new ComityError("too-large", "release.too-many", { most: TARGETS_MOST })
  return store.write(async (tx) => {
    const targets = await Promise.all(names.map((name) => targetOf(tx, name)))
    return (await insertChosen(tx, { ...chosen, objects, targets }, state)).id
  })
}

/** Writes down what is to be let out, for readers that somebody was shown. */
export async function insertChosen(
  tx: Tx,
  chosen: Omit<Chosen, "collections"> & { targets: readonly Target[] },
  state: Release["state"],
): Promise<Release> {
  const { objects, targets, unmarked, again, purpose = null, by, officer } = chosen
  const outcome = targets.map(() => nothingYet)
  const total = objects.length * targets.length
  const rest = {
    urgent: null,
    finishedAt: null,
    source: null,
    cursor: -1,
    settled: 0,
    failure: null,
    createdAt: tx.now,
  }
  const release = {
    id: newId("release"),
    state,
    by,
    officer,
    targets,
    total,
    unmarked,
    again,
    purpose,
    outcome,
    ...rest,
  }
  const key = await insertRelease(tx, release)
  for (let at = 0; at < objects.length; at += PART) {
    await insertPart(tx, key, at / PART, objects.slice(at, at + PART))
  }
  return { ...release, key }
}

/** Throws `refused collection.not-shared`. */
export async function targetOf(reader: Reader, name: string): Promise<Target> {
  const collection = await loadCollection(reader, name)
  if (collection.kind !== "shared") throw new ComityError("refused", "collection.not-shared")
  const members = await audienceOf(reader, collection)
  return { collection: collection.id, audience: members.map(({ party }) => party) }
}

/** Throws `not-found release.unknown`. */
export async function loadRelease(reader: Reader, id: string): Promise<Release> {
  const found = await findRelease(reader, id)
  if (found === null) throw new ComityError("not-found", "release.unknown")
  return found
}

/** Tells what would become of everything, a piece at a time, and writes nothing of it. */
export async function* foresee(reader: Reader, release: Release, clock: Clock): AsyncGenerator<Release> {
  let foreseen: Release = { ...release, settled: 0, outcome: release.targets.map(() => nothingYet) }
  const along = release.targets.map(() => new Set<number>())
  while (foreseen.settled < foreseen.total) {
    foreseen = await settlePiece({ reader, tx: null, time: clock.now() }, foreseen, along)
    yield foreseen
  }
}

/** Who decides, and whether in urgent need. */
export type Deciding = Pick<Release, "by" | "officer"> & Partial<Pick<Release, "urgent">>

/**
 * From now on it goes by itself, also after a crash. Throws `conflict release.state`, and `refused
 * release.urgent-unreviewed` in need while something that went in need before was not looked at in time.
 */
export async function startRelease(tx: Tx, id: string, decided: Deciding): Promise<Release> {
  const release = await loadRelease(tx, id)
  if (release.state !== "decided") throw new ComityError("conflict", "release.state")
  if (decided.urgent != null && (await isReviewLate(tx, tx.now))) {
    throw new ComityError("refused", "release.urgent-unreviewed")
  }
  for (const { collection } of release.targets)
    requireFree(await findLog(tx, (await loadCollection(tx, collection)).log))
  const outcome = release.targets.map(() => nothingYet)
  const started: Release = { ...release, urgent: null, ...decided, state: "running", settled: 0, outcome }
  await updateRelease(tx, started)
  await recordBegun(tx, started)
  return started
}

/** `rest`: on what it goes beside the person's decision. */
export async function recordBegun(
  tx: Tx,
  { id, by, targets, total, unmarked, again, purpose }: Release,
  rest: { rule?: string; approval?: string } = {},
): Promise<void> {
  const collections = targets.map(({ collection }) => collection)
  const facts = {
    release: id,
    collections,
    audience: partiesOf(targets),
    pairs: total,
    unmarked,
    again,
    purpose,
    ...rest,
  }
  await record(tx, { what: "release.begun", by, facts })
}

/**
 * Decides on and lets out a few more, in one short transaction: what is settled is written in the same one, so after a
 * crash it goes on there. Null if it is not running any more.
 */
export async function releaseOn(store: Store, id: string): Promise<Release | null> {
  return store.write(async (tx) => {
    const release = await findRelease(tx, id)
    if (release === null || release.state !== "running") return null
    const along = release.targets.map(() => new Set<number>())
    const settled = await settlePiece({ reader: tx, tx, time: tx.now }, release, along)
    const done = release.source === null ? settled.settled >= settled.total : settled.cursor < 0
    const after: Release = done ? { ...settled, state: "done", finishedAt: tx.now } : settled
    await updateRelease(tx, after)
    if (done) {
      await conclude(tx, after)
      await closeAsking(tx, after.id)
    }
    return after
  })
}

/** What was let out stays out, and the ledger says how far it went; what never began leaves no trace but a failure. */
export async function endRelease(
  store: Store,
  id: string,
  state: "cancelled" | "failed",
  failure: string | null,
): Promise<void> {
  await store.write(async (tx) => {
    const release = await findRelease(tx, id)
    if (release === null || release.finishedAt !== null) return
    if (release.state === "running") {
      const ended: Release = { ...release, state, failure, finishedAt: tx.now }
      await updateRelease(tx, ended)
      await conclude(tx, ended)
      await dropAsking(tx, id)
      return
    }
    await deleteParts(tx, release.key)
    if (state === "cancelled") return deleteRelease(tx, release.key)
    const outcome = release.targets.map(() => nothingYet)
    await updateRelease(tx, { ...release, state, failure, outcome, finishedAt: tx.now })
  })
}

async function conclude(tx: Tx, release: Release): Promise<void> {
  const { key, id, state, by, targets, outcome } = release
  await deleteParts(tx, key)
  for (const [at, { collection }] of targets.entries()) {
    const { released, already, refused, held, gone, marked, along, digest } = outcome[at] ?? nothingYet
    const { terms } = await loadCollection(tx, collection)
    const purpose = purposeOf(release, terms === null ? null : readTerms(terms.text))
    const counts = { released, already, refused, held, gone, marked, along }
    await record(tx, {
      what: "release.ended",
      by,
      facts: { release: id, collection, state, purpose, ...counts, digest },
    })
  }
}

async function settlePiece(work: Work, release: Release, along: readonly Set<number>[]): Promise<Release> {
  return release.source === null
    ? settleChosen(work, release, along)
    : settleSource(work, release, release.source, along)
}

async function settleChosen(work: Work, release: Release, along: readonly Set<number>[]): Promise<Release> {
  const each = release.total / release.targets.length
  const [at, from] = [Math.floor(release.settled / each), release.settled % each]
  const part = await readPart(work.reader, release.key, Math.floor(from / PART))
  const keys = part.slice(from % PART)
  const { outcome, number } = await settleKeys(work, release, at, keys, along)
  return { ...release, outcome, settled: release.settled + number }
}

/** What another collection serves, in the order of its log. The cursor is -1 at the end. */
async function settleSource(
  work: Work,
  release: Release,
  source: number,
  along: readonly Set<number>[],
): Promise<Release> {
  const rows = await servedBehind(work.reader, source, release.cursor, PART)
  const keys = rows.map(({ object }) => object)
  const { outcome, number } = await settleKeys(work, release, 0, keys, along)
  const cursor = number === rows.length && rows.length < PART ? -1 : (rows[number - 1]?.seq ?? release.cursor)
  return { ...release, outcome, cursor, settled: release.settled + number }
}

async function settleKeys(
  work: Work,
  release: Release,
  at: number,
  keys: readonly number[],
  along: readonly Set<number>[],
): Promise<{ outcome: Release["outcome"]; number: number }> {
  const target = release.targets[at]
  if (target === undefined) throw new Error("a release has gone beyond its targets")
  const settling = await Settling.open(work, target, release, along[at] ?? new Set())
  const began = monotonic()
  let outcome = release.outcome[at] ?? nothingYet
  let number = 0
  for (const key of keys) {
    if (number > 0 && (work.tx === null ? monotonic() - began : work.tx.elapsed()) > SLICE_MS) break
    outcome = await settling.add(outcome, key)
    number += 1
  }
  return { outcome: release.outcome.map((one, i) => (i === at ? outcome : one)), number }
}

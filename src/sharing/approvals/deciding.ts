import { officers } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Clock, Instant } from "../../kernel/time.ts"
import { findLog, requireFree } from "../../ledger/index.ts"
import { loadCollection } from "../../library/index.ts"
import {
  type ApprovalRequest,
  approve,
  type Decider,
  decline,
  isOpen,
  listItems,
  listWaiting,
  loadApproval,
  type Purpose,
  type Redaction,
  readTerms,
  setVoid,
  setWent,
  waitingFor,
} from "../../policy/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import type { CopyLine } from "../release/copy-lines.ts"
import { purposeOf } from "../release/facts.ts"
import type { Release, ReleaseId } from "../release/model.ts"
import { findRelease } from "../release/queries.ts"
import type { Releases } from "../release/releases.ts"
import { insertChosen, recordBegun } from "../release/releasing.ts"
import { Settling } from "../release/settling.ts"

const ITEMS_AT_ONCE = 2000

export type DecidingParts = { store: Store; releases: Releases; clock: Clock }

/** For what it goes: as was chosen, or else the first purpose of the terms. */
export async function purposeAsked(reader: Reader, { release, collection }: ApprovalRequest): Promise<Purpose> {
  const { terms } = await loadCollection(reader, collection)
  const purpose = (await findRelease(reader, release))?.purpose ?? null
  return purposeOf({ purpose }, terms === null ? null : readTerms(terms.text))
}

/** What a person saw and agrees to. */
export type Yes = { by: Decider; digest: string }

/**
 * Says yes, and lets go at once what was asked about: each object is decided anew where it goes, and one that is not
 * exactly what was agreed to stays. Throws what `approve` throws, and `conflict log.guarded`. Null where the yes is the
 * review of an urgent release.
 */
export async function approveAndRelease(
  { store, releases, clock }: DecidingParts,
  id: string,
  yes: Yes,
): Promise<Release | null> {
  const asked = await loadApproval(store, id)
  if (await hasChanged(store, asked, clock.now())) {
    await writeVoid(store, id)
    throw new ComityError("conflict", "approval.void")
  }
  const release = await store.write(async (tx) => {
    const approval = await approve(tx, id, yes)
    if (approval.kind === "urgent") return null
    requireFree(await findLog(tx, (await loadCollection(tx, approval.collection)).log))
    const { collection, audience, askedBy: by, unmarked, again } = approval
    // Whoever asked and is no officer any more lets nothing out.
    const officer = by !== null && (await officers(tx)).has(by)
    const objects = await objectsOf(tx, approval)
    const purpose = (await findRelease(tx, approval.release))?.purpose ?? null
    const chosen = { objects, targets: [{ collection, audience }], unmarked, again, purpose, by, officer }
    const started = await insertChosen(tx, chosen, "running")
    await setWent(tx, approval, started.id)
    await recordBegun(tx, started, { approval: approval.id })
    return started
  })
  if (release !== null) releases.run(release)
  return release
}

/** More than so many are looked at only where each goes: whatever is not what was agreed to stays there. */
const COMPARED_MOST = 2000

/** Whether anything that waits for a yes is not exactly what would leave now. */
export async function hasChanged(
  reader: Reader,
  approval: ApprovalRequest,
  time: Instant,
  most = COMPARED_MOST,
): Promise<boolean> {
  if (approval.kind !== "ask" || !isOpen(approval, time)) return false
  const settling = await settlingFor(reader, approval, time)
  for (const { object, tag } of await listItems(reader, approval.key, -1, most)) {
    const now = (await settling?.leavingNow(object)) ?? null
    if (now === null || Buffer.compare(now.tag, tag) !== 0) return true
  }
  return false
}

/** So many objects of all requests of a list together are looked at while somebody waits for the page. */
const LISTED_MOST = 500

/**
 * Requests as they stand: void where something changed since, whether or not that is written yet. Of many or long ones
 * only the first objects are looked at; whoever opens one sees all of it.
 */
export async function asTheyStand(
  reader: Reader,
  approvals: readonly ApprovalRequest[],
  time: Instant,
): Promise<ApprovalRequest[]> {
  const open = approvals.filter((one) => one.kind === "ask" && isOpen(one, time)).slice(0, LISTED_MOST)
  const each = Math.floor(LISTED_MOST / Math.max(1, open.length))
  const changed = new Set<string>()
  for (const one of open) if (await hasChanged(reader, one, time, each)) changed.add(one.id)
  return approvals.map((one) => (changed.has(one.id) ? { ...one, state: "void" } : one))
}

/** What waits for this person and can still be agreed to. */
export async function approvalsFor(reader: Reader, decider: Decider, now: Instant): Promise<ApprovalRequest[]> {
  const waiting = await asTheyStand(reader, await waitingFor(reader, decider, now), now)
  return waiting.filter(({ state }) => state === "waiting")
}

/** Those in which something changed since are over, also if nobody looks at them; the ledger says so. */
export async function voidChanged(store: Store, now: Instant): Promise<void> {
  for (const approval of await listWaiting(store)) {
    if (await hasChanged(store, approval, now)) await writeVoid(store, approval.id)
  }
}

/** Somebody may have decided on it since it was looked at. */
async function writeVoid(store: Store, id: string): Promise<void> {
  await store.write(async (tx) => {
    const approval = await loadApproval(tx, id)
    if (approval.state === "waiting") await setVoid(tx, approval)
  })
}

export type TakenOut = { without: readonly Redaction[]; copy: readonly CopyLine[] | null }

/** What is taken out of some of its objects before they go, and the copies that go in their place, by their keys. */
export async function takenOut(
  reader: Reader,
  approval: ApprovalRequest,
  { keys, time }: { keys: readonly number[]; time: Instant },
): Promise<Map<number, TakenOut>> {
  const settling = await settlingFor(reader, approval, time)
  const found = await Promise.all(
    keys.map(async (key) => {
      const without = (await settling?.leavingNow(key))?.without ?? []
      const copy = without.length === 0 ? null : await settling?.copyNow(key)
      return [key, { without, copy: copy?.lines ?? null }] as const
    }),
  )
  return new Map(found)
}

/** Null where somebody reads the collection by now who was not named. */
async function settlingFor(reader: Reader, approval: ApprovalRequest, time: Instant): Promise<Settling | null> {
  const { release, collection, audience, askedBy: by, unmarked, again, askedAt: createdAt } = approval
  const purpose = (await findRelease(reader, release))?.purpose ?? null
  const wish = { id: release as ReleaseId, by, officer: true, unmarked, again, purpose, urgent: null, createdAt }
  try {
    return await Settling.open({ reader, tx: null, time }, { collection, audience }, wish, new Set())
  } catch (error) {
    if (error instanceof ComityError && error.code === "release.audience") return null
    throw error
  }
}

/** Says no, with a reason: of an urgent release, that it was not in order. Throws what `decline` throws. */
export async function sayNo(store: Store, id: string, no: { by: Decider; note: string }): Promise<ApprovalRequest> {
  return store.write((tx) => decline(tx, id, no))
}

/** Keys of the object versions that were asked about. */
export async function objectsOf(reader: Reader, { key }: Pick<ApprovalRequest, "key">): Promise<number[]> {
  const keys: number[] = []
  for (let after = -1; ; ) {
    const items = await listItems(reader, key, after, ITEMS_AT_ONCE)
    keys.push(...items.map(({ object }) => object))
    if (items.length < ITEMS_AT_ONCE) return keys
    after = items.at(-1)?.object ?? after
  }
}

/** Throws `not-found approval.unknown`. */
export async function loadOne(reader: Reader, id: string | undefined): Promise<ApprovalRequest> {
  if (id === undefined) throw new ComityError("not-found", "approval.unknown")
  return loadApproval(reader, id)
}

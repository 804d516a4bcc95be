import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import type { ReleaseReason } from "../release/model.ts"
import {
  APPROVAL_LASTS,
  type ApprovalGrounds,
  type ApprovalRequest,
  type Decider,
  digestOf,
  isFor,
  isOpen,
  mayDecide,
  NOTE_MOST,
} from "./model.ts"
import {
  deleteApproval,
  insertApproval,
  insertItem,
  selectApproval,
  selectItems,
  selectOfRelease,
  selectWaiting,
  updateApproval,
} from "./queries.ts"

const GROUNDS_MOST = 60

/** What the ledger calls it when something is put before a second person, and when that person decides. */
const OPENED = { ask: { what: "approval.asked" }, urgent: { what: "approval.urgent" } } as const
const DECIDED = {
  approved: { ask: { what: "approval.approved" }, urgent: { what: "approval.reviewed" } },
  declined: { ask: { what: "approval.declined" }, urgent: { what: "approval.objected" } },
} as const
const ENDED = {
  withdrawn: { what: "approval.withdrawn" },
  expired: { what: "approval.expired" },
  void: { what: "approval.void" },
} as const
const ITEMS_AT_ONCE = 2000

/** What a release asks about, or did in need, for one collection. */
export type Asking = Pick<
  ApprovalRequest,
  "kind" | "release" | "collection" | "terms" | "audience" | "unmarked" | "again" | "askedBy" | "reason" | "told"
>

/** One object version more that a release asks about; the first one opens the request. */
export async function addItem(
  tx: Tx,
  asking: Asking,
  item: { object: number; tag: Uint8Array; reasons: readonly ReleaseReason[] },
): Promise<void> {
  const approval = await openFor(tx, asking)
  await insertItem(tx, approval.key, item.object, item.tag)
  const grounds = item.reasons.reduce(withGround, approval.grounds)
  await updateApproval(tx, { ...approval, objects: approval.objects + 1, grounds })
}

async function openFor(tx: Tx, asking: Asking): Promise<ApprovalRequest> {
  const same = ({ kind, state, collection }: ApprovalRequest) =>
    state === "open" && kind === asking.kind && collection === asking.collection
  const found = (await selectOfRelease(tx, asking.release)).find(same)
  if (found !== undefined) return found
  const none = { went: null, objects: 0, digest: null, grounds: [], decidedBy: null, decidedAt: null, note: null }
  const times = { askedAt: tx.now, expiresAt: plusMicroseconds(tx.now, APPROVAL_LASTS) }
  const approval = { ...asking, ...none, ...times, id: newId("approval"), state: "open" as const }
  return { ...approval, key: await insertApproval(tx, approval) }
}

function withGround(grounds: readonly ApprovalGrounds[], { code, values }: ReleaseReason): readonly ApprovalGrounds[] {
  const text = JSON.stringify(values)
  const at = grounds.findIndex((one) => one.code === code && JSON.stringify(one.values) === text)
  if (at >= 0) return grounds.map((one, i) => (i === at ? { ...one, count: one.count + 1 } : one))
  return grounds.length < GROUNDS_MOST ? [...grounds, { code, values, count: 1 }] : grounds
}

/** The release added its last item: from here on others may decide, and for how long is counted. */
export async function closeAsking(tx: Tx, release: string): Promise<void> {
  for (const approval of await selectOfRelease(tx, release)) {
    if (approval.state !== "open") continue
    const digest = digestOf(await tagsOf(tx, approval.key))
    const expiresAt = plusMicroseconds(tx.now, APPROVAL_LASTS)
    await updateApproval(tx, { ...approval, state: "waiting", digest, askedAt: tx.now, expiresAt })
    const { id, kind, collection, audience, objects, askedBy: by } = approval
    const facts = { approval: id, release, collection, audience: [...audience], objects, digest }
    await record(tx, { ...OPENED[kind], by, facts })
  }
}

/** A release that ended before its time asks nothing; what went in need is looked at all the same. */
export async function dropAsking(tx: Tx, release: string): Promise<void> {
  for (const { key, kind, state } of await selectOfRelease(tx, release)) {
    if (kind === "ask" && state === "open") await deleteApproval(tx, key)
  }
  await closeAsking(tx, release)
}

async function tagsOf(reader: Reader, approval: number): Promise<Uint8Array[]> {
  const tags: Uint8Array[] = []
  for (let after = -1; ; ) {
    const items = await selectItems(reader, approval, after, ITEMS_AT_ONCE)
    tags.push(...items.map(({ tag }) => tag))
    if (items.length < ITEMS_AT_ONCE) return tags
    after = items.at(-1)?.object ?? after
  }
}

/** Throws `not-found approval.unknown`. */
export async function loadApproval(reader: Reader, id: string): Promise<ApprovalRequest> {
  const found = await selectApproval(reader, id)
  if (found === null || found.state === "open") throw new ComityError("not-found", "approval.unknown")
  return found
}

/**
 * Another officer's yes, to exactly what the digest says: what that officer saw. From here on a release finds it by the
 * tag of each object. Throws `not-found approval.unknown`, `refused approval.same-person`, `conflict approval.over`,
 * `conflict approval.changed`.
 */
export async function approve(
  tx: Tx,
  id: string,
  { by, digest }: { by: Decider; digest: string },
): Promise<ApprovalRequest> {
  const approval = await requireOpen(tx, id, by)
  if (approval.digest !== digest) throw new ComityError("conflict", "approval.changed")
  return decided(tx, approval, "approved", by.person, null)
}

/** Throws what `approve` throws, and `invalid approval.note` without a reason. */
export async function decline(
  tx: Tx,
  id: string,
  { by, note }: { by: Decider; note: string },
): Promise<ApprovalRequest> {
  const why = note.trim()
  if (why === "" || why.length > NOTE_MOST) throw new ComityError("invalid", "approval.note", { most: NOTE_MOST })
  return decided(tx, await requireOpen(tx, id, by), "declined", by.person, why)
}

/** Whoever asked takes it back; `by` null where the operator does. Throws `conflict approval.over`. */
export async function withdrawAsking(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const approval = await loadApproval(tx, id)
    const own = by === null || approval.askedBy === by
    if (!own || approval.kind !== "ask" || !isOpen(approval, tx.now)) throw new ComityError("conflict", "approval.over")
    await decided(tx, approval, "withdrawn", by, null)
  })
}

/** By which release it goes. */
export async function setWent(tx: Tx, approval: ApprovalRequest, went: string): Promise<void> {
  await updateApproval(tx, { ...approval, went })
}

/** What was asked about is not what would leave any more. */
export async function setVoid(tx: Tx, approval: ApprovalRequest): Promise<void> {
  await decided(tx, approval, "void", null, null)
}

async function requireOpen(tx: Tx, id: string, by: Decider): Promise<ApprovalRequest> {
  const approval = await loadApproval(tx, id)
  if (approval.askedBy === by.person) throw new ComityError("refused", "approval.same-person")
  if (!isFor(approval, by)) throw new ComityError("not-found", "approval.unknown")
  if (!mayDecide(approval, by, tx.now)) throw new ComityError("conflict", "approval.over")
  return approval
}

type Decided = "approved" | "declined" | "withdrawn" | "expired" | "void"

async function decided(
  tx: Tx,
  approval: ApprovalRequest,
  state: Decided,
  by: string | null,
  note: string | null,
): Promise<ApprovalRequest> {
  const after: ApprovalRequest = { ...approval, state, decidedBy: by, decidedAt: tx.now, note }
  await updateApproval(tx, after)
  const { id, kind, collection, digest, objects } = approval
  const happening = state === "approved" || state === "declined" ? DECIDED[state][kind] : ENDED[state]
  await record(tx, { ...happening, by, facts: { approval: id, collection, objects, digest } })
  return after
}

/** Those that nobody decided on in time; the ledger says so. */
export async function expireApprovals(store: Store): Promise<void> {
  const late = (now: Instant) => (one: ApprovalRequest) => one.kind === "ask" && now >= one.expiresAt
  await store.write(async (tx) => {
    for (const approval of (await selectWaiting(tx)).filter(late(tx.now))) {
      await decided(tx, approval, "expired", null, null)
    }
  })
}

/** Whether something went in need and nobody looked at it in time. */
export async function isReviewLate(reader: Reader, now: Instant): Promise<boolean> {
  return (await selectWaiting(reader)).some(({ kind, expiresAt }) => kind === "urgent" && now >= expiresAt)
}

/** What waits for somebody else than this person. */
export async function waitingFor(reader: Reader, decider: Decider, now: Instant): Promise<ApprovalRequest[]> {
  return (await selectWaiting(reader)).filter((approval) => mayDecide(approval, decider, now))
}

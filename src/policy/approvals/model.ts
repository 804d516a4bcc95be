import { canonicalize } from "../../kernel/canonical.ts"
import { sha256 } from "../../kernel/hash.ts"
import type { Id } from "../../kernel/ids.ts"
import { DAY, type Instant } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Redaction, ReleaseReason } from "../release/model.ts"
import type { Purpose } from "../terms/model.ts"

export type ApprovalId = Id<"approval">

/** `ask`: it goes when a second person agreed. `urgent`: it went in need, and a second person looks at it after. */
export type ApprovalKind = "ask" | "urgent"

/**
 * `open`: a release is still adding to it. `waiting`: for somebody else. Of an urgent one `approved` means that it was in
 * order, `declined` that it was not. `void`: what was asked about has changed since.
 */
export type ApprovalState = "open" | "waiting" | "approved" | "declined" | "withdrawn" | "expired" | "void"

/** For so long a yes can be given and holds; an urgent release is looked at within it. */
export const APPROVAL_LASTS = DAY

export const NOTE_MOST = 1000

/** Why a second person is needed, and for how many objects. */
export type ApprovalGrounds = ReleaseReason & { count: number }

export type ApprovalRequest = {
  key: number
  id: ApprovalId
  kind: ApprovalKind
  state: ApprovalState
  /** The release that asks, and the one by which it went. */
  release: string
  went: string | null
  collection: CollectionId
  /** Hash of the terms; null where the collection has none of its own. */
  terms: string | null
  audience: readonly PartyId[]
  unmarked: Tlp | null
  again: boolean
  objects: number
  /** SHA-256 over all tags, in base64: what a person agrees to. Null as long as it is open. */
  digest: string | null
  grounds: readonly ApprovalGrounds[]
  /** Commitments of people; null where a command or a standing rule asks. */
  askedBy: string | null
  askedAt: Instant
  expiresAt: Instant
  /** Why it could not wait; of urgent ones. */
  reason: string | null
  /** Commitment of the person who was told of it at once; of urgent ones. */
  told: string | null
  decidedBy: string | null
  decidedAt: Instant | null
  note: string | null
}

/** One object version as it would leave, into one collection. */
export type Leaving = {
  bytes: Uint8Array
  /** What is taken out of it before. */
  without: readonly Redaction[]
  marking: Tlp | null
  collection: CollectionId
  terms: string | null
  audience: readonly PartyId[]
  /** What readers may use it for by this release. */
  purpose: Purpose
}

/**
 * What a yes is bound to: SHA-256 over the exact bytes and what is taken out of them, the mark, the purpose, the
 * collection, its terms and its readers. Where any of these changes there is no yes.
 */
export function tagOf({ bytes, without, marking, collection, terms, audience, purpose }: Leaving): Buffer {
  const taken = without.map(({ path, what }) => ({ path, what }))
  const text = canonicalize({ audience: audience.toSorted(), collection, marking, purpose, terms, without: taken })
  return sha256("comity/approval/v1\n", sha256(bytes), text)
}

/** SHA-256 over the tags in their order, in base64. */
export function digestOf(tags: readonly Uint8Array[]): string {
  return sha256("comity/approvals/v1\n", ...tags.toSorted(Buffer.compare)).toString("base64")
}

/** Whether somebody may still say yes or no. */
export function isOpen({ kind, state, expiresAt }: ApprovalRequest, now: Instant): boolean {
  return state === "waiting" && (kind === "urgent" || now < expiresAt)
}

/** Who decides: any officer, and of an urgent release whoever was told. Never whoever asked. */
export function isFor({ askedBy, kind, told }: ApprovalRequest, { person, officer }: Decider): boolean {
  return askedBy !== person && (officer || (kind === "urgent" && told === person))
}

/** A commitment, and whether that person is an officer. */
export type Decider = { person: string; officer: boolean }

export function mayDecide(approval: ApprovalRequest, decider: Decider, now: Instant): boolean {
  return isOpen(approval, now) && isFor(approval, decider)
}

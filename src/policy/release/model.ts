import type { Instant } from "../../kernel/time.ts"
import type { Collection, Origin } from "../../library/index.ts"
import type { PartyId, Peer } from "../../parties/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { ReleaseRefusals } from "../refusals/operations.ts"

/** Nothing above this mark enters a shared collection; agreements may say otherwise later. */
export const CEILING: Tlp = "green"

/** Who wants it: a person by role, or whoever may command the node's machine. */
export type Releaser = { is: "person"; officer: boolean } | { is: "operator" }

/** One of those who would read it. */
export type Recipient = {
  party: PartyId
  /** What we call it and what it calls itself: the refusal list may hold either. */
  names: readonly string[]
  /** Where it is; null if it never said. */
  places: readonly string[] | null
  /** Null if it is no partner of ours. */
  peer: Pick<Peer, "state" | "theirs"> | null
}

/** A marking that is no TLP level: one that restricts nothing and travels along, or one whose rules nobody here knows. */
export type OtherMarking = { id: string; carried: boolean }

/** What of an object version decides. */
export type ReleaseObject = {
  type: string
  /** What else export control would call it. */
  kinds: readonly string[]
  /** The strictest mark on the whole and its parts. */
  marking: Tlp | null
  others: readonly OtherMarking[]
  /** Its bytes are kept because a log commits to them, never as a version of the object. */
  aside: boolean
  /** No collection serves it any more. */
  withdrawn: boolean
  /** A later version says that the object is not valid any more. */
  revokedSince: boolean
  /** When this node recalled it; null if it did not, or let it out again since. */
  recalledAt: Instant | null
}

/** Where it would go, for whom, by whose hand, under which refusals: the same for every object of one release. */
export type ReleaseTarget = {
  actor: Releaser
  collection: Pick<Collection, "kind" | "closedAt">
  audience: readonly Recipient[]
  refusals: ReleaseRefusals
  /** What was recalled is let out again on purpose. */
  again: boolean
}

export type ReleaseQuestion = ReleaseTarget & { object: ReleaseObject; origin: Origin }

/** Why not: a code, and the values that its sentence needs. Codes of objects begin with `object.` or `marking.`. */
export type ReleaseReason = { code: ReleaseReasonCode; values: Readonly<Record<string, string>> }

export const RELEASE_REASON_CODES = [
  ...(["actor.not-officer"] as const),
  ...(["collection.not-shared", "collection.closed"] as const),
  ...(["audience.empty", "audience.stranger", "audience.not-active"] as const),
  ...(["audience.refused", "audience.place-refused", "audience.place-unknown"] as const),
  ...(["object.received", "object.aside", "object.withdrawn", "object.recalled", "object.revoked-since"] as const),
  ...(["object.kind-refused"] as const),
  ...(["marking.none", "marking.above", "marking.without-rules"] as const),
] as const
export type ReleaseReasonCode = (typeof RELEASE_REASON_CODES)[number]

/** What is taken out of a copy before it goes: where it stands (RFC 6901), and why. */
export type Redaction = { path: string; what: RedactedKind }

export const REDACTED_KINDS = ["author", "source", "email", "account", "name", "phone", "contact", "text"] as const
export type RedactedKind = (typeof REDACTED_KINDS)[number]

/** Whose yes is missing: an officer's who is none of these (commitments of people). */
export type HoldFor = { role: "officer"; except: readonly string[] }

/**
 * Nothing leaves but by a decision (design 2.3). `release`: the bytes as they are; `redact`: a copy without these
 * things; `hold`: as soon as somebody else agrees, and then without these things; `refuse`: not at all. The reasons of
 * a release or a redaction say on what it rests beside the terms: approvals, urgent need.
 */
export type Decision =
  | { is: "release"; reasons: readonly ReleaseReason[] }
  | { is: "redact"; what: readonly Redaction[]; reasons: readonly ReleaseReason[] }
  | { is: "hold"; for: HoldFor; what: readonly Redaction[]; reasons: readonly ReleaseReason[] }
  | { is: "refuse"; reasons: readonly ReleaseReason[] }

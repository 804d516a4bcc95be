import type { Instant } from "../../kernel/time.ts"
import type { Bound } from "../../law/index.ts"
import type { Collection } from "../../library/index.ts"
import type { PartyId, PartyKind, Peer } from "../../parties/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { ReleaseRefusals } from "../refusals/operations.ts"
import type { Pap, TermName, Terms } from "../terms/model.ts"

/** Who wants it: a person by role, known by a commitment, or whoever may command the node's machine. */
export type Releaser = { is: "person"; officer: boolean; by: string } | { is: "operator" }

/** One of those who would read it. */
export type Recipient = {
  party: PartyId
  /** What we call it and what it calls itself: the refusal list may hold either. */
  names: readonly string[]
  /** As its card says; null if it never said. */
  kind: PartyKind | null
  places: readonly string[] | null
  /** Null if it is no partner of ours. */
  peer: Pick<Peer, "state" | "theirs"> | null
}

/**
 * A marking that is no TLP level: a statement or permissible actions, which travel along, or one whose rules nobody
 * here knows. `marking`: how far its own text may travel. `actions` null: words that nobody here understands.
 */
export type OtherMarking = { id: string; marking: Tlp | null } & (
  | { is: "statement" | "unknown" }
  | { is: "actions"; actions: Pap | null }
)

/** What can be taken out of an object, by where it stands (RFC 6901) and why. `whole`: the object is nothing without it. */
export type Found = { path: string; what: RedactedKind; whole: boolean }

/** What of an object version decides. */
export type ReleaseObject = {
  type: string
  /** What else export control would call it. */
  kinds: readonly string[]
  /** The strictest mark on the whole and its parts. */
  marking: Tlp | null
  /** The strictest mark under which any earlier version of it was held here. */
  strictest: Tlp | null
  others: readonly OtherMarking[]
  sectors: readonly string[]
  incidents: readonly string[]
  personal: readonly Found[]
  /** Authors that are not this node's party, and sources. */
  sources: readonly Found[]
  /** Its bytes are kept because a log commits to them, never as a version of the object. */
  aside: boolean
  /** No collection serves it any more. */
  withdrawn: boolean
  /** A later version says that the object is not valid any more. */
  revokedSince: boolean
  /** When this node recalled it; null if it did not, or let it out again since. */
  recalledAt: Instant | null
}

/** Whose an object is: ours, or received under terms; null for those that this node does not understand or never got. */
export type ReleaseOrigin = "own" | { party: PartyId; terms: Terms | null; agreement: string | null }

/** In urgent need one officer decides, says why, and a second person (a commitment) is told. */
export type Urgent = { reason: string; told: string }

/** By `instrument/place`; of what is not there nothing is known. */
export type LawFacts = ReadonlyMap<string, Bound>

/** Where it would go, for whom, by whose hand, under which refusals: the same for every object of one release. */
export type ReleaseFacts = {
  actor: Releaser
  /** People of this node who can decide. */
  officers: number
  collection: Pick<Collection, "kind" | "closedAt"> & { agreement: string | null }
  audience: readonly Recipient[]
  refusals: ReleaseRefusals
  /** Where its places stand to the instruments that the terms name, on the day of the decision. */
  law: LawFacts
  /** Nothing was released into the collection before. */
  first: boolean
  /** What was recalled is let out again on purpose. */
  again: boolean
  urgent: Urgent | null
  /** Where the agreement says what a term enforces. */
  articles: Readonly<Partial<Record<TermName, string>>>
}

/** A yes of somebody, bound to the hash of exact bytes, collection, terms and audience. */
export type Approval = { by: string; officer: boolean; binding: string; at: Instant }

/** Everything that people agreed to, and the binding of what would go now: another binding is another question. */
export type Approvals = { binding: string; given: readonly Approval[] }

/** So long a yes holds, in microseconds. */
export const APPROVAL_HOLDS = 86_400_000_000

/** Why not, or on what it rests: a code, and the values that its sentence needs; `article` where an agreement says so. */
export type ReleaseReason = { code: ReleaseReasonCode; values: Readonly<Record<string, string>> }

/** Codes of what speaks against single objects begin with `object.`, `marking.`, `personal.`, `source.`, `onward.`. */
export const RELEASE_REASON_CODES = [
  ...(["decision.failed", "actor.not-officer", "collection.not-shared", "collection.closed"] as const),
  ...(["terms.unknown", "terms.not-begun", "terms.ended", "purpose.outside"] as const),
  ...(["audience.empty", "audience.stranger", "audience.not-active"] as const),
  ...(["audience.refused", "audience.place-refused", "audience.place-unknown"] as const),
  ...(["audience.not-named", "audience.kind-outside", "audience.kind-unknown"] as const),
  ...(["audience.place-outside", "audience.place-unsaid"] as const),
  ...(["audience.bound-unsaid", "audience.not-bound", "audience.bound-unverified"] as const),
  ...(["audience.bound-open", "audience.bound-unknown", "audience.instrument-unknown"] as const),
  ...(["object.aside", "object.withdrawn", "object.recalled", "object.revoked-since", "object.kind-refused"] as const),
  ...(["object.received", "onward.none", "onward.agreement", "onward.marked", "onward.wider", "onward.ended"] as const),
  ...(["object.type-outside", "object.sector-none", "object.sector-outside"] as const),
  ...(["object.incident-none", "object.incident-outside"] as const),
  ...(["marking.none", "marking.above", "marking.without-rules"] as const),
  ...(["marking.actions-above", "marking.actions-unknown"] as const),
  ...(["personal.forbidden", "personal.whole", "source.whole"] as const),
  ...(["personal.bound-unsaid", "personal.not-bound", "personal.bound-unverified"] as const),
  ...(["personal.bound-open", "personal.bound-unknown", "personal.instrument-unknown"] as const),
  ...(["people.too-few", "people.strict", "people.personal", "people.looser", "people.first"] as const),
  ...(["people.approved", "people.urgent"] as const),
] as const
export type ReleaseReasonCode = (typeof RELEASE_REASON_CODES)[number]

/** What is taken out of a copy before it goes: where it stands (RFC 6901), and why. */
export type Redaction = { path: string; what: RedactedKind }

export const REDACTED_KINDS = [
  ...(["author", "source", "email", "account", "name", "unsaid", "phone", "contact", "text"] as const),
] as const
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

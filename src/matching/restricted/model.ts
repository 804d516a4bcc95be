import type { Id } from "../../kernel/ids.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import type { Between, MatchingRow, Purpose } from "../../policy/index.ts"
import type { RestrictedType } from "../items/types.ts"

/** Why a type that names people may not be matched; the last is the one that came nearest to a yes. */
export const RESTRICTED_REFUSALS = ["no-agreement", "type", "purpose", "ended", "not-begun"] as const
export type RestrictedRefusal = (typeof RESTRICTED_REFUSALS)[number]

/** `row` is what was signed, `article` where: `4(2)`, null where that is not known. */
export type MayMatch =
  | { is: "allowed"; agreement: string; article: string | null; row: MatchingRow }
  | { is: "refused"; why: RestrictedRefusal; article: string | null }

/**
 * Whether a type that names people may be matched with a partner, for a purpose, at an instant: only as an agreement that
 * is in force between the two says. No agreement, no match.
 */
export function mayMatch(
  type: RestrictedType,
  purpose: Purpose,
  agreements: readonly Between[],
  now: Instant,
): MayMatch {
  const all = agreements.map((one) => under(type, purpose, one, now))
  const allowed = all.find(({ is }) => is === "allowed")
  if (allowed !== undefined) return allowed
  const none: MayMatch = { is: "refused", why: "no-agreement", article: null }
  const rank = (one: MayMatch) => (one.is === "refused" ? RESTRICTED_REFUSALS.indexOf(one.why) : -1)
  return all.reduce((nearest, one) => (rank(one) > rank(nearest) ? one : nearest), none)
}

function under(
  type: RestrictedType,
  purpose: Purpose,
  { agreement, terms, articles }: Between,
  now: Instant,
): MayMatch {
  const article = articles.matching ?? null
  const refused = (why: RestrictedRefusal): MayMatch => ({ is: "refused", why, article })
  const rows = (terms.matching ?? []).filter((row) => row.type === type)
  const row = rows.find((one) => one.purpose === purpose)
  if (rows.length === 0) return refused("type")
  if (row === undefined) return refused("purpose")
  const day = formatInstant(now).slice(0, 10)
  if (terms.end !== null && day > terms.end) return refused("ended")
  if (terms.start !== null && day < terms.start) return refused("not-begun")
  return { is: "allowed", agreement, article, row }
}

export type MatchApprovalId = Id<"match-approval">
export const APPROVAL_ACTS = ["propose", "accept", "consent"] as const
export type ApprovalAct = (typeof APPROVAL_ACTS)[number]
export type MatchApprovalState = "waiting" | "approved" | "declined" | "withdrawn" | "expired" | "void"

/** What one officer wants, and what became of it. */
export type MatchApproval = {
  key: number
  id: MatchApprovalId
  /** Key of the run. */
  run: number
  act: ApprovalAct
  state: MatchApprovalState
  /** All that both agree to, and its hash, by which whoever agrees names what was seen. */
  text: string
  digest: string
  /** Commitments of people. */
  askedBy: string
  askedAt: Instant
  expiresAt: Instant
  decidedBy: string | null
  decidedAt: Instant | null
  note: string | null
}

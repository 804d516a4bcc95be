import type { State, Translate } from "../../http/index.ts"
import type { Instant } from "../../kernel/time.ts"
import { type ApprovalRequest, isOpen } from "../../policy/index.ts"

export const APPROVALS_PATH = "/share/approvals"

export function approvalPath({ id }: Pick<ApprovalRequest, "id">): string {
  return `${APPROVALS_PATH}/${id}`
}

/** Where a request stands, with the shape of its state. */
export function standing(t: Translate, approval: ApprovalRequest, now: Instant): { state: State; word: string } {
  const { kind, state } = approval
  if (kind === "urgent") return urgentStanding(t, approval, now)
  if (state === "waiting" && !isOpen(approval, now)) return { state: "closed", word: t("approval.is-expired") }
  switch (state) {
    case "approved":
      return { state: "open", word: t("approval.is-approved") }
    case "declined":
      return { state: "closed", word: t("approval.is-declined") }
    case "withdrawn":
      return { state: "closed", word: t("approval.is-withdrawn") }
    case "expired":
      return { state: "closed", word: t("approval.is-expired") }
    case "void":
      return { state: "closed", word: t("approval.is-void") }
    default:
      return { state: "conditional", word: t("approval.is-waiting") }
  }
}

function urgentStanding(
  t: Translate,
  { state, expiresAt }: ApprovalRequest,
  now: Instant,
): { state: State; word: string } {
  if (state === "approved") return { state: "open", word: t("approval.in-order") }
  if (state === "declined") return { state: "closed", word: t("approval.not-in-order") }
  return now < expiresAt
    ? { state: "conditional", word: t("approval.to-review") }
    : { state: "closed", word: t("approval.review-late") }
}

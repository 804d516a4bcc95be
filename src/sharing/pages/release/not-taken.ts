import { type Piece, type Translate, visible } from "../../../http/index.ts"

/** Why a node did not take a version: reasons that nodes give by themselves have words; others are a text from outside. */
export function notTaken(t: Translate, reason: string): Piece {
  switch (reason) {
    case "unreadable":
      return t("receipts.why-unreadable")
    case "header-differs":
      return t("receipts.why-header")
    case "terms-differ":
      return t("receipts.why-terms")
    case "conflict-content":
    case "conflict-creator":
    case "conflict-revoked":
    case "conflict-owner":
      return t("receipts.why-conflict")
    default:
      return visible(reason)
  }
}

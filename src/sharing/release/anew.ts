import { translator } from "../../http/index.ts"
import { type Collection, loadCollectionByKey, recallObject } from "../../library/index.ts"
import { expectReceipts } from "../../peering/index.ts"
import type { Decision, ReleaseReason } from "../../policy/index.ts"
import type { Tx } from "../../store/index.ts"

/** What is no reason to take back what is out: who reads and who acts is seen to elsewhere, a revocation tells by itself. */
const BESIDE = /^(?:actor|audience|collection|people)\.|^object\.revoked-since$/

/**
 * Why an object may not stay as it is where it was let out; null if it may. To what people agreed under wider terms they
 * need not agree again; what could only stay without something of it may not.
 */
export function againstStaying(decision: Decision): readonly ReleaseReason[] | null {
  const { is, reasons } = decision
  if (is === "refuse") {
    const counting = reasons.filter(({ code }) => !BESIDE.test(code))
    return counting.length === 0 ? null : counting
  }
  return (is === "redact" || is === "hold") && decision.what.length > 0 ? [] : null
}

/** Takes every version of an object out of one collection. False if it was out before. */
export async function takeOut(
  tx: Tx,
  { key }: Collection,
  id: string,
  reasons: readonly ReleaseReason[],
): Promise<boolean> {
  const collection = await loadCollectionByKey(tx, key)
  const told = await recallObject(tx, collection, id, reasonFor(reasons))
  if (told.length === 0) return false
  await expectReceipts(tx, collection, "recall", told)
  return true
}

/** Names articles alone, which every reader knows: a reason may rest on what stays at this node. */
function reasonFor(reasons: readonly ReleaseReason[]): string {
  const t = translator("en")
  const articles = [...new Set(reasons.flatMap(({ values }) => values.article ?? []))]
  return articles.length === 0 ? t("recall.rules") : t("recall.rules-articles", { articles: articles.join(", ") })
}

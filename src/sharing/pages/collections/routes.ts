import type { PageRoute } from "../../../accounts/index.ts"
import { visibleText } from "../../../http/index.ts"
import { onePages } from "./collection-page.ts"
import { conflictPages } from "./conflict-pages.ts"
import { ledgerPages } from "./ledger-pages.ts"
import { listPages } from "./list-page.ts"
import { type CollectionParts, collectionOfVisit, collectionPath } from "./parts.ts"
import { proofPages } from "./proof-pages.ts"
import { verifyPages } from "./verify-pages.ts"

/** Collections, their logs, checks and proofs, and the node's own ledger. */
export function collectionPages(parts: CollectionParts): PageRoute[] {
  return [
    ...listPages(parts),
    ...onePages(parts),
    ...conflictPages(parts),
    ...proofPages(parts),
    ...verifyPages(parts.verifications, {
      ...{ path: "/share/collections/:id", who: "role:reader" },
      subject: async (visit) => {
        const collection = await collectionOfVisit(parts, visit)
        const { id, title } = collection
        return { name: id, title: visibleText(title), home: collectionPath(collection), place: "collections" }
      },
    }),
    ...ledgerPages(parts),
  ]
}

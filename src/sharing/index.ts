/** What waits for a second person. */
export { approvalDeclarations, approvalHandlers } from "./approvals/commands.ts"
export { approvalsFor, voidChanged } from "./approvals/deciding.ts"
export { approvalPages } from "./approvals/pages.ts"
export { sharingDeclarations, sharingHandlers } from "./commands.ts"
export { type Cursors, cursors } from "./cursor.ts"
export { type Caller, guardian } from "./guard.ts"
export { Imports, type ImportsParts } from "./intake/imports.ts"
export type { Import, ImportId, ImportState, Outcome } from "./intake/model.ts"
export { listImports, unfinishedImports } from "./intake/queries.ts"
export { logRoutes } from "./log-routes.ts"
export { collectionPages } from "./pages/collections/routes.ts"
export { Verifications } from "./pages/collections/verification.ts"
export { graphPages } from "./pages/graph/pages.ts"
export { stateOf as importState } from "./pages/import/parts.ts"
export { importRoutes } from "./pages/import/routes.ts"
export { libraryPages } from "./pages/library/routes.ts"
export { selecting } from "./pages/library/selecting.ts"
export { nameText, objectLink, objectPath, typeWord } from "./pages/named.ts"
export { objectPages } from "./pages/object/index.ts"
export { programPages } from "./pages/programs/routes.ts"
export { releasePages } from "./pages/release/routes.ts"
export { warningListRoutes } from "./pages/warning-lists/pages.ts"
export { deleteStatusesBefore } from "./queries.ts"
export { carryOver } from "./release/audiences.ts"
/** Letting out, taking back, and who reads what. */
export { releaseDeclarations, releaseHandlers } from "./release/commands.ts"
export { eraseOutlived } from "./release/outliving.ts"
export { Releases } from "./release/releases.ts"
/** Files for named people of a partner, which no node can read. */
export {
  type CardRecipient,
  cardRecipients,
  publishedRecipients,
  type SealedParts,
  sealedCouriers,
  sealedDeclarations,
  sealedHandlers,
  sealedPages,
  sealedVerbs,
  sweepSealed,
} from "./sealed/index.ts"
/** What goes by itself. */
export { ruleDeclarations, ruleHandlers } from "./standing/commands.ts"
export { rulesStandingStill } from "./standing/following.ts"
export { rulePages } from "./standing/pages.ts"
export { StandingRules } from "./standing/running.ts"
export { type TaxiiParts, taxiiRoutes } from "./taxii-routes.ts"
/** Who can see what, and why. */
export { visibilityDeclarations, visibilityHandlers } from "./visibility/commands.ts"
export { visibilityPages } from "./visibility/pages.ts"

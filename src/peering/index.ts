export { bodyOf, parseBody } from "./bodies.ts"
export { cardDeclarations, cardHandlers } from "./card-commands.ts"
export { changeCard, giveCard, ownCard, sendCards } from "./cards.ts"
export { Courier } from "./courier.ts"
export { type DoorParts, peerRows, type StrangerVerb } from "./door.ts"
/** Two histories of one log, as they were found and as people settle them. */
export { conflictId, evidenceDeclarations, evidenceHandlers, loadConflict } from "./evidence/commands.ts"
export { settleConflicts } from "./evidence/conflicts.ts"
export { countOpenConflicts, type FoundConflict, type How, listConflicts } from "./evidence/queries.ts"
/** The same entries and receipts in a file, for where there is no line. */
export { feedDeclarations, feedHandlers } from "./feeds/commands.ts"
export { countBroken, feedSaid, mirrorsUnder } from "./feeds/queries.ts"
/** Own logs that may be older than what was signed before, after a restored backup. */
export { guardDeclarations, guardHandlers } from "./guard/commands.ts"
export { confirmGuard, guardLogs, PEOPLE_NEEDED, type Standing, standingOf } from "./guard/guarding.ts"
export { confirmationsOf, findGuard, type Guard, listGuards, type Witness, witnessesOf } from "./guard/queries.ts"
export { peerDeclarations, peerHandlers } from "./joining/commands.ts"
export { compare, fingerprints, type Heard, WORDS_ASKED } from "./joining/comparing.ts"
export { moveTo, takeName } from "./joining/moving.ts"
export {
  accept,
  invite,
  leave,
  resume,
  suspend,
  withdrawInvitation,
} from "./joining/operations.ts"
export { countUncompared, type Given, listInvitations } from "./joining/queries.ts"
export { keysOf } from "./keys.ts"
export { say } from "./line.ts"
export type {
  Incoming,
  Outgoing,
  PeerAnswer,
  PeeringParts,
  PeerMessage,
  PeerVerb,
  PeerVerbs,
  PrepareBodies,
  Self,
  Send,
} from "./model.ts"
export { network } from "./network.ts"
export { type Couriers, deliver, enqueue, type OnDelivered } from "./outbox.ts"
export type { PartnerParts } from "./pages/parts.ts"
export { partnerPages } from "./pages/routes.ts"
export { preparedBy } from "./preparing.ts"
export { takeBack } from "./queries.ts"
export { Quotas } from "./quotas.ts"
export {
  countOverdue,
  type Due,
  type DuePlace,
  type DueWish,
  findReceipt,
  isOverdue,
  listReceipts,
  openReceipts,
  type ReceiptKind,
  type ReceiptState,
  receiptsAbout,
  receiptsOf,
} from "./receipt-queries.ts"
export { expectReceipts, takeOut } from "./receipts.ts"
/** What went each way and of what use it was, for one's own side, and for a partner if both want it. */
export { reciprocityDeclarations, reciprocityHandlers } from "./reciprocity/commands.ts"
export { Counting } from "./reciprocity/counting.ts"
export { reciprocityPages } from "./reciprocity/pages/routes.ts"
export { type ReciprocityParts, reciprocitySection } from "./reciprocity/pages/section.ts"
export { round } from "./round.ts"
export { sweepNonces } from "./sweeping.ts"
export { couriersOf, strangersOf, verbsOf } from "./verbs.ts"
export { cosignersOf } from "./witnessing/cosigners.ts"

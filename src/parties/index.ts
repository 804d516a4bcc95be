export {
  type Card,
  CardDetails,
  type CardRecipient,
  cardBytes,
  type PartyRole,
  partyRoles,
  readCard,
} from "./card.ts"
export { partyDeclarations, partyHandlers } from "./commands.ts"
export { type Fingerprint, fingerprintOf, saysDigits, saysWord, saysWords } from "./fingerprint.ts"
export { type OwnParty, type Party, type PartyId, type PartyKind, partyKinds } from "./model.ts"
export { addOwnParty, loadDetails, ownFingerprint, saveDetails } from "./operations.ts"
export {
  cardSent,
  findPeer,
  findPeerByKey,
  getsCard,
  insertPeer,
  insertStatement,
  listPeers,
  readPeerCard,
  readStatements,
  savePeerCard,
  setCardSent,
  setGetsCard,
  updateTheirState,
} from "./peer-queries.ts"
export { isActive, loadPeer, movePeer, type Peer, type PeerState, peerStates, resolvePeer } from "./peers.ts"
export { ownParty } from "./queries.ts"
export { digitsAloud, wordsAloud } from "./reading-aloud.ts"

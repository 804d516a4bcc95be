export {
  type Card,
  CardDetails,
  type CardRecipient,
  cardBytes,
  oneLine,
  PartyName,
  type PartyRole,
  partyRoles,
  readCard,
} from "./card.ts"
export { partyDeclarations, partyHandlers } from "./commands.ts"
export { type Fingerprint, fingerprintOf, isWordOfList, saysDigits, saysWord, saysWords } from "./fingerprint.ts"
export {
  type OwnParty,
  type Party,
  type PartyId,
  type PartyKind,
  type Peer,
  type PeerState,
  partyKinds,
  peerStates,
} from "./model.ts"
export { addOwnParty, loadDetails, loadOwnParty, ownFingerprint, saveDetails } from "./operations.ts"
export {
  findPeer,
  findPeerByKey,
  getsCard,
  insertPeer,
  insertStatement,
  listPeers,
  readPeerCard,
  readStatements,
  saveEndpoint,
  saveName,
  savePeerCard,
  setGetsCard,
  statementsIn,
  updateTheirState,
} from "./peer-queries.ts"
export { isActive, loadPeer, movePeer, resolvePeer } from "./peers.ts"
export { ownParty, readOwnCard, saveOwnCard } from "./queries.ts"
export { digitsAloud, wordsAloud } from "./reading-aloud.ts"

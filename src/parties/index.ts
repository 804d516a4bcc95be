export { partyDeclarations, partyHandlers } from "./commands.ts"
export { type Fingerprint, fingerprintOf, saysDigits, saysWord, saysWords } from "./fingerprint.ts"
export { type OwnParty, type Party, type PartyId, type PartyKind, partyKinds } from "./model.ts"
export { addOwnParty } from "./operations.ts"
export {
  findPeer,
  findPeerByKey,
  insertPeer,
  insertStatement,
  listPeers,
  readCard,
  readStatements,
  updateTheirState,
} from "./peer-queries.ts"
export { isActive, loadPeer, movePeer, type Peer, type PeerState, peerStates, resolvePeer } from "./peers.ts"
export { ownParty } from "./queries.ts"

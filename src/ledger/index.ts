export { type Checkpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.ts"
export { keyDeclarations, keyHandlers } from "./commands.ts"
export { type Conflict, type Contradiction, claimOf, conflictFile, contradict, readConflict } from "./conflict-file.ts"
export { type Cosignature, cosign, cosignaturesIn, cosignerName } from "./cosignature.ts"
export { cosignedCheckpoint, keepCosignature } from "./cosigners.ts"
export {
  type EntryHeader,
  type EntryKind,
  type EventHeader,
  entryHash,
  headerText,
  leafBytes,
  parseEventHeader,
  parseHeader,
  SALT_BYTES,
} from "./entry.ts"
export { aboutText, entryLine, offsetAfter, proofBundle, statementsText, verifierProgram } from "./export-format.ts"
export { type Commitments, type LogFile, logFile } from "./files.ts"
export { type Happening, record } from "./journal.ts"
export { inceptKeyLog, type KeyEvent, keyHistory, loadOrCreateKeys, ownKeyState, ownStatements } from "./key-log.ts"
export {
  countsUnder,
  type FormerKey,
  forkOf,
  type KeyState,
  keyStateOf,
  keysOf,
  lastSizeHash,
  type Saying,
  signStatement,
} from "./key-statements.ts"
export { isOwnCheckpoint, isSignedBy } from "./last-sizes.ts"
export { appendEntry, createLog, nextInstant, type OpenLog, openLog, requireFree, sealLogs } from "./log.ts"
export { Edge, EMPTY_ROOT, HASH_BYTES, leafHash, TILE_HEIGHT } from "./merkle.ts"
export { checkExtension, createMirror, extendMirror } from "./mirror.ts"
export { decodeBase64, formatVkey, noteBy, openNote, parseNote, signNote, type Verifier, verifierOf } from "./note.ts"
export { impliedRoot, verifyConsistency } from "./proofs.ts"
export {
  proofFile,
  proveConsistency,
  proveContinuation,
  proveInclusion,
  proveRoot,
  type RootProof,
} from "./proving.ts"
export {
  findLog,
  findOwnLog,
  type Guarded,
  type JournalRow,
  journalEntries,
  type LogKind,
  type LogRow,
  readJournal,
  setGuarded,
} from "./queries.ts"
export {
  type EntriesUntil,
  type KeyChange,
  recoverKey,
  revokeKey,
  rotateKey,
  settleRing,
  type Theft,
} from "./rotating.ts"
export { encodeBundle, entryTile, formatTilePath, hashTile, TILE_WIDTH, type TileRequest } from "./tiles.ts"

/** What the library knows of one object: its versions, who holds it, what was kept aside. */
export {
  type Holding,
  type KeptAside,
  listVersions,
  loadAbout,
  loadNewest,
  loadObjects,
  loadVersion,
  type ObjectAbout,
  type ObjectVersion,
  type Version,
} from "./about.ts"
export { type Added, addObjects } from "./adding.ts"
export { addCollection, loadCollection, loadCollectionByKey } from "./collections.ts"
export { libraryDeclarations, libraryHandlers } from "./commands.ts"
export {
  type Contradiction,
  type EntryPage,
  type LoggedEntry,
  listEntries,
  loadContradiction,
} from "./entries.ts"
export { type ConflictRow, countConflictsIn, listConflicts } from "./entry-queries.ts"
export { type Erasure, eraseObject } from "./erasing.ts"
/** Addresses and names of hosts as numbers and in their one spelling. */
export { normalAddress, parseRange, prefixOf } from "./intake/addresses.ts"
/** Tables and texts become objects, and what would become of a file is told before anything is stored. */
export type { Author } from "./intake/compose.ts"
export { decoded, ENCODINGS, type Encoding, guessEncoding } from "./intake/encodings.ts"
export {
  type Expected,
  emptyPreview,
  type Listed,
  type Preview,
  previewStream,
  type Sample,
} from "./intake/preview.ts"
export { newestBytes } from "./intake/queries.ts"
export {
  type Composed,
  type Composer,
  composeRows,
  type Finding,
  findingRows,
  noneComposed,
  type RowProblem,
  readFindings,
  tableRows,
} from "./intake/reading.ts"
export { ROW_FAULT_CODES, type RowFault } from "./intake/rows.ts"
export {
  type Delimiter,
  guessDelimiter,
  guessMapping,
  headerSignature,
  type Line,
  type Mapping,
  ROLES,
  type Role,
  sampleLines,
} from "./intake/table.ts"
export { isKnownDomain } from "./intake/values.ts"
export {
  type Collection,
  type CollectionId,
  type ConflictReason,
  type Origin,
  type Prepared,
  type Rejected,
  type Standing,
  type TermsKept,
  type TermsText,
  type VersionFilter,
  versionShown,
  type Warning,
} from "./model.ts"
export { type LogOwner, ownerOfLog } from "./owners.ts"
export { entriesUntil } from "./past-sizes.ts"
export type { Fault } from "./preparation.ts"
export { type PreparedBatch, Preparer, type Session } from "./preparing.ts"
export { type ObjectProof, proveObject } from "./proving.ts"
export {
  bodyOf,
  countConflicts,
  entriesOf,
  type Fact,
  findCollection,
  idHash,
  listCollections,
  readCommitments,
  readNames,
  setClosed,
} from "./queries.ts"
export { type Bodies, entryBefore, type Page, type PageQuery, readBodies, readPage } from "./reading.ts"
export type { Again, AgainPage, AgainQuery } from "./search/again.ts"
export { nameOf, referencesOf } from "./search/extract.ts"
export type {
  Edge,
  Found,
  Hit,
  Keys,
  Neighbourhood,
  Reference,
  References,
  SearchQuery,
  SearchState,
  Sort,
  Tallies,
  Tally,
} from "./search/model.ts"
export type { Related, RelationGroup, RelationPage, RelationQuery } from "./search/relations.ts"
/** Finds objects by words, references and what they are, in an index beside the store. */
export { Search, type SearchOptions } from "./search/search.ts"
/** Shared collections: who reads them, what enters, what is taken back; and mirrors of those of partners. */
export {
  addShared,
  audienceOf,
  collectionsOf,
  follow,
  makeShared,
  narrow,
  narrowTerms,
  type SharedWish,
  succeed,
  widen,
} from "./shared/audience.ts"
export { beforeIt, cameInAt, insertCarried, letOutSince } from "./shared/carried.ts"
export { expire } from "./shared/expiring.ts"
export { type ReceivedPlace, receivedPlaces } from "./shared/expiring-queries.ts"
export { type Applied, type Arrived, addMirror, applySlice, readHeader, type SliceOutcome } from "./shared/mirroring.ts"
export {
  erasedPlaces,
  everShared,
  findMember,
  givenAt,
  type KeptPlace,
  keptPlaces,
  type Member,
  membersOf,
  ownHolding,
  type Placed,
  placesOf,
  readServed,
  recipientsOf,
  type Span,
  sharedHolding,
  wasReleasedBefore,
} from "./shared/queries.ts"
export { type Recall, recalledAt, recallsOf } from "./shared/recalls.ts"
export { type Put, publishShared, putCopy, putShared, standingOfCopy } from "./shared/releasing.ts"
export { lostEntries, restoreLost, restoreSlice } from "./shared/restoring.ts"
export { entriesForOwner, noteHeld, type SentEntry, type SentRange, serveEntries } from "./shared/serving.ts"
export { noteSaidTerms, setSaidTerms, termsOver } from "./shared/terms-queries.ts"
export { listUnshared, type Unshared } from "./shared/unshared.ts"
export {
  closeCollection,
  eraseBefore,
  eraseShared,
  markAround,
  markObject,
  recallObject,
  type Told,
} from "./shared/withdrawing.ts"
export { exportObjects, verifyLogs } from "./tasks.ts"
export { type Sought, valuesOf } from "./values.ts"
export type { LogReport, Problem, VerifyStep } from "./verifying.ts"
/** Lists of values that are seldom worth an alarm, supplied by the operator. */
export { warningListDeclarations, warningListHandlers } from "./warning-lists/commands.ts"
export type { Hit as WarningHit, Lookup } from "./warning-lists/lookup.ts"
export type { ListSummary } from "./warning-lists/queries.ts"
export { LIST_BYTES_MOST, WarningLists, warningLookup } from "./warning-lists/warning-lists.ts"

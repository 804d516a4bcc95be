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
export { addCollection, loadCollection } from "./collections.ts"
export { libraryDeclarations, libraryHandlers } from "./commands.ts"
export { type Erasure, eraseObject } from "./erasing.ts"
export {
  type Collection,
  type CollectionId,
  type ConflictReason,
  type Prepared,
  type Rejected,
  type Standing,
  type VersionFilter,
  versionShown,
  type Warning,
} from "./model.ts"
export type { Fault } from "./preparation.ts"
export { type PreparedBatch, Preparer, type Session } from "./preparing.ts"
export { entriesOf, type Fact, listCollections, readCommitments, readNames } from "./queries.ts"
export { type Bodies, entryBefore, type Page, type PageQuery, readBodies, readPage } from "./reading.ts"
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
export { exportObjects } from "./tasks.ts"

/** What can be matched, and the first bytes of an item. */

/** Questions about single items: everything that works by itself, and where it works. */
export { type Asking, type AskingParts, openAsking } from "./asking/asking.ts"
export { Workbench } from "./asking/bench.ts"
export { type AskingCommandParts, askingDeclarations, askingHandlers } from "./asking/commands.ts"
/** Single items asked of partners that opened a list, and what desks on both sides work on. */
export {
  addSubject,
  askDesks,
  consentToContact,
  declineContact,
  endSubject,
  listContacts,
  listSubjects,
} from "./asking/desk.ts"
export { countContactsWaiting } from "./asking/desk-queries.ts"
export { gatherLists, knownOfItems } from "./asking/gathering.ts"
export { declineToTell, listKnowings, loadKnowing, wishToKnow } from "./asking/knowing.ts"
export { countKnowingsWaiting } from "./asking/knowing-queries.ts"
export {
  type Answered,
  type Answers,
  type AnswersId,
  type AnswersType,
  type Asked,
  batchesOf,
  type Contact,
  type ContactId,
  DESK_QUOTA_USUAL,
  type Epoch,
  evaluationsOf,
  type Held,
  KEY_DAYS_USUAL,
  type Knowing,
  type KnowingId,
  type KnownItem,
  PART_STATES,
  type Part,
  type PartState,
  QUESTION_ITEMS_MOST,
  QUOTAS_USUAL,
  type Question,
  type QuestionId,
  type Subject,
  type SubjectId,
  type Usage as AskedUsage,
} from "./asking/model.ts"
export {
  type AnswersStanding,
  closeAnswers,
  listAnswers,
  loadAnswers,
  type OpeningParts,
  type OpenWish,
  openAnswers,
  renewKeys,
  standingOf as standingOfAnswers,
} from "./asking/opening.ts"
export {
  answersTo,
  askPartners,
  cancelQuestion,
  denseIn,
  type Foreseen,
  foreseeQuestion,
  listHeld,
  listQuestions,
  loadQuestion,
  type QuestionWish,
} from "./asking/questioning.ts"
export { type KnownHere, tellKnown } from "./asking/telling.ts"
export { askingCouriers } from "./asking/verbs.ts"
export { contactText, knowingText, partText } from "./asking/words.ts"
/** The one form of a value, what a person types, and what an item is for people. */
export { type Canonical, canonicalItem, plainItem, shownItem, typed, typeOfKind } from "./items/canonical.ts"
/** What an object of STIX is or looks for exactly. */
export { exactValues, type Named, type Values } from "./items/objects.ts"
export { ITEM_REFUSALS, type ItemRefusal } from "./items/refusals.ts"
export {
  type Form,
  HEADER_BYTES,
  ITEM_TYPES,
  ITEMS_VERSION,
  type ItemType,
  isItemType,
  isRestricted,
  OPEN_TYPES,
  type OpenType,
  RESTRICTED_TYPES,
  type RestrictedType,
  readItem,
} from "./items/types.ts"
export { matchListDeclarations, matchListHandlers } from "./lists/commands.ts"
/** Saved selections, and what of them may be told to a partner: as a preview, or in files for a run. */
export { type GatheringParts, gather, preview, type Watching } from "./lists/gatherings.ts"
export { findList, LIST_NAME_MOST, LISTS_MOST, listLists, removeList, renameList, saveList } from "./lists/lists.ts"
export {
  type Excluded,
  type Exclusion,
  type Gathered,
  type GatherWish,
  isOwnCode,
  type ListId,
  type ListQuery,
  type MatchList,
  type TypeTally,
} from "./lists/model.ts"
export { PackedItems, type Section } from "./lists/packed.ts"
export { type Preview, Previews } from "./lists/previews.ts"
export { exclusionText } from "./lists/words.ts"
/** The pages of matching, and what they need to know of others. */
export { matchedObjects } from "./pages/matched.ts"
export type { MatchPageParts, Selecting } from "./pages/parts.ts"
export { matchPages } from "./pages/routes.ts"
export { Pool } from "./psi/pool.ts"
/** What names people: only as an agreement says, and only once two people here want the same. */
export {
  approvalsOfRun,
  approveMatch,
  loadMatchApproval,
  MATCH_NOTE_MOST,
  matchApprovalsFor,
  objectToMatch,
  type Wanted,
  wantedIn,
  withdrawMatch,
} from "./restricted/approving.ts"
export { restrictedGate } from "./restricted/gate.ts"
export {
  type ApprovalAct,
  type MatchApproval,
  type MatchApprovalId,
  type MatchApprovalState,
  type MayMatch,
  mayMatch,
  type RestrictedRefusal,
} from "./restricted/model.ts"
export { matchDeclarations, matchHandlers } from "./runs/commands.ts"
export type { ServeParts } from "./runs/fetching.ts"
export { gatherFrom, knowFrom, requireListOf } from "./runs/library.ts"
export { COUNTS_USUAL, HOURS_USUAL, type Limits, PLACES_USUAL, placesIn, type Usage, usageOf } from "./runs/limits.ts"
export { Matches, type RunProgress } from "./runs/matches.ts"
/** One match of two lists: how many items are common, and, if both sides consent, which. */
export {
  type Count,
  countOf,
  hasEnded,
  type Knowledge,
  LEARNERS,
  type Learners,
  learns,
  openable,
  opened,
  PHASES,
  type Phase,
  paddedSize,
  RUN_STATES,
  type Run,
  type RunId,
  type RunItem,
  type RunRole,
  type RunState,
  type RunType,
  type Waiting,
  waitingFor,
} from "./runs/model.ts"
export {
  type AcceptWish,
  accept,
  confirmProposal,
  consent,
  decline,
  type Gate,
  type GatedAct,
  type ProposeWish,
  propose,
  type RunParts,
  refuse,
} from "./runs/operations.ts"
export { openRuns } from "./runs/running.ts"
export { itemsOf, listRuns, loadRun, runsWaiting } from "./runs/standing.ts"
export { matchCouriers, matchVerbs } from "./runs/verbs.ts"
export { countText, itemTypeText, phaseText, reasonText, stateText, turnText } from "./runs/words.ts"

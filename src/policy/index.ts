/** The node's own refusal list: it only tightens, and nothing sends it out. */

/** A second person's yes, bound to exactly what would leave. */
export {
  type ApprovalGrounds,
  type ApprovalId,
  type ApprovalKind,
  type ApprovalRequest,
  type ApprovalState,
  type Decider,
  isFor,
  isOpen,
  type Leaving,
  mayDecide,
  NOTE_MOST,
  tagOf,
} from "./approvals/model.ts"
export {
  type Asking,
  addItem,
  approve,
  closeAsking,
  decline,
  dropAsking,
  expireApprovals,
  isReviewLate,
  loadApproval,
  setVoid,
  setWent,
  waitingFor,
  withdrawAsking,
} from "./approvals/operations.ts"
export {
  type Item,
  selectDecided as listDecided,
  selectItems as listItems,
  selectOfRelease as approvalsOf,
  selectWaiting as listWaiting,
  selectYes as yesFor,
  setUsed,
  type Yes,
} from "./approvals/queries.ts"
/** Agreements in force, as `agreements` wrote them here. */
export {
  type Between,
  governedBy,
  governing,
  type InForce,
  inForceWith,
  saveInForce,
  type TermArticles,
} from "./in-force/in-force.ts"
/** What of an object decides, read from it: personal data, sources, subjects, kinds, markings. */
export { type CopyOf, redactedCopy } from "./personal/copying.ts"
export { personalData } from "./personal/finding.ts"
export { sourcesOf } from "./personal/sources.ts"
export { incidentsOf, sectorsOf } from "./personal/subjects.ts"
/** What was received, as its owner lets it be kept. */
export { eraseExpired, type HeldUnder, heldUnder } from "./receiving/keeping.ts"
export { againstUse, type UseReason, useError } from "./receiving/using.ts"
export { refusalDeclarations, refusalHandlers } from "./refusals/commands.ts"
export type { Refusal, RefusalId, RefusalKind, RefusalWish, Refused } from "./refusals/model.ts"
export {
  addRefusal,
  listRefusals,
  type ReleaseRefusals,
  refusedPlaces,
  releaseRefusals,
  removeRefusal,
} from "./refusals/operations.ts"
export { refusalPages } from "./refusals/pages.ts"
export { objectKindWord } from "./refusals/words.ts"
/** May this leave, for these, and how? */
export { againstAudience } from "./release/against-audience.ts"
export { againstRecipient } from "./release/against-facts.ts"
export { decide, decider, type ReleaseQuestion, takenOutBy } from "./release/deciding.ts"
export { kindsOf, readMarking } from "./release/kinds.ts"
export { lawFacts, unknownInstrument } from "./release/law-facts.ts"
export {
  APPROVAL_HOLDS,
  type Approval,
  type Approvals,
  type Decision,
  type Found,
  type HoldFor,
  type LawFacts,
  type OtherMarking,
  REDACTED_KINDS,
  RELEASE_REASON_CODES,
  type Recipient,
  type RedactedKind,
  type Redaction,
  type ReleaseFacts,
  type ReleaseObject,
  type ReleaseOrigin,
  type ReleaseReason,
  type ReleaseReasonCode,
  type Releaser,
  type Urgent,
} from "./release/model.ts"
export { type OriginRow, originQuery, originsIn } from "./release/origins.ts"
/** What of other objects decides with one: parts of a query over object `o`. */
export { strictestAround, strictestBefore } from "./release/queries.ts"
export { recipientFor, recipientsIn } from "./release/recipients.ts"
export { articleText, plainNames, type ReasonNames, reasonText, redactedWord } from "./release/words.ts"
/** Terms as operators write them. */
export { termsDeclarations, termsHandlers, termsIn } from "./terms/commands.ts"
export { instrumentChoices } from "./terms/instrument-choices.ts"
/** Terms: the closed vocabulary that a node enforces for one shared collection. */
export {
  ACTIONS,
  CEILINGS,
  ceilingOf,
  DEFAULT_TERMS,
  INCIDENT_CLASSES,
  type IncidentClass,
  isOver,
  keptTerms,
  MATCHED,
  type Matched,
  Matching,
  type MatchingRow,
  ONWARD,
  type Onward,
  type Pap,
  PURPOSES,
  type Purpose,
  readTerms,
  TERM_NAMES,
  type TermName,
  Terms,
  termsHash,
  termsText,
} from "./terms/model.ts"
/** Whether terms allow nothing that others do not, and in what they do. */
export { isNarrower, loosened } from "./terms/order.ts"
export { safeguardText, safeguardTyped } from "./terms/safeguard.ts"
/** What a node does under terms, in words. */
export {
  matchedWord,
  papText,
  partyKindWord,
  purposeWord,
  sectorWord,
  type TermNames,
  type TermSentence,
  termSentences,
  termWord,
  typeWord,
} from "./terms/sentences.ts"
/** What terms would let out of one's own library, before anybody signs them. */
export type { Difference, Example, TrialStep, Tried, TriedReason } from "./trying/model.ts"
/** What of one object decides, read in a worker, for whoever decides on many without letting them go. */
export { bestOf, parsedObject, TriedObjects } from "./trying/objects.ts"
export { readTriedByKey, type TriedRow } from "./trying/queries.ts"
export { type Trial, Trials, type TrialWish } from "./trying/trials.ts"

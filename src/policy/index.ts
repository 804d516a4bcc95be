/** The node's own refusal list: it only tightens, and nothing sends it out. */
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
export { isCarried, kindsOf } from "./release/kinds.ts"
/** May this leave, for these? The one rule, until agreements bring terms. */
export {
  CEILING,
  type Decision,
  type HoldFor,
  type OtherMarking,
  REDACTED_KINDS,
  RELEASE_REASON_CODES,
  type Recipient,
  type RedactedKind,
  type Redaction,
  type ReleaseObject,
  type ReleaseReason,
  type ReleaseReasonCode,
  type Releaser,
  type ReleaseTarget,
} from "./release/model.ts"
export { recipientFor, recipientsIn } from "./release/recipients.ts"
export { againstRecipient, againstTarget, decide, decider } from "./release/rule.ts"
/** Terms: the closed vocabulary that a node enforces for one shared collection. */
export {
  ACTIONS,
  CEILINGS,
  DEFAULT_TERMS,
  INCIDENT_CLASSES,
  type IncidentClass,
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
/** What a node does under terms, in words. */
export {
  papText,
  purposeWord,
  type TermNames,
  type TermSentence,
  termSentences,
  termWord,
} from "./terms/sentences.ts"

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
  type OtherMarking,
  RELEASE_REASON_CODES,
  type Recipient,
  type ReleaseObject,
  type ReleaseReason,
  type ReleaseReasonCode,
  type Releaser,
  type ReleaseTarget,
} from "./release/model.ts"
export { againstRecipient, againstTarget, decide, decider } from "./release/rule.ts"

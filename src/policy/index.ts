/** The node's own refusal list: it only tightens, and nothing sends it out. */
export { refusalDeclarations, refusalHandlers } from "./refusals/commands.ts"
export type { Refusal, RefusalId, RefusalKind, RefusalWish, Refused } from "./refusals/model.ts"
export { addRefusal, listRefusals, refusedPlaces, removeRefusal } from "./refusals/operations.ts"
export { refusalPages } from "./refusals/pages.ts"

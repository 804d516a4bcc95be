/** Pages of one object, and what they need. */
export type { ObjectParts } from "./gathering.ts"
export { objectPages } from "./routes.ts"

/** A door of its own: threads that hide points load nothing else. */
export type { Provider } from "./engine.ts"
export { ITEM_LONGEST, type Packed, pack } from "./packed.ts"
export { openSuite, SUITE, type Suite } from "./suite.ts"

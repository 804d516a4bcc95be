import type { PageRoute } from "../../../accounts/index.ts"
import { listPages } from "./list-page.ts"
import { onePages } from "./program-pages.ts"
import type { ProgramParts } from "./token-page.ts"

/** Programs that reach collections over TAXII: their rights, their tokens, and settings to copy. */
export function programPages(parts: ProgramParts): PageRoute[] {
  return [...listPages(parts), ...onePages(parts)]
}

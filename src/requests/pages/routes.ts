import type { PageRoute } from "../../accounts/index.ts"
import type { Store } from "../../store/index.ts"
import { diaryEntryPages } from "./diary-entry-page.ts"
import { diaryListPages } from "./diary-list-page.ts"
import { diaryNewPages } from "./diary-new-page.ts"
import { documentPages } from "./document-page.ts"
import { draftPages } from "./draft-page.ts"
import { formPages } from "./forms-page.ts"

/**
 * Requests to others: what was sent, and the forms to send. Whom one asks for what is sensitive in itself, so a reader
 * of the library does not see it: analysts read and write, officers close.
 */
export function requestPages({ store }: { store: Store }): PageRoute[] {
  return [
    ...diaryListPages(store),
    ...diaryNewPages(store),
    ...diaryEntryPages(store),
    ...formPages(store),
    ...draftPages(store),
    ...documentPages(store),
  ]
}

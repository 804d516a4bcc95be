import { type PageRoute, pageRows, type SectionFor, type Visiting } from "./accounts/index.ts"
import { framePages } from "./desk/index.ts"
import type { Row } from "./http/index.ts"
import type { Store } from "./store/index.ts"

/** Where one can go, in the order of the rail. A place is shown to whom its page is open; a verb when it has a place. */
export const navigation: readonly SectionFor[] = [
  { key: "overview", icon: "home", pages: [{ key: "overview", href: "/", who: "person" }] },
  {
    key: "share",
    icon: "share",
    pages: [
      { key: "library", href: "/share/library", who: "role:reader" },
      { key: "import", href: "/share/import", who: "role:analyst" },
      { key: "collections", href: "/share/collections", who: "role:reader" },
      { key: "warning-lists", href: "/share/warning-lists", who: "role:reader" },
    ],
  },
  {
    key: "node",
    icon: "node",
    pages: [
      { key: "people", href: "/people", who: "role:administrator" },
      { key: "programs", href: "/share/programs", who: "role:administrator" },
      { key: "ledger", href: "/node/ledger", who: "role:administrator" },
      { key: "keys", href: "/node/keys", who: "role:administrator" },
    ],
  },
]

export type PageParts = { store: Store; visiting: Visiting }

/** Every page, behind its guard. */
export function pagesOf(parts: PageParts): Row[] {
  return pageRows(pageRoutes(parts), parts.visiting)
}

function pageRoutes({ store, visiting }: PageParts): PageRoute[] {
  return [...framePages(store, visiting)]
}

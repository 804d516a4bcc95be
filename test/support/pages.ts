import type { Page } from "playwright-core"
import type { Furnished } from "./workplace.ts"
import { known } from "./world.ts"

/** The roles of the people of a workplace in tests: one person each. */
export type Role = "reader" | "analyst" | "officer" | "administrator"

/** A page as somebody sees it, in the small world of `world.ts`. */
export type ShownPage = {
  /** Part of the name of its pictures. */
  name: string
  /** Where it is, and with which of the furnished collections. */
  path: string | ((collections: Furnished["collections"]) => string)
  who: Role | "visitor"
  /** 200 if nothing is said. */
  status?: number
  /** Settles when there is to be seen what the page is for, where that comes after its markup. */
  ready?(page: Page): Promise<unknown>
}

/**
 * Every page of the workplace: the tests check each (axe, phone, weight, without JavaScript), `npm run look` takes
 * pictures of each. A test fails on a GET row of the table of pages that is not here.
 */
export const pages: readonly ShownPage[] = [
  { name: "no-such-page", path: "/nothing", who: "visitor", status: 404 },
  { name: "sign-in", path: "/sign-in", who: "visitor" },
  { name: "overview", path: "/", who: "officer" },
  { name: "overview-administrator", path: "/", who: "administrator" },
  { name: "library", path: "/share/library", who: "analyst" },
  { name: "library-chinese", path: "/share/library?q=釣魚", who: "reader" },
  { name: "library-narrowed", path: "/share/library?type=indicator&marking=green&sort=name", who: "analyst" },
  { name: "library-none", path: "/share/library?q=nothingofthekind", who: "reader" },
  { name: "searches", path: "/share/library/searches", who: "reader" },
  { name: "object-malware", path: objectPath(known.loader), who: "analyst" },
  { name: "object-indicator", path: objectPath(known.relay), who: "analyst" },
  { name: "object-expired", path: objectPath(known.expired), who: "reader" },
  { name: "object-revoked", path: objectPath(known.revoked), who: "reader" },
  { name: "object-report", path: objectPath(known.report), who: "reader" },
  { name: "object-arabic", path: objectPath(known.reportArabic), who: "reader" },
  { name: "object-incident", path: objectPath(known.incident), who: "officer" },
  { name: "object-party", path: objectPath(known.party), who: "reader" },
  { name: "object-source", path: `${objectPath(known.loader)}/source`, who: "reader" },
  { name: "graph", path: `${objectPath(known.loader)}/graph`, who: "reader", ready: isDrawn },
  { name: "import", path: "/share/import", who: "analyst" },
  { name: "import-unknown", path: "/share/imports/import--0", who: "analyst", status: 404 },
  { name: "collections", path: "/share/collections", who: "reader" },
  { name: "collection", path: ({ own }) => `/share/collections/${own}`, who: "reader" },
  { name: "collection-empty", path: ({ empty }) => `/share/collections/${empty}`, who: "reader" },
  { name: "conflicts", path: ({ own }) => `/share/collections/${own}/conflicts`, who: "reader" },
  { name: "warning-lists", path: "/share/warning-lists", who: "reader" },
  { name: "warning-lists-administrator", path: "/share/warning-lists", who: "administrator" },
  { name: "programs", path: "/share/programs", who: "administrator" },
  { name: "people", path: "/people", who: "administrator" },
  { name: "people-invite", path: "/people/invite", who: "administrator" },
  { name: "people-review", path: "/people/review", who: "administrator" },
  { name: "ledger", path: "/node/ledger", who: "administrator" },
  { name: "keys", path: "/node/keys", who: "administrator" },
  { name: "account", path: "/account", who: "analyst" },
  { name: "enrol", path: "/account/enrol", who: "analyst" },
  { name: "step-up", path: "/step-up", who: "analyst" },
]

/** The picture of a graph comes after the lists that say the same. */
function isDrawn(page: Page): Promise<unknown> {
  return page.locator("#graph[data-drawn]").waitFor()
}

/** The page of the object with that STIX id. */
export function objectPath(id: string): string {
  return `/share/objects/${id}`
}

/** The address of a page on that node. */
export function pathOf({ path }: ShownPage, { collections }: Furnished): string {
  return typeof path === "string" ? path : path(collections)
}

import type { Page } from "playwright-core"
import { known } from "./world.ts"

/** The roles of the people of a workplace in tests: one person each. */
export type Role = "reader" | "analyst" | "officer" | "administrator"

/** A page as somebody sees it, in the small world of `world.ts`. */
export type ShownPage = {
  /** Part of the name of its pictures. */
  name: string
  path: string
  who: Role | "visitor"
  /** Graph and map: the only pages that may need JavaScript, or weigh more than 60 kB. */
  heavy?: true
  /** Settles when there is to be seen what the page is for, where that comes after its markup. */
  ready?(page: Page): Promise<unknown>
}

/**
 * Every page of the workplace: the tests check each (axe, phone, weight, without JavaScript), `npm run look` takes
 * pictures of each. A test fails on a GET row of the table of routes that is not here.
 */
export const pages: readonly ShownPage[] = [
  { name: "sign-in", path: "/sign-in", who: "visitor" },
  { name: "overview", path: "/", who: "administrator" },
  { name: "overview-reader", path: "/", who: "reader" },
  { name: "library", path: "/library", who: "analyst" },
  { name: "object-malware", path: `/library/${known.loader}`, who: "analyst" },
]

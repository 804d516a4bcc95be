import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Page, Request } from "playwright-core"

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
/** WCAG 2.2 AA, and what axe-core counts as good practice: landmarks, one h1, the order of headings. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

/** What the same markup may break where it is laid out or coloured otherwise: what hides a name, a heading, an edge. */
const APPEARANCE = [
  ...["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"],
  ...["link-name", "button-name", "label", "select-name", "summary-name", "aria-hidden-focus"],
  ...["empty-heading", "empty-table-header", "heading-order", "page-has-heading-one"],
]

type AxeViolation = {
  id: string
  help: string
  nodes: { target: unknown[]; html: string; any: AxeCheck[]; all: AxeCheck[]; none: AxeCheck[] }[]
}
type AxeCheck = { message: string }

/** What axe-core finds wrong on the page, a line for each element: rule, element, what is wrong with it. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return violations(page, TAGS)
}

/** The same on a page that `axe` has seen and that only looks otherwise now. */
export function axeOfAppearance(page: Page): Promise<string[]> {
  return violations(page, { type: "rule", values: APPEARANCE })
}

async function violations(page: Page, runOnly: unknown): Promise<string[]> {
  const options = { runOnly, resultTypes: ["violations"], preload: false }
  const found = await page.evaluate<AxeViolation[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html, any, all, none }) => {
      const why = [...any, ...all, ...none].map(({ message }) => message).join("; ")
      return `${id}: ${target.join(" ")}: ${why || help}: ${html.slice(0, 200)}`
    }),
  )
}

const FOREIGN_MARKUP = readFileSync(new URL("foreign-markup.js", import.meta.url), "utf8")

/** Elements and attributes that none of our templates writes: text from outside that became markup. */
export function foreignMarkup(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(FOREIGN_MARKUP)
}

/** How many pixels the page is wider than the screen; a person would have to scroll sideways. */
export function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth")
}

/** What the network carries while `work` runs, headers and compression included; files that `but` names are not counted. */
export async function transferredBytes(page: Page, work: () => Promise<unknown>, but = /^$/): Promise<number> {
  const sizes: Promise<number>[] = []
  const count = (request: Request) => void (but.test(request.url()) || sizes.push(sizeOf(request)))
  page.on("requestfinished", count)
  await work()
  page.off("requestfinished", count)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

async function sizeOf(request: Request): Promise<number> {
  const { responseBodySize, responseHeadersSize } = await request.sizes()
  return responseBodySize + responseHeadersSize
}

import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { type PageParts, pagesOf } from "../../src/pages.ts"
import { launchBrowser, type View, type Visitor } from "../support/browser.ts"
import { startNode } from "../support/node.ts"
import { axe, axeOfAppearance, sidewaysPixels, transferredBytes } from "../support/page-checks.ts"
import { pages, pathOf, type ShownPage } from "../support/pages.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"
import { world } from "../support/world.ts"

const WEIGHT_MOST = 60_000

const furnished = await furnish(join(tempFolder(), "d"), { objects: world() })
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser({ brief: true })
after(async () => {
  await browser.close()
  await node.stop()
})

/** Sizes are of a page with graph or map, but without these. */
const DRAWN = /\/assets\/(land\.svg|cytoscape\.js)/

const VIEWS = {
  desk: { scheme: "light", language: "en" },
  phone: { scheme: "dark", language: "zh-TW", width: 390, javaScript: false },
} as const satisfies Record<string, View>

const visitors = new Map<string, Promise<Visitor>>()

/** Everybody has one browser for each view, and goes from page to page. */
function visitor(who: ShownPage["who"], view: keyof typeof VIEWS): Promise<Visitor> {
  const known = visitors.get(`${who} ${view}`)
  if (known !== undefined) return known
  const made = enter(browser, furnished, node.url, who, VIEWS[view])
  const ready = view === "desk" ? made.then(uncached) : made
  visitors.set(`${who} ${view}`, ready)
  return ready
}

/** Where pages are weighed, nothing is taken from the cache. */
async function uncached(visitor: Visitor): Promise<Visitor> {
  const session = await visitor.context.newCDPSession(visitor.page)
  await session.send("Network.setCacheDisabled", { cacheDisabled: true })
  return visitor
}

/** Opens the page, which must answer as it should, and gives the bytes that came over the network. */
async function open({ page, origin, expect }: Visitor, shown: ShownPage, ready = shown.ready): Promise<number> {
  if (shown.status !== undefined) expect(new RegExp(`status of ${shown.status}`))
  const work = async () => {
    const answer = await page.goto(origin + pathOf(shown, furnished))
    assert.equal(answer?.status(), shown.status ?? 200)
    await ready?.(page)
  }
  return transferredBytes(page, work, DRAWN)
}

/** What is answered to GET and is no page: files, data, streams, ways to elsewhere; and pages that are shown once. */
const NO_PAGES =
  /\.(csv|ics|json|py|txt|age)$|\/(export|raw|checkpoint|events|file|message|receipt|evidence\/:object|:party|proof\/:object|return|openid)$/
const ONCE = /:token$|\/share\/imports\/:id$/
/** Those that `ready` goes on to. */
const FOLLOWED = /\/versions\/:a\/:b$|\/conflicts\/:conflict/

test("every page of the node is in the table of pages", () => {
  const anything: unknown = new Proxy(() => {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything),
    apply: () => anything,
  })
  const addresses = pages.map((shown) => pathOf(shown, furnished).split("?")[0] ?? "")
  const missing = pagesOf(anything as PageParts)
    .filter(({ method, path }) => method === "GET" && ![NO_PAGES, ONCE, FOLLOWED].some((some) => some.test(path)))
    .map(({ path }) => path.replaceAll(/:\w+(\{[^}]*\})?/g, "[^/]+"))
    .filter((path) => !addresses.some((address) => new RegExp(`^${path}$`).test(address)))
  assert.deepEqual(missing, [])
})

for (const shown of pages) {
  test(`${shown.name}: on a desk it passes axe, in a narrow dark window too, is light, and fits`, async () => {
    const who = await visitor(shown.who, "desk")
    const bytes = await open(who, shown)
    assert.deepEqual(await axe(who.page), [])
    assert.ok(bytes <= WEIGHT_MOST, `${bytes} bytes`)
    await who.page.setViewportSize({ width: 390, height: 844 })
    await who.page.emulateMedia({ colorScheme: "dark" })
    assert.equal(await sidewaysPixels(who.page), 0, "in a narrow window")
    assert.deepEqual(await axeOfAppearance(who.page), [], "in a narrow dark window")
    await who.page.setViewportSize({ width: 1440, height: 900 })
    await who.page.emulateMedia({ colorScheme: "light" })
    await who.check()
  })

  test(`${shown.name}: on a phone, in Chinese, dark, without JavaScript it is there, and turned from right to left it fits`, async () => {
    const who = await visitor(shown.who, "phone")
    await open(who, shown, async () => {})
    assert.equal(await who.page.getAttribute("html", "lang"), "zh-Hant")
    assert.notEqual((await who.page.innerText("main h1")).trim(), "")
    assert.equal(await who.page.locator(".needs-script:visible").count(), 0)
    assert.equal(await sidewaysPixels(who.page), 0)
    await who.page.evaluate("document.documentElement.dir = 'rtl'")
    assert.equal(await sidewaysPixels(who.page), 0)
    await who.check()
  })
}

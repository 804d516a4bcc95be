import assert from "node:assert/strict"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import type { Page } from "playwright-core"
import { launchBrowser, type View, type Visitor } from "../support/browser.ts"
import { startNode } from "../support/node.ts"
import { axe, foreignMarkup, sidewaysPixels } from "../support/page-checks.ts"
import type { Role } from "../support/pages.ts"
import { payloads } from "../support/payloads.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"
import { made } from "../support/world/making.ts"
import { known, world } from "../support/world.ts"

const HOSTILE = `Zebra ${payloads[0]} ${payloads[17]}`
const hostile = made("campaign", "hostile", {}, { name: HOSTILE })
const furnished = await furnish(join(tempFolder(), "d"), { objects: [...world(), hostile] })
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})

async function at(t: TestContext, who: Role, path: string, view: View = {}): Promise<Visitor> {
  const visitor = await enter(browser, furnished, node.url, who, view)
  t.after(() => visitor.end())
  await visitor.page.goto(visitor.origin + path)
  return visitor
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+K")
  await page.waitForSelector("#palette[open]")
}

const options = (page: Page) => page.locator("#palette [role=option] bdi").allInnerTexts()
const active = (page: Page) =>
  page.evaluate<string>(
    `document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).firstChild.textContent`,
  )

test("Ctrl-K opens a list that typing narrows, the arrows walk and Enter follows", async (t) => {
  const { page } = await at(t, "analyst", "/share/library")
  await openPalette(page)
  assert.equal(await active(page), "Overview")
  await page.keyboard.press("ArrowUp")
  assert.equal(await active(page), "Sign out")
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("ArrowDown")
  assert.equal(await active(page), "Path finder")
  await page.keyboard.type("import")
  assert.equal(await active(page), "Import")
  assert.deepEqual(await axe(page), [])
  await page.keyboard.press("Enter")
  await page.waitForURL("**/share/import")
})

test("Escape closes it, and the focus is where it was; from the menu it is at the menu's word", async (t) => {
  const { page } = await at(t, "reader", "/share/library")
  await page.focus("#global-search")
  await openPalette(page)
  await page.keyboard.press("Escape")
  assert.equal(await page.evaluate("document.activeElement.id"), "global-search")
  const menu = page.locator(".menu", { has: page.locator("[data-action=palette]") })
  await menu.locator("summary").click()
  await menu.locator("[data-action=palette]").click()
  await page.waitForSelector("#palette[open]")
  await page.keyboard.press("Escape")
  assert.equal(await menu.locator("summary:focus").count(), 1)
})

test("objects are found by two letters or one Chinese character, and lead to their pages", async (t) => {
  const { page } = await at(t, "reader", "/", { width: 390 })
  await openPalette(page)
  await page.keyboard.type("lanternd")
  await page.waitForSelector("#palette [role=option]:has-text('LanternDrop')")
  assert.equal(await sidewaysPixels(page), 0)
  await page.fill("#palette input", "釣")
  await page.waitForSelector("#palette [role=option]:has-text('港口管理系統釣魚攻擊分析')")
  await page.keyboard.press("Enter")
  await page.waitForURL(`**/share/objects/${known.report}`)
})

test("an action is sent as a form of the page's own origin, and the page stays", async (t) => {
  const { page } = await at(t, "officer", "/share/library?sort=name")
  await openPalette(page)
  await page.keyboard.type("繁體")
  await page.keyboard.press("Enter")
  await page.waitForSelector("html[lang=zh-Hant]")
  assert.match(page.url(), /\/share\/library\?sort=name$/)
  await openPalette(page)
  assert.ok((await options(page)).includes("切換為English"))
  await page.keyboard.type("english")
  await page.keyboard.press("Enter")
  await page.waitForSelector("html[lang=en]")
})

test("nobody is offered what its role does not open, neither pages nor objects", async (t) => {
  const { page } = await at(t, "administrator", "/")
  await openPalette(page)
  const offered = await options(page)
  assert.ok(offered.includes("People") && !offered.includes("Library") && !offered.includes("Import"))
  const answered = page.waitForResponse((answer) => answer.url().includes("/palette.json?q=lanternd"))
  await page.keyboard.type("lanternd")
  assert.deepEqual(((await (await answered).json()) as { objects: unknown[] }).objects, [])
  await page.waitForSelector("#palette [role=status]:has-text('Nothing matches')")
})

test("hostile names and hostile typing become no markup", async (t) => {
  const { page } = await at(t, "reader", "/")
  await openPalette(page)
  await page.keyboard.type("zebra")
  await page.waitForSelector("#palette [role=option]:has-text('Zebra')")
  assert.deepEqual(await foreignMarkup(page), [])
  await page.fill("#palette input", payloads[17] ?? "")
  await page.waitForSelector("#palette [role=option]:has-text('Search the library')")
  assert.deepEqual(await foreignMarkup(page), [])
})

test("the search box leads to the library, an id to its object, and says who may search", async (t) => {
  const { page, origin } = await at(t, "reader", "/")
  await page.keyboard.press("/")
  await page.keyboard.type("釣魚 & more")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/share/library?q=*")
  assert.equal(new URL(page.url()).searchParams.get("q"), "釣魚 & more")
  await page.goto(`${origin}/search?q=%20${known.loader}`)
  assert.equal(new URL(page.url()).pathname, `/share/objects/${known.loader}`)
  await page.goto(`${origin}/search?${new URLSearchParams({ q: "\u{1F600}".repeat(300) })}`)
  assert.equal(new URL(page.url()).pathname, "/share/library")
  const { page: other, origin: there } = await at(t, "administrator", "/")
  await other.goto(`${there}/search?q=lantern`)
  assert.match(await other.innerText("main"), /has no role that opens the library/)
  assert.deepEqual(await axe(other), [])
})

import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import type { Page } from "playwright-core"
import { translator } from "../../src/http/index.ts"
import { launchBrowser, type View, type Visitor } from "../support/browser.ts"
import { startNode } from "../support/node.ts"
import { objectPath, type Role } from "../support/pages.ts"
import { bundle, indicator } from "../support/stix.ts"
import { tempFolder } from "../support/temp.ts"
import { COLLECTIONS, enter, furnish } from "../support/workplace.ts"
import { known, world } from "../support/world.ts"

/** What an analyst does all day, as it is done: by mouse, in a real browser, on a real node. */
const furnished = await furnish(join(tempFolder(), "d"), { objects: world() })
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})
const en = translator("en")

async function visit(t: TestContext, who: Role | "visitor", path: string, view: View = {}): Promise<Visitor> {
  const visitor = await enter(browser, furnished, node.url, who, view)
  t.after(() => visitor.end())
  await visitor.page.goto(visitor.origin + path)
  return visitor
}

function button(page: Page, key: string, values: Record<string, string> = {}) {
  return page.getByRole("button", { name: en(key, values), exact: true })
}

test("an analyst pastes a report, sees what would come of it, gives it a mark and imports", async (t) => {
  const { page } = await visit(t, "analyst", "/share/import")
  await page.getByLabel(en("intake.text")).fill("Seen at hxxps://login[.]quay-harbour[.]example/a and 198.51.100[.]23")
  await button(page, "intake.send").click()
  await page.getByRole("heading", { name: en("intake.preview-title") }).waitFor()
  assert.match(await page.locator("#found").innerText(), /198\.51\.100\[\.\]23/)
  await page.locator("input[name=tlp][value=amber]").check()
  await page.locator("main button.primary").click()
  await page.getByRole("heading", { name: en("intake.result-title") }).waitFor()
  await page.getByRole("link", { name: en("intake.look") }).waitFor()
  await found(page, "198.51.100.23", "198.51.100[.]23")
})

test("a file that is dropped is read: what is new, what is there already, what is refused and why", async (t) => {
  const { page } = await visit(t, "analyst", "/share/import")
  await page.getByLabel(en("intake.collection"), { exact: true }).selectOption({ label: COLLECTIONS.own })
  const old = world().find(({ id }) => id === known.campaign) ?? indicator()
  const file = bundle(indicator({ name: "Dropped one" }), old, { type: "indicator", id: "indicator--none" })
  await drop(page, ".drop", "dropped.json", file)
  await page.getByRole("heading", { name: en("intake.preview-title") }).waitFor()
  const bars = await page.locator("table.bars").first().innerText()
  for (const key of ["intake.will-accept", "intake.duplicate", "intake.rejected"]) {
    assert.match(bars, new RegExp(`${en(key)}\\s+1\\b`))
  }
  await page.locator("input[name=tlp][value=green]").check()
  await page.locator("main button.primary").click()
  await page.locator("#problems").waitFor()
  await found(page, "Dropped one", "Dropped one")
})

test("a table is mapped column by column, and giving up leaves nothing behind", async (t) => {
  const { page } = await visit(t, "analyst", "/share/import")
  await page.getByLabel(en("intake.text")).fill("what;seen\n203.0.113.77;2026-10-01\n203.0.113.78;2026-10-02\n")
  await page.getByLabel(en("intake.format"), { exact: true }).selectOption("csv")
  await button(page, "intake.send").click()
  await page.getByRole("heading", { name: en("intake.mapping-title") }).waitFor()
  await button(page, "intake.mapping-go").click()
  await page.getByRole("heading", { name: en("intake.preview-title") }).waitFor()
  await button(page, "intake.give-up").click()
  await page.waitForURL("**/share/import")
  await page.goto(`${new URL(page.url()).origin}/share/library?q=203.0.113.77`)
  await page.getByText(en("library.none")).waitFor()
})

test("two Chinese characters find what contains them, in either script, and the view is its own address", async (t) => {
  const { page, origin } = await visit(t, "reader", "/share/library", { language: "zh-TW" })
  for (const [words, name] of [
    ["釣魚", "港口管理系統釣魚攻擊分析"],
    ["勒索", "勒索软件DockLocker应急响应通报"],
  ] as const) {
    await page.locator("#field-q").fill(words)
    await page.locator("#find button.primary").click()
    await page.getByRole("link", { name }).waitFor()
    assert.equal(new URL(page.url()).searchParams.get("q"), words)
  }
  await page.locator("#global-search").fill("紙燈籠")
  await page.keyboard.press("Enter")
  await page.getByRole("link", { name: "Paper Lantern" }).first().waitFor()
  assert.ok(page.url().startsWith(origin))
})

test("a search is narrowed, saved under a name, and taken along as a table without formulas", async (t) => {
  const { page } = await visit(t, "analyst", "/share/library?q=LanternDrop")
  await page.getByRole("checkbox", { name: /^Indicator/ }).check()
  await button(page, "library.apply").click()
  await page.waitForURL(/type=indicator/)
  await page.getByLabel(en("library.save-as")).fill("Signs of LanternDrop")
  await button(page, "library.save").click()
  await page.getByRole("link", { name: "Signs of LanternDrop" }).click()
  await page.waitForURL(/type=indicator/)
  await page.locator(".export > summary").click()
  const download = page.waitForEvent("download")
  await page.getByRole("link", { name: en("library.as-csv") }).click()
  const table = await readFile(await (await download).path(), "utf8")
  assert.match(table, /Relay server of LanternDrop/)
  assert.doesNotMatch(table, /^[=+\-@]/m)
})

test("the graph of an object is drawn, grows, and says the same as its list", async (t) => {
  const { page } = await visit(t, "reader", `${objectPath(known.loader)}/graph`)
  await page.locator("#graph[data-drawn]").waitFor()
  const drawn = Number(await page.locator("#graph").getAttribute("data-drawn"))
  assert.equal(await page.locator("#graph-list [data-node]").count(), drawn)
  assert.ok(drawn >= 10, `${drawn} objects`)
  const more = page.getByRole("link", { name: en("graph.widen-of", { name: "Paper Lantern" }) })
  await more.click()
  await page.locator("#graph-list [data-node]").nth(drawn).waitFor()
  await page.getByRole("link", { name: "RemoteDesk" }).first().waitFor()
})

test("the picture of the graph is taken along as PNG and as SVG", async (t) => {
  const { page } = await visit(t, "reader", `${objectPath(known.loader)}/graph`)
  await page.locator("#graph[data-drawn]").waitFor()
  for (const [format, start] of [
    ["PNG", "\x89PNG"],
    ["SVG", "<svg"],
  ] as const) {
    const download = page.waitForEvent("download")
    await button(page, "graph.save-as", { format }).click()
    const bytes = await readFile(await (await download).path())
    assert.ok(bytes.toString("latin1").includes(start), format)
  }
})

test("the first language is the browser's, and then the one that was chosen", async (t) => {
  const { page, origin } = await visit(t, "reader", "/share/library", { language: "zh-HK" })
  assert.equal(await page.getAttribute("html", "lang"), "zh-Hant")
  await choose(page, translator("zh-Hant")("frame.language"), "简体中文")
  await page.locator("html[lang=zh-Hans]").waitFor()
  assert.equal(new URL(page.url()).pathname, "/share/library")
  await page.goto(`${origin}/share/collections`)
  assert.equal(await page.getAttribute("html", "lang"), "zh-Hans")
  await choose(page, translator("zh-Hans")("frame.language"), "English")
  await page.locator("html[lang=en]").waitFor()
})

test("somebody who did not sign in chooses a language too, and dark or light", async (t) => {
  const { page } = await visit(t, "visitor", "/sign-in", { language: "zh-CN" })
  assert.equal(await page.getAttribute("html", "lang"), "zh-Hans")
  await choose(page, translator("zh-Hans")("frame.language"), "繁體中文")
  await page.locator("html[lang=zh-Hant]").waitFor()
  await choose(page, translator("zh-Hant")("frame.theme"), translator("zh-Hant")("theme.dark"))
  await page.locator("html[data-theme=dark]").waitFor()
})

test("on a phone one gets from the bar at the bottom to an object and back", async (t) => {
  const { page } = await visit(t, "analyst", "/", { width: 390 })
  await page
    .locator(".rail")
    .getByRole("link", { name: en("nav.share") })
    .tap()
  await page.getByRole("heading", { level: 1, name: en("nav.library") }).waitFor()
  await page.getByRole("link", { name: "To be watched this week" }).tap()
  await page.getByRole("heading", { level: 1, name: "To be watched this week" }).waitFor()
  await page.goBack()
  await page.getByRole("heading", { level: 1, name: en("nav.library") }).waitFor()
})

/** The search field on top finds it, by its value as people write it; while the page says that it is behind, they ask again. */
async function found(page: Page, words: string, shown: string): Promise<void> {
  const link = page.locator("main").getByRole("link", { name: shown }).first()
  const isBehind = async () => (await page.locator("main .quiet[role=status]").count()) > 0
  do {
    await page.locator("#global-search").fill(words)
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")])
  } while ((await link.count()) === 0 && (await isBehind()))
  await link.waitFor()
}

async function choose(page: Page, menu: string, choice: string): Promise<void> {
  const place = page.locator("details.menu", { hasText: menu })
  await place.locator("summary").click()
  await place.getByRole("button", { name: choice }).click()
}

/** Drags a file from outside over the element and lets it go. */
async function drop(page: Page, selector: string, name: string, text: string): Promise<void> {
  const files = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)})); return data })()`,
  )
  for (const event of ["dragenter", "dragover", "drop"])
    await page.dispatchEvent(selector, event, { dataTransfer: files })
}

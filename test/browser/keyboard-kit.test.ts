import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Page } from "playwright-core"
import { html, table, translator, visible } from "../../src/http/index.ts"
import { launchBrowser, visit } from "../support/browser.ts"
import { tabTo } from "../support/keyboard.ts"
import { everyPiece } from "../support/kit-page.ts"
import { startKit } from "../support/kit-server.ts"

const kit = await startKit()
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  kit.close()
})
const t = translator("en")
const rows = table({
  caption: "Names",
  columns: [{ label: "Name", cell: (name) => html`<a href="/pieces?${name}">${visible(name)}</a>`, kind: "name" }],
  rows: ["first", "second", "third"],
  empty: html``,
})
kit.show("/list", { title: "List", place: "collections", body: html`${rows}<input aria-label="Field">` })
kit.show("/pieces", { title: "Pieces", place: "collections", body: everyPiece(t, "Relay server") })

const focused = (page: Page) => page.evaluate<string>("document.activeElement.id || document.activeElement.innerText")

test("the first stop of Tab leads past the navigation to the content", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  await page.goto(`${origin}/list`)
  await page.keyboard.press("Tab")
  assert.equal(await focused(page), "Skip to content")
  await page.keyboard.press("Enter")
  assert.equal(await focused(page), "content")
})

test("every stop of Tab through every piece is seen, to the last", async (t) => {
  for (const width of [1440, 390]) {
    const { page, origin } = await visit(t, browser, kit.origin, { width })
    await page.goto(`${origin}/pieces`)
    await page.evaluate("document.activeElement.blur()")
    await tabTo(page, page.locator("form .actions a"))
  }
})

test("a slash goes to the search field, but not while one is typing", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  await page.goto(`${origin}/list`)
  await page.keyboard.press("/")
  assert.equal(await focused(page), "global-search")
  await page.keyboard.type("a/b?j")
  assert.equal(await page.locator("#global-search").inputValue(), "a/b?j")
})

test("j and k walk the rows, and Enter opens the one where one stands", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  await page.goto(`${origin}/list`)
  const walked: string[] = []
  for (const key of ["j", "j", "j", "j", "k"]) {
    await page.keyboard.press(key)
    walked.push(await focused(page))
  }
  assert.deepEqual(walked, ["first", "second", "third", "third", "second"])
  await page.keyboard.press("Enter")
  await page.waitForURL("**/pieces?second")
})

test("a question mark shows the keys, Escape closes them, and the focus is where it was", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  await page.goto(`${origin}/list`)
  await page.keyboard.press("j")
  await page.keyboard.press("?")
  const dialog = page.getByRole("dialog", { name: "Keyboard" })
  await dialog.waitFor()
  await page.keyboard.press("Escape")
  await dialog.waitFor({ state: "hidden" })
  assert.equal(await focused(page), "first")
})

test("a menu opens by Enter, closes by Escape, and the focus stays on its word", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  await page.goto(`${origin}/list`)
  const menu = page.locator("details.menu", { hasText: "Appearance" })
  await tabTo(page, menu.locator("summary"))
  await page.keyboard.press("Enter")
  await menu.getByRole("button", { name: "Dark" }).waitFor()
  await page.keyboard.press("Tab")
  await page.keyboard.press("Escape")
  await menu.getByRole("button", { name: "Dark" }).waitFor({ state: "hidden" })
  assert.equal(await focused(page), "Appearance")
})

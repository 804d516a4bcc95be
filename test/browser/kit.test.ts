import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Locator, Page } from "playwright-core"
import { translator, visible } from "../../src/http/index.ts"
import { launchBrowser, visit } from "../support/browser.ts"
import { everyPiece } from "../support/kit-page.ts"
import { startKit } from "../support/kit-server.ts"
import { axe, sidewaysPixels } from "../support/page-checks.ts"
import { pseudoTranslator } from "../support/pseudo.ts"

const kit = await startKit()
const browser = await launchBrowser({ brief: true })
after(async () => {
  await browser.close()
  kit.close()
})

const TEXT = "Relay server of LanternDrop"
const t = translator("en")
const turned = pseudoTranslator()
kit.show("/pieces", { title: TEXT, place: "collections", body: everyPiece(t, TEXT) })
kit.show("/bare", { title: TEXT, bare: true, body: everyPiece(t, TEXT) }, { person: null, sections: [] })
kit.show("/turned", { title: TEXT, place: "collections", body: everyPiece(turned, TEXT) }, { t: turned })

test("every piece of the kit passes axe, on a desk and a phone, light and dark", async (t) => {
  for (const width of [1440, 390]) {
    for (const scheme of ["light", "dark"] as const) {
      const { page, origin } = await visit(t, browser, kit.origin, { width, scheme })
      for (const path of ["/pieces", "/bare", "/turned"]) {
        await page.goto(origin + path)
        assert.deepEqual(await axe(page), [], `${path} ${width} ${scheme}`)
        assert.equal(await sidewaysPixels(page), 0, `${path} ${width}`)
      }
    }
  }
})

test("written from right to left, the page is a mirror: rail, brand, words and menus", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  await page.goto(`${origin}/turned`)
  const [rail, main] = [await box(page.locator(".rail")), await box(page.locator("main"))]
  assert.ok(rail.x >= main.x + main.width, "the rail stands to the right of the content")
  const [brand, menus] = [await box(page.locator(".brand")), await box(page.locator(".preferences"))]
  assert.ok(brand.x > menus.x + menus.width, "the brand stands to the right of the menus")
  const [radio, word] = [page.locator("#field-choice"), page.locator("label[for=field-choice]")]
  assert.ok((await box(radio)).x > (await box(word)).x, "the radio button stands before its word")
  assert.equal(await styleOf(page, ".list th", "textAlign"), "start")
  assert.equal(await styleOf(page, ".list th", "direction"), "rtl")
  for (const menu of await page.locator(".menu").all()) {
    await menu.locator("summary").click()
    const { x, width } = await box(menu.locator("summary + *"))
    assert.ok(x >= 0 && x + width <= 1440, `a menu leaves the window: ${x} to ${x + width}`)
    await page.keyboard.press("Escape")
  }
})

test("menus stay within a phone's screen, from the left and from the right", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin, { width: 390 })
  for (const path of ["/pieces", "/turned"]) {
    await page.goto(origin + path)
    for (const menu of await page.locator(".menu").all()) {
      await menu.locator("summary").click()
      const { x, width } = await box(menu.locator("summary + *"))
      assert.ok(x >= 0 && x + width <= 390, `${path}: a menu leaves the screen: ${x} to ${x + width}`)
      await menu.locator("summary").click()
    }
  }
})

test("on a phone the navigation is a bar at the bottom, with targets large enough", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin, { width: 390 })
  await page.goto(`${origin}/pieces`)
  const rail = await box(page.locator(".rail"))
  assert.deepEqual([rail.x, rail.width, Math.round(rail.y + rail.height)], [0, 390, 844])
  for (const link of await page.locator(".rail > ul > li > a").all()) {
    const { width, height } = await box(link)
    assert.ok(width >= 44 && height >= 44, `${width} × ${height}`)
  }
})

test("what comes from outside keeps its direction and cannot turn what stands around it", async (t) => {
  const { page, origin } = await visit(t, browser, kit.origin)
  kit.show("/bidi", { title: TEXT, body: visible("\u202Eexe.tneserp"), heading: visible("a\u200Bb \u0430pple") })
  await page.goto(`${origin}/bidi`)
  assert.equal(await page.locator("main > bdi").innerText(), "RLOexe.tneserp")
  assert.equal(await page.locator("h1").innerText(), "aZWSPb аpple≠")
})

async function box(locator: Locator) {
  const found = await locator.boundingBox()
  assert.ok(found !== null, `not shown: ${locator}`)
  return found
}

function styleOf(page: Page, selector: string, property: string): Promise<string> {
  return page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).${property}`)
}

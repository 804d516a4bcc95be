import assert from "node:assert/strict"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import { launchBrowser, type View, type Visitor } from "../support/browser.ts"
import { startNode } from "../support/node.ts"
import { axe, sidewaysPixels, transferredBytes } from "../support/page-checks.ts"
import { pages, pathOf, type ShownPage } from "../support/pages.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"
import { world } from "../support/world.ts"

const WEIGHT_MOST = 60_000

const furnished = await furnish(join(tempFolder(), "d"), { objects: world() })
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})

async function at(t: TestContext, shown: ShownPage, view: View): Promise<Visitor> {
  const who = await enter(browser, furnished, node.url, shown.who, view)
  t.after(() => who.end())
  if (shown.status !== undefined) who.expect(new RegExp(`status of ${shown.status}`))
  return who
}

/** Opens the page, which must answer as it should; the bytes that came over the network. */
async function open({ page, origin }: Visitor, shown: ShownPage): Promise<number> {
  return transferredBytes(page, async () => {
    const answer = await page.goto(origin + pathOf(shown, furnished))
    assert.equal(answer?.status(), shown.status ?? 200)
    await shown.ready?.(page)
  })
}

for (const shown of pages) {
  test(`${shown.name}: passes axe and is light on a desk`, async (t) => {
    const who = await at(t, shown, { scheme: "light", language: "en" })
    const bytes = await open(who, shown)
    assert.deepEqual(await axe(who.page), [])
    if (shown.heavy !== true) assert.ok(bytes <= WEIGHT_MOST, `${bytes} bytes`)
  })

  test(`${shown.name}: passes axe and fits on a phone, in Chinese, dark, and turned from right to left`, async (t) => {
    const who = await at(t, shown, { scheme: "dark", language: "zh-TW", width: 390 })
    await open(who, shown)
    assert.equal(await who.page.getAttribute("html", "lang"), "zh-Hant")
    assert.deepEqual(await axe(who.page), [])
    assert.equal(await sidewaysPixels(who.page), 0)
    await who.page.evaluate("document.documentElement.dir = 'rtl'")
    assert.equal(await sidewaysPixels(who.page), 0)
  })

  test(`${shown.name}: is there without JavaScript`, async (t) => {
    const who = await at(t, shown, { javaScript: false })
    await open({ ...who }, { ...shown, ready: async () => {} })
    assert.notEqual((await who.page.innerText("main h1")).trim(), "")
    if (shown.heavy !== true) assert.equal(await who.page.locator(".needs-script:visible").count(), 0)
  })
}

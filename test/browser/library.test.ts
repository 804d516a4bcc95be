import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, type TestContext, test } from "node:test"
import { systemClock } from "../../src/kernel/time.ts"
import { launchBrowser, type Session, type View, visit } from "../support/browser.ts"
import { startLibrary } from "../support/library-server.ts"
import { axe, sidewaysPixels } from "../support/page-checks.ts"
import { known, world } from "../support/world.ts"

const library = await startLibrary(systemClock.now())
await library.add(...world())
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await library.close()
})

async function reader(t: TestContext, view: View = {}) {
  const [name = "", value = ""] = library.cookies.reader.split("=")
  const cookie = { name, value, domain: "localhost", path: "/", expires: -1, httpOnly: true, secure: false }
  const session: Session = { cookies: [{ ...cookie, sameSite: "Lax" }], origins: [] }
  const who = await visit(t, browser, library.origin, { ...view, session })
  const names = () => who.page.locator("td.name a").allInnerTexts()
  return { ...who, names, open: (path: string) => who.page.goto(`${who.origin}/share/library${path}`) }
}

test("a Chinese word of two characters finds what holds it, and the view can be sent to a colleague", async (t) => {
  const { page, open, names } = await reader(t, { language: "zh-TW" })
  await open("")
  await page.keyboard.press("/")
  await page.keyboard.type("釣魚")
  await page.keyboard.press("Enter")
  await page.waitForURL(/q=%E9%87%A3%E9%AD%9A/)
  assert.deepEqual(await names(), ["港口管理系統釣魚攻擊分析"])
  const address = page.url()
  const colleague = await reader(t)
  await colleague.page.goto(address)
  assert.deepEqual(await colleague.names(), await names())
})

test("by keyboard alone a person walks the rows, ticks two, exports them, and opens one", async (t) => {
  const { page, open, expect } = await reader(t)
  expect(/status of 404/) // the object's page is not served here
  await open("?type=indicator&sort=name")
  for (const key of ["j", "x", "j", "j", "x", "k"]) await page.keyboard.press(key)
  assert.equal(await page.locator("tbody input:checked").count(), 2)
  await page.locator(".export > summary").focus()
  await page.keyboard.press("Enter")
  assert.match(await page.locator("[data-ticked]").innerText(), /^2 ticked$/)
  await page.locator("#ticks button[value=csv]").focus()
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")])
  const lines = readFileSync(await file.path(), "utf8")
    .trimEnd()
    .split("\r\n")
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(",")[2]),
    ["Address of a content network", "Host of the first wave"],
  )
  await page.locator("tr.at a").focus()
  const [request] = await Promise.all([page.waitForRequest(/\/share\/objects\//), page.keyboard.press("Enter")])
  assert.match(request.url(), /\/share\/objects\/indicator--/)
})

test("the head ticks every row of the page, and the RED ones among them are counted", async (t) => {
  const { page, open } = await reader(t)
  await open("?marking=red&marking=amber")
  await page.locator("[data-tick-all]").check()
  await page.locator(".export > summary").click()
  const rows = await page.locator("tbody tr").count()
  assert.equal(await page.locator("[data-ticked]").innerText(), `${rows} ticked`)
  assert.match(await page.locator("[data-ticked-red]").innerText(), /^contains 3 TLP:RED$/)
  await page.locator("[data-tick-all]").uncheck()
  assert.equal(await page.locator("[data-ticked-red]").isVisible(), false)
})

test("without JavaScript: search, filter, sort, export, save", async (t) => {
  const { page, open, names } = await reader(t, { javaScript: false })
  await open("")
  await page.locator("#field-q").fill("harbour")
  await page.getByLabel("Identity").check()
  await page.getByRole("button", { name: "Apply filters" }).click()
  await page.waitForURL(/q=harbour.*type=identity|type=identity.*q=harbour/)
  const found = await names()
  assert.ok(found.length > 0)
  await page.getByRole("link", { name: "Name", exact: true }).click()
  await page.waitForURL(/sort=name/)
  await page.locator("td input[type=checkbox]").first().check()
  await page.locator(".export > summary").click()
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#ticks button[value=stix]").click()])
  assert.equal(JSON.parse(readFileSync(await file.path(), "utf8")).objects[0].type, "identity")
  await page.locator(".export > summary").click()
  await page.getByLabel("Save this search as").fill("Harbours")
  await page.getByRole("button", { name: "Save search" }).click()
  await page.getByRole("link", { name: "Harbours" }).waitFor()
  assert.equal(await page.locator("[data-tick-all]").isVisible(), false)
})

for (const width of [1440, 390]) {
  test(`at ${width} px axe finds nothing where filters are chosen and menus open, and nothing is too wide`, async (t) => {
    const { page, open } = await reader(t, { width, scheme: width === 390 ? "dark" : "light" })
    await open("?type=indicator&marking=red&marking=green&from=2026-01-01&sort=name&to=x")
    await page.locator(".export > summary").click()
    if (width === 390) await page.locator(".aside > summary").first().click()
    assert.deepEqual(await axe(page), [])
    assert.equal(await sidewaysPixels(page), 0)
  })
}

test("an object's id finds the object", async (t) => {
  const { open, names } = await reader(t)
  await open(`?q=${known.report}`)
  assert.deepEqual(await names(), ["港口管理系統釣魚攻擊分析"])
})

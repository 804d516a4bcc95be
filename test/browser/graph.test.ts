import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, type TestContext, test } from "node:test"
import type { Page } from "playwright-core"
import { graphPages } from "../../src/sharing/pages/graph/pages.ts"
import { launchBrowser, type Session, type View, visit } from "../support/browser.ts"
import { tabTo } from "../support/keyboard.ts"
import { startLibrary } from "../support/library-server.ts"
import { axe, foreignMarkup, sidewaysPixels } from "../support/page-checks.ts"
import { payloads } from "../support/payloads.ts"
import { made, related } from "../support/world/making.ts"
import { known, world } from "../support/world.ts"

const hub = made("malware", "hub", {}, { name: "Hub", is_family: true })
const spokes = Array.from({ length: 499 }, (_, at) => made("campaign", `spoke ${at}`, {}, { name: `Campaign ${at}` }))
const victim = made("malware", "victim", {}, { name: payloads[0], is_family: true })
const hostile = payloads
  .map((text) => text.replaceAll("\0", "").trim())
  .map((name, at) => made("campaign", `hostile ${at}`, {}, { name }))

const server = await startLibrary(undefined, (_, search) => graphPages({ search }))
await server.add(...world(), hub, ...spokes, ...spokes.map((spoke) => related(spoke, "uses", hub, {})))
await server.add(victim, ...hostile, ...hostile.map((one, at) => related(one, payloads[at] ?? "uses", victim, {})))
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await server.close()
})

function session(): Session {
  const [name = "", value = ""] = server.cookies.reader.split("=")
  const cookie = { name, value, domain: "localhost", path: "/", expires: -1, httpOnly: true, secure: false }
  return { cookies: [{ ...cookie, sameSite: "Lax" }], origins: [] }
}

/** Opens the picture of an object and waits until it is drawn. */
async function open(t: TestContext, id: string, view: View = {}): Promise<Page> {
  const { page, origin } = await visit(t, browser, server.origin, { ...view, session: session() })
  await page.goto(`${origin}/share/objects/${id}/graph`)
  await page.waitForSelector("#graph[data-drawn]")
  return page
}

/** What is drawn once the next picture is: Cytoscape, kept at its container, works out what is seen when it draws. */
function drawn<Value>(page: Page, expression: string): Promise<Value> {
  return page.evaluate<Value>(`(async () => {
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
    const cy = document.getElementById("graph")._cyreg.cy
    return ${expression}
  })()`)
}

const shownNodes = `cy.nodes(":visible").map((node) => node.id()).sort()`
const listed = (page: Page) =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll("#graph-list [data-node]:not([hidden])")].map((item) => item.dataset.node).sort()`,
  )

test("the picture holds what the list holds, under the strict policy, and passes axe", async (t) => {
  for (const view of [{}, { width: 390, scheme: "dark", language: "zh-TW" }] as const) {
    const page = await open(t, known.loader, view)
    assert.deepEqual(await drawn(page, shownNodes), await listed(page))
    assert.deepEqual(await axe(page), [])
    assert.equal(await sidewaysPixels(page), 0)
  }
})

test("by keyboard alone: choose an object in the picture, show its neighbours, open its page", async (t) => {
  const page = await open(t, known.loader)
  await tabTo(page, page.locator("#graph"))
  const before = await listed(page)
  for (let steps = 0; steps < 30; steps++) {
    const widenable = page.locator("#graph-chosen [data-act=widen]:enabled")
    if (await widenable.isVisible()) break
    await page.keyboard.press(["ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"][steps % 4] ?? "")
  }
  const name = await page.innerText("#graph-chosen [data-slot=name]")
  const href = await page.getAttribute("#graph-chosen [data-slot=name]", "href")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/graph?open=*")
  await page.waitForSelector("#graph[aria-busy=false]")
  assert.deepEqual(await drawn(page, shownNodes), await listed(page))
  assert.ok((await listed(page)).length >= before.length)
  assert.equal(await page.innerText("#graph-chosen [data-slot=name]"), name)
  await tabTo(page, page.locator("#graph-chosen [data-slot=name]"))
  const leaving = page.waitForRequest((request) => new URL(request.url()).pathname === href)
  await page.route(`**${href}`, (route) =>
    route.fulfill({ body: "<!doctype html><title>T</title>", contentType: "text/html" }),
  )
  await page.keyboard.press("Enter")
  await leaving
})

test("who walks through the list chooses in the picture; its link brings neighbours in without leaving", async (t) => {
  const page = await open(t, known.loader)
  const item = page.locator(`#graph-list [data-node="${known.group}"]`)
  await item.locator("a").first().focus()
  assert.deepEqual(await drawn(page, `cy.nodes(".chosen").map((node) => node.id())`), [known.group])
  await item.locator("a[data-open]").click()
  await page.waitForSelector("#graph[aria-busy=false]")
  const address = new URL(page.url())
  assert.equal(address.searchParams.get("open"), known.group)
  const widened = await drawn(page, shownNodes)
  await page.reload()
  await page.waitForSelector("#graph[data-drawn]")
  assert.deepEqual(await drawn(page, shownNodes), widened, "the address holds what is shown")
})

test("what is not ticked is neither drawn nor listed, nor what hangs on it alone", async (t) => {
  const page = await open(t, known.loader)
  await page.uncheck("[data-type=indicator]")
  assert.deepEqual(await drawn(page, `cy.nodes('[type = "indicator"]:visible').length`), 0)
  assert.deepEqual(await drawn(page, shownNodes), await listed(page))
  const all = await drawn<number>(page, "cy.nodes().length")
  const shown = await drawn<number>(page, `cy.nodes(":visible").length`)
  assert.match(await page.innerText("#graph-count"), new RegExp(`\\b${shown} of ${all}\\b`))
  await page.uncheck("[data-label=drops]")
  assert.equal(await page.locator("#graph-list [data-line]:visible", { hasText: "drops" }).count(), 0)
  await page.check("[data-type=indicator]")
  await page.check("[data-label=drops]")
  assert.equal(await drawn(page, `cy.nodes(":visible").length`), all)
})

test("what was dragged stays where it was put, in every layout, until it is released", async (t) => {
  const page = await open(t, known.loader)
  const at = `cy.getElementById("${known.group}").renderedPosition()`
  const from = await drawn<{ x: number; y: number }>(page, at)
  const box = await page.locator("#graph").boundingBox()
  const [left, top] = [box?.x ?? 0, box?.y ?? 0]
  await page.mouse.move(left + from.x, top + from.y)
  await page.mouse.down()
  await page.mouse.move(left + 60, top + 60, { steps: 5 })
  await page.mouse.up()
  const model = `cy.getElementById("${known.group}").position()`
  const put = await drawn(page, model)
  for (const layout of ["rings", "levels", "grid", "force"]) {
    await page.selectOption("#graph-layout", layout)
    assert.deepEqual(await drawn(page, model), put, layout)
  }
  await page.click("[data-act=release]")
  await page.selectOption("#graph-layout", "rings")
  assert.notDeepEqual(await drawn(page, model), put)
})

test("the picture is saved as PNG and as SVG, with hostile names as text", async (t) => {
  const page = await open(t, victim.id)
  await page.selectOption("#graph-layout", "levels")
  const [png, svg] = [await saved(page, "png"), await saved(page, "svg")]
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47])
  const { elements, names, faults } = await page.evaluate<{ elements: string[]; names: string[]; faults: number }>(
    `(() => { const made = new DOMParser().parseFromString(${JSON.stringify(svg.toString())}, "image/svg+xml")
      const all = [...made.querySelectorAll("*")]
      return { elements: [...new Set(all.map((one) => one.localName))].sort(), faults: made.querySelectorAll("parsererror").length,
        names: all.filter((one) => one.localName === "title").map((one) => one.textContent) } })()`,
  )
  assert.equal(faults, 0)
  assert.deepEqual(
    elements,
    ["circle", "path", "polygon", "rect", "svg", "text", "title"].filter((one) => elements.includes(one)),
  )
  const shown = await drawn<string[]>(page, `cy.nodes(":visible").map((node) => node.data("name"))`)
  for (const name of shown)
    assert.ok(
      names.some((one) => one.startsWith(name)),
      name,
    )
})

async function saved(page: Page, kind: "png" | "svg"): Promise<Buffer> {
  const download = page.waitForEvent("download")
  await page.click(`[data-act=${kind}]`)
  const made = await download
  assert.match(made.suggestedFilename(), new RegExp(`^malware--[0-9a-f-]+\\.${kind}$`))
  return readFileSync(await made.path())
}

test("hostile names and words of relations become no markup, at first and when the picture grows", async (t) => {
  const page = await open(t, victim.id)
  assert.ok((await listed(page)).length > 100)
  assert.deepEqual(await foreignMarkup(page), [])
  await page.locator("#graph-list a[data-open]").first().click()
  await page.waitForSelector("#graph[aria-busy=false]")
  assert.deepEqual(await foreignMarkup(page), [])
})

test("500 objects are drawn, and each layout gives each a place of its own", async (t) => {
  const page = await open(t, hub.id)
  assert.equal(await drawn(page, `cy.nodes(":visible").length`), 500)
  for (const layout of ["rings", "levels", "grid", "force"]) {
    await page.selectOption("#graph-layout", layout)
    const places = await drawn<number>(
      page,
      `new Set(cy.nodes().map((node) => Object.values(node.position()).map(Math.round).join())).size`,
    )
    assert.ok(places > 480, `${layout}: ${places} places`)
  }
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import { launchBrowser, visit } from "../support/browser.ts"
import { startCollections } from "../support/collection-server.ts"
import { malware } from "../support/stix.ts"

const server = await startCollections()
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await server.close()
})
await server.add(...Array.from({ length: 3 }, () => malware()))
const home = `/share/collections/${server.collection.id}`

async function reader(t: Parameters<typeof visit>[0], javaScript = true) {
  const who = await visit(t, browser, server.origin, { javaScript })
  const [name = "", value = ""] = server.cookies.reader.split("=")
  await who.context.addCookies([{ name, value, domain: "localhost", path: "/" }])
  return who
}

/** Verifications wait until the test lets them go on. */
function held(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.gate.open = promise
  return resolve
}

test("progress is shown as it comes, and the page shows the result by itself", async (t) => {
  const go = held()
  const { page, origin } = await reader(t)
  await page.goto(origin + home)
  await page.getByRole("button", { name: "Verify now" }).click()
  await page.getByText("Reading the first entries").waitFor()
  go()
  await page.getByText("Verified: every entry is as it was signed. Entries: 3.").waitFor()
  assert.equal(await page.locator("[data-events]").count(), 0)
})

test("a line that is lost is said, and taken up again", async (t) => {
  const go = held()
  const who = await reader(t)
  who.expect(/events/)
  const { page, context, origin } = who
  await server.post(`${home}/verify`, [])
  let cut = true
  await context.route("**/verify/events", (route) => (cut ? route.abort() : route.continue()))
  await page.goto(`${origin}${home}/verify`)
  await page.getByText("The connection to the node is lost").waitFor()
  cut = false
  go()
  await page.getByText("Entries: 3.").waitFor()
})

test("without scripts the page says where to look again, and has the result then", async (t) => {
  const go = held()
  const { page, origin } = await reader(t, false)
  await page.goto(origin + home)
  await page.getByRole("button", { name: "Verify now" }).click()
  const look = page.getByRole("link", { name: "Show how far it is now" })
  await look.waitFor()
  go()
  await (await server.get(`${home}/verify/events`)).text()
  await look.click()
  await page.getByText("Entries: 3.").waitFor()
})

test("somebody stops what somebody else began", async (t) => {
  const go = held()
  const { page, origin } = await reader(t)
  await server.post(`${home}/verify`, [], "officer")
  await page.goto(`${origin}${home}/verify`)
  await page.getByRole("button", { name: "Stop verifying" }).click()
  go()
  await page.getByText("before the end, so there is no result").waitFor()
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import { constant, html, translator } from "../../src/http/index.ts"
import { launchBrowser, visit } from "../support/browser.ts"
import { everyPiece } from "../support/kit-page.ts"
import { startKit } from "../support/kit-server.ts"
import { foreignMarkup } from "../support/page-checks.ts"
import { payloads } from "../support/payloads.ts"

const kit = await startKit()
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  kit.close()
})
const t = translator("en")

const everywhere = payloads.join(" ")
const hostileViewer = { person: { name: everywhere, roles: [everywhere] }, party: everywhere, path: `/${everywhere}` }

/** Element by element, how each block of the page is built; the marks of unseen characters are not counted. */
const SHAPES = `[...document.querySelectorAll("main > article")].map((block) =>
  [...block.querySelectorAll("*:not(.mark, option)")].map(({ localName }) => localName).join(" "))`

test("a hundred hostile texts in every piece of the kit stay text", async (t_) => {
  assert.ok(payloads.length >= 100)
  const blocks = ["plain", ...payloads].map((text) => html`<article>${everyPiece(t, text)}</article>`)
  kit.show("/hostile", { title: everywhere, body: html`${blocks}` }, hostileViewer)
  const { page, origin } = await visit(t_, browser, kit.origin)
  await page.goto(`${origin}/hostile`)
  const [plain, ...shapes] = await page.evaluate<string[]>(SHAPES)
  assert.equal(shapes.length, payloads.length)
  assert.deepEqual(
    payloads.filter((_, at) => shapes[at] !== plain),
    [],
  )
  assert.deepEqual(await foreignMarkup(page), [])
})

test("a hostile text that is not escaped is found: the watch can see", async () => {
  const { page, origin, ...who } = await browser.visitor(kit.origin)
  kit.show("/open", { title: "Open", body: constant(payloads.slice(0, 3).join("")) })
  await page.goto(`${origin}/open`)
  assert.match((await foreignMarkup(page)).join("\n"), /^script: <script>canary/)
  await assert.rejects(who.end(), /CSP violation: script-src-elem inline/)
})

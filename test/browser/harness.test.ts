import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { after, test } from "node:test"
import { launchBrowser, type View, type Visitor, visit } from "../support/browser.ts"
import { axe, sidewaysPixels, transferredBytes } from "../support/page-checks.ts"
import { addDevice } from "../support/passkeys.ts"

/** Tests that look for faults are worth something only if they find one: each page here has exactly one. */
const CSP = "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self'; connect-src *; img-src * data:"
const GOOD = "<main><h1>Good</h1><p>Nothing is wrong here.</p></main>"
const BODIES: Record<string, string> = {
  "/good": GOOD,
  "/inline-style": `<main><h1 style="color: red">Red</h1></main>`,
  "/inline-handler": `<main><h1>Picture</h1><img src="data:," alt="" onerror="alert(1)"></main>`,
  "/script": `${GOOD}<script src="/script.js"></script>`,
  "/foreign": `<main><h1>Foreign</h1><img src="http://198.51.100.7/a.png" alt="A"></main>`,
  "/missing": `<main><h1>Missing</h1><img src="/nothing.png" alt="A"></main>`,
  "/no-label": `<main><h1>Form</h1><form><input name="a"></form></main>`,
  "/no-landmark": "<h1>Form</h1><p>Nowhere</p>",
  "/wide": `<main><h1>Wide</h1><p>${"wide".repeat(200)}</p></main>`,
}
const SCRIPTS: Record<string, string> = {
  "/script.js": "addEventListener('load', () => eval(decodeURI(location.hash.slice(1))))",
}

const server = createServer((request, response) => {
  const path = request.url ?? "/"
  const script = SCRIPTS[path]
  if (script !== undefined) return response.setHeader("content-type", "text/javascript").end(script)
  const body = BODIES[path]
  response.statusCode = body === undefined ? 404 : 200
  response.setHeader("content-type", "text/html; charset=utf-8").setHeader("content-security-policy", CSP)
  const head = `<meta name="viewport" content="width=device-width"><title>T</title><link rel="icon" href="data:,">`
  response.end(`<!doctype html><html lang="en"><head>${head}</head><body>${body ?? GOOD}</body></html>`)
})
server.listen(0, "127.0.0.1")
await once(server, "listening")
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

/** What the end of a visit to that page complains about. */
async function complaints(path: string, view: View = {}): Promise<string> {
  const who = await browser.visitor(origin, view)
  await who.page.goto(who.origin + path)
  return who.end().then(
    () => "none",
    (error: Error) => error.message,
  )
}

test("a page without fault ends without complaint", async () => {
  assert.equal(await complaints("/good"), "none")
})

test("what a page may not do fails the test that visits it", async () => {
  const seeded: [string, RegExp][] = [
    ["/inline-style", /CSP violation: style-src-attr inline/],
    ["/inline-handler", /CSP violation: script-src-attr inline/],
    ["/foreign", /foreign request: http:\/\/198\.51\.100\.7\/a\.png/],
    ["/missing", /console error: Failed to load resource.* 404/],
    ["/absent", /console error: Failed to load resource.* 404/],
    ["/script#console.error('seeded')", /console error: seeded/],
    ["/script#console.warn('seeded')", /console warning: seeded/],
    ["/script#alert('seeded')", /dialog: seeded/],
    ["/script#throw new Error('seeded')", /error: Error: seeded/],
    ["/script#Promise.reject(new Error('seeded'))", /error: Error: seeded/],
    ["/script#fetch('http://example.com/a')", /foreign request: http:\/\/example\.com\/a/],
    ["/script#new WebSocket('ws://example.com/a')", /WebSocket connection to 'ws:\/\/example\.com\/a' failed/],
  ]
  for (const [path, fault] of seeded) assert.match(await complaints(path), fault, path)
})

test("without JavaScript the policy still reports", async () => {
  assert.match(await complaints("/inline-style", { javaScript: false }), /Content Security Policy/)
})

test("another machine is not reached, whatever the page asks for", async () => {
  for (const host of ["198.51.100.7", "example.com", "[2001:db8::1]"]) {
    const who = await browser.visitor(origin)
    await assert.rejects(who.page.goto(`http://${host}/`), /ERR_NAME_NOT_RESOLVED/)
    await assert.rejects(who.end(), /foreign request/)
  }
})

test("a fault that the test announced is none", async (t) => {
  const { page, expect, ...who } = await visit(t, browser, origin)
  expect(/status of 404/)
  await page.goto(`${who.origin}/absent`)
})

test("axe finds a field without a label and text outside of landmarks, and nothing on a good page", async (t) => {
  const who = await visit(t, browser, origin)
  assert.match((await axeOn(who, "/no-label")).join("\n"), /^label: input: .*implicit.*<input name="a">/m)
  assert.match((await axeOn(who, "/no-landmark")).join("\n"), /^region: /m)
  assert.deepEqual(await axeOn(who, "/good"), [])
})

async function axeOn({ page, origin }: Visitor, path: string): Promise<string[]> {
  await page.goto(origin + path)
  return axe(page)
}

test("a page that is wider than a phone is found", async (t) => {
  const { page, ...who } = await visit(t, browser, origin, { width: 390 })
  await page.goto(`${who.origin}/wide`)
  assert.ok((await sidewaysPixels(page)) > 1000)
  await page.goto(`${who.origin}/good`)
  assert.equal(await sidewaysPixels(page), 0)
})

test("bytes on the wire are counted, of the page and of what it loads", async (t) => {
  const { page, ...who } = await visit(t, browser, origin)
  const plain = await transferredBytes(page, () => page.goto(`${who.origin}/good`))
  const scripted = await transferredBytes(page, () => page.goto(`${who.origin}/script`))
  assert.ok(plain > GOOD.length && plain < 1000, `${plain} bytes`)
  assert.ok(scripted > plain + (SCRIPTS["/script.js"] ?? "").length, `${scripted} bytes`)
})

/** Asks the browser for a new passkey, as the pages do. */
const MAKE_PASSKEY = `navigator.credentials.create({ publicKey: {
  rp: { id: "localhost", name: "T" }, user: { id: new Uint8Array(8), name: "t", displayName: "T" },
  challenge: new Uint8Array(32), pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })),
  authenticatorSelection: { residentKey: "required", userVerification: "required" } } }).then(({ id }) => id)`

test("a person has a device that makes passkeys, refuses when told, and goes along to another browser", async (t) => {
  const who = await visit(t, browser, origin)
  await who.page.goto(`${who.origin}/good`)
  const device = await addDevice(who.page)
  const made = await who.page.evaluate<string>(MAKE_PASSKEY)
  const held = await device.credentials()
  assert.deepEqual(
    held.map(({ credentialId }) => Buffer.from(credentialId, "base64").toString("base64url")),
    [made],
  )
  await device.refuse(true)
  await assert.rejects(who.page.evaluate(MAKE_PASSKEY), /NotAllowedError/)
  const elsewhere = await visit(t, browser, origin)
  const again = await addDevice(elsewhere.page, held)
  assert.equal((await again.credentials())[0]?.credentialId, held[0]?.credentialId)
})

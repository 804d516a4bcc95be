import assert from "node:assert/strict"
import { after, type TestContext, test } from "node:test"
import { TOTP } from "otpauth"
import type { Locator, Page } from "playwright-core"
import { translator } from "../../src/http/index.ts"
import { launchBrowser, type View, type Visitor, visit } from "../support/browser.ts"
import { press, tabTo, typeInto } from "../support/keyboard.ts"
import { run, startNode } from "../support/node.ts"
import { axe, sidewaysPixels } from "../support/page-checks.ts"
import { addDevice, type Device } from "../support/passkeys.ts"

/** How somebody comes to a node that nobody has set up, and in again: a story in the order of the tests. */
const node = await startNode()
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})
const en = translator("en")
type Credentials = Awaited<ReturnType<Device["credentials"]>>
/** As they were used last: a device counts, and one that counts backwards is a copy. */
let passkeys: Credentials = []
let setupLink = ""

async function open(t: TestContext, path: string, view: View = {}): Promise<Visitor> {
  const who = await visit(t, browser, node.url, view)
  await who.page.goto(path.startsWith("http") ? path : who.origin + path)
  return who
}

const button = (page: Page, key: string): Locator => page.getByRole("button", { name: en(key), exact: true })
const heading = (page: Page, key: string): Promise<void> =>
  page.getByRole("heading", { level: 1, name: en(key), exact: true }).waitFor()

async function isGood(page: Page): Promise<void> {
  assert.deepEqual(await axe(page), [], page.url())
  assert.equal(await sidewaysPixels(page), 0, page.url())
}

test("a node that nobody set up says so, and gives the way in to whoever holds its folder", async (t) => {
  const { page } = await open(t, "/")
  await page.getByText(en("sign-in.not-set-up")).waitFor()
  const link = await run(["setup-link", "--data", node.data])
  assert.match(link, /^http:\/\/localhost:\d+\/setup\/[\w-]{43}$/)
})

test("the link of setting up leads, by keys alone, from the party to a node that is ready", async (t) => {
  setupLink = await run(["setup-link", "--data", node.data])
  const { page, expect } = await open(t, setupLink)
  expect(/status of 400/)
  await heading(page, "setup.party")
  await isGood(page)
  await press(page, button(page, "setup.continue"))
  await page.getByRole("alert").locator("li").nth(2).waitFor()
  await typeInto(page, page.getByLabel(en("setup.party-name")), "Harbour CERT")
  await tabTo(page, page.locator("#field-kind"))
  await page.keyboard.press("Space")
  await tabTo(page, page.getByLabel(en("setup.place")))
  await page.keyboard.type("Finl")
  await press(page, button(page, "setup.continue"))
  await heading(page, "setup.administrator")
  await isGood(page)
  await typeInto(page, page.getByLabel(en("setup.your-name")), "Aino Järvinen")
  await press(page, button(page, "setup.continue"))
  await heading(page, "enrol.title")
  await isGood(page)
  const device = await addDevice(page)
  await typeInto(page, page.getByLabel(en("passkey.name")), "Laptop")
  await press(page, button(page, "passkey.make"))
  await heading(page, "setup.keys")
  passkeys = await device.credentials()
  await isGood(page)
  await typeInto(page, page.getByLabel(en("keys.passphrase"), { exact: true }), "one two three four")
  await typeInto(page, page.getByLabel(en("keys.again")), "one two three four")
  await press(page, button(page, "keys.seal"))
  await heading(page, "keys.title")
  await isGood(page)
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    press(page, page.getByRole("link", { name: en("keys.download") })),
  ])
  assert.equal(download.suggestedFilename(), "offline-keys.age")
  await press(page, button(page, "keys.remove"))
  await page.getByRole("link", { name: en("keys.not-copied") }).waitFor()
  await tabTo(page, page.getByLabel(en("keys.copied")))
  await page.keyboard.press("Space")
  await press(page, button(page, "keys.remove"))
  await page.getByText(en("keys.keep")).waitFor()
  await press(page, page.getByRole("link", { name: en("nav.overview") }))
  await heading(page, "overview.title")
})

test("a link of setting up works once, and no other is made for a node that is set up", async (t) => {
  const { page, expect } = await open(t, setupLink)
  expect(/status of 404/)
  await page.getByText(en("error.link.setup")).waitFor()
  await assert.rejects(run(["setup-link", "--data", node.data]), /set up/)
})

test("a passkey signs in, by keys alone, and out again", async (t) => {
  const { page } = await open(t, "/share/collections")
  const device = await addDevice(page, passkeys)
  await heading(page, "sign-in.title")
  await press(page, button(page, "sign-in.by-passkey"))
  await heading(page, "nav.collections")
  passkeys = await device.credentials()
  const menu = page.locator("details.menu", { hasText: "Aino Järvinen" })
  await press(page, menu.locator("summary"))
  await press(page, menu.getByRole("button", { name: en("frame.sign-out") }))
  await heading(page, "sign-in.title")
})

test("a device that refuses changes nothing, and the page says what to do", async (t) => {
  const { page, expect } = await open(t, "/sign-in", { width: 390 })
  const device = await addDevice(page, passkeys)
  await device.refuse(true)
  await button(page, "sign-in.by-passkey").tap()
  await page.getByText(en("passkey.failed")).waitFor()
  await isGood(page)
  await device.refuse(false)
  await button(page, "sign-in.by-passkey").tap()
  await heading(page, "overview.title")
  passkeys = await device.credentials()
  expect(/NotAllowedError/)
})

test("who is invited comes in by password and one-time code, without JavaScript too", async (t) => {
  const link = await invited(t, "Bo Lindqvist")
  const { page, origin, context } = await open(t, link, { javaScript: false })
  await page.getByText("Bo Lindqvist").waitFor()
  await button(page, "invitation.accept").click()
  await heading(page, "enrol.title")
  const secret = (await page.locator("input[name=secret]").getAttribute("value")) ?? ""
  const code = new TOTP({ secret })
  await page.getByLabel(en("code.password"), { exact: true }).fill("four unrelated words here")
  await page.getByLabel(en("sign-in.code")).fill(code.generate())
  await button(page, "code.set").click()
  await heading(page, "overview.title")
  await context.clearCookies()
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel(en("sign-in.name"), { exact: true }).fill("Bo Lindqvist")
  await page.getByLabel(en("sign-in.password"), { exact: true }).fill("four unrelated words here")
  await page.getByLabel(en("sign-in.code")).fill(code.generate({ timestamp: Date.now() + 30_000 }))
  await button(page, "sign-in.submit").click()
  await heading(page, "overview.title")
})

/** The administrator makes an invitation; its link. */
async function invited(t: TestContext, name: string): Promise<string> {
  const { page } = await open(t, "/people/invite")
  await addDevice(page, passkeys)
  await button(page, "sign-in.by-passkey").click()
  // The page of signing in has a field of that name too.
  await heading(page, "people.invite")
  await page.getByLabel(en("account.name")).fill(name)
  await button(page, "people.make-invitation").click()
  await heading(page, "people.link-title")
  await isGood(page)
  return (await page.locator("main [data-copy]").getAttribute("data-copy")) ?? ""
}

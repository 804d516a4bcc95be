import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import type { Page } from "playwright-core"
import { newSealKey, openWithPassphrase, parseRecipient, sealTo, sealWithPassphrase } from "../../src/crypto/index.ts"
import { systemClock } from "../../src/kernel/time.ts"
import { launchBrowser, type View } from "../support/browser.ts"
import { startNode } from "../support/node.ts"
import { openInProcess } from "../support/node-in-process.ts"
import { axe, foreignMarkup, sidewaysPixels } from "../support/page-checks.ts"
import type { Role } from "../support/pages.ts"
import { payloads } from "../support/payloads.ts"
import { type Arrival, addKey, addPartner, arrive } from "../support/sealed-scene.ts"
import { inPieces, opened, sealedVectors, whole } from "../support/sealing.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"

const HOSTILE = `${payloads.slice(0, 40).join("\n")}\n\u202Eend\u0000`
const LARGE = Buffer.alloc(3_000_000, "evidence ")

const furnished = await furnish(join(tempFolder(), "d"), { objects: [] })
const scene = await prepare()
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})

/** Files for a desk whose key the test has. */
async function prepare() {
  const inside = await openInProcess({ path: furnished.data })
  inside.clock.set(systemClock.now())
  try {
    inside.meddle(
      "update peer set party = 'identity--00000000-0000-4000-8000-000000000000' where name like 'CSIRT Nord%'",
    )
    const partner = await addPartner(inside, "", "CSIRT Süd")
    const desk = await addKey(inside, { kind: "desk", name: "Night desk", owner: null })
    const come = (content: string | Buffer, more: Partial<Arrival> = {}) =>
      arrive(inside, partner, { to: [{ name: "Night desk", kind: "desk", ...desk }], content, ...more })
    return {
      ...{ desk, party: partner.party },
      text: await come("Call at nine.\n九點，照舊。"),
      large: await come(LARGE, { name: "disk image.bin", type: "application/octet-stream" }),
      hostile: await come(HOSTILE),
      page: await come("<script>document.title = 'taken over'</script>", {
        name: "../../evil.html",
        type: "text/html",
      }),
      other: await come("Not what was said", { label: { tlp: "clear" } }),
    }
  } finally {
    await inside.close()
  }
}

async function visit(t: TestContext, who: Role, path: string, view: View = {}) {
  const visitor = await enter(browser, furnished, node.url, who, view)
  t.after(() => visitor.end())
  await visitor.page.goto(visitor.origin + path)
  return visitor
}

/** All that a page sends, for looking at what must not be in it. */
function listening(page: Page): string[] {
  const sent: string[] = []
  page.on("request", (request) => void sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`))
  return sent
}

async function openWith(page: Page, identity: string): Promise<void> {
  await page.fill("[data-key-text]", identity)
  await page.click("[data-open] [data-go]")
  await page.waitForSelector("[data-open] [data-go]:not([disabled])")
}

const said = (page: Page) => page.locator("[data-open] [data-when]:not([hidden])").allInnerTexts()

test("a text is opened in the browser, and neither the private key nor the content leaves it", async (t) => {
  const { page } = await visit(t, "analyst", `/share/sealed/${scene.text}`)
  const sent = listening(page)
  await openWith(page, scene.desk.identity)
  assert.equal(await page.innerText("[data-text]"), "Call at nine.\n九點，照舊。")
  assert.deepEqual(await said(page), [])
  assert.deepEqual(await axe(page), [])
  assert.ok(sent.length > 10, "the library was loaded")
  for (const request of sent) {
    assert.match(request, /^GET http:\/\/localhost:\d+\/(assets\/|share\/sealed\/)/)
    assert.ok(!request.includes(scene.desk.identity.slice(18, 40)), request)
  }
  await page.click("[data-forget]")
  assert.equal(await page.isHidden("[data-result]"), true)
  assert.equal(await page.inputValue("[data-key-text]"), "")
  assert.equal(await page.textContent("[data-text]"), "")
})

test("a file is opened and saved as it was, on a phone", async (t) => {
  const { page } = await visit(t, "analyst", `/share/sealed/${scene.large}`, {
    width: 390,
    language: "zh-TW",
    scheme: "dark",
  })
  await openWith(page, scene.desk.identity)
  assert.equal(await page.isHidden("[data-text]"), true)
  assert.equal(await sidewaysPixels(page), 0)
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-result] [data-save]")])
  assert.equal(download.suggestedFilename(), "disk image.bin")
  assert.ok(readFileSync(await download.path()).equals(LARGE))
})

test("hostile content is shown as text and becomes nothing else", async (t) => {
  const { page } = await visit(t, "analyst", `/share/sealed/${scene.hostile}`)
  await openWith(page, scene.desk.identity)
  assert.match(await page.innerText("[data-text]"), /⟨U\+202E⟩end⟨U\+0000⟩/)
  // The link for saving names the bytes that lie in the browser.
  const strange = (await foreignMarkup(page)).filter((one) => !/data-save="" href="blob:http:\/\/localhost/.test(one))
  assert.deepEqual(strange, [])
  await page.goto(page.url().replace(scene.hostile, scene.page))
  await openWith(page, scene.desk.identity)
  assert.match(await page.innerText("[data-text]"), /<script>document\.title/)
  assert.doesNotMatch(await page.title(), /taken over/)
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-result] [data-save]")])
  assert.equal(download.suggestedFilename(), "evil.html")
})

test("a file that was sealed for another message, or for another key, is not shown", async (t) => {
  const { page } = await visit(t, "analyst", `/share/sealed/${scene.other}`)
  await openWith(page, scene.desk.identity)
  assert.match((await said(page)).join(), /the label inside speaks of another sender/)
  assert.equal(await page.isHidden("[data-result]"), true)
  const { identity } = await newSealKey("x25519")
  await openWith(page, identity)
  assert.match((await said(page)).join(), /sealed to another one/)
  for (const text of ["", "hello", scene.desk.recipient]) {
    await openWith(page, text)
    assert.match((await said(page)).join(), /This is no private key/)
  }
})

test("ciphertext that was changed on the way is not opened", async (t) => {
  const { page } = await visit(t, "analyst", `/share/sealed/${scene.text}`)
  await page.route("**/file", async (route) => {
    const answer = await route.fetch()
    const body = await answer.body()
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1
    await route.fulfill({ response: answer, body })
  })
  await openWith(page, scene.desk.identity)
  assert.match((await said(page)).join(), /not what the sender signed for/)
})

test("a key pair is made in the browser: the private half goes into a file, the public one to the node", async (t) => {
  const { page } = await visit(t, "reader", "/share/sealed/keys")
  const sent = listening(page)
  assert.deepEqual(await axe(page), [])
  await page.click("[data-make-key] [data-go]")
  await page.waitForSelector("[data-made]:not([hidden])")
  const recipient = await parseRecipient(await page.inputValue("[name=recipient]"))
  await page.click("main form button.primary[type=submit], main form > .actions button.primary")
  assert.match(
    await page.locator("[data-make-key] [data-when]:not([hidden])").innerText(),
    /Save the private key first/,
  )
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-save]")])
  const file = readFileSync(await download.path(), "utf8")
  assert.match(download.suggestedFilename(), /^comity-[a-z0-9]{8}\.key$/)
  const identity = /^AGE-SECRET-KEY-1\S+$/m.exec(file)?.[0] ?? ""
  await Promise.all([page.waitForURL(/done=registered/), page.click("main form > .actions button.primary")])
  for (const request of sent) assert.ok(!request.includes(identity), request)
  assert.match(await page.innerText("main"), /Registered, not shown to partners/)
  const sealed = await whole(sealTo([recipient], sealedVectors.label, inPieces(Buffer.from("for Rita"))))
  assert.equal(String((await opened(sealed, [identity])).content), "for Rita")
})

test("a pair that resists quantum computers is protected by a passphrase, and opens by it", async (t) => {
  const { page } = await visit(t, "analyst", "/share/sealed/keys")
  await page.fill("[data-make-key] [data-phrase]", "short")
  await page.click("[data-make-key] [data-go]")
  assert.match(await page.locator("[data-make-key] [data-when]:not([hidden])").innerText(), /at least 12 characters/)
  await page.fill("[data-make-key] [data-phrase]", "three words are better")
  await page.check("[data-hybrid]")
  await page.click("[data-make-key] [data-go]")
  await page.waitForSelector("[data-made]:not([hidden])")
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-save]")])
  const file = readFileSync(await download.path(), "utf8")
  assert.match(String(await openWithPassphrase(file, "three words are better")), /\nAGE-SECRET-KEY-PQ-1/)
  assert.match(await page.inputValue("[name=recipient]"), /^age1pq1/)
})

test("a protected file with the key opens a sealed file, with its passphrase alone", async (t) => {
  const key = Buffer.from(await sealWithPassphrase(`# mine\n${scene.desk.identity}\n`, "opensesame!!", 10))
  const { page } = await visit(t, "analyst", `/share/sealed/${scene.text}`)
  const give = () => page.setInputFiles("[data-key-file]", { name: "me.key", mimeType: "text/plain", buffer: key })
  await give()
  await openWith(page, "")
  assert.match((await said(page)).join(), /needs its passphrase/)
  await page.fill("[data-open] [data-phrase]", "opensesam")
  await openWith(page, "")
  assert.match((await said(page)).join(), /passphrase does not open/)
  await page.fill("[data-open] [data-phrase]", "opensesame!!")
  await openWith(page, "")
  assert.match(await page.innerText("[data-text]"), /^Call at nine/)
})

test("an officer seals a file for a desk and a person by keyboard, without a script too", async (t) => {
  for (const javaScript of [true, false]) {
    const { page } = await visit(t, "officer", `/share/sealed/new?party=${scene.party}`, { javaScript })
    await page.locator("[name=recipient]").first().check()
    await page.fill("[name=purpose]", "Case 17")
    await page.setInputFiles("[name=file]", { name: "clue.txt", mimeType: "text/plain", buffer: Buffer.from("clue") })
    await page.locator("main button.primary").press("Enter")
    await page.waitForURL(/\/share\/sealed\/sealed--/)
    assert.match(await page.innerText("main"), /clue\.txt/)
    if (javaScript) assert.deepEqual(await axe(page), [])
    await page.locator("main button.primary").press("Enter")
    await page.waitForURL(/done=sent/)
    assert.match(await page.innerText("main"), /On its way/)
  }
})

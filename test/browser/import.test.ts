import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { type ClientRequest, request } from "node:http"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import type { Page } from "playwright-core"
import { launchBrowser, type View } from "../support/browser.ts"
import { startNode } from "../support/node.ts"
import { axe, foreignMarkup, sidewaysPixels } from "../support/page-checks.ts"
import { bundle, indicator } from "../support/stix.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"

const furnished = await furnish(join(tempFolder(), "d"), { objects: [] })
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})

async function analyst(t: TestContext, view: View = {}) {
  const who = await enter(browser, furnished, node.url, "analyst", view)
  t.after(() => who.end())
  await who.page.goto(`${who.origin}/share/import`)
  return who
}

/** Each page on the way passes axe and stays within the screen. */
async function looksRight(page: Page): Promise<void> {
  assert.deepEqual(await axe(page), [])
  assert.equal(await sidewaysPixels(page), 0)
}

const upload = (name: string, body: string) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(body),
})

test("a pasted report is previewed, needs a mark, and is imported", async (t) => {
  const who = await analyst(t, { language: "zh-TW", width: 390 })
  const { page } = who
  await page.fill("[name=text]", "攻擊者使用203.0.113[.]7進行，並連線至hxxps://evil[.]example/a下載。")
  await page.click("form[data-import] button.primary")
  await page.waitForSelector("form[action$='/start']")
  await looksRight(page)
  assert.match(await page.innerText("main"), /203\.0\.113\[\.\]7[\s\S]*hxxps:\/\/evil\[\.\]example\/a/)
  who.expect(/status of 400/)
  await page.click("main button.primary")
  await page.waitForSelector("[data-focus]")
  assert.equal(await page.evaluate("document.activeElement?.hasAttribute('data-focus')"), true)
  await page.check("[name='out[]'][value='203.0.113.7']")
  await page.check("[name=tlp][value=amber]")
  await page.click("main button.primary")
  await page.waitForSelector(".state.open")
  await looksRight(page)
  assert.deepEqual(await page.locator("table.bars .number").allInnerTexts(), ["1", "0", "0", "0", "1"])
})

test("a table that is dropped on the form is mapped and imported by keyboard alone", async (t) => {
  const { page } = await analyst(t)
  const table = "ioc,family,seen\n203.0.113.21,Loader,2026-01-02\nnonsense,,\n"
  await page.evaluate(
    `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(table)}], "list.csv"));
      document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })) })()`,
  )
  await page.waitForSelector("form[action$='/mapping']")
  await looksRight(page)
  assert.deepEqual(
    await page.locator("[name='role[]']").evaluateAll((all: { value: string }[]) => all.map(({ value }) => value)),
    ["value", "name", "ignore"],
  )
  await page.focus("#role-2")
  await page.keyboard.type("Valid from")
  await page.keyboard.press("Tab")
  await page.keyboard.press("Enter")
  await page.waitForSelector("form[action$='/start']")
  await page.focus("[name=tlp][value=clear]")
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Tab")
  await page.keyboard.press("Tab")
  await page.keyboard.press("Enter")
  await page.waitForSelector(".state.open")
  assert.deepEqual(await page.locator("table.bars .number").allInnerTexts(), ["1", "0", "0", "1"])
  await looksRight(page)
})

test("without JavaScript a file goes the same way", async (t) => {
  const { page } = await analyst(t, { javaScript: false })
  await page.setInputFiles("[name=file]", upload("bundle.json", bundle(indicator(), indicator())))
  await page.click("form[data-import] button.primary")
  while ((await page.locator("form[action$='/start']").count()) === 0) await page.reload()
  await page.check("[name=tlp][value=green]")
  await page.click("main button.primary")
  while ((await page.locator(".state.open").count()) === 0) await page.reload()
  assert.equal(await page.locator("table.bars .number").first().innerText(), "2")
})

test("what is given up leaves no file behind", async (t) => {
  const { page } = await analyst(t)
  await page.setInputFiles("[name=file]", upload("x.json", bundle(indicator())))
  await page.click("form[data-import] button.primary")
  await page.click("button[formaction$='/cancel']")
  await page.waitForURL(/\/share\/import$/)
  assert.deepEqual(readdirSync(join(furnished.data, "uploads")), [])
})

test("text from a file becomes no markup in any step", async (t) => {
  const { page } = await analyst(t)
  const hostile = `<img src=x onerror=alert(1)>"'--><script>alert(1)</script>\u202e`
  const cell = `"${hostile.replaceAll('"', '""')}"`
  const table = `value,${cell}\n203.0.113.31,${cell}\n${cell},${cell}\n`
  await page.setInputFiles("[name=file]", upload(`${hostile}.csv`, table))
  await page.click("form[data-import] button.primary")
  await page.waitForSelector("form[action$='/mapping']")
  await page.selectOption("#role-1", "name")
  assert.deepEqual(await foreignMarkup(page), [])
  await page.click("[name=go][value=preview]")
  await page.waitForSelector("form[action$='/start']")
  assert.deepEqual(await foreignMarkup(page), [])
  await page.check("[name=tlp][value=red]")
  await page.click("main button.primary")
  await page.waitForSelector(".state.open")
  assert.deepEqual(await foreignMarkup(page), [])
})

test("the administrator supplies warning lists, and a list that is none is refused with its reason", async (t) => {
  const who = await enter(browser, furnished, node.url, "administrator", {})
  t.after(() => who.end())
  const { page, origin } = who
  await page.goto(`${origin}/share/warning-lists`)
  await page.setInputFiles(
    "[name=file]",
    upload("list.json", `{"name":"<b>Resolvers</b>","type":"cidr","list":["9.9.9.0/24"]}`),
  )
  await page.click("main button.primary")
  await page.waitForSelector("table.list")
  await looksRight(page)
  assert.deepEqual(await foreignMarkup(page), [])
  who.expect(/status of 400/)
  await page.setInputFiles("[name=file]", upload("none.json", `{"name":"x","type":"cidr","list":["nonsense"]}`))
  await page.click("main button.primary")
  await page.waitForSelector(".fault")
  await page.click("table.list button")
  await page.waitForSelector(".empty")
})

/** A form whose file never ends: the head and a first piece. */
function beginUpload(size: number): ClientRequest {
  const { name, value } = furnished.cookies.analyst
  const origin = node.url.replace("127.0.0.1", "localhost")
  const sending = request(`${origin}/share/import`, {
    method: "POST",
    headers: {
      ...{ cookie: `${name}=${value}`, origin, "sec-fetch-site": "same-origin" },
      "content-type": "multipart/form-data; boundary=b",
    },
  })
  const field = `--b\r\ncontent-disposition: form-data; name="collection"\r\n\r\n${furnished.collections.own}\r\n`
  const file = `--b\r\ncontent-disposition: form-data; name="file"; filename="x.json"\r\n\r\n`
  sending.on("error", () => {})
  sending.write(`${field}${file}${" ".repeat(size)}`)
  return sending
}

const uploads = () => readdirSync(join(furnished.data, "uploads")).length

test("an upload that is broken off leaves no file behind", async () => {
  const before = uploads()
  const sending = beginUpload(100_000)
  while (uploads() === before) await new Promise((resolve) => setTimeout(resolve, 10))
  sending.destroy()
  while (uploads() > before) await new Promise((resolve) => setTimeout(resolve, 10))
})

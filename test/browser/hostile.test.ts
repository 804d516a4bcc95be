import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { launchBrowser, type Visitor } from "../support/browser.ts"
import { everyPayload, hostileObjects, rotating } from "../support/hostile-objects.ts"
import { startNode } from "../support/node.ts"
import { foreignMarkup } from "../support/page-checks.ts"
import { objectPath, pages, pathOf } from "../support/pages.ts"
import { payloads } from "../support/payloads.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"
import { world } from "../support/world.ts"

/** Of each type one object with all texts in each field, and one where each text comes first somewhere. */
const hostile = [() => everyPayload, rotating(0)].flatMap((textAt) => hostileObjects(textAt))
const furnished = await furnish(join(tempFolder(), "d"), {
  objects: [...world(), ...hostile],
  party: everyPayload.slice(0, 200),
  titles: { own: everyPayload, partners: payloads[0] ?? "", empty: payloads[70] ?? "" },
  names: everyPayload.slice(200, 350),
})
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser()
after(async () => {
  await browser.close()
  await node.stop()
})

/** Opens the page and looks for what text may have become; what ran or was asked for fails at the end of the visit. */
async function look({ page, origin }: Visitor, path: string, ready?: (page: Visitor["page"]) => Promise<unknown>) {
  const answer = await page.goto(origin + path)
  assert.ok((answer?.status() ?? 500) < 500, `${answer?.status()} ${path}`)
  await ready?.(page)
  assert.deepEqual(await foreignMarkup(page), [], path)
}

for (const shown of pages) {
  test(`${shown.name}: nothing from outside becomes markup`, async (t) => {
    const who = await enter(browser, furnished, node.url, shown.who)
    t.after(() => who.end())
    who.expect(/status of 4\d\d/)
    await look(who, pathOf(shown, furnished), shown.ready)
    await look(who, `${pathOf(shown, furnished).split("?")[0]}?${hostileQuery(pages.indexOf(shown))}`)
  })
}

test("no field of an object of any type becomes markup on its page", async (t) => {
  const who = await enter(browser, furnished, node.url, "officer")
  t.after(() => who.end())
  for (const { id } of hostile) await look(who, objectPath(id))
})

test("no part of an address becomes markup", async (t) => {
  const who = await enter(browser, furnished, node.url, "administrator")
  t.after(() => who.end())
  who.expect(/status of 4\d\d/)
  const texts = payloads.map((text) => text.slice(0, 300))
  for (let at = 0; at < texts.length; at += 6) {
    const path = encodeURIComponent(texts.slice(at, at + 6).join(" "))
    await look(who, `/${path}`)
    await look(who, `/share/objects/${path}`)
  }
})

/** Every name that a page may read from its address, each with some of the texts. */
const NAMES = [
  "q",
  "type",
  "tlp",
  "collection",
  "source",
  "from",
  "to",
  "sort",
  "order",
  "after",
  "before",
  "page",
  "view",
  "error",
]

function hostileQuery(start: number): string {
  return String(new URLSearchParams(NAMES.map((name, at) => [name, rotating(start * NAMES.length)(at).slice(0, 300)])))
}

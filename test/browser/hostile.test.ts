import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { launchBrowser, type Visitor } from "../support/browser.ts"
import { everyPayload, hostileObjects, rotating } from "../support/hostile-objects.ts"
import { startNode } from "../support/node.ts"
import { foreignMarkup } from "../support/page-checks.ts"
import { follow, objectPath, pages, pathOf, type ShownPage } from "../support/pages.ts"
import { payloads } from "../support/payloads.ts"
import { indicator } from "../support/stix.ts"
import { tempFolder } from "../support/temp.ts"
import { enter, furnish } from "../support/workplace.ts"
import { world } from "../support/world.ts"

/** Of each type one object with all texts in each field, and one where each text comes first somewhere. */
const hostile = [() => everyPayload, rotating(0)].flatMap((textAt) => hostileObjects(textAt))
/** One of them changes later, and somebody sends other words for the same version. */
const changing = hostile.find(({ type }) => type === "malware") ?? indicator()
const later = { ...changing, modified: "2025-01-01T00:00:00.000Z", name: payloads.toReversed().join(" ") }
const contradiction = { ...changing, description: `Other words ${everyPayload}` }

const furnished = await furnish(join(tempFolder(), "d"), {
  objects: [...world(), ...hostile, later, contradiction],
  party: `\u202E${everyPayload.slice(0, 199)}`,
  titles: { own: everyPayload, partners: payloads[0] ?? "", empty: payloads[70] ?? "" },
  names: everyPayload.slice(200, 350),
})
const node = await startNode({ data: furnished.data })
const browser = await launchBrowser({ brief: true })
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
  const unseen = UNSEEN.exec(await page.evaluate<string>("document.title + document.body.innerText"))
  assert.equal(unseen, null, `${path}: U+${unseen?.[0].codePointAt(0)?.toString(16)} stands as it is`)
}

/** Signs that turn or join what stands around them, or that nobody sees: they are shown as marks instead. */
const UNSEEN = /[\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\u00AD\u{E0041}]/u

const visitors = new Map<string, Promise<Visitor>>()

/** Everybody has one browser and goes from page to page. */
async function visitor(role: ShownPage["who"]): Promise<Visitor> {
  const made = visitors.get(role) ?? enter(browser, furnished, node.url, role)
  visitors.set(role, made)
  const who = await made
  who.expect(/status of 4\d\d/)
  return who
}

for (const shown of pages) {
  test(`${shown.name}: nothing from outside becomes markup`, async () => {
    const who = await visitor(shown.who)
    await look(who, pathOf(shown, furnished), shown.ready)
    await look(who, `${pathOf(shown, furnished).split("?")[0]}?${hostileQuery(pages.indexOf(shown))}`)
    await who.check()
  })
}

test("no field of an object of any type becomes markup on its page", async (t) => {
  const who = await enter(browser, furnished, node.url, "officer")
  t.after(() => who.end())
  for (const { id } of hostile) await look(who, objectPath(id))
})

test("nor in the other views of an object: source, versions, difference, graph, contradiction, search", async (t) => {
  const who = await enter(browser, furnished, node.url, "officer")
  t.after(() => who.end())
  for (const view of ["/source", "/versions", "/graph"]) {
    for (const { id } of hostile.slice(0, 6)) await look(who, `${objectPath(id)}${view}`)
    await look(who, `${objectPath(changing.id)}${view}`)
  }
  await look(who, `${objectPath(changing.id)}/versions`, follow(`a[href*="/versions/"]`))
  await look(who, `/share/collections/${furnished.collections.partners}/conflicts`, follow(`a[href*="/conflicts/"]`))
  for (const words of ["canary", "evil.example", "onerror"]) {
    await look(who, `/share/library?q=${words}`)
    await look(who, `/search?q=${words}`)
  }
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

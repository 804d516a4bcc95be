import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type LibraryServer, startLibrary } from "../../../../test/support/library-server.ts"
import type { Stix } from "../../../../test/support/stix.ts"
import { examples } from "../../../../test/support/stix-examples.ts"
import type { Json } from "../../../kernel/canonical.ts"
import { formatInstant, parseInstant } from "../../../kernel/time.ts"
import { defang, type JsonObject, typeOfId } from "../../../stix/index.ts"
import { objectPages } from "./index.ts"

let server: LibraryServer
before(async () => {
  server = await startLibrary(undefined, ({ store: reader }, search) => objectPages({ reader, search }))
  await server.add(...(examples as Stix[]))
})
after(() => server.close())

/** The page as text and, beside it, what its attributes say; entities turned back. */
async function readPage(id: string): Promise<{ text: string; attributes: string }> {
  const response = await server.get(`/share/objects/${id}`)
  const page = await response.text()
  assert.equal(response.status, 200, `${id}: ${page}`)
  const main = page.slice(page.indexOf("<main"), page.indexOf("</main>"))
  const attributes = [...main.matchAll(/(?:datetime|title|href|data-copy)="([^"]*)"/g)]
    .map(([, value]) => value)
    .join("\n")
  return { text: plain(main.replaceAll(/<[^>]*>/g, "")), attributes: plain(attributes) }
}

function plain(markup: string): string {
  const signs: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" }
  return markup.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => signs[entity] ?? entity)
}

/** Every string and number of an object, with the property that it stands in. */
function* leaves(value: Json, name = ""): Generator<[name: string, leaf: string | number]> {
  if (typeof value === "string" || typeof value === "number") yield [name, value]
  else if (Array.isArray(value)) for (const item of value) yield* leaves(item, name)
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, key)
  }
}

/** Told in other words: the type by its name, selectors by the path that they find, the kind of a relationship. */
const OTHERWISE = new Set(["type", "spec_version", "selectors", "relationship_type"])

function isShown(
  { text, attributes }: { text: string; attributes: string },
  name: string,
  leaf: string | number,
): boolean {
  if (OTHERWISE.has(name)) return true
  if (typeof leaf === "number") return text.includes(String(leaf)) || text.includes(leaf.toLocaleString("en"))
  const instant = parseInstant(leaf)
  if (instant !== null) return attributes.includes(formatInstant(instant))
  if (typeOfId(leaf) !== null) return attributes.includes(leaf)
  return text.includes(leaf) || attributes.includes(leaf) || text.includes(defang(leaf))
}

test("every type of the standard is shown without losing a value", async () => {
  assert.equal(examples.length, 42)
  for (const object of examples as JsonObject[]) {
    const page = await readPage(String(object.id))
    const lost = [...leaves(object)].filter(([name, leaf]) => !isShown(page, name, leaf))
    assert.deepEqual(lost, [], String(object.type))
  }
})

test("a custom object shows every property, nested ones too", async () => {
  const id = "x-harbour-crane--00000001-0000-4000-8000-0000000000aa"
  const custom = {
    ...{ type: "x-harbour-crane", spec_version: "2.1", id, created: "2026-01-01T00:00:00.000Z" },
    ...{
      modified: "2026-01-01T00:00:00.000Z",
      x_load: { limit: 41.5, parts: [{ hook: "north" }, "bare"], deep: [[["far"]]] },
    },
    ...{ name: "Crane", toString: "a word of JavaScript" },
  }
  await server.add(custom)
  const page = await readPage(id)
  for (const [name, leaf] of leaves(custom as Json)) assert.ok(isShown(page, name, leaf), `${name} ${leaf}`)
})

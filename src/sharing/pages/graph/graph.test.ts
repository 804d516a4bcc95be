import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type LibraryServer, startLibrary } from "../../../../test/support/library-server.ts"
import { made, related } from "../../../../test/support/world/making.ts"
import { known, world } from "../../../../test/support/world.ts"
import { type Line, NODES_MOST, type Node } from "./model.ts"
import { graphPages } from "./pages.ts"

type Data = { nodes: Node[]; lines: Line[]; cut: boolean; parts: Record<string, string> }

const hub = made("malware", "hub", {}, { name: "Hub", is_family: true })
const tool = made("tool", "of-hub", {}, { name: "Tool of the hub" })
const spokes = Array.from({ length: NODES_MOST + 10 }, (_, at) =>
  made("campaign", `spoke ${at}`, {}, { name: `Campaign ${at}` }),
)
const strange = made("malware", "strange", {}, { name: "<img src=x onerror=alert(1)>\u202Eexe", is_family: false })
const lookalike = made("malware", "lookalike", {}, { name: "p\u0430ypal", is_family: false })

let server: LibraryServer
before(async () => {
  server = await startLibrary(undefined, (_, search) => graphPages({ search }))
  await server.add(related(tool, "uses", hub, {}), ...spokes.map((spoke) => related(spoke, "uses", hub, {})))
  await server.add(...world(), hub, tool, ...spokes, strange, lookalike, related(strange, "variant-of", lookalike, {}))
})
after(() => server.close())

const pathOf = (id: string) => `/share/objects/${id}/graph`

async function page(id: string, query = ""): Promise<string> {
  const answer = await server.get(pathOf(id) + query)
  assert.equal(answer.status, 200)
  return answer.text()
}

async function data(id: string, query = ""): Promise<Data> {
  const answer = await server.get(`${pathOf(id)}.json${query}`)
  assert.equal(answer.status, 200)
  return (await answer.json()) as Data
}

function attributes(markup: string, name: string): string[] {
  return [...markup.matchAll(new RegExp(`${name}="([^"]*)"`, "g"))].map(([, value = ""]) => value).sort()
}

test("what the picture holds stands in the lists, each relation as a sentence", async () => {
  const [markup, { nodes, lines, cut }] = await Promise.all([page(known.loader), data(known.loader)])
  assert.ok(nodes.length > 10 && lines.length > 10 && !cut)
  assert.deepEqual(attributes(markup, "data-node"), nodes.map(({ id }) => id).sort())
  assert.deepEqual(attributes(markup, "data-line"), lines.map(({ id }) => id).sort())
  const text = markup.replaceAll(/<[^>]+>/g, "")
  for (const sentence of ["LanternDrop uses PowerShell", "Paper Lantern uses LanternDrop", "LanternDrop created by"]) {
    assert.ok(text.includes(sentence), sentence)
  }
})

test("an object whose neighbours are shown brings them in, and is not offered again", async () => {
  const first = await data(known.loader)
  const group = first.nodes.find(({ id }) => id === known.group)
  const second = await data(known.loader, new URL(group?.widen ?? "", "http://n").search)
  assert.ok(second.nodes.length > first.nodes.length)
  const fresh = second.nodes.filter(({ id }) => !first.nodes.some((node) => node.id === id))
  const touches = (id: string) => second.lines.some(({ from, to }) => (from === id ? to : from) === known.group)
  assert.ok(fresh.every(({ id }) => touches(id)))
  assert.equal(second.nodes.find(({ id }) => id === known.group)?.widen, null)
  assert.equal(second.nodes[0]?.id, known.loader)
})

test("more neighbours than can be drawn are cut, which is said; types can be asked for alone", async () => {
  const everything = await data(hub.id)
  assert.deepEqual([everything.nodes.length, everything.cut], [NODES_MOST, true])
  assert.match(await page(hub.id), /There are more neighbours than the 500 objects/)
  const tools = await data(hub.id, "?type=tool")
  assert.deepEqual([tools.nodes.map(({ name }) => name), tools.cut], [["Hub", "Tool of the hub"], false])
  assert.match(await page(hub.id, "?type=tool"), /Only neighbours of these types are loaded: Tool\./)
})

test("names are text: escaped, what is unseen named, what looks alike marked, addresses defanged", async () => {
  const { nodes, parts } = await data(strange.id, "?lists=yes")
  assert.deepEqual(
    nodes.map(({ name }) => name),
    ["<img src=x onerror=alert(1)>⟨RLO⟩exe", "p\u0430ypal ≠"],
  )
  assert.ok(!Object.values(parts).join("").includes("<img"))
  assert.ok(!(await page(strange.id)).includes("<img"))
  assert.ok((await page(known.loader)).includes("198.51.100[.]7"))
})

test("an address that means nothing is read as far as it does", async () => {
  const plain = await data(known.loader)
  const query = new URLSearchParams([
    ["open", '"><script>'],
    ["open", `${"x".repeat(400)}--1`],
    ["open", known.loader],
    ["type", "../.."],
    ["lists", "no"],
  ])
  assert.deepEqual(await data(known.loader, `?${query}`), plain)
})

test("an object that is not here has no picture; the picture is for readers", async () => {
  for (const path of [pathOf(`malware--${crypto.randomUUID()}`), pathOf("nonsense")]) {
    assert.equal((await server.get(path)).status, 404)
    assert.equal((await server.get(`${path}.json`)).status, 404)
  }
  assert.equal((await server.get(pathOf(known.loader), "administrator")).status, 403)
  assert.equal((await server.get(pathOf(known.loader), null)).status, 303)
})

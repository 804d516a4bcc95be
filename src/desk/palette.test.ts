import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type LibraryServer, startLibrary } from "../../test/support/library-server.ts"
import type { Role } from "../../test/support/pages.ts"
import { made } from "../../test/support/world/making.ts"
import { known, world } from "../../test/support/world.ts"
import { type Offered, palettePages } from "./palette.ts"
import { searchPages } from "./search-page.ts"

let server: LibraryServer
before(async () => {
  server = await startLibrary(undefined, (_, search) => [...palettePages({ search }), ...searchPages({ search })])
  const names = ["Old quay", "A quay of stone", "quay", "Quayside\u202E", "Stone"]
  const named = names.map((name) => made("campaign", name, {}, { name, description: "At the quay." }))
  await server.add(...world(), ...named.reverse())
})
after(() => server.close())

async function offered(query: string, who: Role = "reader"): Promise<Offered> {
  const answer = await server.get(`/palette.json?${new URLSearchParams({ q: query })}`, who)
  assert.equal(answer.status, 200)
  return (await answer.json()) as Offered
}

const labels = (entries: readonly { label: string }[]) => entries.map(({ label }) => label)

test("the object that is called as typed comes first, then what begins, holds or mentions it, then the library", async () => {
  const { objects } = await offered("QUAY")
  assert.deepEqual(labels(objects).slice(0, 2), ["quay", "Quayside⟨RLO⟩"])
  assert.deepEqual(labels(objects).slice(2, 4).sort(), ["A quay of stone", "Old quay"])
  assert.equal(objects[4]?.label, "Stone")
  assert.equal(objects.at(-1)?.href, "/share/library?q=QUAY")
})

test("one letter looks for nothing, one Chinese character does; addresses are defanged", async () => {
  assert.deepEqual((await offered("q")).objects, [])
  assert.ok(labels((await offered("釣")).objects).includes("港口管理系統釣魚攻擊分析"))
  assert.ok(labels((await offered("198.51.100.7")).objects).includes("198.51.100[.]7"))
})

test("only what somebody may open is offered: no pages, no objects of the library without the role", async () => {
  const reader = await offered("lantern")
  assert.deepEqual(labels(reader.pages), ["Library", "My account"])
  assert.ok(reader.objects.length > 1)
  const administrator = await offered("lantern", "administrator")
  assert.deepEqual([labels(administrator.pages), administrator.objects], [["My account"], []])
  assert.equal((await server.get("/palette.json", null)).status, 303)
})

test("what changes something names the form that does it, never an address to follow", async () => {
  const { actions } = await offered("")
  assert.deepEqual(
    actions.map(({ path, fields }) => [path, fields]),
    [
      ["/preferences", { language: "zh-Hant" }],
      ["/preferences", { language: "zh-Hans" }],
      ["/preferences", { theme: "light" }],
      ["/preferences", { theme: "dark" }],
      ["/sign-out", {}],
    ],
  )
})

test("the search box leads where the role allows, with any text", async () => {
  const to = async (q: string, who: Role = "reader") =>
    (await server.get(`/search?${new URLSearchParams({ q })}`, who)).headers.get("location")
  assert.equal(await to(` ${known.loader} `), `/share/objects/${known.loader}`)
  const unknown = `malware--${crypto.randomUUID()}`
  assert.equal(await to(unknown), `/share/library?q=${unknown}`)
  assert.equal(await to(""), "/share/library")
  for (const text of ["釣".repeat(500), "\u{1F600}".repeat(300), "a\r\nset-cookie: b=c", "\u0000", "//evil.example"]) {
    assert.match((await to(text)) ?? "", /^\/share\/library\?q=[\x21-\x7e]+$/)
  }
  assert.equal(await to("lantern", "administrator"), null)
})

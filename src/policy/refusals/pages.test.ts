import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { startLibrary } from "../../../test/support/library-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { listRefusals, refusedPlaces } from "./operations.ts"
import { refusalPages } from "./pages.ts"

const server = await startLibrary(undefined, ({ store }) => refusalPages(store))
after(() => server.close())
const { store } = server.node
const PATH = "/node/refusals"

type Fields = Record<string, string>
const good: Fields = { kind: "place", value: "AQ", source: "https://sanctions.example/1", reason: "", since: "" }
const add = (fields: Fields, who: Role | null = "officer") =>
  server.post(PATH, Object.entries({ ...good, ...fields }), who)
const page = async (path: string, who: Role = "officer") => {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  return text
}
const idOf = async (value: string) => (await listRefusals(store)).find((one) => one.value === value)?.id ?? ""

test("officers add and remove, analysts read, others do not come in", async () => {
  assert.equal((await add({})).headers.get("location"), `${PATH}?done=added`)
  const entry = `${PATH}/${await idOf("AQ")}`
  for (const who of ["reader", "analyst", "administrator", null] as const) {
    const refused = who === null ? 401 : 403
    assert.equal((await add({ value: "BV" }, who)).status, refused)
    assert.equal((await server.post(`${entry}/remove`, [], who)).status, refused)
    assert.equal((await server.get(`${entry}/remove`, who)).status, who === null ? 303 : 403)
    for (const at of [PATH, entry])
      assert.equal((await server.get(at, who)).status, who === "analyst" ? 200 : who === null ? 303 : 403)
  }
  assert.deepEqual([...(await refusedPlaces(store)).keys()], ["AQ"])
  const analyst = await page(PATH, "analyst")
  assert.match(readable(analyst), /Antarctica AQ .*Officers add to this list/)
  assert.doesNotMatch(analyst, /<form method="post" action="\/node/)
  assert.doesNotMatch(await page(entry, "analyst"), /\/remove"/)
})

test("the list says that it only tightens, stays at home, and what applies which entry today", async () => {
  await add({ kind: "party", value: "Example Trading" })
  await add({ kind: "object-kind", value: "exploit-code" })
  const text = readable(await page(PATH))
  assert.match(text, /only tightens: nothing is allowed because it is not on it.*never sent out/)
  assert.match(text, /Exploit code Kind of object Release/)
  assert.match(text, /Example Trading Party Release, sealed delivery/)
  assert.match(text, /Antarctica AQ Country or territory Path finder, release, sealed delivery/)
})

test("removing is decided on a page that says what follows, and asks again who it is", async (t) => {
  const entry = `${PATH}/${await idOf("AQ")}`
  const text = readable(await page(`${entry}/remove`))
  assert.match(text, /loosens.*path finder no longer stops.*changes no law.*ledger keeps the whole entry/)
  const other = readable(await page(`${PATH}/${await idOf("exploit-code")}/remove`))
  assert.match(other, /objects of this kind may be released/)
  server.node.clock.forward(11 * 60_000_000)
  t.after(() => server.node.clock.forward(-11 * 60_000_000))
  for (const late of [
    await server.get(`${entry}/remove`, "officer"),
    await server.post(`${entry}/remove`, [], "officer"),
  ])
    assert.match(String(late.headers.get("location")), /^\/step-up\?/)
  assert.equal((await refusedPlaces(store)).size, 1)
  server.node.clock.forward(-11 * 60_000_000)
  const done = await server.post(`${entry}/remove`, [], "officer")
  assert.equal(done.headers.get("location"), `${PATH}?done=removed`)
  server.node.clock.forward(11 * 60_000_000)
  assert.equal((await refusedPlaces(store)).size, 0)
})

test("an entry that is gone is not found", async () => {
  const entry = `${PATH}/refusal--00000000-0000-4000-8000-000000000000`
  for (const at of [entry, `${entry}/remove`]) assert.equal((await server.get(at, "officer")).status, 404)
  assert.equal((await server.post(`${entry}/remove`, [], "officer")).status, 404)
})

test("a form with a fault adds nothing, says what is wrong, and keeps what was typed", async () => {
  const before = (await listRefusals(store)).length
  const cases: [fields: Fields, says: RegExp][] = [
    [{ source: "" }, /Name the source/],
    [{ value: "" }, /Fill in this field/],
    [{ value: "XX" }, /not the code of a country or territory/],
    [{ kind: "party", value: "identity--1" }, /not the STIX id of a party/],
    [{ kind: "party", value: "EXAMPLE trading" }, /on the refusal list already/],
    [{ kind: "object-kind", value: "x-y" }, /knows no such kind of object/],
    [{ kind: "person" }, /not accepted here/],
    [{ since: "2026-02-30" }, /A date such as/],
    [{ since: "2026-01-03" }, /lies in the future/],
    [{ reason: "a\u0007b" }, /without control characters/],
    [{ kind: "party", value: "v".repeat(201) }, /At most 200/],
  ]
  for (const [fields, says] of cases) {
    const answer = await add({ reason: "kept <as> typed", ...fields })
    const text = await answer.text()
    assert.equal(answer.status, 400, JSON.stringify(fields))
    assert.match(readable(text), says)
    if (fields.reason === undefined) assert.ok(text.includes('value="kept &lt;as&gt; typed"'))
  }
  assert.equal((await listRefusals(store)).length, before)
})

test("10 MB are refused before they are read", async () => {
  const status = await add({ source: "s".repeat(10_000_000) }).then(
    (answer) => answer.status,
    () => 413, // the connection is closed while the rest is still being sent
  )
  assert.equal(status, 413)
})

test("what people typed stays text, what cannot be seen is named, and only an address of the web is followed", async () => {
  const hostile = `=1+1</title><img src=x onerror=canary(1)>\u202e"'`
  await add({ kind: "party", value: hostile, source: hostile, reason: hostile })
  await add({ kind: "party", value: "Script", source: "javascript:canary(1)" })
  const entry = `${PATH}/${await idOf(hostile)}`
  for (const at of [PATH, `${PATH}?add=party`, entry, `${entry}/remove`, `${PATH}?add=%3Cimg%3E&done=%3Cimg%3E`]) {
    const text = await page(at)
    assert.doesNotMatch(text, /<img|\u202e/, at)
    if (at !== `${PATH}?add=party`) assert.match(text, /RLO|Refusal list/)
  }
  assert.doesNotMatch(await page(`${PATH}/${await idOf("Script")}`), /href="javascript/)
  assert.match(
    await page(`${PATH}/${await idOf("Example Trading")}`),
    /href="https:\/\/sanctions\.example\/1" rel="noopener/,
  )
})

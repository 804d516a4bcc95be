import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { startFacts } from "../../../test/support/fact-server.ts"
import { factFiles, someQuery } from "../../../test/support/facts.ts"
import type { Role } from "../../../test/support/pages.ts"
import { findPaths } from "../../law/index.ts"
import { corrections } from "../../law/operations.ts"

const server = await startFacts()
after(() => server.close())
const { page, book, node } = server
await server.imported(factFiles({ participation: [{ place: "DE" }, { place: "BR" }] }, "2026-11-28"))

const ROW = "participation/treaty/BR/a place/in force"
const good: Readonly<Record<string, string>> = {
  ...{ ref: ROW, table: "participation", act: "correct", reason: "Read in the depositary's list" },
  ...{ "cell.instrument": "treaty", "cell.place": "BR", "cell.name": "a place", "cell.status": "in force" },
  ...{
    "cell.date": "",
    "cell.date_kind": "",
    "cell.source_url": "https://depositary.example/",
    "cell.as_of": "2026-11",
  },
  ...{ "cell.as_of_note": "", "cell.read_on": "2026-11-27", "cell.verified": "yes", "cell.note": "" },
}
const send = (fields: Record<string, string>, who: Role | null = "officer") =>
  server.post("/find/facts/row", Object.entries({ ...good, ...fields }), who)
const own = () => corrections({ store: node.store, book })
const idOf = async () => (await own())[0]?.id ?? ""
const verdict = async () =>
  findPaths(someQuery({ date: "2026-11-28" as never }), await book.current()).findings[0]?.verdict

async function withdrawn(): Promise<void> {
  for (const { id } of await own()) {
    const answer = await server.post(`/find/facts/corrections/${id}/withdraw`, [], "officer")
    assert.equal(answer.headers.get("location"), "/find/facts?done=withdrawn")
  }
}

test("officers alone correct, and take back after proving who they are", async (t) => {
  for (const who of ["reader", "analyst", "administrator", null] as const) {
    assert.equal((await send({}, who)).status, who === null ? 401 : 403)
  }
  assert.equal((await own()).length, 0)
  const answer = await send({})
  assert.equal(answer.status, 303)
  const path = `/find/facts/corrections/${await idOf()}/withdraw`
  assert.equal((await server.get(path, "reader")).status, 403)
  node.clock.forward(11 * 60_000_000)
  t.after(() => node.clock.forward(-11 * 60_000_000))
  for (const late of [await server.get(path, "officer"), await server.post(path, [], "officer")]) {
    assert.match(String(late.headers.get("location")), /^\/step-up\?/)
  }
  assert.equal((await own()).length, 1)
  node.clock.forward(-11 * 60_000_000)
  await withdrawn()
  node.clock.forward(11 * 60_000_000)
})

test("readers see the row and its source, and no form", async () => {
  const text = await page(`/find/facts/row?ref=${encodeURIComponent(ROW)}`)
  assert.match(readable(text), /status status in force/)
  assert.match(text, /href="https:\/\/depositary\.example\/list" rel="noopener/)
  assert.doesNotMatch(text, /action="\/find\/facts\/row"/)
  await page("/find/facts/row?table=participation", "reader", 404)
})

test("the next answer rests on the correction, and on the set again when it is taken back", async () => {
  assert.equal(await verdict(), "open")
  await send({ "cell.verified": "no" })
  assert.equal(await verdict(), "conditional")
  const shown = readable(await page(`/find/facts/row?ref=own/${await idOf()}`))
  assert.match(shown, /counts at this node, in place of a row.*depositary's list.*verified verified no yes/)
  const before = readable(await page(`/find/facts/row?ref=${encodeURIComponent(ROW)}`, "officer"))
  assert.match(before, /does not count here.*verified verified yes/)
  assert.doesNotMatch(before, /Correct this row/)
  assert.match(readable(await page("/find/facts")), /corrected Read in the depositary's list/)
  assert.match(
    readable(await page(`/find/facts/corrections/${await idOf()}/withdraw`, "officer")),
    /counts again as the set has it/,
  )
  await withdrawn()
  assert.equal(await verdict(), "open")
})

test("a row can be left out, and one can be added", async () => {
  assert.equal((await send({ act: "drop", "cell.date": "no matter" })).status, 303)
  assert.notEqual(await verdict(), "open")
  assert.match(readable(await page(`/find/facts/row?ref=own/${await idOf()}`)), /left out at this node/)
  await withdrawn()
  assert.equal((await send({ ref: "", "cell.status": "not bound", "cell.date": "2026-11-01" })).status, 303)
  assert.notEqual(await verdict(), "open")
  assert.match(readable(await page(`/find/facts/row?ref=own/${await idOf()}`)), /was added at this node/)
  await withdrawn()
})

test("a cell that cannot be read is told at its field, nothing changes, and what was typed is kept", async () => {
  const cases: [fields: Record<string, string>, says: RegExp][] = [
    [{ "cell.date": "2026-02-30" }, /date date no date/],
    [{ "cell.status": "friends" }, /unknown code/],
    [{ "cell.place": "Brazil" }, /no place code/],
    [{ "cell.instrument": "" }, /unknown code/],
    [{ reason: " " }, /Fill in this field/],
    [{ reason: "r".repeat(501) }, /At most 500/],
  ]
  for (const [fields, says] of cases) {
    const answer = await send({ "cell.note": "kept <as> typed", ...fields })
    const text = await answer.text()
    assert.equal(answer.status, 400, JSON.stringify(fields))
    assert.match(readable(text), says)
    assert.ok(text.includes("kept &lt;as&gt; typed"))
  }
  assert.equal((await own()).length, 0)
})

test("a row is corrected once: a second correction waits until the first is taken back", async () => {
  await send({})
  const again = await send({})
  assert.equal(again.status, 400)
  assert.match(readable(await again.text()), /is corrected already/)
  await withdrawn()
})

test("a row or table that does not exist is not corrected", async () => {
  assert.equal((await send({ ref: "participation/none" })).status, 404)
  assert.equal((await send({ ref: "", table: "none" })).status, 400)
  assert.equal((await own()).length, 0)
})

test("what an officer typed stays text on every page", async () => {
  const hostile = `=1+1</title><img src=x onerror=canary(1)>\u202e"'`
  await send({ "cell.name": hostile, "cell.note": hostile, "cell.source_url": "javascript:canary(1)", reason: hostile })
  for (const path of [
    `/find/facts/row?ref=own/${await idOf()}`,
    "/find/facts",
    "/find/places/BR",
    "/find/instruments/treaty",
    `/find/facts/corrections/${await idOf()}/withdraw`,
  ]) {
    const text = await page(path, "officer")
    assert.doesNotMatch(text, /<img|\u202e|href="javascript/, path)
  }
  await withdrawn()
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { PATH_ROWS, startPaths } from "../../../test/support/path-server.ts"
import { correct, type FactRef } from "../../law/index.ts"
import { addRefusal, removeRefusal } from "../../policy/index.ts"

const server = await startPaths()
after(() => server.close())
const { store } = server.node
const HOSTILE = [`"><img src=x onerror=canary(1)>`, "x".repeat(10_000), "\u0000", "DE; drop table"]

test("reach lists whom a place can reach, best first, by what and how fast, with dots behind the list", async () => {
  const text = await server.page("/find/reach")
  const said = readable(text)
  assert.match(said, /● open 2 ◐ conditional 0 \? unknown 0 ○ closed 1/)
  const rows = [...text.matchAll(/<td class="name"><a href="\/find\/places\/([A-Z]{2})">/g)].map(([, code]) => code)
  assert.deepEqual(rows, ["BR", "DE", "KE"])
  assert.match(text, /href="\/find\/paths\?from=FI&amp;to=DE&amp;measure=preserve[^"]*">/)
  assert.ok(text.indexOf("<table") < text.indexOf("<figure"))
  for (const sign of ["open", "closed"]) assert.match(text, new RegExp(`<path class="sign ${sign}" d="[^"]+"><title>`))
  assert.match(text, /<circle class="dot own"/)
})

test("reach is filtered by region and sorted by the address", async () => {
  const codes = async (query: string) =>
    [...(await server.page(`/find/reach?${query}`)).matchAll(/"\/find\/places\/([A-Z]{2})"/g)].map(([, code]) => code)
  assert.deepEqual(await codes("region=150"), ["DE"])
  assert.deepEqual(await codes("region=155&from=BR"), ["DE"])
  assert.deepEqual(await codes("from=KE&sort=place"), ["BR", "FI", "DE"])
  assert.match(readable(await server.page("/find/reach?region=142", "reader", 400)), /No such region/)
})

test("the matrix shows the best path of each pair in shape and words, and leads to its answer", async () => {
  const text = await server.page("/find/matrix?rows=world&columns=world")
  assert.match(readable(text), /● open 6 ◐ conditional 0 \? unknown 0 ○ closed 6/)
  assert.match(
    text,
    /<a class="state open" href="\/find\/paths\?from=DE&amp;to=BR&amp;measure=preserve[^"]*" title="Germany asks Brazil: open, way" aria-label="Germany asks Brazil: open, way">●<\/a>/,
  )
  assert.equal(text.match(/<td class="self">/g)?.length, 4)
  const own = await server.page("/find/matrix")
  assert.deepEqual(
    [...own.matchAll(/<th scope="row"><a href="\/find\/places\/([A-Z]{2})"/g)].map(([, code]) => code),
    ["FI"],
    "the own subregion",
  )
})

test("a matrix follows a correction and a refusal at once", async () => {
  const says = async () => readable(await server.page("/find/matrix?rows=154&columns=155"))
  assert.match(await says(), /● open 1/)
  const entry = { kind: "place", value: "DE", source: "Regulation 7", reason: null, since: null } as const
  const { id } = await addRefusal(store, entry, null)
  assert.match(await says(), /● open 0 .* ○ closed 1/)
  await removeRefusal(store, id, null)
  assert.match(await says(), /● open 1/)
  const replaces = (await server.book.current()).participation.get("treaty/FI")?.[0]?.ref as FactRef
  const wish = { table: "participation", replaces, cells: null, reason: "wrong row" } as const
  await correct({ store, book: server.book }, wish, null)
  assert.match(await says(), /● open 0 .* ○ closed 1/)
})

test("all pairs are a file for spreadsheets, in which no cell is a formula", async () => {
  const rows = { ...PATH_ROWS, channels: [{ name: `=HYPERLINK("x")`, measures: "preserve" }] }
  const other = await startPaths(rows)
  try {
    const answer = await other.get("/find/matrix.csv?measure=preserve&category=traffic")
    assert.equal(answer.status, 200)
    assert.match(
      String(answer.headers.get("content-disposition")),
      /^attachment; filename="matrix-preserve-traffic-2026-11-27\.csv"$/,
    )
    const lines = (await answer.text()).trimEnd().split("\r\n")
    assert.equal(lines.length, 1 + 4 * 3)
    assert.match(lines[0] ?? "", /Code of who asks,Who asks,Code of who is asked,Who is asked/)
    assert.equal(lines[1], `DE,Germany,FI,Finland,Preserve data,open,way,"'=HYPERLINK(""x"")"`)
    assert.ok(!lines.some((line) => /(^|,)"?=/.test(line)))
    assert.match(readable(await other.page("/find/matrix.csv?measure=seize", "reader", 400)), /seize is no measure/)
  } finally {
    await other.close()
  }
})

test("ratifications count what would be better for the own place, and for no other", async () => {
  const other = await startPaths()
  try {
    const text = await other.page("/find/ratifications?from=DE&place=DE")
    const said = readable(text)
    assert.match(said, /Which ratification would open most for Finland\?/)
    assert.doesNotMatch(said, /for Germany/)
    assert.match(said, /Would open nothing today, alone or because too few have ratified so far: Pact/)
    assert.match(said, /Counted are pairs of a place and a measure/)
  } finally {
    await other.close()
  }
})

test("a treaty that would open something is told with places, measures and its entry into force", async () => {
  const instruments = [
    ...(PATH_ROWS.instruments ?? []),
    { id: "new", title: "New treaty", short: "New", status: "not in force", in_force_since: "", needed: "40" },
  ]
  const channels = [
    { channel_id: "pact-way", instrument: "pact", name: "Pact way", measures: "freeze serve" },
    { channel_id: "new-way", instrument: "new", name: "New way", measures: "freeze" },
  ]
  const other = await startPaths({ ...PATH_ROWS, instruments, channels })
  try {
    const said = readable(await other.page("/find/ratifications"))
    assert.match(said, /Pact 4 2: Brazil, Germany Freeze a payment or property · Serve documents ● in force/)
    assert.match(said, /Would open nothing today, alone or because too few have ratified so far: .*New/)
  } finally {
    await other.close()
  }
  const nobody = await startPaths(PATH_ROWS, null)
  try {
    assert.match(readable(await nobody.page("/find/ratifications")), /own place is not set/)
    assert.match(await nobody.page("/find/reach"), /class="bar filters"/)
    assert.match(await nobody.page("/find/paths"), /<option value="" selected>|<option value="">/)
  } finally {
    await nobody.close()
  }
})

test("markup, long values and repeated parameters in the address are faults beside their fields", async () => {
  const names = ["measure", "category", "urgency", "rows", "columns"]
  for (const name of names) {
    for (const value of HOSTILE) {
      const answer = await server.get(`/find/matrix?${new URLSearchParams({ [name]: value })}`)
      const text = await answer.text()
      assert.equal(answer.status, 400, `${name}=${value.slice(0, 20)}`)
      assert.match(text, new RegExp(`<a href="#field-${name}">`))
      assert.ok(!text.includes("<img") && !text.includes("x".repeat(100)))
    }
    assert.equal((await server.get(`/find/matrix?${name}=150&${name}=150`)).status, 400, name)
  }
  for (const name of ["from", "measure", "category", "urgency", "region"]) {
    for (const value of HOSTILE) {
      const answer = await server.get(`/find/reach?${new URLSearchParams({ [name]: value })}`)
      const text = await answer.text()
      assert.equal(answer.status, 400, `${name}=${value.slice(0, 20)}`)
      assert.ok(!text.includes("<img") && !text.includes("x".repeat(100)))
    }
  }
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { addressOf, everything, hrefOf, parseView, queryOf, TEXT_MOST, type View } from "./view.ts"

const ID = "7c9a6b1e-2f0d-4e3a-9b8c-1d2e3f4a5b6c"

const understood: readonly (readonly [query: string, view: Partial<View>])[] = [
  ["", {}],
  ["q=&type=&marking=&from=&revoked=any&sort=newest", {}],
  ["q=+hxxp%3A%2F%2Fevil%5B.%5Dexample+", { text: "hxxp://evil[.]example" }],
  ["type=malware&type=indicator&type=malware", { types: ["indicator", "malware"] }],
  ["type=x-acme_thing", { types: ["x-acme_thing"] }],
  ["marking=TLP:RED&marking=none", { markings: ["none", "red"] }],
  ["marking=amber+strict", { markings: ["amber+strict"] }],
  ["marking=amber%2Bstrict", { markings: ["amber+strict"] }],
  ["marking=white", { markings: ["clear"] }],
  [`collection=${ID.toUpperCase()}`, { collections: [ID as View["collections"][number]] }],
  ["from=2026-01-31&to=2026-02-28", { from: "2026-01-31", to: "2026-02-28" }],
  ["revoked=yes&sort=oldest&after=k42", { revoked: "yes", sort: "oldest", after: "k42" }],
  ["utm_source=mail", {}],
]

test("an address says what to look for, in whatever order and spelling", () => {
  for (const [query, expected] of understood) {
    const { view, ignored } = parseView(new URLSearchParams(query))
    assert.deepEqual(view, { ...everything, ...expected }, query)
    assert.deepEqual(ignored, [], query)
  }
})

const left: readonly (readonly [query: string, names: readonly string[]])[] = [
  ["type=Malware", ["type"]],
  ["type=%3Cscript%3E&type=malware", ["type"]],
  ["marking=purple&marking=red", ["marking"]],
  ["collection=inbox", ["collection"]],
  ["from=2026-02-30", ["from"]],
  ["from=yesterday&to=9999-12-31", ["from", "to"]],
  ["from=2026-02-01&to=2026-01-01", ["to"]],
  ["from=2026-02-01&from=2026-03-01", ["from"]],
  ["revoked=perhaps&sort=random", ["revoked", "sort"]],
  [`q=${"a".repeat(TEXT_MOST + 1)}`, ["q"]],
  [`origin=${"%00"}`, ["origin"]],
]

test("what is not understood is left out and named, and the rest still counts", () => {
  for (const [query, names] of left) {
    const { ignored } = parseView(new URLSearchParams(query))
    assert.deepEqual(
      ignored.map(({ name }) => name),
      names,
      query,
    )
  }
  assert.deepEqual(parseView(new URLSearchParams("marking=purple&marking=red")).view.markings, ["red"])
  assert.deepEqual(parseView(new URLSearchParams("after=%27%3B--")).view.after, null)
})

test("a thousand wrong values are neither looked for nor listed", () => {
  const { view, ignored } = parseView(new URLSearchParams(Array.from({ length: 1000 }, (_, i) => ["type", `t${i}`])))
  assert.equal(view.types.length, 50)
  assert.equal(ignored.length, 10)
})

const names = ["q", "type", "marking", "origin", "collection", "from", "to", "revoked", "sort", "after", "x"]
const usual = ["red", "none", "malware", "own", "2026-01-01", "2025-12-31", "yes", "name", "k7", ID, "勒索 軟體"]
const value = fc.oneof(fc.constantFrom(...usual), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }))
const query = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 12 })

test("any address becomes a view, and the address of that view means the same again", () => {
  fc.assert(
    fc.property(query, (pairs) => {
      const { view } = parseView(new URLSearchParams(pairs))
      const again = parseView(new URLSearchParams(addressOf(view)))
      assert.deepEqual(again, { view, ignored: [] })
      assert.equal(addressOf(again.view), addressOf(view))
      assert.match(hrefOf(view), /^\/share\/library(\?[\w%.*+=&-]+)?$/)
    }),
  )
})

test("another filter or order begins at the first page", () => {
  const view = parseView(new URLSearchParams("q=a&after=k9")).view
  assert.equal(hrefOf(view, { sort: "name" }), "/share/library?q=a&sort=name")
  assert.equal(hrefOf(view, { after: "k5" }), "/share/library?q=a&after=k5")
})

test("the last day counts to its end, in UTC", () => {
  const { from, to } = queryOf(parseView(new URLSearchParams("from=2026-01-01&to=2026-01-01")).view, 1)
  assert.equal(from, Date.UTC(2026, 0, 1) * 1000)
  assert.equal(to, Date.UTC(2026, 0, 2) * 1000)
})

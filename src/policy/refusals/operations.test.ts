import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { REFUSALS_MOST, type RefusalWish } from "./model.ts"
import { addRefusal, listRefusals, loadRefusal, refusedPlaces, removeRefusal } from "./operations.ts"

const node = await openInProcess()
after(() => node.close())

const wish = (changes: Partial<RefusalWish>): RefusalWish => ({
  ...{ kind: "place", value: "AQ", source: "Regulation 7, article 2", reason: null, since: null },
  ...changes,
})
// `node.store` is another one after a restart.
const add = (changes: Partial<RefusalWish>, by: string | null = null) => addRefusal(node.store, wish(changes), by)
const happened = (what: string) =>
  node
    .meddle("select header, cast(body as text) as body from journal_entry order by seq")
    .map(({ header, body }) => ({ ...JSON.parse(String(header)), facts: JSON.parse(String(body)) }))
    .filter((entry) => entry.what === what)

test("a refused place is read with the reason and source of its refusal until it is removed", async () => {
  assert.equal((await refusedPlaces(node.store)).size, 0)
  const { id } = await add({ value: "aq", reason: "Embargo", since: "2020-03-01" }, "somebody")
  await add({ kind: "party", value: "BV" })
  const refused = { id, value: "AQ", reason: "Embargo", source: "Regulation 7, article 2", since: "2020-03-01" }
  assert.deepEqual([...(await refusedPlaces(node.store))], [["AQ", refused]])
  await node.reopen()
  assert.deepEqual([...(await refusedPlaces(node.store))], [["AQ", refused]], "also after a restart")
  await removeRefusal(node.store, id, "another")
  assert.deepEqual([...(await refusedPlaces(node.store))], [])
  await assert.rejects(removeRefusal(node.store, id, null), { kind: "not-found", code: "refusal.unknown" })
})

test("who added and who removed stands in the ledger, the removed entry whole", () => {
  const [added] = happened("refusal.added")
  const [removed] = happened("refusal.removed")
  assert.deepEqual([added.by, removed.by], ["somebody", "another"])
  const { id: _, ...facts } = added.facts
  assert.deepEqual(facts, {
    ...{ kind: "place", value: "AQ", reason: "Embargo", source: "Regulation 7, article 2", since: "2020-03-01" },
  })
  assert.deepEqual(removed.facts, { ...added.facts, added_by: "somebody", added_at: "2026-01-01T00:00:00.000000Z" })
  assert.equal(happened("refusal.removed").length, 1, "a removal that failed is none")
})

test("the same kind and value twice is a conflict, also in another spelling; another kind is not", async () => {
  await add({ kind: "party", value: "Example Trading" })
  const before = happened("refusal.added").length
  for (const value of ["Example Trading", "EXAMPLE  trading", "Example\u200b Trading", "Ｅxample Trading"]) {
    const again = add({ kind: "party", value })
    await assert.rejects(again, { kind: "conflict", code: "refusal.known" }, value)
  }
  await add({ kind: "object-kind", value: "tool" })
  await add({ kind: "party", value: "tool" })
  assert.equal(happened("refusal.added").length, before + 2)
})

test("what cannot be seen is no name", async () => {
  const unseen = add({ kind: "party", value: "\u200b\u202e" })
  await assert.rejects(unseen, { kind: "invalid", code: "refusal.unseen" })
})

test("without a date it is today's; tomorrow is taken where it has begun somewhere, a later day is not", async () => {
  const { since } = await add({ value: "CW" })
  assert.equal(since, "2026-01-01")
  assert.equal((await add({ value: "CX", since: "2026-01-02" })).since, "2026-01-02")
  await assert.rejects(add({ value: "CY", since: "2026-01-03" }), { code: "refusal.future" })
})

test("text that would be a command elsewhere is kept as it is", async () => {
  const hostile = `'; drop table refusal; -- =cmd|'/c calc'!A1 <img src=x onerror=canary(1)>\u202e"`
  const { id } = await add({ kind: "party", value: hostile, source: hostile, reason: hostile })
  const { value, source, reason } = await loadRefusal(node.store, id)
  assert.deepEqual([value, source, reason], [hostile, hostile, hostile])
  assert.ok((await listRefusals(node.store)).some((one) => one.id === id))
})

test("the list is bounded", async () => {
  const free = REFUSALS_MOST - (await listRefusals(node.store)).length
  assert.ok(free > 0)
  for (let i = 0; i < free; i++) await add({ kind: "party", value: `Party ${i}` })
  await assert.rejects(add({ kind: "party", value: "One more" }), { code: "refusal.too-many" })
})

test("nobody reads the refusal list but its own pages and commands, the path finder, and what decides what leaves", () => {
  const src = join(import.meta.dirname, "../..")
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /(?<!\.test)\.ts$/.test(file))
  const readers = files.filter((file) => {
    const text = readFileSync(join(src, file), "utf8")
    return (
      !file.startsWith("policy/") &&
      (/\b(?:\w+Refusals?|refusal[A-Z]\w*|refusedPlaces)\b[^"]*"[./]*policy\/index\.ts"/.test(text) ||
        /\b(?:from|into|join) refusal\b/.test(text))
    )
  })
  const others = readers.filter((file) => !/^(paths|sharing\/release|sharing\/pages\/release)\//.test(file))
  assert.deepEqual(others.toSorted(), [
    ...[
      "agreements/acts/governing.ts",
      "agreements/tabled/audience.ts",
      "main.ts",
      "matching/lists/gatherings.ts",
      "matching/runs/operations.ts",
      "node.ts",
      "pages.ts",
      "sharing/sealed/deciding.ts",
    ],
  ])
})

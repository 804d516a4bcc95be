import assert from "node:assert/strict"
import { after, test } from "node:test"
import { factFiles, someQuery } from "../../test/support/facts.ts"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { findOwnLog, parseEventHeader, readJournal } from "../ledger/index.ts"
import { FactBook, newestSet } from "./book.ts"
import { compareFiles } from "./comparing.ts"
import type { Day } from "./dates.ts"
import { findPaths } from "./finder.ts"
import type { FactRef } from "./model.ts"
import { correct, corrections, importFacts, withdrawCorrection, withdrawSet } from "./operations.ts"
import { factFiles as filesOfSet, listFactSets } from "./queries.ts"
import { shippedFacts } from "./shipped.ts"

const inside = await openInProcess()
after(() => inside.close())
let book = new FactBook(inside.store)
const parts = () => ({ store: inside.store, book })
const TODAY = "2026-12-02" as Day
const BRAZIL = "participation/treaty/BR/a place/in force" as FactRef
const CELLS = {
  ...{ instrument: "treaty", place: "BR", name: "Brazil", status: "denounced", date: "2026-01-01", date_kind: "" },
  ...{ source_url: "https://depositary.example/n", as_of: "2026-01", as_of_note: "", read_on: "2026-11-20" },
  ...{ verified: "yes", note: "" },
}
const set = factFiles({ participation: [{ date: "2009-07-01" }, { place: "BR", date: "2023-03-01" }] }, "2026-12-01")

async function verdict(): Promise<string | undefined> {
  return findPaths(someQuery(), await book.current()).findings.find(({ channel }) => channel.id === "way")?.verdict
}

test("facts that are taken in count at once, and after a restart; the shipped ones stay what they are", async () => {
  assert.equal((await book.current()).digest, shippedFacts().digest)
  assert.equal(await verdict(), undefined)
  const { version, digest } = await importFacts(parts(), set, TODAY, "somebody")
  assert.equal(version, "2026-12-01")
  assert.equal(await verdict(), "open")
  await inside.reopen()
  book = new FactBook(inside.store)
  assert.equal((await book.current()).digest, digest)
  const [kept] = await listFactSets(inside.store)
  assert.deepEqual(await filesOfSet(inside.store, kept?.key ?? 0), set)
})

test("a set that is older than what is shipped is kept, but does not count", async () => {
  const before = (await newestSet(inside.store))?.key
  await importFacts(parts(), factFiles({}, "2001-01-01"), TODAY, null)
  assert.equal((await newestSet(inside.store))?.key, before, "the newer import still counts")
  assert.equal(await verdict(), "open")
  await importFacts(parts(), set, TODAY, null)
  assert.notEqual((await newestSet(inside.store))?.key, before, "of two of one version the last counts")
})

test("a set without instruments or channels is none", async () => {
  const wanted = { code: "facts.faulty" }
  await assert.rejects(importFacts(parts(), { VERSION: "2026-12-02\n" }, TODAY, null), wanted)
  await assert.rejects(importFacts(parts(), factFiles({ channels: [] }, "2026-12-02"), TODAY, null), wanted)
})

test("a set of a day to come is refused: it would beat every release until then", async () => {
  const faulty = { code: "facts.faulty", details: { table: "VERSION", line: 1, code: "version-future" } }
  for (const version of ["2026-12-04", "9999-12-31"]) {
    await assert.rejects(importFacts(parts(), { ...set, VERSION: version }, TODAY, null), faulty)
  }
})

test("a set with a fault is refused whole, and nothing is kept of it", async () => {
  const count = (await listFactSets(inside.store)).length
  const faulty = factFiles({ participation: [{ status: "acceded" }] }, "2026-12-02")
  await assert.rejects(importFacts(parts(), faulty, TODAY, null), { kind: "unprocessable", code: "facts.faulty" })
  assert.equal((await listFactSets(inside.store)).length, count)
  assert.equal(await verdict(), "open")
})

test("a correction counts at this node in place of its row, until it is withdrawn", async () => {
  const id = await correct(
    parts(),
    { table: "participation", replaces: BRAZIL, cells: CELLS, reason: "a letter" },
    "me",
  )
  assert.equal(await verdict(), "closed")
  const row = (await book.current()).byRef.get(`own/${id}` as FactRef)
  assert.equal(row?.own, true)
  assert.equal((await book.current()).byRef.has(BRAZIL), false)
  await assert.rejects(
    correct(parts(), { table: "participation", replaces: BRAZIL, cells: CELLS, reason: "x" }, null),
    {
      code: "facts.corrected",
    },
  )
  assert.deepEqual(
    (await corrections(parts())).map(({ reason, addedBy }) => [reason, addedBy]),
    [["a letter", "me"]],
  )
  await withdrawCorrection(parts(), id, "me")
  assert.equal(await verdict(), "open")
  await assert.rejects(withdrawCorrection(parts(), id, "me"), { code: "facts.no-correction" })
})

test("a row that does not count here is dropped without another in its place", async () => {
  const id = await correct(parts(), { table: "participation", replaces: BRAZIL, cells: null, reason: "doubtful" }, null)
  assert.equal(await verdict(), "unknown")
  await withdrawCorrection(parts(), id, null)
})

test("a correction that cannot be read, or of no row, changes nothing", async () => {
  const wanted = { table: "participation", reason: "x" } as const
  const nobody = "participation/treaty/XX/a place/in force" as FactRef
  await assert.rejects(correct(parts(), { ...wanted, replaces: nobody, cells: null }, null), { code: "facts.no-row" })
  await assert.rejects(correct(parts(), { ...wanted, replaces: BRAZIL, cells: { place: "BR" } }, null), {
    code: "facts.faulty",
  })
  const unknown = { ...CELLS, instrument: "other" }
  await assert.rejects(correct(parts(), { ...wanted, replaces: BRAZIL, cells: unknown }, null), {
    code: "facts.faulty",
  })
  const own = await correct(parts(), { ...wanted, replaces: null, cells: { ...CELLS, place: "AR" } }, null)
  const twice = { ...wanted, replaces: `own/${own}` as FactRef, cells: null }
  await assert.rejects(correct(parts(), twice, null), { code: "facts.no-row" })
  await withdrawCorrection(parts(), own, null)
  assert.deepEqual(await corrections(parts()), [])
  assert.equal(await verdict(), "open")
})

test("what came in, was corrected and was withdrawn stands in the ledger", async () => {
  const log = await findOwnLog(inside.store, "ledger")
  assert.ok(log)
  const rows = await readJournal(inside.store, log, { from: 1000, lowest: 0, whats: null, most: 100 })
  const told = rows.map(({ header }) => parseEventHeader(header ?? "")?.what)
  const count = (what: string) => told.filter((one) => one === what).length
  assert.deepEqual(["facts.imported", "facts.corrected", "facts.correction-withdrawn"].map(count), [3, 3, 3])
})

test("an import is taken back: what counted before it counts again, and the ledger tells", async () => {
  const before = (await newestSet(inside.store))?.key
  await importFacts(parts(), factFiles({}, "2026-12-02"), TODAY, null)
  const key = (await newestSet(inside.store))?.key ?? 0
  assert.notEqual(key, before)
  await withdrawSet(parts(), key, "me")
  assert.equal((await newestSet(inside.store))?.key, before)
  assert.equal(await verdict(), "open")
  await assert.rejects(withdrawSet(parts(), key, "me"), { code: "facts.no-set" })
})

test("a correction whose row a later set does not have is told", async () => {
  const id = await correct(
    parts(),
    { table: "participation", replaces: BRAZIL, cells: CELLS, reason: "a letter" },
    null,
  )
  const astray = async () =>
    (await book.current()).problems.filter(({ code }) => code === "correction-astray").map(({ ref }) => ref)
  assert.deepEqual(await astray(), [])
  await importFacts(parts(), factFiles({}, "2026-12-02"), TODAY, null)
  assert.deepEqual(await astray(), [`own/${id}`])
  await withdrawSet(parts(), (await newestSet(inside.store))?.key ?? 0, null)
  await withdrawCorrection(parts(), id, null)
})

test("two sets are compared row by row, by the columns that changed", () => {
  const other = factFiles(
    { participation: [{ date: "2010-07-01", read_on: "2026-11-23" }, { place: "US" }] },
    "2026-12-01",
  )
  assert.deepEqual(compareFiles(set, other), [
    { table: "participation", ref: BRAZIL, what: "removed", columns: [] },
    { table: "participation", ref: "participation/treaty/DE/a place/in force", what: "changed", columns: ["date"] },
    { table: "participation", ref: "participation/treaty/US/a place/in force", what: "added", columns: [] },
  ])
  assert.deepEqual(compareFiles(set, set), [])
})

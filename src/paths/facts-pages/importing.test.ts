import assert from "node:assert/strict"
import { after, test } from "node:test"
import { gzipSync } from "node:zlib"
import { readable } from "../../../test/support/collection-server.ts"
import { startFacts } from "../../../test/support/fact-server.ts"
import { factFiles } from "../../../test/support/facts.ts"
import type { Role } from "../../../test/support/pages.ts"
import { listFactSets } from "../../law/index.ts"
import { IMPORT_BYTES_MOST } from "./importing.ts"
import { LINES_MOST } from "./receiving.ts"

const server = await startFacts()
after(() => server.close())
const { page, upload, node } = server
const good = Object.entries(factFiles({ participation: [{ place: "DE" }] }, "2026-11-28"))
const sets = () => listFactSets(node.store)
type Files = readonly (readonly [string, string | Uint8Array])[]

async function refused(files: Files, says: RegExp, status = 400): Promise<void> {
  const before = (await sets()).length
  const answer = await upload(files)
  assert.equal(answer.status, status)
  assert.match(readable(await answer.text()), says)
  assert.equal((await sets()).length, before)
}

const replaced = (name: string, content: string): Files => [...good.filter(([one]) => one !== name), [name, content]]

test("officers import a set, after proving who they are, and it counts at once", async () => {
  const post = (who: Role) => server.post("/find/facts/import", [], who)
  for (const who of ["reader", "analyst", "administrator"] as const) assert.equal((await post(who)).status, 403)
  node.clock.forward(11 * 60_000_000)
  assert.match(String((await server.get("/find/facts/import", "officer")).headers.get("location")), /^\/step-up/)
  assert.match(String((await post("officer")).headers.get("location")), /^\/step-up/)
  node.clock.forward(-11 * 60_000_000)
  assert.equal((await sets()).length, 0)
  const answer = await upload(good)
  assert.equal(answer.headers.get("location"), "/find/facts?done=imported")
  assert.match(readable(await page("/find/facts?done=imported")), /was imported.*Version 2026-11-28 Came imported/)
  assert.equal((await server.book.current()).version, "2026-11-28")
})

test("a set that is older than what came along is kept, does not count, and the page says so", async () => {
  const answer = await upload(Object.entries(factFiles({}, "2020-01-01")))
  assert.equal(answer.headers.get("location"), "/find/facts?done=older")
  assert.match(readable(await page("/find/facts?done=older")), /imported, but does not count/)
  assert.notEqual((await server.book.current()).version, "2020-01-01")
})

test("only the files of a set come in, each once, as text", async () => {
  await refused([], /Choose the files/)
  await refused([...good, ["facts.zip", Buffer.from("PK\u0003\u0004")]], /facts\.zip is no file of a set/)
  await refused([...good, ["readme.md", "x"]], /readme\.md is no file/)
  await refused([...good, ["../VERSION", "2026-11-28"]], /VERSION was sent twice/)
  await refused([...good, ["__proto__", "x"]], /__proto__ is no file/)
  await refused([...good, [`<img src=x>.csv`, "x"]], /<img src=x>\.csv is no file|&lt;img src=x&gt;\.csv is no file/)
  await refused([...good, ["words.csv", Uint8Array.of(0xff, 0xfe, 0x00)]], /words\.csv is no UTF-8 text/)
  await refused([...good, ["words.csv", gzipSync("a,b\n".repeat(1_000_000))]], /words\.csv is no UTF-8 text/)
})

test("a set with a fault is refused with the row, and changes nothing", async () => {
  await refused(
    good.filter(([name]) => name !== "VERSION"),
    /VERSION must name a day/,
  )
  await refused(replaced("VERSION", "today"), /VERSION must name a day/)
  await refused(replaced("participation.csv", 'instrument,place\n"treaty'), /no CSV from this line on/)
  await refused(replaced("participation.csv", "instrument,place\ntreaty,DE\n"), /a cell/)
  const other = factFiles({ participation: [{ instrument: "elsewhere", place: "DE" }] })["participation.csv"] ?? ""
  await refused(replaced("participation.csv", other), /an unknown instrument: participation\/elsewhere\/DE/)
  const bad =
    factFiles({ participation: Array.from({ length: 60 }, () => ({ date: "soon" })) })["participation.csv"] ?? ""
  await refused(replaced("participation.csv", bad), /no date.*Not shown here: 40/)
  const long = factFiles({ participation: [{ name: "x".repeat(30_000) }] })["participation.csv"] ?? ""
  await refused(
    replaced("participation.csv", long),
    /a cell that cannot be read: participation\/treaty\/DE\/x{600,700}…/,
  )
  await refused(replaced("VERSION", "9999-12-31"), /VERSION names a day that is still to come/)
})

test("too much is refused before it is read, and too many rows before they are checked", async () => {
  const before = (await sets()).length
  const large = `${"x".repeat(1000)}\n`.repeat(Math.ceil(IMPORT_BYTES_MOST / 1000))
  const status = await upload([...good, ["words.csv", large]]).then(
    (answer) => answer.status,
    () => 413, // the connection is closed while the rest is still being sent
  )
  assert.equal(status, 413)
  assert.equal((await sets()).length, before)
  await refused([...good, ["words.csv", "a\n".repeat(LINES_MOST)]], /more than 10000 rows/)
})

test("a form of another shape is refused", async () => {
  const answer = await server.post("/find/facts/import", [["files", "x"]], "officer")
  assert.ok(answer.status === 400 || answer.status === 415, String(answer.status))
})

test("what an imported set says stays text on every page", async () => {
  const hostile = `</title><img src=x onerror=canary(1)>\u202e`
  const [note, text] = [`=HYPERLINK("x")${hostile}`, `${hostile}`]
  const files = factFiles(
    {
      instruments: [{ title: text, short: text, depositary: text, note, source_url: "javascript:canary(1)" }],
      participation: [
        { place: "DE", name: text, note, date_kind: text },
        { place: "DE", name: text, status: "denounced", verified: "no", note },
        { place: "", name: text, status: "member" },
      ],
      reservations: [{ place: "DE", article: text, text, effect: "declares" }],
      safeguards: [{ instrument: "", place: "DE", law: text, article: text, text }],
      channels: [{ name: text, requester: text, conditions: text }],
      questions: [{ text, kind: "text", rule: "none" }],
      answers: [{ jurisdiction: "DE", value: text, law: text, article: text, quote: text, note }],
      words: [{ ref: "channels/way", part: "name", zh_hant: text, zh_hans: text }],
      sources: [{ host: "depositary.example", name: text }],
    },
    "2026-11-28",
  )
  await server.imported(files)
  const count = (await sets()).length
  const paths = [
    "/find/places/DE",
    "/find/instruments",
    "/find/instruments/treaty",
    "/find/rules",
    "/find/rules/deadline",
    "/find/facts",
    `/find/facts/compare?old=1&new=${count}`,
    "/find/facts/row?ref=instruments/treaty",
  ]
  for (const path of paths) {
    for (const language of ["en", "zh-TW"]) {
      const shown = await page(path, "reader", 200, language)
      assert.doesNotMatch(shown, /<img|\u202e|href="javascript/, path)
    }
  }
  assert.match(await page("/find/instruments/treaty"), /&lt;img/)
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import { parse } from "csv-parse/sync"
import { startLibrary } from "../../test/support/library-server.ts"
import { EARLY, indicator, malware, objectTexts, type Stix, stixId } from "../../test/support/stix.ts"
import { tlpMarkingId, tlpObjectText } from "../stix/index.ts"

const library = await startLibrary()
after(() => library.close())

const statement = (text: string, changes: object = {}): Stix => ({
  ...{ type: "marking-definition", spec_version: "2.1", id: stixId("marking-definition"), created: EARLY },
  ...{ definition_type: "statement", definition: { statement: text } },
  ...changes,
})

async function exported(format: "stix" | "csv", query = ""): Promise<string> {
  const answer = await library.get(`/share/library/export?${query}${query === "" ? "" : "&"}format=${format}`)
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer()).toString("utf8")
}

test("a bundle holds each object byte for byte, and at its end the markings that it names", async () => {
  const upper = statement("Ask before you pass it on")
  const copyright = statement("© Harbour CERT", { object_marking_refs: [upper.id] })
  const granular = statement("For the name only")
  const odd = `{ "type":"malware",\t"spec_version":"2.1", "id":"${stixId("malware")}",
    "created":"${EARLY}","modified":"${EARLY}", "name":"exact-bytes \\u00e9\\/", "is_family":false ,
    "object_marking_refs":["${tlpMarkingId("amber")}","${copyright.id}"],
    "granular_markings":[{"marking_ref":"${granular.id}","selectors":["name"]}] }`
  const plain = malware({ name: "exact-bytes plain" })
  await library.add(upper, copyright, granular, odd, plain, statement("Of nobody"))
  const bundle = await exported("stix", "q=exact-bytes")
  const texts = objectTexts(bundle)
  assert.deepEqual(texts.slice(0, 2), [JSON.stringify(plain), odd])
  const markings = [tlpObjectText("amber"), copyright, granular, upper].map((one) =>
    typeof one === "string" ? one : JSON.stringify(one),
  )
  assert.deepEqual(texts.slice(2).sort(), markings.sort())
  assert.match(JSON.parse(bundle).id, /^bundle--[0-9a-f-]{36}$/)
})

test("a marking that was chosen itself stands in the bundle once", async () => {
  const mark = statement("Chosen twice")
  const marked = malware({ name: "Chosen twice too", object_marking_refs: [mark.id] })
  await library.add(mark, marked)
  const ids = (JSON.parse(await exported("stix", "q=chosen+twice")) as { objects: Stix[] }).objects.map(({ id }) => id)
  assert.deepEqual(ids.sort(), [mark.id, marked.id].sort())
})

test("nothing found is a bundle without a list, and a table with a head", async () => {
  const bundle = JSON.parse(await exported("stix", "q=nowhere"))
  assert.deepEqual(Object.keys(bundle), ["type", "id"])
  assert.equal((await exported("csv", "q=nowhere")).split("\r\n").length, 2)
})

const COLUMNS =
  "id,type,name,value,marking,confidence,valid_from,valid_until,labels,created_by,modified,collections".split(",")

test("the table is UTF-8 with its mark, one line an object, values as they are and none of them a formula", async () => {
  const author = stixId("identity")
  const one = indicator({
    ...{ name: "=cmd|' /C calc'!A0 sheet", pattern: "[url:value = 'http://evil.example/\"a\",b']", confidence: 80 },
    ...{ labels: ["a", "勒索"], created_by_ref: author, valid_until: "2030-01-01T00:00:00Z" },
    object_marking_refs: [tlpMarkingId("red")],
  })
  const file = {
    type: "file",
    spec_version: "2.1",
    id: stixId("file"),
    name: "+sheet.bin",
    hashes: { MD5: "a".repeat(32) },
  }
  await library.add(one, file)
  const table = await exported("csv", "q=sheet")
  assert.ok(table.startsWith("\ufeffid,type,"))
  assert.ok(table.endsWith("\r\n") && !/[^\r]\n/.test(table))
  const [head, ...rows] = parse(table, { bom: true }) as string[][]
  assert.deepEqual(head, COLUMNS)
  assert.deepEqual(rows, [
    [file.id, "file", "'+sheet.bin", "a".repeat(32), "", "", "", "", "", "", "", "T"],
    [
      ...[one.id, "indicator", "'=cmd|' /C calc'!A0 sheet", "[url:value = 'http://evil.example/\"a\",b']", "red", "80"],
      ...[EARLY, "2030-01-01T00:00:00Z", "a, 勒索", author, EARLY, "T"],
    ],
  ])
})

test("the ledger says who took how many, before a byte leaves", async () => {
  await library.add(malware({ name: "counted one" }), malware({ name: "counted two" }))
  await exported("csv", "q=counted")
  const [entry] = library.node.meddle(
    "select header, cast(body as text) as body from journal_entry where header like '%library.exported%' order by seq desc",
  )
  assert.deepEqual(JSON.parse(String(entry?.body)), { count: 2, format: "csv" })
  const [person] = library.node.meddle(
    "select json_extract(header, '$.by') as by from journal_entry where header like '%session.started%' order by seq",
  )
  assert.ok(String(entry?.header).includes(String(person?.by)))
})

test("a file says its name and that it is to be kept, and no browser runs what is in it", async () => {
  const answer = await library.get("/share/library/export?format=stix&q=nowhere")
  assert.match(
    answer.headers.get("content-disposition") ?? "",
    /^attachment; filename="comity-library-\d{8}T\d{6}Z\.json"$/,
  )
  assert.equal(answer.headers.get("content-type"), "application/stix+json;version=2.1")
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff")
  assert.match(answer.headers.get("content-security-policy") ?? "", /sandbox/)
  await answer.text()
})

test("more than a piece arrives whole", async () => {
  const description = "long-one ".repeat(20_000)
  const many = Array.from({ length: 15 }, () => malware({ description }))
  await library.add(...many)
  const texts = objectTexts(await exported("stix", "q=long-one"))
  assert.deepEqual(texts.sort(), many.map((one) => JSON.stringify(one)).sort())
})

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { isObservable, type JsonObject, parseValue, scoId } from "./index.ts"

type Vector = { id: string; object: JsonObject }

// The ids were computed by the reference library of OASIS (cti-python-stix2); some also stand in the standard.
const file = new URL("../../vectors/stix/sco-ids.json", import.meta.url)
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[]

describe("an observable has the id that others compute for it", () => {
  for (const { id, object } of vectors) test(id, () => assert.equal(scoId(object), id))

  test("every observable type but the process is among them", () => {
    const types = new Set(vectors.map(({ object }) => String(object.type)))
    assert.equal(types.size, 17)
    assert.ok([...types].every(isObservable))
  })
})

test("the id does not depend on properties that do not contribute, nor on their order", () => {
  const plain = scoId({ type: "file", name: "a", hashes: { "SHA-256": "00" } })
  assert.equal(scoId({ size: 5, hashes: { "SHA-256": "00" }, defanged: true, name: "a", type: "file" }), plain)
})

test("of several hashes the first of MD5, SHA-1, SHA-256, SHA-512 counts", () => {
  const id = (hashes: JsonObject) => scoId({ type: "file", hashes })
  assert.equal(id({ "SHA-512": "d", "SHA-1": "b", MD5: "a" }), id({ MD5: "a" }))
  assert.equal(id({ "SHA-512": "d", "SHA-256": "c" }), id({ "SHA-256": "c" }))
  assert.notEqual(id({ "SHA-512": "d" }), id({ "SHA-256": "d" }))
})

test("where nothing contributes there is no deterministic id", () => {
  assert.equal(scoId({ type: "process", pid: 4 }), null)
  assert.equal(scoId({ type: "file", size: 4 }), null)
  assert.equal(scoId({ type: "indicator", name: "x" }), null)
  assert.equal(scoId({ type: "constructor", name: "x" }), null)
  assert.equal(scoId({}), null)
})

test("an observable whose version 5 id is another than the computed one is accepted with a warning", () => {
  const warned = (id: string) => {
    const outcome = parseValue({ type: "ipv4-addr", id, value: "198.51.100.3" })
    assert.ok(outcome.ok)
    return outcome.parsed.warnings
  }
  assert.deepEqual(warned("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"), [])
  assert.deepEqual(warned("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c5"), [{ code: "stix.sco-id", at: "id" }])
  assert.deepEqual(warned("ipv4-addr--28bb3599-77cd-4a82-a950-b5bc3caf07c5"), [])
})

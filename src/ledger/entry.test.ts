import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import {
  type EntryHeader,
  type EventHeader,
  entryHash,
  eventHeaderText,
  headerText,
  leafBytes,
  parseEventHeader,
  parseHeader,
  parseLeaf,
} from "./entry.ts"
import { Edge, leafHash } from "./merkle.ts"

type Vector = {
  salt: string
  header: string
  body: string | null
  body_repeats?: { byte: string; times: number }
  h: string
  seq: number
  leaf: string
  leaf_hash: string
}

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, "../../vectors/ledger", name), "utf8"))
const headers = read("headers.json") as {
  collection: { header: EntryHeader; text: string }[]
  event: { header: EventHeader; text: string }[]
  malformed: string[]
}
const entries = read("entries.json") as { entries: Vector[]; roots: string[]; malformed_leaves: string[] }

function bodyOf({ body, body_repeats: repeats }: Vector): Buffer {
  return repeats ? Buffer.alloc(repeats.times, repeats.byte, "hex") : Buffer.from(body ?? "", "base64")
}

test("headers have the text that the vectors give, and only that text is read as a header", () => {
  assert.ok(headers.collection.length > 0 && headers.event.length > 0 && headers.malformed.length > 0)
  for (const { header, text } of headers.collection) {
    assert.equal(headerText(header), text)
    assert.deepEqual(parseHeader(text), header)
  }
  for (const { header, text } of headers.event) {
    assert.equal(eventHeaderText(header), text)
    assert.deepEqual(parseEventHeader(text), header)
    assert.throws(() => parseHeader(text), { code: "ledger.header-malformed" })
  }
  for (const text of headers.malformed) {
    assert.throws(() => parseHeader(text), { code: "ledger.header-malformed" }, text)
    assert.throws(() => parseEventHeader(text), { code: "ledger.header-malformed" }, text)
  }
})

test("the header composed by hand is the canonical form of RFC 8785 for any values", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string())
  const maybe = fc.option(text)
  const kind = fc.constantFrom("put", "mark", "revoke", "recall", "erase", "closed")
  const rest = { id: maybe, spec: maybe, version: maybe, marking: maybe, terms: maybe, previous: maybe }
  fc.assert(
    fc.property(fc.record({ kind, date_added: text, ...rest, erases: fc.option(fc.maxSafeNat()) }), (header) => {
      assert.equal(headerText(header as EntryHeader), canonicalize(header as Json))
    }),
  )
  fc.assert(
    fc.property(fc.record({ at: text, what: text, by: maybe }), (header) => {
      assert.equal(eventHeaderText(header), canonicalize(header))
    }),
  )
})

test("a lone surrogate cannot enter a header", () => {
  const header = headers.collection[0]?.header as EntryHeader
  assert.throws(() => headerText({ ...header, id: "\ud83d" }), { code: "ledger.header-malformed" })
})

test("salt, header and body give the commitment, the leaf and the roots of the vectors", () => {
  assert.ok(entries.entries.length > 0)
  const edge = new Edge()
  for (const [i, vector] of entries.entries.entries()) {
    assert.equal(edge.root().toString("base64"), entries.roots[i])
    const salt = Buffer.from(vector.salt, "base64")
    const h = entryHash(salt, vector.header, bodyOf(vector))
    assert.equal(h.toString("base64"), vector.h)
    assert.deepEqual(entryHash(salt, Buffer.from(vector.header), bodyOf(vector)), h)
    const leaf = leafBytes(vector.seq, h)
    assert.equal(leaf.toString(), vector.leaf)
    assert.deepEqual(parseLeaf(leaf), { seq: vector.seq, h })
    assert.equal(leafHash(leaf).toString("base64"), vector.leaf_hash)
    edge.append(leafHash(leaf))
  }
  assert.equal(edge.root().toString("base64"), entries.roots.at(-1))
})

test("a leaf in any other spelling is refused", () => {
  for (const leaf of entries.malformed_leaves) {
    assert.throws(() => parseLeaf(Buffer.from(leaf)), { code: "ledger.leaf-malformed" }, leaf)
  }
})

test("moving a byte between header and body, or changing any of the three, changes the commitment", () => {
  const salt = Buffer.alloc(32, 1)
  const h = entryHash(salt, "ab", Buffer.from("cd"))
  assert.notDeepEqual(entryHash(salt, "abc", Buffer.from("d")), h)
  assert.notDeepEqual(entryHash(salt, "a", Buffer.from("bcd")), h)
  assert.notDeepEqual(entryHash(Buffer.alloc(32, 2), "ab", Buffer.from("cd")), h)
  assert.throws(() => entryHash(Buffer.alloc(31), "ab", Buffer.from("cd")), RangeError)
})

test("the commitment does not depend on whether the body fits the buffer that is kept for short ones", () => {
  for (const length of [65_400, 65_480, 65_500, 65_536, 200_000]) {
    const [header, body] = ["é".repeat(20), Buffer.alloc(length, 3)]
    const split = Buffer.concat([Buffer.from(header), body])
    const salt = Buffer.alloc(32, 9)
    const bytes = [Buffer.from("comity/entry/v1"), salt, Buffer.of(0, 0, 0, 40), split]
    assert.deepEqual(entryHash(salt, header, body), entryHash(salt, Buffer.from(header), body))
    assert.deepEqual(entryHash(salt, header, body), sha256(Buffer.concat(bytes)))
  }
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { ComityError } from "../../kernel/errors.ts"
import { entryHash } from "../../ledger/index.ts"
import { decodePart, encodePart, type Part } from "./format.ts"

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => Buffer.from(b))
const plain = { noNullPrototype: true }
const content = fc.record(
  {
    salt: bytes(32),
    header: fc.string({ maxLength: 40 }),
    body: fc.uint8Array({ maxLength: 80 }).map((b) => Buffer.from(b)),
  },
  plain,
)
const entry = fc.oneof(
  content.map((one) => ({ h: entryHash(one.salt, one.header, one.body), content: one, by: null })),
  fc.record({ h: bytes(32), by: fc.option(fc.nat()), content: fc.constant(null) }, plain),
)
const part: fc.Arbitrary<Part> = fc
  .record(
    {
      from: fc.nat(),
      checkpoint: fc.string(),
      proof: fc.array(bytes(32), { maxLength: 5 }),
      continued: fc.option(fc.record({ root: bytes(32), hashes: fc.array(bytes(32), { maxLength: 5 }) }, plain)),
      entries: fc.array(entry, { maxLength: 6 }),
    },
    plain,
  )
  .map((one) => ({ ...one, entries: one.entries.map((said, i) => ({ ...said, seq: one.from + i })) }))

test("a part is read as it was written", () => {
  fc.assert(fc.property(part, (one) => assert.deepEqual(decodePart(encodePart(one), entryHash), one)))
})

test("a part that was cut, lengthened or changed at any place is refused, or says something else; it is never a crash", () => {
  fc.assert(
    fc.property(part, fc.nat(), fc.nat(255), (one, place, byte) => {
      const sent = encodePart(one)
      const at = place % sent.length
      const changed = Buffer.from(sent)
      changed[at] = byte
      for (const damaged of [sent.subarray(0, at), Buffer.concat([sent, Buffer.from([byte])]), changed]) {
        try {
          const read = decodePart(damaged, entryHash)
          assert.ok(damaged.equals(sent) || !encodePart(read).equals(sent))
        } catch (error) {
          assert.ok(error instanceof ComityError && error.code === "feed.malformed", String(error))
        }
      }
    }),
  )
})

test("a part of more entries than go out at once is not read", () => {
  const entries = Array.from({ length: 501 }, (_, seq) => ({ seq, h: Buffer.alloc(32), content: null, by: null }))
  const part = { from: 0, checkpoint: "", proof: [], continued: null }
  assert.throws(() => decodePart(encodePart({ ...part, entries }), entryHash), { code: "feed.malformed" })
  assert.equal(decodePart(encodePart({ ...part, entries: entries.slice(0, 500) }), entryHash).entries.length, 500)
})

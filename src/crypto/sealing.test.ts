import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { bytesOf, inPieces, opened, sealedVectors, whole } from "../../test/support/sealing.ts"
import { sha256 } from "../kernel/hash.ts"
import { newSealKey, type Recipient } from "./recipients.ts"
import { CONTENT_MOST, checkZeros, type Label, padded, paddingOf, readLabel, TAIL_BYTES } from "./sealed-format.ts"
import { HEAD_BYTES, outsideOf, SEALED_MOST } from "./sealed-outside.ts"
import { sealTo } from "./sealing.ts"
import { readIdentities } from "./unsealing.ts"

const LABEL = { ...sealedVectors.label, type: "text/plain" }
const ana = await newSealKey("x25519")
const desk = await newSealKey("x25519")
const quantum = await newSealKey("hybrid")

const seal = (content: Uint8Array, recipients: readonly Recipient[] = [ana.recipient], label = LABEL) =>
  whole(sealTo(recipients, label, inPieces(content)))

/** What somebody who decrypted all of it does next. */
function unpadded(bytes: Buffer): { label: Label; content: Buffer } {
  const label = readLabel(bytes.subarray(-TAIL_BYTES), bytes.length)
  checkZeros(bytes.subarray(label.size, label.size + paddingOf(label, bytes.length)))
  return { label, content: bytes.subarray(0, label.size) }
}

test("content is padded as the vectors say, and read back", async () => {
  for (const { name, pieces, total, sha256: hash } of sealedVectors.padded) {
    const bytes = bytesOf(pieces)
    assert.equal(bytes.length, total, name)
    const { label, content } = unpadded(bytes)
    const again = await whole(padded(inPieces(content), label))
    assert.equal(sha256(again).toString("hex"), hash, name)
    assert.ok(again.equals(bytes), name)
  }
})

test("whatever is padded in another way is refused", () => {
  for (const { name, pieces } of sealedVectors.crooked) {
    assert.throws(() => unpadded(bytesOf(pieces)), { code: "sealed.padding" }, name)
  }
})

test("the files of the vectors open with each of their identities and no other", async () => {
  const { identity: stranger } = await newSealKey("x25519")
  for (const { name, file, identities, recipients, content, sha256: hash } of sealedVectors.files) {
    const bytes = Buffer.from(file, "base64")
    assert.equal(sha256(bytes).toString("hex"), hash, name)
    assert.deepEqual(outsideOf(bytes, bytes.length)?.padded, 4096)
    assert.equal(outsideOf(bytes, bytes.length)?.kinds.length, recipients.length)
    for (const identity of identities) {
      assert.equal((await opened(bytes, [stranger, identity])).content.toString(), content, name)
    }
    await assert.rejects(opened(bytes, [stranger]), { kind: "refused", code: "sealed.not-yours" })
  }
})

test("any content comes back byte for byte, and its size shows only as a power of two", async () => {
  const content = fc.uint8Array({ minLength: 1, maxLength: 200_000 })
  await fc.assert(
    fc.asyncProperty(content, fc.constantFrom("", "report.pdf", "報告 v2.docx"), async (bytes, name) => {
      const file = await seal(bytes, [ana.recipient, desk.recipient], { ...LABEL, name })
      const outside = outsideOf(file.subarray(0, HEAD_BYTES), file.length)
      assert.deepEqual(outside?.kinds, ["x25519", "x25519"])
      assert.ok(Number.isInteger(Math.log2(outside.padded)) && outside.padded > bytes.length)
      const { label, content: back } = await opened(file, [desk.identity])
      assert.ok(back.equals(bytes))
      assert.deepEqual(label, { ...LABEL, name, size: bytes.length })
    }),
    { numRuns: 25 },
  )
})

test("two contents of different length seal to the same size, and the same content never to the same file", async () => {
  const [one, other, again] = [
    await seal(Buffer.alloc(1, 7)),
    await seal(Buffer.alloc(3500, 7)),
    await seal(Buffer.alloc(1, 7)),
  ]
  assert.equal(one.length, other.length)
  assert.ok(!one.equals(again))
})

test("post-quantum recipients open too, and are not mixed with others", async () => {
  const file = await seal(Buffer.from("x"), [quantum.recipient])
  assert.deepEqual(outsideOf(file, file.length)?.kinds, ["hybrid"])
  assert.equal((await opened(file, [quantum.identity])).content.toString(), "x")
  await assert.rejects(seal(Buffer.from("x"), [quantum.recipient, ana.recipient]), { code: "sealed.mixed-kinds" })
})

test("a file that was changed anywhere, cut or lengthened does not open", async () => {
  const file = await seal(Buffer.from("evidence".repeat(9000)))
  const bad = [
    file.subarray(0, -1),
    file.subarray(0, 65_000),
    Buffer.concat([file, Buffer.from("x")]),
    file.subarray(1),
  ]
  for (let at = 0; at < file.length; at += 997) {
    const changed = Buffer.from(file)
    changed[at] = (changed[at] ?? 0) ^ 1
    bad.push(changed)
  }
  for (const bytes of bad)
    await assert.rejects(opened(bytes, [ana.identity]), { code: /^sealed\.(damaged|not-yours)$/ })
})

test("nothing is sealed to nobody, to too many, to one twice, or without content", async () => {
  await assert.rejects(seal(Buffer.from("x"), []), { code: "sealed.no-recipient" })
  await assert.rejects(seal(Buffer.from("x"), [ana.recipient, ana.recipient]), { code: "sealed.recipient-twice" })
  const many = await Promise.all(Array.from({ length: 17 }, async () => (await newSealKey("x25519")).recipient))
  await assert.rejects(seal(Buffer.from("x"), many), { code: "sealed.recipients" })
  assert.equal(outsideOf(await seal(Buffer.from("x"), many.slice(1)), 0), null, "the size belongs to the file")
  await assert.rejects(seal(Buffer.alloc(0)), { code: "sealed.empty" })
})

test("too much content ends the sealing, and a source that fails ends it too", async () => {
  const piece = Buffer.alloc(1024 * 1024)
  async function* endless() {
    for (;;) yield piece
  }
  let sealed = 0
  const sealing = async () => {
    for await (const { length } of sealTo([ana.recipient], LABEL, endless())) sealed += length
  }
  await assert.rejects(sealing(), { kind: "too-large", code: "sealed.too-large" })
  assert.ok(sealed <= CONTENT_MOST + 1024 * 1024)
  async function* failing() {
    yield piece
    throw new Error("the browser went away")
  }
  await assert.rejects(whole(sealTo([ana.recipient], LABEL, failing())), /went away/)
})

test("the largest content seals while little of it is held", { timeout: 60_000 }, async () => {
  const piece = Buffer.alloc(64 * 1024, 1)
  const before = process.memoryUsage().rss
  let size = 0
  let most = 0
  async function* largest() {
    for (let at = 0; at < CONTENT_MOST; at += piece.length)
      yield piece.subarray(0, Math.min(piece.length, CONTENT_MOST - at))
  }
  const head: Buffer[] = []
  for await (const part of sealTo([ana.recipient], LABEL, largest())) {
    if (size < HEAD_BYTES) head.push(Buffer.from(part))
    size += part.length
    most = Math.max(most, process.memoryUsage().rss)
  }
  assert.ok(size <= SEALED_MOST)
  assert.equal(outsideOf(Buffer.concat(head), size)?.padded, 64 * 1024 * 1024)
  assert.ok(most - before < 100 * 1024 * 1024, `${Math.round((most - before) / 1024 / 1024)} MiB`)
})

test("who looks at a file from outside takes nothing else for one of ours", async () => {
  const file = await seal(Buffer.from("x"))
  const text = file.toString("latin1")
  const as = (changed: string) => outsideOf(Buffer.from(changed, "latin1"), changed.length)
  assert.notEqual(as(text), null)
  for (const other of [
    text.replace("/v1", "/v2"),
    text.replace("X25519", "scrypt"),
    text.replace("-> X25519", "-> X25519 "),
    text.replace("\n---", "\n-> grease x\n\n---"),
    `${text}x`,
    text.slice(0, -1),
    text.slice(0, 100),
    "",
  ]) {
    assert.equal(as(other), null, other.slice(0, 60))
  }
})

test("identities are read from a file as age-keygen writes it, and nothing else is", () => {
  const file = `# created: 2026-11-27\n# public key: ${ana.recipient}\n${ana.identity}\n`
  assert.deepEqual(readIdentities(file), [ana.identity])
  assert.deepEqual(readIdentities(`${ana.identity}\r\n\r\n${quantum.identity}`), [ana.identity, quantum.identity])
  for (const bad of ["", "# nothing\n", ana.recipient, `${ana.identity}x`, ana.identity.toLowerCase(), "-----BEGIN"]) {
    assert.throws(() => readIdentities(bad), { code: "sealed.identity-file" })
  }
})

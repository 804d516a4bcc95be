import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { newKeyPair, signerOf } from "../crypto/index.ts"
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from "./checkpoint.ts"
import { leafHash } from "./merkle.ts"
import { formatVkey, openNote, parseVkey, signNote, verifierOf } from "./note.ts"
import { consistencyProof, verifyConsistency } from "./proofs.ts"
import { decodeBundle } from "./tiles.ts"

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/ledger/checkpoints.json"), "utf8"),
) as {
  pkcs8: string
  public_key: string
  name: string
  vkey: string
  checkpoints: { size: number; root: string; text: string; note: string }[]
  cosigned: { note: string; text: string; witness_vkey: string }
  extended: { note: string; extensions: string[] }
  hostile: { why: string; note: string; error: string }[]
  malformed_vkeys: string[]
}
const log = parseVkey(vectors.vkey)
const signer = signerOf(vectors.pkcs8)

test("a verifier key reads back as it was written, and a malformed one is refused", () => {
  assert.equal(formatVkey(log), vectors.vkey)
  assert.equal(log.publicKey.toString("base64"), vectors.public_key)
  assert.equal(formatVkey(verifierOf(vectors.name, signer.publicKey)), vectors.vkey)
  for (const vkey of vectors.malformed_vkeys) {
    assert.throws(() => parseVkey(vkey), { code: "note.vkey-malformed" }, vkey)
  }
})

test("checkpoints are signed byte for byte as the vectors have them, and open again", () => {
  assert.ok(vectors.checkpoints.length > 0)
  for (const { size, root, text, note } of vectors.checkpoints) {
    assert.equal(signCheckpoint(vectors.name, size, Buffer.from(root, "base64"), signer), note)
    const opened = openCheckpoint(note, log)
    assert.deepEqual(opened, { origin: vectors.name, size, root: Buffer.from(root, "base64"), extensions: [] })
    assert.deepEqual(openCheckpoint(Buffer.from(note), log), opened)
    assert.equal(formatCheckpoint(opened), text)
  }
})

test("a hostile checkpoint is refused for the reason that the vectors name", () => {
  assert.ok(vectors.hostile.length > 0)
  for (const { why, note, error } of vectors.hostile) {
    assert.throws(() => openCheckpoint(note, log), { code: error }, why)
    assert.throws(() => openCheckpoint(Buffer.from(note), log), { code: error }, why)
  }
})

test("signatures of keys that nobody gave are passed over and kept apart", () => {
  const { note, text, witness_vkey: vkey } = vectors.cosigned
  const witness = parseVkey(vkey)
  const alone = openNote(note, [log])
  assert.deepEqual([alone.text, alone.verified], [text, [log]])
  assert.deepEqual(
    alone.unknown.map(({ name, keyId }) => [name, keyId]),
    [[witness.name, witness.keyId]],
  )
  assert.deepEqual(openNote(note, [witness, log]).verified, [log, witness])
  assert.deepEqual(openNote(note, [witness]).verified, [witness])
})

test("a repeated signature counts once", () => {
  const note = vectors.checkpoints[1]?.note as string
  const line = note.slice(note.lastIndexOf("— "))
  assert.deepEqual(openNote(note + line, [log]).verified, [log])
})

test("extension lines are kept, and an empty line is not one", () => {
  assert.deepEqual(openCheckpoint(vectors.extended.note, log).extensions, vectors.extended.extensions)
  for (const text of ["", "a\n1\n", "a\n1\nAAAA\n\n", `\n1\n${"A".repeat(43)}=\n`, `a\n1\n${"A".repeat(43)}=`]) {
    assert.throws(() => parseCheckpoint(text), { code: "ledger.checkpoint-malformed" }, JSON.stringify(text))
  }
  assert.equal(parseCheckpoint(`a b\n1\n${"A".repeat(43)}=\n`).origin, "a b")
})

test("a name with a blank or a plus signs nothing", () => {
  for (const name of ["", "a b", "a+b", "a\u3000b", "a\u00a0b", "a\nb", "a\tb", "\ud800"]) {
    assert.throws(() => verifierOf(name, signer.publicKey), { code: "note.name-malformed" }, JSON.stringify(name))
  }
  assert.equal(verifierOf("例.example/ログ", signer.publicKey).name, "例.example/ログ")
})

test("a text that no note can carry is not signed", () => {
  for (const text of ["", "a", "a\r\n", "a\tb\n", "\0\n", "\ud800\n"]) {
    assert.throws(() => signNote(text, { name: "a", signer }), { code: "note.malformed" }, JSON.stringify(text))
  }
})

test("a text with empty lines of its own comes back whole", () => {
  const name = "quasimodo.example/salvatore"
  const text = "Ognuno sta solo\n\ntrafitto da un raggio di sole:\n\n— not a signature\n"
  const opened = openNote(signNote(text, { name, signer }), [verifierOf(name, signer.publicKey)])
  assert.equal(opened.text, text)
})

test("the example of the signed-note standard verifies", () => {
  const key = parseVkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
  const line =
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
  assert.equal(openNote(`This is an example message.\n\n${line}`, [key]).text, "This is an example message.\n")
})

test("a note with more than 100 signatures or a million bytes is refused", () => {
  const note = vectors.checkpoints[1]?.note as string
  const line = note.slice(note.lastIndexOf("— "))
  assert.ok(openNote(note + line.repeat(99), [log]))
  assert.throws(() => openNote(note + line.repeat(100), [log]), { code: "note.malformed" })
  assert.throws(() => openNote("a".repeat(1_000_001), [log]), { code: "note.malformed" })
})

test("a note is refused when any byte of it is changed", () => {
  const fresh = signerOf(newKeyPair())
  const key = verifierOf("a.example/log", fresh.publicKey)
  const note = Buffer.from(signCheckpoint(key.name, 7, Buffer.alloc(32, 7), fresh))
  assert.equal(openCheckpoint(note, key).size, 7)
  fc.assert(
    fc.property(fc.nat({ max: note.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const copy = Buffer.from(note)
      copy[at] = (copy[at] ?? 0) ^ change
      assert.throws(() => openCheckpoint(copy, key), { name: "ComityError" })
    }),
    { numRuns: 500 },
  )
})

const TESSERA = join(import.meta.dirname, "../../../shared/reference/vectors/tlog-tiles/testdata/log")

test("a log by others opens at each of its sizes, and each checkpoint is consistent with all before it", (t) => {
  if (!existsSync(TESSERA)) return t.diagnostic("0 of 16 checkpoints ran: ../shared is not there")
  const key = parseVkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
  const entries = decodeBundle(readFileSync(join(TESSERA, "tile/entries/000.p/15")), 15)
  const hashes = readFileSync(join(TESSERA, "tile/0/000.p/15"))
  assert.deepEqual(Buffer.concat(entries.map(leafHash)), hashes)
  const names = readdirSync(TESSERA).filter((name) => name.startsWith("checkpoint."))
  const read = (_: number, start: number, end: number) => entries.slice(start, end).map(leafHash)
  const opened = names.map((name) => openCheckpoint(readFileSync(join(TESSERA, name)), key))
  for (const newer of opened) {
    for (const older of opened.filter(({ size }) => size > 0 && size <= newer.size)) {
      const proof = consistencyProof(older.size, newer.size, read)
      assert.ok(verifyConsistency(older.size, newer.size, proof, older.root, newer.root))
    }
  }
  assert.equal(opened.length, 16)
  t.diagnostic(`${opened.length} of 16 checkpoints ran`)
})

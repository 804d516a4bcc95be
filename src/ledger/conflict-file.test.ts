import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { tempFolder } from "../../test/support/temp.ts"
import { type KeyPair, newKeyPair, signerOf } from "../crypto/index.ts"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import { signCheckpoint } from "./checkpoint.ts"
import { type Contradiction, conflictFile, readConflict } from "./conflict-file.ts"
import { inceptStatement, keyStateOf, lastSizeHash, signStatement } from "./key-statements.ts"
import { leafHash } from "./merkle.ts"
import { signNote } from "./note.ts"
import { consistencyProof, type HashReader, impliedRoot, treeRoot } from "./proofs.ts"

const ORIGIN = "comity/0123456789abcdef0123456789abcdef"
const [current, next, recovery] = [newKeyPair(), newKeyPair(), newKeyPair()]
const incept = Buffer.from(
  canonicalize(
    inceptStatement({ current: current.publicKey, next: next.publicKey, recovery: recovery.publicKey }) as Json,
  ),
)

/** A log whose leaves differ from those of the other face from entry `from` on. */
function face(name: string, from: number) {
  const leaves = Array.from({ length: 40 }, (_, i) => leafHash(Buffer.from(i < from ? `${i}` : `${name}${i}`)))
  const read: HashReader = (level, start, end) => (level === 0 ? leaves.slice(start, end) : [])
  return {
    note: (size: number, key: KeyPair = current) => signCheckpoint(ORIGIN, size, treeRoot(size, read), signerOf(key)),
    proof: (first: number, second: number) => ({
      root: treeRoot(first, read),
      hashes: consistencyProof(first, second, read),
    }),
    root: (size: number) => treeRoot(size, read),
  }
}
const one = face("a", 3)
const other = face("b", 3)

const sameSize: Contradiction = { first: one.note(7), second: other.note(7), proof: null }
const larger: Contradiction = { first: one.note(7), second: other.note(20), proof: other.proof(7, 20) }

/** What a Python without Comity says of a file. */
function python(file: Uint8Array): { status: number | null; text: string } {
  const path = join(tempFolder(), "conflict.json")
  writeFileSync(path, file)
  const ran = spawnSync("python3", [join(import.meta.dirname, "verify.py"), path], { encoding: "utf8" })
  return { status: ran.status, text: ran.stdout + ran.stderr }
}

test("two checkpoints that cannot both be true make a file that proves it, here and in Python", () => {
  for (const found of [sameSize, larger]) {
    const file = conflictFile([incept], found)
    const { origin, first, second } = readConflict(file)
    assert.deepEqual([origin, first.size, second.size], [ORIGIN, 7, found.proof === null ? 7 : 20])
    const { status, text } = python(file)
    assert.equal(status, 0, text)
    assert.match(text, /RESULT: the two checkpoints contradict each other/)
    assert.match(text, /signed by one node/)
  }
})

test("the same contradiction is the same file, whoever finds it and whatever others signed beside it", () => {
  const { first, second } = sameSize
  const cosigned = `${first}— someone AAAAAAAA\n`
  assert.deepEqual(
    conflictFile([incept], { first: second, second: cosigned, proof: null }),
    conflictFile([incept], sameSize),
  )
})

test("of a key that signed neither no last size is looked for: it would be looked for in vain, for long", () => {
  const sizes = [lastSizeHash(ORIGIN, 9)]
  const rotation = { type: "rotate", current: next.publicKey, next: sha256(newKeyPair().publicKey), sizes } as const
  const chain = [
    incept,
    Buffer.from(canonicalize(signStatement(keyStateOf([incept]), rotation, signerOf(next)) as Json)),
  ]
  const sizesIn = (found: Contradiction) =>
    (JSON.parse(String(conflictFile(chain, found))) as { last_sizes: number[] }).last_sizes
  assert.deepEqual(sizesIn({ first: one.note(7, next), second: other.note(7, next), proof: null }), [])
  assert.deepEqual(sizesIn(sameSize), [9])
})

test("two checkpoints that may both be true make no file", () => {
  const fine: Contradiction[] = [
    { first: one.note(7), second: one.note(7), proof: null },
    { first: one.note(7), second: one.note(20), proof: one.proof(7, 20) },
    { first: one.note(3), second: other.note(20), proof: other.proof(3, 20) },
    { first: one.note(7), second: other.note(20), proof: null },
    { first: one.note(7), second: other.note(20), proof: one.proof(7, 20) },
    { first: one.note(7), second: other.note(7), proof: other.proof(7, 20) },
    { first: one.note(20), second: other.note(7), proof: other.proof(7, 20) },
    { ...larger, proof: { root: other.root(8), hashes: other.proof(7, 20).hashes } },
  ]
  for (const found of fine) assert.throws(() => conflictFile([incept], found), { code: "conflict.none" })
})

test("a checkpoint of somebody else's, or of another log, proves nothing against the node", () => {
  const stranger = newKeyPair()
  const foreign = { ...sameSize, second: other.note(7, stranger) }
  assert.throws(() => conflictFile([incept], foreign), { code: "conflict.unsigned" })
  const forged = {
    ...sameSize,
    second: other.note(7).replace(/\n[^\n]{44}\n\n/, `\n${sha256("x").toString("base64")}\n\n`),
  }
  assert.throws(() => conflictFile([incept], forged), { code: "conflict.unsigned" })
  const name = "comity/ffffffffffffffffffffffffffffffff"
  const text = other.note(7).split("\n\n")[0]?.replace(ORIGIN, name)
  const elsewhere = signNote(`${text}\n`, { name, signer: signerOf(current) })
  assert.throws(() => conflictFile([incept], { ...sameSize, second: elsewhere }), { code: "conflict.none" })
})

/** The key statements after a rotation, when the log had so many entries. */
function rotatedAt(size: number): Buffer[] {
  const saying = { type: "rotate", current: next.publicKey, next: sha256("whatever") } as const
  const sizes = [lastSizeHash(ORIGIN, size), lastSizeHash("comity/another", 9)]
  const statement = signStatement(keyStateOf([incept]), { ...saying, sizes }, signerOf(next))
  return [incept, Buffer.from(canonicalize(statement))]
}

test("a key that was replaced counts up to the size that its statement records, and no further", () => {
  const across: Contradiction = { first: one.note(7), second: other.note(20, next), proof: other.proof(7, 20) }
  for (const last of [7, 12]) {
    const file = conflictFile(rotatedAt(last), across)
    assert.deepEqual(JSON.parse(file.toString()).last_sizes, [last])
    assert.equal(python(file).status, 0)
  }
  // A thief of the old key signs what the node never did: that is no evidence against the node.
  assert.throws(() => conflictFile(rotatedAt(5), across), { code: "conflict.unsigned" })
  const thief = conflictFile([incept], sameSize)
  const { statements: _, ...rest } = JSON.parse(thief.toString())
  const later = Buffer.from(
    canonicalize({ ...rest, statements: rotatedAt(5).map((statement) => statement.toString("base64")) }),
  )
  assert.throws(() => readConflict(later), { code: "conflict.unsigned" })
  assert.equal(python(later).status, 1)
})

test("a file that was changed anywhere proves nothing, here or in Python", () => {
  const file = conflictFile([incept], larger)
  const json = JSON.parse(file.toString()) as { [name: string]: Json } & { proof: { hashes: string[] } }
  const changed: [string, Json][] = [
    ["format", { ...json, format: "comity-conflict/2" }],
    ["statements", { ...json, statements: [] }],
    ["statements", { ...json, statements: [Buffer.from("{}").toString("base64")] }],
    ["last_sizes", { ...json, last_sizes: ["7"] }],
    ["notes", { ...json, second: json.first ?? null }],
    ["order", { ...json, first: json.second ?? null, second: json.first ?? null }],
    ["proof", { ...json, proof: null }],
    ["proof", { ...json, proof: { ...json.proof, hashes: json.proof.hashes.slice(1) } }],
    ["member", { ...json, more: 1 }],
  ]
  for (const [what, value] of changed) {
    const bytes = Buffer.from(canonicalize(value))
    assert.throws(() => readConflict(bytes), { name: "ComityError" }, what)
    const { status, text } = python(bytes)
    assert.equal(status, 1, `${what}: ${text}`)
    assert.match(text, /^FAULT: /m)
  }
  const spaced = Buffer.from(JSON.stringify(json, null, 1))
  assert.throws(() => readConflict(spaced), { code: "conflict.malformed" })
})

test("what the vectors hold is read as they say, and written again byte for byte", () => {
  const vectors = JSON.parse(readFileSync(join(import.meta.dirname, "../../vectors/peer/conflicts.json"), "utf8")) as {
    conflicts: { why: string; file: string; sizes: [number, number] }[]
    hostile: { why: string; file: string; error: string }[]
  }
  for (const { why, file, sizes } of vectors.conflicts) {
    const { first, second, statements, contradiction } = readConflict(Buffer.from(file))
    assert.deepEqual([first.size, second.size], sizes, why)
    assert.equal(conflictFile(statements, contradiction).toString(), file, why)
    assert.equal(python(Buffer.from(file)).status, 0, why)
  }
  for (const { why, file, error } of vectors.hostile) {
    assert.throws(() => readConflict(Buffer.from(file)), { code: error }, why)
    assert.equal(python(Buffer.from(file)).status, 1, why)
  }
})

test("a consistency proof implies the root before, unless the size is a power of two or it is no such proof", () => {
  for (let first = 1; first < 20; first++) {
    const { root, hashes } = other.proof(first, 20)
    const power = Number.isInteger(Math.log2(first))
    const implied = impliedRoot(first, 20, hashes, other.root(20))
    assert.deepEqual(implied, power ? null : root)
    assert.equal(impliedRoot(first, 20, hashes, one.root(20)), null)
    assert.equal(impliedRoot(first, 20, hashes.slice(1), other.root(20)), null)
  }
  assert.equal(impliedRoot(20, 20, [], other.root(20)), null)
})

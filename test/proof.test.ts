import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createHash, createPublicKey, verify } from "node:crypto"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { command, run, startNode } from "./support/node.ts"
import { openScene } from "./support/scene.ts"
import { bundle, indicator, newVersion, stixId, text } from "./support/stix.ts"
import { type Taxii, taxii } from "./support/taxii.ts"
import { tempFolder } from "./support/temp.ts"

// Everything here is checked with Node's crypto alone, written from the standards: nothing of the node's own code.

type Proof = { seq: number; salt: string; header: string; body: string | null; leaf: string; proof: string }
type Report = {
  problems: { code: string }[]
  continues?: { from: number; checkpoint: string; proof: string[] }
}
type Checkpoint = { origin: string; size: number; root: Buffer }

const scene = await openScene({ collections: 6 })
const { tester } = scene
after(() => scene.stop())
const data = () => scene.node().data

const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest()
const leafHash = (leaf: Uint8Array) => sha256(Buffer.of(0), leaf)
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.of(1), left, right)
const fromBase64 = (encoded: string) => Buffer.from(encoded, "base64")

/** C2SP signed-note and tlog-checkpoint; throws unless the key signed it. */
function openNote(note: string, vkey: string): Checkpoint {
  const [name = "", id = "", ...encoded] = vkey.split("+")
  const key = fromBase64(encoded.join("+"))
  const x = key.subarray(1).toString("base64url")
  const end = note.indexOf("\n\n") + 1
  const line = note.slice(end + 1).split("\n")[0] ?? ""
  const signature = fromBase64(line.split(" ")[2] ?? "")
  assert.equal(sha256(Buffer.from(`${name}\n`), key).toString("hex", 0, 4), id)
  assert.equal(signature.toString("hex", 0, 4), id)
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
  assert.ok(verify(null, Buffer.from(note.slice(0, end)), publicKey, signature.subarray(4)), "the signature is wrong")
  const [origin = "", size, root = ""] = note.split("\n")
  assert.equal(origin, name)
  return { origin, size: Number(size), root: fromBase64(root) }
}

/** RFC 9162 section 2.1.3.2. */
function rootByInclusion(index: number, size: number, leaf: Buffer, path: Buffer[]): Buffer {
  let [fn, sn, root] = [index, size - 1, leaf]
  for (const hash of path) {
    assert.ok(sn > 0, "the proof is too long")
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(hash, root)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)]
    } else {
      root = nodeHash(root, hash)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  assert.equal(sn, 0, "the proof is too short")
  return root
}

/** RFC 9162 section 2.1.4.2, for an older tree that is not empty. */
function rootsByConsistency(first: number, second: number, older: Buffer, proof: Buffer[]): [Buffer, Buffer] {
  if (first === second) return [older, older]
  const path = Number.isInteger(Math.log2(first)) ? [older, ...proof] : [...proof]
  let [fn, sn] = [first - 1, second - 1]
  while (fn % 2 === 1) [fn, sn] = [(fn - 1) / 2, Math.floor(sn / 2)]
  const start = path.shift() as Buffer
  let [left, right] = [start, start]
  for (const hash of path) {
    assert.ok(sn > 0, "the proof is too long")
    if (fn % 2 === 1 || fn === sn) {
      left = nodeHash(hash, left)
      right = nodeHash(hash, right)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)]
    } else {
      right = nodeHash(right, hash)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  assert.equal(sn, 0, "the proof is too short")
  return [left, right]
}

/** Checks a C2SP tlog-proof file of a leaf; throws unless all of it holds. */
function checkFile(file: string, seq: number, leaf: Buffer, vkey: string): Checkpoint {
  const end = file.indexOf("\n\n")
  const [version, extra, index, ...path] = file.slice(0, end).split("\n")
  assert.equal(version, "c2sp.org/tlog-proof@v1")
  assert.equal(extra, `extra ${leaf.toString("base64")}`)
  assert.equal(index, `index ${seq}`)
  const checkpoint = openNote(file.slice(end + 2), vkey)
  const root = rootByInclusion(seq, checkpoint.size, leafHash(leaf), path.map(fromBase64))
  assert.deepEqual(root, checkpoint.root)
  return checkpoint
}

/** h = SHA-256("comity/entry/v1" ‖ salt ‖ uint32be(length of header) ‖ header ‖ body). */
function commitment(salt: string, header: string, body: Uint8Array): string {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(header))
  const parts = [Buffer.from("comity/entry/v1"), fromBase64(salt), length, Buffer.from(header), body]
  return sha256(...parts).toString("base64")
}

async function vkeyOf(folder: string, collection: string): Promise<string> {
  const listed = JSON.parse(await run(["collection", "list", "--data", folder, "--json"])) as {
    id: string
    vkey: string
  }[]
  return listed.find(({ id }) => id === collection)?.vkey ?? ""
}

async function proofOf(collection: string, object: string): Promise<Proof> {
  const args = ["log", "proof", object, "--data", data(), "--collection", collection]
  const found = JSON.parse(await run([...args, "--json"])) as Proof
  assert.equal((await command(args)).stdout, found.proof)
  return found
}

async function keptCheckpoint(client: Taxii, collection: string): Promise<string> {
  return (await client.get(`/log/${collection}/checkpoint`, { accept: null })).text
}

function fileWith(content: string): string {
  const file = join(tempFolder(), "checkpoint")
  writeFileSync(file, content)
  return file
}

/** `log verify` against a kept checkpoint. */
async function verifyAgainst(checkpoint: string, collection: string, folder = data()) {
  const args = ["--data", folder, "--collection", collection, "--checkpoint", fileWith(checkpoint), "--json"]
  const { status, stdout } = await command(["log", "verify", ...args])
  const [report, ...others] = JSON.parse(stdout) as Report[]
  assert.ok(report !== undefined && others.length === 0)
  return { status, codes: report.problems.map(({ code }) => code), report }
}

/** The same as a person reads it. */
async function toldAgainst(checkpoint: string, collection: string, folder = data()) {
  const args = ["--data", folder, "--collection", collection, "--checkpoint", fileWith(checkpoint)]
  return command(["log", "verify", ...args])
}

const many = (count: number) => Array.from({ length: count }, () => indicator())

test("that an object is in a signed log can be checked by anyone who has its bytes, the proof and the node's key", async () => {
  const collection = scene.collection()
  const object = { ...indicator({ name: "網路 ü" }), created: "2024-01-01T00:00:00.000Z" }
  const versions = ["2024-01-01", "2024-01-02"].map((day) => text(newVersion(object, `${day}T00:00:00.000Z`)))
  await tester.put(collection, ...many(3), versions[0] ?? "", ...many(200))
  await tester.put(collection, versions[1] ?? "", ...many(99))
  const vkey = await vkeyOf(data(), collection)
  const { seq, salt, header, body, leaf, proof } = await proofOf(collection, object.id)
  assert.equal(seq, 204)
  assert.equal(fromBase64(body ?? "").toString(), versions[1])
  assert.deepEqual(JSON.parse(leaf), { h: commitment(salt, header, Buffer.from(versions[1] ?? "")), seq, v: 1 })
  assert.equal((JSON.parse(header) as { id: string }).id, object.id)
  const { size } = checkFile(proof, seq, Buffer.from(leaf), vkey)
  assert.equal(size, 304)
  assert.equal(proof.split("\n\n").slice(1).join("\n\n"), await keptCheckpoint(tester, collection))
  assert.throws(() => checkFile(proof, seq, Buffer.from(leaf.replace('"v":1', '"v":2')), vkey))
  assert.throws(() => checkFile(proof.replace("\n304\n", "\n303\n"), seq, Buffer.from(leaf), vkey), /signature/)
})

test("what a collection does not have, or has no more, is not proven", async () => {
  const collection = scene.collection()
  const [kept, erased, elsewhere] = many(3)
  await tester.put(collection, kept ?? "", erased ?? "")
  await tester.put(scene.collection(), elsewhere ?? "")
  await tester.call("DELETE", `collections/${collection}/objects/${erased?.id}/`)
  for (const id of [erased?.id ?? "", elsewhere?.id ?? "", stixId("indicator"), "nonsense"]) {
    const args = ["log", "proof", id, "--data", data(), "--collection", collection]
    const { status, stdout, stderr } = await command(args)
    assert.deepEqual([status, stdout], [1, ""], id)
    assert.match(stderr, /no such object/)
  }
  const { seq, leaf, proof } = await proofOf(collection, kept?.id ?? "")
  assert.equal(checkFile(proof, seq, Buffer.from(leaf), await vkeyOf(data(), collection)).size, 3)
})

test("an object too long for one answer is proven all the same, without its body", async () => {
  const folder = join(tempFolder(), "d")
  const collection = await run(["collection", "add", "Long", "--data", folder])
  const object = indicator({ description: "x".repeat(12 * 1024 * 1024) })
  const env = { COMITY_MAX_CONTENT_LENGTH: String(32 * 1024 * 1024) }
  await run(["import", fileWith(bundle(object)), "--data", folder, "--collection", collection], env)
  const args = ["log", "proof", object.id, "--data", folder, "--collection", collection, "--json"]
  const { seq, salt, header, body, leaf, proof } = JSON.parse(await run(args)) as Proof
  assert.equal(body, null)
  assert.equal((JSON.parse(leaf) as { h: string }).h, commitment(salt, header, Buffer.from(text(object))))
  checkFile(proof, seq, Buffer.from(leaf), await vkeyOf(folder, collection))
})

test("a log continues each checkpoint that was kept of it, and proves it to those who kept it", async () => {
  const collection = scene.collection()
  const vkey = await vkeyOf(data(), collection)
  const kept = [await keptCheckpoint(tester, collection)]
  for (const count of [1, 100, 155, 44]) {
    await tester.put(collection, ...many(count))
    kept.push(await keptCheckpoint(tester, collection))
  }
  await tester.put(collection, ...many(300))
  kept.push(await keptCheckpoint(tester, collection))
  for (const note of kept) {
    const older = openNote(note, vkey)
    const { status, codes, report } = await verifyAgainst(note, collection)
    assert.deepEqual([status, codes], [0, []])
    const { from, checkpoint, proof } = report.continues ?? { from: -1, checkpoint: "", proof: [] }
    const newer = openNote(checkpoint, vkey)
    assert.deepEqual([from, newer.size], [older.size, 600])
    if (from === 0) continue // from nothing, everything follows
    const roots = rootsByConsistency(from, newer.size, older.root, proof.map(fromBase64))
    assert.deepEqual(roots, [older.root, newer.root])
  }
  const { status, stdout } = await toldAgainst(kept[4] ?? "", collection)
  assert.equal(status, 0)
  assert.match(stdout, /kept checkpoint \(entries 300\)/)
})

test("a folder rolled back from a copy is found by a checkpoint that was kept elsewhere, also after it wrote on", async () => {
  const folder = join(tempFolder(), "d")
  const collection = await run(["collection", "add", "Restored", "--data", folder])
  const token = await run(["token", "add", "t", "--data", folder, "--grant", `${collection}:rw`])
  const written = async (at: string, count: number) => {
    const node = await startNode({ data: at })
    const client = taxii(() => node.url, `Bearer ${token}`)
    await client.put(collection, ...many(count))
    const checkpoint = await keptCheckpoint(client, collection)
    await node.stop()
    return checkpoint
  }
  const early = await written(folder, 20)
  const copy = join(tempFolder(), "d")
  cpSync(folder, copy, { recursive: true })
  const late = await written(folder, 5)
  assert.deepEqual((await verifyAgainst(late, collection, folder)).codes, [])
  assert.deepEqual((await verifyAgainst(early, collection, copy)).codes, [])
  const { status, codes } = await verifyAgainst(late, collection, copy)
  assert.deepEqual([status, codes], [1, ["checkpoint-newer"]])
  const told = await toldAgainst(late, collection, copy)
  assert.equal(told.status, 1)
  assert.match(told.stdout, /rolled back/)
  await written(copy, 30)
  assert.deepEqual((await verifyAgainst(early, collection, copy)).codes, [])
  const after = await verifyAgainst(late, collection, copy)
  assert.deepEqual([after.status, after.codes], [1, ["checkpoint-inconsistent"]])
  assert.equal(after.report.continues, undefined)
})

test("a checkpoint of another log, of another node or with another's signature is refused", async () => {
  const [collection, other] = [scene.collection(), scene.collection()]
  await tester.put(collection, indicator())
  const own = await keptCheckpoint(tester, collection)
  const foreign = join(tempFolder(), "d")
  const theirs = await run(["collection", "add", "Theirs", "--data", foreign])
  const folder = join(tempFolder(), "export")
  await run(["log", "export", folder, "--data", foreign, "--collection", theirs])
  const byOtherNode = readFileSync(join(folder, "checkpoint"), "utf8")
  const end = own.indexOf("\n\n") + 2
  const otherSigned = own.slice(0, end) + byOtherNode.slice(byOtherNode.indexOf("\n\n") + 2)
  const cases: [note: string, code: string][] = [
    [await keptCheckpoint(tester, other), "checkpoint-of-another-log"],
    [byOtherNode, "checkpoint-of-another-log"],
    [otherSigned, "checkpoint-not-signed"],
    [own.replace("\n1\n", "\n2\n"), "checkpoint-not-signed"],
  ]
  for (const [note, code] of cases) {
    const { status, codes } = await verifyAgainst(note, collection)
    assert.deepEqual([status, codes], [1, [code]], note)
  }
  assert.equal((await verifyAgainst(own, collection)).status, 0)
})

test("a checkpoint's file is read where the command was typed; what is no checkpoint, or of no log, is not understood", async () => {
  const collection = await run(["collection", "add", "Typed", "--data", data()])
  const folder = join(tempFolder(), "export")
  await run(["log", "export", folder, "--data", data(), "--collection", collection])
  const ask = (cwd: string, ...args: string[]) => {
    const command = join(import.meta.dirname, "../bin/comity.js")
    const env = { PATH: process.env.PATH, LC_ALL: "C" }
    return spawnSync(process.execPath, [command, "log", "verify", "--data", data(), ...args], { cwd, env }).status
  }
  const one = ["--collection", collection]
  assert.equal(ask(folder, ...one, "--checkpoint", "checkpoint"), 0)
  assert.equal(ask(tempFolder(), ...one, "--checkpoint", "checkpoint"), 1)
  assert.equal(ask(folder, ...one, "--checkpoint", "about.json"), 2)
  assert.equal(ask(folder, ...one, "--checkpoint", "."), 2)
  assert.equal(ask(folder, "--checkpoint", "checkpoint"), 2)
  assert.equal(ask(folder, ...one, "--checkpoint", fileWith("x".repeat(1024 * 1024 + 1))), 1)
})

import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { tempFolder } from "../../test/support/temp.ts"
import { keyFiles } from "./key-files.ts"
import { openWithPassphrase } from "./seal.ts"
import { importPrivate, newKeyPair } from "./signing.ts"

const NAMES = ["current", "next", "recovery"] as const
const PASSPHRASE = "correct horse battery staple"

function filled() {
  const folder = tempFolder()
  const files = keyFiles(folder)
  const pairs = NAMES.map((name) => {
    const pair = newKeyPair()
    files.save(name, pair)
    return pair
  })
  return { folder, files, pairs }
}

test("a key is read back as it was saved, from a file for its owner's eyes only", () => {
  const folder = tempFolder()
  const files = keyFiles(folder)
  for (const name of NAMES) {
    assert.equal(files.has(name), false)
    const pair = newKeyPair()
    files.save(name, pair)
    assert.equal(files.has(name), true)
    assert.deepEqual(files.load(name).publicKey, pair.publicKey)
    assert.deepEqual(keyFiles(folder).load(name).publicKey, pair.publicKey)
  }
  files.secret()
  const names = readdirSync(folder).sort()
  assert.deepEqual(names, ["current.pem", "next.pem", "recovery.pem", "secret"])
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
})

test("what a crash left half written beside a key is not taken for it", () => {
  const { folder, files, pairs } = filled()
  writeFileSync(join(folder, "current.pem.new"), "-----BEGIN PRIV")
  assert.deepEqual(files.load("current").publicKey, pairs[0]?.publicKey)
  files.save("current", newKeyPair())
  assert.equal(existsSync(join(folder, "current.pem.new")), false)
})

test("a file that holds no key is refused, a missing one an error of the folder", () => {
  const { folder, files } = filled()
  writeFileSync(join(folder, "next.pem"), "")
  assert.throws(() => files.load("next"), { code: "key.malformed" })
  rmSync(join(folder, "next.pem"))
  assert.throws(() => files.load("next"), { code: "ENOENT" })
})

test("the node's secret is made once, has 32 bytes and differs from node to node", () => {
  const { folder, files } = filled()
  const secret = files.secret()
  assert.equal(secret.length, 32)
  assert.deepEqual(files.secret(), secret)
  assert.deepEqual(keyFiles(folder).secret(), secret)
  assert.notDeepEqual(filled().files.secret(), secret)
})

test("sealing leaves one file that the passphrase opens, and no open next or recovery key", async () => {
  const { folder, files, pairs } = filled()
  assert.equal(files.sealed(), false)
  const path = await files.seal(PASSPHRASE)
  assert.equal(files.sealed(), true)
  assert.deepEqual(readdirSync(folder).sort(), ["current.pem", "offline-keys.age"])
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const file = readFileSync(path, "utf8")
  assert.doesNotMatch(file, /PRIVATE KEY/)
  const kept = JSON.parse((await openWithPassphrase(file, PASSPHRASE)).toString()) as Record<string, string>
  assert.deepEqual(
    ["next", "recovery"].map((name) => importPrivate(kept[name] ?? "").publicKey),
    pairs.slice(1).map(({ publicKey }) => publicKey),
  )
  assert.deepEqual(files.load("current").publicKey, pairs[0]?.publicKey)
})

test("without both keys, or with an empty passphrase, nothing is sealed and nothing removed", async () => {
  const { folder, files } = filled()
  await assert.rejects(files.seal(""), { code: "key.passphrase-empty" })
  rmSync(join(folder, "recovery.pem"))
  await assert.rejects(files.seal(PASSPHRASE), { code: "ENOENT" })
  assert.deepEqual(readdirSync(folder).sort(), ["current.pem", "next.pem"])
})

test("of two who seal at the same time one is told that it was too late, and the other's passphrase opens", async () => {
  const { folder } = filled()
  const files = keyFiles(folder, 10)
  const passphrases = [`${PASSPHRASE} one`, `${PASSPHRASE} two`]
  const outcomes = await Promise.allSettled(passphrases.map((passphrase) => files.seal(passphrase)))
  const won = outcomes.findIndex(({ status }) => status === "fulfilled")
  const late = outcomes.filter(({ status }) => status === "rejected") as PromiseRejectedResult[]
  assert.deepEqual(
    late.map(({ reason }) => (reason as { code: string }).code),
    ["key.already-sealed"],
  )
  const file = readFileSync(join(folder, "offline-keys.age"), "utf8")
  assert.match((await openWithPassphrase(file, passphrases[won] ?? "")).toString(), /PRIVATE KEY/)
})

test("the sealed file is handed out until it was moved, and open keys never are", async () => {
  const { folder, files } = filled()
  assert.equal(files.sealedFile(), null)
  const path = await files.seal(PASSPHRASE)
  assert.deepEqual(files.sealedFile(), { path, bytes: readFileSync(path) })
  files.save("next", newKeyPair())
  assert.equal(files.sealedFile(), null, "while a key lies open, the file is not the whole")
  files.removeSealedFile()
  assert.ok(existsSync(path))
  rmSync(join(folder, "next.pem"))
  files.removeSealedFile()
  assert.equal(files.sealedFile(), null)
  assert.ok(!existsSync(path))
})

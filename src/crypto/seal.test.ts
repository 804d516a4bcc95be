import assert from "node:assert/strict"
import { test } from "node:test"
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption"
import { openWithPassphrase, sealWithPassphrase } from "./seal.ts"

/** scrypt with N = 2^10: a test must not take a second a file. */
const FAST = 10
const wrong = { kind: "refused", code: "key.passphrase-wrong" }
const malformed = { kind: "invalid", code: "key.file-malformed" }

const content = Buffer.from([0, 1, 2, 255, ...Buffer.from("鍵")])
const file = await sealWithPassphrase(content, "opensesame", FAST)

test("a sealed file opens with its passphrase, byte for byte", async () => {
  assert.deepEqual(await openWithPassphrase(file, "opensesame"), content)
  assert.deepEqual(await openWithPassphrase(await sealWithPassphrase("", "p", FAST), "p"), Buffer.alloc(0))
})

test("a sealed file is an armored age file that shows nothing of its content and never comes twice", async () => {
  assert.match(file, /^-----BEGIN AGE ENCRYPTED FILE-----\n[A-Za-z0-9+/=\n]+-----END AGE ENCRYPTED FILE-----\n$/)
  assert.match(Buffer.from(armor.decode(file)).toString("latin1"), /^age-encryption\.org\/v1\n-> scrypt \S{22} 10\n/)
  assert.equal(Buffer.from(armor.decode(file)).includes(content), false)
  assert.notEqual(await sealWithPassphrase(content, "opensesame", FAST), file)
})

test("another passphrase is refused as a wrong passphrase", async () => {
  for (const passphrase of ["opensesam", "opensesame ", "OPENSESAME", ""]) {
    await assert.rejects(openWithPassphrase(file, passphrase), wrong)
  }
})

test("both Unicode spellings of a passphrase open the file", async () => {
  const sealed = await sealWithPassphrase(content, "schlu\u0308ssel", FAST)
  assert.deepEqual(await openWithPassphrase(sealed, "schl\u00fcssel"), content)
})

test("a file that was changed, cut or is none is malformed, never half opened", async () => {
  const raw = Buffer.from(armor.decode(file))
  const changedAt = (at: number) => {
    const copy = Buffer.from(raw)
    copy[copy.length - at] = (copy[copy.length - at] ?? 0) ^ 1
    return armor.encode(copy)
  }
  const bad = [changedAt(1), changedAt(12), armor.encode(raw.subarray(0, -3)), file.slice(0, 90), "", "hello"]
  for (const text of bad) await assert.rejects(openWithPassphrase(text, "opensesame"), malformed)
})

test("a file for somebody's key is not one that a passphrase opens", async () => {
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()))
  const other = armor.encode(await encrypter.encrypt("x"))
  await assert.rejects(openWithPassphrase(other, "opensesame"), malformed)
})

test("an empty passphrase seals nothing", async () => {
  await assert.rejects(sealWithPassphrase(content, "", FAST), { kind: "invalid", code: "key.passphrase-empty" })
})

test("the thread that asks for a seal does not do the work: the node goes on answering", async () => {
  const here = process.threadCpuUsage()
  const whole = process.cpuUsage()
  const sealed = await sealWithPassphrase(content, "opensesame", 16)
  assert.deepEqual(await openWithPassphrase(sealed, "opensesame"), content)
  const own = process.threadCpuUsage(here).user
  const all = process.cpuUsage(whole).user
  assert.ok(all > 4 * own, `${own} of ${all} microseconds were spent in the thread that asked`)
})

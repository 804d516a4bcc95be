import assert from "node:assert/strict"
import { argon2Sync } from "node:crypto"
import { test } from "node:test"
import { ComityError } from "../kernel/errors.ts"
import { decoyHash, hashPassword, verifyPassword } from "./password.ts"
import { turnstile } from "./turnstile.ts"

const hash = await hashPassword("correct horse")

test("a password verifies against its own hash and no other does", async () => {
  assert.equal(await verifyPassword("correct horse", hash), true)
  for (const wrong of ["correct hors", "correct horse ", "Correct horse", "", "x".repeat(2000)]) {
    assert.equal(await verifyPassword(wrong, hash), false)
  }
})

test("a hash says how it was made, with the strength that OWASP asks for, and never comes twice", async () => {
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(await hashPassword("correct horse"), hash)
})

test("a hash made elsewhere with other parameters verifies", async () => {
  const nonce = Buffer.alloc(16, 5)
  const tag = argon2Sync("argon2id", {
    message: Buffer.from("elsewhere"),
    nonce,
    memory: 64,
    passes: 3,
    parallelism: 2,
    tagLength: 24,
  })
  const encode = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "")
  const phc = `$argon2id$v=19$m=64,t=3,p=2$${encode(nonce)}$${encode(tag)}`
  assert.equal(await verifyPassword("elsewhere", phc), true)
  assert.equal(await verifyPassword("elsewhere!", phc), false)
})

test("both Unicode spellings of a password are one password", async () => {
  assert.equal(await verifyPassword("pa\u0308sswort", await hashPassword("p\u00e4sswort")), true)
})

test("a password has 1 to 1024 bytes and is sound Unicode", async () => {
  for (const password of ["", "x".repeat(1025), "ä".repeat(513), "\ud800"]) {
    await assert.rejects(hashPassword(password), { kind: "invalid", code: "password.length" })
  }
  assert.equal(await verifyPassword("ä".repeat(512), await hashPassword("ä".repeat(512))), true)
})

test("another algorithm, absurd work or a malformed hash never verifies", async () => {
  const [salt, tag] = hash.split("$").slice(4) as [string, string]
  const good = (cost: string) => `$argon2id$v=19$${cost}$${salt}$${tag}`
  const bad = [
    "",
    hash.replace("argon2id", "argon2i"),
    hash.replace("argon2id", "argon2d"),
    hash.replace("v=19", "v=16"),
    good("m=65537,t=2,p=1"),
    good("m=19456,t=11,p=1"),
    good("m=19456,t=2,p=5"),
    good("m=999999999,t=2,p=1"),
    good("m=7,t=2,p=1"),
    good("m=19456,t=0,p=1"),
    good("m=19456,t=2,p=0"),
    `$argon2id$v=19$m=19456,t=2,p=1$AAAA$${tag}`,
    `$argon2id$v=19$m=19456,t=2,p=1$${salt}$AAAA`,
    "$2b$12$abcdefghijklmnopqrstuv",
    `${hash}\n`,
  ]
  for (const phc of bad) assert.equal(await verifyPassword("correct horse", phc), false, phc)
})

test("the hash for names that nobody has asks for the same work as a real one and fits no password", async () => {
  const cost = (phc: string) => phc.split("$").slice(1, 4).join("$")
  assert.equal(cost(decoyHash), cost(hash))
  assert.equal(decoyHash.length, hash.length)
  assert.equal(await verifyPassword("correct horse", decoyHash), false)
})

test("no more derivations run at once than the turnstile lets through, and a long line is turned away", async () => {
  const enter = turnstile(2, 3, "password.too-many")
  const open: (() => void)[] = []
  let running = 0
  let most = 0
  const task = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((resolve) => open.push(resolve))
    running -= 1
  }
  const accepted = Array.from({ length: 5 }, () => enter(task))
  await assert.rejects(enter(task), (error) => error instanceof ComityError && error.kind === "slow-down")
  let done = 0
  for (const run of accepted) run.then(() => (done += 1))
  while (done < 5) {
    open.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(most, 2)
  assert.equal(running, 0)
  const failing = Array.from({ length: 3 }, () => enter(() => Promise.reject(new Error("no"))))
  for (const run of failing) await assert.rejects(run, { message: "no" })
  assert.equal(await enter(async () => "free again"), "free again")
})

test("many at once are all answered rightly", async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => verifyPassword(i % 3 === 0 ? "correct horse" : `wrong ${i}`, hash)),
  )
  assert.deepEqual(
    answers,
    answers.map((_, i) => i % 3 === 0),
  )
})

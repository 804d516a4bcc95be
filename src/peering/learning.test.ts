import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { type KeyPair, newKeyPair, signerOf } from "../crypto/index.ts"
import { canonicalize } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import { keyStateOf, ownStatements, signStatement } from "../ledger/index.ts"
import { loadPeer, readStatements } from "../parties/index.ts"
import { bodyOf, say } from "./index.ts"

let federation: Federation
let fi: Member
let jp: Member
/** What Finland's node says when it is asked for its keys; null = what it says by itself. */
let chain: Buffer[] | null
let askedForKeys: number

beforeEach(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  chain = null
  askedForKeys = 0
  federation.wire = async ({ url }, pass) => {
    if (url !== `${fi.endpoint}/peer/v1/keys`) return pass()
    askedForKeys += 1
    if (chain === null) return pass()
    const body = bodyOf({ v: 1, statements: chain.map((one) => one.toString("base64")) })
    return { status: 200, rawHeaders: [], body }
  }
})
afterEach(() => federation.close())

const next = () => fi.files.load("next")
/** Finland asks Japan, signing with this key. */
const ask = async (key: KeyPair) => {
  const parts = { ...fi.parts, store: fi.store, self: { ...fi.parts.self, signer: signerOf(key) } }
  return say(parts, await loadPeer(fi.store, jp.party), "feeds", { body: bodyOf({ v: 1 }) })
}
const statement = (of: Buffer[], saying: Parameters<typeof signStatement>[1], key: KeyPair) =>
  Buffer.from(canonicalize(signStatement(keyStateOf(of), saying, signerOf(key))))
const rotation = (to: KeyPair, then: KeyPair) =>
  ({ type: "rotate", current: to.publicKey, next: sha256(then.publicKey), sizes: [] }) as const

test("a partner that rotated its key is believed by its key log, without anybody doing anything", async () => {
  const incept = await ownStatements(fi.store)
  chain = [...incept, statement(incept, rotation(next(), newKeyPair()), next())]
  assert.equal((await ask(next())).status, 200)
  assert.equal((await readStatements(jp.store, jp.peer(fi))).length, 2)
  await assert.rejects(ask(fi.files.load("current")), { code: "peer.answer-unsigned" }, "the former key counts no more")
})

test("a thief's key is not believed, and the partner is not asked for keys without end", async () => {
  const thief = newKeyPair()
  const incept = await ownStatements(fi.store)
  for (const forged of [
    null,
    [...incept, statement(incept, rotation(thief, newKeyPair()), thief)],
    [Buffer.from("x")],
  ]) {
    chain = forged
    await assert.rejects(ask(thief), { code: "peer.answer-unsigned" })
    federation.clock.forward(61_000_000)
  }
  const before = askedForKeys
  for (let i = 0; i < 5; i++) await assert.rejects(ask(thief), { code: "peer.answer-unsigned" })
  assert.ok(askedForKeys - before <= 1)
  assert.equal((await readStatements(jp.store, jp.peer(fi))).length, 1)
})

test("two chains that both hold are kept as what they are", async () => {
  const incept = await ownStatements(fi.store)
  const [one, other] = [newKeyPair(), newKeyPair()].map((then) => statement(incept, rotation(next(), then), next()))
  chain = [...incept, one as Buffer]
  await ask(next())
  federation.clock.forward(61_000_000)
  chain = [...incept, other as Buffer]
  await assert.rejects(ask(newKeyPair()), { code: "peer.answer-unsigned" })
  const [row] = jp.meddle("select cast(body as text) as body from journal_entry where header like '%peer.keys-forked%'")
  assert.deepEqual(JSON.parse(String(row?.body)), { party: fi.party, here: `${one}`, there: `${other}` })
})

test("after a revocation nothing is believed until the recovery key brought another", async () => {
  const incept = await ownStatements(fi.store)
  const rescue = fi.files.load("recovery")
  chain = [...incept, statement(incept, { type: "revoke", sizes: [] }, rescue)]
  await assert.rejects(ask(newKeyPair()), { code: "peer.answer-unsigned" })
  assert.equal(keyStateOf(await readStatements(jp.store, jp.peer(fi))).current, null)
  await assert.rejects(ask(fi.files.load("current")), { code: "peer.answer-unsigned" })
  federation.clock.forward(61_000_000)
  const fresh = newKeyPair()
  const keys = { current: fresh.publicKey, next: sha256(newKeyPair().publicKey), recovery: newKeyPair().publicKey }
  chain = [...chain, statement(chain, { type: "recover", ...keys, sizes: [] }, rescue)]
  assert.equal((await ask(fresh)).status, 200)
})

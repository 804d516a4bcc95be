import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { newKeyPair, signerOf } from "../crypto/index.ts"
import { loadPeer, movePeer } from "../parties/index.ts"
import { bodyOf, type Incoming, type Outgoing, say, sweepNonces } from "./index.ts"

let federation: Federation
let fi: Member
let jp: Member
/** What went over the wire, each with its answer. */
let wire: [Outgoing, Incoming][]
/** Sends what was sent once more. */
let again: (request: Outgoing) => Promise<Incoming>

beforeEach(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  wire = []
  federation.wire = async (request, pass) => {
    const answer = await pass()
    wire.push([request, answer])
    return answer
  }
  again = (request) => jp.parts.send(request)
})
afterEach(() => federation.close())

const ask = async (verb = "feeds", body = bodyOf({ v: 1 })) =>
  say(jp.parts, await loadPeer(jp.store, fi.party), verb, { body })
const codeOf = ({ body }: Incoming) => (JSON.parse(body.toString()) as { error_code: string }).error_code

test("a message is answered once, also after a restart, and not at all when it is old", async () => {
  await ask()
  const [request] = wire[0] as [Outgoing, Incoming]
  assert.equal(codeOf(await again(request)), "peer.replayed")
  await fi.reopen()
  assert.equal(codeOf(await again(request)), "peer.replayed")
  federation.clock.forward(181_000_000)
  assert.equal(codeOf(await again(request)), "peer.signature-time")
})

test("clocks may be two minutes apart, not more", async () => {
  const signedAt = async (seconds: number) => {
    const clock = {
      now: () => (federation.clock.now() + seconds * 1_000_000) as ReturnType<typeof federation.clock.now>,
    }
    return say({ ...jp.parts, clock }, await loadPeer(jp.store, fi.party), "feeds", { body: bodyOf({ v: 1 }) })
  }
  await signedAt(119)
  await signedAt(-119)
  await assert.rejects(signedAt(121), { code: "peer.answer-unsigned" })
  await assert.rejects(signedAt(-181), { code: "peer.answer-unsigned" })
})

test("only a partner that is active is answered, and a refusal is signed", async () => {
  await fi.store.write(async (tx) => movePeer(tx, await loadPeer(tx, jp.party), "suspended"))
  await assert.rejects(ask(), {
    code: "peer.refused",
    kind: "refused",
    details: { status: 403, code: "peer.not-active" },
  })
})

test("who is no partner, or signs with another key, learns nothing", async () => {
  const party = "identity--00000000-0000-4000-8000-000000000000" as Member["party"]
  const stranger = { ...jp.parts, self: { ...jp.parts.self, party: async () => party } }
  await assert.rejects(say(stranger, await loadPeer(jp.store, fi.party), "feeds", { body: "{}" }), {
    code: "peer.answer-unsigned",
  })
  const thief = { ...jp.parts, self: { ...jp.parts.self, signer: signerOf(newKeyPair()) } }
  await assert.rejects(say(thief, await loadPeer(jp.store, fi.party), "feeds", { body: "{}" }), {
    code: "peer.answer-unsigned",
  })
  const answers = wire.filter(([{ url }]) => url.endsWith("/feeds")).map(([, { status, body }]) => [status, body])
  const said = answers.map(([status, body]) => [status, { ...JSON.parse(String(body)), error_id: "" }])
  assert.deepEqual(said[0], said[1], "whether the name is that of a partner does not show")
  assert.equal(codeOf((wire[0] as [Outgoing, Incoming])[1]), "peer.signature-wrong")
})

test("who asks in the name of somebody too often is slowed down, be that a partner or not", async () => {
  const party = "identity--00000000-0000-4000-8000-000000000000" as Member["party"]
  for (const from of [party, jp.party]) {
    const signer = signerOf(newKeyPair())
    const parts = { ...jp.parts, self: { ...jp.parts.self, signer, party: async () => from } }
    for (let i = 0; i < 31; i++) {
      await say(parts, await loadPeer(jp.store, fi.party), "feeds", { body: "{}" }).catch(() => {})
    }
    assert.equal(
      codeOf((wire.findLast(([{ url }]) => url.endsWith("/feeds")) as [Outgoing, Incoming])[1]),
      "peer.quota",
    )
  }
})

test("an answer by anybody else than the partner is not believed", async () => {
  federation.wire = async (_, pass) => {
    const answer = await pass()
    return { ...answer, body: Buffer.concat([answer.body, Buffer.from(" ")]) }
  }
  await assert.rejects(ask(), { code: "peer.signature-digest" })
  const [first] = [
    await (async () => {
      federation.wire = (_, pass) => pass()
      return ask()
    })(),
  ]
  assert.equal(first.status, 200)
})

test("a body that is not what the verb wants is refused, with what it says unread", async () => {
  for (const body of [
    "",
    "{",
    "[]",
    '{"v":1,"more":true}',
    '{"collection":"x","from":-1,"old":0}',
    '{"__proto__":{}}',
  ]) {
    await assert.rejects(ask("pull", Buffer.from(body)), { code: "peer.refused" }, body)
  }
  await assert.rejects(ask("nothing"), { kind: "unavailable" })
})

test("a partner that asks without end is slowed down, and the quota of others is not touched", async () => {
  let slowed = 0
  for (let i = 0; i < 260; i++) {
    await ask().catch((error: { kind: string; details: { code: string } }) => {
      assert.deepEqual([error.kind, error.details.code], ["slow-down", "peer.quota"])
      slowed += 1
    })
  }
  assert.ok(slowed > 0)
  await say(fi.parts, await loadPeer(fi.store, jp.party), "feeds", { body: bodyOf({ v: 1 }) })
  federation.clock.forward(10_000_000)
  await ask()
})

test("a partner that says without end what stays in the ledger is slowed down, however slowly it goes about it", async () => {
  let slowed = 0
  for (let i = 0; i < 300; i++) {
    federation.clock.forward(100_000)
    const state = i % 2 === 0 ? "suspended" : "active"
    const body = bodyOf({ v: 1, state, at: federation.clock.now() })
    await ask("status", body).catch((error: { kind: string }) => {
      assert.equal(error.kind, "slow-down")
      slowed += 1
    })
  }
  assert.equal(slowed, 300 - 200 - 29)
  await ask() // what only reads goes on
})

test("made-up names do not multiply what one address may ask", async () => {
  let slowed = 0
  for (let i = 0; i < 310; i++) {
    const party = async () => `identity--00000000-0000-4000-8000-${String(i).padStart(12, "0")}` as Member["party"]
    const parts = { ...jp.parts, self: { ...jp.parts.self, party } }
    await say(parts, await loadPeer(jp.store, fi.party), "feeds", { body: "{}" }).catch(() => {})
    const [, answer] = wire.findLast(([{ url }]) => url.endsWith("/feeds")) as [Outgoing, Incoming]
    if (answer.status === 429) slowed += 1
  }
  assert.equal(slowed, 10)
})

test("a nonce is forgotten only when its message has run out anyway", async () => {
  await ask()
  const row = await fi.store.get<{ expires: number }>(sql`select expires_at as expires from peer_nonce`)
  assert.ok(Number(row?.expires) >= federation.clock.now() + (60 + 120) * 1_000_000)
})

test("nonces do not pile up: those that have run out long ago are forgotten", async () => {
  const count = async () => Number((await fi.store.get<{ n: number }>(sql`select count(1) as n from peer_nonce`))?.n)
  for (let i = 0; i < 5; i++) await ask()
  await sweepNonces(fi.store, federation.clock.now())
  assert.equal(await count(), 5)
  federation.clock.forward(2 * 3_600_000_000)
  await ask()
  await sweepNonces(fi.store, federation.clock.now())
  assert.equal(await count(), 1)
})

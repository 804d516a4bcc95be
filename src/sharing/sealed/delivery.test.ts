import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import type { Member } from "../../../test/support/federation.ts"
import {
  deskOf,
  draft,
  QUOTA,
  quiet,
  type SealedFederation,
  sealedFederation,
} from "../../../test/support/sealed-federation.ts"
import { opened, whole } from "../../../test/support/sealing.ts"
import { commitmentOf } from "../../accounts/index.ts"
import { addNewcomer } from "../../accounts/people.ts"
import { newKeyPair, newSealKey, signerOf } from "../../crypto/index.ts"
import { canonicalize } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { findOwnLog, keyStateOf, ownStatements, readJournal, signStatement } from "../../ledger/index.ts"
import { insertStatement, loadPeer, movePeer } from "../../parties/index.ts"
import { round } from "../../peering/index.ts"
import { addRefusal } from "../../policy/index.ts"
import { publishKey, registerKey, retireKey } from "./keys.ts"
import { openOffer, openReceipt, signOffer } from "./message.ts"
import { PART_BYTES } from "./model.ts"
import type { Looker } from "./queries.ts"
import { ciphertextOf, listReceived, listSent, loadSealed, OPERATOR, removeCiphertext, sweepSealed } from "./reading.ts"
import { DRAFT_LASTS, discardDraft, sendDraft } from "./sending.ts"
import { sealedCouriers } from "./verbs.ts"

async function pair(t: TestContext): Promise<[SealedFederation, Member, Member]> {
  const federation = await sealedFederation(["fi", "jp"])
  t.after(() => federation.close())
  const [fi, jp] = federation.members as [Member, Member]
  return [federation, fi, jp]
}

const received = async ({ store }: Member) => (await listReceived(store, OPERATOR, Number.MAX_SAFE_INTEGER, 100)).rows
const sent = async ({ store }: Member) => (await listSent(store, Number.MAX_SAFE_INTEGER, 100)).rows
const only = <Row>(rows: readonly Row[]): Row => {
  assert.equal(rows.length, 1)
  return rows[0] as Row
}

type Happening = { what: string; facts: Record<string, unknown> }

/** What the ledger says of sealed files, the oldest first. */
async function ledger({ store }: Member): Promise<Happening[]> {
  const log = (await findOwnLog(store, "ledger")) as number
  const rows = await readJournal(store, log, { from: 1e9, lowest: 0, whats: null, most: 1000 })
  const told = rows.map(({ header, body }) => ({
    what: String(JSON.parse(header).what),
    facts: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>,
  }))
  return told.filter(({ what }) => what.startsWith("sealed.")).toReversed()
}

/** Rounds until nothing waits any more. */
async function rounds(from: Member, to: Member, most = 20): Promise<void> {
  for (let round = 0; round < most; round++) await from.round(to)
}

test("a file goes to a desk of a partner: sealed, signed, receipted, with one hash in both ledgers", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const content = Buffer.from("線索 clue ".repeat(200))
  const id = await draft(federation, [fi, jp], [desk.recipient], content)
  assert.equal((await received(jp)).length, 0, "a draft goes nowhere")
  await sendDraft(federation.sealing(fi), id, null)
  await fi.round(jp)
  const [there, here] = [only(await received(jp)), only(await sent(fi))]
  assert.deepEqual([here.state, there.state, here.tlp, there.tlp], ["delivered", "stored", "red", "red"])
  assert.equal(there.purpose, null, "why it was sent stays at home")
  const file = await whole(ciphertextOf(jp.store, there))
  assert.equal(sha256(file).toString("hex"), here.sha256)
  assert.equal(there.sha256, here.sha256)
  const { label, content: back } = await opened(file, [desk.identity])
  assert.ok(back.equals(content))
  const { from, to, tlp, name } = label
  assert.deepEqual(
    { from, to, tlp, name, id: label.id },
    { from: fi.party, to: jp.party, tlp: "red", name: "evidence.bin", id },
  )
  const { recipients } = await loadSealed(jp.store, there.id, OPERATOR)
  assert.deepEqual(
    recipients.map(({ name, recipient }) => [name, recipient]),
    [["Night desk", desk.recipient]],
  )
})

test("the statement of the sender and the receipt of the recipient hold by themselves", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const id = await draft(federation, [fi, jp], [desk.recipient], "At nine, by the usual way")
  await sendDraft(federation.sealing(fi), id, null)
  await fi.round(jp)
  const [there, here] = [only(await received(jp)), only(await sent(fi))]
  const offer = openOffer(there.note ?? "", fi.party, [fi.signer.publicKey])
  assert.deepEqual([offer.id, offer.tlp, offer.sha256, offer.to], [id, "red", here.sha256, jp.party])
  const receipt = openReceipt(here.receipt ?? "", jp.party, [jp.signer.publicKey])
  assert.deepEqual([receipt.result, receipt.sha256, receipt.id], ["stored", here.sha256, id])
  assert.throws(() => openOffer(there.note ?? "", fi.party, [jp.signer.publicKey]), { code: /^note\./ })
  assert.throws(() => openOffer(here.receipt ?? "", jp.party, [jp.signer.publicKey]), { code: "peer.body" })
  const [out, answered] = await ledger(fi)
  const [came] = await ledger(jp)
  assert.deepEqual([out?.what, answered?.what, came?.what], ["sealed.sent", "sealed.delivered", "sealed.received"])
  for (const one of [out, answered, came]) assert.equal(one?.facts.sha256, here.sha256)
  assert.deepEqual([out?.facts.purpose, came?.facts.purpose], ["Help with the case of the harbour", undefined])
  assert.equal(JSON.stringify(await ledger(fi)).includes("Night desk"), false, "the ledger names keys, not people")
})

test("a large file goes in parts, and what is lost on the way is said again", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const content = Buffer.alloc(3 * PART_BYTES, "evidence ")
  const id = await draft(federation, [fi, jp], [desk.recipient], content)
  await sendDraft(federation.sealing(fi), id, null)
  let messages = 0
  const honest = federation.wire
  federation.wire = async (request, pass) => {
    if (!request.url.endsWith("/sealed")) return pass()
    messages += 1
    const answer = await pass()
    if (messages % 3 === 0) throw new ComityError("unavailable", "peer.unreachable")
    return answer
  }
  for (let round = 0; round < 20; round++) {
    await fi.round(jp).catch(() => {})
    federation.clock.forward(3_600_000_000)
  }
  federation.wire = honest
  assert.ok(messages > 5)
  const there = only(await received(jp))
  assert.equal(only(await sent(fi)).state, "delivered")
  const file = await whole(ciphertextOf(jp.store, there))
  assert.ok((await opened(file, [desk.identity])).content.equals(content))
  assert.equal((await ledger(jp)).length, 1)
})

test("a partner that asks for the beginning again and again is not served for ever", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const id = await draft(federation, [fi, jp], [desk.recipient], Buffer.alloc(2 * PART_BYTES, 1))
  await sendDraft(federation.sealing(fi), id, null)
  for (let round = 0; round < 12; round++) {
    await fi.round(jp)
    jp.meddle("delete from sealed_part")
    jp.meddle("delete from sealed_recipient")
    jp.meddle("delete from sealed")
  }
  const here = only(await sent(fi))
  assert.deepEqual([here.state, here.reason], ["refused", "no-receipt"])
})

test("what is sealed to a key that nobody has any more is refused with a receipt, and both sides know why", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const id = await draft(federation, [fi, jp], [desk.recipient], "x")
  await retireKey(quiet(jp.store), desk.id, null)
  await assert.rejects(draft(federation, [fi, jp], [desk.recipient], "y"), { code: "sealed.not-theirs" })
  await sendDraft(federation.sealing(fi), id, null)
  await rounds(fi, jp, 2)
  const here = only(await sent(fi))
  assert.deepEqual([here.state, here.reason], ["refused", "recipient-unknown"])
  assert.equal(openReceipt(here.receipt ?? "", jp.party, [jp.signer.publicKey]).result, "refused")
  assert.equal((await received(jp)).length, 0)
  assert.deepEqual(
    (await ledger(jp)).map(({ what }) => what),
    ["sealed.not-taken"],
  )
})

test("nothing is sealed to strangers, to a partner that is not active, or to one on the refusal list", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const { recipient: stranger } = await newSealKey("x25519")
  await assert.rejects(draft(federation, [fi, jp], [stranger], "x"), { kind: "refused", code: "sealed.not-theirs" })
  await assert.rejects(draft(federation, [fi, jp], [], "x"), { code: "sealed.no-recipient" })
  const waiting = await draft(federation, [fi, jp], [desk.recipient], "x")
  await addRefusal(fi.store, { kind: "party", value: " JP ", source: "list of 2026", reason: null, since: null }, null)
  await assert.rejects(draft(federation, [fi, jp], [desk.recipient], "x"), { code: "audience.refused" })
  await assert.rejects(sendDraft(federation.sealing(fi), waiting, null), { code: "audience.refused" })
  fi.meddle("delete from refusal")
  await fi.store.write(async (tx) => void (await movePeer(tx, await loadPeer(tx, jp.party), "suspended")))
  await assert.rejects(sendDraft(federation.sealing(fi), waiting, null), { code: "audience.not-active" })
  assert.deepEqual(fi.meddle("select count(*) as n from sealed where state = 'sealing'"), [
    Object.assign(Object.create(null), { n: 0 }),
  ])
})

test("a draft is sent once, within a day, or not at all", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const parts = federation.sealing(fi)
  const [one, other, third] = [
    await draft(federation, [fi, jp], [desk.recipient], "x"),
    await draft(federation, [fi, jp], [desk.recipient], "x"),
    await draft(federation, [fi, jp], [desk.recipient], "x"),
  ]
  await sendDraft(parts, one, null)
  await assert.rejects(sendDraft(parts, one, null), { kind: "conflict", code: "sealed.not-draft" })
  await assert.rejects(discardDraft(fi.store, one), { code: "sealed.not-draft" })
  await discardDraft(fi.store, other)
  await assert.rejects(sendDraft(parts, other, null), { kind: "not-found" })
  federation.clock.forward(DRAFT_LASTS + 1)
  await assert.rejects(sendDraft(parts, third, null), { code: "sealed.too-old" })
  await sweepSealed(fi.store, federation.clock.now())
  assert.deepEqual(
    (await sent(fi)).map(({ id }) => id),
    [one],
  )
  assert.equal(fi.meddle("select key from sealed_part").length, 1)
})

/** What a hostile partner may put into the outbox of its node. */
async function hostile(
  [federation, fi, jp]: [SealedFederation, Member, Member],
  change: (body: Record<string, unknown>) => unknown,
): Promise<{ status: number; body: string }[]> {
  const desk = await deskOf(jp, `Desk ${federation.clock.now()}`)
  await sendDraft(federation.sealing(fi), await draft(federation, [fi, jp], [desk.recipient], "x"), null)
  const [row] = fi.meddle("select key, body from outbox where delivered_at is null")
  const body = change(JSON.parse(Buffer.from(row?.body as Uint8Array).toString()))
  fi.meddle("update outbox set body = ? where key = ?", Buffer.from(JSON.stringify(body)), row?.key as number)
  const answers: { status: number; body: string }[] = []
  federation.wire = async (_, pass) => {
    const answer = await pass()
    answers.push({ status: answer.status, body: answer.body.toString() })
    return answer
  }
  await fi.round(jp)
  fi.meddle("update outbox set delivered_at = 1")
  return answers
}

test("a part that was changed in any way is refused, and nothing of it is kept", async (t) => {
  const all = await pair(t)
  const [, fi, jp] = all
  const forged = (note: string) =>
    signOffer({ ...openOffer(note, fi.party, [fi.signer.publicKey]), to: fi.party }, fi.signer)
  const bytes = (body: Record<string, unknown>) => Buffer.from(String(body.bytes), "base64")
  const changes: ((body: Record<string, unknown>) => unknown)[] = [
    (body) => ({ ...body, more: 1 }),
    (body) => ({ ...body, v: 2 }),
    (body) => ({ ...body, part: -1 }),
    (body) => ({ ...body, bytes: `${body.bytes}====` }),
    (body) => ({ ...body, bytes: bytes(body).subarray(0, -1).toString("base64") }),
    (body) => ({ ...body, note: String(body.note).replace('"red"', '"clear"') }),
    (body) => ({ ...body, note: forged(String(body.note)) }),
    (body) => ({ ...body, note: "" }),
  ]
  for (const change of changes) {
    const [answer] = await hostile(all, change)
    assert.ok((answer?.status ?? 0) >= 400, answer?.body ?? "no answer")
  }
  assert.equal((await received(jp)).length, 0)
  assert.equal(jp.meddle("select key from sealed_part").length, 0)
})

test("bytes that are not what the sender signed for are refused with a receipt once they are whole", async (t) => {
  const all = await pair(t)
  const [, , jp] = all
  const flipped = (body: Record<string, unknown>) => {
    const bytes = Buffer.from(String(body.bytes), "base64")
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    return { ...body, bytes: bytes.toString("base64") }
  }
  const header = (body: Record<string, unknown>) => {
    const bytes = Buffer.from(String(body.bytes), "base64")
    bytes.write("Y", bytes.indexOf("X25519"))
    return { ...body, bytes: bytes.toString("base64") }
  }
  for (const [change, reason] of [
    [flipped, "digest"],
    [header, "malformed"],
  ] as const) {
    const [answer] = await hostile(all, change)
    const { receipt } = JSON.parse(answer?.body ?? "{}") as { receipt: string }
    const said = openReceipt(receipt, jp.party, [jp.signer.publicKey])
    assert.deepEqual([said.result, said.reason], ["refused", reason])
  }
  assert.equal((await received(jp)).length, 0)
  assert.equal(jp.meddle("select key from sealed_part").length, 0)
})

test("one partner's files take up no more than its share", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  const content = Buffer.alloc(QUOTA / 2 - 8192, 1)
  for (const _ of [1, 2, 3]) {
    await sendDraft(federation.sealing(fi), await draft(federation, [fi, jp], [desk.recipient], content), null)
    for (let round = 0; round < 10; round++) await fi.round(jp)
  }
  assert.deepEqual(
    (await received(jp)).map(({ state }) => state),
    ["stored"],
  )
  assert.equal((await sent(fi)).filter(({ state }) => state === "queued").length, 2, "they wait, and are said again")
  const there = only(await received(jp))
  await removeCiphertext(jp.store, there.id, OPERATOR, null)
  assert.throws(() => ciphertextOf(jp.store, { ...there, removedAt: federation.clock.now() }), {
    code: "sealed.removed",
  })
  federation.clock.forward(7 * 3_600_000_000)
  for (let round = 0; round < 12; round++) await fi.round(jp)
  assert.deepEqual(
    (await received(jp)).map(({ state, removedAt }) => [state, removedAt !== null]),
    [
      ["stored", false],
      ["stored", true],
    ],
  )
})

test("only whom a file is for, desks and officers know of it", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const [desk, { recipient }] = [await deskOf(jp), await newSealKey("x25519")]
  const aiko = { name: "Aiko", role: "reader", administrator: false } as const
  const { salt, name } = await jp.store.write((tx) => addNewcomer(tx, aiko, null))
  const commitment = commitmentOf(salt, name)
  const key = await registerKey(jp.store, { kind: "person", name: "Aiko", recipient, owner: commitment }, commitment)
  await publishKey(quiet(jp.store), key.id, null)
  for (const to of [[desk.recipient], [key.recipient]]) {
    await sendDraft(federation.sealing(fi), await draft(federation, [fi, jp], to, "x"), null)
  }
  await rounds(fi, jp, 2)
  const seenBy = async (looker: Looker) => {
    const { rows } = await listReceived(jp.store, looker, Number.MAX_SAFE_INTEGER, 100)
    const names: string[] = []
    for (const { id } of rows)
      names.push(...(await loadSealed(jp.store, id, looker)).recipients.map(({ name }) => name))
    return names.toSorted()
  }
  assert.deepEqual(await seenBy({ commitment, officer: false, desk: false }), ["Aiko"])
  assert.deepEqual(await seenBy({ commitment: "other", officer: false, desk: true }), ["Night desk"])
  assert.deepEqual(await seenBy({ commitment: "other", officer: false, desk: false }), [])
  assert.deepEqual(await seenBy({ commitment: "other", officer: true, desk: true }), ["Aiko", "Night desk"])
  const [forAiko] = await received(jp)
  const hidden = loadSealed(jp.store, forAiko?.id ?? "", { commitment: "other", officer: false, desk: true })
  await assert.rejects(hidden, { kind: "not-found", code: "sealed.unknown" })
  const out = only((await sent(fi)).filter(({ id }) => id === forAiko?.remote))
  await assert.rejects(loadSealed(fi.store, out.id, { commitment, officer: false, desk: true }), { kind: "not-found" })
})

test("what waited since before a rotation of the sender's key is taken, by the key that signed it then", async (t) => {
  const [federation, fi, jp] = await pair(t)
  const desk = await deskOf(jp)
  await sendDraft(federation.sealing(fi), await draft(federation, [fi, jp], [desk.recipient], "x"), null)
  const next = fi.files.load("next")
  const chain = await ownStatements(fi.store)
  const says = { type: "rotate", current: next.publicKey, next: sha256(newKeyPair().publicKey), sizes: [] } as const
  const rotation = Buffer.from(canonicalize(signStatement(keyStateOf(chain), says, signerOf(next))))
  await jp.store.write((tx) => insertStatement(tx, jp.peer(fi), 1, rotation))
  const now = { ...fi.parts, store: fi.store, self: { ...fi.parts.self, signer: signerOf(next) } }
  await round(now, sealedCouriers, fi.peer(jp), false)
  const there = only(await received(jp))
  assert.equal(only(await sent(fi)).state, "delivered")
  assert.ok(openOffer(there.note ?? "", fi.party, [fi.signer.publicKey]))
})

import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { figures } from "../../../test/support/figures.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { DAY, formatInstant, plusMicroseconds } from "../../kernel/time.ts"
import { loadPeer } from "../../parties/index.ts"
import { leave, resume, suspend } from "../joining/operations.ts"
import { say } from "../line.ts"
import { loadExchange, switchCounts } from "./exchange.ts"
import { readStatement, toldOf } from "./message.ts"
import { type Report, SPANS } from "./model.ts"

let federation: Federation
let fi: Member
let jp: Member
/** What went over the wire to `counts`, by sender. */
let sent: { from: string; counts: unknown }[]

beforeEach(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  sent = []
  federation.wire = async ({ url, body }, pass) => {
    const from = url.includes("jp.example") ? "fi" : "jp"
    if (url.endsWith("/counts"))
      sent.push({ from, counts: (JSON.parse(body.toString()) as { counts: unknown }).counts })
    return pass()
  }
  fi.parts.count = async (party) => report(party, 120)
  jp.parts.count = async (party) => report(party, 80)
})
afterEach(() => federation.close())

function report(party: string, again: number): Report {
  return { party, at: federation.clock.now(), figures: SPANS.map((days) => ({ ...figures(again), days })) }
}

async function turn(node: Member, other: Member, on: boolean): Promise<void> {
  await switchCounts(node.store, await loadPeer(node.store, other.party), on, null)
}

const exchangeAt = async (node: Member, other: Member) =>
  loadExchange(node.store, await loadPeer(node.store, other.party))
const toldAt = async (node: Member, other: Member) => (await exchangeAt(node, other)).told

/** Both couriers go round until nothing waits. */
async function rounds(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    federation.clock.forward(1_000_000)
    await fi.round(jp)
    await jp.round(fi)
  }
}

async function both(): Promise<void> {
  await turn(fi, jp, true)
  await rounds()
  await turn(jp, fi, true)
  await rounds()
}

test("nobody is told a figure until both sides want it, and then each tells the other", async () => {
  await rounds()
  assert.deepEqual(sent, [])
  await turn(fi, jp, true)
  await rounds()
  assert.deepEqual(sent, [{ from: "fi", counts: null }])
  const { ours, theirs, told } = await exchangeAt(jp, fi)
  assert.deepEqual({ ours, theirs, told }, { ours: false, theirs: true, told: null })
  await turn(jp, fi, true)
  await rounds()
  assert.deepEqual(
    (await toldAt(fi, jp))?.counts,
    SPANS.map((days) => toldOf({ ...figures(80), days })),
  )
  assert.deepEqual((await toldAt(jp, fi))?.counts[3]?.seen, 100)
  assert.equal(jp.woken.length + fi.woken.length > 0, true)
})

for (const [who, other] of [
  ["fi", "jp"],
  ["jp", "fi"],
] as const) {
  test(`when ${who} switches off, both stop and what was told is deleted at both`, async () => {
    await both()
    const [off, stays] = who === "fi" ? [fi, jp] : [jp, fi]
    await turn(off, stays, false)
    assert.equal(await toldAt(off, stays), null)
    await rounds()
    assert.equal(await toldAt(stays, off), null, other)
    for (const node of [fi, jp]) {
      const kept = await node.store.all<{ counts: string | null }>(sql`select counts from counts_exchange`)
      assert.deepEqual(
        kept.map(({ counts }) => counts),
        [null],
      )
    }
    sent.length = 0
    federation.clock.forward(30 * DAY)
    await rounds()
    assert.deepEqual(sent, [])
  })
}

test("counts are told once a week at most, whatever the partner does with its switch", async () => {
  await both()
  const told = () => sent.filter(({ from, counts }) => from === "fi" && counts !== null).length
  assert.equal(told(), 1)
  for (let i = 0; i < 5; i++) {
    await turn(jp, fi, false)
    await rounds()
    await turn(jp, fi, true)
    await rounds()
  }
  assert.equal(told(), 1)
  federation.clock.forward(7 * DAY)
  await rounds()
  assert.equal(told(), 2)
})

test("a later statement counts, also where an earlier one comes after it, or the clock was set back", async () => {
  await both()
  const wire = federation.wire
  const late: (() => Promise<unknown>)[] = []
  federation.wire = async ({ url }, pass) => {
    if (!url.endsWith("/counts")) return pass()
    late.push(pass)
    throw new ComityError("unavailable", "peer.unreachable")
  }
  await turn(fi, jp, false)
  await fi.round(jp)
  federation.wire = wire
  federation.clock.forward(-5_000_000)
  await turn(fi, jp, true)
  await rounds()
  await late[0]?.()
  assert.equal((await exchangeAt(jp, fi)).theirs, true)
  assert.notEqual(await toldAt(jp, fi), null)
})

test("what was queued goes nowhere once the switch is off", async () => {
  await turn(fi, jp, true)
  await turn(fi, jp, false)
  await turn(fi, jp, true)
  await turn(fi, jp, false)
  const waiting = await fi.store.all<{ body: Uint8Array }>(sql`select body from outbox where kind = 'counts'`)
  assert.deepEqual(
    waiting.map(({ body }) => readStatement(body).on),
    [false],
  )
})

test("with the end of the relation nothing of it is left, and none begins without a relation", async () => {
  await both()
  await suspend(fi.parts, jp.party, null)
  assert.equal(await toldAt(fi, jp), null)
  await assert.rejects(
    turn(fi, jp, true)
      .then(() => turn(fi, jp, false))
      .then(() => turn(fi, jp, true)),
    {
      code: "peer.not-active",
    },
  )
  await resume(fi.parts, jp.party, null)
  await leave(fi.parts, jp.party, null)
  assert.deepEqual(await fi.store.all(sql`select counts from counts_exchange`), [])
  assert.deepEqual(await fi.store.all(sql`select key from outbox where kind = 'counts' and delivered_at is null`), [])
  await assert.rejects(turn(fi, jp, true), { kind: "conflict", code: "peer.not-active" })
})

test("the ledger holds who switched, that counts were told and taken, and no figure", async () => {
  await both()
  const entries = await fi.store.all<{ header: string; body: Uint8Array }>(
    sql`select header, body from journal_entry where header like '%"what":"counts.%'`,
  )
  const whats = entries.map(({ header }) => (JSON.parse(header) as { what: string }).what)
  assert.deepEqual(whats.toSorted(), ["counts.switched", "counts.taken", "counts.theirs", "counts.told"])
  const said = entries.map(({ body }) => Buffer.from(body).toString())
  assert.doesNotMatch(said.join(), /\b(240|500|120|100)\b/)
})

test("a partner can neither silence itself for ever nor tell who does not want it", async () => {
  await turn(fi, jp, true)
  const peer = await loadPeer(jp.store, fi.party)
  const tell = (at: number, on = true, counts: unknown = SPANS.map((days) => toldOf({ ...figures(80), days }))) => {
    const body = { v: 1, at: formatInstant(plusMicroseconds(federation.clock.now(), at)), on, counts }
    return say(jp.parts, peer, "counts", { body: canonicalize(body as Json) })
  }
  await assert.rejects(tell(2 * DAY), { kind: "invalid", code: "peer.refused" })
  await tell(0)
  assert.notEqual(await toldAt(fi, jp), null)
  await turn(fi, jp, false)
  await tell(1_000_000)
  const rows = await fi.store.all<{ counts: string | null }>(sql`select counts from counts_exchange`)
  assert.deepEqual(
    rows.map(({ counts }) => counts),
    [null],
  )
})

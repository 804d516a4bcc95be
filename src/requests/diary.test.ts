import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { preservation, READY } from "../../test/support/requests.ts"
import { DAY, type Instant, parseInstant, plusMicroseconds } from "../kernel/time.ts"
import {
  addEvent,
  closeRequest,
  diary,
  extendClock,
  loadEntry,
  noteRequest,
  overdueRequests,
  setClock,
} from "./diary.ts"
import { DRAFTS_MOST, deleteDraft, drafts, loadDraft, readyDraft, saveDraft, startDraft } from "./drafts.ts"
import { timed } from "./model.ts"

const node = await openInProcess()
after(() => node.close())
const { store, clock } = node
const start = clock.now()
const states = async (id: string) => timed(await loadEntry(store, id), clock.now()).map(({ state }) => state)
const when = () => ({ at: clock.now(), zone: "UTC" })

/** What the ledger says since the first entry, as text. */
const ledger = () =>
  node.meddle("select header, body from journal_entry order by seq").map((row) => {
    const text = (cell: unknown) => Buffer.from(cell as Uint8Array).toString("utf8")
    return `${text(row.header)} ${text(row.body)}`
  })

test("a request is kept with its clocks, and what came back with it", async () => {
  const id = await noteRequest(store, preservation(start), "somebody")
  await addEvent(store, id, { kind: "acknowledged", when: when(), text: "by telephone" }, null)
  await setClock(store, id, { kind: "deadline", start: plusMicroseconds(start, 5 * DAY), days: null }, null)
  const entry = await loadEntry(store, id)
  assert.deepEqual(
    entry.clocks.map(({ kind, days }) => [kind, days]),
    [
      ["preservation", 60],
      ["deadline", null],
    ],
  )
  assert.deepEqual(
    entry.events.map(({ kind, text }) => [kind, text]),
    [["acknowledged", "by telephone"]],
  )
  const { notedAt: _, ...request } = entry.request
  const { clocks: __, ...noted } = preservation(start)
  assert.deepEqual(request, { ...noted, id, account: "somebody", closedAt: null })
  await closeRequest(store, id, null)
})

test("an extension begins where the clock before ends, and is told as an event", async () => {
  const id = await noteRequest(store, preservation(start), null)
  clock.forward(61 * DAY)
  assert.deepEqual(await states(id), ["overdue"])
  await extendClock(store, id, { days: 60, start: null, text: "renewed by EE-77" }, null)
  assert.deepEqual(await states(id), ["met", "running"])
  const { clocks, events } = await loadEntry(store, id)
  assert.equal(clocks[1]?.start, plusMicroseconds(start, 60 * DAY))
  assert.deepEqual(
    events.map(({ kind, text }) => [kind, text]),
    [["extended", "renewed by EE-77"]],
  )
  await closeRequest(store, id, null)
  assert.deepEqual(await states(id), ["met", "met"])
  clock.set(start)
})

test("a closed request takes nothing more, and one that is not there nothing at all", async () => {
  const id = await noteRequest(store, preservation(start), null)
  await closeRequest(store, id, null)
  const acts = (of: string) => [
    addEvent(store, of, { kind: "note", when: when(), text: "x" }, null),
    extendClock(store, of, { days: 1, start: null, text: "" }, null),
    setClock(store, of, { kind: "reminder", start, days: null }, null),
    closeRequest(store, of, null),
  ]
  for (const act of acts(id)) await assert.rejects(act, { kind: "conflict", code: "request.closed" })
  for (const act of acts("request--0")) await assert.rejects(act, { kind: "not-found", code: "request.unknown" })
  assert.equal((await loadEntry(store, id)).events.length, 0)
})

test("nothing is noted before it happened", async () => {
  const later = plusMicroseconds(start, 1)
  await assert.rejects(noteRequest(store, preservation(later), null), { code: "request.not-sent-yet" })
  const id = await noteRequest(store, preservation(start), null)
  const event = { kind: "answered", when: { at: later, zone: "UTC" }, text: "" } as const
  await assert.rejects(addEvent(store, id, event, null), { code: "request.not-yet" })
  await closeRequest(store, id, null)
})

test("what is overdue is counted once a request, and the nearest date is that of an open one", async () => {
  assert.deepEqual(await overdueRequests(store, clock.now()), { count: 0, nearest: null })
  const early = plusMicroseconds(start, -70 * DAY)
  const late = await noteRequest(store, preservation(early), null)
  await setClock(store, late, { kind: "reminder", start: plusMicroseconds(early, 2 * DAY), days: null }, null)
  const young = await noteRequest(store, preservation(start), null)
  const nearest = { id: late, due: plusMicroseconds(early, 2 * DAY) }
  assert.deepEqual(await overdueRequests(store, clock.now()), { count: 1, nearest })
  const ids = async (state: Parameters<typeof diary>[1]) =>
    (await diary(store, state, clock.now())).map((one) => one.request.id)
  assert.deepEqual(await ids("open"), [late, young])
  assert.deepEqual(await ids("overdue"), [late])
  assert.equal((await ids("all")).length, (await ids("closed")).length + 2)
  await closeRequest(store, late, null)
  assert.equal((await overdueRequests(store, clock.now())).count, 0)
})

test("the ledger says what was done to which request, and nothing of the case", async () => {
  const said = ledger()
    .filter((line) => /request/.test(line))
    .join("\n")
  for (const what of ["noted", "event", "clock-set", "clock-extended", "closed"])
    assert.match(said, new RegExp(`request\\.${what}`))
  for (const secret of ["Lantern", "HC-2026", "telephone", "contact point", "EE-77", "bud-29", "Helsinki"]) {
    assert.ok(!said.includes(secret), secret)
  }
})

test("a draft keeps what was typed, faults and all, and nothing that no form has a place for", async () => {
  const id = await startDraft(store, "budapest-29", { date: "2026-01-01", other: "x" }, "somebody")
  const { changedAt, fields } = await loadDraft(store, id)
  assert.deepEqual(fields, { date: "2026-01-01" })
  clock.forward(1)
  const typed = { "items.0.value": " not an address ", facts: "a\nb", "items.99.value": "x", seen: "1" }
  await saveDraft(store, id, typed, changedAt)
  assert.deepEqual((await loadDraft(store, id)).fields, { "items.0.value": " not an address ", facts: "a\nb" })
  const stored = node.meddle("select fields from request_draft where id = ?", id)
  assert.deepEqual(stored[0]?.fields, '{"facts":"a\\nb","items.0.value":" not an address "}')
  await assert.rejects(saveDraft(store, id, {}, changedAt), { kind: "conflict", code: "request.draft-changed" })
  await deleteDraft(store, id, "somebody")
  await assert.rejects(loadDraft(store, id), { kind: "not-found", code: "request.no-draft" })
  const said = ledger().at(-1) ?? ""
  assert.match(said, /request-draft\.deleted.*budapest-29/)
  assert.doesNotMatch(said, /address/)
})

test("only a draft without faults counts as sent, with the hash of what it says", async () => {
  const id = await startDraft(store, "budapest-29", { ...READY, link: "" }, null)
  await assert.rejects(readyDraft(store, id, clock.now()), { kind: "conflict", code: "request.has-faults" })
  const whole = await startDraft(store, "budapest-29", { ...READY, "internal-note": "ours" }, null)
  const same = await startDraft(store, "budapest-29", { ...READY, "internal-note": "other" }, null)
  const other = await startDraft(store, "budapest-29", { ...READY, facts: "Other facts." }, null)
  const hash = async (draft: string) => (await readyDraft(store, draft, clock.now())).hash
  assert.match(await hash(whole), /^[0-9a-f]{64}$/)
  assert.equal(await hash(whole), await hash(same), "what stays at home is not hashed")
  assert.notEqual(await hash(whole), await hash(other))
})

test("of two who save at the same instant the second is told", async () => {
  const id = await startDraft(store, "mla", {}, null)
  const { changedAt } = await loadDraft(store, id)
  await saveDraft(store, id, { facts: "one" }, changedAt)
  await assert.rejects(saveDraft(store, id, { facts: "two" }, changedAt), { code: "request.draft-changed" })
})

test("drafts are so many and no more", async () => {
  const there = (await drafts(store)).length
  const more = Array.from({ length: DRAFTS_MOST - there }, () => startDraft(store, "mla", {}, null))
  await Promise.all(more)
  await assert.rejects(startDraft(store, "mla", {}, null), { kind: "refused", code: "request.too-many-drafts" })
})

test("a year that nobody can have meant is refused, and what is there stays readable", async () => {
  const [early, late] = [parseInstant("0026-11-20T10:00:00Z"), parseInstant("9999-12-31T00:00:00Z")] as [
    Instant,
    Instant,
  ]
  const year = { code: "request.year" }
  await assert.rejects(noteRequest(store, preservation(early), null), year)
  const id = await noteRequest(store, preservation(clock.now()), null)
  await assert.rejects(addEvent(store, id, { kind: "note", when: { at: early, zone: "UTC" }, text: "x" }, null), year)
  await assert.rejects(setClock(store, id, { kind: "deadline", start: late, days: null }, null), year)
  await assert.rejects(extendClock(store, id, { days: 1, start: { at: late, zone: "UTC" }, text: "" }, null), year)
  const extend = () => extendClock(store, id, { days: 3650, start: null, text: "" }, null)
  await assert.rejects(async () => {
    for (let i = 0; i < 30; i += 1) await extend() // each from the end of the one before
  }, year)
  assert.ok((await diary(store, "open", clock.now())).some(({ request }) => request.id === id))
  await closeRequest(store, id, null)
})

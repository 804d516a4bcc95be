import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { preservation } from "../../test/support/requests.ts"
import { DAY, type Instant, parseInstant, plusMicroseconds } from "../kernel/time.ts"
import {
  type ClockId,
  type ClockState,
  type DiaryEntry,
  dueOf,
  type EventKind,
  eventKinds,
  extensionStart,
  fits,
  inOrder,
  isOverdue,
  nextDue,
  type RequestClock,
  type RequestId,
  stateOf,
  timed,
  warnedDay,
  warningDays,
  warningsOf,
} from "./model.ts"

const SENT = parseInstant("2026-01-01T12:00:00Z") as Instant
const after = (days: number) => plusMicroseconds(SENT, days * DAY)

function clock(kind: RequestClock["kind"], days: number | null, start = SENT, setAt = SENT): RequestClock {
  return { id: `clock--${kind}-${start}-${days}` as ClockId, kind, start, days, setAt }
}

type Parts = { clocks?: RequestClock[]; events?: [EventKind, Instant][]; closedAt?: Instant; id?: string }

function entry({ clocks = [], events = [], closedAt, id = "a" }: Parts): DiaryEntry {
  const { clocks: _, ...noted } = preservation(SENT)
  const request = {
    ...noted,
    id: `request--${id}` as RequestId,
    account: null,
    notedAt: SENT,
    closedAt: closedAt ?? null,
  }
  const found = events.map(([kind, at]) => ({ kind, when: { at, zone: "UTC" }, text: "", account: null, notedAt: at }))
  return { request, clocks, events: found }
}

test("sixty days warn on day 30, 45 and 55, and are over after the sixtieth", () => {
  assert.deepEqual(warningDays(60), [30, 45, 55])
  const one = clock("preservation", 60)
  const whole = entry({ clocks: [one] })
  const cases: readonly (readonly [days: number, state: ClockState, warned: number | null])[] = [
    [0, "running", null],
    [29.99, "running", null],
    [30, "warning", 30],
    [44, "warning", 30],
    [45, "warning", 45],
    [55, "warning", 55],
    [60, "warning", 55],
    [60.001, "overdue", 55],
    [400, "overdue", 55],
  ]
  for (const [days, state, warned] of cases) {
    assert.equal(stateOf(one, whole, after(days)), state, `day ${days}`)
    assert.equal(warnedDay(one, after(days)), warned, `day ${days}`)
  }
})

test("a deadline warns three days ahead, a reminder is silent until its time", () => {
  const [deadline, reminder] = [clock("deadline", null, after(10)), clock("reminder", null, after(10))]
  const whole = entry({ clocks: [deadline, reminder] })
  const states = (days: number) => [deadline, reminder].map((one) => stateOf(one, whole, after(days)))
  assert.deepEqual(states(6.9), ["running", "running"])
  assert.deepEqual(states(7), ["warning", "running"])
  assert.deepEqual(states(10), ["warning", "warning"])
  assert.deepEqual(states(10.01), ["overdue", "overdue"])
})

test("what came back ends a reminder, an answer or refusal a deadline, and neither ends a preservation", () => {
  const ended = (kind: EventKind) => {
    const clocks = [clock("preservation", 60), clock("deadline", null, after(5)), clock("reminder", null, after(5))]
    const whole = entry({ clocks, events: [[kind, after(3)]] })
    return clocks.map((one) => stateOf(one, whole, after(90)) === "met")
  }
  const expected: Readonly<Record<EventKind, boolean[]>> = {
    acknowledged: [false, false, true],
    answered: [false, true, true],
    partly: [false, false, true],
    refused: [false, true, true],
    "information-asked": [false, false, true],
    extended: [false, false, false],
    note: [false, false, false],
  }
  for (const kind of eventKinds) assert.deepEqual(ended(kind), expected[kind], kind)
})

test("a deadline that was set after the answer waits for the next one", () => {
  const late = clock("deadline", null, after(9), after(4))
  assert.equal(stateOf(late, entry({ clocks: [late], events: [["answered", after(3)]] }), after(10)), "overdue")
  assert.equal(stateOf(late, entry({ clocks: [late], events: [["answered", after(4)]] }), after(10)), "met")
})

test("an extension takes the place of the clock before it, and no earlier end does", () => {
  const [first, second] = [clock("preservation", 60), clock("extension", 30, after(60))]
  const whole = entry({ clocks: [first, second] })
  assert.equal(stateOf(first, whole, after(61)), "met")
  assert.equal(stateOf(second, whole, after(61)), "running")
  assert.equal(stateOf(second, whole, after(91)), "overdue")
  const early = clock("extension", 30, after(0))
  assert.equal(stateOf(first, entry({ clocks: [first, early] }), after(61)), "overdue")
  assert.equal(extensionStart(whole), after(90))
  assert.equal(extensionStart(entry({})), SENT)
})

test("open entries stand before closed ones, what is due first on top", () => {
  const rows = [
    entry({ id: "closed", clocks: [clock("preservation", 1)], closedAt: after(2) }),
    entry({ id: "no-clock" }),
    entry({ id: "later", clocks: [clock("preservation", 60)] }),
    entry({ id: "overdue", clocks: [clock("deadline", null, after(1)), clock("preservation", 60)] }),
  ]
  const now = after(20)
  assert.deepEqual(
    inOrder(rows, now).map(({ request }) => request.id.replace("request--", "")),
    ["overdue", "later", "no-clock", "closed"],
  )
  const shown = (state: Parameters<typeof fits>[1]) => rows.filter((one) => fits(one, state, now)).length
  assert.deepEqual([shown("open"), shown("overdue"), shown("closed"), shown("all")], [3, 1, 1, 4])
})

const anyDays = fc.integer({ min: 1, max: 3650 })
const anyClock = fc.oneof(
  fc.tuple(fc.constantFrom("preservation", "extension"), fc.integer({ min: -100, max: 400 }), anyDays),
  fc.tuple(fc.constantFrom("reminder", "deadline"), fc.integer({ min: -100, max: 400 }), fc.constant(null)),
) as fc.Arbitrary<readonly [RequestClock["kind"], number, number | null]>
const anyEntry = fc.array(anyClock, { maxLength: 5 }).map((found) =>
  entry({
    clocks: found.map(([kind, start, days], i) => ({
      ...clock(kind, days, after(start)),
      id: `clock--${i}` as ClockId,
    })),
  }),
)

test("time moves a clock only forward: running, warning, overdue", () => {
  const rank = { running: 0, warning: 1, overdue: 2, met: 3 }
  fc.assert(
    fc.property(anyEntry, fc.integer({ min: -200, max: 5000 }), fc.nat(2000), (whole, day, later) => {
      for (const one of whole.clocks) {
        const [before, then] = [stateOf(one, whole, after(day)), stateOf(one, whole, after(day + later))]
        assert.ok(rank[before] <= rank[then], `${before} became ${then}`)
        assert.equal(before === "met", then === "met") // only what happens meets a clock, never time
      }
    }),
  )
})

test("every warning comes before its clock is due, in order", () => {
  fc.assert(
    fc.property(anyClock, ([kind, start, days]) => {
      const one = clock(kind, days, after(start))
      const warnings = warningsOf(one)
      assert.deepEqual(
        warnings,
        warnings.toSorted((a, b) => a - b),
      )
      assert.ok(warnings.every((at) => at <= dueOf(one)))
      assert.ok(warnings.length > 0 || (days ?? 0) < 2)
    }),
  )
})

test("an entry is overdue exactly if one of its clocks is, and closing it ends them all", () => {
  fc.assert(
    fc.property(anyEntry, fc.integer({ min: -200, max: 5000 }), (whole, day) => {
      const now = after(day)
      const some = timed(whole, now).some(({ state }) => state === "overdue")
      assert.equal(isOverdue(whole, now), some)
      const closed = { ...whole, request: { ...whole.request, closedAt: now } }
      assert.equal(nextDue(closed, now), null)
    }),
  )
})

test("of counted clocks only one is left to watch: the one that ends last, unless two end together", () => {
  fc.assert(
    fc.property(anyEntry, (whole) => {
      const counted = timed(whole, SENT).filter(({ clock: { kind }, state }) => kind === "extension" && state !== "met")
      assert.ok(new Set(counted.map(({ due }) => due)).size <= 1)
    }),
  )
})

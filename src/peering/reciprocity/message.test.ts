import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { figures } from "../../../test/support/figures.ts"
import { classOf, readStatement, statementBody, toldOf } from "./message.ts"
import { SPANS } from "./model.ts"

describe("what a partner tells is read strictly", () => {
  const good = JSON.parse(
    statementBody({
      at: 0 as never,
      on: true,
      counts: SPANS.map((days) => toldOf({ ...figures(80), days })),
    }).toString(),
  ) as { counts: Record<string, Record<string, unknown>>[] }
  const cases: [what: string, change: (body: typeof good & Record<string, unknown>) => void][] = [
    ["another version", (body) => Object.assign(body, { v: 2 })],
    ["something beside", (body) => Object.assign(body, { score: 5 })],
    ["something beside a figure", (body) => Object.assign(body.counts[0]?.given ?? {}, { best: 1 })],
    ["a span too few", (body) => body.counts.pop()],
    ["spans in another order", (body) => body.counts.reverse()],
    ["a million spans", (body) => body.counts.push(...Array.from({ length: 99 }, () => ({})))],
    ["a negative number", (body) => Object.assign(body.counts[0]?.given ?? {}, { objects: -1 })],
    ["a fraction", (body) => Object.assign(body.counts[0]?.given ?? {}, { objects: 0.5 })],
    ["a number beyond counting", (body) => Object.assign(body.counts[0]?.given ?? {}, { objects: 2 ** 60 })],
    ["a text", (body) => Object.assign(body.counts[0]?.given ?? {}, { objects: "<b>5</b>" })],
    ["more recalled than given", (body) => Object.assign(body.counts[0]?.given ?? {}, { objects: 1, recalled: 2 })],
    ["more in time than due", (body) => Object.assign(body.counts[0]?.yours ?? {}, { due: 1, in_time: 2 })],
    ["a class that is none", (body) => Object.assign(body.counts[0] ?? {}, { seen: 37 })],
    ["counts of who tells none", (body) => Object.assign(body, { on: false })],
    ["no time", (body) => Object.assign(body, { at: "soon" })],
  ]
  test("as it is told", () => assert.equal(readStatement(Buffer.from(JSON.stringify(good))).counts?.length, 4))
  for (const [what, change] of cases) {
    test(what, () => {
      const body = structuredClone(good) as typeof good & Record<string, unknown>
      change(body)
      assert.throws(() => readStatement(Buffer.from(JSON.stringify(body))), { code: "peer.body" })
    })
  }
})

test("what was seen again is told by its class, and not at all of few", () => {
  const classes = [0, 9, 10, 19, 20, 49, 50, 99, 100, 199, 4_999_999, 5_000_000, 80_000_000].map(classOf)
  assert.deepEqual(classes, [0, 0, 10, 10, 20, 20, 50, 50, 100, 100, 2_000_000, 5_000_000, 5_000_000])
  assert.equal(toldOf(figures(30, 49)).seen, null)
  assert.equal(toldOf(figures(30, 50)).seen, 20)
  assert.equal(toldOf({ ...figures(0), seenAgain: null }).seen, null)
  const told = toldOf(figures(80))
  assert.deepEqual(told.yours, { due: 4, in_time: 3, median: 30 })
  assert.doesNotMatch(JSON.stringify(told), /99999|88888|"conflicts"|"spoken"/)
})

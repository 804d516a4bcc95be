import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { factFiles } from "../../test/support/facts.ts"
import { PATH_ROWS } from "../../test/support/path-server.ts"
import { type Day, factsFrom, type OwnRefusals } from "../law/index.ts"
import { Matrices, type MatrixQuestion } from "./matrices.ts"

const facts = factsFrom(factFiles(PATH_ROWS))
const refusals: OwnRefusals = new Map()
const question: MatrixQuestion = { measure: "preserve", data: "traffic", urgency: "normal", date: "2026-11-27" as Day }
const PLACES = ["DE", "FI", "BR", "KE"]

test("each cell is the best path of its pair, none for a place with itself or where nothing is recorded", async () => {
  const matrices = new Matrices()
  const matrix = await matrices.of({ facts, refusals, question }, PLACES)
  assert.deepEqual(matrix.places, PLACES)
  assert.deepEqual(matrix.row("FI", PLACES), [
    { verdict: "open", channel: "way" },
    null,
    { verdict: "open", channel: "way" },
    { verdict: "closed", channel: "way" },
  ])
  assert.deepEqual(matrix.row("FI", ["KE", "DE"]), [
    { verdict: "closed", channel: "way" },
    { verdict: "open", channel: "way" },
  ])
  assert.deepEqual(matrix.row("XX", ["DE"]), [null])
  const none = await matrices.of({ facts, refusals, question: { ...question, measure: "freeze" } }, PLACES)
  assert.deepEqual(none.row("FI", ["DE"]), [null])
})

test("rows are found once, until the facts, the refusal list or the day change", async () => {
  const matrices = new Matrices()
  const found = async (inputs: Partial<Parameters<Matrices["of"]>[0]>, from: readonly string[] = PLACES) => {
    const before = matrices.found
    await matrices.of({ facts, refusals, question, ...inputs }, from)
    return matrices.found - before
  }
  assert.equal(await found({}, ["DE"]), 1)
  assert.equal(await found({}), 3, "the others")
  assert.equal(await found({}), 0)
  assert.equal(await found({ question: { ...question, urgency: "urgent" } }), 4)
  assert.equal(await found({}), 0, "several are kept")
  const refused: OwnRefusals = new Map([["DE", { source: "a", since: "2026-01-01" }]])
  assert.equal(await found({ refusals: refused }), 4)
  assert.equal(await found({ refusals: new Map([["DE", { source: "b", since: "2026-01-01" }]]) }), 4, "another source")
  assert.equal(await found({ facts: factsFrom(factFiles({ ...PATH_ROWS, lists: [] })) }), 4)
  assert.equal(await found({ question: { ...question, date: "2026-11-28" as Day } }), 4)
})

test("of many who ask at once one row is found at a time, and everybody comes forward", async () => {
  const matrices = new Matrices()
  const days = Array.from({ length: 6 }, (_, i) => `2020-01-0${i + 1}` as Day)
  const ended: Day[] = []
  let [most, before, all] = [0, 0, false]
  const asked = days.map(async (date, i) => {
    await matrices.of({ facts, refusals, question: { ...question, date } }, i === 5 ? ["DE"] : PLACES)
    ended.push(date)
  })
  const watching = (async () => {
    while (!all) {
      await turn()
      most = Math.max(most, matrices.found - before)
      before = matrices.found
    }
  })()
  await Promise.all(asked)
  all = true
  await watching
  assert.equal(matrices.found, 21)
  assert.ok(most <= 1, `${most} rows between two turns`)
  assert.equal(ended[0], days[5], "who asks for one row is ready first")
})

test("only a few matrices are kept", async () => {
  const matrices = new Matrices()
  const measures = [
    "preserve",
    "disclose",
    "produce",
    "intercept",
    "takedown",
    "freeze",
    "technical",
    "notify",
    "serve",
  ]
  for (const measure of measures) {
    await matrices.of({ facts, refusals, question: { ...question, measure: measure as "preserve" } }, ["DE"])
  }
  const before = matrices.found
  await matrices.of({ facts, refusals, question: { ...question, measure: "serve" } }, ["DE"])
  assert.equal(matrices.found, before)
  await matrices.of({ facts, refusals, question }, ["DE"])
  assert.equal(matrices.found, before + 1, "the one that was asked for longest ago has left")
})

test("who asks for the same rows at the same time does not have them found twice, and others have their turn", async () => {
  const matrices = new Matrices()
  let turns = 0
  let done = false
  const count = () => {
    turns += 1
    if (!done) setImmediate(count)
  }
  setImmediate(count)
  await Promise.all([1, 2, 3].map(() => matrices.of({ facts, refusals, question }, PLACES)))
  done = true
  assert.equal(matrices.found, 4)
  assert.ok(turns >= 4, `${turns}`)
})

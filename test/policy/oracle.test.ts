import assert from "node:assert/strict"
import { Session } from "node:inspector/promises"
import { test } from "node:test"
import { told } from "./told.ts"

const CASES = 100_000
/** The decision itself: in these files no branch is left that no question reaches. */
const KERNEL =
  /src\/policy\/release\/(?:deciding|against-facts|against-object|against-law|against-origin|people|reasons)\.ts$/

test("two implementations of docs/release.md give the same answers, and no branch of the first is left out", async () => {
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true })
  // Loaded from here on, so that every branch of it is counted.
  const { decide, RELEASE_REASON_CODES } = await import("../../src/policy/index.ts")
  const { Dice, question } = await import("./questions.ts")
  const { oracle } = await import("./oracle.ts")
  const dice = new Dice(6)
  const [answers, codes] = [new Map<string, number>(), new Map<string, number>()]
  for (let i = 0; i < CASES; i++) {
    const asked = question(dice)
    const { object, origin, terms, facts, approvals, purpose, time } = asked
    const decision = decide(object, origin, terms, facts, approvals, purpose, time)
    if (told(decision) !== told(oracle(asked))) assert.deepEqual(decision, oracle(asked), JSON.stringify(asked))
    answers.set(decision.is, (answers.get(decision.is) ?? 0) + 1)
    for (const { code } of decision.reasons) codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  const { result } = await session.post("Profiler.takePreciseCoverage")
  session.disconnect()
  for (const is of ["release", "redact", "hold", "refuse"]) {
    assert.ok((answers.get(is) ?? 0) > CASES / 200, JSON.stringify([...answers]))
  }
  assert.deepEqual([...codes.keys()].toSorted(), [...RELEASE_REASON_CODES].toSorted())
  const kernel = result.filter(({ url }) => KERNEL.test(url.split("?")[0] ?? ""))
  assert.equal(kernel.length >= 7, true, kernel.map(({ url }) => url).join(" "))
  assert.deepEqual(kernel.flatMap(uncovered), [])
})

type Script = {
  url: string
  functions: { functionName: string; ranges: { startOffset: number; endOffset: number; count: number }[] }[]
}

function uncovered({ url, functions }: Script): string[] {
  return functions.flatMap(({ functionName, ranges }) =>
    ranges
      .filter(({ count }) => count === 0)
      .map(({ startOffset, endOffset }) => `${url.split("/").at(-1)} ${functionName} ${startOffset}-${endOffset}`),
  )
}

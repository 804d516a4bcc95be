import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, test } from "node:test"
import { figures } from "../../../test/support/figures.ts"
import { classOf, readStatement, statementBody, toldOf } from "./message.ts"

const root = join(import.meta.dirname, "../../..")
type Row = { name: string; body: string }
const { accepted, refused } = JSON.parse(readFileSync(join(root, "vectors/peer/counts.json"), "utf8")) as {
  accepted: Row[]
  refused: Row[]
}

describe("what a partner tells is read strictly", () => {
  for (const { name, body } of accepted) {
    test(`${name}: comes back byte for byte`, () => {
      assert.equal(statementBody(readStatement(Buffer.from(body))).toString(), body)
    })
  }
  for (const { name, body } of refused) {
    test(`${name}: refused`, () => {
      assert.throws(() => readStatement(Buffer.from(body)), { kind: "invalid", code: "peer.body" })
    })
  }
  test("the example of the protocol is one of them", () => {
    const page = readFileSync(join(root, "docs/protocol/counts.md"), "utf8")
    assert.ok(refused.length > 20 && page.includes(accepted[0]?.body ?? "nothing"))
  })
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

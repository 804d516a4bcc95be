import assert from "node:assert/strict"
import { test } from "node:test"
import { indicator, type Stix } from "../../test/support/stix.ts"
import { Preparer } from "../library/index.ts"
import { preparedBy } from "./preparing.ts"

const bytes = (object: Stix | string) => Buffer.from(typeof object === "string" ? object : JSON.stringify(object))

test("bodies become objects in their order, and a crooked one spoils no other", async (t) => {
  const preparer = new Preparer({ workers: 1, maxObjectBytes: 1024 * 1024 })
  t.after(() => preparer.close())
  const prepare = preparedBy(preparer)
  const [a, b, c] = [indicator(), indicator(), indicator()]
  const crooked = [
    "{",
    "",
    "null",
    "[]",
    `${JSON.stringify(b)},${JSON.stringify(c)}`,
    ` ${JSON.stringify(b)}`,
    '{"type":"indicator"}',
    `${JSON.stringify(b)}]}`,
    `${JSON.stringify(b)}],"objects":[`,
    '{"a":"',
    "\u0000",
  ]
  for (const body of crooked) {
    const found = await prepare([bytes(a), bytes(body), bytes(c)])
    assert.deepEqual(
      found.map((object) => object?.id ?? null),
      [a.id, null, c.id],
      body,
    )
    assert.deepEqual(await prepare([bytes(body)]), [null], body)
  }
  assert.deepEqual(await prepare([]), [])
  const [whole] = await prepare([bytes(b)])
  assert.deepEqual(whole?.bytes, bytes(b))
})

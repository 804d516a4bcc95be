import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { mirrorAt, put, share } from "../../../test/support/shared.ts"
import { indicator } from "../../../test/support/stix.ts"
import { loadCollection, narrow } from "../../library/index.ts"

let federation: Federation
let fi: Member
let jp: Member
let id: string

beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  id = await share(fi, jp)
})
after(() => federation.close())

/** The owner hands out an entry without its content, and says that entry `by` is the reason. */
function keepBack(seq: number, by: number | null): void {
  fi.meddle(
    "update entry set object = null, salt = null, erased_by = ? where seq = ? and collection = (select key from collection where id = ?)",
    ...[by, seq, id],
  )
}

const heldAt = async () => (await mirrorAt(jp)).size
const failure = () => jp.meddle("select failure from feed")[0]?.failure

test("an entry without content and without a reason is not taken, and the feed says so", async () => {
  await put(federation, fi, id, indicator(), indicator())
  keepBack(1, null)
  await assert.rejects(jp.round(fi), { code: "feed.withheld" })
  assert.deepEqual([await heldAt(), failure()], [0, "feed.withheld"])
})

for (const [what, by] of [
  ["itself", 0],
  ["one that is not there", 3],
  ["one that is none", 2],
] as const) {
  test(`an entry that is said to be kept back because of ${what} is not taken`, async () => {
    await put(federation, fi, id, indicator(), indicator(), indicator())
    keepBack(0, by)
    await assert.rejects(jp.round(fi), { code: "feed.withheld" })
    assert.equal(await heldAt(), 0)
  })
}

test("a reason that comes in a later part is looked at when it comes", async () => {
  const large = () => indicator({ description: "d".repeat(700 * 1024) })
  await put(federation, fi, id, indicator(), large(), large(), large())
  keepBack(0, 3)
  await assert.rejects(jp.round(fi), { code: "feed.withheld" })
  assert.equal(await heldAt(), 3)
})

test("who left is told nothing of what came after, and need not be told why", async () => {
  await put(federation, fi, id, indicator())
  await jp.round(fi)
  await fi.store.write(async (tx) => narrow(tx, await loadCollection(tx, id), jp.party, null))
  await put(federation, fi, id, indicator())
  await jp.round(fi)
  assert.deepEqual([await heldAt(), failure()], [2, null])
})

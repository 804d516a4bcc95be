import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { prepared } from "../../../test/support/node-in-process.ts"
import { indicators, put, share } from "../../../test/support/shared.ts"
import { EARLY, stixId } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import { DAY, plusMicroseconds } from "../../kernel/time.ts"
import { type Again, type AgainPage, type AgainQuery, addObjects, Search } from "../../library/index.ts"
import { Counting, LOOK_MOST } from "./counting.ts"
import { type SeenAgain, SPANS } from "./model.ts"

let federation: Federation
let fi: Member
let jp: Member

beforeEach(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
})
afterEach(() => federation.close())

function countingAt(node: Member, seenAgain: ((query: AgainQuery) => Promise<AgainPage>) | null): Counting {
  return new Counting({ database: node.folder.database, clock: node.clock, seenAgain })
}

const seenIn = async (counting: Counting) => (await counting.one(fi.party)).figures.map(({ seenAgain }) => seenAgain)

test("what came up at home is counted by the index of the node", async (t) => {
  const { database, index } = jp.folder
  const search = new Search({ database, index, commits: () => jp.store.commits, diagnostics: silent })
  t.after(() => search.close())
  const id = await share(fi, jp)
  const given = indicators(3)
  await put(federation, fi, id, ...given)
  await jp.round(fi)
  federation.clock.forward(40 * DAY)
  const sighting = { type: "sighting", spec_version: "2.1", id: stixId("sighting"), created: EARLY, modified: EARLY }
  await addObjects(jp.store, await jp.collection(), prepared({ ...sighting, sighting_of_ref: given[1]?.id }))
  await search.settled()
  const seen = await seenIn(countingAt(jp, (query) => search.seenAgain(query)))
  const all: SeenAgain = { looked: 3, again: 1, spoken: 1, brought: 0, sameValue: 0, cut: false, atLeast: false }
  assert.deepEqual(seen, [{ ...all, looked: 0, again: 0, spoken: 0 }, all, all, all])
  await search.close()
  assert.deepEqual(await seenIn(countingAt(jp, (query) => search.seenAgain(query))), [null, null, null, null])
})

test("no more than the newest are looked at, and only spans that reach further say so", async () => {
  let looked = 0
  const at = (days: number): Again => ({
    since: plusMicroseconds(federation.clock.now(), -days * DAY),
    ...{ spoken: false, brought: false, sameValue: true },
  })
  const endless = async ({ before, limit }: AgainQuery): Promise<AgainPage> => {
    looked += limit
    const page = (before ?? 1_000_000) - limit
    return { objects: Array.from({ length: limit }, () => at(60)), next: page, behind: before === null ? 0 : 7 }
  }
  const seen = await seenIn(countingAt(jp, endless))
  assert.equal(looked, LOOK_MOST)
  assert.deepEqual(
    seen.map((one) => [one?.looked, one?.cut, one?.atLeast]),
    [
      [0, false, true],
      [LOOK_MOST, true, true],
      [LOOK_MOST, true, true],
      [LOOK_MOST, true, true],
    ],
  )
})

test("pages share what was counted for some minutes, and a failure is not kept", async () => {
  let asked = 0
  let broken = true
  const counting = countingAt(jp, async () => {
    asked += 1
    if (broken) throw new Error("no index")
    return { objects: [], next: null, behind: 0 }
  })
  const recent = (...parties: string[]) => Promise.all(counting.recent(parties))
  await assert.rejects(recent(fi.party))
  broken = false
  const [one, again] = await Promise.all([recent(fi.party), recent(fi.party)])
  assert.equal(asked, 2)
  assert.equal(one[0], again[0])
  federation.clock.forward(4 * 60_000_000)
  await recent(fi.party)
  assert.equal(asked, 2)
  federation.clock.forward(2 * 60_000_000)
  assert.deepEqual(
    (await recent(fi.party, jp.party)).map(({ party }) => party),
    [fi.party, jp.party],
  )
  assert.equal(asked, 4)
})

test("an index that is gone makes nothing else unknown", async () => {
  const gone = countingAt(jp, async () => {
    throw new ComityError("unavailable", "worker.gone")
  })
  const { figures } = await gone.one(fi.party)
  assert.deepEqual(
    figures.map(({ days, seenAgain, received }) => [days, seenAgain, received.objects]),
    SPANS.map((days) => [days, null, 0]),
  )
})

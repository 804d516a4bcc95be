import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type InProcess, openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { EARLY, malware, type Stix, stixId } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { addObjects } from "../adding.ts"
import { Search } from "./search.ts"

let node: InProcess
let search: Search
const [hub, other] = [malware({ name: "Hub" }), malware({ name: "Other" })]
const WORDS = ["uses", "drops", "controls", "x-rare"] as const

function relationship(word: string, from: Stix, to: Stix, more: Record<string, unknown> = {}): Stix {
  const refs = { relationship_type: word, source_ref: from.id, target_ref: to.id, ...more }
  return {
    type: "relationship",
    spec_version: "2.1",
    id: stixId("relationship"),
    created: EARLY,
    modified: EARLY,
    ...refs,
  }
}

before(async () => {
  node = await openInProcess()
  const { database, index } = node.folder
  search = new Search({ database, index, commits: () => node.store.commits, diagnostics: silent })
  const many = WORDS.flatMap((word, i) =>
    Array.from({ length: i === 3 ? 1 : 40 }, () => relationship(word, hub, other)),
  )
  const nowhere = relationship("uses", malware(), hub, { confidence: 30, start_time: EARLY, revoked: true })
  await addObjects(node.store, await node.collection(), prepared(hub, other, ...many, nowhere))
  await search.settled()
})
after(async () => {
  await search.close()
  await node.close()
})

test("no word is crowded out by others: each shows its newest, and says how many there are", async () => {
  const outward = (await search.relations(hub.id)).filter((group) => group.outward)
  assert.deepEqual(
    outward.map(({ word, objects }) => [word, objects]).toSorted(),
    WORDS.map((word, i) => [word, i === 3 ? 1 : 40]).toSorted(),
  )
  for (const { newest, objects } of outward) assert.ok(newest.length >= Math.min(objects, 5), `${newest.length}`)
})

test("the other end is named even if it is not here, and what the relationship says stands beside it", async () => {
  const [inward] = (await search.relations(hub.id)).filter((group) => !group.outward)
  const [one] = inward?.newest ?? []
  assert.equal(one?.hit, null)
  assert.match(one?.other ?? "", /^malware--/)
  assert.deepEqual([one?.confidence, one?.from, one?.to, one?.revoked], [30, EARLY, null, true])
})

test("the pages of one word hold each relationship once", async () => {
  const ids: string[] = []
  let cursor: number | null = null
  do {
    const page = await search.relationPage({ id: hub.id, word: "uses", outward: true, limit: 15, after: cursor })
    ids.push(...page.related.map(({ id }) => id))
    assert.ok(page.related.every(({ hit }) => hit?.name === "Other"))
    cursor = page.next
  } while (cursor !== null)
  assert.equal(ids.length, 40)
  assert.equal(new Set(ids).size, 40)
  assert.deepEqual(
    (await search.relationPage({ id: hub.id, word: "no", outward: true, limit: 5, after: null })).related,
    [],
  )
})

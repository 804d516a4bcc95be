import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { prepared } from "../../../test/support/node-in-process.ts"
import { address, EARLY, indicator, LATE, newVersion, type Stix, stixId } from "../../../test/support/stix.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import { type Derived, openDerived } from "../../store/index.ts"
import { addObjects } from "../adding.ts"
import { loadCollection } from "../collections.ts"
import { eraseObject } from "../erasing.ts"
import type { Collection } from "../model.ts"
import { addShared } from "../shared/audience.ts"
import { putShared } from "../shared/releasing.ts"
import { recallObject } from "../shared/withdrawing.ts"
import { type Again, seenAgain } from "./again.ts"
import { readOn } from "./indexer.ts"
import { searchFile } from "./schema.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let inbox: Collection
let index: Derived

beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  inbox = await jp.collection()
  index = openDerived(searchFile(jp.folder.index, jp.folder.database))
})
afterEach(async () => {
  index.close()
  await federation.close()
})

/** Shares these with Japan, which pulls them. */
async function give(from: Member, ...objects: Stix[]): Promise<string> {
  const id = await addShared(from.store, { title: "S", alias: null, terms: PLAIN_TERMS, audience: [jp.party] }, null)
  await addObjects(from.store, await from.collection(), prepared(...objects))
  await from.store.write(async (tx) => {
    for (const { id: object } of objects) {
      const rows = await tx.all<{ key: number }>(sql`select key from object where id = ${object} order by key`)
      for (const { key } of rows) await putShared(tx, await loadCollection(tx, id), key)
    }
  })
  await jp.round(from)
  return id
}

/** Japan's own sources bring these, a second later. */
async function bring(...objects: Stix[]): Promise<void> {
  federation.clock.forward(1_000_000)
  await addObjects(jp.store, await jp.reload(inbox), prepared(...objects))
}

function look(party = fi.party, limit = 100): Again[] {
  while (readOn(index, 1000));
  index.commit()
  return seenAgain(index, { party, before: null, limit }).objects
}

const ways = (objects: Again[]) =>
  objects.map(({ spoken, brought, sameValue }) =>
    [spoken ? "spoken" : "", brought ? "brought" : "", sameValue ? "value" : ""].filter((way) => way !== "").join("+"),
  )

function about(type: string, properties: Record<string, unknown>): Stix {
  return { type, spec_version: "2.1", id: stixId(type), created: EARLY, modified: EARLY, ...properties }
}

const looksFor = (value: string, more = {}) => indicator({ pattern: `[ipv4-addr:value = '${value}']`, ...more })

test("what our own sources speak of after it came is seen again; naming an author is not speaking", async () => {
  const [sighted, reported, authored, silent] = [
    indicator(),
    indicator(),
    about("campaign", { name: "C" }),
    indicator(),
  ]
  await give(fi, sighted, reported, authored, silent)
  const group = about("intrusion-set", { name: "G", created_by_ref: stixId("identity") })
  await bring(
    about("sighting", { sighting_of_ref: sighted.id }),
    about("report", { name: "R", published: EARLY, object_refs: [reported.id, sighted.id] }),
    { ...group, created_by_ref: authored.id.replace("campaign", "identity") },
  )
  assert.deepEqual(ways(look()), ["", "", "spoken", "spoken"])
})

test("what was here before it came does not count, and what came from other partners never does", async () => {
  const known = address("198.51.100.1")
  const first = looksFor("198.51.100.1")
  const second = looksFor("198.51.100.2")
  await bring(known, about("sighting", { sighting_of_ref: first.id }))
  federation.clock.forward(1_000_000)
  await give(fi, first, second, known)
  await give(br, looksFor("198.51.100.2"), about("sighting", { sighting_of_ref: second.id }))
  assert.deepEqual(ways(look()), ["", "", ""])
  await bring(known) // the same object to the same inbox: nothing new came
  assert.deepEqual(ways(look()), ["", "", ""])
  const another = await jp.collection()
  federation.clock.forward(1_000_000)
  await addObjects(jp.store, another, prepared(known))
  assert.deepEqual(ways(look()).toSorted(), ["", "brought", "value"])
})

test("the same value under another id is seen again, in whatever spelling it is one", async () => {
  const sha = "A".repeat(64)
  const given = [
    looksFor("198.51.100.7/32"),
    indicator({ pattern: `[file:hashes.'SHA-256' = '${sha}']` }),
    indicator({ pattern: "[domain-name:value IN ('One.example', 'two.example')]" }),
    indicator({ pattern: "[url:value LIKE '%evil%' OR url:value = 'https://a.example/X']" }),
    indicator({ pattern: "[ipv4-addr:value != '198.51.100.9']" }),
    indicator({ pattern: "[ipv4-addr:value ISSUBSET '203.0.113.0/24']" }),
  ]
  await give(fi, ...given)
  await bring(
    address("198.51.100.7"),
    indicator({ pattern: `[file:hashes.'SHA-256' = '${sha.toLowerCase()}']` }),
    {
      type: "domain-name",
      spec_version: "2.1",
      id: "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5",
      value: "one.example",
    },
    { type: "url", spec_version: "2.1", id: "url--1c10e93f-798e-5a26-a0c1-08156efab7f5", value: "https://a.example/x" },
    address("198.51.100.9"),
    address("203.0.113.4"),
  )
  assert.deepEqual(ways(look()), ["", "", "", "value", "value", "value"])
})

test("an object is one, whatever versions and collections hold it; its time is that of the first to come", async () => {
  const object = indicator()
  await give(fi, object)
  const since = federation.clock.now()
  federation.clock.forward(1_000_000)
  await give(fi, object, newVersion(object, LATE))
  const found = look()
  assert.deepEqual([found.length, found[0]?.since], [1, since])
})

test("what was recalled is not looked at any more, what we erased does not speak any more", async () => {
  const [bad, good] = [indicator(), indicator()]
  const id = await give(fi, bad, good)
  const note = about("note", { content: "N", object_refs: [bad.id, good.id] })
  await bring(note)
  assert.deepEqual(ways(look()), ["spoken", "spoken"])
  await fi.store.write(async (tx) => recallObject(tx, await loadCollection(tx, id), bad.id, "wrong"))
  await jp.round(fi)
  const before = seenAgain(index, { party: fi.party, before: null, limit: 9 }) // the index has not read it
  assert.deepEqual([ways(before.objects), before.behind], [["spoken"], 1])
  await eraseObject(jp.store, await jp.reload(inbox), { id: note.id, specs: null, versions: "all", by: null })
  assert.deepEqual(ways(look()), [""])
})

test("names of people and places are not looked at, and pages join without a gap", async () => {
  const objects = Array.from({ length: 25 }, (_, i) => looksFor(`198.51.100.${i}`))
  await give(fi, about("identity", { name: "N", identity_class: "group" }), ...objects)
  assert.equal(look().length, 25)
  let pages = 0
  let found = 0
  for (let before: number | null = null; ; pages++) {
    const page = seenAgain(index, { party: fi.party, before, limit: 10 })
    found += page.objects.length
    before = page.next
    if (before === null) break
  }
  assert.deepEqual([found, pages], [25, 2])
  assert.deepEqual(look(br.party), [])
})

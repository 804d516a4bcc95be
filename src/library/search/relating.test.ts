import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type InProcess, openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { EARLY, indicator, malware, newVersion, type Stix, stixId } from "../../../test/support/stix.ts"
import { type Derived, openDerived } from "../../store/index.ts"
import { addObjects } from "../adding.ts"
import type { Collection } from "../model.ts"
import { readOn } from "./indexer.ts"
import { neighbourhood, referred, referring, referringLabels } from "./relating.ts"
import { searchFile } from "./schema.ts"

const author: Stix = object("identity", { name: "Author", identity_class: "organization" })
const tool = malware({ name: "Tool", created_by_ref: author.id })
const group = object("intrusion-set", { name: "Group", created_by_ref: author.id })
const sign = indicator({ name: "Sign" })
const uses = object("relationship", { relationship_type: "uses", source_ref: group.id, target_ref: tool.id })
const indicates = object("relationship", { relationship_type: "indicates", source_ref: sign.id, target_ref: tool.id })
const seen = object("sighting", { sighting_of_ref: sign.id, where_sighted_refs: [author.id] })
const absent = stixId("campaign")
const note = object("note", { content: "N", object_refs: [tool.id, uses.id, absent] })

function object(type: string, properties: Record<string, unknown>): Stix {
  return { type, spec_version: "2.1", id: stixId(type), created: EARLY, modified: EARLY, ...properties }
}

let node: InProcess
let index: Derived
let collection: Collection

before(async () => {
  node = await openInProcess()
  collection = await node.collection()
  index = openDerived(searchFile(node.folder.index, node.folder.database))
  await keep(author, tool, group, sign, uses, indicates, seen, note)
})
after(async () => {
  index.close()
  await node.close()
})

async function keep(...objects: Stix[]): Promise<void> {
  await addObjects(node.store, await node.reload(collection), prepared(...objects))
  while (readOn(index, 1000));
  index.commit()
}

const ALL = { labels: [], limit: 50, after: null }

test("what points at an object is listed newest first, relationships with their other end", () => {
  const { references, next } = referring(index, tool.id, ALL)
  const lines = references.map(({ label, id, relation }) => [
    label,
    id,
    relation?.type,
    relation?.outward,
    relation?.hit?.name,
  ])
  assert.deepEqual(lines, [
    ["object_refs", note.id, undefined, undefined, undefined],
    ["target_ref", indicates.id, "indicates", false, "Sign"],
    ["target_ref", uses.id, "uses", false, "Group"],
  ])
  assert.equal(next, null)
  assert.equal(referring(index, group.id, ALL).references[0]?.relation?.outward, true)
})

test("what points at an object comes in pages, and by property", () => {
  const first = referring(index, tool.id, { ...ALL, limit: 2 })
  const second = referring(index, tool.id, { ...ALL, limit: 2, after: first.next })
  assert.deepEqual([first.references.length, second.references.map(({ id }) => id)], [2, [uses.id]])
  const labelled = referring(index, sign.id, { ...ALL, labels: ["sighting_of_ref"] })
  assert.deepEqual(
    labelled.references.map(({ id }) => id),
    [seen.id],
  )
  assert.deepEqual(referringLabels(index, author.id), [
    { value: "created_by_ref", objects: 2 },
    { value: "where_sighted_refs", objects: 1 },
  ])
})

test("what an object points at is told also where that is not here", () => {
  const lines = referred(index, note.id).map(({ label, id, hit }) => [label, id, hit?.name ?? null])
  assert.deepEqual(lines, [
    ["object_refs", tool.id, "Tool"],
    ["object_refs", uses.id, "uses"],
    ["object_refs", absent, null],
  ])
})

test("around an object relationships are edges in their own direction, other references too", () => {
  const { nodes, edges, cut } = neighbourhood(index, [tool.id], { limit: 50, types: [] })
  assert.deepEqual(new Set(nodes.map(({ id }) => id)), new Set([tool.id, group.id, sign.id, author.id, note.id]))
  assert.deepEqual(
    new Set(edges.map(({ from, to, label, id }) => JSON.stringify([from, to, label, id]))),
    new Set(
      [
        [group.id, tool.id, "uses", uses.id],
        [sign.id, tool.id, "indicates", indicates.id],
        [tool.id, author.id, "created_by_ref", null],
        [note.id, tool.id, "object_refs", null],
      ].map((edge) => JSON.stringify(edge)),
    ),
  )
  assert.equal(cut, false)
})

test("a neighbourhood is cut at its limit, authors first, and says so", () => {
  const { nodes, cut } = neighbourhood(index, [tool.id], { limit: 3, types: [] })
  assert.deepEqual(new Set(nodes.map(({ id }) => id)), new Set([tool.id, group.id, sign.id]))
  assert.equal(cut, true)
  const signs = neighbourhood(index, [tool.id], { limit: 50, types: ["indicator"] })
  assert.deepEqual(new Set(signs.nodes.map(({ id }) => id)), new Set([tool.id, sign.id]))
})

test("a relationship that is revoked joins nothing, and a new version's references replace the old", async () => {
  const later = "2024-01-01T00:00:00.000Z"
  await keep(newVersion(uses, later, { revoked: true }), newVersion(note, later, { object_refs: [group.id] }))
  const { nodes } = neighbourhood(index, [tool.id], { limit: 50, types: [] })
  assert.deepEqual(new Set(nodes.map(({ id }) => id)), new Set([tool.id, sign.id, author.id]))
  assert.deepEqual(
    referring(index, group.id, { ...ALL, labels: ["object_refs"] }).references.map(({ id }) => id),
    [note.id],
  )
})

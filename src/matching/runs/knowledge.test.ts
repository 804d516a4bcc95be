import assert from "node:assert/strict"
import { test } from "node:test"
import { knowledgeBytes, knowledgeFrom, readKnowledge, type Source } from "./knowledge.ts"
import type { Knowledge } from "./model.ts"

const source = (object: Source["object"], marking: Source["marking"] = "green"): Source => ({ object, marking })

test("what several objects say together: the earliest, the latest, the surest, the strictest mark", () => {
  const known = knowledgeFrom([
    source({ valid_from: "2026-02-01T00:00:00Z", modified: "2026-03-01T00:00:00Z", confidence: 40, name: "First" }),
    source({ created: "2025-12-01T00:00:00Z", labels: ["c2", 7, "c2"], confidence: 90, name: "Sec\nond" }, "amber"),
    source({ first_seen: "yesterday", confidence: "high" }, null),
  ])
  assert.deepEqual(known, {
    ...{ firstSeen: "2025-12-01T00:00:00Z", lastSeen: "2026-03-01T00:00:00Z", confidence: 90, labels: ["c2"] },
    ...{ names: ["First", "Sec ond"], marking: "amber", objects: 3 },
  })
  assert.equal(knowledgeFrom([]), null)
})

test("what is told is read back, and its length tells little", () => {
  const long = knowledgeFrom(
    Array.from({ length: 50 }, (_, i) =>
      source({ name: `${"語".repeat(200)}${i}`, labels: [`"${i}"${"x".repeat(99)}`] }),
    ),
  )
  for (const known of [null, knowledgeFrom([source({ name: "C" })]), long]) {
    const bytes = knowledgeBytes(known)
    assert.equal(bytes.length % 512, 0)
    assert.deepEqual(readKnowledge(bytes), known)
  }
})

test("a partner says nothing but that", () => {
  const good = JSON.parse(knowledgeBytes(knowledgeFrom([source({ name: "C" })])).toString("utf8")) as Knowledge
  const bad: [string, unknown][] = [
    ["a member more", { ...good, page: "x" }],
    ["a member less", { ...good, labels: undefined }],
    ["a time that is none", { ...good, firstSeen: "soon" }],
    ["more than sure", { ...good, confidence: 101 }],
    ["too many names", { ...good, names: Array.from({ length: 11 }, () => "n") }],
    ["a long label", { ...good, labels: ["l".repeat(81)] }],
    ["an unknown mark", { ...good, marking: "purple" }],
    ["another version", { ...good, v: 2 }],
    ["a list", []],
  ]
  for (const [what, said] of bad) {
    assert.throws(() => readKnowledge(Buffer.from(JSON.stringify(said))), { code: "match.knowledge" }, what)
  }
  for (const bytes of [Buffer.from("{"), Buffer.alloc(9000, " "), Buffer.from([0xff])]) {
    assert.throws(() => readKnowledge(bytes), { code: "match.knowledge" })
  }
})

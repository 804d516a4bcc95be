import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess, prepared } from "../../test/support/node-in-process.ts"
import { bundle, envelope, indicator, malware, type Stix, text } from "../../test/support/stix.ts"
import type { Json } from "../kernel/canonical.ts"
import { addObjects, type Collection, Preparer } from "../library/index.ts"
import { type Import, importStream, type Summary } from "./importing.ts"

const node = await openInProcess()
const preparer = new Preparer({ workers: 1, maxObjectBytes: 4096 })
after(async () => {
  await preparer.close()
  await node.close()
})

async function importInto(
  collection: Collection,
  input: AsyncIterable<Uint8Array>,
  changes: Partial<Import> = {},
): Promise<Summary> {
  const { store } = node
  return importStream({ store, preparer, collection, tlp: null, progress: async () => {}, ...changes }, input)
}

async function* pieces(...parts: (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

function* cut(body: string, size: number): Generator<string> {
  for (let at = 0; at < body.length; at += size) yield body.slice(at, at + size)
}

const sizeOf = async (collection: Collection) => (await node.reload(collection)).size
const many = (count: number) => Array.from({ length: count }, () => indicator())

test("a file gives the same summary and the same objects wherever it is cut", async () => {
  const objects = [...many(7), malware({ created: "never" }), ...many(3), indicator({ padding: "x".repeat(5000) })]
  const body = bundle(...objects)
  const summaries = new Set<string>()
  for (const size of [7, 100, 1001, body.length]) {
    const collection = await node.collection()
    const summary = await importInto(collection, pieces(...cut(body, size)))
    summaries.add(JSON.stringify(summary))
    assert.equal(await sizeOf(collection), 10, `cut every ${size}`)
  }
  assert.equal(summaries.size, 1, [...summaries].join("\n"))
  const summary = JSON.parse([...summaries][0] ?? "{}") as Summary
  assert.deepEqual([summary.accepted, summary.rejected, summary.conflicting, summary.omitted], [10, 2, 0, 0])
  assert.deepEqual(
    summary.problems.map(({ position, code, offset }) => [position, code, body.slice(offset, offset + 8)]),
    [
      [8, "stix.timestamp", '{"type":'],
      [12, "object.too-large", '{"type":'],
    ],
  )
})

test("a file that ends early or breaks in the middle keeps what came before, and the summary says where", async () => {
  const whole = envelope(...many(6))
  const until = (count: number) => whole.split("},{").slice(0, count).join("},{")
  const cases: [name: string, body: string, kept: number, code: string][] = [
    ["cut between objects", `${until(3)}}`, 3, "json.truncated"],
    ["cut within an object", until(4), 3, "json.truncated"],
    ["no comma", `${until(2)}} {"type":"x"}]}`, 2, "json.syntax"],
    ["two values", `${whole}{}`, 6, "json.syntax"],
  ]
  for (const [name, body, kept, code] of cases) {
    const collection = await node.collection()
    const { accepted, rejected, problems } = await importInto(collection, pieces(...cut(body, 61)))
    assert.deepEqual([accepted, rejected], [kept, 1], name)
    assert.deepEqual([problems[0]?.code, problems[0]?.id], [code, null], name)
    assert.equal(await sizeOf(collection), kept, name)
  }
})

/** A stream that fails after its first piece, when that has surely been taken. */
async function* broken(first: string, taken: Promise<void>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first)
  await taken
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error("the sender is gone")
}

test("when sender and listener go at once the import fails alone, and what it had is kept", async () => {
  const unheard: unknown[] = []
  const listen = (reason: unknown) => unheard.push(reason)
  process.on("unhandledRejection", listen)
  try {
    const collection = await node.collection()
    const taken = Promise.withResolvers<void>()
    const progress = async () => {
      taken.resolve()
      throw new Error("the listener is gone")
    }
    const input = broken(`${bundle(...many(5)).slice(0, -2)},`, taken.promise)
    await assert.rejects(importInto(collection, input, { progress }), /the sender is gone/)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(unheard, [])
    assert.equal(await sizeOf(collection), 5)
  } finally {
    process.off("unhandledRejection", listen)
  }
})

test("an import into a full store fails with that reason and leaves no write behind", async (t) => {
  const small = await openInProcess({ maxMib: 1 })
  t.after(() => small.close())
  const collection = await small.collection()
  const body = bundle(...Array.from({ length: 600 }, () => indicator({ padding: "x".repeat(2000) })))
  const parts = { store: small.store, preparer, collection, tlp: null, progress: async () => {} }
  await assert.rejects(importStream(parts, pieces(...cut(body, 50_000))), { kind: "full", code: "store.full" })
  const { size } = await small.reload(collection)
  assert.ok(size > 0 && size < 600, `${size} entries`)
  await small.store.write(async () => {})
  assert.equal((await small.reload(collection)).size, size)
})

test("a mark is given to what has none, in the entry and never in the bytes", async () => {
  const [plain, marked] = [
    indicator(),
    indicator({ object_marking_refs: ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"] }),
  ]
  const collection = await node.collection()
  await importInto(collection, pieces(bundle(plain, marked)), { tlp: "amber" })
  const rows = node.meddle(
    `select e.marking, cast(o.bytes as text) as text from entry e join object o on o.key = e.object
     where e.collection = ? order by e.seq`,
    collection.key,
  )
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [
      { marking: "amber", text: text(plain) },
      { marking: "red", text: text(marked) },
    ],
  )
})

test("progress rises to the end, and each problem beyond the thousandth is counted only", async () => {
  const seen: number[] = []
  const progress = async (state: Json) => void seen.push((state as { rejected: number }).rejected)
  const bad: Stix[] = Array.from({ length: 1100 }, () => indicator({ pattern: 5 }))
  const summary = await importInto(await node.collection(), pieces(...cut(bundle(...bad), 40_000)), { progress })
  assert.deepEqual([summary.rejected, summary.problems.length, summary.omitted], [1100, 1000, 100])
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.equal(seen.at(-1), 1100)
})

test("what is there already is a duplicate, and other content of a version a conflict with its place", async () => {
  const [first, second] = [indicator(), malware()]
  const collection = await node.collection()
  await addObjects(node.store, collection, prepared(first, second))
  const body = bundle(first, { ...second, name: "Other" }, indicator())
  const summary = await importInto(collection, pieces(body))
  assert.deepEqual([summary.accepted, summary.duplicate, summary.conflicting], [1, 1, 1])
  assert.deepEqual(
    summary.problems.map(({ position, id, code, kind }) => [position, id, code, kind]),
    [[2, second.id, "object.conflict-content", "conflicting"]],
  )
})

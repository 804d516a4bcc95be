import assert from "node:assert/strict"
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { type InProcess, openInProcess } from "../../../test/support/node-in-process.ts"
import { bundle, indicator, malware, newVersion, type Stix } from "../../../test/support/stix.ts"
import { diagnostics } from "../../kernel/diagnostics.ts"
import { type Collection, Preparer, WarningLists } from "../../library/index.ts"
import type { Tlp } from "../../stix/index.ts"
import { Imports } from "./imports.ts"
import type { Import, ImportFormat, Progress } from "./model.ts"

const MIB = 1024 * 1024
const said: string[] = []
const node = await openInProcess()
const preparer = new Preparer({ workers: 1, maxObjectBytes: 4 * MIB })
const warnings = new WarningLists(node.store)
const uploads = join(node.folder.root, "uploads")

function openImports(of: InProcess = node): Promise<Imports> {
  const parts = { store: of.store, preparer, clock: of.clock, warnings, folder: join(of.folder.root, "uploads") }
  const secret = Buffer.alloc(32, 7)
  return Imports.open({
    ...parts,
    ...{ secret, bytesMost: 8 * MIB, diagnostics: diagnostics((line) => said.push(line)) },
    identity: async () => null,
  })
}

let imports = await openImports()
after(async () => {
  await imports.close()
  await preparer.close()
  await node.close()
  assert.deepEqual(said, [], "no bug was reported")
})

async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

type Sent = { name?: string; format?: ImportFormat | null }

async function send(collection: Collection, body: string | Uint8Array, { name = "", format = null }: Sent = {}) {
  return imports.receive({ collection: collection.id, name, format, account: "c", input: pieces(body) })
}

/** Waits until an import needs a person or has ended. */
const settled = (id: string): Promise<Import> => imports.settled(id)

async function previewed(collection: Collection, body: string | Uint8Array, sent: Sent = {}): Promise<Import> {
  return settled(await send(collection, body, sent))
}

async function started(one: Import, tlp: Tlp | null = "amber", leftOut: string[] = []): Promise<Import> {
  await imports.start(one.id, { tlp, skipSpecial: false, leftOut })
  return settled(one.id)
}

const counts = (of: Record<string, unknown> | null | undefined) =>
  [of?.accepted, of?.duplicate, of?.conflicting, of?.rejected] as const
const foreseen = (one: Import) => counts(one.foresight.preview?.counts)

test("a preview says what would become of each object, and stores none", async () => {
  const collection = await node.collection()
  const [first, second] = [indicator(), malware()]
  await started(await previewed(collection, bundle(first, second)))
  const before = (await node.reload(collection)).size
  const objects = node.meddle("select count(*) as n from object")
  const one = await previewed(
    collection,
    bundle(first, { ...second, name: "Other" }, indicator(), malware({ created: "never" })),
  )
  assert.deepEqual([one.state, ...foreseen(one)], ["previewed", 1, 1, 1, 1])
  assert.deepEqual(one.foresight.preview?.reasons, { "object.conflict-content": 1, "stix.timestamp": 1 })
  assert.equal((await node.reload(collection)).size, before)
  assert.deepEqual(node.meddle("select count(*) as n from object"), objects)
  assert.deepEqual(node.meddle("select count(*) as n from conflict where collection = ?", collection.key)[0]?.n, 0)
  await imports.cancel(one.id)
})

const changes = fc.record({
  which: fc.nat({ max: 3 }),
  version: fc.nat({ max: 2 }),
  name: fc.constantFrom("a", "b"),
  revoked: fc.boolean(),
  creator: fc.constantFrom(undefined, "identity--11111111-1111-4111-8111-111111111111"),
})

test("for any file the preview counts what the import then does", async () => {
  const pool = Array.from({ length: 4 }, () => malware())
  const files = fc.array(changes, { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.array(files, { minLength: 1, maxLength: 3 }), async (all) => {
      const collections = [await node.collection(), await node.collection()]
      const fresh = pool.map((one) => ({ ...one, id: malware().id }))
      for (const [i, file] of all.entries()) {
        const objects = file.map(({ which, version, name, revoked, creator }): Stix => {
          const base = fresh[which] as Stix
          const changed = newVersion(base, `202${version + 1}-01-01T00:00:00.000Z`, { name, revoked })
          return creator === undefined ? changed : { ...changed, created_by_ref: creator }
        })
        const one = await previewed(collections[i % 2] as Collection, bundle(...objects))
        const done = await started(one)
        assert.deepEqual(counts(done.outcome), foreseen(one))
      }
    }),
    { numRuns: 25 },
  )
})

describe("a handling mark", () => {
  test("is asked for where objects carry none: without one nothing is imported", async () => {
    const collection = await node.collection()
    const one = await previewed(collection, bundle(indicator(), indicator()))
    assert.equal(one.foresight.preview?.unmarked, 2)
    await assert.rejects(imports.start(one.id, { tlp: null, skipSpecial: false, leftOut: [] }), {
      code: "intake.mark-missing",
    })
    assert.equal((await imports.get(one.id)).state, "previewed")
    assert.equal((await started(one, "green")).state, "done")
    const rows = node.meddle("select marking from entry where collection = ?", collection.key)
    assert.deepEqual(
      rows.map(({ marking }) => marking),
      ["green", "green"],
    )
  })

  test("that is stricter holds also for what the library has from another import, and never gets looser", async () => {
    const body = bundle(indicator())
    const marks: unknown[] = []
    for (const tlp of ["green", "red", "clear"] as const) {
      const collection = await node.collection()
      await started(await previewed(collection, body), tlp)
      const rows = node.meddle(
        `select e.marking as entry, o.marking as object from entry e join object o on o.key = e.object
         where e.collection = ?`,
        collection.key,
      )
      marks.push(...rows.map(({ entry, object }) => [entry, object]))
    }
    assert.deepEqual(marks, [
      ["green", "green"],
      ["red", "red"],
      ["red", "red"],
    ])
  })

  test("is not asked for where every object carries one", async () => {
    const marked = indicator({ object_marking_refs: ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"] })
    const one = await previewed(await node.collection(), bundle(marked))
    assert.equal(one.foresight.preview?.unmarked, 0)
    assert.equal((await started(one, null)).state, "done")
  })
})

const TABLE = `type,value,comment,tags,confidence,tlp
ip,203.0.113.9,"C2, first seen",apt;botnet,high,amber
domain,evil[.]com,=HYPERLINK("http://evil.example"),,50,
md5,not-a-hash,,,,
url,hxxps://evil.com/a'b,,,101,
ip,203.0.113.9,again,,,
`

test("a table waits until a person says what its columns are, and the next with this header does not", async () => {
  const collection = await node.collection()
  const one = await previewed(collection, TABLE, { name: "list.csv" })
  assert.deepEqual([one.state, one.format], ["mapping", "csv"])
  assert.deepEqual(one.choices.mapping?.roles, ["type", "value", "description", "labels", "confidence", "tlp"])
  await imports.map(one.id, { encoding: "utf-8", mapping: one.choices.mapping }, "csv")
  const ready = await settled(one.id)
  assert.deepEqual([ready.state, ...foreseen(ready)], ["previewed", 2, 0, 0, 0])
  assert.deepEqual(
    ready.foresight.composed?.problems.map(({ line, code }) => [line, code]),
    [
      [4, "intake.value-kind"],
      [5, "intake.confidence"],
      [6, "intake.value-repeated"],
    ],
  )
  const done = await started(ready, "green")
  assert.deepEqual(counts(done.outcome), [2, 1, 0, 2])
  const stored = node.meddle(
    `select cast(o.bytes as text) as text from entry e join object o on o.key = e.object where e.collection = ?
     order by e.seq`,
    collection.key,
  )
  const [address, domain] = stored.map(({ text }) => JSON.parse(String(text)) as Record<string, unknown>)
  assert.equal(address?.pattern, "[ipv4-addr:value = '203.0.113.9']")
  assert.deepEqual([address?.confidence, address?.labels], [85, ["apt", "botnet"]])
  assert.deepEqual(address?.object_marking_refs, ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"])
  assert.equal(domain?.description, '=HYPERLINK("http://evil.example")')
  assert.deepEqual(domain?.object_marking_refs, ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"])
  const again = await previewed(collection, TABLE, { name: "list.csv" })
  assert.deepEqual([again.state, ...foreseen(again)], ["previewed", 0, 2, 0, 0])
})

test("a value that comes again says more or nothing, and its marks only get stricter", async () => {
  const collection = await node.collection()
  const file = (...rows: string[]) => `value,name,labels,tlp\n${rows.join("\n")}\n`
  const take = async (body: string) => {
    let one = await previewed(collection, body, { name: "x.csv" })
    if (one.state === "mapping") {
      await imports.map(one.id, { encoding: "utf-8", mapping: one.choices.mapping }, "csv")
      one = await settled(one.id)
    }
    return counts((await started(one, "green")).outcome)
  }
  assert.deepEqual(await take(file("198.18.7.7,First,a,amber")), [1, 0, 0, 0])
  assert.deepEqual(await take(file("198.18.7.7,,a,green")), [0, 1, 0, 0])
  node.clock.forward(1)
  assert.deepEqual(await take(file("198.18.7.7,,b,red")), [1, 0, 0, 0])
  const versions = node.meddle(
    `select cast(o.bytes as text) as text from entry e join object o on o.key = e.object where e.collection = ?
     order by o.version`,
    collection.key,
  )
  const last = JSON.parse(String(versions.at(-1)?.text)) as Record<string, unknown>
  assert.deepEqual([last.name, last.labels], ["First", ["a", "b"]])
  assert.deepEqual(last.object_marking_refs, ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"])
  assert.equal(versions.length, 2)
})

test("a report gives its values with their context, without those that the person leaves out", async () => {
  const collection = await node.collection()
  const report = "攻擊者使用203.0.113[.]77進行掃描，\n並連線至hxxps://evil[.]example/a下載；利用CVE-2024-3094。\n"
  const one = await previewed(collection, report)
  assert.deepEqual([one.state, one.format, ...foreseen(one)], ["previewed", "text", 3, 0, 0, 0])
  assert.deepEqual(
    one.foresight.findings.map(({ line, before, shown, after }) => [line, before, shown, after]),
    [
      [1, "攻擊者使用", "203.0.113[.]77", "進行掃描，"],
      [2, "並連線至", "hxxps://evil[.]example/a", "下載；利用CVE-2024-3094。"],
      [2, "並連線至hxxps://evil[.]example/a下載；利用", "CVE-2024-3094", "。"],
    ],
  )
  const done = await started(one, "clear", ["203.0.113.77"])
  assert.deepEqual([...counts(done.outcome), done.outcome?.composed?.leftOut], [2, 0, 0, 0, 1])
  const types = node.meddle("select type from entry where collection = ? order by seq", collection.key)
  assert.deepEqual(
    types.map(({ type }) => type),
    ["indicator", "vulnerability"],
  )
})

test("values on a warning list are flagged before anything is stored", async () => {
  const list = { name: "Resolvers", version: 1, description: "", type: "cidr", list: ["9.9.9.0/24"] }
  await warnings.add(JSON.stringify(list), null)
  const one = await previewed(await node.collection(), "see 9.9.9.9 and 9.9.8.9")
  assert.deepEqual(
    one.foresight.preview?.listed.map(({ value, list }) => [value, list]),
    [["9.9.9.9", "Resolvers"]],
  )
  await warnings.remove("Resolvers", null)
})

describe("what is hostile or broken ends the import, not the node", () => {
  test("a bomb", async () => {
    const one = await previewed(await node.collection(), gzipSync(Buffer.alloc(9 * MIB, " ")), { name: "b.json.gz" })
    assert.deepEqual([one.state, one.failure?.code], ["failed", "intake.too-large"])
  })
  test("a torn gzip", async () => {
    const one = await previewed(await node.collection(), gzipSync(bundle(indicator())).subarray(0, 60))
    assert.deepEqual([one.state, one.failure?.code], ["failed", "intake.gzip"])
  })
  test("more than is allowed, of which nothing is kept", async () => {
    const before = readdirSync(uploads).length
    await assert.rejects(send(await node.collection(), Buffer.alloc(8 * MIB + 1, " ")), { code: "intake.too-large" })
    assert.equal(readdirSync(uploads).length, before)
  })
  test("a picture or a program", async () => {
    const one = await previewed(await node.collection(), Buffer.from([0x89, 0x50, 0, 0, 1, 2, 3]))
    assert.deepEqual([one.state, one.failure?.code], ["failed", "intake.binary"])
  })
  test("a bundle that breaks in the middle keeps what came before, and says so first", async () => {
    const body = bundle(indicator(), indicator(), indicator())
    const one = await previewed(await node.collection(), body.slice(0, body.lastIndexOf('{"type"') + 20))
    assert.deepEqual([one.state, ...foreseen(one)], ["previewed", 2, 0, 0, 1])
    assert.equal(one.foresight.preview?.fault?.code, "json.truncated")
    assert.deepEqual(counts((await started(one)).outcome), [2, 0, 0, 1])
  })
  test("a quote that is never closed", async () => {
    const one = await previewed(await node.collection(), `value,name\n192.0.2.1,a\n192.0.2.2,"b\n${"x\n".repeat(50)}`, {
      name: "q.csv",
    })
    await imports.map(one.id, { encoding: "utf-8", mapping: one.choices.mapping }, "csv")
    const after = await settled(one.id)
    assert.deepEqual([after.state, after.failure?.code], ["failed", "intake.csv-quote"])
  })
})

test("uploads are for this node's eyes only, and go when an import ends or is given up", async () => {
  const collection = await node.collection()
  const [one, two] = [
    await previewed(collection, bundle(indicator())),
    await previewed(collection, bundle(indicator())),
  ]
  const paths = [one, two].map(({ id }) => join(uploads, id.slice("import--".length)))
  assert.deepEqual(
    paths.map((path) => statSync(path).mode & 0o777),
    [0o600, 0o600],
  )
  await started(one)
  await imports.cancel(two.id)
  assert.deepEqual(
    paths.map((path) => existsSync(path)),
    [false, false],
  )
  assert.equal((await imports.get(two.id)).state, "cancelled")
})

const many = (count: number) =>
  bundle(...Array.from({ length: count }, () => indicator({ description: "x".repeat(500) })))

test("an import runs on when nobody looks; stopping it keeps what is in", async () => {
  const collection = await node.collection()
  const whole = await previewed(collection, many(3000))
  await imports.start(whole.id, { tlp: "green", skipSpecial: false, leftOut: [] })
  const stopped = await previewed(collection, many(3000))
  assert.equal((await settled(whole.id)).state, "done")
  await imports.start(stopped.id, { tlp: "green", skipSpecial: false, leftOut: [] })
  const seen: Progress[] = []
  for await (const progress of imports.watch(stopped.id, new AbortController().signal)) {
    seen.push(progress)
    if (progress.state === "running" || progress.state === "waiting") await imports.cancel(stopped.id)
  }
  assert.equal((await imports.get(stopped.id)).state, "cancelled")
  const { size } = await node.reload(collection)
  assert.ok(size >= 3000 && size < 6000, `${size} entries`)
  assert.equal(seen.at(-1)?.state, "cancelled")
})

test("what waits for an hour is given up", async () => {
  const one = await previewed(await node.collection(), bundle(indicator()))
  node.clock.forward(61 * 60 * 1_000_000)
  await imports.sweep()
  const { state, failure } = await imports.get(one.id)
  assert.deepEqual([state, failure?.code], ["cancelled", "intake.expired"])
})

test("what a node that stops had under way is interrupted, and its files are gone", async () => {
  const collection = await node.collection()
  const [waiting, running] = [await previewed(collection, many(10)), await previewed(collection, many(4000))]
  await imports.start(running.id, { tlp: "green", skipSpecial: false, leftOut: [] })
  await imports.close()
  assert.deepEqual(readdirSync(uploads), [])
  imports = await openImports()
  for (const { id } of [waiting, running]) {
    const { state, foresight } = await imports.get(id)
    assert.deepEqual([state, foresight.preview], ["interrupted", null])
  }
})

test("ten thousand tiny rows are read, each once", async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => `x${i}.com`)
  const one = await previewed(await node.collection(), rows.join("\n"), { name: "t.csv" })
  await imports.map(one.id, { encoding: "utf-8", mapping: one.choices.mapping }, "csv")
  const ready = await settled(one.id)
  assert.deepEqual(foreseen(ready), [10_000, 0, 0, 0])
})

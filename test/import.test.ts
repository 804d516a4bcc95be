import assert from "node:assert/strict"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { gunzipSync, gzipSync } from "node:zlib"
import { comity, command, run, signal } from "./support/node.ts"
import { openScene } from "./support/scene.ts"
import { bundle, envelope, indicator, LATE, malware, newVersion, objectTexts, type Stix, text } from "./support/stix.ts"
import { tempFolder } from "./support/temp.ts"

const REAL_DATA = join(import.meta.dirname, "../../shared/reference/data/attack-31k.json.gz")
const scene = await openScene({ collections: 8 })
const { tester } = scene
after(() => scene.stop())

const folder = tempFolder()
let files = 0

function file(content: string | Buffer, ending = "json"): string {
  const path = join(folder, `${files++}.${ending}`)
  writeFileSync(path, content)
  return path
}

type Problem = { file: string; position: number; offset: number; id: string | null; code: string; message: string }
type Counts = { accepted: number; duplicate: number; conflicting: number; rejected: number; warnings: number }
type Summary = Counts & { problems: Problem[] }

async function importing(collection: string, ...args: string[]) {
  const { status, stdout, stderr } = await command([
    ...["import", ...args, "--data", scene.node().data, "--collection", collection, "--json"],
  ])
  assert.ok(stdout.startsWith("{"), stdout + stderr)
  const { accepted, duplicate, conflicting, rejected, problems } = JSON.parse(stdout) as Summary
  return { status, counts: [accepted, duplicate, conflicting, rejected], problems }
}

/** The effective marking of each entry, as the exported log's headers tell it. */
async function markings(collection: string): Promise<(string | null)[]> {
  const log = join(tempFolder(), "log")
  await run(["log", "export", log, "--data", scene.node().data, "--collection", collection])
  const lines = readFileSync(join(log, "entries.jsonl"), "utf8").trim().split("\n")
  return lines.map(
    (line) => (JSON.parse((JSON.parse(line) as { header: string }).header) as { marking: string }).marking,
  )
}

test("a bundle, an envelope, a bare list and each of them packed are imported with their exact bytes", async () => {
  const collection = scene.collection()
  const objects = Array.from({ length: 6 }, () => JSON.stringify(indicator(), null, 1))
  const [a = "", b = "", c = "", d = "", e = "", f = ""] = objects
  const paths = [
    file(bundle(a)),
    file(` \n{"more": false, "objects": [${b}] , "next":"x"}\n`),
    file(`[\n${c}\n]`),
    file(gzipSync(bundle(d)), "json.gz"),
    file(gzipSync(envelope(e)), "json.gz"),
    file(gzipSync(`[${f}]`), "json.gz"),
  ]
  const { status, counts } = await importing(collection, ...paths)
  assert.deepEqual([status, counts], [0, [6, 0, 0, 0]])
  assert.deepEqual((await tester.texts(collection)).toSorted(), objects.toSorted())
})

test("an object of 18 MiB, where so large ones are let in, goes in and comes out as it was", async () => {
  const data = join(tempFolder(), "d")
  const large = JSON.stringify(indicator({ description: "x".repeat(18 * 1024 * 1024) }))
  const collection = await run(["collection", "add", "Large", "--data", data])
  const env = { COMITY_MAX_CONTENT_LENGTH: String(32 * 1024 * 1024) }
  await run(["import", file(envelope(large)), "--data", data, "--collection", collection], env)
  assert.ok((await run(["export", "--data", data, "--collection", collection])).includes(large))
})

test("importing again finds duplicates only; another content of a version is listed as conflicting", async () => {
  const collection = scene.collection()
  const objects = [indicator(), malware()] as const
  const first = file(bundle(...objects))
  assert.deepEqual((await importing(collection, first)).counts, [2, 0, 0, 0])
  const again = await importing(collection, first)
  assert.deepEqual([again.status, again.counts], [0, [0, 2, 0, 0]])
  const changed = file(bundle(objects[1], { ...objects[0], name: "changed" }, newVersion(objects[0], LATE)))
  const { status, counts, problems } = await importing(collection, changed)
  assert.deepEqual([status, counts], [0, [1, 1, 1, 0]])
  assert.equal(problems.length, 1)
  assert.deepEqual([problems[0]?.file, problems[0]?.position, problems[0]?.id], [changed, 2, objects[0].id])
  assert.deepEqual(await tester.texts(collection, "?match[version]=first"), objects.map(text))
  const kept = await run(["conflict", "list", "--data", scene.node().data, "--collection", collection, "--json"])
  assert.deepEqual(
    (JSON.parse(kept) as { id: string }[]).map(({ id }) => id),
    [objects[0].id],
  )
})

test("people get a summary in words with each problem; programs one JSON object; rejections end with 1", async () => {
  const collection = scene.collection()
  const path = file(bundle(indicator(), indicator({ created: "never" })))
  const args = ["import", path, "--data", scene.node().data, "--collection", collection]
  const { status, stdout, stderr } = await comity(args)
  assert.equal(status, 1)
  const said = stdout + stderr
  for (const word of [/1 accepted|accepted\D+1/i, /1 rejected|rejected\D+1/i, /created/]) assert.match(said, word)
  assert.ok(said.includes(path))
  const wrong = await command(["import", "--data", scene.node().data, "--collection", collection])
  assert.equal(wrong.status, 2)
})

test("--tlp marks what has no mark and leaves the rest, without touching any byte", async () => {
  const collection = scene.collection()
  const green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
  const objects = [indicator(), indicator({ object_marking_refs: [green] })]
  const { status } = await importing(collection, file(bundle(...objects)), "--tlp", "amber+strict")
  assert.equal(status, 0)
  assert.deepEqual(await markings(collection), ["amber+strict", "green"])
  assert.deepEqual(await tester.texts(collection), objects.map(text))
})

test("STIX 2.0 is lifted: same id and times, version 2.1, and no trace of the old shape", async () => {
  const collection = scene.collection()
  const { spec_version: _, pattern_type: __, ...old } = indicator({ labels: ["malicious-activity"], x_kept: { a: 1 } })
  const { spec_version: ___, is_family: ____, ...oldMalware } = malware({ labels: ["trojan"] })
  assert.equal((await importing(collection, file(bundle(old as Stix, oldMalware as Stix)))).status, 0)
  const [lifted, second] = await tester.objects(collection)
  assert.deepEqual([lifted?.id, lifted?.modified, lifted?.spec_version], [old.id, old.modified, "2.1"])
  assert.deepEqual([lifted?.pattern_type, lifted?.indicator_types], ["stix", ["malicious-activity"]])
  assert.deepEqual(lifted?.x_kept, { a: 1 })
  assert.deepEqual([second?.spec_version, second?.malware_types], ["2.1", ["trojan"]])
})

test("an import that is cut off can be repeated: what is there is whole, and the rest follows", async (t) => {
  const collection = scene.collection()
  const objects = Array.from({ length: 8_000 }, () => indicator({ description: "y".repeat(400) }))
  const path = file(bundle(...objects))
  const place = ["--data", scene.node().data, "--collection", collection]
  const cut = await comity(["import", path, ...place], {
    watch: (pid) => setTimeout(() => signal(pid, "SIGKILL"), 500),
  })
  const { status, counts } = await importing(collection, path)
  const [accepted = 0, duplicate = 0] = counts
  assert.deepEqual([status, accepted + duplicate], [0, objects.length])
  await run(["log", "verify", ...place])
  assert.deepEqual(new Set(objectTexts(await run(["export", ...place]))), new Set(objects.map(text)))
  t.diagnostic(
    `${cut.status === null ? "cut off" : "ended by itself"} with ${duplicate} of ${objects.length} objects in`,
  )
})

test("31,300 real objects go in and come out as they were, and the log of it verifies", async (t) => {
  if (!existsSync(REAL_DATA)) return t.diagnostic("not run: the folder with the real data is not here")
  const collection = scene.collection()
  const started = performance.now()
  const { status, counts } = await importing(collection, REAL_DATA)
  t.diagnostic(`imported in ${Math.round(performance.now() - started)} ms: ${counts}`)
  assert.equal(status, 0)
  const source = objectTexts(gunzipSync(readFileSync(REAL_DATA)).toString("utf8"))
  assert.equal(counts[0], source.length)
  const exported = await run(["export", "--data", scene.node().data, "--collection", collection])
  assert.deepEqual(new Set(objectTexts(exported)), new Set(source))
  await run(["log", "verify", "--data", scene.node().data, "--collection", collection])
})

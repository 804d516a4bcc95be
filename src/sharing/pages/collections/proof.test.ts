import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { readable, startCollections } from "../../../../test/support/collection-server.ts"
import { stixId } from "../../../../test/support/stix.ts"
import { tempFolder } from "../../../../test/support/temp.ts"
import { formatVkey, openCheckpoint, parseCheckpoint, parseNote, verifierOf } from "../../../ledger/index.ts"
import { leafHash } from "../../../ledger/merkle.ts"
import { verifyInclusion } from "../../../ledger/proofs.ts"

const server = await startCollections()
after(() => server.close())
const { node, collection, page } = server
const home = `/share/collections/${collection.id}`
const objects = Array.from({ length: 300 }, (_, i) => ({
  ...{ type: "malware", spec_version: "2.1", id: stixId("malware"), is_family: false, name: `number ${i}` },
  ...{ created: "2020-01-01T00:00:00.000Z", modified: "2020-01-01T00:00:00.000Z" },
}))
await server.add(...objects)
const verifier = verifierOf(collection.origin, node.signer.publicKey)
const python = spawnSync("python3", ["--version"]).status === 0

const idOf = (at: number) => objects[at]?.id ?? ""

async function text(path: string): Promise<string> {
  const answer = await server.get(path)
  assert.equal(answer.status, 200)
  return answer.text()
}

test("the proof that is downloaded verifies against the signed checkpoint in it, and against no other leaf", async () => {
  for (const at of [0, 1, 255, 256, 299]) {
    const proof = await text(`${home}/proof/${idOf(at)}`)
    const [top = "", ...rest] = proof.split("\n\n")
    const [magic, extra = "", index, ...path] = top.split("\n")
    assert.deepEqual([magic, index], ["c2sp.org/tlog-proof@v1", `index ${at}`])
    const { size, root } = openCheckpoint(rest.join("\n\n"), verifier)
    const hashes = path.map((hash) => Buffer.from(hash, "base64"))
    const leaf = Buffer.from(extra.slice("extra ".length), "base64")
    assert.equal(verifyInclusion(at, size, leafHash(leaf), hashes, root), true)
    assert.equal(verifyInclusion(at, size, leafHash(Buffer.from("other")), hashes, root), false)
  }
})

test("names of downloaded files hold nothing but letters, digits, hyphens and one ending", async () => {
  for (const path of ["proof", "evidence"]) {
    const answer = await server.get(`${home}/${path}/${idOf(3)}`)
    assert.match(
      answer.headers.get("content-disposition") ?? "",
      /^attachment; filename="[\w-]+\.(tlog-proof|proof\.json)"$/,
    )
    assert.equal(answer.headers.get("cache-control"), "no-store")
  }
})

test("verify.py accepts the evidence as it was downloaded, and refuses it with anything changed", {
  skip: !python,
}, async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, "verify.py"), await text("/share/verify.py"))
  const evidence = JSON.parse(await text(`${home}/evidence/${idOf(256)}`)) as Record<string, string>
  writeFileSync(join(folder, "good.json"), JSON.stringify(evidence))
  const good = spawnSync("python3", ["verify.py", "good.json"], { cwd: folder, encoding: "utf8" })
  assert.equal(good.status, 0, good.stdout + good.stderr)
  assert.match(good.stdout, /entry 256: stands in the log/)
  assert.ok(good.stdout.includes(node.signer.publicKey.toString("base64")))
  const other = verifierOf(collection.origin, Buffer.alloc(32, 9))
  const proof = evidence.proof ?? ""
  const lines = proof.split("\n")
  const broken: [what: string, changes: Record<string, string>, fault: RegExp][] = [
    ["body", { body: Buffer.from("{}").toString("base64") }, /not what was logged/],
    ["salt", { salt: Buffer.alloc(32).toString("base64") }, /not what was logged/],
    ["header", { header: (evidence.header ?? "").replace("put", "mark") }, /not what was logged/],
    ["key", { vkey: formatVkey(other) }, /no signature of the node's key/],
    ["index", { proof: proof.replace("index 256", "index 255") }, /root|hashes/],
    ["too short", { proof: [...lines.slice(0, 3), ...lines.slice(4)].join("\n") }, /root|hashes/],
    ["too long", { proof: [...lines.slice(0, 4), ...lines.slice(3)].join("\n") }, /root|hashes/],
    ["size", { proof: proof.replace("\n300\n", "\n301\n") }, /signature/],
    ["format", { format: "comity-object-proof/2" }, /format/],
    ["unknown", { more: "x" }, /format/],
  ]
  for (const [what, changes] of broken) {
    writeFileSync(join(folder, `${what}.json`), JSON.stringify({ ...evidence, ...changes }))
  }
  const all = "import sys, verify\nfor file in sys.argv[1:]: print('EXIT', verify.main([file]))"
  const files = broken.map(([what]) => `${what}.json`)
  const { stdout } = spawnSync("python3", ["-c", all, ...files], { cwd: folder, encoding: "utf8" })
  const outcomes = stdout.split(/^EXIT /m)
  for (const [at, [what, , fault]] of broken.entries()) {
    assert.match(outcomes[at] ?? "", fault, what)
    assert.match(outcomes[at + 1] ?? "", /^1\n/, what)
  }
})

test("the page says what stands in the log and how to check it", async () => {
  const found = readable(await page(`${home}/objects/${idOf(7)}/proof`))
  assert.match(found, /entry 7 in a log that the node has signed \(entries: 300\)/)
  assert.match(found, /python3 verify\.py malware--[0-9a-f-]+\.proof\.json/)
  assert.ok(found.includes(formatVkey(verifier)))
  const evidence = JSON.parse(await text(`${home}/evidence/${idOf(7)}`)) as {
    salt: string
    header: string
    proof: string
  }
  assert.ok(found.includes(evidence.salt) && found.includes(evidence.header))
  assert.equal(parseCheckpoint(parseNote(evidence.proof.slice(evidence.proof.indexOf("\n\n") + 2)).text).size, 300)
})

test("what the collection does not hold has no proof; who may not read gets none", async () => {
  for (const id of [stixId("malware"), "..%2F..%2Fetc", "%3Cscript%3E", "x".repeat(500)]) {
    for (const path of [`proof/${id}`, `evidence/${id}`, `objects/${id}/proof`]) {
      assert.equal((await server.get(`${home}/${path}`)).status, 404, path)
    }
  }
  for (const path of [`${home}/proof/${idOf(1)}`, `${home}/evidence/${idOf(1)}`, "/share/verify.py"]) {
    assert.equal((await server.get(path, "administrator")).status, 403)
    assert.equal((await server.get(path, null)).status, 303)
  }
})

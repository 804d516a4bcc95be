import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../../test/support/shared.ts"
import type { Stix } from "../../../test/support/stix.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { findLog, proofBundle, verifierProgram } from "../../ledger/index.ts"
import {
  type Collection,
  eraseShared,
  loadCollection,
  markObject,
  narrow,
  ownerOfLog,
  proveObject,
  recallObject,
} from "../../library/index.ts"
import { folderSteps } from "../../library/log-folder.ts"
import { compareWithKept, readKept } from "../../library/proving.ts"
import { type LogReport, verifySteps } from "../../library/verifying.ts"
import { openReader, type Tx } from "../../store/index.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let de: Member
let id: string
let objects: Stix[]

/** Japan reads all along; Brazil comes after things were taken back; Germany is a member no more. */
before(async () => {
  federation = await testFederation(["fi", "jp", "br", "de"])
  ;[fi, jp, br, de] = federation.members as [Member, Member, Member, Member]
  id = await share(fi, jp, br, de)
  objects = indicators(300)
  await put(federation, fi, id, ...objects)
  await jp.round(fi)
  await de.round(fi)
  const at = (number: number) => objects[number]?.id ?? ""
  await change((tx, shared) => recallObject(tx, shared, at(3), "wrong"))
  await change((tx, shared) => markObject(tx, shared, at(4), { marking: "amber", withdrawn: true }))
  await change((tx, shared) => eraseShared(tx, shared, at(5)))
  await change((tx, shared) => recallObject(tx, shared, at(6), "wrong"))
  await br.round(fi)
  await change((tx, shared) => eraseShared(tx, shared, at(6)))
  await change((tx, shared) => narrow(tx, shared, de.party, null))
  await put(federation, fi, id, ...indicators(5))
  await change((tx, shared) => recallObject(tx, shared, at(7), "wrong"))
  for (const node of [jp, br, de]) await node.round(fi)
})
after(() => federation.close())

async function change(work: (tx: Tx, collection: Collection) => Promise<unknown>): Promise<void> {
  federation.clock.forward(1_000_000)
  await fi.store.write(async (tx) => work(tx, await loadCollection(tx, id)))
}

function verify(node: Member, collection: string | null): LogReport[] {
  const reader = openReader(node.folder.database)
  const steps = [...verifySteps(reader, { collection })]
  reader.close()
  return steps.flatMap((step) => ("report" in step ? [step.report] : []))
}

async function reportOf(node: Member): Promise<LogReport> {
  const [report] = verify(node, (await mirrorAt(node)).id)
  assert.ok(report)
  return report
}

function exported(node: Member, collection: string): string {
  const folder = tempFolder()
  const reader = openReader(node.folder.database)
  const order = { collection, folder, exportedAt: "2026-01-01T00:00:00Z", readme: "", party: node.party }
  for (const _ of folderSteps(reader, order));
  reader.close()
  return folder
}

function python(...args: string[]): { status: number | null; text: string } {
  const ran = spawnSync("python3", args, { encoding: "utf8" })
  return { status: ran.status, text: ran.stdout + ran.stderr }
}

test("a mirror verifies under its owner's key; what came without content is counted, and no fault where it is explained", async () => {
  const counts: Record<string, [number, number]> = {}
  for (const node of [jp, br, de]) {
    const { problems, party, size, signed, erased, withheld } = await reportOf(node)
    assert.deepEqual(problems, [], node.name)
    assert.deepEqual([party, signed], [fi.party, size])
    counts[node.name] = [erased, withheld]
  }
  // Brazil never got what was recalled, marked above the ceiling, and erased before; Germany nothing that came later.
  assert.deepEqual(counts, { jp: [2, 0], br: [1, 3], de: [2, 5] })
  assert.deepEqual(
    verify(jp, null).map(({ problems }) => problems),
    [[], [], []],
  )
  assert.deepEqual((await verify(fi, id))[0]?.problems, [])
})

test("a mirror that was changed, or lost something, is found out", async () => {
  const mirror = await mirrorAt(jp)
  const changes: [string, string, string][] = [
    [
      "hash-differs",
      `update object set bytes = replace(bytes, cast('n20"' as blob), cast('n2x"' as blob))`,
      "where id = '%'",
    ],
    ["content-missing", `update entry set salt = null, object = null`, "where seq = 20"],
    [
      "edge-differs",
      `update log set edge = zeroblob(length(edge))`,
      "where key = (select log from collection where party is not null)",
    ],
    [
      "signature",
      `update log set checkpoint = replace(checkpoint, '\n31', '\n32')`,
      "where key = (select log from collection where party is not null)",
    ],
    ["signature", `update peer_key set body = replace(body, cast('incept' as blob), cast('incopt' as blob))`, ""],
    ["seq-gap", `delete from entry`, "where seq = 20"],
  ]
  const copy = jp.backup()
  for (const [code, what, where] of changes) {
    jp.meddle(`${what} ${where.replace("%", objects[20]?.id ?? "")}`)
    const [report] = verify(jp, mirror.id)
    assert.ok(
      report?.problems.some((problem) => problem.code === code),
      `${code}: ${JSON.stringify(report?.problems)}`,
    )
    await jp.restore(copy)
  }
  assert.deepEqual((await reportOf(jp)).problems, [])
})

test("what came in part is verified as far as its owner's signature goes", async () => {
  const node = de
  const copy = node.backup()
  const { size } = await mirrorAt(node)
  await node.store.write(async (tx) => {
    await tx.run(sql`update log set checkpoint = '' where key = (select log from collection where party is not null)`)
  })
  const report = await reportOf(node)
  assert.deepEqual([report.problems, report.size, report.signed], [[], size, 0])
  await assert.rejects(async () => proveObject(node.store, await mirrorAt(node), objects[20]?.id ?? ""), {
    code: "log.not-whole",
  })
  await node.restore(copy)
})

test("the exported mirror is checked by Python alone, with its owner's keys, and any change is found", async () => {
  for (const node of [jp, br, de]) {
    const folder = exported(node, (await mirrorAt(node)).id)
    const { status, text } = python(join(folder, "verify.py"), folder)
    assert.equal(status, 0, text)
    assert.match(text, /Log of a collection, as it was received/)
    assert.ok(text.includes(fi.signer.publicKey.toString("base64")))
    assert.match(text, node === jp ? /all there, 2 erased/ : /without content, since they were recalled or marked/)
  }
  const folder = exported(br, (await mirrorAt(br)).id)
  const path = (name: string) => join(folder, name)
  const lines = readFileSync(path("entries.jsonl"), "utf8")
  const changes: [string, (text: string) => string][] = [
    ["entries.jsonl", (text) => text.replace(/"withheld_by":\d+/, '"withheld_by":299')],
    ["entries.jsonl", (text) => text.replace(/"withheld_by":\d+/, '"withheld_by":2')],
    ["entries.jsonl", (text) => text.replace(/"withheld_by":(\d+)/, '"erased_by":$1')],
    ["entries.jsonl", (text) => text.replace(/\{"seq":20,.*\n/, "")],
    ["keys.json", (text) => text.replace('"comity-key-statements/1"', '"comity-key-statements/2"')],
    ["keys.json", () => '{"format":"comity-key-statements/1","statements":[]}\n'],
    ["checkpoint", (text) => text.replace(/\n(\d+)\n/, "\n1\n")],
  ]
  assert.match(lines, /"withheld_by":\d+/)
  for (const [name, spoil] of changes) {
    const good = readFileSync(path(name), "utf8")
    const bad = spoil(good)
    assert.notEqual(bad, good, name)
    writeFileSync(path(name), bad)
    const { status, text } = python(path("verify.py"), folder)
    assert.equal(status, 1, `${name}: ${text}`)
    writeFileSync(path(name), good)
  }
  // Keys of another node do not fit.
  const other = exported(fi, id)
  assert.equal(python(join(other, "verify.py"), other).status, 0)
})

test("an object that was received is proven under its owner's key", async () => {
  const mirror = await mirrorAt(jp)
  const proof = await proveObject(jp.store, mirror, objects[20]?.id ?? "")
  const owner = await ownerOfLog(jp.store, mirror, (await findLog(jp.store, mirror.log)).checkpoint)
  assert.equal(owner.party, fi.party)
  const file = join(tempFolder(), "proof.json")
  const { vkey, statements, party } = owner
  writeFileSync(file, proofBundle({ ...proof, vkey, keys: statements, party }))
  const { status, text } = python(verifierProgram.pathname, file)
  assert.equal(status, 0, text)
  assert.ok(text.includes(fi.signer.publicKey.toString("base64")))
  assert.equal(text.includes(jp.signer.publicKey.toString("base64")), false)
})

test("a checkpoint of a partner's that was kept is compared with its mirror", async () => {
  const mirror = await mirrorAt(jp)
  const { checkpoint } = await findLog(jp.store, mirror.log)
  assert.equal((await compareWithKept(jp.store, mirror, readKept(checkpoint))).is, "continued")
  const own = await jp.store.get<{ checkpoint: string }>(sql`select checkpoint from log where kind = 'ledger'`)
  const kept = readKept(own?.checkpoint ?? "")
  assert.equal((await compareWithKept(jp.store, mirror, kept)).is, "checkpoint-of-another-log")
  const forged = readKept(checkpoint.replace(/\n(\d+)\n/, "\n7\n"))
  assert.equal((await compareWithKept(jp.store, mirror, forged)).is, "checkpoint-not-signed")
})

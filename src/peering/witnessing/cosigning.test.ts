import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../../test/support/shared.ts"
import { newKeyPair, type Signer, signerOf } from "../../crypto/index.ts"
import {
  cosignaturesIn,
  EMPTY_ROOT,
  findLog,
  type LogRow,
  parseCheckpoint,
  parseNote,
  proveConsistency,
  signNote,
} from "../../ledger/index.ts"
import { loadCollection, readCommitments } from "../../library/index.ts"
import { loadPeer } from "../../parties/index.ts"
import { say } from "../index.ts"
import { formatAddCheckpoint, parseAddCheckpoint } from "./add-checkpoint.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let id: string

/** Finland shares with Japan, which holds 5 entries. */
beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  id = await share(fi, jp)
  await put(federation, fi, id, ...indicators(5))
  await jp.round(fi)
  assert.equal((await mirrorAt(jp)).size, 5)
})
afterEach(() => federation.close())

async function logOf(node: Member, collection = id): Promise<LogRow> {
  return findLog(node.store, (await loadCollection(node.store, collection)).log)
}

/** Any checkpoint of Finland's log, signed by Finland, whatever its history says. */
async function signed(size: number, root: Buffer, signer: Signer = fi.signer, origin?: string): Promise<string> {
  const name = origin ?? (await logOf(fi)).origin
  return signNote(`${name}\n${size}\n${root.toString("base64")}\n`, { name, signer })
}

async function proofTo(first: number): Promise<Buffer[]> {
  const { key } = await loadCollection(fi.store, id)
  const log = await logOf(fi)
  return proveConsistency(fi.store, log, first, log.size, (from, to) => readCommitments(fi.store, key, from, to))
}

async function show(
  body: { old: number; proof?: readonly Buffer[]; checkpoint: string } | string,
  to: Member = jp,
): Promise<{ status: number; text: string }> {
  const text = typeof body === "string" ? body : formatAddCheckpoint({ proof: [], ...body })
  const also = [400, 403, 404, 409, 422]
  const words = { type: "text/plain", body: text, also }
  const answer = await say(fi.parts, await loadPeer(fi.store, to.party), "checkpoint", words)
  return { status: answer.status, text: Buffer.from(answer.body).toString("utf8") }
}

const heldBy = async (node: Member) =>
  node.store.get<{ target: number; checkpoint: string }>(sql`select target, checkpoint from feed`)

const root = Buffer.alloc(32, 7)

test("a checkpoint that follows is remembered and cosigned, and the entries are fetched", async () => {
  await put(federation, fi, id, ...indicators(3))
  const { checkpoint } = await logOf(fi)
  const { status, text } = await show({ old: 5, proof: await proofTo(5), checkpoint })
  assert.equal(status, 200)
  const [cosignature, ...more] = cosignaturesIn(checkpoint + text)
  assert.ok(cosignature)
  assert.equal(more.length, 0)
  assert.equal(cosignature.time, Math.floor(federation.clock.now() / 1_000_000))
  assert.deepEqual({ ...(await heldBy(jp)) }, { target: 8, checkpoint })
  assert.deepEqual(jp.woken, [jp.peer(fi)])
  await jp.round(fi)
  assert.equal((await mirrorAt(jp)).size, 8)
})

test("a checkpoint whose entries are held already wakes nobody", async () => {
  const { checkpoint } = await logOf(fi)
  assert.equal((await show({ old: 5, checkpoint })).status, 200)
  assert.deepEqual(jp.woken, [])
})

test("a log that is not known is 404, also one of somebody else, and its sender is asked what it shares", async () => {
  const { origin } = await logOf(fi)
  assert.equal((await show({ old: 0, checkpoint: await signed(1, root, fi.signer, "comity/another") })).status, 404)
  assert.deepEqual(jp.woken, [jp.peer(fi)])
  assert.equal((await show({ old: 0, checkpoint: await signed(1, root, fi.signer, origin) }, br)).status, 404)
  const theirs = await share(br, jp)
  await put(federation, br, theirs, ...indicators(1))
  await jp.round(br)
  const { checkpoint } = await logOf(br, theirs)
  assert.equal((await show({ old: 1, checkpoint })).status, 404) // known, but not as Finland's
})

test("no signature of the log's key, or a wrong one, is 403; others beside it do not matter", async () => {
  const { checkpoint, origin } = await logOf(fi)
  const stranger = signerOf(newKeyPair())
  assert.equal((await show({ old: 5, checkpoint: await signed(5, root, stranger) })).status, 403)
  const { text, signatures } = parseNote(checkpoint)
  const forSomethingElse = (await signed(5, root)).split("\n\n")[1]
  assert.equal((await show({ old: 5, checkpoint: `${text}\n${forSomethingElse}` })).status, 403)
  const other = signNote(text, { name: origin, signer: stranger }).slice(text.length + 1)
  assert.equal(signatures.length, 1)
  assert.equal((await show({ old: 5, checkpoint: checkpoint + other })).status, 200)
  assert.equal((await heldBy(jp))?.checkpoint, checkpoint) // without what others signed
})

test("an old size above the checkpoint's is 400", async () => {
  assert.equal((await show({ old: 6, checkpoint: await signed(5, root) })).status, 400)
})

test("an old size that is not the one held is 409 and says the one held, and nothing changes", async () => {
  const { checkpoint } = await logOf(fi)
  for (const old of [0, 3, 4]) assert.deepEqual(await show({ old, checkpoint }), { status: 409, text: "5\n" })
  assert.deepEqual({ ...(await heldBy(jp)) }, { target: 5, checkpoint })
})

test("an empty tree with another root than the empty one is 422", async () => {
  const empty = await share(fi, br)
  await br.round(fi)
  const { origin } = await logOf(fi, empty)
  const of = (hash: Buffer) => signed(0, hash, fi.signer, origin)
  assert.equal((await show({ old: 0, checkpoint: await of(root) }, br)).status, 422)
  assert.equal((await show({ old: 0, checkpoint: await of(EMPTY_ROOT) }, br)).status, 200)
  const first = await signed(1, root, fi.signer, origin)
  assert.equal((await show({ old: 0, proof: [root], checkpoint: first }, br)).status, 422) // from nothing, no proof
})

test("a proof that does not hold is 422, whatever is wrong with it, and nothing changes", async () => {
  const before = await heldBy(jp)
  await put(federation, fi, id, ...indicators(3))
  const { checkpoint } = await logOf(fi)
  const good = await proofTo(5)
  const proofs = [[], good.slice(1), [...good, root], good.with(0, root), good.toReversed(), await proofTo(4)]
  for (const proof of proofs) assert.equal((await show({ old: 5, proof, checkpoint })).status, 422)
  assert.deepEqual({ ...(await heldBy(jp)) }, { ...before })
  assert.equal((await show({ old: 5, proof: good, checkpoint })).status, 200)
})

test("the same size with another root is 422", async () => {
  assert.equal((await show({ old: 5, checkpoint: await signed(5, root) })).status, 422)
})

test("of two checkpoints that both follow from what is held, only the first is cosigned: there is no way back", async () => {
  await put(federation, fi, id, ...indicators(1))
  const smaller = { old: 5, proof: await proofTo(5), checkpoint: (await logOf(fi)).checkpoint }
  await put(federation, fi, id, ...indicators(1))
  const larger = { old: 5, proof: await proofTo(5), checkpoint: (await logOf(fi)).checkpoint }
  const [first, second] = await Promise.all([show(larger), show(smaller)])
  assert.deepEqual([first.status, second], [200, { status: 409, text: "7\n" }])
  assert.equal((await heldBy(jp))?.target, 7)
})

test("what is no request of the standard is 400", async () => {
  const { checkpoint } = await logOf(fi)
  const hash = root.toString("base64")
  const bad = [
    "",
    checkpoint,
    `old 5\n${checkpoint}`,
    `old 05\n\n${checkpoint}`,
    `old -1\n\n${checkpoint}`,
    `old  5\n\n${checkpoint}`,
    `old 99999999999999999999\n\n${checkpoint}`,
    `OLD 5\n\n${checkpoint}`,
    `old 5\r\n\r\n${checkpoint}`,
    `old 5\n${hash.slice(4)}\n\n${checkpoint}`,
    `old 5\n${hash} \n\n${checkpoint}`,
    `old 5\n${`${hash}\n`.repeat(64)}\n${checkpoint}`,
    "old 5\n\nnothing",
    `old 5\n\n${checkpoint.replace("\n5\n", "\n05\n")}`,
  ]
  for (const body of bad) assert.equal((await show(body)).status, 400, body)
  const most = parseAddCheckpoint(Buffer.from(`old 5\n${`${hash}\n`.repeat(63)}\n${checkpoint}`))
  assert.deepEqual([most.proof.length, most.checkpoint], [63, checkpoint])
})

test("a partner with whom the relation ended still cosigns; one that never was a member does not", async () => {
  await fi.store.write((tx) => tx.run(sql`update peer set state = 'left'`))
  await jp.store.write((tx) => tx.run(sql`update peer set state = 'left'`))
  const { checkpoint } = await logOf(fi)
  assert.equal((await show({ old: 5, checkpoint })).status, 200)
  assert.equal((await show({ old: 5, checkpoint }, br)).status, 404)
})

test("a node cosigns two logs under two names, and neither shows whose it is", async () => {
  const other = await share(fi, jp)
  await put(federation, fi, other, ...indicators(1))
  await jp.round(fi)
  const names: string[] = []
  for (const one of [id, other]) {
    const { checkpoint, size } = await logOf(fi, one)
    const { text } = await show({ old: size, checkpoint })
    const again = await show({ old: size, checkpoint })
    const [first, second] = [checkpoint + text, checkpoint + again.text].map((note) => cosignaturesIn(note)[0]?.name)
    assert.equal(first, second)
    names.push(first ?? "")
    assert.equal(text.includes(jp.signer.publicKey.toString("hex")), false)
  }
  assert.notEqual(names[0], names[1])
  assert.equal(parseCheckpoint(parseNote((await logOf(fi)).checkpoint).text).size, 5)
})

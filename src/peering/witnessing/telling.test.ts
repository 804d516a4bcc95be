import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../../test/support/shared.ts"
import { ComityError } from "../../kernel/errors.ts"
import { cosignaturesIn, findLog, logFile } from "../../ledger/index.ts"
import { loadCollection, narrow } from "../../library/index.ts"
import { peersToTell } from "../queries.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let id: string
let said: { verb: string; to: string; status: number }[]

beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  id = await share(fi, jp, br)
  await put(federation, fi, id, ...indicators(2))
  said = []
  federation.wire = async ({ url }, pass) => {
    const { host, pathname } = new URL(url)
    const answer = await pass()
    said.push({ verb: pathname.split("/").at(-1) ?? "", to: host.split(".")[0] ?? "", status: answer.status })
    return answer
  }
})
afterEach(() => federation.close())

const statuses = () => said.filter(({ verb }) => verb === "checkpoint").map(({ to, status }) => `${to} ${status}`)
const toTell = () => peersToTell(fi.store, federation.clock.now())

type Row = { party: string; told: number; cosigned: number; failure: string | null }
async function rowOf(node: Member): Promise<Row> {
  const row = await fi.store.get<Row>(
    sql`select party, told, cosigned, cosign_failure as failure from audience where party = ${node.party}`,
  )
  assert.ok(row)
  return { ...row }
}

/** As it goes for a log that a reader does not know yet. */
async function meet(node: Member): Promise<void> {
  await fi.round(node)
  await node.round(fi)
  await fi.round(node)
}

test("a reader that does not know the log yet is shown it again once it has fetched it, and then cosigns", async () => {
  await fi.round(jp)
  assert.deepEqual([statuses(), (await toTell()).includes(fi.peer(jp))], [["jp 404"], false])
  await jp.round(fi)
  assert.deepEqual((await toTell()).includes(fi.peer(jp)), true)
  await fi.round(jp)
  assert.deepEqual([statuses(), (await toTell()).includes(fi.peer(jp))], [["jp 404", "jp 200"], false])
  assert.deepEqual(await rowOf(jp), { party: jp.party, told: 2, cosigned: 2, failure: null })
})

test("however often a collection grew, each reader is told once, and what it verified is not asked about", async () => {
  await meet(jp)
  said = []
  for (let i = 0; i < 3; i++) await put(federation, fi, id, ...indicators(2))
  await fi.round(jp)
  await fi.round(jp)
  await jp.round(fi)
  assert.deepEqual(statuses(), ["jp 200"])
  await put(federation, fi, id, ...indicators(1))
  await jp.round(fi) // it was quicker than we: no message tells us
  await fi.round(jp)
  assert.deepEqual(statuses(), ["jp 200", "jp 200"])
})

test("a reader that verified less than we thought says how much, and is shown what follows on that", async () => {
  await meet(jp)
  await fi.store.write((tx) => tx.run(sql`update audience set seen = 0 where party = ${jp.party}`))
  await put(federation, fi, id, ...indicators(3))
  said = []
  await fi.round(jp)
  assert.deepEqual(statuses(), ["jp 409", "jp 200"])
})

test("a reader whose memory moves on while it is shown a log is shown what follows on that, too", async () => {
  await meet(jp)
  await put(federation, fi, id, ...indicators(1))
  said = []
  const again = Promise.withResolvers<void>()
  const wire = federation.wire
  let shown = 0
  let told: Promise<void> | null = null
  federation.wire = async (request, pass) => {
    if (request.url.endsWith("/checkpoint") && ++shown === 2) {
      again.resolve()
      await pulled // what was on its way to it arrives between the two
    }
    const answer = await wire(request, pass)
    if (request.url.endsWith("/pull") && told === null) {
      await put(federation, fi, id, ...indicators(2))
      told = fi.round(jp)
      await again.promise
    }
    return answer
  }
  const pulled = jp.round(fi)
  await pulled
  await told
  assert.deepEqual(statuses(), ["jp 409", "jp 409", "jp 200"])
  assert.deepEqual(await rowOf(jp), { party: jp.party, told: 5, cosigned: 5, failure: null })
})

test("a checkpoint is served with the cosignatures over exactly that one, each under a name that says nothing", async () => {
  await meet(jp)
  const served = async () => {
    const log = await findLog(fi.store, (await loadCollection(fi.store, id)).log)
    const file = await logFile(fi.store, log, "checkpoint", async () => [])
    return { note: file?.bytes.toString("utf8") ?? "", log }
  }
  await meet(br)
  const { note, log } = await served()
  assert.equal(cosignaturesIn(note).length, 2)
  assert.equal(note.startsWith(log.checkpoint), true)
  for (const { party, signer } of [jp, br]) {
    assert.equal(note.includes(party) || note.includes(signer.publicKey.toString("hex")), false)
  }
  await put(federation, fi, id, ...indicators(1))
  assert.equal(cosignaturesIn((await served()).note).length, 0)
  await fi.round(jp)
  assert.equal(cosignaturesIn((await served()).note).length, 1)
  await br.round(fi)
  const [feed] = br.meddle("select checkpoint from feed")
  assert.equal(cosignaturesIn(String(feed?.checkpoint)).length, 0) // it keeps what the owner signed
  assert.equal((await mirrorAt(br)).size, 3)
})

test("a reader that refuses is not asked again until there is something new; why it refused is kept", async () => {
  await meet(jp)
  await jp.store.write((tx) => tx.run(sql`update feed set state = 'broken'`))
  await put(federation, fi, id, ...indicators(1))
  said = []
  await fi.round(jp)
  await fi.round(jp)
  assert.deepEqual(statuses(), ["jp 403"])
  assert.deepEqual(await rowOf(jp), { party: jp.party, told: 3, cosigned: 2, failure: "feed.broken" })
  await jp.store.write((tx) => tx.run(sql`update feed set state = 'open'`))
  await put(federation, fi, id, ...indicators(1))
  await fi.round(jp)
  assert.deepEqual(await rowOf(jp), { party: jp.party, told: 4, cosigned: 4, failure: null })
})

test("a reader that is silent is told later, and one whose answer was lost cosigns again", async () => {
  await meet(jp)
  await put(federation, fi, id, ...indicators(1))
  const lost = new ComityError("unavailable", "peer.unreachable")
  const wire = federation.wire
  for (const reached of [false, true]) {
    federation.wire = async ({ url }, pass) => {
      if (reached || !url.endsWith("/checkpoint")) await pass()
      throw lost
    }
    await assert.rejects(fi.round(jp), { code: "peer.unreachable" })
    assert.equal((await rowOf(jp)).cosigned, 2)
  }
  federation.wire = wire
  said = []
  await fi.round(jp)
  assert.deepEqual([statuses(), (await rowOf(jp)).cosigned], [["jp 409", "jp 200"], 3])
})

test("a cosignature that is none, or over something else, counts for nothing", async () => {
  await meet(jp)
  await put(federation, fi, id, ...indicators(1))
  await jp.store.write((tx) => tx.run(sql`update feed set target = target`))
  const honest = jp.parts.self.cosigner
  jp.parts.self.cosigner = (origin) => ({ ...honest(origin), sign: () => Buffer.alloc(64, 1) })
  await fi.round(jp)
  assert.deepEqual(await rowOf(jp), { party: jp.party, told: 3, cosigned: 2, failure: "cosignature" })
})

test("who left is shown a log only while it owes an answer", async () => {
  await meet(jp)
  await fi.store.write(async (tx) => narrow(tx, await loadCollection(tx, id), jp.party, null))
  await put(federation, fi, id, ...indicators(1))
  said = []
  await fi.round(jp)
  assert.deepEqual(statuses(), [])
})

test("a checkpoint that comes while entries are on their way is never taken back", async () => {
  await meet(jp)
  await put(federation, fi, id, ...indicators(1100))
  const wire = federation.wire
  let overtaken = 0
  federation.wire = async (request, pass) => {
    const answer = await wire(request, pass)
    if (request.url.endsWith("/pull") && overtaken < 3) {
      overtaken += 1
      await put(federation, fi, id, ...indicators(1))
      await fi.round(jp)
    }
    return answer
  }
  await jp.round(fi)
  assert.deepEqual([overtaken, (await mirrorAt(jp)).size, (await rowOf(jp)).cosigned], [3, 1105, 1105])
  const [feed] = jp.meddle("select target, failure, state from feed")
  assert.deepEqual({ ...feed }, { target: 1105, failure: null, state: "open" })
})

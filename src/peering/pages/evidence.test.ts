import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { type LibraryServer, type MorePages, startLibrary } from "../../../test/support/library-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { indicators, put, share } from "../../../test/support/shared.ts"
import { nothing } from "../../http/index.ts"
import { signCheckpoint } from "../../ledger/checkpoint.ts"
import { findLog, readConflict } from "../../ledger/index.ts"
import { loadCollection, verifyLogs } from "../../library/index.ts"
import { collectionPages, Verifications } from "../../sharing/index.ts"
import { confirmGuard, couriersOf, guardLogs } from "../index.ts"
import { partnerPages } from "./routes.ts"

const HOSTILE = "<img src=x> \u202eShared"

/** Our node, which people use through its pages: Finland shows it two histories, and it shares with both others. */
let federation: Federation
let ours: Member
let fi: Member
let br: Member
let server: LibraryServer
let lent: string
let given: string

before(async () => {
  federation = await testFederation(["ours", "fi", "br"])
  ;[ours, fi, br] = federation.members as [Member, Member, Member]
  const { store, parts } = ours
  const verify = (name: string) => verifyLogs(ours.folder.database, name)
  const verifications = new Verifications({ verify, clock: federation.clock, onFailure: assert.ifError })
  const pages: MorePages = ({ signer }, search) => [
    ...partnerPages({ store, peering: parts, couriers: couriersOf(), more: async () => nothing }),
    ...collectionPages({ store, search, signer, verifications: verifications }),
  ]
  server = await startLibrary(federation.clock.now(), pages, ours)
  lent = await share(fi, ours)
  given = await share(ours, fi, br)
  await put(federation, fi, lent, ...indicators(2))
  await put(federation, ours, given, ...indicators(2))
})
after(async () => {
  await server.close()
  await Promise.all([fi.close(), br.close()])
})

async function page(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return text
}

const words = async (path: string, who: Role = "officer") => readable(await page(path, who))

async function post(path: string, who: Role = "officer"): Promise<string> {
  const answer = await server.post(path, [], who)
  assert.equal(answer.status, 303, `${path}: ${await answer.text()}`)
  return String(answer.headers.get("location"))
}

/** Finland goes on from a backup, after we read what came later. */
async function conflict(): Promise<void> {
  const copy = fi.backup()
  await put(federation, fi, lent, ...indicators(1))
  await ours.round(fi)
  await fi.restore(copy)
  await put(federation, fi, lent, ...indicators(2))
  await assert.rejects(ours.round(fi), { code: "feed.conflicting-checkpoints" })
}

async function everybody(): Promise<void> {
  for (const other of [fi, br]) {
    await other.round(ours)
    await ours.round(other)
  }
}

test("while there is nothing to see the pages say so", async () => {
  assert.match(await words("/share/evidence", "reader"), /No conflicting checkpoints/)
  assert.match(await words("/share/guard", "reader"), /No collection waits.*no partner ever cosigned has no such/)
  assert.doesNotMatch(await words("/share/feeds"), /wait after the start|Conflicting/)
  for (const path of ["/share/evidence/00ff", "/share/evidence/00ff/file", "/share/evidence/00ff/settle"]) {
    await page(path, "officer", 404)
  }
})

test("two histories are shown with the advice to ask first, and a file that anybody can check", async () => {
  await conflict()
  fi.meddle("update collection set title = ?", HOSTILE)
  ours.meddle("update collection set title = ? where kind = 'received'", HOSTILE)
  const list = await page("/share/evidence", "reader")
  assert.match(readable(list), /ask before you accuse.*fi.*not settled.*3 \/ 4/)
  assert.ok(!list.includes("<img") && !list.includes("\u202e"))
  const [, path = ""] = /href="(\/share\/evidence\/[0-9a-f]+)"/.exec(list) ?? []
  const one = await page(path, "reader")
  assert.ok(!one.includes("<img") && !one.includes("\u202e"))
  assert.match(readable(one), /Call the partner at a number that you knew before.*verify\.py.*It does not show why/)
  assert.ok(!one.includes("/settle"), "a reader settles nothing")
  const answer = await server.get(`${path}/file`, "reader")
  assert.equal(
    answer.headers.get("content-disposition"),
    `attachment; filename="conflict-${path.split("/").at(-1)}.json"`,
  )
  const { first, second } = readConflict(Buffer.from(await answer.arrayBuffer()))
  assert.deepEqual([first.size, second.size], [3, 4])
  assert.match(await words("/share/feeds"), /Look at the conflicting checkpoints/)
})

test("an officer settles it after people talked, and the feed goes on; the file stays", async () => {
  const list = await page("/share/evidence")
  const [, path = ""] = /href="(\/share\/evidence\/[0-9a-f]+)"/.exec(list) ?? []
  for (const who of ["reader", "analyst", "administrator"] as const) {
    await page(`${path}/settle`, who, 403)
    assert.equal((await server.post(`${path}/settle`, [], who)).status, 403)
  }
  assert.match(
    await words(`${path}/settle`),
    /goes on from the history that is held here.*If fi goes on with the other/,
  )
  assert.equal(await post(`${path}/settle`), "/share/evidence?done=settled")
  assert.match(await words("/share/evidence?done=settled"), /Settled\..*fi.*settled/)
  assert.doesNotMatch(await words(path), /ask before you accuse|When it is understood/)
  await page(`${path}/file`, "reader")
  const [feed] = ours.meddle("select state from feed")
  assert.equal(feed?.state, "open")
})

const collectionPage = () => words(`/share/collections/${given}`)
const guarded = async () => (await findLog(ours.store, (await loadCollection(ours.store, given)).log)).guarded

test("a collection says whether anybody could warn of an older backup, and after a start that it waits", async () => {
  assert.match(await collectionPage(), /No reader has cosigned this collection yet/)
  await everybody()
  assert.match(await collectionPage(), /Readers cosigned this collection/)
  await guardLogs(ours.store)
  assert.match(await collectionPage(), /signs nothing here until.*See what is waited for/)
  assert.match(await words("/share/feeds"), /wait after the start.*See what is waited for/)
})

test("the page of what waits shows who answered, and two officers can say that nothing is missing", async () => {
  const confirm = `/share/guard/${given}/confirm`
  assert.match(await words("/share/guard", "reader"), /Shared.*0 of 2 answered.*br.*no answer yet.*fi.*no answer yet/)
  assert.ok(!(await page("/share/guard", "reader")).includes("/confirm"))
  await ours.round(fi)
  assert.match(await words("/share/guard"), /1 of 2 answered, 1 hold nothing newer; 2 needed.*fi.*nothing newer/)
  for (const who of ["reader", "analyst", "administrator"] as const) {
    await page(confirm, who, 403)
    assert.equal((await server.post(confirm, [], who)).status, 403)
  }
  assert.match(await words(confirm), /You answer for this.*sign two histories/)
  assert.equal(await post(confirm), "/share/guard?done=confirmed")
  assert.equal(await post(confirm), "/share/guard?done=confirmed", "nobody counts for two")
  assert.match(await words("/share/guard?done=confirmed"), /One more officer has to confirm.*1 of 2/)
  assert.match(await words(confirm), /You have confirmed this already/)
  assert.equal(await guarded(), 1)
  const { log } = await loadCollection(ours.store, given)
  await ours.store.write((tx) => confirmGuard(tx, log, "another"))
  assert.equal(await guarded(), 0)
  await page(confirm, "officer", 404)
  await page(`/share/guard/${lent}/confirm`, "officer", 404)
})

test("what a partner holds and we lost stands there, and nobody can confirm it away", async () => {
  await guardLogs(ours.store)
  const { origin } = await loadCollection(ours.store, given)
  ours.meddle("update guard set missing = ?", signCheckpoint(origin, 9, Buffer.alloc(32), ours.signer))
  assert.match(await words("/share/guard"), /entries that this node signed and no longer has: 9 there, 2 here/)
  assert.ok(!(await page("/share/guard")).includes("/confirm"))
  assert.equal((await server.post(`/share/guard/${given}/confirm`, [], "officer")).status, 409)
})

test("the owner sees that a reader holds another history, and that a collection ended", async () => {
  ours.meddle("update audience set cosign_failure = 'checkpoint.root-differs' where party = ?", fi.party)
  assert.match(await collectionPage(), /Call them: most often a backup was restored here.*holds another history/)
  ours.meddle("update log set guarded = 2 where guarded = 1")
  assert.match(await collectionPage(), /Nothing is signed in this collection any more; its successor goes on/)
  assert.match(await words("/share/guard"), /No collection waits/)
})

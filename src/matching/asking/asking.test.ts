import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { after, test } from "node:test"
import {
  type Asker,
  ask,
  askingFederation,
  countsOf,
  foundIn,
  item,
  know,
  ledgerOf,
  open,
  statesOf,
} from "../../../test/support/asking.ts"
import { prepared } from "../../../test/support/node-in-process.ts"
import { share } from "../../../test/support/sharing.ts"
import { LATE, newVersion } from "../../../test/support/stix.ts"
import { derived, sealBox } from "../../crypto/ciphers/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant, plusMicroseconds } from "../../kernel/time.ts"
import { addObjects, eraseObject, putShared } from "../../library/index.ts"
import { addRefusal, removeRefusal } from "../../policy/index.ts"
import { newestEverKey } from "../../sharing/release/queries.ts"
import { recall } from "../../sharing/release/withdrawing.ts"
import { closeAnswers, loadAnswers, renewKeys, standingOf } from "./opening.ts"
import { selectEpochs } from "./queries.ts"
import { askPartners, cancelQuestion, foreseeQuestion, listHeld, loadQuestion } from "./questioning.ts"
import { works } from "./works.ts"

const DAYS = 86_400_000_000
const federation = await askingFederation(["fi", "jp", "br"])
after(() => federation.close())
const [fi, jp, br] = federation.members as [Asker, Asker, Asker]
let opened = ""

/** What went over the network meanwhile: by verb, and whole. */
async function listening<Result>(work: () => Promise<Result>) {
  const bodies: Buffer[] = []
  const verbs: string[] = []
  federation.wire = async (request, pass) => {
    const answer = await pass()
    bodies.push(request.body, answer.body)
    verbs.push(`${new URL(request.url).hostname.split(".")[0]} ${request.url.split("/").at(-1)} ${request.body.length}`)
    return answer
  }
  const result = await work()
  federation.wire = (_, pass) => pass()
  return { result, bodies, verbs }
}

test("one question to several partners says of each item who has it, and none of them learns which", async () => {
  await know(jp, ["198.51.100.7", "c2.example"])
  await know(br, ["c2.example"])
  opened = await open(jp, [fi])
  await open(br, [fi], [{ type: "domain", quota: 200 }])
  const texts = ["198.51.100.7", "198.51.100.8", "c2.example"]
  const { result: asked, bodies } = await listening(() => ask(fi, [jp, br], texts))
  assert.deepEqual(foundIn(asked), [[jp.party], [], [br.party, jp.party]])
  const parts = asked.question.parts.map((one) => [one.name, one.type, one.state, one.found, one.evaluations, one.left])
  assert.deepEqual(parts, [
    ["br", "domain", "answered", 1, 64, 136],
    ["br", "ipv4", "not-offered", null, 0, null],
    ["jp", "domain", "answered", 1, 64, 20_416],
    ["jp", "ipv4", "answered", 1, 64, 5056],
  ])
  assert.notEqual(asked.question.endedAt, null)
  for (const bytes of texts.flatMap((text) => [Buffer.from(text), item(text).subarray(4)])) {
    assert.ok(!bodies.some((body) => body.includes(bytes)), "no item leaves the node")
  }
  const answered = countsOf(jp, "match.answered")
  assert.deepEqual(
    answered.map(({ party, type, evaluations, left }) => [party, type, evaluations, left]),
    [
      [fi.party, "domain", 64, 20_416],
      [fi.party, "ipv4", 64, 5056],
    ].toSorted((a, b) => (a[1] === answered[0]?.type ? -1 : 1) - (b[1] === answered[0]?.type ? -1 : 1)),
  )
  assert.deepEqual(
    countsOf(fi, "match.question-answered").map(({ found }) => found),
    countsOf(fi, "match.question-answered").map(({ state }) => (state === "answered" ? 1 : null)),
  )
  assert.ok(!JSON.stringify([ledgerOf(fi), ledgerOf(jp)]).includes("c2.example"), "ledgers count, and name no item")
})

test("what is sent is the same in number and size, whatever is found", async () => {
  const some = await listening(() => ask(fi, [jp], ["198.51.100.7", "c2.example"]))
  const none = await listening(() => ask(fi, [jp], ["192.0.2.1", "nothing.example"]))
  assert.deepEqual(foundIn(some.result).flat().length, 2)
  assert.deepEqual(foundIn(none.result).flat().length, 0)
  assert.deepEqual(some.verbs, none.verbs)
})

test("a question beyond what is left today is not sent; the day after it is", async () => {
  const wish = { partners: [br.party], items: [item("c2.example")] }
  await ask(fi, [br], ["c2.example"])
  await ask(fi, [br], ["c2.example"])
  const [foreseen] = await foreseeQuestion(fi.store, "answers", wish)
  assert.deepEqual(foreseen?.types, [{ type: "domain", items: 1, evaluations: 64, left: 8, quota: 200 }])
  const { result, verbs } = await listening(() => ask(fi, [br], ["c2.example"]))
  assert.deepEqual(statesOf(result), [["br", "domain", "quota"]])
  assert.ok(!verbs.some((verb) => verb.includes("match-ask")))
  federation.clock.forward(DAYS + 1)
  assert.deepEqual(foundIn(await ask(fi, [br], ["c2.example"])), [[br.party]])
})

test("only news of a list are fetched; what was erased, revoked or has expired leaves it at once", async () => {
  const [held] = (await listHeld(fi.store)).filter(({ party, type }) => party === jp.party && type === "domain")
  assert.deepEqual([held?.records, held?.pulled], [256, 256], "nobody sees how many items there are")
  const until = formatInstant(plusMicroseconds(federation.clock.now(), DAYS))
  const [erased, revoked] = await know(jp, ["erased.example", "revoked.example", "stays.example"])
  await know(jp, ["expires.example"], { valid_until: until })
  await jp.asking.answering.look({ now: true })
  const texts = ["erased.example", "expires.example", "revoked.example", "stays.example"]
  const { result, verbs } = await listening(() => ask(fi, [jp], texts))
  assert.deepEqual(foundIn(result), [[jp.party], [jp.party], [jp.party], [jp.party]])
  const pulls = verbs.filter((verb) => verb.includes("match-tags"))
  assert.equal(pulls.length, 1)
  const [now] = (await listHeld(fi.store)).filter(({ party, type }) => party === jp.party && type === "domain")
  assert.equal(now?.pulled, 256 + 64)
  assert.ok(erased && revoked)
  await eraseObject(jp.store, jp.inbox, { id: erased.id, specs: null, versions: "all", by: null })
  await addObjects(jp.store, jp.inbox, prepared(newVersion(revoked, LATE, { revoked: true })))
  federation.clock.forward(DAYS + 1)
  await jp.asking.answering.look()
  assert.deepEqual(foundIn(await ask(fi, [jp], texts)), [[], [], [], [jp.party]])
  const changes = countsOf(jp, "match.epoch-changed").map(({ added, removed }) => [added, removed])
  assert.deepEqual(changes, [
    [4, 0],
    [0, 2],
    [0, 1],
  ])
})

test("what is recalled leaves the list at once", async () => {
  const [object] = await know(jp, ["recalled.example"])
  assert.ok(object)
  const shared = await share(jp, fi)
  await jp.store.write(async (tx) => putShared(tx, shared, (await newestEverKey(tx, object.id)) ?? 0))
  await jp.asking.answering.look({ now: true })
  assert.deepEqual(foundIn(await ask(fi, [jp], ["recalled.example"])), [[jp.party]])
  federation.clock.forward(1_000_000)
  await recall(jp.store, { id: object.id, reason: "Wrong" }, null)
  await jp.asking.answering.look()
  assert.deepEqual(foundIn(await ask(fi, [jp], ["recalled.example"])), [[]])
})

test("what policy lets nobody be told any more leaves the list, and a partner that is refused is answered nothing", async () => {
  const refuse = { source: "Order 7", reason: null, since: null }
  const { id } = await addRefusal(jp.store, { ...refuse, kind: "object-kind", value: "indicator" }, null)
  await jp.asking.answering.look({ now: true })
  assert.deepEqual(foundIn(await ask(fi, [jp], ["stays.example"])), [[]])
  await removeRefusal(jp.store, id, null)
  await jp.asking.answering.look({ now: true })
  assert.deepEqual(foundIn(await ask(fi, [jp], ["stays.example"])), [[jp.party]])
  const { id: other } = await addRefusal(jp.store, { ...refuse, kind: "party", value: fi.party }, null)
  assert.deepEqual(statesOf(await ask(fi, [jp], ["stays.example"])), [["jp", "domain", "not-offered"]])
  await removeRefusal(jp.store, other, null)
})

test("a wrong proof counts for nothing, and both what was asked and that it was wrong are in the ledger", async () => {
  const answers = await loadAnswers(jp.store, opened)
  const epoch = (await selectEpochs(jp.store, answers.key)).find(({ type }) => type === "ipv4")
  assert.ok(epoch)
  const { secret } = await works.keys({ seed: Buffer.alloc(32, 9), info: "other" })
  const key = derived(Buffer.alloc(32, 7), epoch.id, "comity/match-epoch-key/v1")
  jp.meddle("update match_epoch set secret = ? where id = ?", sealBox(key, secret, epoch.id), epoch.id)
  const asked = await ask(fi, [jp], ["198.51.100.7"])
  assert.deepEqual(statesOf(asked), [["jp", "ipv4", "broken", "match.proof"]])
  assert.deepEqual(foundIn(asked), [[]])
  const last = countsOf(fi, "match.question-answered").at(-1)
  assert.deepEqual([last?.state, last?.reason, last?.party], ["broken", "match.proof", jp.party])
})

test("keys end with their time, or when an officer renews them, and partners find the new ones", async () => {
  const before = (await listHeld(fi.store)).filter(({ party }) => party === br.party)
  await renewKeys(br.store, (await standing(br)).answers.id, null)
  await br.asking.answering.look()
  assert.deepEqual(foundIn(await ask(fi, [br], ["c2.example"])), [[br.party]])
  const renewed = (await listHeld(fi.store)).filter(({ party }) => party === br.party)
  assert.equal(renewed.length, 1)
  assert.notEqual(renewed[0]?.epoch, before[0]?.epoch)
  federation.clock.forward(31 * DAYS)
  await br.asking.answering.look()
  assert.deepEqual(foundIn(await ask(fi, [br], ["c2.example"])), [[br.party]])
  assert.equal(countsOf(br, "match.epoch-begun").length, 3)
  const { usage, epochs } = (await standing(br)).standing
  assert.deepEqual([usage[0]?.used, usage[0]?.left, epochs.length], [64, 136, 1])
})

test("where the files of a list are lost, as after a backup without them, its keys end and others begin", async () => {
  const before = (await standing(br)).standing.epochs[0]
  rmSync(br.asking.answering.folderOf(before?.id ?? ""), { recursive: true })
  await br.asking.answering.look({ now: true })
  await br.asking.answering.look({ now: true })
  assert.deepEqual(foundIn(await ask(fi, [br], ["c2.example"])), [[br.party]])
  assert.notEqual((await standing(br)).standing.epochs[0]?.id, before?.id)
})

async function standing({ store }: Asker) {
  const [{ id }] =
    store === br.store ? (br.meddle("select id from match_answers") as [{ id: string }]) : [{ id: opened }]
  const answers = await loadAnswers(store, id)
  return { answers, standing: await standingOf(store, answers, federation.clock.now()) }
}

test("why a list cannot follow the library stands with it until it can again", async () => {
  const failure = async () => (await standing(br)).standing.failure
  assert.equal(await failure(), null)
  br.meddle("update match_epoch set secret = x'00' where state <> 'ended'")
  await know(br, ["late.example"])
  await br.asking.answering.look({ now: true })
  assert.equal(await failure(), "match.key-lost")
  await renewKeys(br.store, (await standing(br)).answers.id, null)
  await br.asking.answering.look({ now: true })
  assert.equal(await failure(), null)
})

test("a list that is closed answers nobody, and a question that is called off asks nobody any more", async () => {
  await closeAnswers(br.store, (await standing(br)).answers.id, null)
  assert.deepEqual(statesOf(await ask(fi, [br], ["c2.example"])), [["br", "domain", "not-offered"]])
  await assert.rejects(closeAnswers(br.store, (await standing(br)).answers.id, null), { code: "match.closed" })
  federation.wire = async () => {
    throw new ComityError("unavailable", "peer.unreachable")
  }
  const id = await askPartners(fi.store, { partners: [br.party], items: [item("c2.example")] }, null)
  await fi.asking.questions.look()
  await cancelQuestion(fi.store, id, null)
  federation.wire = (_, pass) => pass()
  const { parts, endedAt } = await loadQuestion(fi.store, id)
  assert.equal(parts[0]?.state, "cancelled")
  assert.notEqual(endedAt, null)
})

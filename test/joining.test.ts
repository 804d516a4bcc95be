import assert from "node:assert/strict"
import { join } from "node:path"
import { before, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { command, run, startNode, type TestNode } from "./support/node.ts"
import { tempFolder } from "./support/temp.ts"

type Said = { words: string; digits: string }
type Fingerprints = { party: string; ours: Said; theirs: Said }
type Row = { party: string; name: string; endpoint: string; state: string; theirs: string; waiting: number }
/** `endpoint`: the one address by which the node goes, whatever else leads to it. */
type Running = TestNode & { party: string; endpoint: string }

const REACHED_WITHIN_MS = 20_000
const say = async (node: TestNode, ...words: string[]) =>
  JSON.parse(await run([...words, "--data", node.data, "--json"])) as unknown
const listed = async (node: TestNode) => (await say(node, "peer", "list")) as Row[]
const states = async (...nodes: TestNode[]) =>
  Promise.all(nodes.map(async (node) => (await listed(node)).map(({ state, theirs }) => `${state}/${theirs}`)))

async function open(name: string, place: string): Promise<Running> {
  const data = join(tempFolder(), "d")
  const set = ["party", "set", name, "--kind", "government", "--place", place, "--data", data, "--json"]
  const { id } = JSON.parse(await run(set)) as { id: string }
  const node = await startNode({ data })
  return { ...node, party: id, endpoint: `http://localhost:${node.port}` }
}

/** What the other node does after it answered: its courier goes by itself. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + REACHED_WITHIN_MS; !(await reached()); await pause(50)) {
    assert.ok(performance.now() < end, "not reached")
  }
}

let one: Running
let other: Running
let link: string
before(async () => {
  ;[one, other] = await Promise.all([open("Responders of Examplia", "FI"), open("Cyber Police of Samplestan", "JP")])
  link = ((await say(one, "peer", "invite", "the police")) as { given: string }).given
})

test("the address of an invitation tells a browser what to do, and the node never sees what it says", async () => {
  assert.ok(link.startsWith(`${one.endpoint}/peer/join#`), link.slice(0, 60))
  const page = await fetch(link)
  assert.equal(page.status, 200)
  assert.match(await page.text(), /Take up an invitation/)
})

test("two nodes on one machine become partners by commands alone", async () => {
  const accepted = (await say(other, "peer", "accept", link)) as Fingerprints
  assert.deepEqual(await states(one, other), [["invited/invited"], ["invited/invited"]])
  const known = (await say(one, "peer", "fingerprint", other.party)) as Fingerprints
  assert.deepEqual([known.ours, known.theirs], [accepted.theirs, accepted.ours], "each reads what the other must hear")

  const wrong = accepted.ours.words.split(" ").toReversed().join(" ")
  const refused = await command(["peer", "compare", other.party, "--words", wrong, "--data", one.data])
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /not this partner's fingerprint/)
  assert.deepEqual(await states(one), [["invited/invited"]])

  await say(one, "peer", "compare", "cyber police of samplestan", "--words", accepted.ours.words, "--card")
  assert.deepEqual(await states(one, other), [["compared/invited"], ["invited/compared"]])
  await say(other, "peer", "compare", one.party, "--digits", known.ours.digits)
  assert.deepEqual(await states(one, other), [["active/active"], ["active/active"]])
})

test("the card goes to the partner that was to get it, and to nobody who was not", async () => {
  const shown = () => command(["card", "show", one.party, "--data", other.data, "--json"])
  await until(async () => (await shown()).status === 0)
  await say(one, "card", "set", "--function", "incident-response", "--desk-phone", "+358 1 5550 0100")
  await until(async () => (await shown()).stdout.includes("+358 1 5550 0100"))
  const none = await command(["card", "show", other.party, "--data", one.data])
  assert.equal(none.status, 1)
  assert.match(none.stderr, /sent no card/)
})

test("an invitation that was used lets nobody in, and a partner is found only where its key answers", async () => {
  const third = await open("Third", "BR")
  await say(third, "peer", "accept", link)
  assert.deepEqual(await listed(one).then((rows) => rows.map(({ party }) => party)), [other.party])
  for (const address of [third.endpoint, other.url, "http://node.invalid"]) {
    const astray = await command(["peer", "move", other.party, address, "--data", one.data])
    assert.notEqual(astray.status, 0, address)
  }
  await say(one, "peer", "move", other.party, `${other.endpoint}/`)
  assert.equal((await listed(one))[0]?.endpoint, other.endpoint)
  await third.stop()
})

test("a pause and an end are told to the other side at once", async () => {
  await say(other, "peer", "suspend", one.party)
  assert.deepEqual(await states(one, other), [["active/suspended"], ["suspended/active"]])
  await say(other, "peer", "resume", one.party)
  assert.deepEqual(await states(one, other), [["active/active"], ["active/active"]])
  await say(one, "peer", "leave", other.party)
  assert.deepEqual(await states(one, other), [["left/active"], ["left/left"]])
})

test("no token of an invitation stands in what the nodes print", async () => {
  const invitation = Buffer.from(link.split("#")[1] ?? "", "base64url").toString()
  const { token } = JSON.parse(invitation) as { token: string }
  assert.equal(token.length, 43)
  await Promise.all([one.stop(), other.stop()])
  for (const node of [one, other]) assert.ok(!`${node.stdout()}${node.stderr()}`.includes(token))
})

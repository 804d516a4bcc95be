import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { CardDetails, loadPeer, type PartyId, readCard, readPeerCard } from "../parties/index.ts"
import { bodyOf, changeCard, couriersOf, deliver, giveCard, ownCard, round, say } from "./index.ts"

let federation: Federation
let fi: Member
let jp: Member

const DETAILS: CardDetails = CardDetails.parse({
  ...{ places: ["FI"], roles: ["incident-response"], languages: ["fi", "sv"], networks: ["192.0.2.0/24", "AS64500"] },
  ...{
    domains: ["example.fi"],
    desk: { name: "Duty officer", phone: "+358 1", email: "", hours: "24/7", zone: "Europe/Helsinki" },
  },
})

beforeEach(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
})
afterEach(() => federation.close())

const post = async () => {
  federation.clock.forward(1_000_000)
  await deliver(fi.parts, couriersOf(), fi.peer(jp))
}
const held = async () => {
  const kept = await readPeerCard(jp.store, jp.peer(fi))
  return kept === null ? null : readCard(kept.bytes, fi.party)
}
const send = async (card: string) =>
  say(fi.parts, await loadPeer(fi.store, jp.party), "card", { body: bodyOf({ v: 1, card }) })

test("a card goes to the partners that were chosen, and each change of it", async () => {
  await changeCard(fi.parts, DETAILS, null)
  await post()
  assert.equal(await held(), null)
  await giveCard(fi.parts, jp.party, true, null)
  await post()
  const card = await held()
  assert.deepEqual([card?.name, card?.desk, card?.roles], ["fi", DETAILS.desk, DETAILS.roles])
  await changeCard(fi.parts, { ...DETAILS, roles: ["police"] }, null)
  await post()
  assert.deepEqual((await held())?.roles, ["police"])
  await giveCard(fi.parts, jp.party, false, null)
  await changeCard(fi.parts, DETAILS, null)
  await post()
  assert.deepEqual((await held())?.roles, ["police"], "what it has it keeps")
})

test("a key on the card, or another address, is sent with the next round; what says the same is not sent again", async () => {
  await changeCard(fi.parts, DETAILS, null)
  await giveCard(fi.parts, jp.party, true, null)
  await fi.round(jp)
  const cards = () => Number(fi.meddle("select count(*) as n from outbox where kind = 'card'")[0]?.n)
  assert.equal(cards(), 1)
  federation.clock.forward(1_000_000)
  await fi.round(jp)
  await changeCard(fi.parts, DETAILS, null)
  assert.equal(cards(), 1)
  const recipient = { name: "Desk", kind: "desk", recipient: `age1${"q".repeat(58)}` } as const
  const parts = { ...fi.parts, store: fi.store, recipients: async () => [recipient] }
  await round(parts, couriersOf(), fi.peer(jp), false)
  federation.clock.forward(1_000_000)
  await round(parts, couriersOf(), fi.peer(jp), false)
  assert.deepEqual((await held())?.recipients, [recipient])
  assert.equal(cards(), 2)
})

test("an older card that comes late changes nothing", async () => {
  await changeCard(fi.parts, DETAILS, null)
  const old = (await ownCard(fi.store, fi.parts, federation.clock.now())).toString()
  federation.clock.forward(1_000_000)
  await changeCard(fi.parts, { ...DETAILS, roles: ["police"] }, null)
  await send((await ownCard(fi.store, fi.parts, federation.clock.now())).toString())
  await send(old)
  assert.deepEqual((await held())?.roles, ["police"])
})

test("nobody sends another's card, and no card is more than a card", async () => {
  await changeCard(fi.parts, DETAILS, null)
  const good = (await ownCard(fi.store, fi.parts, federation.clock.now())).toString()
  const other = (await ownCard(jp.store, jp.parts, federation.clock.now())).toString()
  const bad: [string, string][] = [
    ["of another party", other],
    ["with another id", good.replaceAll(fi.party, jp.party)],
    ["with another key log", good.replace(/"root":"[^"]+"/, `"root":"${"A".repeat(43)}="`)],
    ["with a member more", good.replace('"kind":', '"more":1,"kind":')],
    ["with a role that is none", good.replace("incident-response", "emperor")],
    ["with a line break in the name", good.replace('"name":"fi"', '"name":"f\\ni"')],
    ["with an endpoint that is a path", good.replace("https://fi.example", "https://fi.example/x")],
    ["with an endpoint that is a script", good.replace("https://fi.example", "javascript:alert(1)")],
    ["no JSON", "{"],
    ["no object", "[]"],
  ]
  for (const [name, card] of bad) {
    await assert.rejects(send(card), { code: "peer.refused", kind: "invalid" }, name)
  }
  assert.equal(await held(), null)
})

test("a card is a STIX identity with an extension, byte for byte the same each time", async () => {
  await changeCard(fi.parts, DETAILS, null)
  const [one, again] = [
    await ownCard(fi.store, fi.parts, federation.clock.now()),
    await ownCard(fi.store, fi.parts, federation.clock.now()),
  ]
  assert.deepEqual(one, again)
  const { type, id, spec_version, identity_class } = JSON.parse(one.toString()) as Record<string, unknown>
  assert.deepEqual([type, id, spec_version, identity_class], ["identity", fi.party, "2.1", "organization"])
  assert.throws(() => readCard(one, "identity--00000000-0000-4000-8000-000000000000" as PartyId), {
    code: "card.malformed",
  })
})

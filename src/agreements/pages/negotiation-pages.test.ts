import assert from "node:assert/strict"
import { after, test } from "node:test"
import { BALTIC, preparedHere, sampleText, sayAs } from "../../../test/support/agreements.ts"
import { readable } from "../../../test/support/collection-server.ts"
import { startLibrary } from "../../../test/support/library-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { marked } from "../../../test/support/sharing.ts"
import { FactBook } from "../../law/index.ts"
import { addOwnParty, insertPeer } from "../../parties/index.ts"
import { Trials } from "../../policy/index.ts"
import { startDraft } from "../drafts.ts"
import { textHash } from "../model.ts"
import type { ItemId } from "../tabled/item.ts"
import { agreementPages } from "./routes.ts"

const server = await startLibrary(undefined, ({ store, clock, signer, folder: { database } }) =>
  agreementPages({
    store,
    clock,
    signer,
    trials: new Trials({ store, clock, database }),
    book: new FactBook(store),
    prepare: preparedHere,
  }),
)
after(() => server.close())
const { node } = server
const PEER = { party: BALTIC, endpoint: "https://baltic.example", state: "active", theirs: "active" } as const
const own = await node.store.write(async (tx) => {
  await insertPeer(tx, { ...PEER, name: "Baltic CERT" })
  return addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
})
const text = sampleText([
  { party: own.id, name: own.name },
  { party: BALTIC, name: "Baltic CERT" },
])

async function get(path: string, who: Role = "analyst", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const body = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(body).slice(0, 500)}`)
  return body
}

async function post(path: string, fields: Record<string, string>, status = 303, who: Role = "analyst") {
  node.clock.forward(5_000_000)
  const answer = await server.post(path, Object.entries(fields), who)
  const body = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(body).slice(0, 500)}`)
  return { body, location: answer.headers.get("location") ?? "" }
}

/** Address of a negotiation that has just begun. */
async function begun(): Promise<string> {
  const draft = await startDraft(node.store, text, null)
  const { location } = await post(`/agree/${draft}/table`, {}, 303, "officer")
  return location.split("?")[0] ?? ""
}
const idOf = (address: string) => address.split("/").at(-1) as ItemId

test("an officer tables a draft after seeing to whom it goes, and nobody else does", async () => {
  const draft = await startDraft(node.store, text, null)
  await get(`/agree/${draft}/table`, "analyst", 403)
  await post(`/agree/${draft}/table`, {}, 403, "analyst")
  assert.match(readable(await get(`/agree/${draft}`)), /An officer tables it/)
  assert.match(
    readable(await get(`/agree/${draft}/table`, "officer")),
    /Who gets it.*Baltic CERT.*Table to Baltic CERT/,
  )
  const { location } = await post(`/agree/${draft}/table`, {}, 303, "officer")
  await get(`/agree/${draft}`, "reader", 404)
  assert.match(readable(await get(location, "reader")), /Tabled\. The other parties.*Art\. 2\(1\).*no position yet/)
  assert.match(readable(await get("/agree", "reader")), /Negotiations.*Arrangement on sharing indicators/)
})

test("what is written about a clause waits at home, is changed, and is tabled by an officer", async () => {
  const home = await begun()
  const say = `${home}/say?part=000000b1`
  await get(say, "reader", 403)
  const { body } = await post(say, { is: "position", position: "reserve", text: "" }, 400)
  assert.match(body, /href="#field-text"/)
  await post(say, { is: "position", position: "reserve", text: "Not for courts" })
  await post(say, { is: "comment", comment: "Which ones?" })
  await post(say, { is: "alternative", "words.en": "for research too", "words.zh-Hant": "", reason: "" })
  const page = await get(home)
  assert.match(readable(page), /on this node only.*accepts with a reservation.*Which ones\?.*Written here: 3/)
  assert.match(readable(page), /Harbour CERT \? no position yet/)
  const saying = /say\?[^"]*saying=(agreement-saying--[0-9a-f-]+)/.exec(page)?.[1] ?? ""
  await post(`${say}&saying=${saying}`, { is: "position", position: "object", text: "Never" })
  const ids = [...(await get(`${home}/table`, "officer")).matchAll(/name="saying" value="([^"]+)"/g)].map(
    (one) => one[1],
  )
  assert.equal(ids.length, 3)
  await get(`${home}/table`, "analyst", 403)
  await post(`${home}/drop`, { saying: ids[1] ?? "" })
  await post(`${home}/table`, { saying: ids[0] ?? "" }, 303, "officer")
  const after = readable(await get(home))
  assert.match(after, /Harbour CERT ○ objects Never/)
  assert.match(after, /Written here: 1/)
  assert.doesNotMatch(after, /Which ones/)
  assert.match(readable(await get(`${home}/positions`, "reader")), /Art\. 2\(1\).*objects Harbour CERT Never/)
})

test("a reservation says what nodes are to do instead, term by term, and is shown with it wherever it stands", async () => {
  const home = await begun()
  const say = `${home}/say?part=000000b2`
  assert.match(readable(await get(say)), /What the nodes are to do for this party instead.*Keeping Days/)
  assert.match(readable(await get(`${home}/say?part=000000a1`)), /a reservation to it is shown, and changes nothing/)
  const position = { is: "position", position: "reserve", text: "Only a month", reserves: "retention" }
  const { body } = await post(say, { ...position, "reserve.retention": "365" }, 400)
  assert.match(readable(body), /only make terms of its own clause narrower/)
  await post(say, { ...position, "reserve.retention": "30" })
  const instead =
    /Only a month Between this party and each of the others, the nodes go by these terms instead .*many days: 30/
  assert.match(readable(await get(home)), instead)
  const table = await get(`${home}/table`, "officer")
  assert.match(readable(table), instead)
  const [, saying = ""] = /name="saying" value="([^"]+)"/.exec(table) ?? []
  assert.match(await get(`${say}&saying=${saying}`), /<details open>[\s\S]*name="reserve\.retention"[^>]*value="30"/)
  await post(`${home}/table`, { saying }, 303, "officer")
  assert.match(readable(await get(`${home}/positions`, "reader")), instead)
  assert.match(readable(await get(`${home}/act?is=sign`, "officer")), instead)
  await post(`${home}/act?is=sign`, { by: "Olga Officer" }, 303, "officer")
  assert.match(readable(await get(`${home}/document`, "reader")), instead)
  await post(say, { ...position, "reserve.retention": "90" })
  assert.match(readable(await get(home)), /Shown only: this reservation changes nothing that nodes do/)
})

test("the next version is drafted from one that was tabled, and what changed is shown in words", async () => {
  const home = await begun()
  const { location: draft } = await post(`${home}/draft`, { version: textHash(text) })
  assert.match(await get(draft), /The negotiation to which this draft belongs/)
  const seen = /name="seen" value="(\d+)"/.exec(await get(`${draft}/articles/0000000a`))?.[1] ?? ""
  const fields = {
    "heading.en": "Aim",
    "heading.zh-Hant": "目的",
    "clause.000000a1.en": "The parties help each other.",
  }
  await post(`${draft}/articles/0000000a`, { ...fields, "clause.000000a1.zh-Hant": "各參與方相互協助。", seen })
  const now = /name="seen" value="(\d+)"/.exec(await get(`${draft}/terms/000000b2?term=retention`))?.[1] ?? ""
  await post(`${draft}/terms/000000b2?term=retention`, { value: "30", seen: now })
  await post(`${draft}/table`, {}, 303, "officer")
  const page = await get(home, "reader")
  const compare = /href="([^"]*\/compare\?[^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? ""
  const changed = await get(compare, "reader")
  assert.match(changed, /<del>Purpose<\/del><ins>Aim<\/ins>/)
  assert.match(changed, /help each other<del> to defend against ransomware<\/del>/)
  assert.match(changed, /<del>[^<]*erases[^<]*: 90\.<\/del><\/li><li><ins>[^<]*erases[^<]*: 30\.<\/ins>/)
  const older = `${home}?${new URLSearchParams({ version: textHash(text) })}`
  assert.match(readable(await get(older, "reader")), /not the version that was tabled last/)
  await get(`${home}?version=none`, "reader", 404)
})

test("what partners say is shown with its author and cannot be markup; one's own can be taken back", async () => {
  const home = await begun()
  const [on, part] = [textHash(text), "000000a1"]
  await sayAs(node, BALTIC, idOf(home), [
    { is: "position", on, clause: part, position: "accept", text: "" },
    { is: "comment", on, part, text: "<script>alert(1)</script>" },
  ])
  const page = await get(home, "officer")
  assert.match(page, /&lt;script&gt;alert/)
  assert.match(readable(page), /Baltic CERT ● accepts/)
  assert.doesNotMatch(page, /take-back/)
  await post(`${home}/say`, { is: "comment", comment: "Welcome" })
  const [, id = ""] = /name="saying" value="([^"]+)"/.exec(await get(`${home}/table`, "officer")) ?? []
  await post(`${home}/table`, { saying: id }, 303, "officer")
  const back = /href="([^"]*take-back[^"]*)"/.exec(await get(home, "officer"))?.[1] ?? ""
  assert.match(readable(await get(back, "officer")), /Welcome.*Take it back from Baltic CERT/)
  await post(`${home}/take-back`, { item: new URL(back, server.origin).searchParams.get("item") ?? "" }, 303, "officer")
  assert.doesNotMatch(await get(home, "officer"), /Welcome/)
})

test("an officer signs exactly this version by name, and the file and the document say so", async () => {
  const home = await begun()
  const sign = `${home}/act?is=sign`
  await get(sign, "analyst", 403)
  assert.match(readable(await get(home, "officer")), /under negotiation.*Harbour CERT \? not signed.*Sign/)
  await post(`${home}/say?part=000000b2`, { is: "position", position: "object", text: "Too long" })
  const [, id = ""] = /name="saying" value="([^"]+)"/.exec(await get(`${home}/table`, "officer")) ?? []
  await post(`${home}/table`, { saying: id }, 303, "officer")
  assert.match(
    readable(await get(sign, "officer")),
    /objects to Art\. 2\(2\).*exactly this text.*nodes do what its terms say/,
  )
  const { body } = await post(sign, { by: "" }, 400, "officer")
  assert.match(body, /href="#field-by"/)
  await post(sign, { by: "Olga Officer, head of unit" }, 303, "officer")
  await get(sign, "officer", 409)
  await get(`${home}/act?is=suspend`, "officer", 409)
  await get(`${home}/act?is=other`, "officer", 404)
  assert.match(readable(await get(home, "reader")), /Harbour CERT ● signed.*Baltic CERT \? not signed/)
  assert.match(readable(await get(`${home}/document`, "reader")), /Harbour CERT signed.*Olga Officer, head of unit/)
  const file = JSON.parse(await get(`${home}/file`, "reader")) as { format: string; acts: unknown[]; keys: object }
  assert.deepEqual([file.format, file.acts.length, Object.keys(file.keys)], ["comity-agreement/1", 1, [own.id]])
})

test("what a text would let out is told before anybody signs it, with reasons and examples, and cancelled at will", async () => {
  const home = await begun()
  await server.add(marked("green", { name: "Goes" }), marked("amber"))
  await get(`${home}/trial`, "reader", 403)
  const trial = async (path: string): Promise<string> => {
    for (;;) {
      const answer = await server.get(path, "analyst")
      const page = await answer.text()
      if (answer.headers.get("refresh") === null) return page
    }
  }
  const page = readable(await trial(`${home}/trial`))
  assert.match(page, /Under this text.*would go.*would stay.*Would go, for example Goes Indicator/)
  assert.match(page, /Why the others would not.*TLP:GREEN.*objects: 1/)
  assert.match(page, /198\.51\.100\[\.\]7/) // as a value is shown everywhere
  assert.doesNotMatch(page, /Under the terms in force/)
  assert.equal((await post(`${home}/trial`, { stop: "yes" })).location.split("?")[0], home)
  const draft = await startDraft(node.store, text, null)
  assert.match(readable(await trial(`/agree/${draft}/trial`)), /Would go, for example Goes Indicator/)
})

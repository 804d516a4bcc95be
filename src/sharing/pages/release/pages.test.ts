import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../../test/support/collection-server.ts"
import { type LibraryServer, startLibrary } from "../../../../test/support/library-server.ts"
import type { Role } from "../../../../test/support/pages.ts"
import { ledgerOf } from "../../../../test/support/people.ts"
import { addSharedThings, type SharedThings } from "../../../../test/support/shared-things.ts"
import { marked, shownAt } from "../../../../test/support/sharing.ts"
import type { Stix } from "../../../../test/support/stix.ts"
import { silent } from "../../../kernel/diagnostics.ts"
import { headerText } from "../../../ledger/index.ts"
import { addCollection, addShared, idHash, verifyLogs } from "../../../library/index.ts"
import { addOwnParty, type PartyId } from "../../../parties/index.ts"
import { DEFAULT_TERMS, keptTerms } from "../../../policy/index.ts"
import { Releases } from "../../release/releases.ts"
import { collectionPages } from "../collections/routes.ts"
import { Verifications } from "../collections/verification.ts"
import { objectPages } from "../object/index.ts"
import { releasePages } from "./routes.ts"

let server: LibraryServer
let things: SharedThings
let releases: Releases

before(async () => {
  server = await startLibrary(undefined, (node, search) => {
    const { store, clock, signer, folder } = node
    releases = new Releases({ store, clock, diagnostics: silent })
    const verify = (name: string) => verifyLogs(folder.database, name)
    const verifications = new Verifications({ verify, clock, onFailure: assert.ifError })
    return [
      ...releasePages({ store, search, releases }),
      ...objectPages({ reader: store, search }),
      ...collectionPages({ store, search, verifications, signer }),
    ]
  })
  await addCollection(server.node.store, { title: "Own", id: null, alias: "own" })
  things = await addSharedThings(server.node, "")
  await server.search.settled()
})
after(() => server.close())

async function page(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return text
}

const words = async (path: string, who: Role = "officer", status = 200) => readable(await page(path, who, status))

async function post(path: string, form: Record<string, string>, status = 303, who: Role = "officer"): Promise<string> {
  const answer = await server.post(path, Object.entries(form), who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return status === 303 ? String(answer.headers.get("location")) : readable(text)
}

async function added(...objects: Stix[]): Promise<void> {
  server.node.clock.forward(1_000_000)
  await server.add(...objects)
}

/** Prepares a release of these into the shared collection; the address of its page. */
async function prepared(objects: readonly Stix[], more: Record<string, string> = {}): Promise<string> {
  const chosen = new URLSearchParams(objects.map(({ id }) => ["object", id])).toString()
  const at = await post("/share/release", { chosen, "to[]": things.shared, ...more })
  await releases.settled(at.split("/").at(-1) ?? "")
  return at
}

test("an officer chooses, sees who gets what and what stays and why, decides, and sees what became of it", async () => {
  const [green, amber] = [marked("green", { name: "Goes" }), marked("amber", { name: "Stays" })]
  await added(green, amber)
  const start = await words(`/share/release?object=${green.id}&object=${amber.id}`)
  assert.match(
    start,
    /2 objects.*Goes.*TLP:GREEN.*Stays.*Lantern for partners Read by .*Coastal CERT.*Nothing goes out yet/,
  )
  const at = await prepared([green, amber])
  const decision = await words(at)
  assert.match(
    decision,
    /Goes.*2 parties, and nobody else: .*Coastal CERT.*TLP:AMBER is stricter.*Stays.*Release one object to 2 parties/,
  )
  assert.match(decision, /cannot be undone.*within a second.*cannot make anybody forget/)
  assert.equal(await post(`${at}/start`, {}), at)
  assert.doesNotMatch(await words(await prepared([green])), /Goes/)
  assert.match(await words(at), /One object was released.*Digest of the decisions/)
  assert.match(await words(`/share/objects/${green.id}`), /Lantern for partners read by 2 parties/)
  assert.match(await words("/share/releases"), /Lantern for partners 1 1 ● done/)
  await post(`${at}/start`, {}, 409)
})

test("who decides not to release lets nothing out, and nothing chosen is said beside the field", async () => {
  const green = marked("green")
  await added(green)
  const at = await prepared([green])
  assert.equal(await post(`${at}/cancel`, {}), "/share/library")
  await page(at, "officer", 404)
  assert.equal(await shownAt(server.node, green.id), "green")
  const chosen = `object=${green.id}`
  assert.match(await post("/share/release", { chosen }, 400), /Choose at least one/)
  assert.match(await post("/share/release", { chosen: "", "to[]": things.shared }, 400), /Nothing was chosen/)
  assert.match(await words("/share/release?object=indicator--1"), /Nothing was chosen/)
})

test("what nobody marked leaves under a mark that is given for all, what refers to others takes them along", async () => {
  const target = {
    ...marked("green"),
    type: "malware",
    id: marked(null).id.replace("indicator", "malware"),
    is_family: false,
  }
  const plain = marked(null, { name: "Plain", created_by_ref: undefined })
  const link: Stix = {
    ...{ type: "relationship", spec_version: "2.1", id: plain.id.replace("indicator", "relationship") },
    ...{ created: plain.created, modified: plain.modified, relationship_type: "indicates" },
    ...{ source_ref: plain.id, target_ref: target.id },
  }
  await added(target, plain, link)
  const at = await prepared([link], { references: "yes", unmarked: "green" })
  assert.match(await words(at), /Would go Newly marked There already Stays Lantern for partners 3 2 0 0/)
  await post(`${at}/start`, {})
  assert.equal(await shownAt(server.node, link.id), "green")
})

test("what was recalled stays until an officer says that it is meant, and is warned", async () => {
  const text = await page(await prepared([{ id: things.recalledHere, type: "indicator" }]))
  assert.match(readable(text), /Recalled on .*goes out again only on purpose.*Nothing of this may go out/)
  const [, link = ""] = /href="([^"]*again=yes)"/.exec(text) ?? []
  assert.match(await words(link.replaceAll("&amp;", "&")), /These objects were recalled.*Also what was recalled before/)
  const at = await prepared([{ id: things.recalledHere, type: "indicator" }], { again: "yes" })
  assert.match(await words(at), /Release one object to 2 parties/)
})

test("a recall names whom it reaches, asks why, and its answers are seen on the object and in the list", async () => {
  const recall = `/share/objects/${things.outgone}/recall`
  assert.match(
    await words(recall),
    /2 parties that ever got it.*Coastal CERT.*signed receipt within a day.*Recall from 2 parties/,
  )
  assert.match(await post(recall, { reason: " " }, 400), /Something is missing|is missing/)
  assert.equal(await post(recall, { reason: "Sinkhole" }), `/share/objects/${things.outgone}`)
  assert.match(await words(`/share/objects/${things.outgone}`), /Recalled by this node.*Sinkhole.*awaited: 2/)
  const list = await words(`/share/receipts?object=${things.outgone}`)
  assert.match(list, /awaited .*recall: stop using it Relay that went out/)
  assert.match(await words(recall), /Nothing of this object is shared that was not recalled before/)
  server.node.meddle("update receipt_due set due_at = 0 where state = 'due'")
  assert.match(await words("/share/receipts?state=overdue", "analyst"), /overdue: 3 .*○ overdue River CSIRT/)
})

test("receipts are filtered by the address, turned page by page, and downloaded as they were signed", async () => {
  const all = await page("/share/receipts", "analyst")
  const [, file = ""] = /href="(\/share\/receipts\/[^"]+)" download/.exec(all) ?? []
  const answer = await server.get(file, "analyst")
  assert.match(answer.headers.get("content-disposition") ?? "", /^attachment; filename="receipt-[\w-]+\.txt"$/)
  assert.match(await answer.text(), /^comity\/receipts\/v1\n/)
  assert.equal((await server.get(file.replace(/\d+\/identity/, "999/identity"), "analyst")).status, 404)
  assert.match(await words("/share/receipts?state=refused", "analyst"), /○ refused Evidence in a case Coastal CERT/)
  assert.match(await words("/share/receipts?kind=erase", "analyst"), /Nothing of that kind/)
  assert.doesNotMatch(await words(`/share/receipts?party=${things.partner}`, "analyst"), /overdue River CSIRT/)
  for (const query of ["before=x", "before=1.2.3.4", "state=nonsense", "party=%3Cb%3E", "object="]) {
    await page(`/share/receipts?${query}`, "analyst")
  }
})

test("a mark is only made stricter, and says who is told", async () => {
  const green = marked("green")
  await added(green)
  await post(`${await prepared([green])}/start`, {})
  const mark = `/share/objects/${green.id}/mark`
  const text = await page(mark)
  assert.doesNotMatch(text, /value="(?:clear|green)"/)
  assert.match(readable(text), /TLP:AMBER Shared collections that may not serve it any more withdraw it/)
  await post(mark, {}, 400)
  assert.equal(await post(mark, { level: "amber" }), `/share/objects/${green.id}`)
  assert.equal(await shownAt(server.node, green.id), "amber")
  await page(`/share/objects/${things.recalledThere}/mark`, "officer", 403)
})

test("an object is erased from the collection that was chosen, and only there", async () => {
  const green = marked("green")
  await added(green)
  await post(`${await prepared([green])}/start`, {})
  const path = `/share/objects/${green.id}/erase`
  assert.match(
    await words(path),
    /Erasing does not ask anybody to stop using it.*Lantern for partners A shared collection.*T An inbox/,
  )
  await post(path, {}, 400)
  assert.equal(await post(path, { collection: things.shared }), `/share/objects/${green.id}`)
  assert.equal(await shownAt(server.node, green.id), "green")
  const collection = server.collection.id
  assert.equal(await post(path, { collection }), `/share/collections/${collection}`)
  assert.equal(await shownAt(server.node, green.id), null)
})

test("in place of a partner's recalled object stand who recalled it, when and why, and nothing of what it said", async () => {
  const text = await words(`/share/objects/${things.recalledThere}`, "reader")
  assert.match(text, /Recalled object.*Recalled by Coastal CERT.*Our sensor was broken.*Harbour watch entry 2/)
  assert.doesNotMatch(text, /Buoy|198\.51/)
  for (const end of ["/raw", "/source", "/versions", "/graph"]) {
    const answer = await server.get(`/share/objects/${things.recalledThere}${end}`, "reader")
    assert.doesNotMatch(await answer.text(), /Buoy that is gone|198\.51/, end)
  }
  assert.match(
    await words(`/share/collections/${things.received}`, "reader"),
    /Whose it is Coastal CERT.*“?Our sensor was broken/,
  )
})

test("a partner's word about an object that is not its own is not shown on that object", async () => {
  const own = marked("green", { name: "Ours" })
  await added(own)
  const header = headerText({
    ...{ kind: "recall", id: own.id, spec: "2.1", version: "x", date_added: "2026-01-01T00:00:00.000000Z" },
    ...{ marking: null, terms: null, previous: null, erases: null },
  })
  const note = Buffer.from('{"reason":"Planted"}')
  server.node.meddle(
    `insert into entry (collection, seq, kind, date_added, size, h, header, note, about_hash, is_newest, is_first, is_last)
      select key, 999, 'recall', 1, 1, zeroblob(32), ?, ?, ?, 0, 0, 0 from collection where id = ?`,
    ...[header, note, idHash(own.id), things.received],
  )
  assert.doesNotMatch(await words(`/share/objects/${own.id}`), /Planted|recalled/)
})

test("what came from a partner says from whom, in lists and filters too", async () => {
  const list = await page("/share/library?q=buoy", "reader")
  assert.match(readable(list), /Coastal CERT.*Buoy that stands/)
  const found = readable(await page(`/share/library?origin=${things.partner}`, "reader"))
  assert.match(found, /Origin Coastal CERT/)
  const [, id = ""] = /\/share\/objects\/(indicator--[0-9a-f-]+)/.exec(list) ?? []
  assert.match(await words(`/share/objects/${id}`, "officer"), /Origin Coastal CERT.*Harbour watch from Coastal CERT/)
  assert.doesNotMatch(await page(`/share/objects/${id}`), /Share…|Recall…|Change mark…/)
})

test("officers alone are offered to share what they found or ticked", async () => {
  assert.doesNotMatch(await page("/share/library?q=relay", "analyst"), /\/share\/release/)
  const [, found = ""] = /href="(\/share\/release\?found=[^"]+)"/.exec(await page("/share/library?q=relay")) ?? []
  assert.match(await words(found), /\d objects.*Into which collections/)
  const [ticked] = [`/share/release?id%5B%5D=${things.outgone}&view=&format=`]
  assert.match(await words(ticked ?? ""), /One object Relay that went out/)
})

test("a shared collection is made for partners that may read, under a title and a name that is free", async () => {
  const path = "/share/new-shared"
  assert.match(await words(path), /Delta Bank.*not active on both sides/)
  assert.match(await post(path, { title: "X", alias: "" }, 400), /Choose at least one partner/)
  const [delta] = server.node.meddle("select party from peer where name = 'Delta Bank'")
  const wish = { title: "X", alias: "out", "party[]": String(delta?.party) }
  assert.match(await post(path, wish, 400), /not active on both sides/)
  const at = await post(path, { ...wish, "party[]": things.partner })
  assert.match(await words(at), /X Shared collection.*Who reads it.*Coastal CERT/)
  assert.match(await post(path, { ...wish, "party[]": things.partner }, 409), /alias/i)
  const [river] = server.node.meddle("select party from peer where name = 'River CSIRT'")
  const add = `${at}/audience/add`
  assert.match(await words(add), /closed, and a successor goes on.*decided anew/)
  await post(add, {}, 400)
  const release = await post(add, { party: String(river?.party) })
  assert.match(release, /^\/share\/releases\//)
  assert.match(await words(at), /Closed at .*A successor goes on in its place/)
  const [successor] = server.node.meddle("select id from collection where alias = 'out'")
  const remove = `/share/collections/${successor?.id}/audience/remove`
  assert.match(await words(`${remove}?party=${river?.party}`), /still told of recalls/)
  await post(remove, { party: String(river?.party) })
  assert.match(await words(`/share/collections/${successor?.id}`), /River CSIRT ○ left/)
  await page(`/share/collections/${server.collection.id}/audience/add`, "officer", 404)
})

test("a revocation that partners do not have yet is pointed at, and shared by one click", async () => {
  const list = await page("/share/unshared", "analyst")
  assert.match(readable(list), /Relay that changed .*○ revoked here/)
  assert.doesNotMatch(list, /\/share\/release\?/)
  const [, link = ""] = /href="(\/share\/release\?unshared=[^"]+)"/.exec(await page("/share/unshared")) ?? []
  assert.match(await words(link.replaceAll("&amp;", "&")), /One object/)
  const at = await post("/share/release", {
    chosen: link.split("?")[1]?.replaceAll("&amp;", "&") ?? "",
    "to[]": things.shared,
  })
  await releases.settled(at.split("/").at(-1) ?? "")
  await post(`${at}/start`, {})
  assert.match(await words("/share/unshared", "analyst"), /Everything that is shared is shared in its newest version/)
})

test("the copy that would go is shown before it goes, with what is taken out marked and nothing of it as markup", async () => {
  const { store } = server.node
  await store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
  const terms = keptTerms({ ...DEFAULT_TERMS, personal: { is: "redact" } })
  const audience = [things.partner as PartyId]
  const redacting = await addShared(store, { title: "Redacting", alias: null, audience, terms }, null)
  const object = marked("green", { name: "Lure", description: "<b>write</b> to ada@example.org" })
  await added(object)
  const chosen = new URLSearchParams([["object", object.id]]).toString()
  const at = await post("/share/release", { chosen, "to[]": redacting })
  await releases.settled(at.split("/").at(-1) ?? "")
  const shown = await page(at)
  assert.match(
    shown,
    /<del><bdi>&quot;description&quot;: &quot;&lt;b&gt;write&lt;\/b&gt; to ada@example\.org&quot;,<\/bdi><\/del>[^<]*<span[^>]*>e-mail/,
  )
  assert.match(shown, /<ins><bdi>&quot;id&quot;: &quot;indicator--…&quot;,<\/bdi><\/ins>/)
  assert.match(readable(shown), /See the copy Lure.*Struck through is taken out/)
  await post(`${at}/start`, {})
  await releases.settled(at.split("/").at(-1) ?? "")
  assert.doesNotMatch(await page(at), /See the copy/)
})

test("a release is for a purpose that the officer chooses; where the terms do not name it, nothing goes", async () => {
  const { store } = server.node
  const terms = keptTerms({ ...DEFAULT_TERMS, purposes: ["defence", "research"] })
  const wish = { title: "Two uses", alias: null, audience: [things.partner as PartyId], terms }
  const two = await addShared(store, wish, null)
  const object = marked("green")
  await added(object)
  const chosen = new URLSearchParams([["object", object.id]]).toString()
  assert.match(await words(`/share/release?${chosen}`), /For which purpose .*defence.*investigation.*research/)
  const prepare = async (purpose: string) => {
    const at = await post("/share/release", { chosen, "to[]": two, purpose })
    await releases.settled(at.split("/").at(-1) ?? "")
    return at
  }
  assert.match(
    await words(await prepare("investigation")),
    /For this purpose: investigation\..*Nothing of this may go out/,
  )
  const at = await prepare("research")
  assert.match(await words(at), /For this purpose: research\..*Release one object/)
  await post(`${at}/start`, {})
  await releases.settled(at.split("/").at(-1) ?? "")
  const ended = (await ledgerOf(server.node)).findLast(({ what }) => what === "release.ended")
  assert.equal(ended?.facts.purpose, "research")
})

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { type LibraryServer, startLibrary } from "../../../test/support/library-server.ts"
import { addOfficer, dismissOfficer } from "../../../test/support/officers.ts"
import type { Role } from "../../../test/support/pages.ts"
import { addSharedThings, type SharedThings } from "../../../test/support/shared-things.ts"
import { marked } from "../../../test/support/sharing.ts"
import { type Stix, stixId } from "../../../test/support/stix.ts"
import { PEOPLE } from "../../../test/support/workplace.ts"
import { namesByCommitment } from "../../accounts/index.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { addCollection, addShared } from "../../library/index.ts"
import { addOwnParty, type PartyId } from "../../parties/index.ts"
import { approvalsOf, DEFAULT_TERMS, keptTerms, loadApproval } from "../../policy/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import { releasePages } from "../pages/release/routes.ts"
import { newestEverKey } from "../release/queries.ts"
import { Releases } from "../release/releases.ts"
import { rulePages } from "../standing/pages.ts"
import { StandingRules } from "../standing/running.ts"
import { approvalsFor, voidChanged } from "./deciding.ts"
import { approvalPages } from "./pages.ts"

let server: LibraryServer
let things: SharedThings
let releases: Releases
let strict: string
let omar: string

before(async () => {
  server = await startLibrary(undefined, ({ store, clock }, search) => {
    releases = new Releases({ store, clock, diagnostics: silent })
    const warningsOf = async (object: { name?: unknown }) =>
      object.name === "Listed" ? [{ list: "Public resolvers", value: "192.0.2.1" }] : []
    const parts = { store, search, releases, warningsOf }
    return [...releasePages(parts), ...approvalPages(parts), ...rulePages(parts)]
  })
  const { node } = server
  await addCollection(node.store, { title: "Own", id: null, alias: "own" })
  things = await addSharedThings(node, "")
  omar = await addOfficer(node, "Omar Officer")
  node.meddle("update account set secret = 'x' where name = ?", PEOPLE.officer.name)
  const terms = keptTerms({ ...DEFAULT_TERMS, marking: "amber+strict", urgent: true })
  const audience = [things.partner as PartyId]
  strict = await addShared(node.store, { title: "Strictly", alias: null, audience, terms }, null)
  await server.search.settled()
})
after(() => server.close())

async function words(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return readable(text)
}

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

/** As another officer would: that one has no browser here. */
async function omarAsks(object: Stix, into = strict): Promise<string> {
  const key = await newestEverKey(server.node.store, object.id)
  const chosen = { collections: [into], objects: key === null ? [] : [key], unmarked: null, again: false }
  const id = await releases.prepare({ ...chosen, by: omar, officer: true })
  await releases.settled(id)
  await releases.start(id, { by: omar, officer: true })
  await releases.settled(id)
  const [approval] = await approvalsOf(server.node.store, id)
  return approval?.id ?? ""
}

async function prepared(object: Stix): Promise<string> {
  const chosen = new URLSearchParams([["object", object.id]]).toString()
  const at = await post("/share/release", { chosen, "to[]": strict })
  await releases.settled(at.split("/").at(-1) ?? "")
  return at
}

test("the page says what waits for a second person before the button is pressed, and asks when it is", async () => {
  const object = marked("amber+strict", { name: "Turbine" })
  await added(object)
  const at = await prepared(object)
  const page = await words(at)
  assert.match(
    page,
    /Waits for a second person.*TLP:AMBER\+STRICT.*within 24 hours.*Ask a second officer about one object/,
  )
  assert.match(page, /No value of these objects stands on a warning list/)
  await post(`${at}/start`, {})
  await releases.settled(at.split("/").at(-1) ?? "")
  assert.match(
    await words(at),
    /Nothing was released yet: a second officer was asked.*Waits for a second person.*See what was asked ◐ waiting/,
  )
  const [approval] = await approvalsOf(server.node.store, at.split("/").at(-1) ?? "")
  const path = `/share/approvals/${approval?.id}`
  assert.match(await words(path), /You asked for this: somebody else decides/)
  await post(`${path}/approve`, { digest: approval?.digest ?? "" }, 403)
  assert.match(
    await words("/share/approvals"),
    /Waiting for somebody else .*One object ◐ waiting Strictly Olga Officer/,
  )
  assert.equal(await post(`${path}/withdraw`, {}), "/share/approvals")
  assert.match(await words(path), /taken back/)
})

test("another officer sees exactly what goes to whom, agrees, and it goes", async () => {
  const object = marked("amber+strict", { name: "Boiler" })
  await added(object)
  const id = await omarAsks(object)
  const page = await words(`/share/approvals/${id}`)
  assert.match(
    page,
    /One object Boiler .*exact bytes.*For this purpose: defence.*Into Strictly One party, and nobody else: Coastal CERT/,
  )
  assert.match(page, /Asked by Omar Officer.*Agree, and release one object/)
  assert.match(await words("/share/approvals"), /Waiting for you .*One object ◐ waiting Strictly Omar Officer/)
  const { digest } = await loadApproval(server.node.store, id)
  const went = await post(`/share/approvals/${id}/approve`, { digest: digest ?? "" })
  await releases.settled(went.split("/").at(-1) ?? "")
  assert.match(await words(went), /One object was released/)
  assert.match(await words(`/share/approvals/${id}`), /● agreed.*Decided by Olga Officer/)
})

test("where a copy goes, the copy is shown, and the original is said to stay here", async () => {
  const { store } = server.node
  const terms = keptTerms({ ...DEFAULT_TERMS, marking: "amber+strict", personal: { is: "redact" } })
  const audience = [things.partner as PartyId]
  const redacting = await addShared(store, { title: "Redacting", alias: null, audience, terms }, null)
  await store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
  const object = marked("amber+strict", { name: "Lure", description: "write to ada@example.org" })
  await added(object)
  const page = await words(`/share/approvals/${await omarAsks(object, redacting)}`)
  assert.match(page, /Lure .*original, stays here Without: .* See the copy .*write to ada@example\.org/)
  assert.doesNotMatch(page, /exact bytes/)
})

test("a no says why, and what changed since can be agreed to by nobody", async () => {
  const [one, two] = [marked("amber+strict"), marked("amber+strict", { name: "Changes" })]
  await added(one, two)
  const refused = await omarAsks(one)
  await post(`/share/approvals/${refused}/decline`, { note: " " }, 400)
  await post(`/share/approvals/${refused}/decline`, { note: "Not for them" })
  assert.match(await words(`/share/approvals/${refused}`), /not agreed.*Not for them/)
  const changed = await omarAsks(two)
  const [olga = ""] =
    [...(await namesByCommitment(server.node.store))].find(([, name]) => name === PEOPLE.officer.name) ?? []
  const counted = async () =>
    (await approvalsFor(server.node.store, { person: olga, officer: true }, server.node.clock.now())).map(({ id }) =>
      String(id),
    )
  assert.ok((await counted()).includes(changed))
  server.node.meddle("update object set marking = 'amber' where id = ?", two.id)
  const { digest } = await loadApproval(server.node.store, changed)
  assert.match(await words(`/share/approvals/${changed}`), /Release this together\? ○ void: it has changed since/)
  assert.ok(!(await counted()).includes(changed))
  assert.match(await words("/share/approvals"), /Decided.*One object ○ void: it has changed since Strictly/)
  assert.equal((await loadApproval(server.node.store, changed)).state, "waiting")
  await voidChanged(server.node.store, server.node.clock.now())
  assert.equal((await loadApproval(server.node.store, changed)).state, "void")
  await post(`/share/approvals/${changed}/approve`, { digest: digest ?? "" }, 409)
  assert.match(await words(`/share/approvals/${changed}`), /void/)
})

test("in need one officer lets out alone, says why, and whom it tells looks at it", async () => {
  const object = marked("amber+strict", { name: "Pump" })
  await added(object)
  const at = await prepared(object)
  assert.match(await words(at), /It cannot wait….*Omar Officer.*Release now, by my decision alone/)
  await post(`${at}/start`, { urgent: "yes", reason: "", told: omar }, 400)
  await post(`${at}/start`, { urgent: "yes", reason: "The pump stops", told: "somebody" }, 400)
  await post(`${at}/start`, { urgent: "yes", reason: "The pump stops", told: omar })
  const id = at.split("/").at(-1) ?? ""
  await releases.settled(id)
  assert.match(await words(at), /One object was released.*Released in urgent need See what was asked ◐ to be looked at/)
  const [urgent] = await approvalsOf(server.node.store, id)
  assert.deepEqual([urgent?.kind, urgent?.state, urgent?.told], ["urgent", "waiting", omar])
  const page = await words(`/share/approvals/${urgent?.id}`)
  assert.match(page, /Urgent release ◐ to be looked at.*The pump stops.*You let this out: somebody else/)
})

test("readers and analysts find no approval that is not for them", async () => {
  const object = marked("amber+strict")
  await added(object)
  const id = await omarAsks(object)
  await words("/share/approvals", "analyst", 403)
  await words(`/share/approvals/${id}`, "analyst", 404)
  await post(`/share/approvals/${id}/decline`, { note: "no" }, 404, "reader")
  const rita = [...(await namesByCommitment(server.node.store))].find(([, name]) => name === PEOPLE.reader.name)?.[0]
  server.node.meddle("update approval set kind = 'urgent', told = ? where id = ?", rita ?? "", id)
  assert.match(await words(`/share/approvals/${id}`, "reader"), /It was in order/)
})

test("values on warning lists are named before anything goes", async () => {
  const object = marked("green", { name: "Listed" })
  await added(object)
  assert.match(await words(await prepared(object)), /Warning lists These values.*192\.0\.2\[\.\]1 · Public resolvers/)
})

test("a rule made on the page lets out what comes in, and is switched off there", async () => {
  assert.match(await words("/share/rules"), /Nothing goes by itself/)
  const form = { title: "Daily", collection: things.shared, "types[]": "indicator", "markings[]": "green" }
  assert.match(await words("/share/rules/new"), /It goes by the decision of the officer who switches the rule on/)
  await post("/share/rules/new", { ...form, title: "" }, 400)
  const at = await post("/share/rules/new", form)
  assert.match(await words(at), /Daily ● on.*Lantern for partners.*Indicator.*TLP:GREEN.*Olga Officer.*River CSIRT/)
  await added(
    marked("green", { name: "Comes in", id: stixId("indicator"), object_marking_refs: [tlpMarkingId("green")] }),
  )
  const { store } = server.node
  const [id = ""] = await new StandingRules({
    store,
    clock: server.node.clock,
    releases,
    diagnostics: silent,
    takenBack: "",
  }).runAll()
  await releases.settled(id)
  assert.match(await words(`/share/releases/${id}`), /One object was released/)
  const looked = await post(`${at}/try`, {})
  assert.match(await words(looked), /Release|Nothing of this/)
  await post(`${at}/switch`, { active: "no" })
  assert.match(await words("/share/rules"), /Daily ○ off Lantern for partners/)
  assert.equal(await post(`${at}/remove`, {}), "/share/rules")
})

test("a node with one officer says that it releases less, and knows urgent need all the same", async () => {
  const { meddle } = server.node
  await dismissOfficer(server.node, "Omar Officer")
  meddle("update account set secret = 'x' where name = ?", PEOPLE.analyst.name)
  const object = marked("amber+strict", { name: "Valve" })
  await added(object)
  const at = await prepared(object)
  const page = await words(at)
  assert.match(page, /Nothing of this may go out.*It cannot wait….*Release now, by my decision alone/)
  assert.match(page, /fewer than two officers.*TLP:CLEAR or TLP:GREEN/)
  const analyst = [...(await namesByCommitment(server.node.store))].find(([, name]) => name === PEOPLE.analyst.name)
  await post(`${at}/start`, { urgent: "yes", reason: "The valve opens", told: analyst?.[0] ?? "" })
  const id = at.split("/").at(-1) ?? ""
  await releases.settled(id)
  const [urgent] = await approvalsOf(server.node.store, id)
  assert.match(await words(`/share/approvals/${urgent?.id}`, "analyst"), /The valve opens.*It was in order/)
  const digest = urgent?.digest ?? ""
  await post(`/share/approvals/${urgent?.id}/approve`, { digest }, 303, "analyst")
  assert.match(await words(`/share/approvals/${urgent?.id}`), /looked at: in order/)
})

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { type LibraryServer, startLibrary } from "../../../test/support/library-server.ts"
import { addMatchThings, type MatchThings } from "../../../test/support/match-things.ts"
import { addOfficer } from "../../../test/support/officers.ts"
import type { Role } from "../../../test/support/pages.ts"
import { indicator, stixId } from "../../../test/support/stix.ts"
import { PEOPLE } from "../../../test/support/workplace.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { addShared, loadObjects } from "../../library/index.ts"
import { addOwnParty, insertPeer, type PartyId } from "../../parties/index.ts"
import { DEFAULT_TERMS, keptTerms, saveInForce } from "../../policy/index.ts"
import { selecting } from "../../sharing/index.ts"
import { Previews } from "../lists/previews.ts"
import { restrictedGate } from "../restricted/gate.ts"
import { COUNTS_USUAL, HOURS_USUAL, PLACES_USUAL } from "../runs/limits.ts"
import { Matches } from "../runs/matches.ts"
import { propose, type RunParts } from "../runs/operations.ts"
import { loadRun } from "../runs/standing.ts"
import { matchedObjects } from "./matched.ts"
import { matchPages } from "./routes.ts"

const HOSTILE = `<img src=x onerror=alert(1)>"'\u202E\u200B`
const PEER = stixId("identity") as PartyId

let server: LibraryServer
let things: MatchThings
let runs: RunParts

before(async () => {
  server = await startLibrary(undefined, ({ store, clock, signer, folder }, search) => {
    const limits = { places: PLACES_USUAL, counts: COUNTS_USUAL, hours: HOURS_USUAL }
    const self = { party: async () => (await own).id, signer }
    const requireList = async () => {}
    runs = { store, self, limits, gate: restrictedGate, requireList, wake: () => {} }
    const matches = new Matches({
      ...{ ...runs, clock, diagnostics: silent, advance: async () => "idle", erase: async () => {} },
    })
    const lists = { store, database: folder.database, search, clock, folder: folder.root }
    const previews = new Previews(lists)
    const knownHere = async () => []
    return matchPages({ store, search, runs, matches, previews, lists, knownHere, selecting: selecting(store) })
  })
  const { store } = server.node
  const own = store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
  const endpoint = "https://partner.invalid"
  await store.write((tx) =>
    insertPeer(tx, { party: PEER, name: `Coastal CERT${HOSTILE}`, endpoint, state: "active", theirs: "active" }),
  )
  things = await addMatchThings(server.node, PEER, HOSTILE)
  await server.add(indicator({ name: `Relay ${HOSTILE}`, pattern: "[ipv4-addr:value = '198.51.100.7']" }))
})
after(() => server.close())

async function page(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(text).slice(0, 600)}`)
  return text
}

const words = async (path: string, who: Role = "officer", status = 200) => readable(await page(path, who, status))

async function post(path: string, form: Record<string, string>, status = 303, who: Role = "officer"): Promise<string> {
  const answer = await server.post(path, Object.entries(form), who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(text).slice(0, 600)}`)
  return status === 303 ? String(answer.headers.get("location")) : readable(text)
}

const RUNS = ["Asked", "Proposed", "Paused", "Dense", "Counted", "Done", "Broken", "Declined", "Refused"] as const
const runPath = (name: (typeof RUNS)[number]) => `/find/match/runs/${things[`match${name}`]}`

test("nothing that a partner wrote becomes markup or turns the text around it, in any state of a match", async () => {
  const paths = [
    ...RUNS.flatMap((name) => [runPath(name), `${runPath(name)}/record`]),
    ...["/find/match", "/find/match/lists", `/find/match/lists/${things.matchList}`, "/find/match/new"],
    ...[
      `${runPath("Asked")}/accept`,
      `${runPath("Asked")}/accept?list=${things.matchList}`,
      `${runPath("Counted")}/consent`,
    ],
    `/find/match/new?${proposal()}`,
  ]
  for (const path of paths) {
    const text = await page(path)
    assert.doesNotMatch(text, /<img/, path)
    assert.doesNotMatch(text.replaceAll(/data-copy="[^"]*"|value="[^"]*"|href="[^"]*"/g, ""), /[\u202E\u200B]/, path)
  }
})

function proposal(changes: Record<string, string> = {}): string {
  const fields = {
    ...{
      look: "yes",
      party: PEER,
      list: things.matchList,
      "type[]": "ipv4",
      "most-ipv4": "1000",
      "smallest-ipv4": "5",
    },
    ...{ purpose: "defence", basis: "Art. 12", agreement: "", learners: "both" },
  }
  return String(new URLSearchParams({ ...fields, ...changes }))
}

test("a selection of the library becomes a list, and its page says what of it would be used and why not", async () => {
  const at = await post("/find/match/lists/new", { name: "Relays", view: "q=Relay&type=indicator" }, 303, "analyst")
  assert.match(await words(at, "reader"), /Looks for.*Relay.*What of it would be used.*IPv4 addresses/)
  assert.match(await words(at), /What is left out, and why/)
  assert.match(await post("/find/match/lists/new", { name: "Relays", view: "" }, 400, "analyst"), /Relays/)
  assert.equal(await post(at, { name: "Relays of today" }, 303, "analyst"), at)
  assert.match(await words("/find/match/lists"), /Relays of today/)
  assert.equal(await post(`${at}/remove`, {}, 303, "analyst"), "/find/match/lists")
  await page(at, "officer", 404)
})

test("a proposal is shown whole before it is sent, with the figures of what nothing can prevent", async () => {
  const decision = await words(`/find/match/new?${proposal()}`)
  assert.match(
    decision,
    /What nothing can prevent.*up to its quota in 24 hours: IPv4 addresses 6,144.*cannot be undone/,
  )
  assert.match(decision, /Propose to Coastal CERT/)
  assert.doesNotMatch(await words(`/find/match/new?${proposal()}`, "analyst"), /Propose to Coastal/)
  assert.match(await words(`/find/match/new?${proposal({ basis: " " })}`, "officer", 400), /Legal basis/)
  const at = await post("/find/match/new", Object.fromEntries(new URLSearchParams(proposal())))
  assert.match(await words(at), /Waits for .*Coastal CERT.* to answer/)
  const { state, types } = await loadRun(server.node.store, at.split("/").at(-1) ?? "")
  assert.deepEqual([state, types.map(({ type, most }) => [type, most])], ["proposed", [["ipv4", 1000]]])
})

test("who may only read sees where a match stands and can say nothing to it", async () => {
  for (const name of RUNS)
    assert.doesNotMatch(await page(runPath(name), "reader"), /<form method="post" action="\/find/)
  await page(`${runPath("Asked")}/accept`, "analyst", 403)
  await post(`${runPath("Paused")}/cancel`, {}, 403, "analyst")
  await page("/find/match/new", "reader", 403)
})

test("a proposal of a partner is answered with a list of our own, its sizes lowered, or refused", async () => {
  const asked = `${runPath("Asked")}/accept?list=${things.matchList}`
  assert.match(await words(asked), /The partner's quota.*IPv4 addresses 1,536 .*Accept and compare/)
  const accept = (most: string, status: number) =>
    post(`${runPath("Asked")}/accept`, { list: things.matchList, "most-ipv4": most }, status)
  assert.match(await accept("9999", 400), /1,536/)
  assert.equal(await accept("500", 303), runPath("Asked"))
  assert.equal((await loadRun(server.node.store, things.matchAsked)).types[0]?.most, 500)
})

test("what was counted is opened by type, or not at all", async () => {
  const consent = `${runPath("Counted")}/consent`
  assert.match(await words(consent), /IPv4 addresses: 37 .*Domain names: 12/)
  assert.doesNotMatch(await words(consent), /Wallets: fewer/)
  assert.match(await post(consent, {}, 400), /at least one type/)
  await assert.doesNotReject(loadRun(server.node.store, things.matchCounted))
})

test("what is common stands beside what each side knows of it, and leads on", async () => {
  const text = await page(runPath("Done"))
  assert.match(readable(text), /198\.51\.100\[\.\]7.*Relay of Lantern.*TLP:GREEN.*third hop.*TLP:AMBER/)
  assert.match(text, /data-copy="198\.51\.100\.7"/)
  assert.match(text, new RegExp(`/share/release\\?match=${things.matchDone}`))
  assert.match(readable(text), /203\.0\.113\[\.\]5.*Says nothing/)
})

test("what is common names the objects of ours that are it, and no other that only mentions it", async () => {
  const { store } = server.node
  const mention = indicator({ name: "Beside 198.51.100.7", pattern: "[ipv4-addr:value = '198.51.100.8']" })
  await server.add(mention)
  const keys = await matchedObjects({ store, search: server.search }, things.matchDone, 10)
  const objects = await loadObjects(store, keys)
  assert.deepEqual(
    [...objects.values()].map(({ pattern }) => pattern),
    ["[ipv4-addr:value = '198.51.100.7']"],
  )
})

test("a match that was broken off says why, and one that ended offers nothing more", async () => {
  assert.match(await words(runPath("Broken")), /Broken off.*counted differently/)
  assert.match(await words(runPath("Refused")), /We refused the proposal.*Reason: Not this month/)
  assert.match(await words(runPath("Declined")), /opens nothing.*IPv4 addresses 37/)
  for (const name of ["Broken", "Declined", "Done"] as const) {
    assert.doesNotMatch(await page(runPath(name)), /\/cancel"/)
  }
  assert.equal(await post(`${runPath("Paused")}/cancel`, {}), runPath("Paused"))
  assert.match(await words(runPath("Paused")), /Cancelled.*The match was cancelled here/)
})

test("what names people waits for another officer, who sees what the agreement says and exactly what is agreed to", async () => {
  const { node } = server
  const agreement = "comity-agreement--5f2c3c1e-6a53-4e0a-8d39-0a4c7d0a9a12"
  const row = {
    type: "phone",
    purpose: "defence",
    basis: `Act 12 ${HOSTILE.slice(0, 30)}`,
    safeguard: "sealed",
  } as const
  const terms = keptTerms({ ...DEFAULT_TERMS, matching: [row] })
  assert.doesNotMatch(await words("/find/match/new"), /Telephone numbers: Largest/)
  const collection = await addShared(node.store, { title: "Ours", alias: null, audience: [PEER], terms }, null)
  await node.store.write((tx) =>
    saveInForce(tx, { agreement, part: "", collection, text: "", articles: { matching: "4(1)" } }),
  )
  assert.match(await page("/find/match/new"), /value="phone"/)
  const omar = await addOfficer(node, "Omar Officer")
  node.meddle("update account set secret = 'x' where name = ?", PEOPLE.officer.name)
  const wish = { party: PEER, list: things.matchList, purpose: "defence", basis: "Art. 12", agreement } as const
  const types = [{ type: "phone", most: 100, smallest: 5 }] as const
  const asking = () => propose(runs, { ...wish, types, learners: "both" }, omar)
  const path = `/find/match/runs/${await asking()}`
  const shown = await page(path)
  assert.match(
    readable(shown),
    /Second officer.*Propose this match ◐ waiting.*Telephone numbers for defence \(legal basis: Act 12 .*; safeguards: sealed\).*Art\. 4\(1\).*Asked by Omar Officer.*Agree, and do it/,
  )
  assert.doesNotMatch(shown, /<img/)
  const [, at = "", digest = ""] =
    /action="([^"]*)\/agree"><input type="hidden" name="digest" value="([^"]*)"/.exec(shown) ?? []
  assert.doesNotMatch(await page(path, "reader"), /\/agree"/)
  await post(`${at}/agree`, { digest: "" }, 409)
  await post(`${at}/withdraw`, {}, 409)
  assert.equal(await post(`${at}/agree`, { digest }), path)
  assert.match(await words(path), /Propose this match ● agreed.*Decided by Olga Officer/)
  const other = `/find/match/runs/${await asking()}`
  const [, no = ""] = /action="([^"]*)\/object"/.exec(await page(other)) ?? []
  await post(`${no}/object`, { note: " " }, 400)
  await post(`${no}/object`, { note: "Not for this" })
  assert.match(await words(other), /Cancelled.*not agreed.*Not for this/)
  const own = await post(
    "/find/match/new",
    Object.fromEntries(new URLSearchParams(proposal({ "type[]": "phone", agreement }))),
  )
  assert.match(await words(own), /You asked for this: somebody else decides/)
})

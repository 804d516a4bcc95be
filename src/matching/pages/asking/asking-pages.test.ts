import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type AskingThings, addAskingThings } from "../../../../test/support/asking-things.ts"
import { readable } from "../../../../test/support/collection-server.ts"
import { type LibraryServer, startLibrary } from "../../../../test/support/library-server.ts"
import type { Role } from "../../../../test/support/pages.ts"
import { marked } from "../../../../test/support/sharing.ts"
import { stixId } from "../../../../test/support/stix.ts"
import { addOwnParty, insertPeer, type PartyId } from "../../../parties/index.ts"
import { selecting } from "../../../sharing/index.ts"
import { listSubjects } from "../../asking/desk.ts"
import { loadKnowing } from "../../asking/knowing.ts"
import { listAnswers, loadAnswers } from "../../asking/opening.ts"
import { answersTo, loadQuestion } from "../../asking/questioning.ts"
import { shownItem } from "../../items/canonical.ts"
import { listLists } from "../../lists/lists.ts"
import { Previews } from "../../lists/previews.ts"
import type { Knowledge } from "../../runs/model.ts"
import { matchedObjects } from "../matched.ts"
import type { MatchPageParts } from "../parts.ts"
import { askingPages } from "./routes.ts"

const HOSTILE = `<img src=x onerror=alert(1)>"'\u202E\u200B`
const PEERS = [stixId("identity"), stixId("identity")] as PartyId[]
const [COAST = "", RIVER = ""]: readonly string[] = PEERS
const KNOWN: Knowledge = {
  ...{ firstSeen: null, lastSeen: null, confidence: 80, marking: "green", objects: 1 },
  ...{ labels: ["c2"], names: [`Relay of ours${HOSTILE}`] },
}

let server: LibraryServer
let things: AskingThings

before(async () => {
  server = await startLibrary(undefined, ({ store, clock, folder }, search) => {
    const lists = { store, database: folder.database, search, clock, folder: folder.root }
    const knownHere: MatchPageParts["knownHere"] = async (_, __, items) => items.map((_, i) => (i === 0 ? KNOWN : null))
    const parts = { store, search, lists, knownHere, previews: new Previews(lists), selecting: selecting(store) }
    return askingPages(parts as unknown as MatchPageParts) // runs have tests of their own
  })
  const { store } = server.node
  await store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
  for (const [i, name] of ["Coastal CERT", "River CSIRT"].entries()) {
    const party = PEERS[i] as PartyId
    const more = { endpoint: "https://partner.invalid", state: "active", theirs: "active" } as const
    await store.write((tx) => insertPeer(tx, { party, name: `${name}${HOSTILE}`, ...more }))
  }
  things = await addAskingThings(server.node, PEERS, HOSTILE)
  await server.add(marked("green", { name: `Relay ${HOSTILE}`, pattern: "[ipv4-addr:value = '198.51.100.7']" }))
})
after(() => server.close())

async function page(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(`/find/match/${path}`, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(text).slice(0, 600)}`)
  return text
}

const words = async (path: string, who: Role = "officer", status = 200) => readable(await page(path, who, status))

type Sent = Record<string, string> | [string, string][]
async function post(path: string, form: Sent, status = 303, who: Role = "officer"): Promise<string> {
  const pairs = Array.isArray(form) ? form : Object.entries(form)
  const answer = await server.post(`/find/match/${path}`, pairs, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(text).slice(0, 600)}`)
  return status === 303 ? String(answer.headers.get("location")).replace("/find/match/", "") : text
}

const lookAt = async (items: string, status = 200, more: [string, string][] = []) =>
  post("ask/look", [["items", items], ["party[]", COAST], ["party[]", RIVER], ...more], status, "analyst")

const opening = (changes: Record<string, string> = {}) =>
  new URLSearchParams({
    look: "yes",
    "party[]": COAST,
    "type[]": "ipv4",
    "quota-ipv4": "640",
    days: "7",
    ...changes,
  })

test("nothing that a partner or a colleague wrote becomes markup, or turns the text around it", async () => {
  const [list] = await listLists(server.node.store)
  const paths = [
    ...["answers", `answers/${things.answers}`, `answers/${things.answersDesk}`, "answers/new", "ask", "knowing"],
    ...[`ask/${things.question}`, `ask/${things.questionWaiting}`, `ask/${things.questionDesk}`, "desks"],
    ...[
      `ask/${things.question}/know?party=${COAST}`,
      `knowing/${things.knowingOurs}`,
      `knowing/${things.knowingTheirs}`,
    ],
    ...[`desks/contacts/${things.contact}`, `desks/contacts/${things.contactBoth}`, "answers/new?mode=desk"],
    ...[`desks/ask?party[]=${COAST}`, `answers/new?${opening({ list: list?.id ?? "" })}`],
    `ask?value=${encodeURIComponent(HOSTILE)}&list=${list?.id}`,
  ]
  const texts = [await lookAt(`198.51.100.7\n${HOSTILE}`), ...(await Promise.all(paths.map((path) => page(path))))]
  for (const [i, text] of texts.entries()) {
    assert.doesNotMatch(text, /<img/, `of page ${i}`)
    const shown = text.replaceAll(/data-copy="[^"]*"|value="[^"]*"|href="[^"]*"/g, "")
    assert.doesNotMatch(shown, /[\u202E\u200B]/, `of page ${i}`)
  }
})

test("an analyst prepares what an officer opens, with what of the list would answer and what nothing can prevent", async () => {
  const { store } = server.node
  const [list] = await listLists(store)
  const form = opening({ list: list?.id ?? "" })
  const text = await words(`answers/new?${form}`, "analyst")
  assert.match(text, /IPv4 addresses\s+1\s+256\s+640/)
  assert.match(text, /up to its quota in 24 hours: IPv4 addresses 640.*can still test an item.*An officer opens it/)
  await post("answers/new", Object.fromEntries(form), 403, "analyst")
  assert.match(await words(`answers/new?${opening()}`, "officer", 400), /Our list/)
  const at = await post("answers/new", Object.fromEntries(form))
  const answers = await loadAnswers(store, at.split("/").at(-1) ?? "")
  assert.deepEqual([answers.keyDays, answers.types], [7, [{ type: "ipv4", quota: 640 }]])
  assert.match(await words(at, "reader"), /no key yet.*No partner asked anything.*Opened by Olga Officer/)
  assert.doesNotMatch(await page(at, "reader"), /<form method="post" action="\/find/)
  assert.match(await words(`answers/${things.answers}`), /Coastal CERT.*320\s+1,680.*256/)
  await post(`${at}/renew`, {})
  await post(`${at}/close`, {}, 403, "analyst")
  await post(`${at}/close`, {})
  assert.match(await words(at), /answers nothing any more/)
  await post("answers/new", Object.fromEntries(opening({ mode: "desk" })))
  assert.equal((await listAnswers(store)).filter(({ mode }) => mode === "desk").length, 2)
})

test("what is asked is read line by line: what is no item is said with its reason and stays here", async () => {
  const typed = "hxxp://evil.example/a\n198.51.100[.]7, 203.0.113[.]9\n198.51.100.7\n\nnot one\n+358 40 1234567"
  const decision = await lookAt(typed)
  const text = readable(decision)
  assert.match(text, /IPv4 addresses: 2.*URLs: 1.*Said more than once, asked once: 1/)
  assert.match(text, /5\s+not one\s+It is not clear.*6\s+\+358 40 1234567\s+Persons, telephone numbers/)
  assert.match(text, /IPv4 addresses\s+64\s+4,800\s+● can answer.*answers nothing of this type/)
  assert.match(text, /What it does not learn.*Which items we ask about.*Ask partners: 2; items: 3/)
  assert.match(await lookAt(typed, 200, [["change", "yes"]]), /<textarea[^>]*>\s*hxxp:\/\/evil\.example/)
  assert.match(readable(await lookAt("intranet.corp", 200, [["as", "domain"]])), /Domain names: 1/)
  assert.match(readable(await lookAt("not one", 400)), /It is not clear what this value is/)
  assert.match(readable(await lookAt("  ", 400)), /needed|missing|empty/i)
  const at = await post("ask", { items: typed, "party[]": COAST }, 303, "analyst")
  const question = await loadQuestion(server.node.store, at.split("/").at(-1) ?? "")
  const asked = (await answersTo(server.node.store, question)).map(({ item }) => shownItem(item))
  assert.deepEqual(asked, ["198.51.100[.]7", "203.0.113[.]9", "hxxp://evil[.]example/a"])
  await post("ask", { items: typed, "party[]": COAST }, 403, "reader")
  await post(`${at}/call-off`, {}, 303, "analyst")
  assert.match(await words(at, "reader"), /called off/)
})

test("items of a list of the library stand in the field, to be looked through before they are asked", async () => {
  const [list] = await listLists(server.node.store)
  assert.match(await page(`ask?list=${list?.id}`, "analyst"), /<textarea[^>]*>\s*198\.51\.100\.7<\/textarea>/)
})

test("addresses counted through are asked only once somebody says that it is meant", async () => {
  const items = Array.from({ length: 80 }, (_, i) => `192.0.2.${i}`).join("\n")
  assert.match(readable(await lookAt(items)), /many neighbouring addresses.*ask about them all the same/)
  assert.match(await post("ask", { items, "party[]": COAST }, 400, "analyst"), /name="dense"/)
  await post("ask", { items, "party[]": COAST, dense: "yes" }, 303, "analyst")
})

test("the result says for each item who has it; asking for more shows the partner what it is, so an officer does", async () => {
  const text = await words(`ask/${things.question}`, "reader")
  assert.match(text, /at least one partner has: 3 of 5/)
  assert.match(text, /203\.0\.113\[\.\]9\s+IPv4 addresses\s+● has it\s+● has it.*○ not there.*\? no answer/)
  assert.match(text, /more than the partner answers today.*left today: 4,736/)
  assert.match(text, /What partners told.*Lantern relay/)
  await page(`ask/${things.question}/know?party=${COAST}`, "analyst", 403)
  assert.match(await words(`ask/${things.question}/know?party=${COAST}`), /does not know which items we asked about/)
  assert.match(await post(`ask/${things.question}/know`, { party: COAST }, 400), /Choose at least one item/)
  const found = await matchedObjects({ store: server.node.store, search: server.search }, things.question, 10)
  assert.equal(found.length, 1)
})

test("a partner that asks to know more is answered by an officer, who sees before what it would be told", async () => {
  const path = `knowing/${things.knowingTheirs}`
  assert.match(await words(path), /Would be told.*Relay of ours.*Nothing that this partner may be told.*Tell Coastal/)
  assert.match(await words(path, "reader"), /An officer decides/)
  await post(`${path}/tell`, {}, 403, "analyst")
  await post(`${path}/tell`, {})
  assert.equal((await loadKnowing(server.node.store, things.knowingTheirs)).state, "told")
  assert.match(await words(path), /Was told.*Relay of ours/)
  await post(`${path}/withhold`, {}, 409)
})

test("desks say what they work on; who the other is stands there only once both consented", async () => {
  const { store } = server.node
  assert.match(await post("desks", { value: "one two", desk: "Fraud" }, 400, "analyst"), /It is not clear/)
  await post("desks", { value: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", desk: "Fraud" }, 303, "analyst")
  const subject = (await listSubjects(store)).at(-1)
  assert.equal(subject?.type, "wallet")
  await post(`desks/subjects/${subject?.id}/end`, {}, 303, "analyst")
  const text = await words("desks", "reader")
  assert.match(text, /c2\[\.\]lantern\[\.\]example\s+● both consent\s+Night desk\s+Harbour unit/)
  assert.match(text, /198\.51\.100\[\.\]7\s+◐ contact may be useful\s+Fraud desk.*unnamed/)
  const contact = `desks/contacts/${things.contact}`
  assert.doesNotMatch(await page(contact), /Coastal/)
  await post(`${contact}/consent`, {}, 403, "analyst")
  await post(`${contact}/consent`, {})
  assert.match(await words(contact), /you consent; the other desk has not decided/)
  assert.match(await words(`desks/ask?party[]=${COAST}`), /IPv4 addresses\s+64\s+960.*Ask partners: 1/)
  assert.match(await post("desks/ask", { "party[]": COAST }, 303, "analyst"), /^ask\/question--/)
})

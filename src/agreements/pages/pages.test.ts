import assert from "node:assert/strict"
import { after, test } from "node:test"
import { BALTIC, preparedHere } from "../../../test/support/agreements.ts"
import { readable } from "../../../test/support/collection-server.ts"
import { startLibrary } from "../../../test/support/library-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { compareRules, dayAt, FactBook, jurisdictionsOf } from "../../law/index.ts"
import { addOwnParty, insertPeer } from "../../parties/index.ts"
import { Trials } from "../../policy/index.ts"
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
const book = new FactBook(node.store)
const PEER = { party: BALTIC, endpoint: "https://baltic.example", state: "active", theirs: "active" } as const
const own = await node.store.write(async (tx) => {
  await insertPeer(tx, { ...PEER, name: "Baltic CERT" })
  return addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
})

type Typed = Readonly<Record<string, string>>

async function get(path: string, who: Role = "analyst", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text.slice(0, 500)}`)
  return text
}

async function post(path: string, fields: Typed, status: number, who: Role = "analyst") {
  const answer = await server.post(path, Object.entries(fields), who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(text).slice(0, 500)}`)
  return { text, location: answer.headers.get("location") ?? "" }
}

const FRAME = {
  ...{ "language.en": "yes", "title.en": "Sharing of indicators", nature: "arrangement" },
  ...{ [`role.${own.id}`]: "negotiator", [`binder.${own.id}`]: "Director" },
  ...{ [`role.${BALTIC}`]: "negotiator", [`binder.${BALTIC}`]: "Head of team" },
}
const started = async (changes: Typed = {}) => (await post("/agree/new", { ...FRAME, ...changes }, 303)).location
const seenIn = (page: string) => /name="seen" value="(\d+)"/.exec(page)?.[1] ?? ""

async function addArticle(home: string, fields: Typed): Promise<string> {
  const { location } = await post(
    `${home}/articles/new`,
    { ...fields, seen: seenIn(await get(`${home}/articles/new`)) },
    303,
  )
  return location.split("?")[0] ?? ""
}

test("readers read, analysts draft, and nobody else does either", async () => {
  const home = await started()
  for (const path of ["/agree", home, `${home}/document`]) {
    await get(path, "reader")
    await get(path, "administrator", 403)
  }
  for (const path of ["/agree/new", `${home}/frame`, `${home}/articles/new`, `${home}/delete`]) {
    await get(path, "reader", 403)
    await post(path, FRAME, 403, "reader")
  }
  assert.doesNotMatch(await get(home, "reader"), /\/frame"|\/delete"|articles\/new"/)
  await get("/agree/agreement-draft--0", "reader", 404)
})

test("a text grows article by article, and says what it lacks until nothing is missing", async () => {
  const home = await started()
  const lacking = readable(await get(home))
  assert.match(lacking, /incomplete: 1.*An article/)
  const article = await addArticle(home, { "heading.en": "Use", "clause.new.en": "For defence only." })
  const page = readable(await get(home))
  assert.match(page, /complete.*Article 1 Use.*Art\. 1\(1\).*For defence only\..*Kept by people, not by the node/)
  assert.match(page, /A signature of a node is evidence/)
  const form = await get(article)
  const [, clause = ""] = /name="clause\.([0-9a-f]{8})\.en"/.exec(form) ?? []
  const typed = {
    "heading.en": "Use",
    [`clause.${clause}.en`]: "For defence only.",
    "clause.new.en": "Erased after 90 days.",
  }
  await post(article, { ...typed, seen: seenIn(form) }, 303)
  const both = await get(article)
  const [second = ""] = [...both.matchAll(/name="clause\.([0-9a-f]{8})\.en"/g)].map((one) => one[1]).slice(1)
  const filled = { ...typed, [`clause.${second}.en`]: "Erased after 90 days.", "clause.new.en": "" }
  await post(article, { ...filled, seen: seenIn(both), "move-clause": `up.${second}` }, 303)
  assert.match(readable(await get(home)), /Art\. 1\(1\).*Erased after 90 days\..*Art\. 1\(2\).*For defence only\./)
  const last = { [`clause.${clause}.en`]: "", [`clause.${second}.en`]: "", "heading.en": "" }
  const { location } = await post(article, { ...last, seen: seenIn(await get(article)) }, 303)
  assert.equal(location, home)
  await get(article, "analyst", 404)
})

test("two who write at once are told, and what was typed stands there still", async () => {
  const home = await started()
  const seen = seenIn(await get(`${home}/articles/new`))
  await addArticle(home, { "heading.en": "First" })
  const mine = { "heading.en": "Mine <b>", "clause.new.en": "typed", seen }
  const { text } = await post(`${home}/articles/new`, mine, 409)
  assert.match(readable(text), /Somebody else changed this draft/)
  assert.match(text, /value="Mine &lt;b&gt;"/)
  await post(`${home}/articles/new`, { ...mine, seen: seenIn(text) }, 303)
  assert.match(readable(await get(home)), /Article 1 First.*Article 2 Mine &lt;b&gt;/)
  const frame = { ...FRAME, "title.en": "Theirs", seen }
  assert.match((await post(`${home}/frame`, frame, 409)).text, /value="Theirs"/)
})

test("a draft needs a language and a nature; more languages can be added later, and taken away", async () => {
  const { text } = await post("/agree/new", { ...FRAME, "language.en": "", nature: "" }, 400)
  assert.match(text, /href="#field-languages"/)
  assert.match(text, /href="#field-nature"/)
  assert.match(text, /value="Sharing of indicators"/)
  const home = await started()
  await addArticle(home, { "heading.en": "Use", "clause.new.en": "For defence only." })
  await post(`${home}/frame`, { ...FRAME, "language.zh-Hant": "yes", seen: seenIn(await get(`${home}/frame`)) }, 303)
  assert.match(
    readable(await get(home)),
    /The title in Traditional Chinese.*Article 1: the heading in Traditional Chinese/,
  )
  assert.match(readable(await get(`${home}?language=zh-Hant`)), /Nothing in this language yet/)
  const { "language.en": _, ...chinese } = { ...FRAME, "language.zh-Hant": "yes" }
  await post(`${home}/frame`, { ...chinese, seen: seenIn(await get(`${home}/frame`)) }, 303)
  assert.doesNotMatch(await get(home), /For defence only/)
})

test("the document holds every language, the hash of the text and the warning of a draft", async () => {
  const home = await started({ "language.fr": "yes", "title.fr": "Partage d’indicateurs" })
  await post(
    `${home}/frame`,
    { ...FRAME, "language.fr": "yes", "title.fr": "Partage", seen: seenIn(await get(`${home}/frame`)) },
    303,
  )
  const page = await get(`${home}/document`, "reader")
  assert.match(
    readable(page),
    /Draft that is incomplete.*Sharing of indicators.*Partage.*Authentic in: English and French/,
  )
  assert.match(page, /SHA-256|Hash of the text <span class="mono">[A-Za-z0-9+/]{43}=/)
})

test("the own party stands first, whoever else takes part, also in a text that names them in another order", async () => {
  const parties = (page: string) =>
    [...page.matchAll(/class="group party"><legend>(?:<bdi>)?([^<]*)/g)].map(([, name]) => name)
  const both = ["Harbour CERT", "Baltic CERT"]
  assert.deepEqual(parties(await get("/agree/new")), both)
  assert.deepEqual(parties(await get(`${await started()}/frame`)), both)
})

test("a deleted draft is gone with its text", async () => {
  const home = await started({ "title.en": "Gone for good" })
  assert.match(readable(await get(`${home}/delete`)), /Gone for good.*gone for good/)
  await post(`${home}/delete`, {}, 303)
  await get(home, "reader", 404)
  assert.doesNotMatch(await get("/agree"), /Gone for good/)
})

const permission = (number: number, type: string, basis: string) => ({
  ...{ [`value.${number}.type`]: type, [`value.${number}.purpose`]: "evidence" },
  ...{ [`value.${number}.basis`]: basis, [`value.${number}.safeguard`]: "sealed" },
})

test("a clause settles terms one by one, each with the sentence that says what nodes will do, or leaves them to people", async () => {
  const home = await started()
  await addArticle(home, { "heading.en": "Use", "clause.new.en": "For defence only." })
  const [, clause = ""] = /\/terms\/([0-9a-f]{8})"/.exec(await get(home)) ?? []
  const terms = `${home}/terms/${clause}`
  await get(terms, "reader", 403)
  const typed: readonly (readonly [string, Typed])[] = [
    ["purposes", { "value.defence": "yes" }],
    ["retention", { value: "90" }],
    ["places", { value: "fi, jp" }],
    ["bound", { "value.budapest": "yes", "value.eu": "yes" }],
    ["personal", { value: "allow", "value.safeguard": "Convention 108", "value.instrument": "convention-108" }],
    ["urgent", { value: "no" }],
    ["matching", { ...permission(0, "phone", "Act 12"), ...permission(4, "case", ""), "value.4.type": "" }],
    ["end", { value: "2027-12-31" }],
  ]
  for (const [term, fields] of typed) {
    await post(`${terms}?term=${term}`, { ...fields, seen: seenIn(await get(`${terms}?term=${term}`)) }, 303)
  }
  const page = readable(await get(home, "reader"))
  assert.match(
    page,
    /The nodes see to it.*Finland.*Japan.*by each of: Budapest Convention \(budapest\) and EU \(eu\).*for these purposes alone: defence.*are bound by Convention 108 \(convention-108\).*90.*2027-12-31.*these alone are matched.*: Telephone numbers for evidence \(legal basis: Act 12; safeguards: sealed\)\./,
  )
  const twice = { ...permission(0, "phone", "Act 12"), ...permission(1, "phone", "Act 13") }
  const again = await post(`${terms}?term=matching`, { ...twice, seen: seenIn(await get(terms)) }, 400)
  assert.match(again.text, /name="value.1.basis"[^>]* value="Act 13"/)
  assert.match(await get(`${terms}?term=matching`), /name="value.0.basis"[^>]* value="Act 12"/)
  assert.match(await get(`${terms}?term=bound`), /name="value.eu" value="yes" checked/)
  assert.match(await get(`${terms}?term=personal`), /<option value="convention-108" selected>Convention 108/)
  const bad = await post(`${terms}?term=places`, { value: "XX", seen: seenIn(await get(terms)) }, 400)
  assert.match(bad.text, /href="#field-value"/)
  const nothing = await post(`${terms}?term=bound`, { "value.buda": "yes", seen: seenIn(await get(terms)) }, 400)
  assert.match(readable(nothing.text), /know no instrument buda/)
  for (const [term] of typed)
    await post(`${terms}?term=${term}`, { remove: "yes", seen: seenIn(await get(terms)) }, 303)
  assert.match(readable(await get(home, "reader")), /Kept by people, not by the node/)
})

test("a clause starts from where rules differ: the bridge, or each side in square brackets, in a draft of one's choice", async () => {
  await get("/agree/from-rules/incident-deadline", "reader", 403)
  await get("/agree/from-rules/nothing", "analyst", 404)
  const facts = await book.current()
  const found = compareRules(facts, {
    ...{ questions: facts.rows.questions, jurisdictions: jurisdictionsOf(facts), date: dayAt(node.clock.now()) },
  })
  const conflict = found.find(({ kind, groups }) => kind === "conflict" && groups.length > 1)
  const degree = found.find(({ kind, bridge }) => kind === "degree" && bridge !== null)
  for (const [one, wanted] of [
    [conflict, /\[.*: .*\]/],
    [degree, /observe: /],
  ] as const) {
    if (one === undefined) continue
    const address = `/agree/from-rules/${one.question.id}`
    assert.match(readable(await get(address)), wanted)
    const { location } = await post(address, { draft: "" }, 303)
    assert.match(readable(await get(location)), wanted)
  }
  const home = await started()
  const { location } = await post("/agree/from-rules/incident-deadline", { draft: home.split("/").at(-1) ?? "" }, 303)
  assert.ok(location.startsWith(home))
})

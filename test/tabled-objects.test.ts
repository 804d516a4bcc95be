import assert from "node:assert/strict"
import { after, test } from "node:test"
import { startDraft } from "../src/agreements/drafts.ts"
import { agreementPages, tabledShown } from "../src/agreements/index.ts"
import { textHash } from "../src/agreements/model.ts"
import { silent } from "../src/kernel/diagnostics.ts"
import { FactBook } from "../src/law/index.ts"
import { addOwnParty, insertPeer } from "../src/parties/index.ts"
import { Trials } from "../src/policy/index.ts"
import { objectPages, Releases, releasePages } from "../src/sharing/index.ts"
import { erase, mark, recall } from "../src/sharing/release/withdrawing.ts"
import { BALTIC, preparedHere, sampleText } from "./support/agreements.ts"
import { readable } from "./support/collection-server.ts"
import { startLibrary } from "./support/library-server.ts"

const server = await startLibrary(undefined, ({ store, clock, signer, folder: { database } }, search) => [
  ...agreementPages({
    ...{ store, clock, signer, prepare: preparedHere, book: new FactBook(store) },
    trials: new Trials({ store, clock, database }),
  }),
  ...objectPages({ reader: store, search, tabled: tabledShown(store) }),
  ...releasePages({ store, search, releases: new Releases({ store, clock, diagnostics: silent }) }),
])
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

async function get(path: string, status = 200): Promise<string> {
  const answer = await server.get(path, "officer")
  const body = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(body).slice(0, 500)}`)
  return body
}

async function post(path: string, fields: Record<string, string>, status = 303): Promise<string> {
  node.clock.forward(5_000_000)
  const answer = await server.post(path, Object.entries(fields), "officer")
  assert.equal(answer.status, status, await answer.text())
  return answer.headers.get("location") ?? ""
}

const items = () =>
  node.meddle("select id from object where type = 'comity-agreement' order by key").map(({ id }) => String(id))

test("what was tabled says in words who tabled what on what, leads there, and cannot be taken away", async () => {
  const draft = await startDraft(node.store, text, null)
  const negotiation = (await post(`/agree/${draft}/table`, {})).split("?")[0] ?? ""
  const clause = text.articles[0]?.clauses[0]?.id ?? ""
  const about = { version: textHash(text), part: clause }
  const query = new URLSearchParams(about).toString()
  await post(`${negotiation}/say?${query}`, { is: "position", position: "object", text: "Ninety days are not enough" })
  const saying = String(node.meddle("select id from agreement_saying")[0]?.id)
  await post(`${negotiation}/table`, { saying })
  await server.search.settled()
  const [first = "", position = ""] = items()

  const whole = await get(`/share/objects/${first}`)
  assert.match(readable(whole), /What was tabled A text: .*As Version 1 .*Tabled by Harbour CERT/)
  const page = await get(`/share/objects/${position}`)
  const said = readable(page)
  assert.match(said, /What was tabled Position On Version 1 · Art\. 1\(1\) Tabled by Harbour CERT/)
  assert.match(said, /objects Ninety days are not enough/)
  assert.ok(page.includes(`href="${negotiation}?version=${encodeURIComponent(about.version)}#clause-${clause}"`))
  assert.doesNotMatch(page, /negotiation_ref|"is"|\/recall"|\/erase"|\/mark"|\/share\/release\?object/)
  assert.match(page, /\/source"/)

  for (const id of [first, position]) {
    const collection = String(node.meddle("select id from collection where kind = 'shared'")[0]?.id)
    await assert.rejects(recall(node.store, { id, reason: "x" }, null), { code: "object.tabled" })
    await assert.rejects(erase(node.store, { id, collection }, null), { code: "object.tabled" })
    await assert.rejects(mark(node.store, { id, marking: "red" }, null), { code: "object.tabled" })
    assert.match(readable(await get(`/share/objects/${id}/recall`, 403)), /stays with all its parties/)
    await get(`/share/objects/${id}/mark`, 403)
    assert.doesNotMatch(await get(`/share/objects/${id}/erase`), /name="collection"/)
  }
  assert.match(readable(await get(negotiation)), /Ninety days are not enough/)
})

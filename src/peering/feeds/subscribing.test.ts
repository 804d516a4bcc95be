import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { mirrorAt, share } from "../../../test/support/shared.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import { addShared, listCollections, loadCollection, narrow } from "../../library/index.ts"
import { DEFAULT_TERMS, keptTerms } from "../../policy/index.ts"
import { feedSaid } from "./queries.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member

beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
afterEach(() => federation.close())

const received = async () => (await listCollections(jp.store)).filter(({ kind }) => kind === "received")

/** 998 rows more like the newest of a table. */
function multiply(table: string, changes: Record<string, string>): void {
  const [row = {}] = jp.meddle(`select * from ${table} order by key desc limit 1`)
  const names = Object.keys(row)
  jp.meddle(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < 998)
      insert into ${table} (${names.join(", ")}) select ${names.map((name) => changes[name] ?? name).join(", ")}
      from n, (select * from ${table} order by key desc limit 1)`,
  )
}

test("a title from outside is one line, and turns nothing around", async () => {
  const title = "\u202Eevil\u202C\nSecond\u0007 line\u2028"
  await addShared(fi.store, { title, alias: null, terms: PLAIN_TERMS, audience: [jp.party] }, null)
  await jp.round(fi)
  assert.equal((await mirrorAt(jp)).title, "evil  Second  line")
})

test("a partner that lists other collections each time fills nothing without end", async () => {
  await share(fi, jp)
  await jp.round(fi)
  multiply("log", { key: "100000 + i", origin: "origin || i" })
  multiply("collection", { key: "100000 + i", id: "id || i", log: "100000 + i" })
  multiply("feed", { key: "100000 + i", remote: "remote || i", collection: "100000 + i" })
  await share(fi, jp)
  await share(fi, jp)
  await jp.round(fi).catch(() => {})
  assert.equal((await received()).length, 1000)
})

test("a log that two partners offer is received from the first alone, and people are told, once", async () => {
  const theirs = await loadCollection(fi.store, await share(fi, jp))
  await jp.round(fi)
  const copy = await share(br, jp)
  br.meddle("update log set origin = ? where key = (select log from collection where id = ?)", theirs.origin, copy)
  for (let i = 0; i < 3; i++) await jp.round(br)
  assert.equal((await received()).length, 1)
  const rows = jp.meddle(
    "select cast(body as text) as body from journal_entry where header like '%feed.claimed-twice%'",
  )
  assert.deepEqual(
    rows.map(({ body }) => JSON.parse(String(body))),
    [{ party: br.party, remote: copy }],
  )
})

test("a reader is told the terms, and who else reads where these let it know", async () => {
  const { audience } = DEFAULT_TERMS
  const open = keptTerms({ ...DEFAULT_TERMS, audience: { ...audience, confidential: false } })
  for (const terms of [PLAIN_TERMS, open]) {
    await addShared(fi.store, { title: "S", alias: null, audience: [jp.party, br.party], terms }, null)
  }
  await jp.round(fi)
  const said = await Promise.all((await received()).map(({ key }) => feedSaid(jp.store, key)))
  const byTerms = new Map(said.map(({ terms, readers }) => [terms, readers]))
  assert.deepEqual(byTerms.get(PLAIN_TERMS.text), null)
  assert.deepEqual(byTerms.get(open.text), [br.party])
})

test("terms that change are taken note of, in the ledger too, and who left is told nothing more", async () => {
  const collection = await loadCollection(fi.store, await share(fi, jp))
  await jp.round(fi)
  const mirror = await mirrorAt(jp)
  const change = (text: string) =>
    fi.meddle("update terms set text = ? where key = (select terms from collection where id = ?)", text, collection.id)
  change('{"v":2}')
  await jp.round(fi)
  assert.deepEqual(await feedSaid(jp.store, mirror.key), { terms: '{"v":2}', agreement: null, readers: null })
  const rows = jp.meddle("select seq from journal_entry where header like '%feed.terms-changed%'")
  assert.equal(rows.length, 1)
  await fi.store.write((tx) => narrow(tx, collection, jp.party, null))
  change('{"v":3}')
  await jp.round(fi)
  assert.equal((await feedSaid(jp.store, mirror.key)).terms, '{"v":2}')
})

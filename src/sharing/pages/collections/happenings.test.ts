import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { readable, startCollections } from "../../../../test/support/collection-server.ts"
import { languages, translator } from "../../../http/index.ts"
import { record } from "../../../ledger/index.ts"
import { happenings, happeningsOf, happeningText, SUBJECTS } from "./happenings.ts"

const server = await startCollections()
after(() => server.close())
const { node, page } = server
const src = join(import.meta.dirname, "../../..")

/** What the source writes into the ledger and the key log. */
function recorded(): string[] {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /(?<!\.test)\.ts$/.test(file))
  const found = files.flatMap((file) => {
    const text = readFileSync(join(src, file), "utf8")
    if (!/\b(?:record|journal)\(/.test(text)) return []
    return [...text.matchAll(/\bwhat: "([a-z-]+\.[a-z-]+)"/g)].map(([, what = ""]) => what)
  })
  return [...new Set(found)].toSorted()
}

test("everything that the source records has a sentence and a subject, and nothing else has", () => {
  assert.ok(recorded().length > 20)
  assert.deepEqual(happenings, recorded())
  assert.deepEqual(SUBJECTS.flatMap(happeningsOf).toSorted(), happenings)
})

test("each happening is told in every language, whatever its facts are", () => {
  const calling = { account: () => "A", collection: () => "C", party: () => "P" }
  for (const language of languages) {
    const t = translator(language)
    for (const what of [...happenings, "of.another-version", "toString", "__proto__"]) {
      for (const facts of [{}, { account: 5, entries: "x", number: null, kind: "program" }]) {
        assert.doesNotMatch(happeningText(t, what, facts, calling), /undefined|\{\w+\}|\[object/, what)
      }
    }
  }
})

test("administrators alone read the ledger; it names people who are there and no one who is gone", async () => {
  for (const who of ["reader", "analyst", "officer"] as const) {
    assert.equal((await server.get("/node/ledger", who)).status, 403)
  }
  const text = readable(await page("/node/ledger", "administrator"))
  assert.match(text, /Account added for Rita Reader/)
  assert.match(text, /Signed in with a passkey Olga Officer/)
  node.meddle("delete from account where name = 'Olga Officer'")
  const after = readable(await page("/node/ledger", "administrator"))
  assert.doesNotMatch(after, /Olga Officer/)
  assert.match(after, /Signed in with a passkey removed account [A-Za-z0-9+/]{8}…/)
})

test("the ledger is shown by subject and page by page, and facts from outside stay text", async () => {
  const facts = { name: "<script>canary(1)</script>\u202e" }
  for (let i = 0; i < 60; i++) {
    await node.store.write((tx) => record(tx, { what: "warning-list.added", by: null, facts }))
  }
  const first = await page("/node/ledger?about=library", "administrator")
  assert.equal(readable(first).match(/Warning list added/g)?.length, 50)
  assert.doesNotMatch(first, /<script>|\u202e/)
  assert.doesNotMatch(readable(first), /Signed in/)
  const [, older = ""] = /href="(\/node\/ledger\?from=\d+&amp;about=library)"/.exec(first) ?? []
  const second = readable(await page(older.replaceAll("&amp;", "&"), "administrator"))
  assert.equal(second.match(/Warning list added/g)?.length, 10)
  assert.match(readable(await page("/node/ledger?about=keys", "administrator")), /Nothing of that kind/)
})

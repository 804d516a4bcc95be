import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, only, release, shownAt } from "../../../test/support/sharing.ts"
import { addShared, type Collection, loadCollection, narrowTerms } from "../../library/index.ts"
import { DEFAULT_TERMS, keptTerms, type Terms } from "../../policy/index.ts"
import { pullFeed } from "./pulling.ts"

let federation: Federation
let [fi, jp, br] = [] as unknown as [Member, Member, Member]
let shared: Collection
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  const wish = { title: "S", alias: null, audience: [jp.party, br.party], terms: keptTerms(under({ retention: 30 })) }
  shared = await loadCollection(fi.store, await addShared(fi.store, wish, null))
})
after(() => federation.close())

const under = (change: Partial<Terms>): Terms => ({ ...DEFAULT_TERMS, ...change })

async function letOut(): Promise<string> {
  const object = marked("green")
  await import_(fi, object)
  assert.equal(only(await release(fi, [shared], [object.id])).released, 1)
  return object.id
}

async function narrow(change: Partial<Terms>): Promise<void> {
  const terms = keptTerms(under(change))
  await fi.store.write(async (tx) => narrowTerms(tx, await loadCollection(tx, shared.id), terms, null))
}

/** A hostile owner tells one reader of other terms than those that its entries name. */
function tell(text: string | null): void {
  fi.meddle("delete from stood_under")
  if (text === null) fi.meddle("update collection set terms = null")
  else {
    fi.meddle("insert or ignore into terms (hash, text) values (?, ?)", keptHash(text), text)
    fi.meddle("update collection set terms = (select key from terms where hash = ?)", keptHash(text))
  }
}

function keptHash(text: string): string {
  return text.startsWith("{") ? keptTerms(JSON.parse(text) as Terms).hash : "not understood"
}

const textOf = (change: Partial<Terms>) => keptTerms(under(change)).text
const refusedAt = (node: Member) =>
  node.meddle("select refused from entry where refused is not null").map(({ refused }) => refused)
const heldAt = (node: Member) => {
  const [row] = node.meddle(
    "select t.text from collection c left join terms t on t.key = c.terms where c.party is not null",
  )
  return row?.text ?? null
}

test("an entry under other terms than its owner told is kept, not used, and refused by a signed receipt", async () => {
  const id = await letOut()
  tell(textOf({ onward: "marked" }))
  await jp.round(fi)
  assert.equal(await shownAt(jp, id), null)
  assert.deepEqual(refusedAt(jp), ["terms-differ"])
  assert.deepEqual(
    jp.meddle("select refused from feed").map(({ refused }) => refused),
    [1],
  )
  await jp.round(fi)
  const told = fi.meddle("select party, kind, state, reason, receipt is not null as signed from receipt_due")
  const answer = { party: jp.party, kind: "put", state: "refused", reason: "terms-differ", signed: 1 }
  assert.deepEqual(
    told.map((row) => ({ ...row })),
    [answer],
  )
})

test("who begins late is told the terms that older entries name, and holds to the narrower ones", async () => {
  const first = await letOut()
  await jp.round(fi)
  await narrow({ retention: 20 })
  await narrow({ retention: 10 })
  const second = await letOut()
  for (const node of [jp, br]) {
    await node.round(fi)
    assert.deepEqual(await Promise.all([first, second].map((id) => shownAt(node, id))), ["green", "green"])
    assert.equal(heldAt(node), textOf({ retention: 10 }))
    assert.deepEqual(refusedAt(node), [])
  }
})

test("terms that got narrower between the question and the answer are asked for again", async () => {
  await jp.round(fi)
  await narrow({ retention: 10 })
  const id = await letOut()
  const [feed] = jp.meddle("select key from feed")
  await pullFeed(jp.parts, Number(feed?.key))
  assert.equal(await shownAt(jp, id), "green")
  assert.equal(heldAt(jp), textOf({ retention: 10 }))
})

test("no terms, and terms that nobody understands, are no way to wider ones", async () => {
  await jp.round(fi)
  for (const [text, held] of [
    [null, textOf({ retention: 30 })],
    [textOf({ onward: "marked" }), textOf({ retention: 30 })],
    ["version 2", "version 2"],
    [textOf({ onward: "marked" }), "version 2"],
    [textOf({ retention: 20 }), textOf({ retention: 20 })],
  ] as const) {
    tell(text)
    await jp.round(fi)
    assert.equal(heldAt(jp), held)
  }
})

test("an older and narrower text that its owner names with wider ones is what holds", async () => {
  await narrow({ retention: 10 })
  fi.meddle("update collection set terms = (select terms from stood_under order by key limit 1)")
  await jp.round(fi)
  assert.equal(heldAt(jp), textOf({ retention: 10 }))
})

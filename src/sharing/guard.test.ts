import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { Authenticator, addProgram, OWN_USE } from "../accounts/index.ts"
import { addPerson } from "../accounts/operations.ts"
import type { Ask, ProgramWho } from "../http/index.ts"
import type { ComityError } from "../kernel/errors.ts"
import { addMirror, setSaidTerms } from "../library/index.ts"
import type { PartyId } from "../parties/index.ts"
import { DEFAULT_TERMS, keptTerms, type Terms } from "../policy/index.ts"
import { actorOf, collectionOf, guardian } from "./guard.ts"

const PARTY = "identity--00000000-0000-4000-8000-000000000001" as PartyId
const node = await openInProcess()
after(() => node.close())
const PASSWORD = "correct horse battery staple"
const [inbox, shared] = [await node.collection("inbox"), await node.collection("shared")]
node.meddle("update collection set kind = 'shared' where key = ?", shared.key)
const all = new Map([inbox, shared].map(({ id }) => [id as string, { read: true, write: true }]))
await addPerson(node.store, { name: "jo", admin: true, rights: all }, PASSWORD)
const noted: string[] = []
const refusals = { note: async (_: string, what: string) => void noted.push(what) }
const authenticator = new Authenticator(node.store)
const guard = guardian({ reader: node.store, authenticator, refusals, forbidden: "refused", clock: node.clock })

function ask(collection: string): Ask<undefined> {
  const header = `Basic ${Buffer.from(`jo:${PASSWORD}`).toString("base64")}`
  const known: Partial<Ask<undefined>> = {
    method: "POST",
    params: { collection },
    header: () => header,
    address: () => "192.0.2.1",
  }
  return known as Ask<undefined>
}

const enter = (who: ProgramWho, collection: string) => guard(who, ask(collection))

test("into a shared collection nobody writes over TAXII, whatever rights they have", async () => {
  for (const who of ["writer", "owner"] as const) {
    await assert.rejects(enter(who, shared.id), { kind: "refused", code: "collection.forbidden" }, who)
    assert.equal(noted.pop(), `POST ${shared.id}`, "a refusal is evidence")
    assert.equal(collectionOf(await enter(who, inbox.id)).id, inbox.id)
  }
  for (const who of ["reader", "member"] as const) assert.equal(collectionOf(await enter(who, shared.id)).id, shared.id)
  assert.deepEqual(noted, [])
})

test("a collection is reached by its alias with the same rights, and an unknown one by nobody", async () => {
  assert.equal(collectionOf(await enter("reader", "inbox")).id, inbox.id)
  for (const name of ["none", "", "%00", `${inbox.id}x`]) {
    await assert.rejects(enter("reader", name), { kind: "not-found", code: "collection.unknown" }, name)
  }
})

test("what a partner shared is read for whom and for what its terms allow", async () => {
  const mirror = await node.store.write((tx) =>
    addMirror(tx, { party: PARTY, origin: `comity/${"1".repeat(32)}`, title: "M" }),
  )
  const rights = new Map([[mirror.id as string, { read: true, write: false }]])
  const programs = {
    own: OWN_USE,
    served: { ...OWN_USE, serves: "constituents" },
    study: { ...OWN_USE, purpose: "research" },
  } as const
  const tokens = new Map<string, string>()
  for (const [name, use] of Object.entries(programs)) {
    tokens.set(name, await addProgram(node.store, { name, admin: false, rights, use }))
  }
  const readAs = (name: string) => {
    const known = { ...ask(mirror.id), header: () => `Bearer ${tokens.get(name)}` }
    return guard("reader", known).then(
      () => "reads",
      (error: ComityError) => error.code,
    )
  }
  const answers = async (terms: { hash: string; text: string } | null) => {
    await node.store.write((tx) => setSaidTerms(tx, mirror.key, terms))
    return Promise.all(Object.keys(programs).map(readAs))
  }
  const under = (change: Partial<Terms>) => answers(keptTerms({ ...DEFAULT_TERMS, ...change }))
  assert.deepEqual(await answers(null), ["reads", "use.constituents", "use.purpose"])
  for (const onward of ["none", "agreement"] as const) {
    assert.deepEqual(await under({ onward }), ["reads", "use.constituents", "use.purpose"])
  }
  for (const onward of ["constituents", "marked"] as const) {
    assert.deepEqual(await under({ onward }), ["reads", "reads", "use.purpose"])
  }
  assert.deepEqual(await under({ purposes: ["research"] }), ["use.purpose", "use.purpose", "reads"])
  assert.deepEqual(await under({ onward: "marked", end: "2025-12-31" }), ["reads", "use.ended", "use.purpose"])
  assert.deepEqual(await answers({ hash: "v2", text: '{"v":2}' }), Array(3).fill("use.terms-unknown"))
  assert.ok(noted.splice(0).every((what) => what === `POST ${mirror.id}`))
})

test("a caller is known only as far as the table asked: a route cannot use more", async () => {
  const [anyone, account] = [await enter("anyone", inbox.id), await enter("account", inbox.id)]
  assert.throws(() => actorOf(anyone), /lets anyone call/)
  assert.throws(() => collectionOf(account), /names no right/)
  assert.equal(actorOf(account).kind, "person")
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { Authenticator } from "../accounts/index.ts"
import { addPerson } from "../accounts/operations.ts"
import type { Ask, ProgramWho } from "../http/index.ts"
import { actorOf, collectionOf, guardian } from "./guard.ts"

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
const guard = guardian({ reader: node.store, authenticator, refusals, forbidden: "refused" })

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

test("a caller is known only as far as the table asked: a route cannot use more", async () => {
  const [anyone, account] = [await enter("anyone", inbox.id), await enter("account", inbox.id)]
  assert.throws(() => actorOf(anyone), /lets anyone call/)
  assert.throws(() => collectionOf(account), /names no right/)
  assert.equal(actorOf(account).kind, "person")
})

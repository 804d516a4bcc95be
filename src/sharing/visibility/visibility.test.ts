import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { type LibraryServer, startLibrary } from "../../../test/support/library-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { addSharedThings, type SharedThings } from "../../../test/support/shared-things.ts"
import { marked } from "../../../test/support/sharing.ts"
import { addProgram } from "../../accounts/index.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { DAY, formatInstant, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import {
  addCollection,
  addShared,
  loadCollection,
  membersOf,
  narrow,
  noteHeld,
  putShared,
} from "../../library/index.ts"
import { addOwnParty, type PartyId } from "../../parties/index.ts"
import { DEFAULT_TERMS, keptTerms } from "../../policy/index.ts"
import { objectPages } from "../pages/object/index.ts"
import { newestEverKey } from "../release/queries.ts"
import { Releases } from "../release/releases.ts"
import { erase } from "../release/withdrawing.ts"
import { visibleLately } from "./lately.ts"
import { visibilityPages } from "./pages.ts"
import { whoSees } from "./seeing.ts"

let server: LibraryServer
let things: SharedThings

before(async () => {
  server = await startLibrary(undefined, ({ store }, search) => [
    ...visibilityPages({ store, search }),
    ...objectPages({ reader: store, search }),
  ])
  await addCollection(server.node.store, { title: "Own", id: null, alias: "own" })
  things = await addSharedThings(server.node, "")
  await server.search.settled()
})
after(() => server.close())

async function words(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return readable(text)
}

const statesOf = async (id: string) =>
  Object.fromEntries(
    (await whoSees(server.node.store, id, server.node.clock.now())).partners.map(({ party, state }) => [party, state]),
  )

test("everybody who reads the collection is named, with what each of them fetched", async () => {
  const { partner, partnerUntold, outgone, recalledHere } = things
  assert.deepEqual(await statesOf(outgone), { [partner]: "has", [partnerUntold]: "has" })
  assert.deepEqual(await statesOf(recalledHere), { [partner]: "recalled", [partnerUntold]: "recalled" })
  const page = await words(`/share/objects/${outgone}/readers`, "reader")
  assert.match(page, /see it now: 2\. .*Coastal CERT ● has it Reads this collection.*Lantern for partners/)
  assert.match(page, /Everybody with the role of reader/)
  assert.match(await words(`/share/objects/${outgone}`), /Who can see it Other parties: Coastal CERT and River CSIRT/)
  assert.match(await words(`/share/objects/${recalledHere}`), /No other party can see it.*Had it: Coastal CERT/)
})

test("who sees a copy without what the terms keep back is named on the page of the original", async () => {
  const { node } = server
  await node.store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
  const terms = keptTerms({ ...DEFAULT_TERMS, personal: { is: "redact" } })
  const audience = [things.partner as PartyId]
  const redacting = await addShared(node.store, { title: "Redacting", alias: null, audience, terms }, null)
  const object = marked("green", { description: "Ask jane.doe@example.org" })
  await server.add(object)
  const releases = new Releases({ store: node.store, clock: node.clock, diagnostics: silent })
  const key = await newestEverKey(node.store, object.id)
  const wish = { collections: [redacting], objects: key === null ? [] : [key], unmarked: null, again: false }
  const { outcome } = await releases.settled(await releases.begin({ ...wish, by: null, officer: false }))
  assert.deepEqual([outcome[0]?.released, outcome[0]?.redacted], [1, 1])
  const [sight] = (await whoSees(node.store, object.id, server.node.clock.now())).partners
  assert.ok(sight?.copy != null && sight.copy !== object.id)
  assert.match(await words(`/share/objects/${object.id}/readers`), /Coastal CERT.*Redacting.*It sees a copy/)
  await server.search.settled()
  assert.match(await words(`/share/objects/${object.id}`), /Copies for partners/)
  const original = await server.get(`/share/objects/${sight.copy}`, "officer")
  assert.match(await original.text(), new RegExp(`Copy for partners, of</dt><dd><a href="/share/objects/${object.id}"`))
})

test("what is at home only is seen by nobody else, and what nobody holds is not found", async () => {
  const home = marked("green")
  await server.add(home)
  assert.deepEqual((await whoSees(server.node.store, home.id, server.node.clock.now())).partners, [])
  assert.match(await words(`/share/objects/${home.id}/readers`), /Nobody outside this node can see it/)
  await words("/share/objects/indicator--9/readers", "officer", 404)
})

test("of a received object its owner is named, and that others are known to the owner alone", async () => {
  const { store } = server.node
  const [row] = await readReceived()
  const { received } = await whoSees(store, row, server.node.clock.now())
  assert.deepEqual(
    received.map(({ party }) => party),
    [things.partner],
  )
  assert.match(await words(`/share/objects/${row}/readers`), /Received from Coastal CERT.*not told who/)
})

async function readReceived(): Promise<[string]> {
  const { key } = await loadCollection(server.node.store, things.received)
  const [row] = server.node.meddle(
    "select o.id from entry e join object o on o.key = e.object where e.collection = ? limit 1",
    key,
  )
  return [String(row?.id)]
}

test("what became visible is listed by collection and day, with who could see it and who fetched it", async () => {
  const { store } = server.node
  const rows = await visibleLately(store, { party: null, collection: things.shared, since: 0 as Instant })
  const [newest] = rows
  assert.equal(
    rows.reduce((sum, { count }) => sum + count, 0),
    3,
  )
  assert.deepEqual(
    new Map(newest?.watchers.map(({ party, fetched }) => [party, fetched])).get(things.partner as PartyId),
    "all",
  )
  assert.match(await words("/share/lately?days=366"), /Versions: 3 Lantern for partners Coastal CERT fetched/)
  assert.match(await words(`/share/lately?days=366&party=${things.newcomer}`), /Nothing became visible/)
  await words("/share/lately", "analyst", 403)
  const later = plusMicroseconds(newest?.to ?? (0 as Instant), 1)
  assert.deepEqual(await visibleLately(store, { party: null, collection: null, since: later }), [])
})

test("who left and what was erased stay named as having had it", async () => {
  const { store } = server.node
  const { partner, partnerUntold, outgone, shared } = things
  await store.write(async (tx) => narrow(tx, await loadCollection(tx, shared), partnerUntold as PartyId, null))
  assert.deepEqual(await statesOf(outgone), { [partner]: "has", [partnerUntold]: "left" })
  await erase(store, { id: outgone, collection: shared }, null)
  assert.deepEqual(await statesOf(outgone), { [partner]: "erased", [partnerUntold]: "left" })
})

test("after the last day of its terms nobody can fetch anything more, and who has it is named as having had it", async () => {
  const { store, clock } = server.node
  const end = formatInstant(clock.now()).slice(0, 10)
  const terms = keptTerms({ ...DEFAULT_TERMS, end })
  const audience = [things.partner, things.partnerUntold] as PartyId[]
  const ending = await addShared(store, { title: "Ending", alias: null, audience, terms }, null)
  const object = marked("green")
  await server.add(object)
  const key = await newestEverKey(store, object.id)
  await addProgram(store, { name: "SIEM", admin: false, rights: new Map([[ending, { read: true, write: false }]]) })
  await store.write(async (tx) => putShared(tx, await loadCollection(tx, ending), key ?? 0))
  await store.write(async (tx) => {
    const collection = await loadCollection(tx, ending)
    const [member] = (await membersOf(tx, collection.key)).filter(({ party }) => party === things.partner)
    if (member !== undefined) await noteHeld(tx, collection, member, collection.size)
  })
  const programs = async () => (await whoSees(store, object.id, clock.now())).programs.map(({ name }) => name)
  assert.deepEqual(await statesOf(object.id), { [things.partner]: "has", [things.partnerUntold]: "may" })
  assert.deepEqual(await programs(), ["SIEM"])
  clock.forward(DAY)
  assert.deepEqual(await statesOf(object.id), { [things.partner]: "ended" })
  assert.deepEqual(await programs(), [])
})

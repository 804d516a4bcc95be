import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../../test/support/collection-server.ts"
import { type LibraryServer, startLibrary } from "../../../../test/support/library-server.ts"
import { addSharedThings, type SharedThings } from "../../../../test/support/shared-things.ts"
import { silent } from "../../../kernel/diagnostics.ts"
import { correct, FactBook } from "../../../law/index.ts"
import { addCollection, loadCollection, verifyLogs } from "../../../library/index.ts"
import { readTerms } from "../../../policy/index.ts"
import { Releases } from "../../release/releases.ts"
import { collectionPages } from "../collections/routes.ts"
import { Verifications } from "../collections/verification.ts"
import { releasePages } from "./routes.ts"

let server: LibraryServer
let things: SharedThings

before(async () => {
  server = await startLibrary(undefined, ({ store, clock, signer, folder }, search) => {
    const releases = new Releases({ store, clock, diagnostics: silent })
    const verify = (name: string) => verifyLogs(folder.database, name)
    const verifications = new Verifications({ verify, clock, onFailure: assert.ifError })
    return [...releasePages({ store, search, releases }), ...collectionPages({ store, search, verifications, signer })]
  })
  await addCollection(server.node.store, { title: "Own", id: null, alias: "own" })
  things = await addSharedThings(server.node, "")
})
after(() => server.close())

async function words(path: string): Promise<string> {
  const answer = await server.get(path, "officer")
  assert.equal(answer.status, 200, path)
  return readable(await answer.text())
}

type Typed = Record<string, string | readonly string[]>

async function post(path: string, form: Typed, status = 303): Promise<string> {
  const fields = Object.entries(form).flatMap(([name, values]) => [values].flat().map((one) => [name, one] as const))
  const answer = await server.post(path, fields, "officer")
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return status === 303 ? String(answer.headers.get("location")) : readable(text)
}

test("a shared collection is made with its terms, and its page says in sentences what they do", async () => {
  const form = { title: "Strict", alias: "strict", "party[]": things.partner, marking: "amber", personal: "redact" }
  const rest = { attribution: "hidden", onward: "agreement", safeguard: "", places: "jp", retention: "30", told: "yes" }
  const at = await post("/share/new-shared", { ...form, ...rest, "bound[]": "budapest" })
  const said = await words(at)
  assert.match(
    said,
    /Terms .*Nothing marked stricter than TLP:AMBER goes.*Personal data that the node finds are taken out/,
  )
  assert.match(said, /in no other, may read: Japan.*The node tells every reader who else reads.*30/)
  assert.match(said, /whose places are bound.*by each of: Budapest Convention \(budapest\)/)
  assert.match(said, /More terms .*Objects of any type may go/)
  const collection = await loadCollection(server.node.store, "strict")
  assert.equal(readTerms(collection.terms?.text ?? "")?.marking, "amber")
})

test("an instrument that came with imported facts is picked from the list and named by its title", async () => {
  const { store } = server.node
  const cells = {
    ...{
      id: "harbour-pact",
      title: "Pact of the Harbours",
      short: "Harbour Pact",
      kind: "treaty",
      field: "cybercrime",
    },
    ...{ depositary: "", adopted: "", in_force_since: "2020-01-01", status: "in force", needed: "", delay: "" },
    ...{ reservations: "none", source_url: "https://depositary.example/1", as_of: "2026-11", as_of_note: "" },
    ...{ read_on: "2026-11-26", verified: "yes", note: "" },
  }
  const wish = { table: "instruments", replaces: null, cells, reason: "read at the depositary" } as const
  await correct({ store, book: new FactBook(store) }, wish, null)
  assert.match(await words("/share/new-shared"), /Bound by instruments .*Harbour Pact \(harbour-pact\)/)
  const form = { title: "Pact", alias: "pact", "party[]": things.partner, marking: "amber", personal: "allow" }
  const at = await post("/share/new-shared", { ...form, safeguard: "The pact", instrument: "harbour-pact" })
  assert.match(await words(at), /are bound by Harbour Pact \(harbour-pact\)/)
})

test("a form whose terms are none comes back with what was typed, and nothing is made", async () => {
  const form = {
    title: "None",
    alias: "",
    "party[]": things.partner,
    marking: "green",
    attribution: "named",
    onward: "none",
  }
  const without = await post("/share/new-shared", { ...form, personal: "allow", safeguard: "" }, 400)
  assert.match(without, /This field is needed|needed|missing/i)
  for (const wrong of [{ places: "XX" }, { types: "Not A Type!" }, { retention: "0" }, { start: "2026-02-30" }]) {
    await post("/share/new-shared", { ...form, personal: "forbid", ...wrong }, 400)
  }
  const elsewhere = await post("/share/new-shared", { ...form, personal: "forbid", places: "BR" }, 400)
  assert.match(elsewhere, /The terms do not let .* read\. .*Coastal CERT is in Japan, which the terms do not name/)
  const safeguarded = { ...form, personal: "allow", safeguard: "Convention 108" }
  const named = await post("/share/new-shared", { ...safeguarded, instrument: "convention108" }, 400)
  assert.match(named, /The facts of law here know no instrument convention108/)
  const unbound = await post(
    "/share/new-shared",
    { ...safeguarded, "bound[]": ["eu", "malabo"], instrument: "budapest" },
    400,
  )
  assert.match(unbound, /Coastal CERT is in Japan, which is not bound by EU \(eu\): .*European Union, as of/)
  assert.match(unbound, /No fact of law here says whether it is bound by Malabo Convention \(malabo\)/)
  const made = await post("/share/new-shared", { ...safeguarded, instrument: "budapest" })
  assert.match(await words(made), /only where all places of every reader are bound by Budapest Convention \(budapest\)/)
})

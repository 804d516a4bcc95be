import assert from "node:assert/strict"
import { after, test } from "node:test"
import { BALTIC } from "../../../../test/support/agreements.ts"
import { readable, startCollections } from "../../../../test/support/collection-server.ts"
import { prepared } from "../../../../test/support/node-in-process.ts"
import { indicator, LATE, malware, newVersion, type Stix } from "../../../../test/support/stix.ts"
import { addObjects, addShared, eraseObject, follow, loadCollection } from "../../../library/index.ts"
import { DEFAULT_TERMS, keptTerms, saveInForce } from "../../../policy/index.ts"
import { openShared } from "../release/parts.ts"

const server = await startCollections()
after(() => server.close())
const { node, collection, page } = server
const home = `/share/collections/${collection.id}`

async function put(id: string, ...objects: Stix[]): Promise<void> {
  await addObjects(node.store, await loadCollection(node.store, id), prepared(...objects))
  await server.search.settled()
}

async function inbox(title: string, alias = ""): Promise<string> {
  const form = [
    ["title", title],
    ["alias", alias],
  ] as const
  const answer = await server.post("/share/collections", form, "administrator")
  assert.equal(answer.status, 303, await answer.text())
  return String(node.meddle("select id from collection order by key desc limit 1")[0]?.id)
}

test("readers open collections and their parts, administrators make them but read none, visitors sign in", async () => {
  await put(collection.id, indicator({ name: "first of all" }))
  const parts = ["", "/checkpoint", "/conflicts", "/verify"]
  assert.doesNotMatch(await page("/share/collections", "administrator"), new RegExp(home))
  for (const path of parts.map((part) => home + part)) {
    await page(path, "reader")
    assert.equal((await server.get(path, "administrator")).status, 403, path)
    assert.match((await server.get(path, null)).headers.get("location") ?? "", /^\/sign-in/, path)
  }
  for (const who of ["reader", "analyst", "officer"] as const) {
    assert.equal((await server.post("/share/collections", [["title", "x"]], who)).status, 403)
  }
  assert.doesNotMatch(await page("/share/collections"), /id="new"/)
  assert.match((await server.get("/share/collections", null)).headers.get("location") ?? "", /^\/sign-in/)
})

test("an inbox that an administrator makes is listed, and the ledger names who made it", async () => {
  await inbox("Made on a page", "made-here")
  assert.match(readable(await page("/share/collections")), /Made on a page made-here .*Inbox/)
  const ledger = readable(await page("/node/ledger", "administrator"))
  assert.match(ledger, /Collection made: Made on a page Adam Administrator/)
})

test("a form with a fault says so beside the field, keeps what was typed, and makes nothing", async () => {
  await inbox("Taken", "taken")
  for (const [alias, sentence] of [
    ["taken", "already has this alias"],
    ["two words", "Only letters"],
    ["00000000-0000-4000-8000-000000000000", "must not look like an id"],
  ] as const) {
    const form = [
      ["title", "Kept <b>"],
      ["alias", alias],
    ] as const
    const answer = await server.post("/share/collections", form, "administrator")
    const text = await answer.text()
    assert.ok(answer.status === 400 || answer.status === 409, String(answer.status))
    assert.ok(text.includes('value="Kept &lt;b&gt;"') && text.includes(sentence), sentence)
  }
  assert.doesNotMatch(await page("/share/collections"), /Kept/)
})

test("entries stand in the order of the log, the newest first, and a page begins with any of them", async () => {
  const id = await inbox("Long")
  await put(id, ...Array.from({ length: 120 }, (_, i) => malware({ name: `number ${i}` })))
  const numbers = (text: string) => [...text.matchAll(/id="entry-(\d+)"/g)].map(([, seq]) => Number(seq))
  const first = numbers(await page(`/share/collections/${id}`))
  assert.deepEqual([first[0], first.at(-1), first.length], [119, 70, 50])
  const second = await page(`/share/collections/${id}?from=69`)
  assert.deepEqual([numbers(second)[0], numbers(second).at(-1)], [69, 20])
  assert.match(second, /href="[^"]*from=19#log"/)
  const last = await page(`/share/collections/${id}?from=19`)
  assert.equal(numbers(last).at(-1), 0)
  assert.doesNotMatch(last, />Older</)
  assert.match(readable(last), /19 number 19 Malware added/)
  for (const odd of ["-1", "1e9", "99999999999999999999", "x"]) {
    assert.equal(numbers(await page(`/share/collections/${id}?from=${odd}`))[0], 119, odd)
  }
})

test("what was erased is shown as erased by its entry, without a name, and can be asked for by kind", async () => {
  const id = await inbox("Forgets")
  const gone = malware({ name: "to be forgotten" })
  await put(id, malware({ name: "stays" }), gone)
  await eraseObject(node.store, await loadCollection(node.store, id), {
    ...{ id: gone.id, specs: null, versions: "all", by: null },
  })
  const text = await page(`/share/collections/${id}`)
  assert.doesNotMatch(text, /to be forgotten/)
  assert.match(readable(text), /2 erases entry 1 erased .* 1 erased by entry 2 added/)
  const only = readable(await page(`/share/collections/${id}?kind=erase`))
  assert.match(only, /erases entry 1/)
  assert.doesNotMatch(only, /stays/)
  assert.match(readable(await page(`/share/collections/${id}?kind=recall`)), /No such entry/)
})

test("titles and names from outside neither become markup nor turn what stands around them", async () => {
  const id = await inbox(`<img src=x onerror=canary(1)> \u202egnp.exe`)
  await put(id, malware({ name: "</td><script>canary(1)</script>" }), indicator({ name: "evil.example" }))
  for (const path of ["/share/collections", `/share/collections/${id}`, `/share/collections/${id}/verify`]) {
    const text = await page(path)
    assert.doesNotMatch(text, /<img|<script>|\u202e/, path)
    assert.match(text, /&lt;img src=x|⟨RLO⟩|RLO/, path)
  }
  assert.match(await page(`/share/collections/${id}`), /evil\[\.\]example/)
})

test("the checkpoint on the page and in the file is the signed one", async () => {
  const { checkpoint } = node.meddle("select checkpoint from log where origin = ?", collection.origin)[0] ?? {}
  const file = await server.get(`${home}/checkpoint`)
  assert.equal(await file.text(), checkpoint)
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename="[\w-]+\.checkpoint"$/)
  assert.ok((await page(home)).includes(String(checkpoint)))
})

test("what contradicts is listed newest first, page by page, with what differs", async () => {
  const id = await inbox("Quarrels")
  const one = malware({ name: "as first said" })
  await put(id, one)
  for (let i = 0; i < 60; i++) await put(id, { ...one, name: `another ${i}`, extra_words: "x" })
  const list = await page(`/share/collections/${id}/conflicts`)
  const links = [...list.matchAll(/conflicts\/(\d+)"/g)].map(([, key]) => Number(key))
  assert.equal(links.length, 50)
  assert.deepEqual(
    links,
    links.toSorted((a, b) => b - a),
  )
  const [, more = ""] = /href="([^"]*\?below=\d+)"/.exec(list) ?? []
  assert.equal([...(await page(more)).matchAll(/conflicts\/(\d+)"/g)].length, 10)
  const text = readable(await page(`/share/collections/${id}/conflicts/${links[0]}`))
  assert.match(text, /name as first said another 59/)
  assert.match(text, /The same version is held with other content/)
  await page(`${home}/conflicts/${links[0]}`, "reader", 404)
})

test("a later version by another creator is compared with the newest one held", async () => {
  const id = await inbox("Creators")
  const one = malware({ name: "mine", created_by_ref: "identity--11111111-1111-4111-8111-111111111111" })
  await put(id, one)
  await put(id, newVersion(one, LATE, { created_by_ref: "identity--22222222-2222-4222-8222-222222222222" }))
  const [, key = ""] = /conflicts\/(\d+)"/.exec(await page(`/share/collections/${id}/conflicts`)) ?? []
  const text = readable(await page(`/share/collections/${id}/conflicts/${key}`))
  assert.match(text, /Another creator/)
  assert.match(text, /created_by_ref .*1111.* .*2222/)
})

test("what an agreement or a negotiation made says so, closed too, and leads there, and nobody is added to it by hand", async () => {
  const types = (...some: string[]) => ({ ...DEFAULT_TERMS, objects: { ...DEFAULT_TERMS.objects, types: some } })
  const make = (title: string, terms = DEFAULT_TERMS) =>
    addShared(node.store, { title, alias: null, audience: [BALTIC], terms: keptTerms(terms) }, null)
  const [plain, governed, tabled] = [
    await make("Plain"),
    await make("Governed"),
    await make("Tabled", types("comity-agreement")),
  ]
  const agreement = "comity-agreement--5f2c1c1e-8a53-4b5e-9d1f-5b0a9b0a1c11"
  await node.store.write((tx) =>
    saveInForce(tx, { agreement, part: "", collection: governed, text: "hash", articles: {} }),
  )
  const list = readable(await page("/share/collections"))
  assert.match(
    list,
    /Governed Shared collection by an agreement .*Plain Shared collection 0 .*Tabled Shared collection negotiation/,
  )
  const [a, b, c] = await Promise.all(
    [plain, governed, tabled].map((id) => page(`/share/collections/${id}`, "officer")),
  )
  assert.match(b ?? "", new RegExp(`href="/agree/negotiations/${agreement}"`))
  assert.match(c ?? "", /href="\/agree"/)
  assert.match(a ?? "", /Nothing was released into it yet.*href="\/share\/library"/s)
  assert.deepEqual(
    [a, b, c].map((one) => /audience\/add/.test(one ?? "")),
    [true, false, false],
  )
  const successor = await node.store.write(async (tx) => {
    const before = await loadCollection(tx, governed)
    const next = await follow(
      tx,
      before,
      { audience: [BALTIC], terms: keptTerms({ ...DEFAULT_TERMS, onward: "agreement" }) },
      null,
    )
    await saveInForce(tx, { agreement, part: "", collection: next, text: "hash", articles: {} })
    return next
  })
  for (const [id, said] of [
    [governed, /An agreement set these terms until/],
    [successor, /An agreement sets these terms\./],
  ] as const) {
    const one = await page(`/share/collections/${id}`)
    assert.match(one, said)
    assert.match(one, new RegExp(`href="/agree/negotiations/${agreement}"`))
  }
  const open = await openShared(node.store, (one, other) => one.localeCompare(other))
  assert.deepEqual(
    open.map(({ collection: { title } }) => title),
    ["Governed", "Plain"],
  )
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { startLibrary } from "../../../../test/support/library-server.ts"
import type { Role } from "../../../../test/support/pages.ts"
import { indicator, LATE, malware, newVersion } from "../../../../test/support/stix.ts"
import { tlpMarkingId } from "../../../stix/index.ts"

const library = await startLibrary()
after(() => library.close())

async function page(path: string, who: Role = "reader"): Promise<string> {
  const answer = await library.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, 200, text.slice(0, 2000))
  return text
}

/** What the rows are called, without marks. */
function rowNames(text: string): string[] {
  return [...text.matchAll(/<a id="n\d+" href="[^"]*">(.*?)<\/a>/g)].map(([, name = ""]) =>
    name.replaceAll(/<[^>]+>/g, ""),
  )
}

function nextOf(text: string): string {
  const [, href = ""] = /rel="next" href="([^"]+)"/.exec(text) ?? []
  return href.replaceAll("&amp;", "&")
}

test("an empty library says what to do, to whom who may", async () => {
  assert.match(await page("/share/library", "analyst"), /class="button" href="\/share\/import"/)
  assert.doesNotMatch(await page("/share/library"), /\/share\/import/)
})

test("who has no role for reading is refused everything, and a visitor is asked to sign in", async () => {
  const gets = ["", "?q=a", "/export?format=csv", "/searches", "/searches/search--0"]
  const posts = ["/export", "/searches", "/searches/search--0", "/searches/search--0/delete"]
  for (const path of gets) {
    assert.equal((await library.get(`/share/library${path}`, "administrator")).status, 403, path)
    const away = await library.get(`/share/library${path}`, null)
    assert.match(away.headers.get("location") ?? "", /^\/sign-in/, path)
  }
  for (const path of posts) {
    assert.equal((await library.post(`/share/library${path}`, [], "administrator")).status, 403, path)
    assert.equal((await library.post(`/share/library${path}`, [], null)).status, 401, path)
  }
  for (const who of ["reader", "analyst", "officer"] as const) await page("/share/library", who)
})

test("names and values from outside neither become markup nor links, and unseen signs are shown", async () => {
  await library.add(
    malware({ name: `hostile <script>alert(1)</script>"'` }),
    indicator({ name: "198.51.100.99", description: "hostile one" }),
    malware({ name: "hostile \u202etxt.exe" }),
  )
  const text = await page("/share/library?q=hostile")
  assert.ok(text.includes("hostile &lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;"))
  assert.ok(text.includes("198.51.100[.]99") && !text.includes(">198.51.100.99<"))
  assert.ok(text.includes('<span class="mark">RLO</span>'))
})

test("no address makes an error, whatever stands in it", async () => {
  const name = fc.constantFrom("q", "type", "marking", "origin", "collection", "from", "to", "revoked", "sort", "after")
  const nasty = fc.constantFrom(
    '" OR NEAR(',
    "*",
    "a*b:c^",
    "'; drop table doc; --",
    "{}",
    "\0",
    "k-1",
    "o999999999999999",
    "<b>",
    "%",
  )
  const pair = fc.tuple(name, fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 40 })))
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { maxLength: 8 }), async (pairs) => {
      const answer = await library.get(`/share/library?${new URLSearchParams(pairs)}`)
      assert.equal(answer.status, 200)
      assert.doesNotMatch(await answer.text(), /<b>/)
    }),
    { numRuns: 25 },
  )
})

test("what was left out of an address is named on the page, harmlessly", async () => {
  const text = await page("/share/library?type=%3Cimg+src%3Dx%3E&marking=red")
  assert.ok(text.includes("type=&lt;img src=x&gt;"))
  assert.ok(text.includes('name="marking" value="red" checked'))
})

test("filters narrow what is found, and each chip takes its own away", async () => {
  await library.add(
    malware({ name: "narrow red", object_marking_refs: [tlpMarkingId("red")] }),
    malware({ name: "narrow green", object_marking_refs: [tlpMarkingId("green")] }),
    indicator({ name: "narrow red too", object_marking_refs: [tlpMarkingId("red")] }),
  )
  const text = await page("/share/library?q=narrow&type=malware&marking=red")
  assert.deepEqual(rowNames(text), ["narrow red"])
  const chips = [...text.matchAll(/class="chip" href="([^"]+)"/g)].map(([, href = ""]) => href.replaceAll("&amp;", "&"))
  assert.deepEqual(chips, [
    "/share/library?type=malware&marking=red",
    "/share/library?q=narrow&marking=red",
    "/share/library?q=narrow&type=malware",
  ])
  assert.deepEqual(rowNames(await page("/share/library?q=narrow&sort=name")), [
    "narrow green",
    "narrow red",
    "narrow red too",
  ])
})

test("how much TLP:RED leaves is said beside the button", async () => {
  assert.match(await page("/share/library?q=narrow"), /contains 2 TLP:RED/)
  assert.match(await page("/share/library?q=narrow&type=malware"), /contains 1 TLP:RED/)
  assert.doesNotMatch(await page("/share/library?q=narrow&marking=green"), /contains \d+ TLP:RED</)
})

test("revoked and expired stand in words", async () => {
  const old = indicator({ name: "worded old" })
  await library.add(
    ...[old, newVersion(old, LATE, { revoked: true })],
    indicator({ name: "worded past", valid_until: "2025-12-31T00:00:00Z" }),
    indicator({ name: "worded future", valid_until: "2027-01-01T00:00:00Z" }),
  )
  const text = await page("/share/library?q=worded&sort=name")
  const rows = text
    .split("<tr>")
    .slice(2)
    .map((row) => /state (\w+)/.exec(row)?.[1] ?? "")
  assert.deepEqual(rowNames(text), ["worded future", "worded old", "worded past"])
  assert.deepEqual(rows, ["", "closed", "conditional"])
})

test("a relationship is called by what it joins, a marking by what it says, both without links", async () => {
  const [one, two] = [malware({ name: "joined one" }), indicator({ name: "203.0.113.44" })]
  const joins = malware({
    ...{ type: "relationship", id: "relationship--7c9a6b1e-2f0d-4e3a-9b8c-1d2e3f4a5b6c" },
    ...{
      name: undefined,
      is_family: undefined,
      relationship_type: "joined-with",
      source_ref: two.id,
      target_ref: one.id,
    },
  })
  const says = {
    ...{
      type: "marking-definition",
      spec_version: "2.1",
      id: "marking-definition--7c9a6b1e-2f0d-4e3a-9b8c-1d2e3f4a5b6c",
    },
    ...{ created: "2020-01-01T00:00:00.000Z", definition_type: "statement", definition: { statement: "Joined <i>" } },
  }
  await library.add(one, two, joins, says)
  const text = await page("/share/library?type=relationship&type=marking-definition")
  assert.deepEqual(rowNames(text).sort(), ["203.0.113[.]44 → joined one", "Joined &lt;i&gt;"])
})

test("pages follow each other without gap or double while objects arrive", async () => {
  const name = (at: number) => `paged-${String(at).padStart(3, "0")}`
  const batch = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => malware({ name: name(from + i) }))
  await library.add(...batch(0, 120))
  const first = await page("/share/library?q=paged")
  await library.add(...batch(120, 130))
  const second = await page(nextOf(first))
  await library.add(...batch(130, 140))
  const third = await page(nextOf(second))
  const expected = Array.from({ length: 120 }, (_, i) => name(119 - i))
  assert.deepEqual([...rowNames(first), ...rowNames(second), ...rowNames(third)], expected)
  assert.equal(nextOf(third), "")
  assert.match(third, /href="\/share\/library\?q=paged">Back to the start/)
})

test("a filter that is not understood never makes an export wider: the page asks again", async () => {
  const answer = await library.get("/share/library/export?type=No!&format=csv")
  assert.equal(answer.headers.get("location"), "/share/library?type=No%21")
})

test("ticked rows are exported alone; none ticked says so and keeps the view", async () => {
  const [one, two] = [malware({ name: "ticked one" }), malware({ name: "ticked two" })]
  await library.add(one, two, malware({ name: "ticked three" }))
  const ticks = [one, two, one].map(({ id }) => ["id[]", id] as const)
  const answer = await library.post("/share/library/export", [...ticks, ["format", "stix"], ["view", "q=ticked"]])
  const { objects } = (await answer.json()) as { objects: { id: string }[] }
  assert.deepEqual(objects.map(({ id }) => id).sort(), [one.id, two.id].sort())
  const none = await library.post("/share/library/export", [
    ["format", "stix"],
    ["view", "q=ticked"],
  ])
  const text = await none.text()
  assert.equal(none.status, 400)
  assert.match(text, /Tick at least one row/)
  assert.equal(rowNames(text).length, 3)
  const wrong = await library.post("/share/library/export", [...ticks, ["format", "exe"]])
  assert.equal(wrong.status, 400)
})

test("a foreign page cannot take along or save anything", async () => {
  const answer = await fetch(`${library.origin}/share/library/export`, {
    method: "POST",
    headers: { cookie: library.cookies.reader, origin: "https://elsewhere.example" },
    body: new URLSearchParams({ format: "csv", "id[]": "x" }),
  })
  assert.equal(answer.status, 403)
})

test("a view is saved under a name, marked where it is looked at, renamed and deleted by its owner", async () => {
  const saved = await library.post("/share/library/searches", [
    ["name", " Red <things> "],
    ["view", "marking=red&after=k4"],
  ])
  assert.equal(saved.headers.get("location"), "/share/library?marking=red")
  const beside = await page("/share/library?marking=red")
  assert.match(beside, /href="\/share\/library\?marking=red" aria-current="true"><bdi>Red &lt;things&gt;/)
  const list = await page("/share/library/searches")
  const [path = ""] = /\/share\/library\/searches\/search--[0-9a-f-]+/.exec(list) ?? []
  assert.equal((await library.get(path, "analyst")).status, 404)
  assert.equal((await library.post(`${path}/delete`, [], "analyst")).status, 404)
  assert.doesNotMatch(await page("/share/library/searches", "analyst"), /Red/)
  assert.match(await page(path), /value="Red &lt;things&gt;"/)
  await library.post(path, [["name", "Other"]])
  assert.match(await page("/share/library/searches"), />Other</)
  assert.equal((await library.post(`${path}/delete`, [])).headers.get("location"), "/share/library/searches")
  assert.doesNotMatch(await page("/share/library/searches"), /Other/)
})

test("what cannot be saved is said beside the name, and nothing typed is lost", async () => {
  await library.post("/share/library/searches", [
    ["name", "Twice"],
    ["view", "q=a"],
  ])
  const faults = [
    ["Twice", "q=b", /already have a saved search named Twice/],
    ["", "q=b", /Fill in this field/],
    ["x".repeat(101), "q=b", /At most 100/],
  ] as const
  for (const [name, view, words] of faults) {
    const answer = await library.post("/share/library/searches", [
      ["name", name],
      ["view", view],
    ])
    const text = await answer.text()
    assert.equal(answer.status, 400)
    assert.match(text, words)
    assert.ok(text.includes(`name="name" value="${name}"`) && text.includes('name="q" value="b"'))
  }
})

test("a saved address is read anew: what means nothing any more is not looked for", async () => {
  library.node.meddle(
    "insert into saved_search (id, account, name, address, saved_at) select 'search--1', id, 'Odd', 'type=<b>&q=odd', 0 from account where name = 'Rita Reader'",
  )
  assert.match(await page("/share/library/searches"), /href="\/share\/library\?q=odd"><bdi>Odd/)
})

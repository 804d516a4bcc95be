import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { after, before, test } from "node:test"
import { type LibraryServer, startLibrary } from "../../../../test/support/library-server.ts"
import {
  EARLY,
  indicator,
  LATE,
  MIDDLE,
  malware,
  newVersion,
  type Stix,
  stixId,
} from "../../../../test/support/stix.ts"
import { objectPages } from "./index.ts"

let server: LibraryServer
const threat = malware({ name: "Wave <b>one</b>", labels: ["a", "b"] })
const sign = indicator({ name: "Host", pattern: "[domain-name:value = 'evil.example']", confidence: 80 })
const path = (object: Stix) => `/share/objects/${object.id}`

before(async () => {
  const value = "evil.example"
  server = await startLibrary(undefined, ({ store: reader }, search) =>
    objectPages({
      ...{ reader, search },
      warningsOf: async ({ pattern }) =>
        String(pattern).includes(value) ? [{ list: "Popular <i>names</i>", description: "Many use them", value }] : [],
    }),
  )
  await server.add(threat, sign)
})
after(() => server.close())

async function page(address: string, language = "en"): Promise<string> {
  const cookie = `${server.cookies.reader}; comity-01234567-view=${language}~~UTC`
  const response = await fetch(server.origin + address, { headers: { cookie } })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return text
}

function relationship(word: string, from: Stix, to: Stix, more: Record<string, unknown> = {}): Stix {
  const refs = { relationship_type: word, source_ref: from.id, target_ref: to.id }
  return {
    ...{ type: "relationship", spec_version: "2.1", id: stixId("relationship") },
    created: EARLY,
    modified: EARLY,
    ...refs,
    ...more,
  }
}

test("readers open every page of an object; who is not signed in or has no work role opens none", async () => {
  for (const end of ["", "?relations=uses", "/versions", "/source", "/raw"]) {
    assert.equal((await server.get(path(threat) + end, "reader")).status, 200, end)
    assert.equal((await server.get(path(threat) + end, "administrator")).status, 403, end)
    const stranger = await server.get(path(threat) + end, null)
    assert.equal(stranger.status, 303, end)
    assert.match(stranger.headers.get("location") ?? "", /^\/sign-in/)
  }
})

test("what is not there is not found: ids, versions, versions of another object", async () => {
  const key = /\/source\?version=(\d+)|version=(\d+)/.exec(await page(`${path(threat)}/source`))?.[2]
  assert.ok(key)
  for (const address of [
    ...["/share/objects/malware--00000000-0000-4000-8000-000000000000", "/share/objects/nothing"],
    ...[`${path(threat)}?version=999999`, `${path(threat)}?version=x`, `${path(sign)}?version=${key}`],
    ...[`${path(sign)}/versions/${key}/${key}`, `${path(threat)}/versions/1/zero`, `${path(sign)}/raw?version=${key}`],
  ]) {
    assert.equal((await server.get(address)).status, 404, address)
  }
})

test("the raw bytes leave as they came, to be saved and never opened as a page", async () => {
  const text = `{"type":"malware","spec_version":"2.1","id":"${stixId("malware")}",  "created":"${EARLY}","modified":"${EARLY}","is_family":false,"name":"<script>"}`
  const object = JSON.parse(text) as Stix
  await server.add(text)
  const response = await server.get(`${path(object)}/raw`)
  assert.equal(await response.text(), text)
  assert.match(response.headers.get("content-type") ?? "", /^application\/stix\+json/)
  assert.equal(response.headers.get("content-disposition"), `attachment; filename="${object.id}.json"`)
  assert.equal(response.headers.get("x-content-type-options"), "nosniff")
  const source = await page(`${path(object)}/source`)
  assert.ok(source.includes(createHash("sha256").update(text).digest("hex")))
  assert.ok(source.includes("&lt;script&gt;") && !source.includes('<script>"}'))
})

test("names from outside never become markup", async () => {
  const text = await page(path(threat))
  assert.ok(text.includes("Wave &lt;b&gt;one&lt;/b&gt;"))
  assert.ok(!text.includes("<b>one"))
  assert.ok((await page(path(sign))).includes("Popular &lt;i&gt;names&lt;/i&gt;"))
})

test("an indicator is defanged to the eye and copied as it is, its warning said first", async () => {
  const text = await page(path(sign))
  assert.ok(text.includes("evil[.]example"))
  assert.ok(text.includes(`data-copy="[domain-name:value = &#39;evil.example&#39;]"`))
  assert.ok(text.indexOf("On a warning list") < text.indexOf("Pattern"))
  assert.match(text, /High <span class="quiet">\(80 of 100\)/)
})

test("only http and https references become links, with the host to be seen and no referrer", async () => {
  const external_references = [
    { source_name: "a", url: "https://reports.example/r/1" },
    { source_name: "b", url: "javascript:alert(1)" },
    { source_name: "c", url: "ftp://files.example/x" },
  ]
  const object = malware({ external_references })
  await server.add(object)
  const text = await page(path(object))
  assert.match(
    text,
    /<a href="https:\/\/reports\.example\/r\/1" rel="noopener noreferrer"[^>]*><bdi>reports\.example<\/bdi>/,
  )
  assert.ok(!/href="(?:javascript|ftp):/i.test(text))
})

test("versions: the newest is shown, older ones say that they are, and two are compared", async () => {
  const first = malware({ name: "Early", labels: ["a"] })
  const marked = newVersion(first, LATE, { name: "Late", labels: ["b"], object_marking_refs: [] })
  await server.add(newVersion(first, MIDDLE, { name: "Between" }), marked, first)
  const newest = await page(path(first))
  assert.match(newest, /<h1><bdi>Late/)
  const keys = [...newest.matchAll(/\/versions\/(\d+)\/(\d+)/g)].map(([, older, newer]) => [older, newer])
  assert.equal(keys.length, 2)
  assert.equal(keys[0]?.[0], keys[1]?.[1])
  const older = await page(`${path(first)}?version=${keys[1]?.[0]}`)
  assert.match(older, /<h1><bdi>Early/)
  assert.ok(older.includes("This is an older version."))
  const compared = await page(`${path(first)}/versions/${keys[1]?.[0]}/${keys[0]?.[1]}`)
  assert.match(compared, /Late/)
  assert.match(compared, /items differ/)
  const all = await page(`${path(first)}/versions`)
  assert.match(all, /Versions \(3\)/)
})

test("relationships stand under their word in both directions, twenty of each and the rest a page away", async () => {
  const [hub, other] = [malware({ name: "Hub" }), malware({ name: "Other" })]
  const many = Array.from({ length: 25 }, (_, i) => malware({ name: `Part ${i}` }))
  await server.add(hub, other, ...many, relationship("uses", other, hub, { confidence: 20 }))
  await server.add(...many.map((part) => relationship("drops", hub, part)), relationship("x-odd", hub, other))
  const text = await page(path(hub))
  assert.match(text, /used by <span class="quiet">\(1\)/)
  assert.match(text, /drops <span class="quiet">\(25\)/)
  assert.match(text, /<bdi>x-odd<\/bdi> →/)
  assert.equal(text.match(/>Part \d+</g)?.length, 20)
  assert.ok(text.includes("Low <span"))
  const whole = await page(`${path(hub)}?relations=drops&direction=out`)
  assert.equal(whole.match(/>Part \d+</g)?.length, 25)
  assert.ok((await page(`${path(hub)}?relations=drops&direction=in`)).includes("No relationship"))
  assert.match(await page(path(other)), /uses <span class="quiet">\(1\)/)
})

test("what names an object by a property of its own is listed, five of each and the rest a page away", async () => {
  const creator = { ...malware(), type: "identity", id: stixId("identity"), name: "Harbour CERT" }
  const made = Array.from({ length: 7 }, (_, i) => malware({ name: `Made ${i}`, created_by_ref: creator.id }))
  await server.add(creator, ...made)
  const text = await page(path(creator))
  assert.match(text, /Created by it <span class="quiet">\(7\)/)
  assert.equal(text.match(/>Made \d</g)?.length, 5)
  assert.equal((await page(`${path(creator)}?named=created_by_ref`)).match(/>Made \d</g)?.length, 7)
  assert.ok((await page(`${path(creator)}?named=%3Cb%3E`)).includes("No other object names it like that."))
})

test("a number of a catalogue stands first, with the way there", async () => {
  const url = "https://attack.example/T1566"
  const object = malware({ external_references: [{ source_name: "mitre-attack", external_id: "T1566", url }] })
  await server.add(object)
  assert.match(
    await page(path(object)),
    /<dt>MITRE ATT&amp;CK<\/dt><dd><span class="copyable"><span class="mono"><bdi>T1566/,
  )
})

test("sightings, opinions, notes and translations by others stand on the page of what they are about", async () => {
  const object = indicator({ name: "Watched", lang: "en" })
  const common = { spec_version: "2.1", created: EARLY, modified: EARLY }
  const sighting = (more: object) => ({
    type: "sighting",
    ...common,
    id: stixId("sighting"),
    sighting_of_ref: object.id,
    ...more,
  })
  await server.add(
    ...[
      object,
      sighting({ count: 7, last_seen: MIDDLE }),
      sighting({ x_opencti_negative: true, description: "Our scanner" }),
    ],
    {
      type: "opinion",
      ...common,
      id: stixId("opinion"),
      opinion: "disagree",
      explanation: "Not ours",
      object_refs: [object.id],
    },
    { type: "note", ...common, id: stixId("note"), content: "Look again", object_refs: [object.id] },
    {
      ...{ type: "language-content", ...common, id: stixId("language-content"), object_ref: object.id },
      contents: { "zh-TW": { name: "監看" }, "zh-CN": { name: "监看" } },
    },
  )
  const text = await page(path(object))
  for (const words of [
    "times: 7 (sightings: 1)",
    "false alarm",
    "Our scanner",
    "disagrees",
    "Not ours",
    "Look again",
  ]) {
    assert.ok(text.includes(words), words)
  }
  assert.ok(!text.includes("監看") && !text.includes("监看"))
  const chinese = await page(path(object), "zh-Hant")
  assert.ok(chinese.includes("監看") && !chinese.includes("监看"))
})

test("a content that was kept aside is shown with its reason and what differs", async () => {
  const object = malware({ name: "Held" })
  await server.add(object)
  await server.add({ ...object, name: "Contradicting" })
  const text = await page(path(object))
  assert.match(text, /Kept aside \(1\)/)
  assert.ok(text.includes("The same version with other content"))
  assert.match(text, /<del><bdi>Held<\/bdi><\/del><\/td><td><ins><bdi>Contradicting/)
  assert.ok(!(await page(path(threat))).includes("Kept aside"))
})

test("markings are told with what they mean, statements with their text, parts by their name", async () => {
  const statement = {
    type: "marking-definition",
    spec_version: "2.1",
    id: stixId("marking-definition"),
    created: EARLY,
  }
  const object = malware({
    description: "Secret",
    object_marking_refs: ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", statement.id],
    granular_markings: [
      { marking_ref: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", selectors: ["description"] },
    ],
  })
  await server.add(
    { ...statement, definition_type: "statement", definition: { statement: "PAP:RED, of the exercise" } },
    object,
  )
  const text = await page(path(object))
  for (const words of ["within your community", "PAP:RED, of the exercise", "only what nobody outside can notice"]) {
    assert.ok(text.includes(words), words)
  }
  assert.match(text, /<code><bdi>description<\/bdi><\/code><\/dt><dd><span[^>]*><span class="tlp tlp-red">/)
})

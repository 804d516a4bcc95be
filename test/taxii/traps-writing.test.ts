import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { run } from "../support/node.ts"
import { openScene } from "../support/scene.ts"
import { address, bundle, EARLY, indicator, LATE, MIDDLE, malware, newVersion, stixId, text } from "../support/stix.ts"
import { assertTaxiiError, assertUuid4, type Status } from "../support/taxii.ts"
import { tempFolder } from "../support/temp.ts"

const scene = await openScene({ collections: 17 })
const { tester } = scene
after(() => scene.stop())

const TLP1 = { white: "613f2e26-407d-48c7-9eca-b8e91df99dc9", amber: "f88d31f6-486f-44da-b317-01333bde0b82" }
const TLP2 = { green: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", strict: "939a9414-2ddd-4d32-a0cd-375ea402b003" }
const RED1 = "5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
const mark = (uuid: string) => `marking-definition--${uuid}`

test("trap 15: a POST is 202 with a complete status whose counts add up, kept at its own address", async () => {
  const collection = scene.collection()
  const good = indicator()
  const bad = indicator({ created: "yesterday" })
  const status = await tester.add(collection, good, bad)
  assertUuid4(status.id)
  assert.deepEqual(
    [status.status, status.total_count, status.success_count, status.failure_count, status.pending_count],
    ["complete", 2, 1, 1, 0],
  )
  assert.match(status.request_timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  assert.deepEqual(
    status.successes?.map(({ id, version }) => ({ id, version })),
    [{ id: good.id, version: EARLY }],
  )
  assert.equal(status.failures?.[0]?.id, bad.id)
  assert.ok(status.failures?.[0]?.message)
  assert.deepEqual((await tester.get(`status/${status.id}/`)).json(), status)
  assertTaxiiError(await tester.get(`status/${randomUUID()}/`), 404)
  await scene.restart()
  assert.deepEqual((await tester.get(`status/${status.id}/`)).json(), status)
})

test("trap 15: a status is told to nobody who has no right on its collection", async () => {
  const status = await tester.put(scene.collection(), indicator())
  const other = await scene.holder(`${scene.collection()}:rw`)
  assertTaxiiError(await other.get(`status/${status.id}/`), 404)
})

test("trap 16: an exact duplicate succeeds, however it is laid out, and the first bytes stay", async () => {
  const collection = scene.collection()
  const object = indicator({ name: "Ünïcode / and 1" })
  const first = JSON.stringify(object, null, 3)
  const again = JSON.stringify(Object.fromEntries(Object.entries(object).reverse())).replace("Ü", "\\u00dc")
  await tester.put(collection, first)
  await tester.put(collection, again, text(object), first)
  assert.deepEqual(await tester.texts(collection), [first])
  assert.equal((await tester.manifest(collection, "?match[version]=all")).length, 1)
})

test("trap 16: same id and version with other content is a failure, and nothing is overwritten", async () => {
  const collection = scene.collection()
  const object = indicator()
  const first = text(object)
  await tester.put(collection, first)
  const other = indicator()
  const status = await tester.add(collection, { ...object, name: "something else" }, other)
  assert.deepEqual([status.success_count, status.failure_count], [1, 1])
  assert.equal(status.failures?.[0]?.id, object.id)
  assert.match(status.failures?.[0]?.message ?? "", /conflict/i)
  assert.deepEqual(await tester.texts(collection), [first, text(other)])
})

test("trap 16: two contents for one id and version in a single envelope are a conflict too", async () => {
  const collection = scene.collection()
  const object = indicator()
  const status = await tester.add(collection, object, { ...object, name: "second" }, object)
  assert.deepEqual([status.success_count, status.failure_count], [2, 1])
  assert.deepEqual(await tester.texts(collection), [text(object)])
})

test("trap 17: a bad object fails alone, with its reason, and the good ones around it are kept", async () => {
  const collection = scene.collection()
  const good = [indicator(), malware()] as const
  const bad = [
    { ...indicator(), id: "nonsense" },
    { ...indicator(), id: stixId("malware") },
    indicator({ pattern: undefined }),
    indicator({ created: "2021-02-30T00:00:00.000Z" }),
    { ...indicator(), type: 7 as unknown as string },
  ]
  const status = await tester.add(collection, good[0], ...bad, good[1])
  assert.deepEqual([status.total_count, status.success_count, status.failure_count], [7, 2, 5])
  assert.equal(status.failures?.length, 5)
  for (const failure of status.failures ?? []) assert.ok(failure.message, JSON.stringify(failure))
  assert.deepEqual(await tester.texts(collection), good.map(text))
})

test("trap 17: a body that is no envelope, or an envelope of nothing, is 422; what is no JSON is 400", async () => {
  const collection = scene.collection()
  const bare = `[${text(indicator())}]`
  for (const body of [bare, "{}", "[]", '"x"', "42", "null", '{"objects":[]}', '{"objects":{}}', '{"objects":null}']) {
    assertTaxiiError(await tester.post(collection, body), 422)
  }
  for (const body of ["", "{", '{"objects":[', "objects", '{"objects":[]}x', "\u0000"]) {
    assertTaxiiError(await tester.post(collection, body), 400)
  }
  assert.deepEqual((await tester.get(`collections/${collection}/objects/`)).json(), {})
})

test("trap 21: observables have no modified: their version is the date_added, and duplicates succeed", async () => {
  const collection = scene.collection()
  const observable = address("198.51.100.3")
  assert.equal(observable.id, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "the example of STIX 2.1 section 2.9")
  const { spec_version: _, ...unversioned } = address("203.0.113.9")
  await tester.put(collection, observable, unversioned)
  await tester.put(collection, JSON.stringify(observable, null, 1))
  const [entry, second] = await tester.manifest(collection)
  assert.equal(entry?.version, entry?.date_added)
  assert.equal(second?.media_type.replaceAll(" ", ""), "application/stix+json;version=2.1")
  const path = `collections/${collection}/objects/${observable.id}/`
  assert.deepEqual((await tester.get(`${path}versions/`)).json<{ versions: string[] }>().versions, [entry?.version])
  const found = await tester.get(`${path}?match[version]=${entry?.version}`)
  assert.deepEqual(found.json<{ objects: unknown[] }>().objects, [observable])
  assert.equal((await tester.manifest(collection, "?match[version]=all")).length, 2)
})

test("trap 21: a marking has no modified: its version is its created", async () => {
  const collection = scene.collection()
  const marking = {
    type: "marking-definition",
    spec_version: "2.1",
    id: stixId("marking-definition"),
    created: MIDDLE,
    definition_type: "statement",
    definition: { statement: "Copyright" },
  }
  const status = await tester.put(collection, marking)
  assert.equal(status.successes?.[0]?.version, MIDDLE)
  assert.equal((await tester.manifest(collection))[0]?.version, MIDDLE)
  const found = await tester.objects(collection, `?match[version]=${MIDDLE}`)
  assert.deepEqual(found, [marking])
})

test("trap 21: lifting STIX 2.0 gives observables the id that the standard computes", async () => {
  const collection = scene.collection()
  const file = join(tempFolder(), "old.json")
  const observed = {
    type: "observed-data",
    id: stixId("observed-data"),
    created: EARLY,
    modified: EARLY,
    first_observed: EARLY,
    last_observed: EARLY,
    number_observed: 1,
    objects: { "0": { type: "ipv4-addr", value: "198.51.100.3" } },
  }
  writeFileSync(file, bundle(observed))
  await run(["import", file, "--data", scene.node().data, "--collection", collection])
  const found = await tester.objects(collection)
  assert.deepEqual(found.map(({ id }) => id).toSorted(), [address("198.51.100.3").id, observed.id])
  assert.ok(found.every((object) => object.spec_version === "2.1"))
})

test("trap 22: times keep the text they came with, at any precision, and are compared as instants", async () => {
  const collection = scene.collection()
  const times = ["2021-03-01T00:00:00.123Z", "2021-03-01T00:00:00.123000001Z", "2021-03-01T00:00:00.123456789012Z"]
  const object = indicator({ created: "2021-01-01T00:00:00.000000Z", valid_from: "2021-01-01T00:00:00Z" })
  const texts = times.map((time) => text(newVersion(object, time)))
  await tester.put(collection, ...texts)
  assert.deepEqual(await tester.texts(collection, "?match[version]=all"), texts)
  const versions = (await tester.manifest(collection, "?match[version]=all")).map(({ version }) => version)
  assert.deepEqual(versions, times)
  const same = await tester.add(collection, newVersion(object, "2021-03-01T00:00:00.123000Z"))
  assert.equal(same.failure_count, 1, ".123Z and .123000Z are one instant, so this is other content of one version")
  assert.deepEqual(await tester.texts(collection, "?match[version]=first"), [texts[0]])
})

test("trap 23: after revoked comes no further version, and a marking cannot mark itself", async () => {
  const collection = scene.collection()
  const object = indicator()
  await tester.put(collection, object, newVersion(object, MIDDLE, { revoked: true }))
  const status = await tester.add(collection, newVersion(object, LATE), newVersion(object, LATE, { revoked: false }))
  assert.equal(status.failure_count, 2, JSON.stringify(status))
  assert.deepEqual(
    (await tester.objects(collection)).map(({ modified }) => modified),
    [MIDDLE],
  )
  const id = stixId("marking-definition")
  const loop = {
    type: "marking-definition",
    spec_version: "2.1",
    id,
    created: EARLY,
    definition_type: "statement",
    definition: { statement: "x" },
    object_marking_refs: [id],
  }
  assert.equal((await tester.add(collection, loop)).failure_count, 1)
})

test("trap 23: only the creator makes a new version; another's change of it is a failure", async () => {
  const collection = scene.collection()
  const [creator, other] = [stixId("identity"), stixId("identity")]
  const object = indicator({ created_by_ref: creator })
  await tester.put(collection, object)
  const anonymous = newVersion(object, MIDDLE, { created_by_ref: undefined })
  const status = await tester.add(collection, newVersion(object, LATE, { created_by_ref: other }), anonymous)
  assert.equal(status.failure_count, 2, JSON.stringify(status))
  const mine = newVersion(object, LATE)
  await tester.put(collection, mine)
  assert.deepEqual(await tester.texts(collection, "?match[version]=all"), [object, mine].map(text))
})

test("trap 24: the effective marking is the strictest of object and granular marks, of TLP 1 and 2", async () => {
  const collection = scene.collection()
  const marked = (...uuids: string[]) => indicator({ object_marking_refs: uuids.map(mark) })
  const granular = (selectors: string[]) =>
    indicator({
      labels: ["a", "b"],
      object_marking_refs: [mark(TLP2.green)],
      granular_markings: [{ marking_ref: mark(RED1), selectors }],
    })
  const cases: [ReturnType<typeof indicator>, string | null][] = [
    [indicator(), null],
    [marked(TLP1.white), "clear"],
    [marked(TLP2.green), "green"],
    [marked(TLP1.white, TLP1.amber), "amber"],
    [marked(TLP2.strict, TLP1.amber), "amber+strict"],
    [granular(["labels.[1]"]), "red"],
    [granular(["pattern"]), "red"],
  ]
  await tester.put(collection, ...cases.map(([object]) => object))
  const folder = join(tempFolder(), "log")
  await run(["log", "export", folder, "--data", scene.node().data, "--collection", collection])
  const lines = readFileSync(join(folder, "entries.jsonl"), "utf8").trim().split("\n")
  const headers = lines.map((line) => JSON.parse((JSON.parse(line) as { header: string }).header))
  assert.deepEqual(
    headers.map(({ id, marking }) => [id, marking]),
    cases.map(([object, marking]) => [object.id, marking]),
  )
  assert.deepEqual(
    await tester.texts(collection),
    cases.map(([object]) => text(object)),
  )
})

test("trap 24: unknown marks and selectors that point nowhere are kept, not dropped and not refused", async () => {
  const collection = scene.collection()
  const odd = indicator({
    object_marking_refs: [stixId("marking-definition")],
    granular_markings: [{ marking_ref: mark(TLP1.amber), selectors: ["external_references.[4].url"] }],
  })
  await tester.put(collection, odd)
  assert.deepEqual(await tester.texts(collection), [text(odd)])
})

test("trap 25: unknown properties, extensions and types are kept untouched; no spec_version means 2.0", async () => {
  const collection = scene.collection()
  const definition = `extension-definition--${randomUUID()}`
  const { spec_version: _, ...without } = malware({ labels: ["trojan"] })
  const objects = [
    indicator({ x_opencti_score: 80, unheard_of: { deep: [1, { er: null }] }, constructor: "kept" }),
    indicator({ extensions: { [definition]: { extension_type: "property-extension", rank: 5 } } }),
    indicator({ extensions: { [definition]: { extension_type: "toplevel-property-extension" } }, rank: 6 }),
    { ...indicator(), type: "x-acme-thing", id: stixId("x-acme-thing") },
    { type: "my-sco", id: stixId("my-sco"), extensions: { [definition]: { extension_type: "new-sco" } } },
    without,
  ]
  await tester.put(collection, ...objects)
  assert.deepEqual(await tester.texts(collection), objects.map(text))
  const status: Status = await tester.put(collection, ...objects)
  assert.equal(status.success_count, objects.length)
  const media = (await tester.manifest(collection, `?match[id]=${without.id}`)).map((entry) => entry.media_type)
  assert.deepEqual(
    media.map((type) => type.replaceAll(" ", "")),
    ["application/stix+json;version=2.0"],
  )
})

import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openScene } from "../support/scene.ts"
import { EARLY, indicator, LATE, MIDDLE, malware, newVersion, stixId } from "../support/stix.ts"
import { assertTaxiiError, type Collection, type ManifestEntry, walk } from "../support/taxii.ts"

const scene = await openScene({ collections: 14 })
const { tester } = scene
after(() => scene.stop())

const MICROSECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const pageTimes = (headers: NodeJS.Dict<string | string[]>) => [
  headers["x-taxii-date-added-first"],
  headers["x-taxii-date-added-last"],
]
const ids = (items: { id: string }[]) => items.map(({ id }) => id)
const numbered = (count: number) => Array.from({ length: count }, (_, at) => indicator({ name: `number ${at}` }))

test("trap 5: a page is headed by the date_added of its own first and last item; an empty page by none", async () => {
  const collection = scene.collection()
  const objects = numbered(5)
  await tester.put(collection, ...objects)
  const added = (await tester.manifest(collection)).map(({ date_added }) => date_added)
  const base = `collections/${collection}/`
  for (const path of [`${base}objects/`, `${base}manifest/`]) {
    assert.deepEqual(pageTimes((await tester.get(path)).headers), [added[0], added[4]])
    assert.deepEqual(pageTimes((await tester.get(`${path}?limit=2`)).headers), [added[0], added[1]])
    const middle = await tester.get(`${path}?limit=2&added_after=${added[1]}`)
    assert.deepEqual(pageTimes(middle.headers), [added[2], added[3]])
    assert.deepEqual(pageTimes((await tester.get(`${path}?added_after=${added[4]}`)).headers), [undefined, undefined])
  }
  for (const path of [`${base}objects/${objects[3]?.id}/`, `${base}objects/${objects[3]?.id}/versions/`]) {
    assert.deepEqual(pageTimes((await tester.get(path)).headers), [added[3], added[3]])
  }
})

test("trap 6: date_added is when this collection got the object: to the microsecond, unique and rising", async () => {
  const collection = scene.collection()
  const before = Date.now()
  await Promise.all([numbered(150), numbered(150)].map((objects) => tester.put(collection, ...objects)))
  const after = Date.now()
  const entries = await tester.manifest(collection, "?limit=1000")
  assert.equal(entries.length, 300)
  for (const { date_added } of entries) {
    assert.match(date_added, MICROSECONDS)
    assert.ok(Date.parse(date_added) >= before - 5 && Date.parse(date_added) <= after + 5)
  }
  const times = entries.map(({ date_added }) => date_added)
  assert.deepEqual(times, [...new Set(times)].toSorted())
})

test("trap 7: objects, manifest and versions come in the order in which they were added", async () => {
  const collection = scene.collection()
  const latest = indicator({ modified: LATE })
  const others = numbered(3)
  await tester.put(collection, latest)
  await tester.put(collection, ...others)
  await tester.put(collection, newVersion(latest, EARLY), newVersion(latest, MIDDLE))
  assert.deepEqual(ids(await tester.objects(collection)), ids([latest, ...others]))
  const all = await tester.manifest(collection, "?match[version]=all")
  assert.deepEqual(ids(all), ids([latest, ...others, latest, latest]))
  const versions = await tester.get(`collections/${collection}/objects/${latest.id}/versions/`)
  assert.deepEqual(versions.json<{ versions: string[] }>().versions, [LATE, EARLY, MIDDLE])
})

test("trap 8: added_after excludes its own instant and is read leniently, but only one and only a time", async () => {
  const collection = scene.collection()
  const objects = numbered(4)
  await tester.put(collection, ...objects)
  const added = (await tester.manifest(collection)).map(({ date_added }) => date_added)
  for (const at of [0, 1, 2, 3]) {
    const after = await tester.objects(collection, `?added_after=${added[at]}`)
    assert.deepEqual(ids(after), ids(objects.slice(at + 1)))
    const offset = await tester.objects(collection, `?added_after=${added[at]?.replace("Z", "%2B00:00")}`)
    assert.deepEqual(ids(offset), ids(objects.slice(at + 1)))
  }
  for (const early of ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.123Z", "2020-01-01T00:00:00.1234567Z"]) {
    assert.equal((await tester.objects(collection, `?added_after=${early}`)).length, 4)
  }
  assert.equal((await tester.objects(collection, "?added_after=2999-01-01T00:00:00Z")).length, 0)
  const wrong = [
    "",
    "yesterday",
    "2020-02-30T00:00:00Z",
    "1577836800",
    `${EARLY},${LATE}`,
    `${EARLY}&added_after=${LATE}`,
  ]
  for (const value of wrong) {
    assertTaxiiError(await tester.get(`collections/${collection}/objects/?added_after=${value}`), 400)
  }
})

test("trap 9: more comes with next on objects, manifest and versions, and the pages are the whole", async () => {
  const collection = scene.collection()
  const versioned = indicator()
  const modified = Array.from({ length: 5 }, (_, at) => `2022-01-0${at + 1}T00:00:00.000Z`)
  await tester.put(collection, ...modified.map((time) => newVersion(versioned, time)), ...numbered(6))
  const base = `collections/${collection}/`
  const objects = await walk(tester, `${base}objects/`, "?limit=3")
  const listed = await walk(tester, `${base}manifest/`, "?limit=2&match[version]=all")
  const versions = await walk(tester, `${base}objects/${versioned.id}/versions/`, "?limit=2")
  assert.deepEqual(
    [objects, listed, versions].map((pages) => pages.map((page) => (page.objects ?? page.versions ?? []).length)),
    [
      [3, 3, 1],
      [2, 2, 2, 2, 2, 1],
      [2, 2, 1],
    ],
  )
  assert.equal(new Set(ids(objects.flatMap((page) => page.objects as ManifestEntry[]))).size, 7)
  assert.deepEqual(
    versions.flatMap((page) => page.versions),
    modified,
  )
})

test("trap 9: a page that ends with the last item does not promise more", async () => {
  const collection = scene.collection()
  await tester.put(collection, ...numbered(4))
  for (const limit of [4, 5]) {
    const page = (await tester.get(`collections/${collection}/objects/?limit=${limit}`)).json<{ more?: boolean }>()
    assert.ok(!page.more)
  }
})

test("trap 10: next belongs to its endpoint and filters, and is refused with others or when made up", async () => {
  const collection = scene.collection()
  await tester.put(collection, ...numbered(6))
  const base = `collections/${collection}/`
  const page = (await tester.get(`${base}objects/?limit=2&match[type]=indicator`)).json<{ next: string }>()
  const next = encodeURIComponent(page.next)
  const larger = await tester.objects(collection, `?limit=3&match[type]=indicator&next=${next}`)
  assert.equal(larger.length, 3, "the limit may change between pages")
  const changed = page.next.slice(0, 3) + (page.next[3] === "A" ? "B" : "A") + page.next.slice(4)
  const refused = [
    `${base}objects/?limit=2&next=${next}`,
    `${base}objects/?limit=2&match[type]=malware&next=${next}`,
    `${base}objects/?limit=2&match[type]=indicator&added_after=${EARLY}&next=${next}`,
    `${base}objects/?limit=2&match[type]=indicator&match[version]=all&next=${next}`,
    `${base}manifest/?limit=2&match[type]=indicator&next=${next}`,
    `collections/${scene.collection()}/objects/?limit=2&match[type]=indicator&next=${next}`,
    `${base}objects/?match[type]=indicator&next=${encodeURIComponent(changed)}`,
    `${base}objects/?next=made-up`,
    `${base}objects/?next=`,
  ]
  for (const path of refused) assertTaxiiError(await tester.get(path), 400)
})

test("trap 10: next survives what is added meanwhile and a restart of the node", async () => {
  const collection = scene.collection()
  const first = numbered(6)
  await tester.put(collection, ...first)
  const base = `collections/${collection}/objects/?limit=4`
  const start = (await tester.get(base)).json<{ next: string; objects: { id: string }[] }>()
  const meanwhile = numbered(3)
  await tester.put(collection, ...meanwhile)
  await scene.restart()
  const rest = await tester.objects(collection, `?limit=7&next=${encodeURIComponent(start.next)}`)
  assert.deepEqual(ids([...start.objects, ...rest]), ids([...first, ...meanwhile]))
})

test("trap 10: a limit is a positive whole number, and the node caps it", async () => {
  const collection = scene.collection()
  await tester.put(collection, ...numbered(3))
  for (const limit of ["0", "-1", "abc", "1.5", "", "NaN", "1e3", "0x10"]) {
    assertTaxiiError(await tester.get(`collections/${collection}/objects/?limit=${limit}`), 400)
  }
  for (const limit of ["1000000", "9007199254740991"]) {
    assert.equal((await tester.objects(collection, `?limit=${limit}`)).length, 3)
  }
})

test("trap 11: what is empty is 200 with {}; what is unknown is 404; lists are never empty", async () => {
  const collection = scene.collection()
  const base = `collections/${collection}/`
  for (const path of [`${base}objects/`, `${base}manifest/`, `${base}objects/?match[type]=malware`]) {
    const answer = await tester.get(path)
    assert.deepEqual([answer.status, answer.json()], [200, {}])
  }
  const unknown = stixId("indicator")
  for (const path of [`${base}objects/${unknown}/`, `${base}objects/${unknown}/versions/`]) {
    assertTaxiiError(await tester.get(path), 404)
  }
  const known = indicator()
  const status = await tester.put(collection, known)
  assert.ok(!("failures" in status) && !("pendings" in status), "an empty list was sent")
  const filters = [`?match[version]=${LATE}`, "?match[spec_version]=2.0", "?added_after=2999-01-01T00:00:00Z"]
  for (const filter of filters) {
    const answer = await tester.get(`${base}objects/${known.id}/${filter}`)
    assert.deepEqual([answer.status, answer.json()], [200, {}], filter)
  }
})

test("trap 12: match[version] picks instants, not texts: last by default, first, all, or any of a list", async () => {
  const collection = scene.collection()
  const at = ["2021-01-01T00:00:00.100Z", "2021-01-01T00:00:00.1000001Z", "2021-01-02T00:00:00.000Z"]
  const [first, second, third] = at
  const object = indicator()
  await tester.put(collection, ...[2, 0, 1].map((place) => newVersion(object, at[place] ?? "")), malware())
  const cases: [string, (string | undefined)[]][] = [
    ["", [third]],
    ["?match[version]=last", [third]],
    ["?match[version]=first", [first]],
    ["?match[version]=all", [third, first, second]],
    ["?match[version]=first,last", [third, first]],
    ["?match[version]=all,first", [third, first, second]],
    ["?match[version]=2021-01-01T00:00:00.1Z", [first]],
    ["?match[version]=2021-01-01T00:00:00.100000Z", [first]],
    [`?match[version]=${second},2021-01-02T00:00:00Z`, [third, second]],
    [`?match[version]=first,${second}`, [first, second]],
  ]
  const path = `collections/${collection}/objects/${object.id}/`
  for (const [query, wanted] of cases) {
    const single = (await tester.get(path + query)).json<{ objects: { modified: string }[] }>().objects
    assert.deepEqual(
      single.map(({ modified }) => modified),
      wanted,
      `object ${query}`,
    )
    const joined = `${query}${query ? "&" : "?"}match[type]=indicator`
    const among = await tester.objects(collection, joined)
    assert.deepEqual(
      among.map(({ modified }) => modified),
      wanted,
      `objects ${query}`,
    )
    const listed = await tester.manifest(collection, joined)
    assert.deepEqual(
      listed.map(({ version }) => version),
      wanted,
      `manifest ${query}`,
    )
  }
  for (const wrong of ["latest", "2021", "", "first,,last", "2021-02-30T00:00:00Z"]) {
    assertTaxiiError(await tester.get(`collections/${collection}/objects/?match[version]=${wrong}`), 400)
  }
})

test("trap 13: without match[spec_version] each object comes in the newest STIX version held, before versions", async () => {
  const collection = scene.collection()
  const { spec_version, ...plain } = indicator()
  const old = { ...plain, labels: ["malicious-activity"], modified: LATE }
  const both = { ...plain, spec_version, modified: MIDDLE }
  const { spec_version: _, ...only } = malware({ labels: ["trojan"] })
  await tester.put(collection, both, old, only)
  const modified = async (query: string) =>
    (await tester.objects(collection, `?match[id]=${both.id}${query}`)).map((object) => object.modified)
  assert.deepEqual(await modified(""), [MIDDLE])
  assert.deepEqual(await modified("&match[spec_version]=2.1"), [MIDDLE])
  assert.deepEqual(await modified("&match[spec_version]=2.0"), [LATE])
  assert.deepEqual(await modified("&match[spec_version]=2.0,2.1"), [LATE])
  assert.deepEqual(await modified("&match[spec_version]=2.0,2.1&match[version]=all"), [MIDDLE, LATE])
  assert.deepEqual(ids(await tester.objects(collection)), ids([both, only]))
  const media = (await tester.manifest(collection, "?match[spec_version]=2.0,2.1&match[version]=all")).map((entry) => [
    entry.id,
    entry.media_type.replaceAll(" ", ""),
  ])
  const listed = (await tester.get(`collections/${collection}/`)).json<Collection>().media_types
  for (const [, type = ""] of media) assert.ok(listed.map((one) => one.replaceAll(" ", "")).includes(type), type)
  assert.deepEqual(media, [
    [both.id, "application/stix+json;version=2.1"],
    [old.id, "application/stix+json;version=2.0"],
    [only.id, "application/stix+json;version=2.0"],
  ])
})

test("trap 14: fields narrow each other, values of one field widen it, unknown and repeated are 400", async () => {
  const collection = scene.collection()
  const [one, two] = numbered(2) as [ReturnType<typeof indicator>, ReturnType<typeof indicator>]
  const other = malware()
  await tester.put(collection, one, two, other)
  const cases: [string, string[]][] = [
    [`?match[id]=${one.id}`, [one.id]],
    [`?match[id]=${other.id},${one.id}`, [one.id, other.id]],
    ["?match[type]=malware", [other.id]],
    ["?match[type]=malware,indicator", [one.id, two.id, other.id]],
    [`?match[type]=indicator&match[id]=${other.id},${two.id}`, [two.id]],
    [`?match[type]=malware&match[id]=${one.id}`, []],
    [`?match%5Btype%5D=malware`, [other.id]],
    ["?match[type]=campaign", []],
    [`?match[id]=${stixId("indicator")}`, []],
  ]
  for (const [query, wanted] of cases) {
    assert.deepEqual(ids(await tester.objects(collection, query)), wanted, query)
    assert.deepEqual(ids(await tester.manifest(collection, query)), wanted, query)
  }
  for (const query of [
    "?match[name]=x",
    "?match[]=x",
    "?match[type]=a&match[colour]=red",
    "?match[type]=a&match[type]=b",
  ]) {
    assertTaxiiError(await tester.get(`collections/${collection}/objects/${query}`), 400)
  }
})

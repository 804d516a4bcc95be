import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { accepted, examples } from "../../test/support/stix-examples.ts"
import { mutations } from "../../test/support/stix-oracle.ts"
import type { Json } from "../kernel/canonical.ts"
import { isObservable, type JsonObject, liftObject, parseValue } from "./index.ts"

const GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
const RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
const ID = "b67d30ff-02ac-498a-92f9-32f845f448cf"

/** An object as STIX 2.0 wrote it. */
function old(type: string, properties: JsonObject): JsonObject {
  const times = { created: "2016-04-06T19:58:16.000Z", modified: "2016-04-06T19:58:16.123000Z" }
  return { type, id: `${type}--${ID}`, ...times, ...properties }
}

/** Lifts, and holds every result to the parser. */
function lift(object: JsonObject): JsonObject[] {
  const before = structuredClone(object)
  const lifted = liftObject(object)
  assert.deepEqual(object, before, "the original is left alone")
  for (const one of lifted) {
    const outcome = parseValue(one)
    assert.ok(outcome.ok, JSON.stringify(outcome))
    assert.equal(outcome.parsed.spec, "2.1")
  }
  return lifted
}

function only(object: JsonObject): JsonObject {
  const [first, ...rest] = lift(object)
  assert.ok(first !== undefined)
  assert.deepEqual(rest, [])
  return first
}

const labels: readonly [string, JsonObject, string, Json[], Json | undefined][] = [
  [
    "indicator",
    { pattern: "[a:b = 'c']", valid_from: "2016-01-01T00:00:00Z", labels: ["malicious-activity", "mine"] },
    "indicator_types",
    ["malicious-activity"],
    ["mine"],
  ],
  ["malware", { name: "m", labels: ["ransomware"] }, "malware_types", ["ransomware"], undefined],
  [
    "tool",
    { name: "t", labels: ["remote-access", "exploitation"] },
    "tool_types",
    ["remote-access", "exploitation"],
    undefined,
  ],
  ["threat-actor", { name: "t", labels: ["spy", "x"] }, "threat_actor_types", ["spy"], ["x"]],
  [
    "report",
    { name: "r", published: "2016-01-01T00:00:00Z", object_refs: [`tool--${ID}`], labels: ["threat-report"] },
    "report_types",
    ["threat-report"],
    undefined,
  ],
  ["identity", { name: "i", identity_class: "organization", labels: ["ceo"] }, "roles", ["ceo"], undefined],
]

describe("lifting from STIX 2.0", () => {
  test("id, created and modified stay as they were written", () => {
    const object = old("campaign", { name: "c", x_own: { a: [1] } })
    assert.deepEqual(only(object), { ...object, spec_version: "2.1" })
  })

  for (const [type, properties, property, moved, kept] of labels) {
    test(`what ${type} said in its labels gets its own property, other labels stay`, () => {
      const lifted = only(old(type, properties))
      assert.deepEqual(lifted[property], moved)
      assert.deepEqual(lifted.labels, kept)
    })
  }

  test("an indicator says that its pattern is a STIX pattern, a malware that it is a family", () => {
    assert.equal(
      only(old("indicator", { pattern: "[a:b = 'c']", valid_from: "2016-01-01T00:00:00Z", labels: ["x"] }))
        .pattern_type,
      "stix",
    )
    assert.equal(only(old("malware", { name: "m", labels: ["x"] })).is_family, true)
  })

  test("a TLP definition becomes the standard's own object", () => {
    const tlp = {
      type: "marking-definition",
      id: GREEN,
      created: "2017-01-20T00:00:00.000Z",
      definition_type: "tlp",
      definition: { tlp: "green" },
    }
    assert.deepEqual(only(tlp), { ...tlp, spec_version: "2.1", name: "TLP:GREEN" })
    const outcome = parseValue(only(tlp))
    assert.deepEqual(outcome.ok && outcome.parsed.warnings, [])
  })

  test("a mark on labels that moved becomes a mark on the whole", () => {
    const lifted = only(
      old("tool", {
        name: "t",
        labels: ["exploitation"],
        object_marking_refs: [GREEN],
        granular_markings: [
          { marking_ref: RED, selectors: ["labels.[0]"] },
          { marking_ref: RED, selectors: ["name", "labels"] },
        ],
      }),
    )
    assert.deepEqual(lifted.object_marking_refs, [GREEN, RED])
    assert.deepEqual(lifted.granular_markings, [{ marking_ref: RED, selectors: ["name"] }])
  })

  test("relationships, sightings and custom objects only gain the version of STIX", () => {
    for (const object of [
      old("relationship", { relationship_type: "uses", source_ref: `tool--${ID}`, target_ref: `malware--${ID}` }),
      old("sighting", { sighting_of_ref: `tool--${ID}`, count: 3 }),
      old("x-thing", { labels: ["spy"] }),
    ]) {
      assert.deepEqual(only(object), { ...object, spec_version: "2.1" })
    }
  })
})

function observed(objects: JsonObject, more: JsonObject = {}): JsonObject {
  const time = "2015-12-21T19:00:00Z"
  return old("observed-data", { first_observed: time, last_observed: time, number_observed: 1, objects, ...more })
}

describe("observables embedded in observed-data", () => {
  test("become objects with deterministic ids, and references between them are rewritten", () => {
    const [file, directory, data] = lift(
      observed({
        "0": { type: "file", name: "foo.exe", parent_directory_ref: "1", extensions: { "x-ext": { host_ref: "1" } } },
        "1": { type: "directory", path: "/usr/home", contains_refs: ["0"] },
      }),
    )
    assert.equal(directory?.id, "directory--ee97f78e-7e2b-5b3d-bcbd-5692968cacea")
    assert.equal(file?.parent_directory_ref, directory.id)
    assert.deepEqual(file.extensions, { "x-ext": { host_ref: directory.id } })
    assert.deepEqual(directory.contains_refs, [file.id])
    assert.deepEqual(data?.object_refs, [file.id, directory.id])
    assert.equal(data?.objects, undefined)
    assert.deepEqual(accepted(file).warnings, [])
  })

  test("carry all markings of the whole, those of its parts too", () => {
    const marks = {
      object_marking_refs: [GREEN],
      granular_markings: [{ marking_ref: RED, selectors: ["objects.0.value"] }],
    }
    for (const object of lift(observed({ "0": { type: "url", value: "https://example.org/" } }, marks))) {
      assert.deepEqual(object.object_marking_refs, [GREEN, RED])
      assert.equal(object.granular_markings, undefined)
    }
  })
})

describe("embedded observables", () => {
  test("get the names that properties have in 2.1", () => {
    const time = "2016-01-01T00:00:00Z"
    const [file, process, key, account, traffic] = lift(
      observed({
        "0": { type: "file", name: "f", created: time, modified: time, accessed: time, hashes: { ssdeep: "3:a:b" } },
        "1": { type: "process", pid: 1, created: time, binary_ref: "0", arguments: ["-x"] },
        "2": { type: "windows-registry-key", key: "hkey", modified: time },
        "3": { type: "user-account", user_id: "u", password_last_changed: time },
        "4": {
          type: "network-traffic",
          src_ref: "5",
          protocols: ["tcp"],
          extensions: {
            "http-request-ext": { request_method: "get", request_value: "/", request_header: { Host: "h" } },
          },
        },
        "5": { type: "ipv4-addr", value: "198.51.100.3" },
      }),
    )
    assert.deepEqual([file?.ctime, file?.mtime, file?.atime, file?.hashes], [time, time, time, { SSDEEP: "3:a:b" }])
    assert.deepEqual([process?.created_time, process?.image_ref, process?.arguments], [time, file?.id as Json, ["-x"]])
    assert.deepEqual([key?.modified_time, key?.modified], [time, undefined])
    assert.equal(account?.credential_last_changed, time)
    assert.deepEqual(traffic?.src_ref, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4")
    assert.deepEqual(traffic?.extensions, {
      "http-request-ext": { request_method: "get", request_value: "/", request_header: { Host: ["h"] } },
    })
  })

  test("without contributing properties get the same random-looking id at each import", () => {
    const data = observed({ "0": { type: "process", pid: 4 }, "1": { type: "process", pid: 4 } })
    const [first, second] = lift(data)
    assert.match(String(first?.id), /^process--[0-9a-f]{8}-[0-9a-f]{4}-4/)
    assert.notEqual(first?.id, second?.id)
    assert.deepEqual(lift(data), lift(structuredClone(data)))
  })

  test("the same observable twice is one object", () => {
    const url = { type: "url", value: "https://example.org/" }
    const lifted = lift(observed({ "0": url, "1": url }))
    assert.equal(lifted.length, 2)
    assert.deepEqual(lifted[1]?.object_refs, [lifted[0]?.id])
  })
})

describe("embedded observables that are hostile or broken", () => {
  test("in circles and in long chains are lifted, and every reference names an object that is there", () => {
    const archive = (to: string): JsonObject => ({
      type: "file",
      name: to,
      extensions: { "archive-ext": { contains_refs: [to] } },
    })
    const chain = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, at) => [`k${at}`, archive(`k${(at + 1) % 3_000}`)]),
    )
    const lifted = lift(observed(chain))
    const ids = new Set(lifted.map(({ id }) => id))
    for (const { type, extensions } of lifted) {
      if (type !== "file") continue
      const refs = (extensions as JsonObject)["archive-ext"] as JsonObject
      assert.ok((refs.contains_refs as Json[]).every((id) => ids.has(id)))
    }
    assert.equal(lifted.length, 3_001)
  })

  test("whatever one changes in an accepted object of 2.0, what it is lifted to is accepted", () => {
    const embedded = examples.filter(({ type }) => isObservable(String(type))).map(asEmbedded)
    let lifted = 0
    for (const { spec_version: _, ...object } of [...examples, ...embedded.map((one) => observed({ "0": one }))]) {
      for (const mutation of mutations(object)) {
        const outcome = parseValue(mutation.object)
        if (outcome.ok && outcome.parsed.spec === "2.0") lifted += lift(mutation.object).length
      }
    }
    assert.ok(lifted > 5_000)
  })

  test("stay embedded if one of them has no type or refers to nothing, so that nothing is lost", () => {
    for (const objects of [
      { "0": { value: "x" } },
      { "0": { type: "url", value: "x" }, "1": "text" },
      { "0": { type: "file", name: "x", parent_directory_ref: "7" } },
      { "0": { type: "email-message", is_multipart: false, to_refs: [5] } },
      { "0": { type: "Bad Name" } },
      { "0": { type: "url", value: 5 }, "1": { type: "url", value: "https://example.org" } },
    ] as JsonObject[]) {
      assert.deepEqual(only(observed(objects)).objects, objects)
    }
  })
})

function asEmbedded({ id: _id, spec_version: _spec, object_marking_refs: _marks, ...rest }: JsonObject): JsonObject {
  return rest
}

import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { accepted, example } from "../../test/support/stix-examples.ts"
import type { Json } from "../kernel/canonical.ts"
import type { JsonObject } from "./index.ts"

const UUID = "00000001-0000-4000-8000-000000000001"

const cases: readonly [string, string, JsonObject, string, string][] = [
  ["an underscore in a type", "", { type: "x_thing", id: `x_thing--${UUID}` }, "stix.type-underscore", "type"],
  ["capitals in an id", "tool", { id: "tool--ABCDEF01-0000-4000-8000-000000000001" }, "stix.id-case", "id"],
  ["a time of whole seconds", "tool", { created: "2024-03-01T08:00:00Z" }, "stix.timestamp-precision", "created"],
  ["an empty list", "tool", { aliases: [] }, "stix.empty-list", "aliases"],
  ["a URL with a blank", "url", { value: "https://example.org/a b" }, "stix.url", "value"],
  ["an odd number of hex digits", "file", { magic_number_hex: "abc" }, "stix.hex", "magic_number_hex"],
  [
    "text that is no base64",
    "artifact",
    { url: "https://example.org", payload_bin: "a=b=" },
    "stix.base64",
    "payload_bin",
  ],
  ["an address that does not exist", "ipv4-addr", { value: "300.1.1.1" }, "stix.address", "value"],
  ["a prefix that is too long", "ipv6-addr", { value: "2001:db8::/129" }, "stix.address", "value"],
  ["a network address with dashes", "mac-addr", { value: "00-00-5e-00-53-af" }, "stix.address", "value"],
  ["a language that is none", "note", { lang: "english language" }, "stix.language", "lang"],
  ["a word outside of a vocabulary", "tool", { tool_types: ["hammer"] }, "stix.vocabulary", "tool_types[0]"],
  ["a word outside of an enumeration", "opinion", { opinion: "meh" }, "stix.enumeration", "opinion"],
  ["a hash of the wrong length", "file", { hashes: { "SHA-256": "ab" } }, "stix.hash", "hashes.SHA-256"],
  ["a hash of an unknown name", "file", { hashes: { "SHA-2": "ab" } }, "stix.hash-name", "hashes.SHA-2"],
  ["confidence beyond 100", "tool", { confidence: 101 }, "stix.range", "confidence"],
  ["valid_until at valid_from", "indicator", { valid_until: "2024-01-01T00:00:00.000Z" }, "stix.order", "valid_until"],
  ["last_seen before first_seen", "campaign", { last_seen: "2023-01-01T00:00:00Z" }, "stix.order", "last_seen"],
  ["a pattern whose brackets do not close", "indicator", { pattern: "[url:value = 'a]'" }, "stix.pattern", "pattern"],
  [
    "an indicator of a campaign that is a file",
    "sighting",
    { where_sighted_refs: [`tool--${UUID}`] },
    "stix.reference-type",
    "where_sighted_refs[0]",
  ],
  ["a property that nothing announces", "tool", { flavour: "x" }, "stix.custom-property", "flavour"],
  ["a reserved property", "tool", { severity: "x" }, "stix.reserved-name", "severity"],
  [
    "an extension with a strange name",
    "tool",
    { extensions: { Strange: { a: 1 } } },
    "stix.extension-name",
    "extensions.Strange",
  ],
  [
    "a TLP word on a foreign id",
    "marking-definition",
    { definition_type: "tlp", definition: { tlp: "red" } },
    "stix.tlp-definition",
    "definition",
  ],
]

describe("accepted with a warning", () => {
  for (const [name, type, change, code, at] of cases) {
    test(name, () => {
      const { warnings } = accepted({ ...(type === "" ? {} : example(type)), ...change })
      assert.ok(
        warnings.some((finding) => finding.code === code && finding.at === at),
        JSON.stringify(warnings),
      )
    })
  }

  test("nothing of what at least one should be there", () => {
    for (const type of ["file", "process", "artifact", "x509-certificate", "user-account", "network-traffic"]) {
      const { id, protocols } = example(type)
      const object = { type, id: id as Json, ...(protocols === undefined ? {} : { protocols }) }
      assert.deepEqual(accepted(object).warnings, [{ code: "stix.at-least-one", at: "" }])
    }
  })

  test("a property announced by an extension of the top level is no surprise", () => {
    const announced = { [`extension-definition--${UUID}`]: { extension_type: "toplevel-property-extension" } }
    assert.deepEqual(
      accepted({ ...example("tool"), flavour: "x", extensions: announced, granular_markings: [] }).warnings,
      [{ code: "stix.empty-list", at: "granular_markings" }],
    )
  })

  test("a hostile object cannot make the list of warnings endless", () => {
    const aliases = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`P${at}`, 1]))
    const { warnings } = accepted({ ...example("tool"), ...aliases })
    assert.equal(warnings.length, 101)
    assert.equal(warnings.at(-1)?.code, "stix.more-findings")
  })
})

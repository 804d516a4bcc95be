import assert from "node:assert/strict"
import { test } from "node:test"
import type { JsonObject } from "../../stix/index.ts"
import { personalData } from "./finding.ts"
import { personalInText } from "./patterns.ts"
import { sourcesOf } from "./sources.ts"
import { incidentsOf, sectorsOf } from "./subjects.ts"

const found = (object: JsonObject) =>
  personalData(object).map(({ path, what, whole }) => `${path} ${what}${whole ? " whole" : ""}`)

/** What a text holds, and beside it what looks like it. */
const TEXTS: readonly [string, text: string, likeIt: string][] = [
  ["email", "write to ada@example.org", "see @ada and pkg@1.2.3"],
  ["email", "ada.lovelace+x@post.example.org", "a@b"],
  ["email", "ada[at]example[.]org", "at example.org"],
  ["email", "ada @ example . org".replaceAll(" ", ""), "10 @ 20"],
  ["email", "https://x.example/?q=ada%40example.org", "https://x.example/?q=100%25"],
  ["email", "張三@例子.公司", "張三 例子.公司"],
  ["email", "ada＠example.org", "ada＠"],
  ["email", "ada@exa\u200bmple.o\u00adrg", "\u200b@\u200b"],
  ["email", "ju\u0308rgen@exa\u0308mple.de", "exa\u0308mple.de"],
  ["email", "ada@xn--exmple-cua.de", "xn--exmple-cua.de"],
  ["email", '"ada lovelace"@example.org', 'import "@example/org"'],
  ["email", "ada (at) example (dot) org", "(at) the desk (dot)"],
  ["email", "ada {at} example {dot} org", "{at} {dot}"],
  ["email", "ada_AT_example_DOT_org", "LOOK_AT_ME"],
  ["email", "ada&#64;example.org, ada&#x40;example.org", "ada &#65;"],
  ["email", "?q=ada%2540example.org", "?q=100%2525"],
  ["email", `ada@${"a.".repeat(12)}org`, "a.a.a.org"],
  ["phone", "0049 30 12345678", "0049301234567890123, 00:49:30"],
  ["phone", "＋４９ ３０ １２３４５６７", "１２３４５６７８"],
  ["phone", "+٤٩٣٠١٢٣٤٥٦٧", "٤٩٣٠١٢٣٤٥٦٧"],
  ["phone", "+49/30/1234567", "1/2/3"],
  ["phone", "TEL:0301234567", "HOTEL:1"],
  ["phone", "Tel.: (030) 1234-5678", "Hotel 030"],
  ["phone", "call +81 3 5550 0100", "C++ 12345678, +08:00"],
  ["phone", "tel:035550100", "hotel: 12"],
  ["account", String.raw`C:\Users\ada\x.exe`, String.raw`C:\Users\Public\x.exe`],
  ["account", String.raw`C:\\Users\\ada\\x.exe`, "https://x.example/home/index.html"],
  ["account", "/home/ada/.ssh", "/homeless/ada"],
  ["account", "S-1-5-21-1111111111-2222222222-3333333333-1001", "S-1-5-18"],
  ["account", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"],
]

test("a text that holds personal data stands beside one that only looks like it", () => {
  for (const [what, text, likeIt] of TEXTS) {
    assert.deepEqual(personalInText(text), [what], text)
    assert.deepEqual(personalInText(likeIt), [], likeIt)
  }
})

/** What is found in an object, and where. */
const OBJECTS: readonly [JsonObject, string[]][] = [
  [{ type: "indicator", id: "indicator--1", name: "Relay", pattern: "[ipv4-addr:value = '198.51.100.7']" }, []],
  [{ type: "indicator", pattern: "[email-addr:value = 'x']" }, ["/pattern email whole"]],
  [{ type: "indicator", pattern: "[email-message:from_ref.value = 'x']" }, ["/pattern email whole"]],
  [{ type: "indicator", pattern: "[user-account:account_login = 'root']" }, ["/pattern account whole"]],
  [{ type: "indicator", pattern: "[email-addr /* x */ : // y\n value = 'x']" }, ["/pattern email whole"]],
  [{ type: "indicator", pattern: "[a:b = '/* [email-addr : value */ : x']" }, []],
  [{ type: "indicator", pattern: "[process:creator_user_ref.user_id = '1']" }, ["/pattern account whole"]],
  [{ type: "indicator", pattern: "[a:b = 'c']", description: "by ada@example.org" }, ["/description email"]],
  [{ type: "email-addr", value: "ada@example.org" }, [" email whole"]],
  [{ type: "user-account", user_id: "0" }, [" account whole"]],
  [{ type: "identity", name: "Ada", identity_class: "individual" }, [" name whole"]],
  [{ type: "identity", name: "Ada" }, [" unsaid whole"]],
  [{ type: "identity", name: "Ada", identity_class: "unknown" }, [" unsaid whole"]],
  [
    { type: "identity", name: "CERT", identity_class: "organization", contact_information: "at the desk" },
    ["/contact_information contact"],
  ],
  [{ type: "threat-actor", name: "Ada", resource_level: "individual" }, [" name whole"]],
  [{ type: "note", content: "x", authors: ["Ada"] }, ["/authors name"]],
  [{ type: "note", content: "x", authors: [] }, []],
  [{ type: "process", pid: 1, creator_user_ref: "user-account--1" }, ["/creator_user_ref account"]],
  [{ type: "url", value: "https://ada:x@example.org/" }, ["/value email whole"]],
  [
    { type: "report", name: "R", external_references: [{ source_name: "a" }, { source_name: "ada@example.org" }] },
    ["/external_references/1 email"],
  ],
  [
    { type: "malware", name: "M", extensions: { "extension-definition--1": { "a/b": { phone: "12" } } } },
    ["/extensions/extension-definition--1 phone"],
  ],
  [{ type: "malware", name: "M", x_acme_email: "none of your business" }, ["/x_acme_email email"]],
  [{ type: "malware", name: "M", x_acme: { emailAddress: "x" } }, ["/x_acme email"]],
  [{ type: "malware", name: "M", x_acme_firstName: "x" }, ["/x_acme_firstName name"]],
  [{ type: "malware", name: "M", "x_ada@example.org": 1 }, ["/x_ada@example.org email"]],
  [{ type: "malware", name: "M", x_a: { id: "ada@example.org" } }, ["/x_a email"]],
  [{ type: "malware", name: "M", x_mail_ref: "ada@example.org" }, ["/x_mail_ref email"]],
  [{ type: "malware", name: "M", x_a: { hashes: { MD5: "ada@example.org" } } }, ["/x_a email"]],
  [{ type: "malware", name: "M", x_a: { hashes: { MD5: "GB82WEST12345698765432" } } }, []],
  [{ type: "observed-data", objects: { 0: { type: "email-addr", value: "x" } } }, ["/objects email whole"]],
  [
    { type: "x-misp-object", x_misp_attributes: [{ type: "phone-number", value: "12" }] },
    ["/x_misp_attributes phone whole"],
  ],
  [{ type: "x-acme", description: "ada@example.org" }, ["/description email whole"]],
  [{ type: "marking-definition", definition: { statement: "© ada@example.org" } }, ["/definition email whole"]],
]

test("personal data are found by type, by name and in patterns, and what is nothing without them is told apart", () => {
  for (const [object, expected] of OBJECTS) assert.deepEqual(found(object), expected, JSON.stringify(object))
})

test("what is nested too deep to be looked at counts as personal", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(40)}{}${"}".repeat(40)}`)
  assert.deepEqual(found({ type: "malware", name: "M", x_deep: deep }), ["/x_deep text"])
})

test("a text of megabytes is looked through in no time", () => {
  for (const part of ["a@", "a.", "a_at_", "a@a.", "0049 ", "tel.1 ", "＠a", "+1 ", "GB82 ", "/home/", "x[at]"]) {
    const begun = process.cpuUsage().user
    personalInText(part.repeat(200_000))
    assert.ok(process.cpuUsage().user - begun < 2_000_000, part)
  }
})

const self = "identity--1"
const sources = (object: JsonObject) =>
  sourcesOf(object, self).map(({ path, whole }) => `${path}${whole ? "whole" : ""}`)

test("from whom something came is told by its author, its references and identities", () => {
  assert.deepEqual(sources({ type: "report", created_by_ref: self }), [])
  assert.deepEqual(sources({ type: "report", created_by_ref: "identity--2" }), ["/created_by_ref"])
  const references = [{ source_name: "cve", external_id: "CVE-2026-1" }, { source_name: "Harbour CERT" }, 7]
  assert.deepEqual(sources({ type: "report", external_references: references }), [
    "/external_references/1",
    "/external_references/2",
  ])
  assert.deepEqual(sources({ type: "identity", id: "identity--2", identity_class: "organization" }), ["whole"])
  assert.deepEqual(sources({ type: "identity", id: "identity--2", identity_class: "class" }), [])
  assert.deepEqual(sources({ type: "identity", id: self }), [])
  assert.deepEqual(sources({ type: "marking-definition", created_by_ref: "identity--2" })[0], "whole")
  assert.deepEqual(sources({ type: "sighting", where_sighted_refs: ["identity--2"] }), ["/where_sighted_refs"])
  assert.deepEqual(sources({ type: "malware", x_misp_orgc: { name: "Harbour CERT" } }), ["/x_misp_orgc"])
  const named = {
    created_by_ref: "identity--2",
    extensions: { e: { by: "identity--2" } },
    object_refs: ["identity--2"],
  }
  const everywhere = ["/created_by_ref", "/extensions", "/object_refswhole"]
  assert.deepEqual(sources({ type: "report", ...named }), everywhere)
})

test("subjects are what an object names, and a class that nobody knows stays one", () => {
  assert.deepEqual(sectorsOf({ sectors: ["energy", 7] }), ["energy"])
  assert.deepEqual(sectorsOf({ sectors: "energy" }), [])
  const labels = ['rsit:fraud="phishing"', "RSIT:Fraud", "rsit:new", "fraud", 7]
  assert.deepEqual(incidentsOf({ labels }), ["fraud", "rsit:new"])
  assert.deepEqual(incidentsOf({}), [])
})

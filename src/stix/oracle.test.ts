import assert from "node:assert/strict"
import { test } from "node:test"
import type { ErrorObject } from "ajv/dist/2020.js"
import { examples } from "../../test/support/stix-examples.ts"
import {
  loadOracle,
  mutations,
  type Oracle,
  oracleIsPresent,
  realObjects,
  type StixLike,
  schemaExamples,
} from "../../test/support/stix-oracle.ts"
import type { FaultCode, Finding, FindingCode } from "./findings.ts"
import { type ObjectOutcome, parseValue } from "./index.ts"

/** The schemas object, we accept and say nothing. */
const SILENT: readonly { name: string; reason: string; fits: (error: Located, object: StixLike) => boolean }[] = [
  {
    name: "spec_version absent",
    reason: "section 3.2 gives its absence a meaning (2.0); such objects are kept as 2.0",
    fits: ({ at }) => at === "/spec_version",
  },
  {
    name: "content of a foreign extension",
    reason: "extensions that the standard does not define are carried unread, so that nothing of them is judged",
    fits: ({ at }) => at.startsWith("/extensions/extension-definition--"),
  },
  {
    name: "values of a free dictionary",
    reason: "section 2.3 allows any value in environment_variables and startup_info",
    fits: ({ at }) => /^\/environment_variables\/|\/startup_info(\/|$)/.test(at),
  },
  {
    name: "keys of options, exif_tags and the PE header",
    reason: "the schema closes these sets of names; the standard keeps them open",
    fits: ({ at, keyword }) =>
      keyword === "additionalProperties" && /exif_tags|socket-ext\/options|optional_header/.test(at),
  },
  {
    name: "one header value as a list",
    reason: "section 6.6: values of additional_header_fields are lists; the schema asks for two items at least",
    fits: ({ at, keyword }) =>
      at.startsWith("/additional_header_fields/") && ["minItems", "type", "oneOf"].includes(keyword),
  },
  {
    name: "form of CVE and CAPEC ids",
    reason: "section 2.5 recommends the form, the schema demands it",
    fits: ({ at }, object) => at.startsWith("/external_references/") && /"cve"|"CVE-/.test(JSON.stringify(object)),
  },
  {
    name: "marking-definition of 2.0",
    reason: "section 3.2: without spec_version it is STIX 2.0; the schema then looks for one of the fixed TLP objects",
    fits: (_, object) => object.type === "marking-definition" && object.spec_version === undefined,
  },
]

/** The schemas object, we accept with a warning at that place. */
const WARNED: Readonly<Partial<Record<FindingCode, string>>> = {
  "stix.address": "the form of a text is not identity, type or time",
  "stix.at-least-one": "which optional properties are there is not identity, type or time",
  "stix.base64": "the form of a text",
  "stix.co-constraint": "conditions between optional properties",
  "stix.cpe": "the form of a text",
  "stix.custom-property": "unknown properties are kept untouched",
  "stix.dictionary-key": "the form of a key",
  "stix.empty-list": "an empty list misleads nobody",
  "stix.empty-object": "an empty dictionary misleads nobody",
  "stix.enumeration": "a word that is not in the list is still a word",
  "stix.extension-name": "unknown extensions are kept untouched",
  "stix.hash": "the length of a hash",
  "stix.hash-name": "the name of an algorithm",
  "stix.hex": "the form of a text",
  "stix.language": "the form of a text",
  "stix.media-type": "the form of a text",
  "stix.null": "unknown properties are kept untouched, null too",
  "stix.property-name": "unknown properties are kept untouched",
  "stix.range": "a number out of its range is still a number",
  "stix.reference-type": "a reference to an unexpected type is still a reference",
  "stix.reserved-name": "unknown properties are kept untouched",
  "stix.selector": "a selector that points nowhere marks nothing more",
  "stix.spec-version-missing": "section 3.2 gives its absence a meaning (2.0)",
  "stix.timestamp-precision": "fewer digits are still an instant",
  "stix.tlp-definition": "only the id says which TLP level is meant",
  "stix.url": "a URL that fails RFC 3986 is accepted with a warning",
  "stix.vocabulary": "the form of a relationship type",
}

/** The schemas accept, we refuse. */
const STRICTER: readonly { name: string; reason: string; code: FaultCode; at: RegExp }[] = [
  {
    name: "dates that do not exist",
    reason: "30 February passes the pattern; it is no time",
    code: "stix.timestamp",
    at: /./,
  },
  {
    name: "author is no identity",
    reason: "section 3.2: MUST be an identity",
    code: "stix.created-by",
    at: /^created_by_ref$/,
  },
  {
    name: "marking is no marking",
    reason: "section 7.2: MUST be marking-definitions, and handling hangs on it",
    code: "stix.marking-ref",
    at: /^object_marking_refs\[/,
  },
  {
    name: "references that are no ids",
    reason: "the schemas of observables (and malware.sample_refs) ask for a text only",
    code: "stix.reference",
    at: /_refs?(\[\d+\])?$/,
  },
  {
    name: "language-content",
    reason: "section 7.1: a dictionary of dictionaries; the schema stops at the first level",
    code: "stix.wrong-type",
    at: /^contents\./,
  },
  {
    name: "alternate data streams",
    reason: "section 6.7.3: a list of objects; the schema does not say object",
    code: "stix.wrong-type",
    at: /alternate_data_streams\[/,
  },
]

type Located = { at: string; keyword: string; schema: string }

function located(error: ErrorObject): Located {
  const missing = error.params.missingProperty ?? error.params.additionalProperty ?? error.params.propertyName
  const at = missing === undefined ? error.instancePath : `${error.instancePath}/${missing}`
  return { at, keyword: error.keyword, schema: error.schemaPath }
}

function pointer(path: string): string {
  return path === "" ? "" : `/${path.replace(/\[(\d+)\]/g, ".$1").replaceAll(".", "/")}`
}

const WRAPPERS = new Set(["oneOf", "anyOf", "not", "if", "allOf", "minProperties"])

function warns(finding: Finding, error: Located): boolean {
  const at = pointer(finding.at)
  if (WRAPPERS.has(error.keyword) && (at === error.at || at.startsWith(`${error.at}/`))) return true
  if (at === "") return error.keyword === "required"
  return error.at === at || error.at.startsWith(`${at}/`)
}

/** The category that an objection of the schema falls in; of a branch of `oneOf`, that of the whole. */
function category(
  error: Located,
  all: readonly Located[],
  findings: readonly Finding[],
  object: StixLike,
): string | null {
  const branch = /^(.*\/(?:oneOf|anyOf))\/\d+\//.exec(error.schema)
  const whole =
    branch === null ? undefined : all.find((other) => other.schema === branch[1] && error.at.startsWith(other.at))
  if (whole !== undefined) return category(whole, all, findings, object)
  const finding = findings.find((candidate) => warns(candidate, error) && WARNED[candidate.code] !== undefined)
  if (finding !== undefined) return `warning ${finding.code}`
  return SILENT.find(({ fits }) => fits(error, object))?.name ?? null
}

type Tally = { ran: number; differed: number; categories: Map<string, number>; unlisted: string[] }

function compare(oracle: Oracle, object: StixLike, what: string, tally: Tally): void {
  tally.ran++
  const errors = oracle(object)
  const outcome = parseValue(object)
  if ((errors === null) === outcome.ok) return
  tally.differed++
  const names = outcome.ok ? excuses(errors ?? [], outcome, object) : [refusal(outcome)]
  for (const name of new Set(names)) {
    if (name === null) tally.unlisted.push(`${object.type}: ${what}: ${JSON.stringify(outcome.ok ? errors : outcome)}`)
    else tally.categories.set(name, (tally.categories.get(name) ?? 0) + 1)
  }
}

function excuses(errors: ErrorObject[], outcome: ObjectOutcome & { ok: true }, object: StixLike): (string | null)[] {
  const all = errors.map(located)
  return all.map((error) => category(error, all, outcome.parsed.warnings, object))
}

function refusal(outcome: ObjectOutcome & { ok: false }): string | null {
  return STRICTER.find(({ code, at }) => code === outcome.code && at.test(outcome.at))?.name ?? null
}

function newTally(): Tally {
  return { ran: 0, differed: 0, categories: new Map(), unlisted: [] }
}

function summary(tally: Tally): string {
  const lines = [...tally.categories].sort().map(([name, count]) => `  ${count} ${name}`)
  return [`${tally.ran} objects compared, ${tally.differed} differed`, ...lines].join("\n")
}

const skip = oracleIsPresent ? false : "the schemas of OASIS are not beside this checkout: 0 objects compared"

test("we and the schemas agree on the examples of the schemas and on one of our own of each type", { skip }, (t) => {
  const oracle = loadOracle()
  const tally = newTally()
  const own = examples
  assert.equal(new Set(own.map((object) => object.type)).size, 42)
  for (const object of [...schemaExamples(), ...own]) compare(oracle, object, "example", tally)
  t.diagnostic(summary(tally))
  assert.ok(tally.ran > 250)
  assert.equal(tally.differed, 0)
})

test("on every tenth real object we and the schemas agree, but for listed reasons", { skip }, (t) => {
  const objects = realObjects()
  if (objects.length === 0) {
    t.diagnostic("the real objects are not beside this checkout: 0 compared")
    return
  }
  const oracle = loadOracle()
  const tally = newTally()
  for (const object of objects) compare(oracle, object, String(object.id), tally)
  t.diagnostic(summary(tally))
  assert.ok(tally.ran >= 3_000)
  assert.deepEqual(tally.unlisted, [])
})

test("on objects broken in one place we and the schemas agree, but for listed reasons", { skip }, (t) => {
  const oracle = loadOracle()
  const tally = newTally()
  for (const object of examples) {
    for (const mutation of mutations(object)) compare(oracle, mutation.object, mutation.what, tally)
  }
  t.diagnostic(summary(tally))
  assert.ok(tally.ran > 15_000)
  assert.deepEqual(tally.unlisted, [])
  const unused = [...SILENT, ...STRICTER].filter(({ name }) => !tally.categories.has(name))
  assert.deepEqual(unused, [], "a category that nothing falls in is out of date")
})

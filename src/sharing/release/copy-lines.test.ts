import assert from "node:assert/strict"
import { test } from "node:test"
import { personalData, type Redaction, redactedCopy } from "../../policy/index.ts"
import type { JsonObject } from "../../stix/index.ts"
import { copyLines } from "./copy-lines.ts"

const ORIGINAL: JsonObject = {
  type: "indicator",
  id: "indicator--00000000-0000-4000-8000-00000000000a",
  created_by_ref: "identity--00000000-0000-4000-8000-00000000000b",
  description: "write to ada@example.org",
  external_references: [
    { source_name: "cve", external_id: "CVE-2026-1" },
    { source_name: "partner", description: "seen by bo@example.org" },
  ],
  pattern: "[ipv4-addr:value = '198.51.100.7']",
}
const COPY = {
  id: "indicator--00000000-0000-4000-8000-00000000000c",
  author: "identity--self",
  marking: "green",
} as const

function shown(original: JsonObject, without: readonly Redaction[]): string[] {
  const copy = redactedCopy(original, without, COPY)
  assert.ok(copy !== null)
  const signs = { kept: " ", out: "-", new: "+" }
  return copyLines(original, copy, without).map(
    ({ text, is, what }) => `${signs[is]}${text}${what === null ? "" : ` <- ${what}`}`,
  )
}

test("what is taken out stands struck in its place with the reason, and what is written anew beside it", () => {
  assert.deepEqual(shown(ORIGINAL, personalData(ORIGINAL)), [
    " {",
    '   "type": "indicator",',
    '-  "id": "indicator--00000000-0000-4000-8000-00000000000a"',
    '+  "id": "indicator--00000000-0000-4000-8000-00000000000c",',
    '-  "created_by_ref": "identity--00000000-0000-4000-8000-00000000000b"',
    '+  "created_by_ref": "identity--self",',
    '-  "description": "write to ada@example.org", <- email',
    '   "external_references": [',
    "     {",
    '       "source_name": "cve",',
    '       "external_id": "CVE-2026-1"',
    "     },",
    "-    { <- email",
    '-      "source_name": "partner",',
    '-      "description": "seen by bo@example.org"',
    "-    }",
    "   ],",
    '   "pattern": "[ipv4-addr:value = \'198.51.100.7\']",',
    '+  "object_marking_refs": [',
    '+    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"',
    "+  ]",
    " }",
  ])
})

test("without its struck lines and with the others it is the copy, whatever was taken out", () => {
  const extended: JsonObject = {
    ...ORIGINAL,
    extensions: {
      "extension-definition--1": { phone: "+49 30 1234567" },
      "extension-definition--2": { a: [1, { b: 2 }] },
    },
  }
  for (const original of [ORIGINAL, extended]) {
    const without = personalData(original)
    const copy = redactedCopy(original, without, COPY)
    const lines = copyLines(original, copy ?? {}, without).filter(({ is }) => is !== "out")
    // Commas count for what is shown: the last that stays may have one behind it.
    const text = lines.map(({ text: line }) => line).join("\n")
    assert.deepEqual(JSON.parse(text.replaceAll(/,(\s*[\]}])/g, "$1")), copy)
  }
})

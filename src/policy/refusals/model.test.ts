import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { translator } from "../../http/index.ts"
import { comparedValue, OBJECT_KINDS, type RefusalKind, RefusalWish, readValue } from "./model.ts"
import { objectKindWord } from "./words.ts"

const wish = { kind: "place", value: "AQ", source: "https://sanctions.example/1" }

describe("an entry is kept if its kind knows the value, and refused beside it", () => {
  const id = "identity--733c5838-34d9-4fbf-949c-62aba761184c"
  const cases: [kind: RefusalKind, value: string, kept: string | null][] = [
    ["place", "aq", "AQ"],
    ["place", "EU", "EU"],
    ["place", "XX", null],
    ["place", "Antarctica", null],
    ["place", "ATA", null],
    ["place", "ſa", null],
    ["party", "Example Trading", "Example Trading"],
    ["party", "identities are names", "identities are names"],
    ["party", id, id],
    ["party", id.toUpperCase(), id],
    ["party", "identity--1", null],
    ["party", `identity--${id}`, null],
    ["object-kind", "exploit-code", "exploit-code"],
    ["object-kind", "Malware-Sample", "malware-sample"],
    ["object-kind", "tool", "tool"],
    ["object-kind", "windows-registry-key", "windows-registry-key"],
    ["object-kind", "x-unknown", null],
    ["object-kind", "bundle", null],
    ["object-kind", "constructor", null],
  ]
  for (const [kind, value, kept] of cases) {
    test(`${kind} ${value}`, () => {
      if (kept === null) assert.throws(() => readValue(kind, value), { kind: "invalid", code: `refusal.${kind}` })
      else assert.equal(readValue(kind, value), kept)
    })
  }
})

describe("what is written is parsed at the door", () => {
  const cases: [what: string, changes: Record<string, unknown>, field: string | null][] = [
    ["all that is needed", {}, null],
    ["a reason and a date", { reason: "r", since: "2024-02-29" }, null],
    ["joiners that a script needs", { kind: "party", value: "می\u200cخواهم" }, null],
    ["text of 500 characters", { source: "s".repeat(500), reason: "r".repeat(500) }, null],
    ["no source", { source: undefined }, "source"],
    ["a source of blanks", { source: " \t " }, "source"],
    ["a long source", { source: "s".repeat(501) }, "source"],
    ["a long reason", { reason: "r".repeat(501) }, "reason"],
    ["a long value", { value: "v".repeat(201) }, "value"],
    ["no value", { value: " " }, "value"],
    ["a value of 10 MB", { value: "v".repeat(10_000_000) }, "value"],
    ["a source of 10 MB of blanks between", { source: `s${" ".repeat(10_000_000)}s` }, "source"],
    ["a line break", { reason: "a\nb" }, "reason"],
    ["a separator of paragraphs", { reason: "a\u2029b" }, "reason"],
    ["a NUL", { value: "a\u0000b" }, "value"],
    ["an escape for terminals", { source: "\u001b[2J" }, "source"],
    ["half a character", { value: "\ud83d" }, "value"],
    ["another kind", { kind: "person" }, "kind"],
    ["a kind that is inherited", { kind: "__proto__" }, "kind"],
    ["30 February", { since: "2024-02-30" }, "since"],
    ["a time", { since: "2024-02-03T00:00:00Z" }, "since"],
    ["a list", { value: ["AQ"] }, "value"],
    ["something else beside", { by: "me" }, ""],
  ]
  for (const [what, changes, field] of cases) {
    test(what, () => {
      const { error } = RefusalWish.safeParse({ ...wish, ...changes })
      assert.deepEqual(
        error?.issues.map(({ path }) => path.join(".")).slice(0, 1) ?? null,
        field === null ? null : [field],
      )
    })
  }
})

test("nobody escapes the list by another spelling, and another name is another", () => {
  const same = [
    "Example Trading",
    " example   TRADING ",
    "Ｅxample Trading",
    "Exa\u200bmple\u202e Trading",
    "Example\u00a0Trading",
  ]
  assert.deepEqual([...new Set(same.map(comparedValue))], ["example trading"])
  assert.notEqual(comparedValue("Example Trading Ltd"), comparedValue("Example Trading"))
  fc.assert(fc.property(fc.string(), (text) => comparedValue(comparedValue(text)) === comparedValue(text)))
})

test("every kind of object has a word", () => {
  assert.ok(OBJECT_KINDS.length > 40)
  const t = translator("en")
  const words = OBJECT_KINDS.map((name) => objectKindWord(t, name))
  assert.deepEqual(
    words.filter((word) => word === "" || /^(type|refusal)\./.test(word)),
    [],
  )
  assert.equal(new Set(words).size, words.length)
})

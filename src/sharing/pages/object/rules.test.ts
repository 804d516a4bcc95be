import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { formatOf, translator } from "../../../http/index.ts"
import { type Instant, parseInstant } from "../../../kernel/time.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { defangedText } from "../../../stix/index.ts"
import { scaleOf } from "./confidence.ts"
import { differencesOf } from "./differences.ts"
import { papIn, papOf, permissibleActions } from "./handling.ts"
import { patternLines } from "./pattern.ts"
import { opinionOf, tallyOf, verdictOf } from "./reactions.ts"
import { newRoom, type Showing } from "./showing.ts"
import { ageOf, standingOf, validityShown } from "./validity.ts"

const at = (text: string) => parseInstant(text) as Instant
const NOW = at("2026-06-13T00:00:00Z")

test("an indicator holds from its first instant until just before its last; revoked is stronger than all", () => {
  const indicator = (from: string, until?: string, more = {}): JsonObject => ({
    ...{ type: "indicator", valid_from: from, ...more },
    ...(until === undefined ? {} : { valid_until: until }),
  })
  const rows: [JsonObject, string | null][] = [
    [indicator("2026-06-13T00:00:00Z", "2026-06-14T00:00:00Z"), "valid"],
    [indicator("2026-06-13T00:00:00.000001Z"), "not-yet-valid"],
    [indicator("2026-01-01T00:00:00Z", "2026-06-13T00:00:00Z"), "expired"],
    [indicator("2026-01-01T00:00:00Z", "2026-06-13T00:00:00.000001Z"), "valid"],
    [indicator("2026-01-01T00:00:00Z"), "valid"],
    [indicator("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", { revoked: true }), "revoked"],
    [{ type: "malware", valid_until: "2020-01-01T00:00:00Z" }, null],
    [{ type: "malware", revoked: true }, "revoked"],
  ]
  for (const [object, standing] of rows) assert.equal(standingOf(object, NOW), standing, JSON.stringify(object))
})

test("decay is told in words, and as a share where there is an end", () => {
  const showing = (language: "en" | "zh-Hant"): Showing => ({
    ...{ t: translator(language), format: formatOf(language, "UTC"), language, now: NOW },
    ...{ names: new Map(), room: newRoom(), instrument: (id: string) => id },
  })
  const shown = (object: JsonObject, language: "en" | "zh-Hant" = "en") =>
    String(validityShown(showing(language), object))
  assert.match(
    shown({ valid_from: "2026-01-01T00:00:00Z", valid_until: "2026-06-01T00:00:00Z" }),
    /Expired 12 days ago\./,
  )
  assert.match(
    shown({ valid_from: "2026-01-01T00:00:00Z", valid_until: "2026-06-01T00:00:00Z" }, "zh-Hant"),
    /12 天前失效/,
  )
  assert.match(shown({ valid_from: "2026-06-15T00:00:00Z" }), /Becomes valid in 2 days\./)
  assert.match(
    shown({ valid_from: "2026-06-11T00:00:00Z", valid_until: "2026-06-15T00:00:00Z" }),
    /in 2 days; 50% of its time/,
  )
  assert.match(shown({ valid_from: "2026-01-01T00:00:00Z" }), /gave no end/)
  const age = (from: string, until: string) => ageOf({ from: at(from), until: at(until) }, NOW)
  assert.equal(age("2026-06-11T00:00:00Z", "2026-06-15T00:00:00Z"), 0.5)
  assert.equal(age("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), 1)
  assert.equal(age("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), null)
})

test("confidence has the words of STIX 2.1 appendix A", () => {
  const rows: [number, string | null][] = [
    ...([
      [0, "none"],
      [1, "low"],
      [29, "low"],
      [30, "medium"],
      [69, "medium"],
      [70, "high"],
      [100, "high"],
    ] as const),
    ...([
      [-1, null],
      [101, null],
      [Number.NaN, null],
    ] as const),
  ].map(([value, word]) => [value, word])
  for (const [value, word] of rows) assert.equal(scaleOf(value), word, String(value))
})

test("permissible actions are read as tools send them, and the strictest binds", () => {
  const texts: [string, string | null][] = [
    ["PAP:RED", "red"],
    ["pap:amber", "amber"],
    ["PAP:WHITE", "clear"],
    ["Handle as PAP:GREEN, not further", "green"],
    ["misp:PAP=red", null],
    ["RECAP:RED", null],
    ["PAP:REDACTED", null],
    ["TLP:RED", null],
  ]
  for (const [text, level] of texts) assert.equal(papIn(text), level, text)
  const opencti = {
    type: "marking-definition",
    name: "PAP:GREEN",
    definition_type: "pap",
    definition: { pap: "pap:green" },
  }
  const statement = { type: "marking-definition", definition_type: "statement", definition: { statement: "PAP:RED" } }
  assert.equal(papOf(opencti), "green")
  assert.equal(papOf({ ...opencti, name: "other", definition: { pap: "amber" } }), "amber")
  assert.equal(papOf(statement), "red")
  assert.equal(papOf({ definition_type: "statement", definition: { statement: "Copyright" } }), null)
  assert.equal(permissibleActions({ labels: ["PAP:GREEN"] }, [statement]), "red")
  assert.equal(permissibleActions({ labels: ["PAP:GREEN", "PAP:AMBER"] }, []), "amber")
  assert.equal(permissibleActions({ labels: ["other"] }, []), null)
})

test("a false alarm is known in the spelling of each tool; a count of 0 is one that was not seen", () => {
  const opencti = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
  const rows: [JsonObject, string][] = [
    [{}, "seen"],
    [{ count: 3 }, "seen"],
    [{ count: 0 }, "not-seen"],
    [{ x_opencti_negative: true, count: 2 }, "false-alarm"],
    [{ x_opencti_negative: false }, "seen"],
    [{ extensions: { [opencti]: { negative: true } } }, "false-alarm"],
    [{ extensions: { "extension-definition--00000000-0000-4000-8000-000000000000": { negative: true } } }, "seen"],
    [{ labels: ["false-positive"] }, "false-alarm"],
    [{ labels: ["not a false positive at all"] }, "seen"],
  ]
  for (const [object, verdict] of rows) assert.equal(verdictOf(object), verdict, JSON.stringify(object))
  const misp = { type: "opinion", opinion: "strongly-disagree", explanation: "False positive Sighting", authors: ["A"] }
  assert.equal(opinionOf(misp)?.falseAlarm, true)
  const lifted = {
    type: "x-misp-opinion",
    x_misp_opinion: "strongly-disagree",
    x_misp_explanation: "False positive Sighting",
  }
  assert.equal(opinionOf({ ...lifted, x_misp_author: "B" })?.falseAlarm, true)
  assert.deepEqual(opinionOf({ ...lifted, x_misp_author: "B" })?.authors, ["B"])
  assert.equal(opinionOf({ type: "note", opinion: "agree" }), null)
})

test("sightings add up: false alarms, what was not seen and what was withdrawn are not counted as seen", () => {
  const tally = tallyOf([
    { count: 3, first_seen: "2026-01-02T00:00:00Z", last_seen: "2026-01-05T00:00:00Z" },
    { first_seen: "2026-01-01T00:00:00Z" },
    { count: 0 },
    { count: 50, x_opencti_negative: true, last_seen: "2026-03-01T00:00:00Z" },
    { count: 90, revoked: true },
  ])
  const [first, last] = ["2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z"]
  assert.deepEqual(tally, { times: 4, seen: 2, notSeen: 1, falseAlarms: 1, first, last })
})

test("differences: markings first, lists by their items, nested properties by their path", () => {
  const before = {
    type: "x",
    id: "i",
    modified: "1",
    name: "A",
    labels: ["a", "b", "b"],
    deep: { x: 1, y: 2 },
    old: true,
  }
  const now = {
    ...{ type: "x", id: "i", modified: "2", name: "B", labels: ["b", "c"], deep: { x: 1, y: 3 }, fresh: 1 },
    object_marking_refs: ["m"],
  }
  assert.deepEqual(differencesOf(before, now), [
    { path: "object_marking_refs", is: "added", now: ["m"] },
    { path: "name", is: "changed", before: "A", now: "B" },
    { path: "labels", is: "items", added: ["c"], removed: ["a", "b"] },
    { path: "deep.y", is: "changed", before: 2, now: 3 },
    { path: "old", is: "removed", before: true },
    { path: "fresh", is: "added", now: 1 },
  ])
  assert.deepEqual(differencesOf({ labels: ["a", "b"] }, { labels: ["b", "a"] }), [
    { path: "labels", is: "changed", before: ["a", "b"], now: ["b", "a"] },
  ])
  assert.deepEqual(differencesOf({}, JSON.parse('{"toString": 1, "constructor": 2}')).length, 2)
})

test("no content differs from itself, and of two others each difference is seen from both sides", () => {
  const object = fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
  fc.assert(fc.property(object, (one) => differencesOf(one, structuredClone(one)).length === 0))
  fc.assert(fc.property(object, object, (a, b) => differencesOf(a, b).length === differencesOf(b, a).length))
})

test("a pattern is broken before its operators, never within quotes, and nothing of it is lost", () => {
  const lines = patternLines(
    "([file:name = 'a AND b' AND file:size > 1] FOLLOWEDBY [url:value = 'x\\' OR y']) WITHIN 5 MINUTES",
  )
  assert.deepEqual(lines, [
    { depth: 0, text: "([file:name = 'a AND b'" },
    { depth: 2, text: "AND file:size > 1]" },
    { depth: 1, text: "FOLLOWEDBY [url:value = 'x\\' OR y'])" },
    { depth: 0, text: "WITHIN 5 MINUTES" },
  ])
  assert.deepEqual(patternLines("[x:ANDROID = 'ORDER']"), [{ depth: 0, text: "[x:ANDROID = 'ORDER']" }])
  const bare = (text: string) => text.replaceAll(/\s/g, "")
  const signs = fc.string({ unit: fc.constantFrom("a", " ", "'", "\\", "[", "]", "(", ")", " AND ", " OR ") })
  fc.assert(
    fc.property(
      signs,
      (text) =>
        bare(
          patternLines(text)
            .map((line) => line.text)
            .join(""),
        ) === bare(text),
    ),
  )
})

test("values in a running text are defanged, clocks and words are not", () => {
  const rows: [string, string][] = [
    ["seen at 12:30:45 on 198.51.100.7", "seen at 12:30:45 on 198.51.100[.]7"],
    ["[url:value = 'http://evil.example/a']", "[url:value = 'hxxp://evil[.]example/a']"],
    ["(evil.example)", "(evil[.]example)"],
    ["plain words", "plain words"],
  ]
  for (const [text, shown] of rows) assert.equal(defangedText(text), shown)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { naiveSelect } from "../../test/support/naive-library.ts"
import { day, prepared, START } from "../../test/support/node-in-process.ts"
import { address, indicator, type Stix, stixId } from "../../test/support/stix.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import {
  judge,
  type Known,
  orderOf,
  type Prepared,
  type Standing,
  select,
  type VersionFilter,
  versionShown,
} from "./model.ts"

const [ours, theirs] = [stixId("identity"), stixId("identity")]
const base = indicator({ created_by_ref: ours })
const one = (object: Stix) => prepared(object)[0] as Prepared

function known(object: Stix, key: number): Known {
  const { spec, version, revoked, created, createdBy, canonical } = one(object)
  return { key, spec, version, revoked: revoked ? 1 : 0, created, created_by: createdBy, canonical, origin: "own" }
}

const at = (number: number, changes: object = {}): Stix => ({ ...base, modified: day(number), ...changes })

/** STIX 2.1 sections 3.5 and 3.6. */
test("whether an object is new, a duplicate or a conflict follows from the versions that are known", () => {
  const old = { spec_version: undefined, pattern_type: undefined, labels: ["x"] }
  const table: [name: string, held: Stix[], incoming: Stix, verdict: string][] = [
    ["nothing known", [], at(1), "new"],
    ["the same bytes", [at(1)], at(1), "duplicate 0"],
    ["members in another order", [at(1)], Object.fromEntries(Object.entries(at(1)).reverse()) as Stix, "duplicate 0"],
    [
      "the time in another precision",
      [at(1)],
      at(1, { modified: day(1).replace(".000Z", ".000000Z") }),
      "conflict content",
    ],
    ["other content, same version", [at(1)], at(1, { name: "x" }), "conflict content"],
    ["a later version", [at(1)], at(2), "new"],
    ["an earlier version", [at(2)], at(1), "new"],
    ["one between", [at(1), at(3)], at(2), "new"],
    ["the second of two", [at(1), at(3)], at(3), "duplicate 1"],
    ["a later version by another creator", [at(1)], at(2, { created_by_ref: theirs }), "conflict creator"],
    ["a later version by nobody", [at(1)], at(2, { created_by_ref: undefined }), "conflict creator"],
    ["by somebody, where nobody was named", [at(1, { created_by_ref: undefined })], at(2), "new"],
    ["the same version by another creator", [at(1)], at(1, { created_by_ref: theirs }), "conflict content"],
    ["behind a revoked one", [at(1), at(2, { revoked: true })], at(3), "conflict revoked"],
    ["before a revoked one", [at(2, { revoked: true })], at(1), "new"],
    ["the revoked one again", [at(2, { revoked: true })], at(2, { revoked: true }), "duplicate 0"],
    ["revoking", [at(1)], at(2, { revoked: true }), "new"],
    ["revoking twice", [at(1, { revoked: true })], at(2, { revoked: true }), "conflict revoked"],
    ["the same version, in STIX 2.0", [at(1)], at(1, old), "new"],
    ["that of STIX 2.0 again", [at(1), at(1, old)], at(1, old), "duplicate 1"],
    ["that of STIX 2.0, changed", [at(1), at(1, old)], at(1, { ...old, name: "y" }), "conflict content"],
  ]
  for (const [name, held, incoming, wanted] of table) {
    const found = judge(held.map(known), one(incoming), "own")
    const said =
      found.is === "duplicate" ? `duplicate ${found.object}` : found.is === "new" ? "new" : `conflict ${found.reason}`
    assert.equal(said, wanted, name)
  }
})

test("an observable has no versions: the same content is a duplicate, other content another object of that id", () => {
  const plain = address("198.51.100.9")
  assert.equal(judge([known(plain, 0)], one(plain), "own").is, "duplicate")
  assert.equal(judge([known(plain, 0)], one({ ...plain, defanged: true }), "own").is, "new")
})

const standing = (seq: number, spec: string, stamp: string | null): Standing => ({
  ...{ seq, spec, stamp, dateAdded: plusMicroseconds(START, seq) },
})

/** TAXII 2.1 section 3.4.1. */
test("a reader gets the versions that were asked for, of the newest specification unless others were asked for", () => {
  const entries = [
    standing(1, "2.1", day(5)),
    standing(2, "2.0", day(1)),
    standing(4, "2.1", day(3)),
    standing(7, "2.0", day(9)),
    standing(8, "2.1", day(4).replace(".000Z", ".000001Z")),
  ]
  const only = (at: string[]): VersionFilter => ({ first: false, last: false, at })
  const table: [specs: string[] | null, versions: VersionFilter, seqs: number[]][] = [
    [null, { first: false, last: true, at: [] }, [1]],
    [null, { first: true, last: false, at: [] }, [4]],
    [null, { first: true, last: true, at: [] }, [4, 1]],
    [null, "all", [4, 8, 1]],
    [null, only(["2022-01-04T00:00:00"]), [4]],
    [null, only(["2022-01-05T00:00:00"]), []],
    [null, only(["2022-01-05T00:00:00.000001"]), [8]],
    [null, { first: true, last: false, at: ["2022-01-06T00:00:00"] }, [4, 1]],
    [["2.0"], "all", [2, 7]],
    [["2.0"], { first: false, last: true, at: [] }, [7]],
    [["2.0", "2.1"], "all", [2, 4, 8, 1, 7]],
    [["2.0", "2.1"], { first: true, last: true, at: [] }, [2, 7]],
    [["2.2"], "all", []],
    [["2.1", "2.2"], { first: false, last: true, at: [] }, [1]],
  ]
  for (const [specs, versions, seqs] of table) {
    const found = select(entries, specs, versions).map(({ seq }) => seq)
    assert.deepEqual(found, seqs, JSON.stringify([specs, versions]))
  }
  const old = entries.filter(({ spec }) => spec === "2.0")
  assert.deepEqual(
    select(old, null, "all").map(({ seq }) => seq),
    [2, 7],
  )
})

test("any choice among any versions equals the naive one", () => {
  const stamp = fc.option(fc.integer({ min: 0, max: 4 }).map(day), { nil: null, freq: 6 })
  const entry = fc.record({ spec: fc.constantFrom("2.0", "2.1"), stamp })
  const filter: fc.Arbitrary<VersionFilter> = fc.oneof(
    fc.constant("all" as const),
    fc.record({
      first: fc.boolean(),
      last: fc.boolean(),
      at: fc.array(
        fc.integer({ min: 0, max: 4 }).map((number) => day(number).slice(0, 19)),
        { maxLength: 2 },
      ),
    }),
  )
  const specs = fc.option(fc.subarray(["2.0", "2.1", "2.2"]), { nil: null })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6 }), specs, filter, (list, wanted, versions) => {
      const entries = list.map(({ spec, stamp }, i) => standing(i, spec, stamp))
      const found = select(entries, wanted, versions).map(({ seq }) => seq)
      assert.deepEqual(
        found.toSorted((a, b) => a - b),
        naiveSelect(entries, wanted, versions),
      )
    }),
    { numRuns: 400 },
  )
})

test("what is shown as version is the text as it was sent; without one, the date it was added", () => {
  const short = { ...standing(0, "2.1", "2022-01-01T00:00:00Z"), dateAdded: START }
  assert.equal(versionShown(short), "2022-01-01T00:00:00Z")
  assert.equal(orderOf(short), "2022-01-01T00:00:00")
  const none = { ...short, stamp: null, dateAdded: (START + 5) as Instant }
  assert.equal(versionShown(none), "2026-01-01T00:00:00.000005Z")
  assert.equal(orderOf(none), "2026-01-01T00:00:00.000005")
})

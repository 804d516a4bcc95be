import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { bundle, EARLY, envelope, indicator, malware, stixId, text } from "../../test/support/stix.ts"
import type { Prepared } from "./model.ts"
import { type Batch, Preparation, unpack } from "./preparation.ts"
import { Preparer } from "./preparing.ts"

const preparer = new Preparer({ workers: 2, maxObjectBytes: 20_000 })
after(() => preparer.close())

type Outcome = { objects: Prepared[]; rejected: Batch["rejected"]; faults: Batch["fault"][] }

function prepare(chunks: readonly Uint8Array[], lift = false): Outcome {
  const preparation = new Preparation({ lift, maxObjectBytes: 20_000 })
  const batches = [...chunks.map((chunk) => preparation.push(chunk)), preparation.end()]
  return {
    objects: batches.flatMap(unpack),
    rejected: batches.flatMap(({ rejected }) => rejected),
    faults: batches.flatMap(({ fault }) => (fault === null ? [] : [fault])),
  }
}

function cut(body: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set([...places.map((place) => place % (body.length + 1)), body.length])].sort((a, b) => a - b)
  return ends.map((end, i) => body.subarray(i === 0 ? 0 : ends[i - 1], end))
}

const old = { ...malware({ labels: ["ransomware"] }), spec_version: undefined }
const observed = {
  ...{ type: "observed-data", id: stixId("observed-data"), created: EARLY, modified: EARLY },
  ...{ first_observed: EARLY, last_observed: EARLY, number_observed: 1 },
  objects: {
    "0": { type: "ipv4-addr", value: "198.51.100.3" },
    "1": { type: "domain-name", value: "example.org", resolves_to_refs: ["0"] },
  },
}
const body = Buffer.from(
  bundle(
    indicator({ name: "日本語 “quoted” \\ and }]{[" }),
    text(malware()).replace("{", "{\n  "),
    indicator({ modified: "never" }),
    text(old as never),
    indicator({ padding: "x".repeat(30_000) }),
    text(observed as never),
    indicator(),
  ),
)

test("objects, refusals and their places are the same wherever the body was cut", () => {
  for (const lift of [false, true]) {
    const whole = prepare([body], lift)
    assert.equal(whole.objects.length, lift ? 7 : 5)
    assert.deepEqual(
      whole.rejected.map(({ position, code }) => [position, code]),
      [
        [2, "stix.timestamp"],
        [4, "object.too-large"],
      ],
    )
    fc.assert(
      fc.property(fc.array(fc.nat({ max: body.length }), { maxLength: 12 }), (places) => {
        assert.deepEqual(prepare(cut(body, places), lift), whole)
      }),
      { numRuns: 60 },
    )
    assert.deepEqual(
      prepare(
        cut(
          body,
          Array.from({ length: body.length / 7 }, (_, i) => i * 7),
        ),
        lift,
      ),
      whole,
    )
  }
})

test("the bytes of an object are those between its braces, and its offset says where they stood", () => {
  for (const { bytes, offset, position, liftedFrom } of prepare([body]).objects) {
    assert.ok(body.subarray(offset, offset + bytes.length).equals(bytes), `object ${position}`)
    assert.equal(liftedFrom, null)
  }
})

test("an object of STIX 2.0 becomes one of 2.1 and keeps what it was; observables in it become objects", () => {
  const lifted = prepare([body], true).objects.filter(({ position }) => position === 3 || position === 5)
  const found = lifted.map(({ type, spec, liftedFrom }) => `${type} ${spec} ${liftedFrom}`)
  assert.deepEqual(
    found.sort(),
    [
      "domain-name 2.1 null",
      "ipv4-addr 2.1 null",
      `malware 2.1 ${text(old as never)}`,
      `observed-data 2.1 ${text(observed as never)}`,
    ].sort(),
  )
  const kept = prepare([body], false).objects.filter(({ position }) => position === 3)
  assert.deepEqual(
    kept.map(({ spec, bytes }) => [spec, bytes.toString()]),
    [["2.0", text(old as never)]],
  )
})

test("a body that breaks off or is no list gives what stood before the fault, and the fault once", () => {
  const cases: [name: string, body: string, objects: number, code: string][] = [
    ["cut", envelope(indicator(), indicator()).slice(0, -10), 1, "json.truncated"],
    ["nothing", "", 0, "json.truncated"],
    ["no list", '{"type":"bundle"}', 0, "json.no-objects"],
    ["more behind", `${envelope(indicator())}x`, 1, "json.syntax"],
  ]
  for (const [name, text, objects, code] of cases) {
    for (const size of [1, 13, 1000]) {
      const bytes = Buffer.from(text)
      const places = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size)
      const outcome = prepare(cut(bytes, places))
      assert.equal(outcome.objects.length, objects, `${name}, ${size}`)
      assert.deepEqual(
        outcome.faults.slice(0, 1).map((fault) => fault?.code),
        [code],
        `${name}, ${size}`,
      )
    }
  }
})

test("workers give what the same thread would, for many bodies at once", async () => {
  const wanted = prepare([body], true)
  const bodies = await Promise.all(Array.from({ length: 9 }, () => preparer.whole(body, true)))
  for (const { objects, rejected, fault } of bodies) {
    assert.deepEqual([objects, rejected, fault], [wanted.objects, wanted.rejected, null])
  }
  const sessions = [preparer.open(true), preparer.open(true)]
  const found: Prepared[][] = [[], []]
  for (const chunk of cut(body, [100, 2000, 31_000])) {
    for (const [i, session] of sessions.entries()) found[i]?.push(...(await session.push(chunk)).objects)
  }
  for (const [i, session] of sessions.entries()) {
    found[i]?.push(...(await session.end()).objects)
    session.close()
  }
  assert.deepEqual(found, [wanted.objects, wanted.objects])
})

test("a chunk that was handed over stays the caller's", async () => {
  const chunk = Buffer.from(envelope(indicator()))
  const before = chunk.toString()
  await preparer.whole(chunk, false)
  assert.equal(chunk.toString(), before)
})

test("a session that was closed answers no more, and others go on", async () => {
  const session = preparer.open(false)
  session.close()
  await assert.rejects(session.push(body), { kind: "unavailable", code: "worker.gone" })
  assert.equal((await preparer.whole(body, false)).objects.length, 5)
})

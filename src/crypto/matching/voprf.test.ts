import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { type Packed, pack } from "./packed.ts"
import { Ristretto } from "./ristretto.ts"
import { BATCH_MOST, openVoprf, oprfOf } from "./voprf.ts"

const group = await Ristretto.open()
const voprf = await openVoprf()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const bytes = (text: string) => Buffer.from(text, "hex")
const refusal = (kind: string, code: string) => ({ name: "ComityError", kind, code })
const invalid = refusal("invalid", "match.element")
const size = refusal("invalid", "match.size")
const unproven = refusal("refused", "match.proof")
const order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")

test("all vectors of RFC 9497 for ristretto255-SHA512, without and with proof, give what they should", () => {
  let checked = 0
  for (const suite of rfc9497()) {
    const keys = oprfOf(group, suite.mode).deriveKeyPair(bytes(suite.seed), bytes(suite.keyInfo))
    assert.equal(hex(keys.sk), suite.skSm)
    if (suite.pkSm !== undefined) {
      assert.equal(hex(keys.pk), suite.pkSm)
      assert.deepEqual(voprf.deriveKeyPair(bytes(suite.seed), bytes(suite.keyInfo)), keys)
    }
    for (const vector of suite.vectors) {
      if (vector.Proof === undefined) checkWithout(keys.sk, vector)
      else checkWith(keys, { ...vector, Proof: vector.Proof })
      checked++
    }
  }
  assert.equal(checked, 5)
})

test("where the whole set of vectors of RFC 9497 lies beside, those here are the ones in it", (t) => {
  const whole = new URL("../../../../shared/reference/vectors/voprf/allVectors.json", import.meta.url)
  if (!existsSync(whole)) return t.diagnostic("it does not")
  const all = (JSON.parse(readFileSync(whole, "utf8")) as Suite[]).filter(
    ({ identifier, mode }) => identifier === "ristretto255-SHA512" && mode < 2,
  )
  assert.deepEqual(rfc9497(), all)
})

test("ristretto255 is the one of RFC 9496: multiples of the generator, and the one-way map", () => {
  const { multiples, maps } = rfc9496()
  assert.equal(multiples.length, 16)
  for (const [index, multiple] of multiples.entries()) {
    group.put("scalar", Uint8Array.of(index, ...Buffer.alloc(31)))
    assert.equal(group.multiplyBase("point", "scalar"), index > 0)
    if (index === 0) continue
    assert.ok(group.holds("point", bytes(multiple)), `${index} times the generator`)
    group.put("first", bytes(multiples[index - 1] ?? ""))
    group.put("second", bytes(multiples[1] ?? ""))
    assert.ok(group.add("sum", "first", "second") && group.holds("sum", bytes(multiple)))
  }
  assert.equal(maps.length, 11)
  for (const { uniform, element } of maps) {
    group.put("wide", bytes(uniform), 0, 64)
    group.map()
    assert.ok(group.holds("point", bytes(element)), uniform)
  }
})

test("encodings that RFC 9496 forbids, and the identity, are refused wherever they may arrive", () => {
  const { invalid: forbidden, multiples } = rfc9496()
  const keys = voprf.newKeyPair()
  const items = pack([Buffer.from("one"), Buffer.from("other")])
  const { blinds, blinded } = voprf.blind(items)
  const { evaluated, proof } = voprf.blindEvaluate(keys.sk, keys.pk, blinded)
  assert.equal(forbidden.length, 29)
  for (const bad of [...forbidden, multiples[0] ?? ""]) {
    const [asked, answered] = [Buffer.from(blinded), Buffer.from(evaluated)]
    asked.set(bytes(bad), 32)
    answered.set(bytes(bad), 32)
    assert.throws(() => voprf.blindEvaluate(keys.sk, keys.pk, asked), invalid, bad)
    assert.throws(() => voprf.finalize(items, blinds, blinded, answered, keys.pk, proof), invalid, bad)
    assert.throws(() => voprf.finalize(items, blinds, blinded, evaluated, bytes(bad), proof), unproven, bad)
  }
})

test("who asks learns what the key alone computes, for any item and any filling", () => {
  const keys = voprf.newKeyPair()
  const items = pack([Buffer.alloc(0), Buffer.from("x"), randomBytes(300), Buffer.alloc(65_535, 7)])
  const { blinds, blinded } = voprf.blind(items, 9)
  assert.equal(blinded.length, 9 * 32)
  assert.equal(blinds.length, 4 * 32)
  const { evaluated, proof } = voprf.blindEvaluate(keys.sk, keys.pk, blinded)
  const outputs = voprf.finalize(items, blinds, blinded, evaluated, keys.pk, proof)
  assert.equal(hex(outputs), hex(voprf.evaluate(keys.sk, items)))
  assert.notEqual(hex(outputs), hex(voprf.evaluate(voprf.newKeyPair().sk, items)))
  assert.notEqual(hex(blinded), hex(voprf.blind(items, 9).blinded))
  assert.throws(() => voprf.evaluate(keys.sk, pack([Buffer.alloc(65_536)])), RangeError)
})

test("an answer under another key, of other elements, in another order or with a changed proof is refused whole", () => {
  const keys = voprf.newKeyPair()
  const items = pack([Buffer.from("a"), Buffer.from("b"), Buffer.from("c")])
  const { blinds, blinded } = voprf.blind(items)
  const { evaluated, proof } = voprf.blindEvaluate(keys.sk, keys.pk, blinded)
  const other = voprf.newKeyPair()
  const swapped = Buffer.concat([evaluated.subarray(32, 64), evaluated.subarray(0, 32), evaluated.subarray(64)])
  const mixed = Buffer.concat([
    evaluated.subarray(0, 64),
    voprf.blindEvaluate(other.sk, other.pk, blinded).evaluated.subarray(64),
  ])
  const under = voprf.blindEvaluate(other.sk, other.pk, blinded)
  const wrong: [Uint8Array, Uint8Array, Uint8Array][] = [
    [evaluated, other.pk, proof],
    [under.evaluated, keys.pk, under.proof],
    [under.evaluated, keys.pk, proof],
    [swapped, keys.pk, proof],
    [mixed, keys.pk, proof],
    [mixed, keys.pk, voprf.blindEvaluate(keys.sk, keys.pk, blinded).proof],
    ...[0, 31, 32, 63].map((at) => [evaluated, keys.pk, flipped(proof, at)] as [Uint8Array, Uint8Array, Uint8Array]),
    [evaluated, keys.pk, new Uint8Array(64)],
    [evaluated, keys.pk, plusOrder(proof)],
  ]
  for (const [answered, pk, shown] of wrong)
    assert.throws(() => voprf.finalize(items, blinds, blinded, answered, pk, shown), unproven)
  const fewer = pack([Buffer.from("a"), Buffer.from("b")])
  const asked = voprf.blind(fewer)
  assert.throws(
    () => voprf.finalize(fewer, asked.blinds, asked.blinded, evaluated.subarray(0, 64), keys.pk, proof),
    unproven,
  )
})

test("wrong sizes are refused", () => {
  const { sk, pk } = voprf.newKeyPair()
  const items = pack([Buffer.from("a"), Buffer.from("b")])
  const { blinds, blinded } = voprf.blind(items)
  const { evaluated, proof } = voprf.blindEvaluate(sk, pk, blinded)
  const more = new Uint8Array(96)
  const wrong = [
    () => voprf.blindEvaluate(sk.subarray(1), pk, blinded),
    () => voprf.blindEvaluate(sk, pk.subarray(1), blinded),
    () => voprf.blindEvaluate(sk, pk, blinded.subarray(1)),
    () => voprf.blindEvaluate(sk, pk, new Uint8Array(0)),
    () => voprf.blindEvaluate(sk, pk, new Uint8Array((BATCH_MOST + 1) * 32)),
    () => voprf.finalize(items, blinds.subarray(32), blinded, evaluated, pk, proof),
    () => voprf.finalize(items, blinds, blinded.subarray(32), evaluated.subarray(32), pk, proof),
    () => voprf.finalize(items, blinds, blinded, more, pk, proof),
    () => voprf.finalize(items, blinds, blinded, evaluated, more, proof),
    () => voprf.finalize(items, blinds, blinded, evaluated, pk, more),
    () => voprf.blind(pack([])),
    () => voprf.blind(items, 1),
    () => voprf.blind(items, BATCH_MOST + 1),
    () => voprf.blind(items, 2, more),
    () => voprf.evaluate(more, items),
    () => voprf.deriveKeyPair(more, sk),
    () => voprf.deriveKeyPair(sk, new Uint8Array(256)),
  ]
  for (const call of wrong) assert.throws(call, size, String(call))
  assert.throws(() => voprf.evaluate(new Uint8Array(32), items), invalid)
  assert.throws(() => voprf.blind(items, 2, new Uint8Array(64)), invalid)
})

test("no key, blind or item stays on the heap", async () => {
  const secret = Buffer.from("a very particular item")
  const { sk, pk } = voprf.newKeyPair()
  const items = pack([secret])
  const { blinds, blinded } = voprf.blind(items)
  const { evaluated, proof } = voprf.blindEvaluate(sk, pk, blinded)
  voprf.finalize(items, blinds, blinded, evaluated, pk, proof)
  voprf.evaluate(sk, items)
  const { default: sodium } = await import("libsodium-wrappers-sumo")
  const heap = Buffer.from((sodium as unknown as { libsodium: { HEAPU8: Uint8Array } }).libsodium.HEAPU8)
  for (const [name, kept] of Object.entries({ sk, blinds, secret })) assert.equal(heap.indexOf(kept), -1, name)
})

type Vector = {
  Blind: string
  BlindedElement: string
  EvaluationElement: string
  Input: string
  Output: string
  Proof?: { proof: string; r: string }
}
type Suite = {
  identifier: string
  mode: 0 | 1
  seed: string
  keyInfo: string
  skSm: string
  pkSm?: string
  vectors: Vector[]
}

function checkWithout(sk: Uint8Array, vector: Vector): void {
  const oprf = oprfOf(group, 0)
  const items = inputs(vector)
  const { blinds, blinded } = oprf.blind(items, undefined, bytes(vector.Blind))
  assert.equal(hex(blinded), vector.BlindedElement)
  const evaluated = oprf.evaluateBlinded(sk, blinded)
  assert.equal(hex(evaluated), vector.EvaluationElement)
  assert.equal(hex(oprf.finalize(items, blinds, evaluated)), vector.Output)
  assert.equal(hex(oprf.evaluate(sk, items)), vector.Output)
}

function checkWith({ sk, pk }: { sk: Uint8Array; pk: Uint8Array }, vector: Required<Vector>): void {
  const joined = (text: string) => text.replaceAll(",", "")
  const items = inputs(vector)
  const { blinds, blinded } = voprf.blind(items, undefined, bytes(joined(vector.Blind)))
  assert.equal(hex(blinded), joined(vector.BlindedElement))
  const { evaluated, proof } = voprf.blindEvaluate(sk, pk, blinded, bytes(vector.Proof.r))
  assert.equal(hex(evaluated), joined(vector.EvaluationElement))
  assert.equal(hex(proof), vector.Proof.proof)
  assert.equal(hex(voprf.finalize(items, blinds, blinded, evaluated, pk, proof)), joined(vector.Output))
  assert.equal(hex(voprf.evaluate(sk, items)), joined(vector.Output))
}

function inputs(vector: Vector): Packed {
  return pack(vector.Input.split(",").map(bytes))
}

function flipped(proof: Uint8Array, at: number): Uint8Array {
  const changed = Buffer.from(proof)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

/** The same proof with another spelling of its response: adding the order of the group changes nothing but the bytes. */
function plusOrder(proof: Uint8Array): Uint8Array {
  const changed = Buffer.from(proof)
  let carry = 0
  for (let i = 0; i < 32; i++) {
    carry += (changed[32 + i] ?? 0) + (order[i] ?? 0)
    changed[32 + i] = carry & 255
    carry >>= 8
  }
  return changed
}

function rfc9497(): Suite[] {
  return vectors("voprf-ristretto255")
}

function rfc9496(): { multiples: string[]; invalid: string[]; maps: { uniform: string; element: string }[] } {
  return vectors("ristretto255")
}

function vectors<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`../../../vectors/matching/${name}.json`, import.meta.url), "utf8"))
}

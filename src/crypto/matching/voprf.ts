import { randomFillSync } from "node:crypto"
import { ComityError } from "../../kernel/errors.ts"
import { type Asked, prove, proves, type Tags, wrongElement } from "./dleq.ts"
import { endOf, type Packed, startOf } from "./packed.ts"
import { Ristretto } from "./ristretto.ts"

/** RFC 9497, mode 0x01 (VOPRF) of ristretto255-SHA512. Elements and scalars are 32 bytes each, one after the other. */
export const VOPRF_SUITE = "VOPRF-ristretto255-SHA512-v1"

/** A proof counts its elements in two bytes. */
export const BATCH_MOST = 65_535

export type VoprfKeys = { readonly sk: Uint8Array; readonly pk: Uint8Array }

/** What a question sends, and what is kept of it until the answer. */
export type Blinded = { readonly blinds: Uint8Array; readonly blinded: Uint8Array }

export type Answer = { readonly evaluated: Uint8Array; readonly proof: Uint8Array }

export type Voprf = {
  newKeyPair(): VoprfKeys
  deriveKeyPair(seed: Uint8Array, info: Uint8Array): VoprfKeys
  /** With `size`, further elements that come from no item fill up to it: a question tells no more than its padded size. */
  blind(items: Packed, size?: number, blinds?: Uint8Array): Blinded
  /** `random` is for the vectors alone. */
  blindEvaluate(sk: Uint8Array, pk: Uint8Array, blinded: Uint8Array, random?: Uint8Array): Answer
  /** The output of each item, 64 bytes. Refuses all if the proof does not hold for everything that was sent. */
  finalize(
    items: Packed,
    blinds: Uint8Array,
    blinded: Uint8Array,
    evaluated: Uint8Array,
    pk: Uint8Array,
    proof: Uint8Array,
  ): Uint8Array
  /** The same outputs for who has the key. */
  evaluate(sk: Uint8Array, items: Packed): Uint8Array
}

let opened: Promise<Voprf> | null = null

/** One for each thread, loaded when first asked for: WebAssembly, since the machine code offers no ristretto255. */
export function openVoprf(): Promise<Voprf> {
  opened ??= Ristretto.open().then((group) => voprf(group))
  return opened
}

function voprf(group: Ristretto): Voprf {
  const oprf = oprfOf(group, 1)
  return {
    newKeyPair: () => wiping(group, () => oprf.newKeyPair()),
    deriveKeyPair: (seed, info) => wiping(group, () => oprf.deriveKeyPair(seed, info)),
    blind: (items, size, blinds) => wiping(group, () => oprf.blind(items, size, blinds)),
    blindEvaluate: (sk, pk, blinded, random) =>
      wiping(group, () => {
        if (pk.length !== 32) throw wrongSize()
        const evaluated = oprf.evaluateBlinded(sk, blinded)
        if (random === undefined) group.put("wide", randomFillSync(new Uint8Array(64)), 0, 64)
        else group.put("wide", Buffer.concat([random, Buffer.alloc(32)]), 0, 64)
        group.reduce("blind")
        return { evaluated, proof: prove(group, oprf.tags, { key: pk, blinded, evaluated }) }
      }),
    finalize: (items, blinds, blinded, evaluated, pk, proof) =>
      wiping(group, () => {
        if (blinds.length !== items.ends.length * 32 || blinds.length > blinded.length) throw wrongSize()
        checkAnswer({ key: pk, blinded, evaluated }, proof)
        if (!proves(group, oprf.tags, { key: pk, blinded, evaluated }, proof))
          throw new ComityError("refused", "match.proof")
        return oprf.finalize(items, blinds, evaluated)
      }),
    evaluate: (sk, items) => wiping(group, () => oprf.evaluate(sk, items)),
  }
}

function wiping<Result>(group: Ristretto, work: () => Result): Result {
  try {
    return work()
  } finally {
    group.wipe()
  }
}

function checkAnswer({ key, blinded, evaluated }: Asked, proof: Uint8Array): void {
  checkBatch(blinded)
  if (evaluated.length !== blinded.length || proof.length !== 64 || key.length !== 32) throw wrongSize()
}

function checkBatch(elements: Uint8Array): void {
  const count = elements.length / 32
  if (!Number.isInteger(count) || count < 1 || count > BATCH_MOST) throw wrongSize()
}

function wrongSize(): ComityError {
  return new ComityError("invalid", "match.size")
}

type Oprf = {
  readonly tags: Tags
  newKeyPair(): VoprfKeys
  deriveKeyPair(seed: Uint8Array, info: Uint8Array): VoprfKeys
  blind(items: Packed, size?: number, blinds?: Uint8Array): Blinded
  evaluateBlinded(sk: Uint8Array, blinded: Uint8Array): Uint8Array
  finalize(items: Packed, blinds: Uint8Array, evaluated: Uint8Array): Uint8Array
  evaluate(sk: Uint8Array, items: Packed): Uint8Array
}

/** What modes 0 and 1 have in common, which is all but the proof. Secrets stay on the heap: the caller wipes it. */
export function oprfOf(group: Ristretto, mode: 0 | 1): Oprf {
  const context = Buffer.concat([Buffer.from("OPRFV1-"), Buffer.of(mode), Buffer.from("-ristretto255-SHA512")])
  const tags = {
    group: tagOf("HashToGroup-", context),
    scalar: tagOf("HashToScalar-", context),
    seed: Buffer.concat([Buffer.from("Seed-"), context]),
  }
  return {
    tags,
    newKeyPair: () => newKeyPair(group),
    deriveKeyPair: (seed, info) => deriveKeyPair(group, tagOf("DeriveKeyPair", context), seed, info),
    blind: (items, size, given) => blind(group, tags, items, size ?? items.ends.length, given),
    evaluateBlinded: (sk, blinded) => evaluateBlinded(group, sk, blinded),
    finalize: (items, blinds, evaluated) => finalize(group, items, blinds, evaluated),
    evaluate: (sk, items) => evaluate(group, tags, sk, items),
  }
}

/** A tag is followed by its own length wherever it is used to expand a text. */
function tagOf(name: string, context: Buffer): Uint8Array {
  return Buffer.concat([Buffer.from(name), context, Buffer.of(name.length + context.length)])
}

function newKeyPair(group: Ristretto): VoprfKeys {
  group.put("wide", randomFillSync(new Uint8Array(64)), 0, 64)
  group.reduce("key")
  return keysIn(group)
}

function deriveKeyPair(group: Ristretto, tag: Uint8Array, seed: Uint8Array, info: Uint8Array): VoprfKeys {
  if (seed.length !== 32 || info.length > 255) throw wrongSize()
  for (let counter = 0; counter < 256; counter++) {
    group.begin(128)
    group.append(seed)
    group.appendNumber(info.length)
    group.append(info)
    group.append(Uint8Array.of(counter))
    group.expand(tag)
    group.reduce("key")
    if (group.multiplyBase("point", "key")) return keysIn(group)
  }
  throw wrongElement()
}

function keysIn(group: Ristretto): VoprfKeys {
  const keys = { sk: new Uint8Array(32), pk: new Uint8Array(32) }
  if (!group.multiplyBase("point", "key")) throw wrongElement()
  group.take("key", keys.sk)
  group.take("point", keys.pk)
  return keys
}

function blind(group: Ristretto, tags: Tags, items: Packed, size: number, given?: Uint8Array): Blinded {
  const count = items.ends.length
  if (size < count || size < 1 || size > BATCH_MOST) throw wrongSize()
  if (given !== undefined && given.length !== count * 32) throw wrongSize()
  const random = randomFillSync(new Uint8Array(size * 64))
  const blinds = new Uint8Array(count * 32)
  const blinded = new Uint8Array(size * 32)
  for (let i = 0; i < count; i++) {
    hashToGroup(group, tags, items, i)
    group.put("wide", random, i * 64, 64)
    if (given === undefined) group.reduce("blind")
    else group.put("blind", given, i * 32)
    if (!group.multiply("product", "blind", "point")) throw wrongElement()
    group.take("blind", blinds, i * 32)
    group.take("product", blinded, i * 32)
  }
  for (let i = count; i < size; i++) {
    group.put("wide", random, i * 64, 64)
    group.map()
    group.take("point", blinded, i * 32)
  }
  random.fill(0)
  return { blinds, blinded }
}

function evaluateBlinded(group: Ristretto, sk: Uint8Array, blinded: Uint8Array): Uint8Array {
  if (sk.length !== 32) throw wrongSize()
  checkBatch(blinded)
  const evaluated = new Uint8Array(blinded.length)
  group.put("key", sk)
  for (let at = 0; at < blinded.length; at += 32) {
    group.put("point", blinded, at)
    if (!group.multiply("product", "key", "point")) throw wrongElement()
    group.take("product", evaluated, at)
  }
  return evaluated
}

function finalize(group: Ristretto, items: Packed, blinds: Uint8Array, evaluated: Uint8Array): Uint8Array {
  const outputs = new Uint8Array(items.ends.length * 64)
  for (let i = 0; i < items.ends.length; i++) {
    group.put("blind", blinds, i * 32)
    group.put("point", evaluated, i * 32)
    if (!group.invert("scalar", "blind") || !group.multiply("product", "scalar", "point")) throw wrongElement()
    output(group, items, i, outputs)
  }
  return outputs
}

function evaluate(group: Ristretto, tags: Tags, sk: Uint8Array, items: Packed): Uint8Array {
  if (sk.length !== 32) throw wrongSize()
  const outputs = new Uint8Array(items.ends.length * 64)
  group.put("key", sk)
  for (let i = 0; i < items.ends.length; i++) {
    hashToGroup(group, tags, items, i)
    if (!group.multiply("product", "key", "point")) throw wrongElement()
    output(group, items, i, outputs)
  }
  return outputs
}

function hashToGroup(group: Ristretto, tags: Tags, items: Packed, index: number): void {
  group.begin(128)
  group.append(items.bytes, startOf(items, index), endOf(items, index))
  group.expand(tags.group)
  group.map()
}

const FINALIZE = Buffer.from("Finalize")

/** The hash of an item and of what stands in slot `product`. */
function output(group: Ristretto, items: Packed, index: number, into: Uint8Array): void {
  const start = startOf(items, index)
  const end = endOf(items, index)
  group.begin()
  group.appendNumber(end - start)
  group.append(items.bytes, start, end)
  group.appendNumber(32)
  group.appendSlot("product")
  group.append(FINALIZE)
  group.digest()
  group.take("wide", into, index * 64, 64)
}

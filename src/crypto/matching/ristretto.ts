import { type RawSodium, rawSodium, reserve } from "./heap.ts"
import { ITEM_LONGEST } from "./packed.ts"

/** Places of 32 bytes, `wide` of 64. What is secret stands in `key`, `blind`, `scalar` and `product`. */
const SLOTS = {
  key: 0,
  blind: 32,
  scalar: 64,
  other: 96,
  point: 128,
  product: 160,
  sum: 192,
  image: 224,
  first: 256,
  second: 288,
  wide: 320,
} as const
export type Slot = keyof typeof SLOTS

const MESSAGE = 384
/** A longest item, and what RFC 9497 puts around it: a block of zeros, lengths, names. */
const MESSAGE_LONGEST = ITEM_LONGEST + 1_024
const ALL = MESSAGE + MESSAGE_LONGEST
const ELEMENT = 32

/**
 * ristretto255 and SHA-512 on one piece of libsodium's heap: numbers and points stand in slots, and a text that is to be
 * hashed is written piece by piece. Nothing is allocated for an item. Whoever put secrets in wipes it before returning.
 */
export class Ristretto {
  readonly #raw: RawSodium
  readonly #base: number
  #cursor = 0
  #longest = 0

  private constructor(raw: RawSodium) {
    this.#raw = raw
    this.#base = reserve(raw, ALL)
  }

  static async open(): Promise<Ristretto> {
    return new Ristretto(await rawSodium())
  }

  put(slot: Slot, bytes: Uint8Array, from = 0, length = ELEMENT): void {
    const heap = this.#raw.HEAPU8
    const place = this.#at(slot)
    for (let i = 0; i < length; i++) heap[place + i] = bytes[from + i] ?? 0
  }

  take(slot: Slot, into: Uint8Array, to = 0, length = ELEMENT): void {
    const heap = this.#raw.HEAPU8
    const place = this.#at(slot)
    for (let i = 0; i < length; i++) into[to + i] = heap[place + i] ?? 0
  }

  copy(into: Slot, from: Slot): void {
    this.#raw.HEAPU8.copyWithin(this.#at(into), this.#at(from), this.#at(from) + ELEMENT)
  }

  holds(slot: Slot, bytes: Uint8Array, from = 0): boolean {
    const heap = this.#raw.HEAPU8
    let different = 0
    for (let i = 0; i < ELEMENT; i++) different |= (heap[this.#at(slot) + i] ?? 0) ^ (bytes[from + i] ?? 0)
    return different === 0
  }

  /** Begins a text; for `expand` with the block of zeros that stands before it (RFC 9380, section 5.3.1). */
  begin(zeros: 0 | 128 = 0): void {
    this.#cursor = 0
    this.#room(zeros)
    this.#raw.HEAPU8.fill(0, this.#base + MESSAGE, this.#base + MESSAGE + zeros)
  }

  append(bytes: Uint8Array, from = 0, to = bytes.length): void {
    const heap = this.#raw.HEAPU8
    let place = this.#room(to - from)
    for (let i = from; i < to; i++) heap[place++] = bytes[i] ?? 0
  }

  /** A number in two bytes, as RFC 9497 writes each length. */
  appendNumber(number: number): void {
    const place = this.#room(2)
    this.#raw.HEAPU8[place] = number >> 8
    this.#raw.HEAPU8[place + 1] = number & 255
  }

  appendSlot(slot: Slot, length = ELEMENT): void {
    const place = this.#room(length)
    this.#raw.HEAPU8.copyWithin(place, this.#at(slot), this.#at(slot) + length)
  }

  /** wide ← SHA-512 of the text. */
  digest(): void {
    this.#raw._crypto_hash_sha512(this.#at("wide"), this.#base + MESSAGE, this.#cursor, 0)
  }

  /** wide ← expand_message_xmd of the text that `begin(128)` began; `tag` ends in its own length. */
  expand(tag: Uint8Array): void {
    this.append(SIXTY_FOUR)
    this.append(tag)
    this.digest()
    this.begin()
    this.appendSlot("wide", 64)
    this.append(FIRST)
    this.append(tag)
    this.digest()
  }

  /** point ← the one-way map of wide (RFC 9496, section 4.3.4). */
  map(): void {
    this.#raw._crypto_core_ristretto255_from_hash(this.#at("point"), this.#at("wide"))
  }

  /** slot ← wide modulo the order of the group. */
  reduce(slot: Slot): void {
    this.#raw._crypto_core_ristretto255_scalar_reduce(this.#at(slot), this.#at("wide"))
  }

  invert(into: Slot, scalar: Slot): boolean {
    return this.#raw._crypto_core_ristretto255_scalar_invert(this.#at(into), this.#at(scalar)) === 0
  }

  /** into ← minus − one · other. */
  subtractProduct(into: Slot, minus: Slot, one: Slot, other: Slot): void {
    this.#raw._crypto_core_ristretto255_scalar_mul(this.#at(into), this.#at(one), this.#at(other))
    this.#raw._crypto_core_ristretto255_scalar_sub(this.#at(into), this.#at(minus), this.#at(into))
  }

  /** False if the point is none, or the product is the identity. */
  multiply(into: Slot, scalar: Slot, point: Slot): boolean {
    return this.#raw._crypto_scalarmult_ristretto255(this.#at(into), this.#at(scalar), this.#at(point)) === 0
  }

  /** False if the scalar is zero. */
  multiplyBase(into: Slot, scalar: Slot): boolean {
    return this.#raw._crypto_scalarmult_ristretto255_base(this.#at(into), this.#at(scalar)) === 0
  }

  add(into: Slot, one: Slot, other: Slot): boolean {
    return this.#raw._crypto_core_ristretto255_add(this.#at(into), this.#at(one), this.#at(other)) === 0
  }

  wipe(): void {
    this.#raw.HEAPU8.fill(0, this.#base, this.#base + MESSAGE + this.#longest)
    this.#longest = 0
  }

  #at(slot: Slot): number {
    return this.#base + SLOTS[slot]
  }

  #room(length: number): number {
    const place = this.#base + MESSAGE + this.#cursor
    this.#cursor += length
    if (this.#cursor > MESSAGE_LONGEST) throw new RangeError("a text is longer than any item")
    if (this.#cursor > this.#longest) this.#longest = this.#cursor
    return place
  }
}

/** The length that is asked for, in two bytes, and the 0 that stands before the tag of the first hash. */
const SIXTY_FOUR = Uint8Array.of(0, 64, 0)
const FIRST = Uint8Array.of(1)

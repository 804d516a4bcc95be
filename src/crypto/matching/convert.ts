/**
 * From points of edwards25519 to the u-coordinates that X25519 takes: u = (1 + y) / (1 − y) modulo p = 2^255 − 19 (RFC 7748,
 * section 4.1), many with one inversion (Montgomery's trick). libsodium's own conversion checks each point for its order
 * first, which the points that it has just made need not, and which costs more than the multiplication after it.
 *
 * A number is 11 limbs of 24 bits, least first, in doubles: sums of products stay below 2^53, and the time that a step takes
 * does not depend on the values, which come from the items of a list.
 */
const LIMBS = 11
const RADIX = 2 ** 24
/** 2^264, which is where the limbs end, modulo p. */
const OVER = 19 * 2 ** 9
/** The highest limb holds 15 bits of a number below 2^255. */
const TOP = 2 ** 15

/** `into[i]` becomes the u of the point whose encoding (y and the sign of x) is `points[i]`; 0 for y = 1, which has none. */
export function toMontgomery(points: Uint8Array, into: Uint8Array): void {
  const count = points.length / 32
  const differences = new Float64Array(count * LIMBS)
  const products = new Float64Array((count + 1) * LIMBS)
  products[0] = 1
  for (let i = 0; i < count; i++) {
    unpackDifference(points, i * 32, differences, i * LIMBS)
    multiply(products, (i + 1) * LIMBS, products, i * LIMBS, differences, i * LIMBS)
  }
  const inverse = new Float64Array(LIMBS)
  invert(inverse, products, count * LIMBS)
  const one = new Float64Array(LIMBS)
  for (let i = count - 1; i >= 0; i--) {
    multiply(one, 0, inverse, 0, products, i * LIMBS)
    multiply(inverse, 0, inverse, 0, differences, i * LIMBS)
    // 1 + y is 2 − (1 − y).
    for (let j = 0; j < LIMBS; j++) differences[i * LIMBS + j] = -(differences[i * LIMBS + j] ?? 0)
    differences[i * LIMBS] = (differences[i * LIMBS] ?? 0) + 2
    multiply(one, 0, one, 0, differences, i * LIMBS)
    pack(one, into, i * 32, isOne(points, i * 32))
  }
  for (const used of [differences, products, inverse, one, sums]) used.fill(0)
}

/** 1 − y; for y = 1 it is 1 instead, lest this one point make all others 0. */
function unpackDifference(points: Uint8Array, from: number, into: Float64Array, to: number): void {
  for (let j = 0, at = from; j < LIMBS; j++, at += 3) {
    const low = (points[at] ?? 0) + 256 * (points[at + 1] ?? 0)
    into[to + j] = -(j === LIMBS - 1 ? low & (TOP - 1) : low + 65_536 * (points[at + 2] ?? 0))
  }
  into[to] = (into[to] ?? 0) + 1 + isOne(points, from)
}

/** 1 or 0, in the same time. */
function isOne(points: Uint8Array, from: number): number {
  let different = (points[from] ?? 0) ^ 1
  for (let j = 1; j < 31; j++) different |= points[from + j] ?? 0
  different |= (points[from + 31] ?? 0) & 127
  return ((different - 1) >> 8) & 1
}

const sums = new Float64Array(2 * LIMBS)

function multiply(
  into: Float64Array,
  to: number,
  one: Float64Array,
  at: number,
  other: Float64Array,
  from: number,
): void {
  sums.fill(0)
  for (let i = 0; i < LIMBS; i++) {
    const limb = one[at + i] ?? 0
    for (let j = 0; j < LIMBS; j++) sums[i + j] = (sums[i + j] ?? 0) + limb * (other[from + j] ?? 0)
  }
  let over = 0
  for (let i = 0; i < 2 * LIMBS; i++) {
    const sum = (sums[i] ?? 0) + over
    over = Math.floor(sum / RADIX)
    sums[i] = sum - over * RADIX
  }
  // What is over after the last is the sign, and weighs as much as a limb after it.
  sums[LIMBS] = (sums[LIMBS] ?? 0) + over * OVER
  for (let i = 0; i < LIMBS; i++) into[to + i] = (sums[i] ?? 0) + OVER * (sums[i + LIMBS] ?? 0)
  carry(into, to)
}

function carry(number: Float64Array, at: number): void {
  let over = 0
  for (let i = 0; i < LIMBS; i++) {
    const limb = (number[at + i] ?? 0) + over
    over = Math.floor(limb / RADIX)
    number[at + i] = limb - over * RADIX
  }
  // What was over may be more than one limb holds: the next takes the rest.
  const first = (number[at] ?? 0) + OVER * over
  over = Math.floor(first / RADIX)
  number[at] = first - over * RADIX
  number[at + 1] = (number[at + 1] ?? 0) + over
}

/** To the power p − 2, whose bits are all ones but two. */
function invert(into: Float64Array, number: Float64Array, at: number): void {
  into.set(number.subarray(at, at + LIMBS))
  for (let bit = 253; bit >= 0; bit--) {
    multiply(into, 0, into, 0, into, 0)
    if (bit !== 2 && bit !== 4) multiply(into, 0, into, 0, number, at)
  }
}

/** The one encoding below p. All zero if `nothing` is 1. */
function pack(number: Float64Array, into: Uint8Array, to: number, nothing: number): void {
  for (let time = 0; time < 3; time++) {
    const high = Math.floor((number[LIMBS - 1] ?? 0) / TOP)
    number[LIMBS - 1] = (number[LIMBS - 1] ?? 0) - high * TOP
    number[0] = (number[0] ?? 0) + 19 * high
    carry(number, 0)
  }
  subtractPrime(number)
  for (let j = 0, at = to; j < LIMBS; j++, at += 3) {
    const limb = (number[j] ?? 0) * (1 - nothing)
    into[at] = limb & 255
    into[at + 1] = (limb >> 8) & 255
    if (j < LIMBS - 1) into[at + 2] = limb >> 16
  }
}

const smaller = new Float64Array(LIMBS)

/** Takes p away, if the number, which is below 2^255, is not below p. */
function subtractPrime(number: Float64Array): void {
  let over = 0
  for (let i = 0; i < LIMBS; i++) {
    const prime = i === 0 ? RADIX - 19 : i === LIMBS - 1 ? TOP - 1 : RADIX - 1
    const limb = (number[i] ?? 0) - prime + over
    over = Math.floor(limb / RADIX)
    smaller[i] = limb - over * RADIX
  }
  const keep = -over
  for (let i = 0; i < LIMBS; i++) number[i] = keep * (number[i] ?? 0) + (1 - keep) * (smaller[i] ?? 0)
  smaller.fill(0)
}

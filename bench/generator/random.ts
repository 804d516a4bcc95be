/** The next number of a sequence, at least 0 and below 1. */
export type Random = () => number

/**
 * A sequence of its own for each (seed, index): object number 900,000 can be made without making those before it.
 * The algorithm is sfc32 (Chris Doty-Humphrey's small fast counting generator); not for secrets.
 */
export function randomFor(seed: number, index: number): Random {
  let a = seed | 0
  let b = index | 0
  let c = 0x9e3779b9
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 12; round += 1) next()
  return next
}

export function integer(random: Random, below: number): number {
  return Math.floor(random() * below)
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[integer(random, items.length)]
  if (item === undefined) throw new RangeError("pick: nothing to pick from")
  return item
}

/** The form of a version 4 UUID (RFC 9562 section 5.4), but repeatable. */
export function uuid(random: Random): string {
  const hex = hexadecimal(random, 32)
  const variant = (8 + integer(random, 4)).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

export function hexadecimal(random: Random, digits: number): string {
  let text = ""
  while (text.length < digits) text += integer(random, 0x1_0000_0000).toString(16).padStart(8, "0")
  return text.slice(0, digits)
}

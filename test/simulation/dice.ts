import { createHash } from "node:crypto"
import type { Chance } from "../../src/kernel/chance.ts"

/** Numbers that look random and follow from one text: the same text, the same numbers (sfc32 by C. Doty-Humphrey). */
export class Dice {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(text: string) {
    const sum = createHash("sha256").update(text).digest()
    this.#a = sum.readUInt32LE(0)
    this.#b = sum.readUInt32LE(4)
    this.#c = sum.readUInt32LE(8)
  }

  /** 0 ≤ n < 2³². */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0
    this.#counter = (this.#counter + 1) >>> 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) >>> 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0
    return sum
  }

  /** 0 ≤ n < `limit`. */
  below(limit: number): number {
    return this.next() % limit
  }

  happens(outOf100: number): boolean {
    return this.below(100) < outOf100
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from")
    return list[this.below(list.length)] as T
  }

  /** By how much each weighs. */
  weighed<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][]
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [name, weight] of entries) {
      if (at < weight) return name
      at -= weight
    }
    throw new RangeError("nothing weighs anything")
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(Math.ceil(length / 4) * 4)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(this.next(), at)
    return bytes.subarray(0, length)
  }
}

/**
 * What the node's own code takes for randomness and for a stopwatch. Now and then much time passes between two looks, so
 * that work which is done in slices is cut at places that no test would choose.
 */
export class SeededChance implements Chance {
  #dice: Dice
  #milliseconds = 0

  constructor(text: string) {
    this.#dice = new Dice(text)
  }

  /** Each operation draws from a source of its own: one that is left out does not change what the others draw. */
  reseed(text: string): void {
    this.#dice = new Dice(text)
  }

  random(bytes: number): Buffer {
    return this.#dice.bytes(bytes)
  }

  stopwatch(): number {
    this.#milliseconds += this.#dice.happens(5) ? 20 : 0.01
    return this.#milliseconds
  }
}

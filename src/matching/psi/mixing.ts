import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { keystream } from "../../crypto/ciphers/index.ts"
import type { ItemType } from "../items/types.ts"
import { elementsOf, POINT_BYTES, type Section, type Sections, TAG_BYTES } from "./model.ts"

/** Bytes of the stream that are drawn at a time. */
const DRAWN = 64 * 1024

/**
 * A permutation of 0 … size − 1 that follows from a seed: Fisher and Yates from the end, each step with the next number
 * of 4 bytes (little-endian) of the stream of AES-256-CTR under the seed that is below the largest multiple of the
 * step's range. Element `i` of what is mixed comes from place `[i]`.
 */
export function permutation(seed: Uint8Array, size: number): Uint32Array {
  const places = Uint32Array.from({ length: size }, (_, i) => i)
  const draw = numbers(seed)
  for (let last = size - 1; last > 0; last--) {
    const range = last + 1
    const fair = 2 ** 32 - (2 ** 32 % range)
    let number = draw()
    while (number >= fair) number = draw()
    const chosen = number % range
    const moved = places[last] ?? 0
    places[last] = places[chosen] ?? 0
    places[chosen] = moved
  }
  return places
}

function numbers(seed: Uint8Array): () => number {
  let bytes: Buffer = Buffer.alloc(0)
  let [drawn, at] = [0, 0]
  return () => {
    if (at === bytes.length) {
      bytes = keystream(seed, drawn, DRAWN)
      drawn += DRAWN
      at = 0
    }
    const number = bytes.readUInt32LE(at)
    at += 4
    return number
  }
}

type Keyed = Section & { key: Uint8Array }

/** The own list in the order in which it goes, from `hidden`; `order` says from which place each element came. */
export function mixOwn({ path, sections }: { do: "mix"; path: string; sections: readonly Keyed[] }): true {
  const hidden = readFileSync(join(path, "hidden"))
  const own = Buffer.alloc(hidden.length)
  const order = new Uint32Array(elementsOf(sections))
  eachPlace(sections, (to, from) => {
    order[to] = from
    hidden.copy(own, to * POINT_BYTES, from * POINT_BYTES, (from + 1) * POINT_BYTES)
  })
  write(join(path, "order"), Buffer.from(order.buffer))
  write(join(path, "own"), own)
  return true
}

/** The partner's list hidden twice, cut and mixed, as it goes back. */
export function cutTags({ path, sections }: { do: "cut"; path: string; sections: readonly Keyed[] }): true {
  const full = readFileSync(join(path, "full"))
  const tags = Buffer.alloc(elementsOf(sections) * TAG_BYTES)
  eachPlace(sections, (to, from) => {
    full.copy(tags, to * TAG_BYTES, from * POINT_BYTES, from * POINT_BYTES + TAG_BYTES)
  })
  write(join(path, "tags-out"), tags)
  return true
}

/** `to` and `from` count through all sections. */
function eachPlace(sections: readonly Keyed[], move: (to: number, from: number) => void): void {
  let start = 0
  for (const { size, key } of sections) {
    const places = permutation(key, size)
    key.fill(0)
    for (let i = 0; i < size; i++) move(start + i, start + (places[i] ?? 0))
    start += size
  }
}

export function withKeys(sections: Sections, keyOf: (type: ItemType) => Uint8Array): Keyed[] {
  return sections.map(({ type, size }) => ({ type, size, key: keyOf(type) }))
}

function write(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

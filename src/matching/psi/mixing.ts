import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { keystream } from "../../crypto/ciphers/index.ts"
import type { ItemType } from "../items/types.ts"
import { requireDistinct } from "./comparing.ts"
import { bytesAt } from "./files.ts"
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
  const order = new Uint32Array(elementsOf(sections))
  mix(sections, join(path, "hidden"), join(path, "own"), POINT_BYTES, (places, start) => {
    for (const [i, place] of places.entries()) order[start + i] = start + place
  })
  writeFileSync(join(path, "order.new"), Buffer.from(order.buffer), { mode: 0o600 })
  renameSync(join(path, "order.new"), join(path, "order"))
  renameSync(join(path, "own.new"), join(path, "own"))
  return true
}

/**
 * The partner's list hidden twice, cut and mixed, as it goes back. Throws `invalid match.duplicate` for a list that holds
 * an element twice, before anything of it is there to go.
 */
export function cutTags({ path, sections }: { do: "cut"; path: string; sections: readonly Keyed[] }): true {
  mix(sections, join(path, "full"), join(path, "tags-out"), TAG_BYTES, (_places, _start, tags) => requireDistinct(tags))
  renameSync(join(path, "tags-out.new"), join(path, "tags-out"))
  return true
}

/** Section after section, so that one of them is in memory at a time; `then` is told what went where. */
function mix(
  sections: readonly Keyed[],
  source: string,
  target: string,
  width: number,
  then: (places: Uint32Array, start: number, mixed: Buffer) => void,
): void {
  const into = openSync(`${target}.new`, "w", 0o600)
  try {
    let start = 0
    for (const { size, key } of sections) {
      const places = permutation(key, size)
      key.fill(0)
      const points = bytesAt(source, start * POINT_BYTES, size * POINT_BYTES)
      const mixed = Buffer.alloc(size * width)
      for (let i = 0; i < size; i++) {
        const from = (places[i] ?? 0) * POINT_BYTES
        points.copy(mixed, i * width, from, from + width)
      }
      then(places, start, mixed)
      writeSync(into, mixed)
      start += size
    }
  } finally {
    closeSync(into)
  }
}

export function withKeys(sections: Sections, keyOf: (type: ItemType) => Uint8Array): Keyed[] {
  return sections.map(({ type, size }) => ({ type, size, key: keyOf(type) }))
}

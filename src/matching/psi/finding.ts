import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ComityError } from "../../kernel/errors.ts"
import type { ItemType } from "../items/types.ts"
import { MATCHED_BYTES } from "./comparing.ts"
import { permutation } from "./mixing.ts"

/** Bytes of `common-TYPE`: place in `items`, place in `full`; 4 each, by the place in `items`. */
export const COMMON_BYTES = 8

/** `start`, `size`: of the own section; `used`, `place`: its items, and where they begin; `theirs`: where the partner's begins. */
type Find = {
  do: "find"
  path: string
  type: ItemType
  seed: Uint8Array
  start: number
  size: number
  used: number
  place: number
  theirs: number
}

/** Which own items are common, by the seed that says how the partner mixed their tags; how many. */
export function findCommon({ path, type, seed, start, size, used, place, theirs }: Find): number {
  const matched = words(readFileSync(join(path, `matched-${type}`)))
  const order = words(readFileSync(join(path, "order")))
  const mixed = permutation(seed, size)
  const rows: { item: number; full: number }[] = []
  for (let i = 0; i < matched.length; i += MATCHED_BYTES / 4) {
    const element = (order[start + (mixed[matched[i + 1] ?? 0] ?? 0)] ?? 0) - start
    if (element >= used) throw new ComityError("invalid", "match.dummy")
    rows.push({ item: place + element, full: theirs + (matched[i] ?? 0) })
  }
  rows.sort((a, b) => a.item - b.item)
  const name = join(path, `common-${type}`)
  writeFileSync(`${name}.new`, Uint32Array.from(rows.flatMap(({ item, full }) => [item, full])), { mode: 0o600 })
  renameSync(`${name}.new`, name)
  return rows.length
}

function words(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer)
}

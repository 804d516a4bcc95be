import { renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { scattered } from "../../crypto/ciphers/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { bytesAt } from "./files.ts"
import { POINT_BYTES, type Sections, startOf, TAG_BYTES } from "./model.ts"

/** Bytes of `matched`: places of one common item, in `full` and in `tags-in`, counted within the section; 4 bytes each. */
export const MATCHED_BYTES = 8
const WORDS = TAG_BYTES / 4

type Compare = { do: "compare"; path: string; own: Sections; theirs: Sections }

/** How many tags of each type are common. Which ones stands in `matched-TYPE`. */
export function compare({ path, own, theirs }: Compare): number[] {
  const key = random(32)
  return own.map(({ type, size }) => {
    const other = theirs.find((section) => section.type === type)
    if (other === undefined) throw new ComityError("invalid", "match.sections")
    const full = bytesAt(join(path, "full"), startOf(theirs, type) * POINT_BYTES, other.size * POINT_BYTES)
    const tags = bytesAt(join(path, "tags-in"), startOf(own, type) * TAG_BYTES, size * TAG_BYTES)
    const pairs = pairsOf(blocks(key, cut(full)), blocks(key, tags))
    const name = join(path, `matched-${type}`)
    writeFileSync(`${name}.new`, pairs, { mode: 0o600 })
    renameSync(`${name}.new`, name)
    return pairs.byteLength / MATCHED_BYTES
  })
}

/** Throws `invalid match.duplicate` if a tag is there twice. */
export function requireDistinct(tags: Uint8Array): void {
  tableOf(blocks(random(32), tags))
}

/** The tags of points hidden twice. */
function cut(full: Buffer): Buffer {
  const tags = Buffer.alloc((full.length / POINT_BYTES) * TAG_BYTES)
  for (let from = 0, to = 0; from < full.length; from += POINT_BYTES, to += TAG_BYTES) {
    full.copy(tags, to, from, from + TAG_BYTES)
  }
  return tags
}

/** Scattered first: whoever chose the tags cannot make them fall on one place of the table. */
function blocks(key: Uint8Array, tags: Uint8Array): Uint32Array {
  const bytes = scattered(key, tags)
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

/** Places of what is in both; throws `invalid match.duplicate` for a tag that one of them has twice. */
function pairsOf(mine: Uint32Array, theirs: Uint32Array): Uint32Array {
  const table = tableOf(mine)
  tableOf(theirs)
  const pairs: number[] = []
  for (let there = 0; there < theirs.length / WORDS; there++) {
    const here = find(table, mine, theirs, there)
    if (here >= 0) pairs.push(here, there)
  }
  return Uint32Array.from(pairs)
}

/** Places plus one by the first bits of each tag; 0 is empty. */
function tableOf(tags: Uint32Array): Uint32Array {
  const count = tags.length / WORDS
  const table = new Uint32Array(2 ** Math.ceil(Math.log2(count * 2 + 1)))
  for (let place = 0; place < count; place++) {
    if (find(table, tags, tags, place) >= 0) throw new ComityError("invalid", "match.duplicate")
    let slot = (tags[place * WORDS] ?? 0) & (table.length - 1)
    while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1)
    table[slot] = place + 1
  }
  return table
}

/** The place of a tag in the table of `kept`, or −1. */
function find(table: Uint32Array, kept: Uint32Array, tags: Uint32Array, place: number): number {
  const at = place * WORDS
  for (let slot = (tags[at] ?? 0) & (table.length - 1); ; slot = (slot + 1) & (table.length - 1)) {
    const found = (table[slot] ?? 0) - 1
    if (found < 0) return -1
    const other = found * WORDS
    let same = true
    for (let i = 0; i < WORDS; i++) same &&= kept[other + i] === tags[at + i]
    if (same) return found
  }
}

import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { HEADER_BYTES, ITEM_TYPES, type ItemType, readItem } from "../items/types.ts"
import { Pieces } from "./sorting.ts"

/**
 * What was gathered, as it lies in a folder. Numbers are little-endian.
 * - `items`: the items, sorted, one behind the other; each says its own length.
 * - `sources`: for each item the number of objects that it came from (2), then the key of each (6), rising.
 * - `starts`: for each item where it begins in `items` (6) and in `sources` (6).
 * - `sections.json`: how many items of each type, in the order in which they stand. It is written last.
 */
const NAMES = ["items", "sources", "starts"] as const
const SECTIONS = "sections.json"
const START_BYTES = 12
const KEY_BYTES = 6

export type Section = { type: ItemType; count: number }
const Sections = z.array(z.strictObject({ type: z.enum(ITEM_TYPES), count: z.number().int().positive() }))

type OpenFile = { file: number; pieces: Pieces; size: number }

/** Writes items that come sorted, into a folder of its own making. */
export class PackedWriter {
  readonly #folder: string
  readonly #files: OpenFile[]
  readonly #sections: Section[] = []

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of [...NAMES, SECTIONS]) rmSync(join(folder, name), { force: true })
    this.#files = NAMES.map((name) => {
      const file = openSync(join(folder, `${name}.new`), "w", 0o600)
      return { file, pieces: new Pieces((piece) => writeSync(file, piece)), size: 0 }
    })
  }

  /** `keys`: of the objects that it came from, rising. */
  add(item: Buffer, keys: readonly number[]): void {
    const sources = Buffer.alloc(2 + keys.length * KEY_BYTES)
    sources.writeUInt16LE(keys.length)
    for (const [i, key] of keys.entries()) sources.writeUIntLE(key, 2 + i * KEY_BYTES, KEY_BYTES)
    const start = Buffer.alloc(START_BYTES)
    for (const i of [0, 1]) start.writeUIntLE(this.#files[i]?.size ?? 0, i * KEY_BYTES, KEY_BYTES)
    const parts = [item, sources, start]
    for (const [i, open] of this.#files.entries()) {
      const bytes = parts[i] ?? Buffer.alloc(0)
      open.pieces.add(bytes)
      open.size += bytes.length
    }
    const { type } = readItem(item)
    const last = this.#sections.at(-1)
    if (last?.type === type) last.count += 1
    else this.#sections.push({ type, count: 1 })
  }

  finish(): readonly Section[] {
    this.#close()
    for (const name of NAMES) renameSync(join(this.#folder, `${name}.new`), join(this.#folder, name))
    writeFileSync(join(this.#folder, SECTIONS), JSON.stringify(this.#sections), { mode: 0o600 })
    return this.#sections
  }

  #close(): void {
    for (const { file, pieces } of this.#files) {
      pieces.end()
      closeSync(file)
    }
  }
}

/** Reads what a `PackedWriter` wrote, item by item, in memory that does not grow. */
export class PackedItems {
  readonly sections: readonly Section[]
  readonly count: number
  readonly #files: Record<(typeof NAMES)[number], number>

  constructor(folder: string) {
    this.sections = Sections.parse(JSON.parse(readFileSync(join(folder, SECTIONS), "utf8")))
    this.count = this.sections.reduce((sum, { count }) => sum + count, 0)
    const open = (name: (typeof NAMES)[number]) => openSync(join(folder, name), "r")
    this.#files = { items: open("items"), sources: open("sources"), starts: open("starts") }
  }

  /** Where the item at this place begins in the file of items; places count through all sections. */
  startOf(at: number): number {
    return this.#start(at).readUIntLE(0, KEY_BYTES)
  }

  /** Where it ends there. */
  endOf(at: number): number {
    return at === this.count - 1 ? fstatSync(this.#files.items).size : this.startOf(at + 1)
  }

  /** The item at this place. */
  item(at: number): Buffer {
    const start = this.startOf(at)
    const header = read(this.#files.items, start, HEADER_BYTES)
    return read(this.#files.items, start, HEADER_BYTES + header.readUInt16BE(2))
  }

  /** Keys of the objects that the item at this place came from, rising. */
  sources(at: number): number[] {
    const start = this.#start(at).readUIntLE(KEY_BYTES, KEY_BYTES)
    const count = read(this.#files.sources, start, 2).readUInt16LE()
    const keys = read(this.#files.sources, start + 2, count * KEY_BYTES)
    return Array.from({ length: count }, (_, i) => keys.readUIntLE(i * KEY_BYTES, KEY_BYTES))
  }

  close(): void {
    for (const file of Object.values(this.#files)) closeSync(file)
  }

  #start(at: number): Buffer {
    if (at < 0 || at >= this.count) throw new RangeError(`no item ${at} of ${this.count}`)
    return read(this.#files.starts, at * START_BYTES, START_BYTES)
  }
}

function read(file: number, at: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  if (readSync(file, bytes, 0, size, at) !== size) throw new RangeError(`${fstatSync(file).size} bytes, none at ${at}`)
  return bytes
}

/**
 * Lets the items that came last into the library stay where a section has more than its most; says how many went of each
 * type.
 */
export function keepNewest(folder: string, most: ReadonlyMap<ItemType, number>): Map<ItemType, number> {
  const packed = new PackedItems(folder)
  const gone = new Map<ItemType, number>()
  try {
    const stays = packed.sections.map(({ type, count }, i) => {
      const first = packed.sections.slice(0, i).reduce((sum, one) => sum + one.count, 0)
      const over = count - (most.get(type) ?? 0)
      if (over > 0) gone.set(type, over)
      return { first, count, keep: over <= 0 ? null : newestOf(packed, first, count, count - over) }
    })
    if (gone.size === 0) return gone
    const writer = new PackedWriter(join(folder, "kept"))
    for (const { first, count, keep } of stays) {
      for (let at = first; at < first + count; at++) {
        if (keep === null || keep[at - first] === 1) writer.add(packed.item(at), packed.sources(at))
      }
    }
    writer.finish()
  } finally {
    packed.close()
  }
  for (const name of [...NAMES, SECTIONS]) renameSync(join(folder, "kept", name), join(folder, name))
  rmSync(join(folder, "kept"), { recursive: true })
  return gone
}

/** For each item of a section 1 if it stays. */
function newestOf(packed: PackedItems, first: number, count: number, most: number): Uint8Array {
  const newest = Float64Array.from({ length: count }, (_, i) => packed.sources(first + i).at(-1) ?? 0)
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  order.sort((a, b) => (newest[b] ?? 0) - (newest[a] ?? 0))
  const stays = new Uint8Array(count)
  for (const at of order.subarray(0, most)) stays[at] = 1
  return stays
}

import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { HEADER_BYTES } from "../items/types.ts"

/** One item of one object. `verdict` 0: it is used; else which reason speaks against it. */
export type Entry = { item: Buffer; verdict: number; key: number }
/** An item with all that was said of it, by rising key; at most so many of the newest. */
export type Group = { item: Buffer; entries: readonly { verdict: number; key: number }[] }

const BLOCK_BYTES = 16 * 1024 * 1024
const PIECE_BYTES = 64 * 1024
/** verdict (2), key (6), behind each item. */
const TAIL_BYTES = 8
/** An address may stand in very many objects: these are enough to say what is known of it. */
export const ENTRIES_MOST = 100

/**
 * Sorts items by their bytes, which is by their types first, however many there are: blocks are sorted in memory, put into
 * files where one is not enough, and read again side by side.
 */
export class ItemSorter {
  readonly #room: string
  readonly #blockBytes: number
  #folder: string | null = null
  #block = Buffer.alloc(0)
  #used = 0
  #starts: number[] = []
  #files: string[] = []

  /** `room`: a folder in which files may lie for a while. */
  constructor(room: string, blockBytes = BLOCK_BYTES) {
    this.#room = room
    this.#blockBytes = blockBytes
  }

  add({ item, verdict, key }: Entry): void {
    const size = item.length + TAIL_BYTES
    if (this.#block.length === 0) this.#block = Buffer.allocUnsafe(this.#blockBytes)
    if (this.#used + size > this.#block.length) this.#spill()
    this.#starts.push(this.#used)
    item.copy(this.#block, this.#used)
    this.#block.writeUInt16LE(verdict, this.#used + item.length)
    this.#block.writeUIntLE(key, this.#used + item.length + 2, 6)
    this.#used += size
  }

  /** Every item once, in order. Nothing can be added afterwards. */
  *groups(): Generator<Group> {
    const sources = this.#files.length === 0 ? [this.#sorted()] : this.#spilled()
    let item: Buffer | null = null
    let entries: Group["entries"][number][] = []
    for (const one of merged(sources)) {
      if (item === null || !one.item.equals(item)) {
        if (item !== null) yield { item, entries }
        item = Buffer.from(one.item)
        entries = []
      }
      entries.push({ verdict: one.verdict, key: one.key })
      if (entries.length > ENTRIES_MOST) entries.splice(worst(entries), 1)
    }
    if (item !== null) yield { item, entries }
  }

  close(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
    this.#block = Buffer.alloc(0)
  }

  #spilled(): Iterator<Entry>[] {
    if (this.#starts.length > 0) this.#spill()
    this.#block = Buffer.alloc(0)
    return this.#files.map(entriesOf)
  }

  *#sorted(): Generator<Entry> {
    for (const start of this.#order()) yield entryAt(this.#block, start)
  }

  #order(): Uint32Array {
    const block = this.#block
    const compare = (a: number, b: number) => {
      const [endA, endB] = [a + itemLength(block, a), b + itemLength(block, b)]
      const found = block.compare(block, b, endB, a, endA)
      return found === 0 ? block.readUIntLE(endA + 2, 6) - block.readUIntLE(endB + 2, 6) : found
    }
    return Uint32Array.from(this.#starts).sort(compare)
  }

  #spill(): void {
    this.#folder ??= newFolder(this.#room)
    const path = join(this.#folder, String(this.#files.length))
    const file = openSync(path, "wx", 0o600)
    const pieces = new Pieces((piece) => writeSync(file, piece))
    for (const start of this.#order()) {
      pieces.add(this.#block.subarray(start, start + itemLength(this.#block, start) + TAIL_BYTES))
    }
    pieces.end()
    closeSync(file)
    this.#files.push(path)
    this.#starts = []
    this.#used = 0
  }
}

function newFolder(room: string): string {
  mkdirSync(room, { recursive: true, mode: 0o700 })
  return mkdtempSync(join(room, "sorting-"))
}

/** What is used says more than what is not; of equals the oldest goes. */
function worst(entries: Group["entries"]): number {
  const against = entries.findIndex(({ verdict }) => verdict !== 0)
  return Math.max(0, against)
}

function itemLength(bytes: Uint8Array, at: number): number {
  return HEADER_BYTES + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
}

function entryAt(bytes: Buffer, start: number): Entry {
  const end = start + itemLength(bytes, start)
  return { item: bytes.subarray(start, end), verdict: bytes.readUInt16LE(end), key: bytes.readUIntLE(end + 2, 6) }
}

/** The smallest of all that come next, again and again; there are few files. */
function* merged(sources: Iterator<Entry>[]): Generator<Entry> {
  const heads = sources.map((source) => ({ source, next: source.next() }))
  for (;;) {
    let least: { source: Iterator<Entry>; entry: Entry; at: number } | null = null
    for (const [at, { source, next }] of heads.entries()) {
      if (next.done === true) continue
      if (least === null || before(next.value, least.entry)) least = { source, entry: next.value, at }
    }
    if (least === null) return
    yield least.entry
    heads[least.at] = { source: least.source, next: least.source.next() }
  }
}

function before(a: Entry, b: Entry): boolean {
  const found = Buffer.compare(a.item, b.item)
  return found === 0 ? a.key < b.key : found < 0
}

function* entriesOf(path: string): Generator<Entry> {
  const file = openSync(path, "r")
  try {
    let rest = Buffer.alloc(0)
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      const bytes = Buffer.concat([rest, piece.subarray(0, readSync(file, piece))])
      if (bytes.length === rest.length) return
      let at = 0
      while (at + HEADER_BYTES <= bytes.length && at + itemLength(bytes, at) + TAIL_BYTES <= bytes.length) {
        const entry = entryAt(bytes, at)
        at += entry.item.length + TAIL_BYTES
        yield entry
      }
      rest = bytes.subarray(at)
    }
  } finally {
    closeSync(file)
  }
}

/** Few writes instead of many. */
export class Pieces {
  readonly #write: (piece: Buffer) => void
  #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #used = 0

  constructor(write: (piece: Buffer) => void) {
    this.#write = write
  }

  add(bytes: Buffer): void {
    if (this.#used + bytes.length > this.#piece.length) this.end()
    if (bytes.length > this.#piece.length) return void this.#write(bytes)
    this.#used += bytes.copy(this.#piece, this.#used)
  }

  end(): void {
    if (this.#used > 0) this.#write(this.#piece.subarray(0, this.#used))
    this.#used = 0
  }
}

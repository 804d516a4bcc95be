import { closeSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { HEADER_BYTES, type ItemType } from "../items/types.ts"
import { PackedItems } from "../lists/packed.ts"

const PIECE_BYTES = 256 * 1024
const KEY_BYTES = 6

/** A file from some place on, in few reads. */
class Stream {
  readonly #file: number
  #at: number
  #piece = Buffer.alloc(0)
  #used = 0

  constructor(path: string, at: number) {
    this.#file = openSync(path, "r")
    this.#at = at
  }

  /** The next so many bytes, left where they are: what keeps them copies them. */
  peek(bytes: number): Buffer {
    if (this.#piece.length - this.#used < bytes) this.#fill(bytes)
    return this.#piece.subarray(this.#used, this.#used + bytes)
  }

  take(bytes: number): Buffer {
    const taken = this.peek(bytes)
    this.#used += bytes
    return taken
  }

  close(): void {
    closeSync(this.#file)
  }

  #fill(bytes: number): void {
    const rest = this.#piece.subarray(this.#used)
    const room = Buffer.allocUnsafe(rest.length + PIECE_BYTES)
    rest.copy(room)
    const read = readSync(this.#file, room, rest.length, PIECE_BYTES, this.#at)
    this.#at += read
    this.#piece = room.subarray(0, rest.length + read)
    this.#used = 0
    if (this.#piece.length < bytes) throw new RangeError("a set is damaged")
  }
}

/** One item of a set with the objects from which it comes, as their keys are written. */
export type Row = { item: Buffer; sources: Buffer }

/** The items of a packed folder that are of one type, one after the other; `type` null: all of them. */
export class Rows {
  readonly count: number
  readonly #items: Stream | null
  readonly #sources: Stream | null
  #done = 0

  constructor(folder: string, type: ItemType | null) {
    const packed = new PackedItems(folder)
    packed.close()
    const { sections } = packed
    const at = type === null ? 0 : sections.findIndex((section) => section.type === type)
    const first = sections.slice(0, Math.max(0, at)).reduce((sum, { count }) => sum + count, 0)
    this.count = type === null ? packed.count : (sections[at]?.count ?? 0)
    const [items, sources] = this.count === 0 ? [0, 0] : startsOf(folder, first)
    this.#items = this.count === 0 ? null : new Stream(join(folder, "items"), items)
    this.#sources = this.count === 0 ? null : new Stream(join(folder, "sources"), sources)
  }

  next(): Row | null {
    if (this.#items === null || this.#sources === null || this.#done === this.count) return null
    this.#done += 1
    const header = this.#items.peek(HEADER_BYTES)
    const item = this.#items.take(HEADER_BYTES + header.readUInt16BE(2))
    const count = this.#sources.peek(2).readUInt16LE()
    return { item, sources: this.#sources.take(2 + count * KEY_BYTES) }
  }

  close(): void {
    this.#items?.close()
    this.#sources?.close()
  }
}

function startsOf(folder: string, place: number): [items: number, sources: number] {
  const starts = new Stream(join(folder, "starts"), place * 2 * KEY_BYTES)
  try {
    const both = starts.take(2 * KEY_BYTES)
    return [both.readUIntLE(0, KEY_BYTES), both.readUIntLE(KEY_BYTES, KEY_BYTES)]
  } finally {
    starts.close()
  }
}

export function keysIn(sources: Buffer): number[] {
  const keys: number[] = []
  for (let at = 2; at < sources.length; at += KEY_BYTES) keys.push(sources.readUIntLE(at, KEY_BYTES))
  return keys
}

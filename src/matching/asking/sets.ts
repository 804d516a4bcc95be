import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { openVoprf, pack } from "../../crypto/index.ts"
import { random, sha256 } from "../../kernel/hash.ts"
import type { OpenType } from "../items/types.ts"
import { PackedItems, PackedWriter } from "../lists/packed.ts"
import { paddedSize } from "../runs/model.ts"
import { OUTPUT_BYTES, RECORD_BYTES, TAG_BYTES } from "./message.ts"
import { keysIn, type Row, Rows } from "./rows.ts"
import { tagOf } from "./tags.ts"

/** Tags are made for so many items at a time, and so many items are held until they have theirs. */
const EVALUATED_AT_ONCE = 512
const HELD_MOST = 4096
/** What changed is told in steps of so many records: nobody sees how much it was. */
const DELTA_STEP = 64

/** Where the set of one epoch lies: `log`, which partners pull, and a folder for each generation of its items. */
export type SetPlace = { folder: string; generation: number; records: number; head: Uint8Array }
export type Change = SetPlace & { items: number; added: number; removed: number; changed: boolean }

export function generationAt(folder: string, generation: number): string {
  return join(folder, `g${generation}`)
}

export function logAt(folder: string): string {
  return join(folder, "log")
}

/** What a log says before its first record. */
export function firstHead(epoch: string): Buffer {
  return sha256(`comity/match-epoch/v1\n${epoch}\n`)
}

/** The hash over a log with these records behind those of which `head` is the hash. */
export function headAfter(head: Uint8Array, records: Uint8Array): Buffer {
  const room = Buffer.alloc(head.length + RECORD_BYTES)
  let last: Buffer = Buffer.from(head)
  for (let at = 0; at < records.length; at += RECORD_BYTES) {
    last.copy(room)
    room.set(records.subarray(at, at + RECORD_BYTES), last.length)
    last = sha256(room)
  }
  return last
}

/** Reads one generation with its tags, one after the other; nothing at all where nothing was ever built. */
class Before {
  readonly #rows: Rows | null
  readonly #tags: Generator<[number, Buffer]> | null

  constructor({ folder, generation }: Pick<SetPlace, "folder" | "generation">) {
    const at = generationAt(folder, generation)
    this.#rows = generation === 0 ? null : new Rows(at, null)
    this.#tags = generation === 0 ? null : piecesOf(join(at, "tags"), TAG_BYTES)
  }

  next(): (Row & { tag: Buffer }) | null {
    const row = this.#rows?.next() ?? null
    if (row === null) return null
    const tag = this.#tags?.next()
    if (tag === undefined || tag.done === true) throw new RangeError("a set has fewer tags than items")
    return { ...row, tag: tag.value[1] }
  }

  close(): void {
    this.#rows?.close()
    this.#tags?.return(undefined)
  }
}

/**
 * Brings the set of one epoch to what was gathered now: only new items have their tag made, and what is gone is told as
 * gone. Nothing of it counts before it is in the store. `gathered` null: without the items of which all sources are among
 * `without`, and nothing new.
 */
export async function refreshSet(
  place: SetPlace,
  {
    secret,
    type,
    gathered,
    without,
  }: { secret: Uint8Array; type: OpenType; gathered: string | null; without: number[] },
): Promise<Change> {
  const before = new Before(place)
  const now = gathered === null ? null : new Rows(gathered, type)
  const generation = place.generation + 1
  const folder = generationAt(place.folder, generation)
  try {
    rmSync(folder, { recursive: true, force: true })
    const builder = new Builder(folder, secret)
    const gone = new Set(without)
    const changed = now === null ? false : await merge(before, now, builder)
    if (now === null) await thin(before, builder, gone)
    const items = await builder.finish()
    if (!changed && builder.records.count === 0 && place.generation > 0) {
      rmSync(folder, { recursive: true, force: true })
      return { ...place, items, added: 0, removed: 0, changed: false }
    }
    const wanted = place.generation === 0 ? paddedSize(items) : stepped(builder.records.count)
    const records = builder.records.padded(wanted)
    append(place, records)
    const head = headAfter(place.head, records)
    const { added, removed } = builder
    const size = place.records + records.length / RECORD_BYTES
    return { folder: place.folder, generation, records: size, head, items, added, removed, changed: true }
  } finally {
    before.close()
    now?.close()
  }
}

/** True if what stayed has other sources than before. */
async function merge(before: Before, now: Rows, builder: Builder): Promise<boolean> {
  let changed = false
  let [old, fresh] = [before.next(), now.next()]
  while (old !== null || fresh !== null) {
    const order = old === null ? 1 : fresh === null ? -1 : old.item.compare(fresh.item)
    if (order < 0) builder.remove((old as NonNullable<typeof old>).tag)
    else {
      const { item, sources } = fresh as Row
      if (order === 0) changed ||= !sources.equals((old as Row).sources)
      await builder.add(item, keysIn(sources), order === 0 ? (old as NonNullable<typeof old>).tag : null)
    }
    if (order <= 0) old = before.next()
    if (order >= 0) fresh = now.next()
  }
  return changed
}

async function thin(before: Before, builder: Builder, gone: ReadonlySet<number>): Promise<void> {
  for (let row = before.next(); row !== null; row = before.next()) {
    const keys = keysIn(row.sources)
    const stay = keys.filter((key) => !gone.has(key))
    if (stay.length === 0 && keys.length > 0) builder.remove(row.tag)
    else await builder.add(row.item, stay, row.tag)
  }
}

type Held = { item: Buffer; sources: readonly number[]; tag: Buffer | null }

/** Writes a generation in its order; tags that are missing are made in batches. */
class Builder {
  readonly records = new Records()
  added = 0
  removed = 0
  readonly #secret: Uint8Array
  readonly #folder: string
  readonly #writer: PackedWriter
  readonly #tags: number
  readonly #held: Held[] = []
  #missing = 0
  #items = 0

  constructor(folder: string, secret: Uint8Array) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#secret = secret
    this.#folder = folder
    this.#writer = new PackedWriter(folder)
    this.#tags = openSync(join(folder, "tags"), "w", 0o600)
  }

  async add(item: Buffer, sources: readonly number[], tag: Buffer | null): Promise<void> {
    // What was read lies in room that the next read uses again.
    this.#held.push({ item: Buffer.from(item), sources, tag: tag === null ? null : Buffer.from(tag) })
    if (tag === null) this.#missing += 1
    if (this.#missing === EVALUATED_AT_ONCE || this.#held.length === HELD_MOST) await this.#flush()
  }

  remove(tag: Buffer): void {
    this.removed += 1
    this.records.add(0, tag)
  }

  async finish(): Promise<number> {
    await this.#flush()
    this.#writer.finish()
    closeSync(this.#tags)
    for (const name of readdirSync(this.#folder)) makeDurable(join(this.#folder, name))
    return this.#items
  }

  async #flush(): Promise<void> {
    const missing = this.#held.filter(({ tag }) => tag === null)
    const made = missing.length === 0 ? [] : await tagsFor(this.#secret, missing)
    const tags: Buffer[] = []
    let next = 0
    for (const { item, sources, tag } of this.#held) {
      const one = tag ?? (made[next++] as Buffer)
      if (tag === null) this.records.add(1, one)
      this.#writer.add(item, sources)
      tags.push(one)
    }
    if (tags.length > 0) writeSync(this.#tags, Buffer.concat(tags))
    this.added += missing.length
    this.#items += this.#held.length
    this.#held.length = 0
    this.#missing = 0
  }
}

function makeDurable(path: string): void {
  const file = openSync(path, "r")
  fsyncSync(file)
  closeSync(file)
}

async function tagsFor(secret: Uint8Array, held: readonly Held[]): Promise<Buffer[]> {
  const voprf = await openVoprf()
  const outputs = voprf.evaluate(secret, pack(held.map(({ item }) => item)))
  return held.map((_, i) => tagOf(outputs.subarray(i * OUTPUT_BYTES, (i + 1) * OUTPUT_BYTES)))
}

function stepped(records: number): number {
  return Math.ceil(records / DELTA_STEP) * DELTA_STEP
}

/** What becomes of tags, without an object for each. */
class Records {
  count = 0
  #bytes = Buffer.alloc(DELTA_STEP * RECORD_BYTES)

  add(what: 0 | 1, tag: Buffer): void {
    const at = this.count * RECORD_BYTES
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * at)
    this.#bytes.writeUInt8(what, at)
    tag.copy(this.#bytes, at + 1)
    this.count += 1
  }

  /** Sorted by their tags, so that their order tells nothing of the items; with chance among them, which never matches. */
  padded(wanted: number): Buffer {
    while (this.count < wanted) this.add(1, random(TAG_BYTES))
    const starts = Float64Array.from({ length: this.count }, (_, i) => this.#bytes.readUIntBE(i * RECORD_BYTES + 1, 6))
    const order = Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0))
    const sorted = Buffer.alloc(this.count * RECORD_BYTES)
    for (const [to, from] of order.entries()) {
      this.#bytes.copy(sorted, to * RECORD_BYTES, from * RECORD_BYTES, (from + 1) * RECORD_BYTES)
    }
    return sorted
  }
}

function append({ folder, records }: SetPlace, more: Buffer): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = openSync(logAt(folder), existsSync(logAt(folder)) ? "r+" : "w+", 0o600)
  try {
    ftruncateSync(file, records * RECORD_BYTES) // what a run wrote that never got into the store
    writeSync(file, more, 0, more.length, records * RECORD_BYTES)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export function sourcesOf({ folder, generation }: Pick<SetPlace, "folder" | "generation">): Set<number> {
  const keys = new Set<number>()
  if (generation === 0) return keys
  const rows = new Rows(generationAt(folder, generation), null)
  try {
    for (let row = rows.next(); row !== null; row = rows.next()) for (const key of keysIn(row.sources)) keys.add(key)
  } finally {
    rows.close()
  }
  return keys
}

/** The items of which these are the tags; null where none has it. */
export function itemsByTag(
  place: Pick<SetPlace, "folder" | "generation">,
  tags: readonly Uint8Array[],
): (Buffer | null)[] {
  const wanted = new Map(tags.map((tag) => [Buffer.from(tag).toString("latin1"), null as Buffer | null]))
  if (place.generation === 0) return tags.map(() => null)
  const folder = generationAt(place.folder, place.generation)
  const set = new PackedItems(folder)
  try {
    for (const [at, tag] of piecesOf(join(folder, "tags"), TAG_BYTES)) {
      const name = tag.toString("latin1")
      if (wanted.has(name)) wanted.set(name, set.item(at))
    }
    return tags.map((tag) => wanted.get(Buffer.from(tag).toString("latin1")) ?? null)
  } finally {
    set.close()
  }
}

const PIECE = 4096

/** Elements of a file, one after the other, in memory that does not grow. */
export function* piecesOf(path: string, bytes: number): Generator<[number, Buffer]> {
  const file = openSync(path, "r")
  try {
    const room = Buffer.alloc(PIECE * bytes)
    for (let first = 0; ; first += PIECE) {
      const count = Math.floor(readSync(file, room, 0, room.length, first * bytes) / bytes)
      for (let i = 0; i < count; i++) yield [first + i, room.subarray(i * bytes, (i + 1) * bytes)]
      if (count < PIECE) return
    }
  } finally {
    closeSync(file)
  }
}

/** Which of these tags a log holds after all that it says, of its first so many records. */
export function tagsHeld(log: string, records: number, tags: readonly Uint8Array[]): boolean[] {
  const held = new Map(tags.map((tag) => [Buffer.from(tag).toString("latin1"), false]))
  const starts = new Set(tags.map((tag) => Buffer.from(tag).readUIntBE(0, 6)))
  for (const [at, record] of piecesOf(log, RECORD_BYTES)) {
    if (at >= records) break
    if (!starts.has(record.readUIntBE(1, 6))) continue
    const name = record.toString("latin1", 1)
    if (held.has(name)) held.set(name, record[0] === 1)
  }
  return tags.map((tag) => held.get(Buffer.from(tag).toString("latin1")) ?? false)
}

import { JsonFault } from "../kernel/json.ts"
import { mapped } from "../kernel/memory.ts"
import { liftObject, ObjectSplitter, type ParsedObject, parseObject, type Slice } from "../stix/index.ts"
import type { Prepared, Rejected } from "./model.ts"

/** A prepared object without its bytes: `place` says where these lie in the batch's `data`. */
export type Item = Omit<Prepared, "bytes" | "canonical" | "liftedFrom"> & { place: Place }
/** The canonical hash stands at `start - 32`, the object's bytes from `start` to `end`, then what it was lifted from. */
export type Place = { start: number; end: number; liftedEnd: number }

export type Fault = { code: string; offset: number }

/** What one chunk gave, in a form that passes between threads. */
export type Batch = { items: Item[]; rejected: Rejected[]; data: Uint8Array<ArrayBuffer>; fault: Fault | null }

const HASH_BYTES = 32

/** Reads one body or file as it arrives: cuts, parses, checks, hashes. Runs in a worker. */
export class Preparation {
  readonly #splitter: ObjectSplitter
  readonly #lift: boolean
  #items: Item[] = []
  #rejected: Rejected[] = []
  #parts: Uint8Array[] = []
  #size = 0

  constructor(options: { lift: boolean; maxObjectBytes: number }) {
    this.#splitter = new ObjectSplitter(options)
    this.#lift = options.lift
  }

  push(chunk: Uint8Array): Batch {
    return this.#batch(() => this.#splitter.push(chunk))
  }

  end(): Batch {
    return this.#batch(() => this.#splitter.end())
  }

  #batch(slices: () => Slice[]): Batch {
    let fault: Fault | null = null
    try {
      for (const slice of slices()) this.#take(slice)
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error
      fault = { code: error.code, offset: error.offset }
    }
    const data = mapped(this.#size)
    let at = 0
    for (const part of this.#parts) {
      data.set(part, at)
      at += part.length
    }
    const batch = { items: this.#items, rejected: this.#rejected, data, fault }
    this.#items = []
    this.#rejected = []
    this.#parts = []
    this.#size = 0
    return batch
  }

  #take(slice: Slice): void {
    const { position, offset } = slice
    if (!slice.ok) {
      this.#rejected.push({ position, offset, id: null, code: slice.code, at: "" })
      return
    }
    const outcome = parseObject(slice.bytes)
    if (!outcome.ok) {
      this.#rejected.push({ position, offset, id: outcome.id, code: outcome.code, at: outcome.at })
    } else if (this.#lift && outcome.parsed.spec === "2.0") {
      this.#takeLifted(slice, outcome.parsed)
    } else {
      this.#add(slice, outcome.parsed, slice.bytes, null)
    }
  }

  /** One object of STIX 2.0 may give several of 2.1: cyber observables become objects of their own. */
  #takeLifted(slice: Slice & { ok: true }, old: ParsedObject): void {
    for (const lifted of liftObject(old.object)) {
      const bytes = Buffer.from(JSON.stringify(lifted))
      const outcome = parseObject(bytes)
      const { position, offset } = slice
      if (outcome.ok) this.#add(slice, outcome.parsed, bytes, outcome.parsed.id === old.id ? slice.bytes : null)
      else this.#rejected.push({ position, offset, id: old.id, code: outcome.code, at: outcome.at })
    }
  }

  #add(slice: Slice, parsed: ParsedObject, bytes: Uint8Array, liftedFrom: Uint8Array | null): void {
    const start = this.#size + HASH_BYTES
    const end = start + bytes.length
    const liftedEnd = end + (liftedFrom?.length ?? 0)
    this.#parts.push(parsed.canonical, bytes, ...(liftedFrom === null ? [] : [liftedFrom]))
    this.#size = liftedEnd
    this.#items.push({
      position: slice.position,
      offset: slice.offset,
      id: parsed.id,
      type: parsed.type,
      spec: parsed.spec,
      version: parsed.version,
      stamp: parsed.modified ?? parsed.created,
      revoked: parsed.revoked,
      created: parsed.created,
      createdBy: parsed.createdBy,
      marking: parsed.marking,
      warnings: parsed.warnings,
      place: { start, end, liftedEnd },
    })
  }
}

/** The objects of a batch; their bytes are views of its `data`. */
export function unpack({ items, data }: Batch): Prepared[] {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return items.map(({ place: { start, end, liftedEnd }, ...item }) => ({
    ...item,
    canonical: buffer.subarray(start - HASH_BYTES, start),
    bytes: buffer.subarray(start, end),
    liftedFrom: liftedEnd > end ? buffer.subarray(end, liftedEnd) : null,
  }))
}

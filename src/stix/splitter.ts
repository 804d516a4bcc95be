import type { Json } from "../kernel/canonical.ts"
import { JsonFault, parseStrictJson } from "../kernel/json.ts"

/** One element of `objects`, not yet parsed: its place in the list, its place in the body, its bytes. */
export type Slice =
  | { ok: true; position: number; offset: number; bytes: Uint8Array }
  | { ok: false; position: number; offset: number; code: "object.too-large" }

/**
 * What surrounds the objects. `kind` is final only after `end()`, since `type` may come last. `members` holds the
 * other top-level members as long as they take at most 64 KiB together; `omitted` counts those beyond.
 */
export type Container = {
  kind: "bundle" | "envelope" | "array" | "unknown"
  members: { [key: string]: Json }
  omitted: number
}

type Expect = "start" | "first-key" | "key" | "colon" | "member" | "after-member" | "element" | "first-element"
type State = Expect | "after-element" | "done"
type Reading = "nothing" | "key" | "member" | "element"

const MEMBERS_LIMIT = 65_536
const QUOTE = 0x22
const COMMA = 0x2c
const EMPTY = Buffer.alloc(0)

/**
 * Cuts a STIX bundle, a TAXII envelope or a list of objects into its objects while the bytes arrive, in chunks cut
 * anywhere. Holds one object and one chunk at most; an object that lies within one chunk is a view of that chunk.
 * Looks at brackets and quotes only: each slice is still to be parsed.
 *
 * Throws JsonFault when the surroundings are not what they must be. A fault found after good slices of the same
 * chunk is thrown by the next call, so that no slice is lost.
 */
export class ObjectSplitter {
  readonly container: Container = { kind: "unknown", members: {}, omitted: 0 }
  readonly #maxObjectBytes: number
  #state: State = "start"
  #reading: Reading = "nothing"
  #base = 0
  #fault: JsonFault | null = null
  // The value being read: nesting, string state, where it began, what of it lay in earlier chunks.
  #depth = 0
  #quoted = false
  #escaped = false
  #scalar = false
  #start = 0
  #buffer = EMPTY
  #held = 0
  #skipped = false
  // The list of objects and the other members.
  #position = 0
  #key = ""
  #keys = new Set<string>()
  #inList = false
  #kept = 0

  constructor(limits: { maxObjectBytes: number }) {
    this.#maxObjectBytes = limits.maxObjectBytes
  }

  push(chunk: Uint8Array): Slice[] {
    const slices: Slice[] = []
    this.#guard(slices, () => this.#consume(chunk, slices))
    this.#base += chunk.length
    return slices
  }

  end(): Slice[] {
    if (this.#fault) throw this.#fault
    if (this.#state !== "done" || this.#reading !== "nothing") throw new JsonFault("json.truncated", this.#base)
    return []
  }

  #guard(slices: Slice[], work: () => void): void {
    if (this.#fault) throw this.#fault
    try {
      work()
    } catch (fault) {
      if (!(fault instanceof JsonFault)) throw fault
      this.#fault = fault
      if (slices.length === 0) throw fault
    }
  }

  #consume(chunk: Uint8Array, slices: Slice[]): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#reading !== "nothing") {
        const stop = this.#scanValue(chunk, at)
        if (this.#ended(chunk, stop)) this.#finish(chunk, at, stop, slices)
        else this.#hold(chunk.subarray(at))
        at = stop
      } else {
        const byte = chunk[at] as number
        if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++
        else at = this.#step(byte, at)
      }
    }
  }

  /** Reads one structural byte between values; returns where to go on (a value's first byte is not consumed). */
  #step(byte: number, at: number): number {
    const state = this.#state
    if (state === "start" && byte === 0x7b) this.#state = "first-key"
    else if (state === "start" && byte === 0x5b) {
      this.container.kind = "array"
      this.#state = "first-element"
    } else if ((state === "first-key" || state === "key") && byte === QUOTE) return this.#begin("key", byte, at)
    else if ((state === "first-key" || state === "after-member") && byte === 0x7d) this.#close(at)
    else if (state === "colon" && byte === 0x3a) this.#state = "member"
    else if (state === "member") return this.#member(byte, at)
    else if (state === "after-member" && byte === COMMA) this.#state = "key"
    else if (state === "first-element" && byte === 0x5d) this.#closeList()
    else if (state === "first-element" || state === "element") return this.#begin("element", byte, at)
    else if (state === "after-element" && byte === COMMA) this.#state = "element"
    else if (state === "after-element" && byte === 0x5d) this.#closeList()
    else this.#refuse(byte, at)
    return at + 1
  }

  #refuse(byte: number, at: number): never {
    throw new JsonFault(this.#state === "start" && byte === 0xef ? "json.encoding" : "json.syntax", this.#base + at)
  }

  #member(byte: number, at: number): number {
    if (this.#key !== "objects") return this.#begin("member", byte, at)
    if (byte !== 0x5b) throw new JsonFault("json.no-objects", this.#base + at)
    this.#inList = true
    this.#state = "first-element"
    return at + 1
  }

  #closeList(): void {
    this.#state = this.#inList ? "after-member" : "done"
  }

  #close(at: number): void {
    if (!this.#keys.has("objects")) throw new JsonFault("json.no-objects", this.#base + at)
    const type = this.container.members.type
    this.container.kind = type === "bundle" ? "bundle" : type === undefined ? "envelope" : "unknown"
    this.#state = "done"
  }

  #begin(reading: Reading, byte: number, at: number): number {
    if (byte === COMMA || byte === 0x3a || byte === 0x5d || byte === 0x7d) this.#refuse(byte, at)
    this.#reading = reading
    this.#depth = 0
    this.#quoted = false
    this.#escaped = false
    this.#scalar = byte !== QUOTE && byte !== 0x7b && byte !== 0x5b
    this.#start = this.#base + at
    this.#held = 0
    this.#skipped = false
    return at
  }

  /** Goes on from `from` to the end of the value or of the chunk, and remembers how far into it we are. */
  #scanValue(chunk: Uint8Array, from: number): number {
    if (this.#scalar) return endOfScalar(chunk, from)
    const end = chunk.length
    let at = from
    let depth = this.#depth
    let quoted = this.#quoted
    let escaped = this.#escaped
    while (at < end) {
      const byte = chunk[at++] as number
      if (quoted) {
        if (escaped) escaped = false
        else if (byte === 0x5c) escaped = true
        else if (byte === QUOTE) {
          quoted = false
          if (depth === 0) break
        }
      } else if (byte === QUOTE) quoted = true
      else if (byte === 0x7b || byte === 0x5b) depth++
      else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) break
    }
    this.#depth = depth
    this.#quoted = quoted
    this.#escaped = escaped
    return at
  }

  #ended(chunk: Uint8Array, stop: number): boolean {
    return this.#scalar ? stop < chunk.length : this.#depth === 0 && !this.#quoted
  }

  /** The value goes on in the next chunk. What is too large already is let go, so that memory stays bounded. */
  #hold(part: Uint8Array): void {
    const limit = this.#reading === "element" ? this.#maxObjectBytes : MEMBERS_LIMIT
    if (this.#held + part.length > limit) this.#drop()
    if (!this.#skipped) this.#append(part)
    this.#held += part.length
  }

  #drop(): void {
    this.#skipped = true
    this.#buffer = EMPTY
  }

  /** One buffer that doubles: a body sent in chunks of one byte must not cost an object for each. */
  #append(part: Uint8Array): void {
    const needed = this.#held + part.length
    if (needed > this.#buffer.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length))
      this.#buffer.copy(wider, 0, 0, this.#held)
      this.#buffer = wider
    }
    this.#buffer.set(part, this.#held)
  }

  #finish(chunk: Uint8Array, from: number, stop: number, slices: Slice[]): void {
    const size = this.#held + stop - from
    const bytes = this.#whole(chunk.subarray(from, stop), size)
    const reading = this.#reading
    this.#reading = "nothing"
    this.#buffer = EMPTY
    if (reading === "element") this.#element(bytes, size, slices)
    else if (reading === "key") this.#name(bytes)
    else this.#keep(bytes, size)
  }

  #whole(last: Uint8Array, size: number): Uint8Array {
    if (this.#held === 0 || this.#skipped) return last
    this.#append(last)
    return this.#buffer.subarray(0, size)
  }

  #element(bytes: Uint8Array, size: number, slices: Slice[]): void {
    const place = { position: this.#position++, offset: this.#start }
    this.#state = "after-element"
    if (this.#skipped || size > this.#maxObjectBytes) slices.push({ ok: false, ...place, code: "object.too-large" })
    else slices.push({ ok: true, ...place, bytes })
  }

  #name(bytes: Uint8Array): void {
    const key = this.#skipped ? "" : this.#parse(bytes)
    if (this.#skipped || typeof key !== "string") throw new JsonFault("json.syntax", this.#start)
    if (key === "__proto__") throw new JsonFault("json.forbidden-key", this.#start)
    if (this.#keys.has(key)) throw new JsonFault("json.duplicate-key", this.#start)
    this.#keys.add(key)
    if (this.#keys.size > 1_000) throw new JsonFault("json.nodes", this.#start)
    this.#kept += bytes.length
    this.#key = key
    this.#state = "colon"
  }

  #keep(bytes: Uint8Array, size: number): void {
    this.#state = "after-member"
    const total = this.#kept + size
    if (this.#skipped || total > MEMBERS_LIMIT) {
      this.container.omitted++
      return
    }
    this.#kept = total
    this.container.members[this.#key] = this.#parse(bytes)
  }

  #parse(bytes: Uint8Array): Json {
    try {
      return parseStrictJson(bytes)
    } catch (fault) {
      throw fault instanceof JsonFault ? new JsonFault(fault.code, this.#start + fault.offset) : fault
    }
  }
}

function endOfScalar(chunk: Uint8Array, from: number): number {
  let at = from
  while (at < chunk.length) {
    const byte = chunk[at] as number
    if (byte <= 0x20 || byte === COMMA || byte === 0x5d || byte === 0x7d || byte === 0x3a) break
    at++
  }
  return at
}

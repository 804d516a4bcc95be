import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { mapped, release } from "../kernel/memory.ts"
import { type Body, piecesOf, type Reply, sizeOf } from "./reply.ts"

const zip = promisify(gzip)
const BYTES_MOST = 32 * 1024 * 1024
const ENTRY_OVERHEAD = 512
const WORTH_ZIPPING = 1024
const REQUESTS_MOST = 5000
const SMALL = 4096
/** Longer keys and requests are not remembered: they would take the room that is counted for answers. */
const KEY_MOST = 1024

/**
 * Ready answers by what they answer, the least recently asked for leaving first; and, as long as nothing changes at
 * the node, by the very request, so that asking the same again costs next to nothing.
 */
export class ReplyCache {
  readonly #replies = new Map<string, Reply>()
  readonly #requests = new Map<string, string>()
  readonly #epoch: () => string
  /** Answers that were made once and not kept. */
  readonly #seen = new Set<string>()
  #requestsOf = ""
  #bytes = 0
  #asked = 0

  /** `epoch` must change whenever any answer or anybody's right to it may have changed. */
  constructor(epoch: () => string) {
    this.#epoch = epoch
  }

  get epoch(): string {
    return this.#epoch()
  }

  /** Counts requests, to tell whether the node rests. */
  get asked(): number {
    return this.#asked
  }

  /** What this request was answered, if that still holds. */
  recall(request: string): Reply | undefined {
    this.#asked += 1
    const place = this.#requestsOf === this.#epoch() ? this.#requests.get(request) : undefined
    return place === undefined ? undefined : this.#replies.get(place)
  }

  /** Notes the answer to a request that was asked at `epoch`; only answers that this cache made. */
  remember(request: string, epoch: string, { place }: Reply): void {
    if (place === undefined || request.length > KEY_MOST || epoch !== this.#epoch()) return
    if (this.#requestsOf !== epoch || this.#requests.size >= REQUESTS_MOST) this.#requests.clear()
    this.#requestsOf = epoch
    this.#requests.set(request, place)
  }

  /**
   * The answer for `key`, made by `make` if it is not there; compressed once where the client takes gzip. The key
   * names all that the answer depends on, so an answer is never older than what it shows.
   */
  async answer(key: string, zipped: boolean, make: () => Promise<Reply>): Promise<Reply> {
    const place = `${zipped ? "z" : "p"}${key}`
    const ready = this.#replies.get(place)
    if (ready !== undefined) {
      this.#replies.delete(place)
      this.#replies.set(place, ready)
      return ready
    }
    const plain = zipped ? await this.answer(key, false, make) : await make()
    const made = zipped ? await compressed(plain) : plain
    // Too small to be packed, the answer shares its body with the plain one, which may be kept.
    if (!this.#worthKeeping(place, made)) return zipped && made.body === plain.body ? made : { ...made, passing: true }
    const kept = { ...made, body: sizeOf(made.body) < SMALL ? made.body : moved(made.body), place, passing: false }
    this.#keep(place, kept)
    return kept
  }

  /** What is asked for once is mostly never asked for again: a page is kept from the second time on. */
  #worthKeeping(place: string, { body }: Reply): boolean {
    if (place.length > KEY_MOST) return false
    const again = this.#seen.has(place)
    if (this.#seen.size >= REQUESTS_MOST) this.#seen.clear()
    this.#seen.add(place)
    return again && sizeOf(body) < BYTES_MOST / 8
  }

  clear(): void {
    this.#seen.clear()
    this.#replies.clear()
    this.#requests.clear()
    this.#bytes = 0
  }

  #keep(place: string, reply: Reply): void {
    const size = sizeOf(reply.body) + ENTRY_OVERHEAD
    if (this.#replies.has(place)) return
    this.#replies.set(place, reply)
    this.#bytes += size
    for (const [oldest, { body }] of this.#replies) {
      if (this.#bytes <= BYTES_MOST) return
      this.#replies.delete(oldest)
      this.#bytes -= sizeOf(body) + ENTRY_OVERHEAD
    }
  }
}

/** The body as one piece in memory of its own; what it was made of is given back. */
function moved(body: Body): Uint8Array {
  const bytes = mapped(sizeOf(body))
  let at = 0
  for (const piece of piecesOf(body)) {
    bytes.set(piece, at)
    at += piece.length
    release(piece)
  }
  return bytes
}

async function compressed(reply: Reply): Promise<Reply> {
  const { passing: _, place: __, ...lasting } = reply // what is packed is a body of its own, kept at another place
  const headers = { ...reply.headers, vary: "accept-encoding, authorization" }
  if (sizeOf(reply.body) < WORTH_ZIPPING) return { ...reply, headers }
  const body = await zip(Buffer.concat(piecesOf(reply.body)), { level: 4 })
  return { ...lasting, headers: { ...headers, "content-encoding": "gzip" }, body }
}

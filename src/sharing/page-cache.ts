import { promisify } from "node:util"
import { gzip } from "node:zlib"
import type { Reply } from "../http/index.ts"

const zip = promisify(gzip)
const BYTES_MOST = 32 * 1024 * 1024
const ENTRY_OVERHEAD = 512
const WORTH_ZIPPING = 1024

/**
 * Ready answers by what they answer, the least recently asked for leaving first. The key carries the size of the
 * collection, so an answer is never older than the collection.
 */
export class PageCache {
  readonly #replies = new Map<string, Reply>()
  #bytes = 0

  /** The answer for `key`, made by `make` if it is not there; compressed once where the client takes gzip. */
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
    this.#keep(place, made)
    return made
  }

  #keep(place: string, reply: Reply): void {
    const size = Buffer.byteLength(reply.body) + ENTRY_OVERHEAD
    if (size > BYTES_MOST / 8 || this.#replies.has(place)) return
    this.#replies.set(place, reply)
    this.#bytes += size
    for (const [oldest, { body }] of this.#replies) {
      if (this.#bytes <= BYTES_MOST) return
      this.#replies.delete(oldest)
      this.#bytes -= Buffer.byteLength(body) + ENTRY_OVERHEAD
    }
  }
}

async function compressed(reply: Reply): Promise<Reply> {
  const headers = { ...reply.headers, vary: "accept-encoding, authorization" }
  if (Buffer.byteLength(reply.body) < WORTH_ZIPPING) return { ...reply, headers }
  const body = await zip(reply.body, { level: 4 })
  return { ...reply, headers: { ...headers, "content-encoding": "gzip" }, body }
}

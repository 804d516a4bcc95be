import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import type { RootProof } from "../../ledger/index.ts"
import type { SentEntry } from "../../library/index.ts"

/** Entries of a collection on their way: one line of JSON for the whole, then a line and a body for each entry. */
export const ENTRIES_TYPE = "application/vnd.comity.entries"

/**
 * A part of a log: entries from `from` on, the signed checkpoint to which they lead, the consistency proof from their
 * end to it (RFC 6962 section 2.1.2). `continued`: the root that the log had at the size of the reader's last checkpoint,
 * and the proof from there; null if the reader has none yet.
 */
export type Part = {
  from: number
  checkpoint: string
  proof: Buffer[]
  continued: RootProof | null
  entries: SentEntry[]
}

/** So many entries go out at once; who sends more would hold up the thread that reads them. */
export const ENTRIES_MOST = 500

const Base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .max(88)
  .transform((text) => Buffer.from(text, "base64"))
export const Hash = Base64.refine(({ length }) => length === 32)
const seq = z.int().nonnegative()
const Head = z.strictObject({
  v: z.literal(1),
  from: seq,
  count: z.int().nonnegative().max(ENTRIES_MOST),
  checkpoint: z.string().max(100_000),
  proof: z.array(Hash).max(64),
  continued: z.strictObject({ root: Hash, hashes: z.array(Hash).max(64) }).nullable(),
})
const Line = z.union([
  z.strictObject({ seq, salt: Hash, header: z.string().max(10_000), length: seq }),
  z.strictObject({ seq, h: Hash, by: seq.nullable() }),
])

export function encodePart({ from, checkpoint, proof, continued, entries }: Part): Buffer {
  const text = (hash: Buffer) => hash.toString("base64")
  const proven = continued && { root: text(continued.root), hashes: continued.hashes.map(text) }
  const head = { v: 1, from, count: entries.length, checkpoint, proof: proof.map(text), continued: proven }
  return Buffer.concat([line(head), ...entries.flatMap(encodeEntry)])
}

function encodeEntry({ seq, h, content, by }: SentEntry): Buffer[] {
  if (content === null) return [line({ seq, h: h.toString("base64"), by })]
  const { salt, header, body } = content
  return [line({ seq, salt: salt.toString("base64"), header, length: body.length }), body, NEWLINE]
}

const NEWLINE = Buffer.from("\n")

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`)
}

/**
 * The reverse; `commit` computes the commitment of an entry that came with its content. Throws `invalid feed.malformed`:
 * for anything that `encodePart` would not write.
 */
export function decodePart(bytes: Buffer, commit: (salt: Buffer, header: string, body: Buffer) => Buffer): Part {
  const reader = new LineReader(bytes)
  const head = reader.line(Head)
  const entries: SentEntry[] = []
  for (let i = 0; i < head.count; i++) {
    const said = reader.line(Line)
    if (said.seq !== head.from + i) throw malformed()
    if ("h" in said) entries.push({ seq: said.seq, h: said.h, content: null, by: said.by })
    else {
      const { salt, header } = said
      const body = reader.body(said.length)
      entries.push({ seq: said.seq, h: commit(salt, header, body), content: { salt, header, body }, by: null })
    }
  }
  reader.end()
  const { from, checkpoint, proof, continued } = head
  return { from, checkpoint, proof, continued, entries }
}

const LINE_MOST = 256 * 1024

class LineReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  line<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0 || end - this.#at > LINE_MOST) throw malformed()
    const text = this.#bytes.subarray(this.#at, end)
    this.#at = end + 1
    try {
      return schema.parse(parseStrictJson(text))
    } catch (cause) {
      throw malformed(cause)
    }
  }

  body(length: number): Buffer {
    const end = this.#at + length
    if (end >= this.#bytes.length || this.#bytes[end] !== 0x0a) throw malformed()
    const body = this.#bytes.subarray(this.#at, end)
    this.#at = end + 1
    return body
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed()
  }
}

function malformed(cause?: unknown): ComityError {
  return new ComityError("invalid", "feed.malformed", {}, cause)
}

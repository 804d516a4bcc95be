import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { z } from "zod"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import { decodeBase64, openNote, parseNote, signNote, verifierOf } from "../../ledger/index.ts"
import type { Self } from "../model.ts"
import { Offers } from "./subscribing.ts"

// What goes from node to node where no line does: a signed head that says from whom, for whom and about what, then the
// same parts and receipts that would travel as messages.

const MAGIC = "comity-feed/1"
const TITLE = "comity/feed-file/v1"
const HEAD_MOST = 4 * 1024 * 1024
const LINE_MOST = 100
const PIECE_MOST = 64 * 1024 * 1024

const Party = z.string().regex(/^identity--[0-9a-f-]{36}$/)
const base64 = z
  .string()
  .max(200_000)
  .transform((text) => decodeBase64(text) ?? Buffer.alloc(0))
  .refine(({ length }) => length > 0)
const Head = z.strictObject({
  v: z.literal(1),
  from: Party,
  to: Party,
  at: z.string().max(40),
  /** The sender's key statements: where there is no line, this is how a change of keys is learnt. */
  keys: z.array(base64).min(1).max(1000),
  feeds: Offers,
  /** SHA-256 of the recipient's receipts that the sender has: they need not come again. */
  taken: z.array(base64).max(1000),
})
export type FeedHead = z.output<typeof Head>

export type Piece = { kind: "part"; collection: string; bytes: Buffer } | { kind: "receipts"; bytes: Buffer }

export function formatHead(self: Self, head: FeedHead): Buffer {
  const text = (bytes: Buffer) => bytes.toString("base64")
  const said = { ...head, keys: head.keys.map(text), taken: head.taken.map(text) }
  const signer = { name: head.from, signer: self.signer }
  const note = Buffer.from(signNote(`${TITLE}\n${canonicalize(said as Json)}\n`, signer))
  return Buffer.concat([Buffer.from(`${MAGIC} ${note.length}\n`), note])
}

export function formatPiece(piece: Piece): Buffer {
  const name = piece.kind === "part" ? `part ${piece.collection}` : "receipts"
  return Buffer.concat([Buffer.from(`${name} ${piece.bytes.length}\n`), piece.bytes])
}

/** The last line: a file that was cut off shows it. */
export const FEED_FILE_END = Buffer.from("end\n")

/** A file as it is read: its head first, of which nothing is believed before `checkHead`. */
export class FeedFile {
  readonly #file: number
  readonly #size: number
  #at = 0
  readonly note: string
  readonly head: FeedHead

  /** Throws `not-found feed.no-file`, `invalid feed.file-malformed`. */
  constructor(path: string) {
    this.#file = opened(path)
    try {
      this.#size = fstatSync(this.#file).size
      const [magic, length] = this.#line().split(" ")
      if (magic !== MAGIC) throw malformed()
      this.note = this.#bytes(lengthOf(length, HEAD_MOST)).toString("utf8")
      this.head = headIn(this.note)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** How far it was read, and how large it is. */
  get progress(): { done: number; of: number } {
    return { done: this.#at, of: this.#size }
  }

  /** Null at the end. Throws `invalid feed.file-malformed`, also for a file that was cut off. */
  next(): Piece | null {
    const [kind, ...rest] = this.#line().split(" ")
    if (kind === "end" && rest.length === 0) {
      if (this.#at !== this.#size) throw malformed()
      return null
    }
    const bytes = this.#bytes(lengthOf(rest.at(-1), PIECE_MOST))
    if (kind === "receipts" && rest.length === 1) return { kind, bytes }
    if (kind === "part" && rest.length === 2) return { kind, collection: rest[0] ?? "", bytes }
    throw malformed()
  }

  close(): void {
    closeSync(this.#file)
  }

  #line(): string {
    const bytes = Buffer.alloc(Math.min(LINE_MOST, this.#size - this.#at))
    readSync(this.#file, bytes, 0, bytes.length, this.#at)
    const end = bytes.indexOf(0x0a)
    if (end < 0) throw malformed()
    this.#at += end + 1
    return bytes.toString("latin1", 0, end)
  }

  #bytes(length: number): Buffer {
    if (this.#at + length > this.#size) throw malformed()
    const bytes = Buffer.alloc(length)
    for (let read = 0; read < length; ) {
      const got = readSync(this.#file, bytes, read, length - read, this.#at + read)
      if (got === 0) throw malformed()
      read += got
    }
    this.#at += length
    return bytes
  }
}

/** Throws as `openNote` if the sender's key did not sign the head. */
export function checkHead({ note, head }: Pick<FeedFile, "note" | "head">, key: Buffer): void {
  openNote(note, [verifierOf(head.from, key)])
}

function headIn(note: string): FeedHead {
  try {
    const [title, body, ...rest] = parseNote(note).text.split("\n")
    if (title === TITLE && body !== undefined && rest.join("") === "") {
      return Head.parse(parseStrictJson(Buffer.from(body)))
    }
  } catch (cause) {
    throw malformed(cause)
  }
  throw malformed()
}

function lengthOf(text: string | undefined, most: number): number {
  const length = /^(?:0|[1-9]\d{0,9})$/.test(text ?? "") ? Number(text) : Number.NaN
  if (!(length <= most)) throw malformed()
  return length
}

function opened(path: string): number {
  try {
    return openSync(path, "r")
  } catch (cause) {
    throw new ComityError("not-found", "feed.no-file", { file: path }, cause)
  }
}

function malformed(cause?: unknown): ComityError {
  return new ComityError("invalid", "feed.file-malformed", {}, cause)
}

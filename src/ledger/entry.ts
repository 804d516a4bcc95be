import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"
import { type Instant, parseInstant } from "../kernel/time.ts"
import { HASH_BYTES } from "./merkle.ts"
import { decodeBase64 } from "./note.ts"

export const SALT_BYTES = 32

/** `erase` empties one earlier entry; `closed` ends the log, and names no object. */
export type EntryKind = "put" | "mark" | "revoke" | "recall" | "erase" | "closed"

/** What an entry of a collection says beside its body. It travels with body and salt, never in the leaf. */
export type EntryHeader = {
  readonly kind: EntryKind
  readonly id: string | null
  readonly spec: string | null
  readonly version: string | null
  readonly date_added: string
  readonly marking: string | null
  readonly terms: string | null
  /** Base64 `h` of the previous entry of this collection about the same object. */
  readonly previous: string | null
  /** The seq of the entry that an `erase` entry empties; null for every other kind. */
  readonly erases: number | null
}

/** The header of an entry in the node's own ledger and key log. */
export type EventHeader = { readonly at: string; readonly what: string; readonly by: string | null }

/** All that the tree shows of an entry. */
export type Leaf = { readonly seq: number; readonly h: Buffer }

const DOMAIN = "comity/entry/v1"
const LEAF = /^\{"h":"([A-Za-z0-9+/]{43}=)","seq":(0|[1-9]\d{0,15}),"v":1\}$/
const Text = z.string().nullable()
const Header = z
  .strictObject({
    kind: z.enum(["put", "mark", "revoke", "recall", "erase", "closed"]),
    id: Text,
    spec: Text,
    version: Text,
    date_added: z.string(),
    marking: Text,
    terms: Text,
    previous: Text,
    erases: z.int().nonnegative().nullable(),
  })
  .refine(({ kind, erases }) => (kind === "erase") === (erases !== null))
const Event = z.strictObject({ at: z.string(), what: z.string(), by: Text })

/** Stays allocated, so that hashing a body of usual size is one call. */
const input = Buffer.alloc(64 * 1024)
const SALT_AT = input.write(DOMAIN, 0, "latin1")
const LENGTH_AT = SALT_AT + SALT_BYTES
const HEADER_AT = LENGTH_AT + 4

/** SHA-256("comity/entry/v1" ‖ salt ‖ uint32be(length of header in bytes) ‖ header ‖ body). */
export function entryHash(salt: Uint8Array, header: string | Uint8Array, body: Uint8Array): Buffer {
  if (salt.length !== SALT_BYTES) throw new RangeError("entryHash: the salt has 32 bytes")
  // UTF-16 units become at most three bytes each.
  if (HEADER_AT + header.length * 3 + body.length > input.length) return longEntryHash(salt, header, body)
  input.set(salt, SALT_AT)
  const length = typeof header === "string" ? input.write(header, HEADER_AT) : put(header, HEADER_AT)
  input.writeUInt32BE(length, LENGTH_AT)
  input.set(body, HEADER_AT + length)
  return sha256(input.subarray(0, HEADER_AT + length + body.length))
}

/** RFC 8785 form of `{"h": standard base64, "seq": N, "v": 1}`. */
export function leafBytes(seq: number, h: Buffer): Buffer {
  return Buffer.from(`{"h":"${h.toString("base64")}","seq":${seq},"v":1}`, "latin1")
}

/** Reads the one spelling that `leafBytes` writes; throws `invalid ledger.leaf-malformed`. */
export function parseLeaf(bytes: Uint8Array): Leaf {
  const [, encoded = "", seq = ""] = LEAF.exec(Buffer.from(bytes).toString("latin1")) ?? []
  const h = decodeBase64(encoded)
  if (h?.length !== HASH_BYTES || !Number.isSafeInteger(Number(seq))) {
    throw new ComityError("invalid", "ledger.leaf-malformed")
  }
  return { seq: Number(seq), h }
}

/** RFC 8785 form, put together by hand: this runs for each object that enters. */
export function headerText(header: EntryHeader): string {
  return (
    `{"date_added":${text(header.date_added)},"erases":${header.erases},"id":${text(header.id)},` +
    `"kind":"${header.kind}","marking":${text(header.marking)},"previous":${text(header.previous)},` +
    `"spec":${text(header.spec)},"terms":${text(header.terms)},"version":${text(header.version)}}`
  )
}

/** RFC 8785 form of the header of a ledger or key log entry. */
export function eventHeaderText({ at, what, by }: EventHeader): string {
  return `{"at":${text(at)},"by":${text(by)},"what":${text(what)}}`
}

/** Accepts only what `headerText` writes, byte for byte; throws `invalid ledger.header-malformed`. */
export function parseHeader(header: string): EntryHeader {
  const parsed = Header.safeParse(parseJson(header)).data
  return parsed !== undefined && headerText(parsed) === header ? parsed : malformed()
}

/** Accepts only what `eventHeaderText` writes; throws `invalid ledger.header-malformed`. */
export function parseEventHeader(header: string): EventHeader {
  const parsed = Event.safeParse(parseJson(header)).data
  return parsed !== undefined && eventHeaderText(parsed) === header ? parsed : malformed()
}

/** When that happened. */
export function eventInstant(header: string): Instant {
  return parseInstant(parseEventHeader(header).at) ?? malformed()
}

function longEntryHash(salt: Uint8Array, header: string | Uint8Array, body: Uint8Array): Buffer {
  const bytes = typeof header === "string" ? Buffer.from(header) : header
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return sha256(DOMAIN, salt, length, bytes, body)
}

function put(bytes: Uint8Array, at: number): number {
  input.set(bytes, at)
  return bytes.length
}

/** Most values are plain ASCII, which needs no escaping (RFC 8785 section 3.2.2.2). */
const PLAIN = /^[ !#-[\]-~]*$/

function text(value: string | null): string {
  if (value === null) return "null"
  if (PLAIN.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new ComityError("invalid", "ledger.header-malformed")
  return JSON.stringify(value)
}

function parseJson(header: string): unknown {
  try {
    return JSON.parse(header)
  } catch {
    return malformed()
  }
}

function malformed(): never {
  throw new ComityError("invalid", "ledger.header-malformed")
}

import { z } from "zod"
import type { Signer } from "../../crypto/index.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256, sha512 } from "../../kernel/hash.ts"
import { openNote, parseNote, signNote, verifierOf } from "../../ledger/index.ts"
import { oneLine, type PartyId } from "../../parties/index.ts"
import { parseBody } from "../../peering/index.ts"
import { PURPOSES } from "../../policy/index.ts"
import { ITEM_TYPES, type ItemType } from "../items/types.ts"
import { BASIS_MOST, LEARNERS, MATCH_MOST, PADDED_LEAST, type RunId, SMALLEST_MOST, SUITE } from "./model.ts"

// docs/protocol/matching.md

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
const PARTY = new RegExp(`^identity--${UUID}$`)
const RUN = new RegExp(`^match--${UUID}$`)
const AGREEMENT = new RegExp(`^comity-agreement--${UUID}$`)
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/
const CODE = /^[a-z0-9.-]{1,80}$/
const isParty = (text: string): text is PartyId => PARTY.test(text)
const isRun = (text: string): text is RunId => RUN.test(text)

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const Hash = hex(32)
/** Where the run stands: SHA-512 over all that was said until then. */
const Transcript = hex(64)
const line = (most: number) => z.string().refine((text) => oneLine(text) === text && text.length <= most)
const number = (least: number, most: number) => z.int().min(least).max(most)

/** One row for each type, in the one order of types, each once. */
const perType = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const row = z.strictObject({ type: z.enum(ITEM_TYPES), ...shape })
  return z
    .array(row)
    .min(1)
    .max(ITEM_TYPES.length)
    .refine((rows) => areInOrder((rows as readonly { type: ItemType }[]).map(({ type }) => type)))
}
const types = z.array(z.enum(ITEM_TYPES)).max(ITEM_TYPES.length).refine(areInOrder)

const head = {
  v: z.literal(1),
  run: z.string().refine(isRun),
  from: z.string().refine(isParty),
  to: z.string().refine(isParty),
  at: z.string().regex(TIME),
}

const step = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ ...head, step: z.literal(name), ...shape })

/** All that a party says in a run, each step once and signed. */
export const Statement = z.discriminatedUnion("step", [
  step("propose", {
    mode: z.literal("balanced"),
    suite: z.literal(SUITE),
    /** Version of the canonical forms of items. */
    items: z.literal(1),
    types: perType({ most: number(1, MATCH_MOST), smallest: number(1, SMALLEST_MOST) }),
    purpose: z.enum(PURPOSES),
    basis: line(BASIS_MOST).min(1),
    agreement: z.string().regex(AGREEMENT).nullable(),
    learns: z.strictObject({ count: z.literal("both"), items: z.enum(LEARNERS) }),
    expires: z.string().regex(TIME),
  }),
  /** `proposal`: hash of the text to which this answers; sizes may be lowered. */
  step("accept", { proposal: Hash, types: perType({ most: number(1, MATCH_MOST) }) }),
  step("refuse", { proposal: Hash, reason: line(500) }),
  /** What each side will use, before it saw anything of the other: it cannot choose its items by the other's. */
  step("commit", {
    t: Transcript,
    root: Hash,
    types: perType({ size: number(PADDED_LEAST, MATCH_MOST), seed: Hash }),
    set: z.strictObject({ root: Hash, added: z.int().min(0).nullable(), removed: z.int().min(0).nullable() }),
  }),
  step("tags", { t: Transcript, root: Hash }),
  /** Null is "fewer than the smallest number that is told". */
  step("count", { t: Transcript, types: perType({ count: z.int().min(1).max(MATCH_MOST).nullable() }) }),
  step("consent", { t: Transcript, types: types.min(1) }),
  step("decline", { t: Transcript }),
  step("open", { t: Transcript, seeds: z.array(Seed()).max(ITEM_TYPES.length).refine(seedsInOrder) }),
  step("labels", { t: Transcript, bytes: z.int().min(0), sha256: Hash }),
  step("close", { t: Transcript }),
  /** At any time: the run is over for this side, and its keys are erased. */
  step("cancel", { reason: z.string().regex(CODE).nullable() }),
  /** The other side said or sent what it may not; what. */
  step("broken", { reason: z.string().regex(CODE) }),
])
export type Statement = z.output<typeof Statement>
export type Step = Statement["step"]
export type Said<Name extends Step> = Extract<Statement, { step: Name }>

function Seed() {
  return z.strictObject({ type: z.enum(ITEM_TYPES), seed: Hash, nonce: Hash })
}

function areInOrder(given: readonly ItemType[]): boolean {
  return given.every((type, i) => i === 0 || ITEM_TYPES.indexOf(type) > ITEM_TYPES.indexOf(given[i - 1] as ItemType))
}

function seedsInOrder(seeds: readonly { type: ItemType }[]): boolean {
  return areInOrder(seeds.map(({ type }) => type))
}

/** Steps that both sides take, one after the other; each says where the run stood before it. */
export const ROUNDS = ["commit", "tags", "count", "consent", "open", "labels", "close"] as const
export type Round = (typeof ROUNDS)[number]

const TITLE = "comity/match/v1"
const NOTE_MOST = 48 * 1024
export const MESSAGE_MOST = 2 * NOTE_MOST

export const Message = z.strictObject({ v: z.literal(1), note: z.string().max(NOTE_MOST) })
export const Answer = z.strictObject({ v: z.literal(1), taken: z.literal(true) })

/** Which part of what is asked for: a list as it was masked, tags, or what is known about common items. */
export const STREAMS = ["own", "tags", "labels"] as const
export type Stream = (typeof STREAMS)[number]
/** Whole elements of every stream: 8,192 of a list, 16,384 tags. */
export const CHUNK_BYTES = 256 * 1024
export const ChunkWish = z.strictObject({
  v: z.literal(1),
  run: z.string().refine(isRun),
  stream: z.enum(STREAMS),
  seq: z
    .int()
    .min(0)
    .max(1 << 20),
})
export type ChunkWish = z.output<typeof ChunkWish>

export function signStatement(said: Statement, signer: Signer): string {
  return signNote(`${TITLE}\n${canonicalize(said as Json)}\n`, { name: said.from, signer })
}

/** Throws `invalid peer.body`, and what `openNote` throws. */
export function openStatement(note: string, by: PartyId, keys: readonly Buffer[]): Statement {
  const { text } = openNote(
    note,
    keys.map((key) => verifierOf(by, key)),
  )
  const said = readStatement(text)
  if (said.from !== by) throw new ComityError("invalid", "peer.body")
  return said
}

/** One that was checked when it came, or is our own: the key that signed it may have been rotated since. */
export function keptStatement(note: string): Statement {
  return readStatement(parseNote(note).text)
}

function readStatement(text: string): Statement {
  const [first, body = "", last, ...rest] = text.split("\n")
  if (first !== TITLE || last !== "" || rest.length > 0) throw new ComityError("invalid", "peer.body")
  const said = parseBody(Statement, Buffer.from(body))
  // One spelling alone, so that both sides hash the same.
  if (canonicalize(said as Json) !== body) throw new ComityError("invalid", "peer.body")
  return said
}

/** What was signed, without the signatures. */
export function textOf(note: string): string {
  return parseNote(note).text
}

/** By which an answer names a proposal. */
export function textHash(note: string): string {
  return sha256(textOf(note)).toString("hex")
}

/** Where a run stands after a proposal and its acceptance. */
export function firstTranscript(proposal: string, acceptance: string): Buffer {
  return sha512(Buffer.from(textOf(proposal) + textOf(acceptance)))
}

/** The same after a round: the proposer's word, then the acceptor's. */
export function nextTranscript(before: Uint8Array, proposers: string, acceptors: string): Buffer {
  return sha512(Buffer.concat([before, Buffer.from(textOf(proposers)), Buffer.from(textOf(acceptors))]))
}

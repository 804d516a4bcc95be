import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { OPEN_TYPES, type OpenType } from "../items/types.ts"
import type { Knowledge } from "../runs/model.ts"

/** How items are hidden when one asks: RFC 9497, mode 0x01. */
export const ASKING_SUITE = "ristretto255-SHA512"

/** `answers`: whether items are in a list. `desk`: whether somebody works on the same thing; other keys, other quota. */
export const MODES = ["answers", "desk"] as const
export type Mode = (typeof MODES)[number]

export type AnswersId = Id<"answers">
export type EpochId = Id<"epoch">
export type QuestionId = Id<"question">
export type KnowingId = Id<"knowing">
export type SubjectId = Id<"subject">
export type ContactId = Id<"contact">

/** A list of ours that named partners may ask; in mode `desk` the subjects on which our people work. */
export type Answers = {
  key: number
  id: AnswersId
  mode: Mode
  /** The saved list; null in mode `desk`. */
  list: string | null
  title: string
  agreement: string | null
  /** So long a key answers; then the tags are made anew under another one. */
  keyDays: number
  partners: readonly { peer: number; party: PartyId; name: string }[]
  types: readonly AnswersType[]
  openedBy: string | null
  openedAt: Instant
  closedAt: Instant | null
  closedBy: string | null
}

/** `quota`: evaluations for each partner in any 24 hours, padding included. */
export type AnswersType = { type: OpenType; quota: number }

/** `building`: its tags are being made, and nobody is told of it yet. */
export type EpochState = "building" | "open" | "ended"

/** One key of one type of an open list, for a time. */
export type Epoch = {
  key: number
  id: EpochId
  answers: number
  type: OpenType
  /** Raw, 32 bytes. */
  publicKey: Buffer
  state: EpochState
  since: Instant
  until: Instant
  /** Items that are in it now; partners see the padded number of records alone. */
  items: number
  records: number
  head: Buffer
  /** What was signed of it last; null while it is being built. */
  note: string | null
}

/** What one partner asked of one type of an open list, as it counts against its quota. */
export type Usage = { peer: number; type: OpenType; used: number; quota: number; left: number; lastAt: Instant | null }

/** One question that was answered here: how many, never what. */
export type Asked = { party: PartyId; name: string; mode: Mode; type: OpenType; evaluations: number; at: Instant }

/** What a partner lets us ask, as it signed it last. */
export type Held = {
  key: number
  peer: number
  party: PartyId
  epoch: EpochId
  mode: Mode
  type: OpenType
  publicKey: Buffer
  since: Instant
  until: Instant
  /** Records of its log, and how many of them are here. */
  records: number
  pulled: number
  /** Hash over those that are here. */
  head: Buffer
  quota: number
  /** What it said last that is left of it. */
  left: number
  toldAt: Instant
  state: HeldState
}
/** `gone`: the partner offers it no more; `broken`: what it said of it cannot all be true. */
export type HeldState = "current" | "gone" | "broken"

/**
 * `waiting`: not answered yet. `answered`: all of it. `not-offered`: the partner answers nothing of this type. `quota`:
 * more than the partner answers us today; nothing was asked. `refused`: it does not answer; why says `reason`. `broken`:
 * its answer is no answer, and counts for nothing.
 */
export const PART_STATES = ["waiting", "answered", "not-offered", "quota", "refused", "broken", "cancelled"] as const
export type PartState = (typeof PART_STATES)[number]

/** What became of the items of one type at one partner. */
export type Part = {
  peer: number
  party: PartyId
  name: string
  type: OpenType
  items: number
  /** Counted against the quota there, padding included. */
  evaluations: number
  state: PartState
  reason: string | null
  /** What the partner said is left for us today. */
  left: number | null
  /** How many of the items are in its list; null until answered, and in mode `desk`, where nobody is told whose it is. */
  found: number | null
  at: Instant | null
}

/** What we ask several partners, each by itself. */
export type Question = {
  key: number
  id: QuestionId
  mode: Mode
  by: string | null
  createdAt: Instant
  /** When no part waited any more. */
  endedAt: Instant | null
  items: number
  parts: readonly Part[]
}

/** One item of a question with the partners that have it; empty in mode `desk`. */
export type Answered = { seq: number; type: OpenType; item: Buffer; found: readonly PartyId[] }

/** `waiting`: for the officer of the side that knows; `told`: its answer is here, or went. */
export type KnowingState = "waiting" | "told" | "declined"

/** "What do you know of these": asked by us (`ours`) or by the partner, of items that both have. */
export type Knowing = {
  key: number
  id: KnowingId
  side: "ours" | "theirs"
  peer: number
  party: PartyId
  name: string
  question: QuestionId | null
  state: KnowingState
  by: string | null
  createdAt: Instant
  decidedAt: Instant | null
  items: readonly KnownItem[]
}
/** `known` null: not told yet, or nothing that may be told. */
export type KnownItem = { seq: number; type: OpenType; item: Buffer; known: Knowledge | null }

/** What a desk of ours works on. */
export type Subject = {
  key: number
  id: SubjectId
  type: OpenType
  item: Buffer
  /** The desk or person, as partners are told if it consents. */
  desk: string
  by: string | null
  addedAt: Instant
  endedAt: Instant | null
}

/**
 * Contact may be useful: a desk of a partner works on the same thing as one of ours. Who that is, is told to each once
 * both consent; until then nothing of it leaves the store for people.
 */
export type Contact = {
  key: number
  id: ContactId
  /** Whose question showed it. */
  side: "ours" | "theirs"
  subject: Subject
  createdAt: Instant
  /** Null: nobody decided yet. */
  ours: boolean | null
  theirs: boolean | null
  /** The other side, once both consented and it said so. */
  named: { party: PartyId; name: string; desk: string } | null
}

export const QUOTAS_USUAL: Readonly<Record<OpenType, number>> = {
  ...{ ipv4: 5120, ipv6: 10_240, cidr: 5120, domain: 20_480, url: 20_480, email: 10_240 },
  ...{ hash: 102_400, wallet: 20_480 },
}
export const DESK_QUOTA_USUAL = 1024
export const QUOTA_MOST = 10_000_000
export const KEY_DAYS_USUAL = 30
export const KEY_DAYS_MOST = 90
export const ITEMS_MOST = 1_000_000
export const QUESTION_ITEMS_MOST = 10_000
export const PARTNERS_MOST = 50
export const KNOWING_ITEMS_MOST = 100
export const DESK_NAME_MOST = 120

/** Sizes of batches: how many items somebody asks for is seen no finer. */
export const BATCHES = [64, 256, 1024, 4096] as const
export const BATCH_MOST = 4096

/** The batches in which so many items are asked: whole thousands, and the rest in the smallest that holds it. */
export function batchesOf(items: number): number[] {
  const batches: number[] = []
  let left = items
  for (; left > BATCH_MOST; left -= BATCH_MOST) batches.push(BATCH_MOST)
  for (; left > 1024 && left <= BATCH_MOST - 1024; left -= 1024) batches.push(1024)
  if (left > 0) batches.push(BATCHES.find((size) => size >= left) ?? BATCH_MOST)
  return batches
}

/** What a question about so many items costs at the partner. */
export function evaluationsOf(items: number): number {
  return batchesOf(items).reduce((sum, size) => sum + size, 0)
}

export function isAskable(type: string): type is OpenType {
  return (OPEN_TYPES as readonly string[]).includes(type)
}

import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import type { Peer } from "../../parties/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { OPEN_TYPES, type OpenType, readItem } from "../items/types.ts"
import { DensePrefixes } from "../runs/limits.ts"
import { requireOpen } from "../runs/operations.ts"
import {
  type Answered,
  evaluationsOf,
  type Held,
  isAskable,
  type Mode,
  QUESTION_ITEMS_MOST,
  type Question,
  type QuestionId,
} from "./model.ts"
import { partnersOf } from "./opening.ts"
import {
  endIfSettled,
  insertQuestion,
  selectFindings,
  selectHeld,
  selectQuestion,
  selectQuestionItems,
  selectQuestions,
  setPart,
} from "./question-queries.ts"

export type QuestionWish = {
  partners: readonly string[]
  /** Canonical bytes; each is asked once. */
  items: readonly Buffer[]
  /** Somebody looked at the warning that neighbouring addresses are asked, and wants it all the same. */
  dense?: boolean
}

const SEED_BYTES = 32

/**
 * Asks several partners, each by itself, whether items are in the lists that they opened to us; none of them learns
 * which items, nor what the others answered. Throws `invalid match.items`, `refused match.restricted`, `conflict match.dense`
 * where the items look like addresses counted through and nobody confirmed it, and what `partnersOf` and `requireOpen` throw.
 */
export async function askPartners(store: Store, wish: QuestionWish, by: string | null): Promise<QuestionId> {
  const items = askable(wish.items)
  requireSparse(items, wish.dense === true)
  return store.write((tx) => insertAsked(tx, { mode: "answers", ...wish, by }, items.map(plain)))
}

type Typed = { type: OpenType; item: Buffer }
type Subjected = Typed & { subject: number | null }

function plain(one: Typed): Subjected {
  return { ...one, subject: null }
}

/** In one transaction the question is there and the ledger says so; the courier of questions does the rest. */
export async function insertAsked(
  tx: Tx,
  { mode, partners, by }: { mode: Mode; partners: readonly string[]; by: string | null },
  items: readonly Subjected[],
): Promise<QuestionId> {
  const peers = await partnersOf(tx, partners)
  for (const peer of peers) await requireOpen(tx, peer)
  const id = newId("question")
  const fresh = { id, mode, seed: random(SEED_BYTES), by, items }
  await insertQuestion(tx, { ...fresh, peers: peers.map(({ key }) => key) })
  const facts = { question: id, mode, parties: peers.map(({ party }) => party), items: countsOf(items) }
  await record(tx, { what: "match.question", by, facts })
  return id
}

/** Each once, in the order of types. Throws `invalid match.items`, `refused match.restricted`. */
function askable(given: readonly Buffer[]): Typed[] {
  const items = new Map<string, Typed>()
  for (const item of given) {
    const { type, end } = readItem(item)
    if (!isAskable(type)) throw new ComityError("refused", "match.restricted")
    if (end !== item.length) throw new ComityError("invalid", "match.item")
    items.set(item.toString("latin1"), { type, item })
  }
  if (items.size === 0 || items.size > QUESTION_ITEMS_MOST) {
    throw new ComityError("invalid", "match.items", { most: QUESTION_ITEMS_MOST })
  }
  const all = [...items.values()]
  return OPEN_TYPES.flatMap((type) => all.filter((one) => one.type === type))
}

/** The alarm is on our own side, before anything is sent: whoever counts addresses through uses up the partners' trust. */
function requireSparse(items: readonly Typed[], confirmed: boolean): void {
  const number = denseIn(items.map(({ item }) => item))
  if (number > 0 && !confirmed) throw new ComityError("conflict", "match.dense", { number })
}

/** How many neighbourhoods of addresses hold suspiciously many of these items. */
export function denseIn(items: readonly Buffer[]): number {
  const dense = new DensePrefixes()
  for (const item of items) {
    const { type, canonical } = readItem(item)
    if (type === "ipv4") dense.add(canonical)
  }
  return dense.number
}

export function countsOf(items: readonly { type: OpenType }[]): Partial<Record<OpenType, number>> {
  const counts: Partial<Record<OpenType, number>> = {}
  for (const { type } of items) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

/** What a question would cost at each partner, as far as it told us; `left` null where it answers nothing of the type. */
export type Foreseen = {
  peer: Pick<Peer, "key" | "party" | "name">
  types: readonly { type: OpenType; items: number; evaluations: number; left: number | null; quota: number | null }[]
}

export async function foreseeQuestion(
  reader: Reader,
  mode: Mode,
  { partners, items }: Pick<QuestionWish, "partners" | "items">,
): Promise<Foreseen[]> {
  const counts = Object.entries(countsOf(askable(items))) as [OpenType, number][]
  const peers = await partnersOf(reader, partners)
  return Promise.all(
    peers.map(async (peer) => {
      const held = (await selectHeld(reader, peer.key)).filter((one) => one.mode === mode)
      const types = counts.map(([type, number]) => {
        const offers = held.filter((one) => one.type === type)
        const least = (of: (one: Held) => number) => (offers.length === 0 ? null : Math.min(...offers.map(of)))
        const cost = evaluationsOf(number)
        return {
          type,
          items: number,
          evaluations: cost,
          left: least((one) => one.left),
          quota: least((one) => one.quota),
        }
      })
      return { peer, types }
    }),
  )
}

/** What partners let us ask, as they told us last. */
export async function listHeld(reader: Reader): Promise<Held[]> {
  return selectHeld(reader, null)
}

const SHOWN = 200

/** The newest first; `before` is the key of the last one of the page before. */
export async function listQuestions(
  reader: Reader,
  before = Number.MAX_SAFE_INTEGER,
  most = SHOWN,
): Promise<Question[]> {
  return (await selectQuestions(reader, before, most)).map(withheld)
}

/** Throws `not-found match.question-unknown`. */
export async function loadQuestion(reader: Reader, id: string): Promise<Question> {
  const question = await selectQuestion(reader, id)
  if (question === null) throw new ComityError("not-found", "match.question-unknown")
  return withheld(question)
}

/** Whose desk works on the same thing is told by that desk alone. */
function withheld(question: Question): Question {
  if (question.mode === "answers") return question
  return { ...question, parts: question.parts.map((part) => ({ ...part, found: null })) }
}

/** Every item of a question, with the partners that have it. */
export async function answersTo(reader: Reader, { key, mode }: Pick<Question, "key" | "mode">): Promise<Answered[]> {
  const findings = mode === "desk" ? [] : await selectFindings(reader, key)
  return (await selectQuestionItems(reader, key)).map(({ seq, type, item }) => ({
    ...{ seq, type, item },
    found: findings.filter((one) => one.seq === seq).map(({ party }) => party),
  }))
}

/** What was not asked yet is asked no more. Throws `not-found match.question-unknown`, `conflict match.question-ended`. */
export async function cancelQuestion(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const question = await loadQuestion(tx, id)
    if (question.endedAt !== null) throw new ComityError("conflict", "match.question-ended")
    for (const { peer, type, state } of question.parts) {
      const nothing = { reason: null, left: null, found: null, evaluations: 0 }
      if (state === "waiting") await setPart(tx, { question: question.key, peer, type, state: "cancelled", ...nothing })
    }
    await endIfSettled(tx, question.key)
    await record(tx, { what: "match.question-cancelled", by, facts: { question: question.id } })
  })
}

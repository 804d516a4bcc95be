import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer, oneLine, type Peer } from "../../parties/index.ts"
import { bodyOf, enqueue } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { OPEN_TYPES, type OpenType } from "../items/types.ts"
import { requireAgreement, requireOpen } from "../runs/operations.ts"
import {
  type Answers,
  type AnswersId,
  type Asked,
  DESK_QUOTA_USUAL,
  type Epoch,
  isAskable,
  KEY_DAYS_MOST,
  KEY_DAYS_USUAL,
  type Mode,
  PARTNERS_MOST,
  QUOTA_MOST,
  QUOTAS_USUAL,
  type Usage,
} from "./model.ts"
import {
  insertAnswers,
  selectAnswers,
  selectAnswersOf,
  selectAsked,
  selectChecked,
  selectEpochs,
  selectUsed,
  setAnswersClosed,
  setEpochEnded,
  usageOf,
} from "./queries.ts"

const TITLE_MOST = 200
const OPEN_MOST = 50
const ASKED_SHOWN = 200

export type OpenWish = {
  /** The saved list; null to open what our desks work on. */
  list: string | null
  title: string
  partners: readonly string[]
  /** Without a number: what is usual for the type. */
  types: readonly { type: string; quota?: number }[]
  agreement?: string | null
  keyDays?: number
}

export type OpeningParts = {
  store: Store
  /** Throws `not-found` where there is no such list of ours. */
  requireList(reader: Reader, list: string): Promise<void>
}

/**
 * Named partners may ask from now on whether items are in a list of ours, each so many a day. Throws `invalid match.types`
 * (also for persons, phones and case numbers, which are never asked this way), `invalid match.number`, `invalid match.title`,
 * `invalid match.partners`, `too-large match.answers-too-many`, and what `loadPeer`, `requireOpen`, `requireAgreement` and
 * `requireList` throw.
 */
export async function openAnswers(parts: OpeningParts, wish: OpenWish, by: string | null): Promise<AnswersId> {
  const mode: Mode = wish.list === null ? "desk" : "answers"
  const title = oneLine(wish.title)
  if (title === "" || title.length > TITLE_MOST) throw new ComityError("invalid", "match.title", { most: TITLE_MOST })
  const types = typesOf(wish.types, mode)
  const keyDays = wish.keyDays ?? KEY_DAYS_USUAL
  requireNumber(keyDays, KEY_DAYS_MOST)
  const agreement = wish.agreement ?? null
  return parts.store.write(async (tx) => {
    if ((await selectAnswers(tx, { open: true })).length >= OPEN_MOST) {
      throw new ComityError("too-large", "match.answers-too-many", { most: OPEN_MOST })
    }
    const peers = await partnersOf(tx, wish.partners)
    for (const peer of peers) {
      await requireOpen(tx, peer)
      await requireAgreement(tx, peer, agreement)
    }
    if (wish.list !== null) await parts.requireList(tx, wish.list)
    const id = newId("answers")
    const fresh = { id, mode, list: wish.list, title, agreement, keyDays, types, openedBy: by }
    await insertAnswers(tx, { ...fresh, peers: peers.map(({ key }) => key) })
    const parties = peers.map(({ party }) => party)
    const facts = { answers: id, mode, list: wish.list, parties, types, agreement, key_days: keyDays }
    await record(tx, { what: "match.answers-opened", by, facts })
    return id
  })
}

/** Each partner once. Throws `invalid match.partners`, `not-found peer.unknown`. */
export async function partnersOf(reader: Reader, parties: readonly string[]): Promise<Peer[]> {
  const named = [...new Set(parties)]
  if (named.length === 0 || named.length > PARTNERS_MOST) {
    throw new ComityError("invalid", "match.partners", { most: PARTNERS_MOST })
  }
  return Promise.all(named.map((party) => loadPeer(reader, party)))
}

function typesOf(wished: OpenWish["types"], mode: Mode): { type: OpenType; quota: number }[] {
  if (wished.some(({ type }) => !isAskable(type))) throw new ComityError("invalid", "match.types")
  const types = OPEN_TYPES.flatMap((type) => {
    const one = wished.find((wish) => wish.type === type)
    if (one === undefined) return []
    return [{ type, quota: one.quota ?? (mode === "desk" ? DESK_QUOTA_USUAL : QUOTAS_USUAL[type]) }]
  })
  if (types.length === 0 || types.length < wished.length) throw new ComityError("invalid", "match.types")
  for (const { quota } of types) requireNumber(quota, QUOTA_MOST)
  return types
}

function requireNumber(number: number, most: number): void {
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new ComityError("invalid", "match.number", { most })
  }
}

/** Nothing is answered from now on; its keys are gone. Throws `not-found match.answers-unknown`, `conflict match.closed`. */
export async function closeAnswers(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const answers = await loadOpen(tx, id)
    await setAnswersClosed(tx, answers.key, by)
    await endEpochs(tx, answers)
    for (const { peer } of answers.partners) await enqueue(tx, { key: peer }, "match-offered", bodyOf({ v: 1 }))
    await record(tx, { what: "match.answers-closed", by, facts: { answers: answers.id, mode: answers.mode } })
  })
}

/**
 * Ends the keys of a list before their time: under the next ones nobody can find out any more what was taken from the
 * list since. Throws as `closeAnswers` does.
 */
export async function renewKeys(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const answers = await loadOpen(tx, id)
    const ended = await endEpochs(tx, answers)
    await record(tx, { what: "match.keys-renewed", by, facts: { answers: answers.id, mode: answers.mode, ended } })
  })
}

async function endEpochs(tx: Tx, { key }: Pick<Answers, "key">): Promise<string[]> {
  const epochs = await selectEpochs(tx, key)
  for (const epoch of epochs) await setEpochEnded(tx, epoch.key)
  return epochs.map(({ id }) => id)
}

async function loadOpen(reader: Reader, id: string): Promise<Answers> {
  const answers = await loadAnswers(reader, id)
  if (answers.closedAt !== null) throw new ComityError("conflict", "match.closed")
  return answers
}

/** Throws `not-found match.answers-unknown`. */
export async function loadAnswers(reader: Reader, id: string): Promise<Answers> {
  const answers = await selectAnswersOf(reader, id)
  if (answers === null) throw new ComityError("not-found", "match.answers-unknown")
  return answers
}

/** Lists of ours that partners may ask, or might until they were closed; the newest first. */
export async function listAnswers(reader: Reader): Promise<Answers[]> {
  return selectAnswers(reader, { open: false })
}

/** How an open list stands: its keys, what each partner used of its quota, what was asked last. */
export type AnswersStanding = {
  epochs: readonly Epoch[]
  usage: readonly Usage[]
  asked: readonly Asked[]
  /** By which code comparing it with the library fails, and since when; null as long as it works. */
  checkedAt: Instant | null
  failure: string | null
}

export async function standingOf(reader: Reader, answers: Answers, now: Instant): Promise<AnswersStanding> {
  const since = plusMicroseconds(now, -DAY)
  const usage: Usage[] = []
  for (const { peer } of answers.partners) {
    usage.push(...usageOf(answers, peer, await selectUsed(reader, { answers: answers.key, peer, since })))
  }
  const asked = await selectAsked(reader, { answers: answers.key, most: ASKED_SHOWN })
  const epochs = await selectEpochs(reader, answers.key)
  return { epochs, usage, asked, ...(await selectChecked(reader, answers.key)) }
}

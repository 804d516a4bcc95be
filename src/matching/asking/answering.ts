import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { DAY, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Peer } from "../../parties/index.ts"
import { bodyOf, type PeerAnswer, type PeerMessage, parseBody } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { requireOpen } from "../runs/operations.ts"
import type { Bench } from "./bench.ts"
import { AskMessage, ELEMENT_BYTES, EpochsWish, RECORD_BYTES, RECORDS_AT_ONCE, TagsWish } from "./message.ts"
import type { Answers } from "./model.ts"
import {
  countSaid,
  type EpochRow,
  insertAsked,
  selectAnswersByKey,
  selectAnswersFor,
  selectEpoch,
  selectEpochs,
  selectSecret,
  selectUsed,
  usageOf,
} from "./queries.ts"
import { logAt } from "./sets.ts"

export type AnsweringParts = {
  store: Store
  /** For what partners wait for; the tags are made elsewhere. */
  bench: Bench
  /** Where the set of an epoch lies. */
  folderOf(epoch: string): string
  /** The private key of an epoch, as it was sealed. */
  unseal(epoch: string, sealed: Buffer): Buffer
}

/** An answer that was lost is given again, and not so often that it costs more than it is worth. */
const REPEATS_MOST = 5

/** `match-epochs`: which keys answer this partner now, and how much of its quota is left. */
export async function answerEpochs({ store }: AnsweringParts, message: PeerMessage): Promise<PeerAnswer> {
  parseBody(EpochsWish, message.body)
  const { peer } = message
  const said = await store.write(async (tx) => {
    await message.admit(tx)
    const epochs: { note: string; quota: number; left: number }[] = []
    if (!(await isOpenTo(tx, peer))) return epochs
    for (const answers of await selectAnswersFor(tx, peer.key)) {
      const usage = await usageIn(tx, answers, peer)
      for (const { state, type, note, until } of await selectEpochs(tx, answers.key)) {
        const one = usage.find((row) => row.type === type)
        if (state !== "open" || note === null || one === undefined || until <= tx.now) continue
        epochs.push({ note, quota: one.quota, left: one.left })
      }
    }
    return epochs
  })
  return { body: bodyOf({ v: 1, epochs: said }) }
}

async function isOpenTo(reader: Reader, peer: Peer): Promise<boolean> {
  try {
    await requireOpen(reader, peer)
    return true
  } catch (error) {
    if (error instanceof ComityError) return false
    throw error
  }
}

async function usageIn(tx: Tx, answers: Answers, peer: Peer) {
  const since = plusMicroseconds(tx.now, -DAY)
  return usageOf(answers, peer.key, await selectUsed(tx, { answers: answers.key, peer: peer.key, since }))
}

/** `match-tags`: the records of an epoch that follow on those which the partner has. */
export async function answerTags(parts: AnsweringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { epoch: id, from } = parseBody(TagsWish, message.body)
  const { epoch } = await epochFor(parts.store, message.peer, id)
  const most = Math.min(RECORDS_AT_ONCE, epoch.records - from)
  if (most < 0) throw new ComityError("conflict", "match.records")
  const log = logAt(parts.folderOf(epoch.id))
  const records = Buffer.from(await parts.bench.run("read", { log, from, most }))
  if (records.length !== most * RECORD_BYTES) throw new ComityError("unavailable", "match.epoch-unknown")
  return { type: "application/octet-stream", body: records }
}

/** Throws `not-found match.epoch-unknown` for everything that this partner may not ask now. */
export async function epochFor(
  reader: Reader,
  peer: Peer,
  id: string,
  now?: number,
): Promise<{ epoch: EpochRow; answers: Answers }> {
  const epoch = await selectEpoch(reader, id)
  const answers = epoch === null ? null : await selectAnswersByKey(reader, epoch.answers)
  const named = answers?.partners.some((one) => one.peer === peer.key) === true
  const over = epoch === null || epoch.state !== "open" || (now !== undefined && epoch.until <= now)
  if (over || answers === null || !named || answers.closedAt !== null || !(await isOpenTo(reader, peer))) {
    throw new ComityError("not-found", "match.epoch-unknown")
  }
  return { epoch, answers }
}

/**
 * `match-ask`: evaluates what is blinded, if the partner's quota has room for all of it. The quota is taken in the
 * transaction that admits the message, whatever becomes of the answer; the same bytes said again are not counted again.
 */
export async function answerAsk(parts: AnsweringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { epoch: id, blinded } = parseBody(AskMessage, message.body)
  const count = blinded.length / ELEMENT_BYTES
  const taken = await parts.store.write(async (tx) => {
    await message.admit(tx)
    const found = await epochFor(tx, message.peer, id, tx.now)
    const outcome = await takeQuota(tx, message.peer, found, { count, digest: sha256(blinded) })
    return { ...outcome, ...found, sealed: await selectSecret(tx, found.epoch.key) }
  })
  if (!taken.granted) return { body: bodyOf({ v: 1, refused: "quota", left: taken.left }) }
  if (taken.sealed === null) throw new ComityError("not-found", "match.epoch-unknown")
  const secret = parts.unseal(id, taken.sealed)
  const { evaluated, proof } = await parts.bench.run("answer", { secret, publicKey: taken.epoch.publicKey, blinded })
  const said = { evaluated: Buffer.from(evaluated).toString("base64"), proof: Buffer.from(proof).toString("base64") }
  return { body: bodyOf({ v: 1, ...said, left: taken.left }) }
}

type Counted = { count: number; digest: Buffer }

async function takeQuota(
  tx: Tx,
  peer: Peer,
  { epoch, answers }: { epoch: EpochRow; answers: Answers },
  { count, digest }: Counted,
): Promise<{ granted: boolean; left: number }> {
  const left = (await usageIn(tx, answers, peer)).find(({ type }) => type === epoch.type)?.left ?? 0
  const asked = { answers: answers.key, epoch: epoch.key, peer: peer.key, type: epoch.type, digest, evaluations: count }
  const said = await countSaid(tx, asked)
  if (said >= REPEATS_MOST) throw new ComityError("slow-down", "match.repeated")
  if (said > 0) {
    await insertAsked(tx, asked)
    return { granted: true, left }
  }
  const facts = { answers: answers.id, epoch: epoch.id, party: peer.party, type: epoch.type, evaluations: count }
  if (count > left) {
    await record(tx, { what: "match.quota-refused", by: null, facts: { ...facts, left } })
    return { granted: false, left }
  }
  await insertAsked(tx, asked)
  await record(tx, { what: "match.answered", by: null, facts: { ...facts, left: left - count } })
  return { granted: true, left: left - count }
}

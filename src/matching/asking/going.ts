import { existsSync, rmSync, statSync } from "node:fs"
import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { type Instant, parseInstant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Peer } from "../../parties/index.ts"
import { bodyOf, keysOf, type PeeringParts, parseBody, say } from "../../peering/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { Bench } from "./bench.ts"
import { sayTo } from "./desk.ts"
import { hasContact, insertContact } from "./desk-queries.ts"
import { AskAnswer, type EpochSaid, Epochs, HELD_BYTES, openEpoch, RECORD_BYTES, TAG_BYTES } from "./message.ts"
import { batchesOf, evaluationsOf, type Held, type Part, type PartState, type Question } from "./model.ts"
import {
  deleteHeld,
  endIfSettled,
  insertFinding,
  type QuestionItem,
  saveHeld,
  selectHeld,
  selectHeldEpoch,
  selectQuestionItems,
  selectSeed,
  setHeldState,
  setLeft,
  setPart,
  setPulled,
} from "./question-queries.ts"
import { firstHead } from "./sets.ts"
import { heldOf, tagOf } from "./tags.ts"
import type { Batch } from "./works.ts"

export type GoingParts = PeeringParts & {
  bench: Bench
  /** Where the log of a partner's epoch lies. */
  logOf(epoch: string): string
}

/** Lists of one partner that are asked about one type: each costs a log, and evaluations. */
const ALIKE_MOST = 8

/** An epoch that a partner offers, and the hash that it signed over the whole log. */
export type Offered = { held: Held; head: string }

/** Hears which of its lists a partner lets us ask now. What contradicts what it said before is broken for ever. */
export async function hearOffers(parts: GoingParts, peer: Peer): Promise<Offered[]> {
  const answer = await say(parts, peer, "match-epochs", { body: bodyOf({ v: 1 }) })
  const { epochs } = parseBody(Epochs, answer.body)
  const keys = await keysOf(parts.store, peer)
  const read = epochs.map(({ note, quota, left }) => ({ said: openEpoch(note, peer.party, keys), note, quota, left }))
  const offers = [...Map.groupBy(read, ({ said }) => `${said.mode} ${said.type}`).values()].flatMap((alike) =>
    alike.slice(0, ALIKE_MOST),
  )
  const gone: Held[] = []
  const offered = await parts.store.write(async (tx) => {
    gone.length = 0
    const found: Offered[] = []
    for (const { said, ...offer } of offers) {
      const held = await takeOffer(tx, peer, said, offer)
      if (held !== null) found.push({ held, head: said.head })
    }
    for (const held of await selectHeld(tx, peer.key)) {
      if (offers.some(({ said }) => said.id === held.epoch)) continue
      if (held.pulled === 0) await deleteHeld(tx, held.key)
      else {
        await setHeldState(tx, held.key, "gone")
        await setPulled(tx, held.key, 0, firstHead(held.epoch))
      }
      gone.push(held)
    }
    return found
  })
  for (const { epoch } of gone) rmSync(parts.logOf(epoch), { force: true })
  return offered
}

async function takeOffer(
  tx: Tx,
  peer: Peer,
  said: EpochSaid,
  offer: { note: string; quota: number; left: number },
): Promise<Held | null> {
  const { id: epoch, mode, type, public: publicKey, records } = said
  const [since, until] = [instantOf(said.since), instantOf(said.until)]
  const known = await selectHeldEpoch(tx, peer.key, epoch)
  if (known?.state === "broken") return null
  if (known !== null) {
    const same = known.mode === mode && known.type === type && known.until === until
    if (!same || !known.publicKey.equals(publicKey) || records < known.pulled) {
      await setBroken(tx, peer, known, "match.epoch-differs")
      return null
    }
  }
  const head = known?.head ?? firstHead(epoch)
  await saveHeld(tx, { peer: peer.key, epoch, mode, type, publicKey, since, until, records, head, ...offer })
  const held = await selectHeldEpoch(tx, peer.key, epoch)
  if (held === null || held.state === "current") return held
  await setHeldState(tx, held.key, "current")
  return { ...held, state: "current" }
}

function instantOf(text: string): Instant {
  const instant = parseInstant(text)
  if (instant === null) throw new ComityError("invalid", "peer.body")
  return instant
}

async function setBroken(tx: Tx, { party }: Peer, { key, epoch, type }: Held, reason: string): Promise<void> {
  await setHeldState(tx, key, "broken")
  await record(tx, { what: "match.epoch-broken", by: null, facts: { party, epoch, type, reason } })
}

/** Fetches what is missing of a partner's log. False if it is not the one that was signed: then it is broken. */
export async function pullTags(parts: GoingParts, peer: Peer, { held, head }: Offered): Promise<boolean> {
  const { store, bench } = parts
  const log = parts.logOf(held.epoch)
  const whole = held.pulled === 0 || (existsSync(log) && statSync(log).size >= held.pulled * RECORD_BYTES)
  let [pulled, last] = whole ? [held.pulled, held.head] : [0, firstHead(held.epoch)] // the file may be lost
  while (pulled < held.records) {
    const answer = await say(parts, peer, "match-tags", { body: bodyOf({ v: 1, epoch: held.epoch, from: pulled }) })
    const records = recordsIn(Buffer.from(answer.body)).subarray(0, (held.records - pulled) * RECORD_BYTES)
    last = Buffer.from(await bench.run("keep", { log, pulled, head: last, records }))
    pulled += records.length / RECORD_BYTES
    await store.write((tx) => setPulled(tx, held.key, pulled, last))
  }
  if (last.toString("hex") === head) return true
  await store.write((tx) => setBroken(tx, peer, held, "match.epoch-log"))
  return false
}

/** Throws `invalid peer.body` for what is not whole records, or none where some were asked for. */
function recordsIn(body: Buffer): Buffer {
  let whole = body.length > 0 && body.length % RECORD_BYTES === 0
  for (let at = 0; at < body.length; at += RECORD_BYTES) whole &&= (body[at] ?? 2) <= 1
  if (!whole) throw new ComityError("invalid", "peer.body")
  return body
}

/**
 * Asks one partner what waits for it in a question. What is sent, and how much, follows from the number of items and from
 * what the partner offers alone, never from what is found: its tags were fetched before.
 */
export async function askPeer(parts: GoingParts, peer: Peer, question: Question): Promise<void> {
  const waiting = question.parts.filter((part) => part.peer === peer.key && part.state === "waiting")
  if (waiting.length === 0) return
  const offers = (await hearOffers(parts, peer)).filter(({ held }) => held.mode === question.mode)
  const items = await selectQuestionItems(parts.store, question.key)
  const seed = await selectSeed(parts.store, question.key)
  for (const part of waiting) {
    const own = offers.filter(({ held }) => held.type === part.type)
    const wanted = items.filter(({ type }) => type === part.type)
    await askPart(parts, peer, { question, part, offers: own, items: wanted, seed })
  }
}

type Asking = { question: Question; part: Part; offers: readonly Offered[]; items: QuestionItem[]; seed: Buffer }

async function askPart(parts: GoingParts, peer: Peer, asking: Asking): Promise<void> {
  const { offers, items } = asking
  const cost = evaluationsOf(items.length)
  const left = offers.length === 0 ? null : Math.min(...offers.map(({ held }) => held.left))
  if (left === null) return settle(parts, peer, asking, { state: "not-offered", left: null })
  if (left < cost) return settle(parts, peer, asking, { state: "quota", left })
  const found: Found[] = []
  for (const offer of offers) {
    const outcome = await askEpoch(parts, peer, asking, offer)
    if (outcome.is === "failed") return settle(parts, peer, asking, outcome)
    found.push(outcome.found)
  }
  await settle(parts, peer, asking, { state: "answered", left: Math.min(...found.map((one) => one.left)), found })
}

type Found = { held: Held; left: number; outputs: readonly Buffer[]; present: readonly boolean[] }
type Failed = { is: "failed"; state: PartState; reason?: string; left: number | null }

async function askEpoch(
  parts: GoingParts,
  peer: Peer,
  { items, seed }: Asking,
  offer: Offered,
): Promise<{ is: "found"; found: Found } | Failed> {
  const { held } = offer
  const broken = (reason: string) => ({ is: "failed", state: "broken", reason, left: held.left }) as const
  if (!(await pullTags(parts, peer, offer))) return broken("match.epoch-log")
  const outputs: Buffer[] = []
  let left = held.left
  for (const batch of batchesFor(peer, held, items, seed)) {
    const answer = await askBatch(parts, peer, held, batch)
    if (answer.is === "broken") return broken(answer.reason)
    if (answer.is === "quota") return { is: "failed", state: "quota", left: answer.left }
    if (answer.is === "refused") return { is: "failed", state: "refused", reason: answer.reason, left }
    outputs.push(...answer.outputs)
    left = answer.left
  }
  const tags = outputs.map(tagOf)
  const present = await parts.bench.run("find", { log: parts.logOf(held.epoch), records: held.records, tags })
  return { is: "found", found: { held, left, outputs, present } }
}

function* batchesFor(peer: Peer, { epoch }: Held, items: readonly QuestionItem[], seed: Buffer): Generator<Batch> {
  let at = 0
  for (const size of batchesOf(items.length)) {
    const some = items.slice(at, at + size).map(({ item }) => item)
    yield { seed, context: `${peer.party}\0${epoch}\0${at}`, size, items: some }
    at += size
  }
}

type Answered =
  | { is: "outputs"; outputs: Buffer[]; left: number }
  | { is: "quota"; left: number }
  | { is: "refused"; reason: string }
  | { is: "broken"; reason: string }

async function askBatch(parts: GoingParts, peer: Peer, held: Held, batch: Batch): Promise<Answered> {
  const blinded = Buffer.from(await parts.bench.run("blind", { batch }))
  const body = bodyOf({ v: 1, epoch: held.epoch, blinded: blinded.toString("base64") })
  try {
    const said = parseBody(AskAnswer, (await say(parts, peer, "match-ask", { body })).body)
    if ("refused" in said) return { is: "quota", left: said.left }
    const { evaluated, proof } = said
    if (evaluated.length !== blinded.length) return { is: "broken", reason: "match.size" }
    const outputs = await parts.bench.run("finish", { batch, blinded, publicKey: held.publicKey, evaluated, proof })
    return { is: "outputs", outputs: outputs.map((one) => Buffer.from(one)), left: said.left }
  } catch (error) {
    const failed = error instanceof ComityError ? failureOf(error) : null
    if (failed === null) throw error // silence, or our own fault: it is asked again
    return failed
  }
}

const WRONG: ReadonlySet<string> = new Set(["match.proof", "match.element", "match.size", "peer.body"])

function failureOf({ kind, code, details }: ComityError): Answered | null {
  if (WRONG.has(code)) return { is: "broken", reason: code }
  const passes = kind === "unavailable" || kind === "slow-down" || kind === "not-found"
  return code === "peer.refused" && !passes ? { is: "refused", reason: String(details.code) } : null
}

type Settled = { state: PartState; reason?: string; left: number | null; found?: readonly Found[] }

/** What came out goes into the store and the ledger at once: how many, never which. */
async function settle(parts: GoingParts, peer: Peer, asking: Asking, settled: Settled): Promise<void> {
  const { question, part, items, offers } = asking
  const { state, reason = null, left, found = [] } = settled
  const isAnswered = state === "answered"
  const evaluations = isAnswered ? evaluationsOf(items.length) * offers.length : 0
  const seqs = new Set(
    found.flatMap(({ present }) => items.filter((_, i) => present[i] === true).map(({ seq }) => seq)),
  )
  await parts.store.write(async (tx) => {
    for (const { held, left: rest } of found) await setLeft(tx, held.key, rest)
    for (const one of found) {
      if (question.mode === "desk") await tellDesks(tx, peer, items, one)
      else await saveFound(tx, peer, asking, one)
    }
    const said = { left, found: isAnswered ? seqs.size : null, reason, evaluations }
    await setPart(tx, { question: question.key, peer: peer.key, type: part.type, state, ...said })
    const facts = { question: question.id, mode: question.mode, party: peer.party, type: part.type, state, reason }
    const counts = { items: items.length, evaluations, left, found: question.mode === "desk" ? null : said.found }
    await record(tx, { what: "match.question-answered", by: null, facts: { ...facts, ...counts } })
    await endIfSettled(tx, question.key)
  })
}

async function saveFound(tx: Tx, peer: Peer, { question, items }: Asking, { held, outputs, present }: Found) {
  for (const [i, { seq }] of items.entries()) {
    if (present[i] !== true) continue
    const output = outputs[i] as Buffer
    await insertFinding(tx, question.key, { seq, peer: peer.key, epoch: held.epoch, output })
  }
}

/**
 * Tells the partner's node of every item that both work on, among as many entries of chance as were asked for: it gets
 * the same message where there is none. Our own desks find the same in the list of contacts.
 */
async function tellDesks(tx: Tx, peer: Peer, items: readonly QuestionItem[], one: Found): Promise<void> {
  const { held, outputs, present } = one
  let at = 0
  for (const size of batchesOf(items.length)) {
    const entries = []
    for (let i = at; i < at + size; i++) {
      const [item, output] = [items[i], outputs[i]]
      const isNew = present[i] === true && item !== undefined && output !== undefined && (await isNewTo(tx, peer, item))
      entries.push(isNew ? await newContact(tx, peer, item, output) : chance())
    }
    await sayTo(tx, peer, { v: 1, is: "contact", epoch: held.epoch, entries })
    at += size
  }
}

async function isNewTo(reader: Reader, { key }: Peer, { subject }: QuestionItem): Promise<boolean> {
  return subject !== null && !(await hasContact(reader, key, subject))
}

async function newContact(tx: Tx, peer: Peer, { subject }: QuestionItem, output: Buffer) {
  const id = newId("contact")
  await insertContact(tx, { id, side: "ours", peer: peer.key, subject: subject as number })
  await record(tx, { what: "match.contact", by: null, facts: { contact: id, side: "us" } })
  return { id, tag: tagOf(output).toString("hex"), held: heldOf(output, id).toString("hex") }
}

function chance() {
  const id = newId("contact")
  return { id, tag: random(TAG_BYTES).toString("hex"), held: random(HELD_BYTES).toString("hex") }
}

import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import type { Instant } from "../../kernel/time.ts"
import {
  type Collection,
  loadCollection,
  loadCollectionByKey,
  markObject,
  ownHolding,
  placesOf,
  putShared,
} from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { expectReceipts } from "../../peering/index.ts"
import { type Approvals, type Decision, decider } from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { type Candidate, Candidates } from "./candidates.ts"
import { factsFor, type Wish } from "./facts.ts"
import { counted, decidedText, type Settled, type Target, type TargetOutcome } from "./model.ts"

/** Within a transaction, or with a reader alone; when that is. */
export type Work = { reader: Reader; tx: Tx | null; time: Instant }

/** Nobody else was asked. */
const NO_APPROVALS: Approvals = { binding: "", given: [] }

/** Settles objects for one collection, within one transaction; with a reader alone it only tells what would become of them. */
export class Settling {
  readonly collection: Collection
  readonly #tx: Tx | null
  readonly #reader: Reader
  readonly #wish: Wish
  readonly #rule: ReturnType<typeof decider>
  readonly #candidates: Candidates
  /** Marking definitions that went there before: each goes once. */
  readonly #along: Set<number>

  /** Throws `conflict release.audience` where somebody reads the collection whom nobody was shown. */
  static async open({ reader, tx, time }: Work, target: Target, wish: Wish, along: Set<number>): Promise<Settling> {
    const collection = await loadCollection(reader, target.collection)
    const question = await factsFor(reader, collection, wish, time)
    const shown = new Set(target.audience)
    if (question.facts.audience.some(({ party }) => !shown.has(party)))
      throw new ComityError("conflict", "release.audience")
    const candidates = new Candidates(reader, question.self)
    return new Settling({ collection, rule: decider(question), candidates, reader, tx, wish, along })
  }

  private constructor(parts: {
    collection: Collection
    rule: ReturnType<typeof decider>
    candidates: Candidates
    reader: Reader
    tx: Tx | null
    wish: Wish
    along: Set<number>
  }) {
    this.collection = parts.collection
    this.#rule = parts.rule
    this.#reader = parts.reader
    this.#tx = parts.tx
    this.#wish = parts.wish
    this.#along = parts.along
    this.#candidates = parts.candidates
  }

  /** The outcome with one more object in it. */
  async add(outcome: TargetOutcome, key: number): Promise<TargetOutcome> {
    const candidate = await this.#candidates.load(key)
    if (candidate === null) return counted(outcome, "", { is: "gone" })
    const decision = this.#decide(candidate)
    const settled = await this.#settle(candidate, decision)
    const { id, spec, version, canonical } = candidate
    const line = `${outcome.digest} ${this.collection.id} ${id} ${spec} ${version} ${canonical} ${decidedText(decision)}`
    return { ...counted(outcome, id, settled), digest: sha256(line).toString("base64") }
  }

  /** Where a mark was chosen for those without, they are judged under it. */
  #decide({ object, origin }: Candidate): Decision {
    const whose = origin === "own" ? origin : { party: origin as PartyId, terms: null, agreement: null }
    return this.#rule({ ...object, marking: object.marking ?? this.#markFor(object.type) }, whose, NO_APPROVALS)
  }

  #markFor(type: string): Tlp | null {
    return type === "marking-definition" ? null : this.#wish.unmarked
  }

  async #settle(candidate: Candidate, decision: Decision): Promise<Settled> {
    if (decision.is !== "release") return { is: "refused", reasons: decision.reasons }
    const places = await placesOf(this.#reader, this.collection.key, candidate.id)
    if (places.some(({ object }) => object === candidate.key)) return { is: "already" }
    const along = await this.#goesAlong(candidate)
    const mark = candidate.object.marking === null ? this.#markFor(candidate.type) : null
    if (this.#tx !== null) {
      if (mark !== null) await giveMark(this.#tx, candidate.id, mark)
      await put(this.#tx, this.collection, candidate.key, places[0]?.seq ?? null)
    }
    return { is: "released", marked: mark !== null, along }
  }

  /** Statements and their like go before what names them. How many did. */
  async #goesAlong({ along }: Candidate): Promise<number> {
    let number = 0
    for (const key of along) {
      if (this.#along.has(key)) continue
      this.#along.add(key)
      const marking = await this.#candidates.load(key)
      if (marking === null || this.#decide(marking).is !== "release") continue
      const there = await placesOf(this.#reader, this.collection.key, marking.id)
      if (there.some(({ object }) => object === key)) continue
      if (this.#tx !== null) await put(this.#tx, this.collection, key, null)
      number += 1
    }
    return number
  }
}

/** `first`: the entry of the object's earliest version there, which is what a revocation is about. */
async function put(tx: Tx, { key: collection }: Collection, key: number, first: number | null): Promise<void> {
  const now = await loadCollectionByKey(tx, collection)
  const entry = await putShared(tx, now, key)
  if (entry?.revokes !== true || first === null) return
  await expectReceipts(tx, now, "revoke", [{ seq: entry.seq, about: { seq: first } }])
}

/** The mark that a person chose for an object without one holds wherever this node keeps the object. */
async function giveMark(tx: Tx, id: string, marking: Tlp): Promise<void> {
  for (const key of await ownHolding(tx, id)) {
    await markObject(tx, await loadCollectionByKey(tx, key), id, { marking, withdrawn: false })
  }
}

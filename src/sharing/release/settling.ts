import { officers } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import type { Instant } from "../../kernel/time.ts"
import {
  type Collection,
  loadCollection,
  loadCollectionByKey,
  markObject,
  ownHolding,
  type Prepared,
  placesOf,
  putCopy,
  putShared,
  standingOfCopy,
} from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { expectReceipts } from "../../peering/index.ts"
import {
  type Approvals,
  addItem,
  type Decision,
  decider,
  type Purpose,
  type Redaction,
  type ReleaseReason,
  setUsed,
  tagOf,
  type Yes,
  yesFor,
} from "../../policy/index.ts"
import { joinTlp, type Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { type Candidate, Candidates, parsed } from "./candidates.ts"
import { carriedFrom, noteCarried } from "./carrying.ts"
import { copyIdFor, preparedCopy } from "./copies.ts"
import { type CopyLine, copyLines } from "./copy-lines.ts"
import { findCopy } from "./copy-queries.ts"
import { factsFor, type Wish } from "./facts.ts"
import { counted, decidedText, type Settled, type Target, type TargetOutcome } from "./model.ts"

/** Within a transaction, or with a reader alone; when that is. */
export type Work = { reader: Reader; tx: Tx | null; time: Instant }

/** Nobody else was asked. */
const NO_APPROVALS: Approvals = { binding: "", given: [] }

/** What was decided; where a second person has to do with it, of exactly what, and the yes on which it rests. */
type Decided = { decision: Decision; tag: Buffer | null; yes: Yes | null }

/** Settles objects for one collection, within one transaction; with a reader alone it only tells what would become of them. */
export class Settling {
  readonly collection: Collection
  readonly #tx: Tx | null
  readonly #reader: Reader
  readonly #wish: Wish
  readonly #rule: ReturnType<typeof decider>
  readonly #candidates: Candidates
  readonly #time: Instant
  /** Who reads it now. */
  readonly #audience: readonly PartyId[]
  /** This node's party, by whom copies are. */
  readonly #self: string
  readonly #purpose: Purpose
  /** Collections that let things out before, in whose place this one goes on. */
  readonly #from: readonly number[]
  #officers: Promise<Set<string>> | null = null
  /** Marking definitions that went there before: each goes once. */
  readonly #along: Set<number>

  /** Throws `conflict release.audience` where somebody reads the collection whom nobody was shown. */
  static async open(
    { reader, tx, time }: Work,
    target: Target,
    wish: Wish & { source?: number | null },
    along: Set<number>,
  ): Promise<Settling> {
    const collection = await loadCollection(reader, target.collection)
    const question = await factsFor(reader, collection, wish, time)
    const shown = new Set(target.audience)
    if (question.facts.audience.some(({ party }) => !shown.has(party)))
      throw new ComityError("conflict", "release.audience")
    const candidates = new Candidates(reader, question.self)
    const audience = question.facts.audience.map(({ party }) => party)
    const { self, purpose } = question
    const from = tx === null ? [] : await carriedFrom(tx, collection.key, wish.source ?? null)
    const parts = { collection, rule: decider(question), candidates, audience, time, self, purpose, from }
    return new Settling({ ...parts, reader, tx, wish, along })
  }

  private constructor(parts: {
    collection: Collection
    rule: ReturnType<typeof decider>
    candidates: Candidates
    audience: readonly PartyId[]
    time: Instant
    self: string
    purpose: Purpose
    from: readonly number[]
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
    this.#audience = parts.audience
    this.#time = parts.time
    this.#self = parts.self
    this.#purpose = parts.purpose
    this.#from = parts.from
  }

  /** The outcome with one more object in it. */
  async add(outcome: TargetOutcome, key: number): Promise<TargetOutcome> {
    const candidate = await this.#candidates.load(key)
    if (candidate === null) return counted(outcome, "", { is: "gone" })
    const decided = await this.#decideWith(candidate)
    const settled = await this.#settle(candidate, decided)
    const { decision } = decided
    const { id, spec, version, canonical } = candidate
    const line = `${outcome.digest} ${this.collection.id} ${id} ${spec} ${version} ${canonical} ${decidedText(decision)}`
    return { ...counted(outcome, id, settled), digest: sha256(line).toString("base64") }
  }

  /** To what a second person would agree now, and what is taken out of it; null if it does not leave, or is gone. */
  async leavingNow(key: number): Promise<{ tag: Buffer; without: readonly Redaction[] } | null> {
    const candidate = await this.#candidates.load(key)
    if (candidate === null) return null
    const decision = this.#decide(candidate, NO_APPROVALS)
    if (decision.is === "refuse") return null
    const without = decision.is === "release" ? [] : decision.what
    return { tag: this.#tagOf(candidate, decision), without }
  }

  /** The copy that would go in place of an object now, as lines; null where the object goes as it is, or not at all. */
  async copyNow(key: number): Promise<{ id: string; lines: CopyLine[] } | null> {
    const candidate = await this.#candidates.load(key)
    if (candidate === null) return null
    const decision = this.#decide(candidate, NO_APPROVALS)
    const without = decision.is === "hold" || decision.is === "redact" ? decision.what : []
    if (without.length === 0) return null
    const id = (await findCopy(this.#reader, this.collection.key, candidate.id)) ?? `${candidate.type}--${NO_UUID}`
    const copy = preparedCopy(candidate.bytes, without, {
      id,
      author: this.#self,
      marking: this.#judgedMark(candidate),
    })
    if (copy === null) return null
    const lines = copyLines(parsed(candidate.bytes), parsed(copy.bytes), without)
    // Nobody made the id yet.
    return { id: candidate.id, lines: lines.map((line) => ({ ...line, text: line.text.replace(NO_UUID, "…") })) }
  }

  /** A yes counts for exactly what it was given for, is looked for anew each time, and is that of an officer of now. */
  async #decideWith(candidate: Candidate): Promise<Decided> {
    const decision = this.#decide(candidate, NO_APPROVALS)
    if (decision.is !== "hold" && !isUrgent(decision)) return { decision, tag: null, yes: null }
    const tag = this.#tagOf(candidate, decision)
    const yes = decision.is === "hold" ? await yesFor(this.#reader, tag, this.#time) : null
    if (yes === null) return { decision, tag, yes }
    this.#officers ??= officers(this.#reader)
    const binding = tag.toString("base64")
    const given = { by: yes.decidedBy, officer: (await this.#officers).has(yes.decidedBy), binding, at: yes.at }
    return { decision: this.#decide(candidate, { binding, given: [given] }), tag, yes }
  }

  #tagOf(candidate: Candidate, decision: Decision): Buffer {
    const without = decision.is === "hold" || decision.is === "redact" ? decision.what : []
    const [{ bytes }, marking] = [candidate, this.#judgedMark(candidate)]
    const { id: collection, terms } = this.collection
    const [audience, purpose] = [this.#audience, this.#purpose]
    return tagOf({ bytes, without, marking, collection, terms: terms?.hash ?? null, audience, purpose })
  }

  /** Where a mark was chosen for those without, they are judged under it. One way in which it came is enough. */
  #decide(candidate: Candidate, approvals: Approvals): Decision {
    const { object, origins } = candidate
    const marking = this.#judgedMark(candidate)
    const decisions = origins.map((whose) => this.#rule({ ...object, marking }, whose, approvals))
    return decisions.find(({ is }) => is !== "refuse") ?? decisions[0] ?? { is: "refuse", reasons: [FAILED] }
  }

  /** What no mark is on stays, whatever holds it (decision 0015). */
  #judgedMark({ object, contained }: Candidate): Tlp | null {
    const own = object.marking ?? this.#markFor(object.type)
    return own === null ? null : joinTlp(own, contained)
  }

  #markFor(type: string): Tlp | null {
    return type === "marking-definition" ? null : this.#wish.unmarked
  }

  async #settle(candidate: Candidate, { decision, tag, yes }: Decided): Promise<Settled> {
    const { reasons } = decision
    if (decision.is === "refuse") return { is: "refused", reasons }
    const without = decision.is === "release" ? [] : decision.what
    if (without.length > 0) return this.#settleCopy(candidate, { decision, tag, yes }, without)
    const places = await placesOf(this.#reader, this.collection.key, candidate.id)
    if (places.some(({ object }) => object === candidate.key)) return { is: "already" }
    if (decision.is === "hold") {
      await this.#askFor(candidate, tag, reasons)
      return { is: "held", reasons, without: decision.what }
    }
    const along = await this.#goesAlong(candidate)
    const mark = candidate.object.marking === null ? this.#markFor(candidate.type) : null
    if (this.#tx !== null) {
      if (mark !== null) await giveMark(this.#tx, candidate.id, mark)
      const marking = this.#judgedMark(candidate)
      const seq = await put(this.#tx, this.collection, candidate.key, { first: places[0]?.seq ?? null, marking })
      await this.#noteCarried(this.#tx, seq, candidate)
      if (yes !== null) await setUsed(this.#tx, yes.approval, candidate.key)
    }
    if (isUrgent(decision)) await this.#ask("urgent", candidate.key, tag, reasons)
    return { is: "released", marked: mark !== null, along, without: [] }
  }

  /** What goes is a copy without these things, as an object of its own; what cannot be copied stays. */
  async #settleCopy(
    candidate: Candidate,
    { decision, tag, yes }: Decided,
    without: readonly Redaction[],
  ): Promise<Settled> {
    const { reasons } = decision
    const [tx, mark] = [this.#tx, candidate.object.marking === null ? this.#markFor(candidate.type) : null]
    const id =
      tx === null || decision.is === "hold"
        ? ((await findCopy(this.#reader, this.collection.key, candidate.id)) ?? `${candidate.type}--${NO_UUID}`)
        : await copyIdFor(tx, this.collection, candidate)
    const marking = this.#judgedMark(candidate)
    const copy = preparedCopy(candidate.bytes, without, { id, author: this.#self, marking })
    const stands = copy === null ? "other" : await standingOfCopy(this.#reader, this.collection, copy)
    if (copy === null || stands === "other") return { is: "refused", reasons: [FAILED] }
    if (stands === "there") return { is: "already" }
    if (decision.is === "hold") {
      await this.#askFor(candidate, tag, reasons)
      return { is: "held", reasons, without }
    }
    const along = await this.#goesAlong(candidate)
    if (tx !== null) {
      if (mark !== null) await giveMark(tx, candidate.id, mark)
      await this.#noteCarried(tx, await putCopyOf(tx, this.collection, copy), candidate)
      if (yes !== null) await setUsed(tx, yes.approval, candidate.key)
    }
    if (isUrgent(decision)) await this.#ask("urgent", candidate.key, tag, reasons)
    return { is: "released", marked: mark !== null, along, without }
  }

  /** Asks about an object, and about each marking definition that goes with it and waits for the same person. */
  async #askFor(candidate: Candidate, tag: Buffer | null, reasons: Decision["reasons"]): Promise<void> {
    await this.#ask("ask", candidate.key, tag, reasons)
    for (const key of candidate.along) {
      if (this.#along.has(key)) continue
      this.#along.add(key)
      const marking = await this.#candidates.load(key)
      if (marking === null) continue
      const there = await placesOf(this.#reader, this.collection.key, marking.id)
      const decision = this.#decide(marking, NO_APPROVALS)
      if (decision.is !== "hold" || decision.what.length > 0 || there.some(({ object }) => object === key)) continue
      await this.#ask("ask", key, this.#tagOf(marking, decision), decision.reasons)
    }
  }

  /** Puts it before a second person: to agree first, or to look at it after. */
  async #ask(kind: "ask" | "urgent", object: number, tag: Buffer | null, reasons: Decision["reasons"]): Promise<void> {
    if (this.#tx === null || tag === null) return
    const { id: release, by: askedBy, unmarked, again, urgent } = this.#wish
    const { id: collection, terms } = this.collection
    const about = { collection, terms: terms?.hash ?? null, audience: this.#audience, unmarked, again }
    const need = {
      reason: kind === "ask" ? null : (urgent?.reason ?? ""),
      told: kind === "ask" ? null : (urgent?.told ?? ""),
    }
    await addItem(this.#tx, { kind, release, askedBy, ...about, ...need }, { object, tag, reasons })
  }

  async #noteCarried(tx: Tx, seq: number | null, { id, key: object }: Candidate): Promise<void> {
    if (seq !== null) await noteCarried(tx, this.#from, { collection: this.collection.key, seq, id, object })
  }

  /** Statements and their like go before what names them. How many did. */
  async #goesAlong({ along }: Candidate): Promise<number> {
    let number = 0
    for (const key of along) {
      if (this.#along.has(key)) continue
      this.#along.add(key)
      const marking = await this.#candidates.load(key)
      if (marking === null || this.#decide(marking, NO_APPROVALS).is !== "release") continue
      const there = await placesOf(this.#reader, this.collection.key, marking.id)
      if (there.some(({ object }) => object === key)) continue
      if (this.#tx !== null) {
        const seq = await put(this.#tx, this.collection, key, { first: null, marking: null })
        await this.#noteCarried(this.#tx, seq, marking)
      }
      number += 1
    }
    return number
  }
}

/** Stands for the id of a copy that nobody made yet. */
const NO_UUID = "00000000-0000-4000-8000-000000000000"
const FAILED: ReleaseReason = { code: "decision.failed", values: {} }

/** One officer let it out alone, in need. */
function isUrgent({ reasons }: Decision): boolean {
  return reasons.some(({ code }) => code === "people.urgent")
}

/**
 * `first`: the entry of the object's earliest version there, which is what a revocation is about. `marking`: the mark by
 * which it was decided: readers handle it by that too, also where only a report that they may not see says so.
 */
async function put(
  tx: Tx,
  { key: collection }: Collection,
  key: number,
  { first, marking }: { first: number | null; marking: Tlp | null },
): Promise<number | null> {
  const now = await loadCollectionByKey(tx, collection)
  const entry = await putShared(tx, now, key, marking)
  if (entry?.revokes === true && first !== null)
    await expectReceipts(tx, now, "revoke", [{ seq: entry.seq, about: { seq: first } }])
  return entry?.seq ?? null
}

async function putCopyOf(tx: Tx, { key: collection }: Collection, copy: Prepared): Promise<number | null> {
  const now = await loadCollectionByKey(tx, collection)
  const first = (await placesOf(tx, collection, copy.id))[0]?.seq ?? null
  const entry = await putCopy(tx, now, copy)
  if (entry?.revokes === true && first !== null)
    await expectReceipts(tx, now, "revoke", [{ seq: entry.seq, about: { seq: first } }])
  return entry?.seq ?? null
}

/** The mark that a person chose for an object without one holds wherever this node keeps the object. */
async function giveMark(tx: Tx, id: string, marking: Tlp): Promise<void> {
  for (const key of await ownHolding(tx, id)) {
    await markObject(tx, await loadCollectionByKey(tx, key), id, { marking, withdrawn: false })
  }
}

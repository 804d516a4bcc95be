import { canonicalize } from "../../kernel/canonical.ts"
import { sha256 } from "../../kernel/hash.ts"
import type { Clock, Instant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import {
  type Collection,
  eraseShared,
  findMember,
  listCollections,
  loadCollection,
  loadCollectionByKey,
  placesOf,
  recallObject,
  recallsOf,
  sharedHolding,
} from "../../library/index.ts"
import { takeOut } from "../../peering/index.ts"
import { againstAudience, decider, isOver, type ReleaseReasonCode, type Terms, takenOutBy } from "../../policy/index.ts"
import { joinTlp } from "../../stix/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { type Candidate, Candidates } from "./candidates.ts"
import { followContainers } from "./containers.ts"
import { partnersOriginal } from "./copy-queries.ts"
import { factsFor } from "./facts.ts"
import { readStandings } from "./queries.ts"
import { mirrorsNow, readAllServed, readDecided, saveDecided, servesForeign } from "./reconsidering-queries.ts"
import { inEach, nothingDone } from "./withdrawing.ts"

const AT_ONCE = 200

/** Nobody lets anything out: what went is looked at again. */
const AGAIN = { by: null, officer: false, again: true, purpose: null, urgent: null } as const

/**
 * Reasons that changed facts give against what was released: the refusal list, facts of law that the terms consult, narrower
 * terms, stricter marks, what the owner of a received object says now. That terms ended, or who would have to agree today, takes nothing back.
 */
const COUNTS: ReadonlySet<ReleaseReasonCode> = new Set([
  ...(["object.kind-refused", "object.type-outside", "object.sector-none", "object.sector-outside"] as const),
  ...(["object.incident-none", "object.incident-outside", "object.received"] as const),
  ...(["onward.none", "onward.agreement", "onward.marked", "onward.wider", "onward.ended"] as const),
  ...(["marking.above", "marking.actions-above", "marking.actions-unknown"] as const),
  ...(["personal.forbidden", "personal.whole", "source.whole"] as const),
  ...(["personal.bound-unsaid", "personal.not-bound", "personal.bound-unverified"] as const),
  ...(["personal.bound-open", "personal.bound-unknown", "personal.instrument-unknown"] as const),
])

export type ReconsideringParts = { store: Store; clock: Clock }

/** What may not be served any more: by object id in which collections, and by which reasons. */
type Fallen = Map<string, { collections: Set<number>; codes: Set<string> }>

/**
 * Decides anew on all that shared collections serve where facts changed on which it rests, and on what reports and
 * groupings hold that came since, and takes back what would not be released now: readers against whom something speaks read no further; objects are recalled, or erased from the one
 * collection where another one may serve them. Nothing is ever added. `reason` is told with a recall: what the refusal
 * list holds stays at home. Returns how many objects were taken back.
 */
export async function decideAnew(parts: ReconsideringParts, reason: string): Promise<number> {
  const { store } = parts
  const fallen: Fallen = new Map()
  let number = 0
  await followContainers(store, async (id) => {
    const foreign: Fallen = new Map()
    await lookAtForeign(parts, id, foreign)
    await takeAllBack(store, foreign, reason)
    number += foreign.size
  })
  const looked: (() => Promise<void>)[] = []
  for (const collection of await listCollections(store)) {
    if (collection.kind !== "shared") continue
    const facts = await changedFacts(parts, collection)
    if (facts === null) continue
    await withoutRefused(parts, collection)
    await lookAt(parts, collection, fallen)
    looked.push(() => store.write((tx) => saveDecided(tx, collection.key, facts)))
  }
  await takeAllBack(store, fallen, reason)
  for (const save of looked) await save() // after a crash before it, all is looked at again
  return number + fallen.size
}

async function takeAllBack(store: Store, fallen: Fallen, reason: string): Promise<void> {
  for (const [id, { collections, codes }] of fallen) {
    await store.write((tx) => takeBack(tx, { id, collections, codes: [...codes], reason }))
  }
}

/** Null if all was decided under these. */
async function changedFacts(parts: ReconsideringParts, collection: Collection) {
  const { store, clock } = parts
  const { facts, terms } = await questionFor(parts, collection)
  const before = await readDecided(store, collection.key)
  const size = collection.size
  const fresh = before === null || before.isForeign === 0
  const isForeign = !fresh || (await servesForeign(store, collection.key, before?.looked ?? 0)) ? 1 : 0
  const { parties, places, kinds } = facts.refusals
  const now = {
    terms: terms === null ? null : (collection.terms?.hash ?? null),
    refusals: [parties, places, kinds].map((one) => [...one.keys()].toSorted()),
    audience: facts.audience.map(({ party, names, kind, places: at }) => ({
      party,
      names: [...names],
      kind,
      at: at && [...at],
    })),
    law: [...facts.law].map(([of, { state }]) => `${of} ${state}`).toSorted(),
    mirrors: isForeign === 1 ? await mirrorsNow(store) : [],
    ended: isForeign === 1 ? await mirrorsOver(store, clock.now()) : [],
  }
  const hash = sha256(canonicalize(now)).toString("base64")
  return before?.facts === hash && before.isForeign === isForeign ? null : { facts: hash, looked: size, isForeign }
}

/** Mirrors under terms whose last day is over: from then on nothing of theirs goes on. */
async function mirrorsOver(store: Store, now: Instant): Promise<string[]> {
  const mirrors = (await listCollections(store)).filter(({ kind }) => kind === "received")
  return mirrors.filter(({ terms }) => isOver(terms, now)).map(({ id }) => id)
}

async function questionFor({ store, clock }: ReconsideringParts, collection: Collection) {
  const now = clock.now()
  return factsFor(store, collection, { ...AGAIN, createdAt: now }, now)
}

/** Who may read no more: what it had it is asked about still, and gets nothing else. */
async function withoutRefused(parts: ReconsideringParts, collection: Collection): Promise<void> {
  const { facts, terms } = await questionFor(parts, collection)
  if (terms === null) return
  for (const recipient of facts.audience) {
    const against = againstAudience([recipient], terms, facts).filter(({ code }) => !RESTS.has(code))
    if (against.length === 0) continue
    const rows = against.flatMap(({ values }) => values.fact ?? [])
    await parts.store.write(async (tx) => {
      const now = await loadCollection(tx, collection.id)
      const member = await findMember(tx, now.key, recipient.party)
      if (member?.leftAt !== null) return
      const facts = { collection: now.id, party: recipient.party, reasons: against.map(({ code }) => code), rows }
      await record(tx, { what: "audience.decided-anew", by: null, facts })
      await takeOut(tx, now, recipient.party, null)
    })
  }
}

/** A relation that rests or ended gets nothing anyhow, and may go on. */
const RESTS: ReadonlySet<ReleaseReasonCode> = new Set(["audience.stranger", "audience.not-active"])

async function lookAt(parts: ReconsideringParts, collection: Collection, fallen: Fallen): Promise<void> {
  const { store } = parts
  const question = await questionFor(parts, collection)
  const candidates = new Candidates(store, question.self)
  const rule = decider(question)
  for (let after = -1, more = true; more; ) {
    const rows = await readAllServed(store, collection.key, after, AT_ONCE)
    for (const { object } of rows) {
      const candidate = await candidates.load(object)
      if (candidate !== null) note(fallen, collection, candidate, against(rule, candidate, question.terms))
    }
    after = rows.at(-1)?.seq ?? after
    more = rows.length === AT_ONCE
    await new Promise((resolve) => setImmediate(resolve)) // others have their turn
  }
}

/** What a partner owns goes on by its mark, the one of what holds it included; of our own only collections limit that. */
async function lookAtForeign(parts: ReconsideringParts, id: string, fallen: Fallen): Promise<void> {
  const { store } = parts
  if ((await readStandings(store, id)).every(({ origin }) => origin === "own")) return
  for (const key of await sharedHolding(store, id)) {
    const collection = await loadCollectionByKey(store, key)
    const question = await questionFor(parts, collection)
    const [rule, candidates] = [decider(question), new Candidates(store, question.self)]
    for (const { object } of await placesOf(store, key, id)) {
      const candidate = await candidates.load(object)
      if (candidate !== null) note(fallen, collection, candidate, against(rule, candidate, question.terms))
    }
  }
}

function note(fallen: Fallen, { key }: Collection, { id }: Candidate, codes: readonly string[]): void {
  if (codes.length === 0) return
  const known = fallen.get(id) ?? { collections: new Set(), codes: new Set() }
  fallen.set(id, known)
  known.collections.add(key)
  for (const code of codes) known.codes.add(code)
}

/**
 * Empty where one way in which it came lets it go on as it is. What would be taken out of it counts also where it would
 * not go at all for a reason that takes nothing back: a relation that rests may go on.
 */
function against(
  rule: ReturnType<typeof decider>,
  { object, origins, contained }: Candidate,
  terms: Terms | null,
): string[] {
  const marking = object.marking === null ? null : joinTlp(object.marking, contained)
  const decisions = origins.map((origin) => rule({ ...object, marking }, origin, { binding: "", given: [] }))
  const whole = terms !== null && takenOutBy(terms, object).length > 0 ? ["redact"] : []
  const found = decisions.map(({ is, reasons }) => {
    const codes = is === "refuse" ? reasons.map(({ code }) => code).filter((code) => COUNTS.has(code)) : []
    return [...codes, ...whole]
  })
  return found.find((codes) => codes.length === 0) ?? found[0] ?? []
}

type Back = { id: string; collections: ReadonlySet<number>; codes: string[]; reason: string }

async function takeBack(tx: Tx, { id, collections, codes, reason }: Back): Promise<void> {
  const keys = [...collections]
  const elsewhere = (await sharedHolding(tx, id)).some((key) => !collections.has(key))
  const done = nothingDone()
  if (elsewhere || (await isGone(tx, id, codes)))
    await inEach(tx, keys, "erase", (one) => eraseShared(tx, one, id), done)
  else await inEach(tx, keys, "recall", (one) => recallObject(tx, one, id, reason), done)
  if (done.entries > 0) await record(tx, { what: "object.decided-anew", by: null, facts: { ...done, reasons: codes } })
}

/** A partner's object whose owner erased it, or whose time here is over, is kept nowhere; one that was recalled is told of. */
async function isGone(tx: Tx, id: string, codes: readonly string[]): Promise<boolean> {
  if (!codes.includes("object.received")) return false
  const { original } = (await partnersOriginal(tx, id)) ?? { original: id }
  return (await recallsOf(tx, original)).every(({ party }) => party === null)
}

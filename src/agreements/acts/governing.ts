import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import {
  audienceOf,
  type Collection,
  type CollectionId,
  cameInAt,
  closeCollection,
  follow,
  loadCollection,
  makeShared,
  narrowTerms,
} from "../../library/index.ts"
import { ownParty, type PartyId } from "../../parties/index.ts"
import { takeOut } from "../../peering/index.ts"
import {
  againstAudience,
  governedBy,
  type InForce,
  isNarrower,
  keptTerms,
  lawFacts,
  readTerms,
  recipientFor,
  releaseRefusals,
  saveInForce,
  type TermArticles,
} from "../../policy/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { isEnforced, settledBy, termsOf } from "../clause-terms.ts"
import { type AgreementText, citedIn, clausesOf, saidIn } from "../model.ts"
import { type Part, partsBetween } from "../splitting.ts"
import type { Negotiation } from "../tabled/negotiation.ts"
import type { Shelf } from "../tabled/shelf.ts"
import { governing, narrowedFor } from "./effect.ts"

/** Puts into a collection what another one serves, each object decided anew; what it returns runs after the commit. */
export type Carry = (tx: Tx, from: Collection, to: CollectionId) => Promise<() => void>
export type GoverningParts = { store: Store; shelf: Shelf; carry: Carry }

/**
 * What the text in force wants of this node; `readers` are the parties that it binds beside this one and for which these
 * terms count. `part` is empty for those without reservations that nodes enforce.
 */
type Wanted = Part & { text: AgreementText; hash: string }
type Step = "create" | "narrow-terms" | "follow" | "other-words" | "none"
type Plan = {
  wanted: Wanted
  before: Collection | null
  step: Step
  leaving: PartyId[]
  staying: PartyId[]
  joining: PartyId[]
}

/**
 * Makes the collections of this node be what the agreements in force say: one for each, read by those whom it binds,
 * under its terms, and one more for those for whom other terms count by their reservations. What gets narrower does so in
 * place, and releases decide anew on what is inside; what gets wider in a successor (design 2.2). Nothing is written where
 * nothing is to be done. Agreements of this node only: each member does the same at its own.
 */
export async function govern(
  { store, shelf, carry }: GoverningParts,
  negotiation: Negotiation,
  now: Instant,
): Promise<void> {
  if (!(await plansFor(store, negotiation, now)).some(needsWork)) return
  const afterwards = await store.write(async (tx) => {
    const plans = await plansFor(tx, await shelf.negotiation(tx, negotiation.id), now)
    const open = plans.find(({ before }) => before !== null)?.before ?? null
    const all: (() => void)[] = []
    for (const plan of plans) {
      if (needsWork(plan)) all.push(...(await follows(tx, negotiation.id, plan, { carry, open })))
    }
    return all
  })
  for (const one of afterwards) one()
}

function needsWork({ step, leaving }: Plan): boolean {
  return step !== "none" || leaving.length > 0
}

/** One for each collection that there is or should be, that without reservations first. */
async function plansFor(reader: Reader, negotiation: Negotiation, now: Instant): Promise<Plan[]> {
  const wanted = await wantedBy(reader, negotiation, now)
  const rows = await governedBy(reader, negotiation.id)
  const parts = [...new Set([...rows, ...wanted].map(({ part }) => part))].sort()
  const plans = await Promise.all(
    parts.map((part) => {
      const row = rows.find((one) => one.part === part) ?? null
      return planFor(reader, wanted.find((one) => one.part === part) ?? null, row, now)
    }),
  )
  return plans.flatMap((plan) => plan ?? [])
}

async function planFor(reader: Reader, wanted: Wanted | null, row: InForce | null, now: Instant): Promise<Plan | null> {
  const before = row === null ? null : await loadCollection(reader, row.collection)
  if (before === null || before.closedAt !== null) {
    if (wanted === null) return null
    const joining = await admitted(reader, wanted, wanted.readers, { anew: true, now })
    return { wanted, before: null, step: joining.length > 0 ? "create" : "none", leaving: [], staying: [], joining }
  }
  const present = (await audienceOf(reader, before)).map(({ party }) => party)
  if (wanted === null)
    return { wanted: nobody(before), before, step: "none", leaving: present, staying: [], joining: [] }
  const bound = present.filter((party) => wanted.readers.includes(party))
  const staying = await admitted(reader, wanted, bound, { anew: false, now })
  const absent = wanted.readers.filter((party) => !present.includes(party))
  const joining = await admitted(reader, wanted, await rested(reader, before, absent, now), { anew: true, now })
  const leaving = present.filter((party) => !staying.includes(party))
  return { wanted, before, step: stepFor(before, wanted, joining, row?.text), leaving, staying, joining }
}

/** Each that comes in closes a collection for all: nobody makes everybody's nodes do that more than once a day. */
async function rested(
  reader: Reader,
  { key }: Collection,
  parties: readonly PartyId[],
  now: Instant,
): Promise<PartyId[]> {
  const all = await Promise.all(
    parties.map(async (party) => {
      const came = await cameInAt(reader, key, party)
      return came !== null && now < plusMicroseconds(came, DAY) ? [] : [party]
    }),
  )
  return all.flat()
}

function stepFor(before: Collection, { terms, hash }: Wanted, joining: readonly PartyId[], was?: string): Step {
  const now = before.terms === null ? null : readTerms(before.terms.text)
  const narrower = now !== null && isNarrower(terms, now)
  if (joining.length > 0 || !narrower) return "follow"
  if (keptTerms(terms).hash !== before.terms?.hash) return "narrow-terms"
  return was === hash ? "none" : "other-words"
}

/** Nobody reads on where nothing governs any more; the collection stays, since receipts and recalls go on. */
function nobody(before: Collection): Wanted {
  const terms = before.terms === null ? null : readTerms(before.terms.text)
  const text = {
    v: 1,
    nature: "rules",
    languages: ["en"],
    title: {},
    parties: [],
    articles: [],
  } satisfies AgreementText
  return { part: "", text, hash: "", terms: terms ?? termsOf(text), readers: [] }
}

async function wantedBy(reader: Reader, negotiation: Negotiation, now: Instant): Promise<Wanted[]> {
  const own = (await ownParty(reader))?.id
  const found = governing(negotiation, now)
  if (found === null || !isEnforced(found.version.text)) return []
  const bound = found.effect.bindings.filter(({ is }) => is === "bound")
  const self = bound.find(({ party }) => party.party === own)
  if (self === undefined) return []
  const { text, hash } = found.version
  const others = bound.filter((binding) => binding !== self)
  const reserving = others.map((one) => ({ party: one.party.party, narrowed: narrowedFor(text, one) }))
  return partsBetween(text, narrowedFor(text, self), reserving).parts.map((part) => ({ ...part, text, hash }))
}

/** Whom nothing speaks against; who reads already stays while the relation rests, and gets nothing meanwhile. */
export async function admitted(
  reader: Reader,
  { terms }: Pick<Wanted, "terms">,
  parties: readonly PartyId[],
  { anew, now }: { anew: boolean; now: Instant },
): Promise<PartyId[]> {
  const refusals = await releaseRefusals(reader)
  const all = await Promise.all(
    parties.map(async (party) => {
      const recipient = await recipientFor(reader, party)
      const law = await lawFacts(reader, [recipient], [terms], now)
      const against = againstAudience([recipient], terms, { refusals, law, articles: {} })
      const counting = against.filter(({ code }) => anew || code !== "audience.not-active")
      return counting.length === 0 ? [party] : []
    }),
  )
  return all.flat()
}

/** `open`: a collection in which the agreement governed until now. */
type Then = Pick<GoverningParts, "carry"> & { open: Collection | null }

/** What it returns runs after the commit. */
async function follows(tx: Tx, agreement: string, plan: Plan, then: Then): Promise<(() => void)[]> {
  const { wanted, before, step, staying, joining } = plan
  for (const party of plan.leaving) if (before !== null) await takeOut(tx, before, party, null)
  const terms = keptTerms(wanted.terms)
  const audience = [...staying, ...joining]
  if (step === "narrow-terms" && before !== null) {
    await narrowTerms(tx, before, terms, null)
    await settle(tx, agreement, wanted, before.id)
  }
  if (step === "other-words" && before !== null) await settle(tx, agreement, wanted, before.id)
  if (step === "create") return created(tx, agreement, plan, then)
  if (step !== "follow" || before === null) return []
  const successor = audience.length === 0 ? null : await follow(tx, before, { audience, terms }, null)
  if (successor === null) {
    await closeCollection(tx, before, null, null)
    return []
  }
  await settle(tx, agreement, wanted, successor)
  return [await then.carry(tx, before, successor)]
}

/** Whoever gets a collection of its own from now on gets there what the agreement let out before, decided anew. */
async function created(
  tx: Tx,
  agreement: string,
  { wanted, joining }: Plan,
  { carry, open }: Then,
): Promise<(() => void)[]> {
  const title = titleFor(wanted).slice(0, 200)
  const made = await makeShared(tx, { title, alias: null, audience: joining, terms: keptTerms(wanted.terms) }, null)
  await settle(tx, agreement, wanted, made)
  return open === null ? [] : [await carry(tx, open, made)]
}

/** Of a collection for some readers, with their names. */
function titleFor({ part, text, readers }: Wanted): string {
  const title = saidIn(text, text.title, "en")
  const names = text.parties.filter(({ party }) => readers.includes(party)).map(({ name }) => name)
  return part === "" ? title : `${title} (${names.join(", ")})`
}

async function settle(
  tx: Tx,
  agreement: string,
  { part, text, hash, terms }: Wanted,
  collection: Collection["id"],
): Promise<void> {
  await saveInForce(tx, { agreement, part, collection, text: hash, articles: articlesOf(text) })
  const facts = { agreement, text: hash, collection, terms: keptTerms(terms).hash }
  await record(tx, { what: "agreement.governs", by: null, facts })
}

/** Where each term is settled, as reasons cite it. */
export function articlesOf(text: AgreementText): TermArticles {
  const cited = citedIn(text)
  const pairs = clausesOf(text).flatMap(({ id, terms }) => {
    const at = cited.get(id)
    return at === undefined ? [] : settledBy(terms).map((term) => [term, `${at.article}(${at.clause})`] as const)
  })
  return Object.fromEntries(pairs)
}

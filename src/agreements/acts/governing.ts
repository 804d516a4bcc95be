import type { Instant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import {
  audienceOf,
  type Collection,
  type CollectionId,
  closeCollection,
  follow,
  loadCollection,
  makeShared,
  narrow,
  narrowTerms,
} from "../../library/index.ts"
import { ownParty, type PartyId } from "../../parties/index.ts"
import {
  againstAudience,
  governedBy,
  isNarrower,
  keptTerms,
  readTerms,
  recipientFor,
  releaseRefusals,
  saveInForce,
  type TermArticles,
  type Terms,
} from "../../policy/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { isEnforced, settledBy, termsOf } from "../clause-terms.ts"
import { type AgreementText, citedIn, clausesOf, saidIn } from "../model.ts"
import type { Negotiation } from "../tabled/negotiation.ts"
import type { Shelf } from "../tabled/shelf.ts"
import { governing } from "./effect.ts"

/** Puts into a successor what its predecessor serves, each object decided anew; what it returns runs after the commit. */
export type Carry = (tx: Tx, from: Collection, to: CollectionId) => Promise<() => void>
/** Decides anew on what a collection serves, now that its terms are narrower; what may not stay is taken back. */
export type Anew = (tx: Tx, collection: Collection) => Promise<() => void>
export type GoverningParts = { store: Store; shelf: Shelf; carry: Carry; anew: Anew }

/** What the text in force wants of this node; `readers` are the parties that it binds beside this one. */
type Wanted = { text: AgreementText; hash: string; terms: Terms; readers: PartyId[] }
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
 * under its terms. What gets narrower does so in place, and what is inside is decided anew; what gets wider in a successor
 * (design 2.2). Nothing is written
 * where nothing is to be done. Agreements of this node only: each member does the same at its own.
 */
export async function govern(
  { store, shelf, carry, anew }: GoverningParts,
  negotiation: Negotiation,
  now: Instant,
): Promise<void> {
  if (!needsWork(await planFor(store, negotiation, now))) return
  let afterwards: (() => void) | null = null
  await store.write(async (tx) => {
    afterwards = null
    const plan = await planFor(tx, await shelf.negotiation(tx, negotiation.id), now)
    if (plan !== null && needsWork(plan)) afterwards = await follows(tx, negotiation.id, plan, { carry, anew })
  })
  ;(afterwards as (() => void) | null)?.()
}

function needsWork(plan: Plan | null): boolean {
  return plan !== null && (plan.step !== "none" || plan.leaving.length > 0)
}

async function planFor(reader: Reader, negotiation: Negotiation, now: Instant): Promise<Plan | null> {
  const wanted = await wantedBy(reader, negotiation, now)
  const row = await governedBy(reader, negotiation.id)
  const before = row === null ? null : await loadCollection(reader, row.collection)
  if (before === null || before.closedAt !== null) {
    if (wanted === null) return null
    const joining = await admitted(reader, wanted, wanted.readers, true)
    return { wanted, before: null, step: joining.length > 0 ? "create" : "none", leaving: [], staying: [], joining }
  }
  const present = (await audienceOf(reader, before)).map(({ party }) => party)
  if (wanted === null)
    return { wanted: nobody(before), before, step: "none", leaving: present, staying: [], joining: [] }
  const bound = present.filter((party) => wanted.readers.includes(party))
  const staying = await admitted(reader, wanted, bound, false)
  const joining = await admitted(
    reader,
    wanted,
    wanted.readers.filter((party) => !present.includes(party)),
    true,
  )
  const leaving = present.filter((party) => !staying.includes(party))
  return { wanted, before, step: stepFor(before, wanted, joining, row?.text), leaving, staying, joining }
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
  return { text, hash: "", terms: terms ?? termsOf(text), readers: [] }
}

async function wantedBy(reader: Reader, negotiation: Negotiation, now: Instant): Promise<Wanted | null> {
  const own = (await ownParty(reader))?.id
  const found = governing(negotiation, now)
  if (found === null || !isEnforced(found.version.text)) return null
  const bound = found.effect.bindings.filter(({ is }) => is === "bound").map(({ party }) => party.party)
  if (own === undefined || !bound.includes(own)) return null
  const { text, hash } = found.version
  return { text, hash, terms: termsOf(text), readers: bound.filter((party) => party !== own) }
}

/** Whom nothing speaks against; who reads already stays while the relation rests, and gets nothing meanwhile. */
async function admitted(
  reader: Reader,
  { terms }: Wanted,
  parties: readonly PartyId[],
  anew: boolean,
): Promise<PartyId[]> {
  const refusals = await releaseRefusals(reader)
  const all = await Promise.all(
    parties.map(async (party) => {
      const against = againstAudience([await recipientFor(reader, party)], terms, { refusals, articles: {} })
      const counting = against.filter(({ code }) => anew || code !== "audience.not-active")
      return counting.length === 0 ? [party] : []
    }),
  )
  return all.flat()
}

type Then = Pick<GoverningParts, "carry" | "anew">

async function follows(tx: Tx, agreement: string, plan: Plan, then: Then): Promise<(() => void) | null> {
  const { wanted, before, step, staying, joining } = plan
  for (const party of plan.leaving) if (before !== null) await narrow(tx, before, party, null)
  const terms = keptTerms(wanted.terms)
  const audience = [...staying, ...joining]
  if (step === "narrow-terms" && before !== null) {
    await narrowTerms(tx, before, terms, null)
    await settle(tx, agreement, wanted, before.id)
    return then.anew(tx, await loadCollection(tx, before.id))
  }
  if (step === "other-words" && before !== null) await settle(tx, agreement, wanted, before.id)
  if (step === "create") {
    const title = saidIn(wanted.text, wanted.text.title, "en").slice(0, 200)
    await settle(tx, agreement, wanted, await makeShared(tx, { title, alias: null, audience, terms }, null))
  }
  if (step !== "follow" || before === null) return null
  const successor = audience.length === 0 ? null : await follow(tx, before, { audience, terms }, null)
  if (successor === null) {
    await closeCollection(tx, before, null, null)
    return null
  }
  await settle(tx, agreement, wanted, successor)
  return then.carry(tx, before, successor)
}

async function settle(
  tx: Tx,
  agreement: string,
  { text, hash, terms }: Wanted,
  collection: Collection["id"],
): Promise<void> {
  await saveInForce(tx, { agreement, collection, text: hash, articles: articlesOf(text) })
  const facts = { agreement, text: hash, collection, terms: keptTerms(terms).hash }
  await record(tx, { what: "agreement.governs", by: null, facts })
}

/** Where each term is settled, as reasons cite it. */
export function articlesOf(text: AgreementText): TermArticles {
  const cited = citedIn(text)
  const pairs = clausesOf(text).flatMap(({ id, terms }) => {
    const at = cited.get(id)
    return at === undefined ? [] : settledBy(terms).map((term) => [term, `Art. ${at.article}(${at.clause})`] as const)
  })
  return Object.fromEntries(pairs)
}

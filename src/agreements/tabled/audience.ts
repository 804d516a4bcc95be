import { countOfficers } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { audienceOf, type Collection, loadCollection, makeShared, putShared, widen } from "../../library/index.ts"
import { ownParty, type PartyId } from "../../parties/index.ts"
import { takeOut } from "../../peering/index.ts"
import {
  againstRecipient,
  DEFAULT_TERMS,
  decide,
  keptTerms,
  lawFacts,
  type Releaser,
  readTerms,
  recipientFor,
  recipientsIn,
  releaseRefusals,
  type Terms,
} from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { TextParty } from "../model.ts"
import { ITEM_TYPE } from "./item.ts"
import { findTabling, saveTabling } from "./queries.ts"
import type { Shelf } from "./shelf.ts"

/** Under which mark everything is tabled: the ceiling of a collection for which no terms are agreed. */
export const TABLED_MARK = "green" as const satisfies Tlp

/** Whoever takes part knows who else does, and nothing else is tabled. */
const TABLED_TERMS: Terms = {
  ...DEFAULT_TERMS,
  audience: { ...DEFAULT_TERMS.audience, confidential: false },
  objects: { ...DEFAULT_TERMS.objects, types: [ITEM_TYPE] },
  marking: TABLED_MARK,
}

/** Who wants it: officers and whoever may command the machine may. */
export type Tabler = { by: string | null; actor: Releaser }

/** A party of a negotiation as reader of what this node tables; where `reached` is false nothing goes there. */
export type Reached = { party: PartyId; name: string; reached: boolean }

/** Who of these would get what is tabled now: partners against whom nothing speaks. */
export async function reachedOf(reader: Reader, parties: readonly TextParty[]): Promise<Reached[]> {
  const own = (await ownParty(reader))?.id
  const refusals = await releaseRefusals(reader)
  const others = parties.filter(({ party }) => party !== own)
  return Promise.all(
    others.map(async ({ party, name }) => {
      const against = againstRecipient(await recipientFor(reader, party), refusals)
      return { party, name, reached: against.length === 0 }
    }),
  )
}

type Place = { negotiation: string; parties: readonly TextParty[]; title: string }

/**
 * The collection into which this node tables, read by exactly those whom it reaches now: who is not to be reached any
 * more reads no further, and who is reached anew reads a successor, into which everything that was tabled is decided
 * anew. Throws `refused agreement.nobody`, and what `requireDecision` throws.
 */
export async function settleCollection(tx: Tx, shelf: Shelf, place: Place, tabler: Tabler): Promise<Collection> {
  const wanted = (await reachedOf(tx, place.parties)).flatMap(({ party, reached }) => (reached ? [party] : []))
  if (wanted.length === 0) throw new ComityError("refused", "agreement.nobody")
  const id = await findTabling(tx, place.negotiation)
  const before = id === null ? null : await loadCollection(tx, id)
  if (before === null || before.closedAt !== null) return begun(tx, shelf, place, wanted, tabler)
  const present = (await audienceOf(tx, before)).map(({ party }) => party)
  for (const party of present) if (!wanted.includes(party)) await takeOut(tx, before, party, tabler.by)
  const joining = wanted.filter((party) => !present.includes(party))
  let collection = before
  for (const party of joining) collection = await loadCollection(tx, await widen(tx, collection, party, tabler.by))
  if (joining.length > 0) await refill(tx, shelf, place, collection, tabler)
  return collection
}

async function begun(tx: Tx, shelf: Shelf, place: Place, audience: PartyId[], tabler: Tabler): Promise<Collection> {
  const collection = await loadCollection(
    tx,
    await makeShared(
      tx,
      { title: place.title.slice(0, 200), alias: null, audience, terms: keptTerms(TABLED_TERMS) },
      tabler.by,
    ),
  )
  await refill(tx, shelf, place, collection, tabler)
  return collection
}

async function refill(tx: Tx, shelf: Shelf, { negotiation }: Place, collection: Collection, tabler: Tabler) {
  await saveTabling(tx, negotiation, collection.id)
  await requireDecision(tx, collection, tabler)
  for (const { key } of await shelf.ownItems(tx, negotiation)) {
    await putShared(tx, await loadCollection(tx, collection.id), key)
  }
}

/**
 * Nothing leaves but by a decision, and what is tabled is all alike: own, of one type, under one mark. Throws `refused
 * release.<reason>` for the first reason against it.
 */
export async function requireDecision(tx: Tx, collection: Collection, { actor }: Tabler): Promise<void> {
  const fresh = { strictest: null, aside: false, withdrawn: false, revokedSince: false, recalledAt: null }
  const said = { others: [], sectors: [], incidents: [], personal: [], sources: [] }
  const object = { type: ITEM_TYPE, kinds: [], marking: TABLED_MARK, ...said, ...fresh }
  const terms = collection.terms === null ? null : readTerms(collection.terms.text)
  const audience = await recipientsIn(tx, collection)
  const facts = {
    ...{ actor, officers: await countOfficers(tx), collection: { ...collection, agreement: null } },
    ...{ audience, refusals: await releaseRefusals(tx), law: await lawFacts(tx, audience, [terms], tx.now) },
    // To table is an act of its own, with a step of its own.
    ...{ first: false, again: false, urgent: null, articles: {} },
  }
  const approvals = { binding: "", given: [] }
  const decision = decide(object, "own", terms, facts, approvals, "defence", tx.now)
  if (decision.is !== "release") {
    throw new ComityError("refused", "agreement.not-released", { reason: decision.reasons[0]?.code ?? "" })
  }
}

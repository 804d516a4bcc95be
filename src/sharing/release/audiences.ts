import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import { addShared, type Collection, type CollectionId, loadCollection, widen } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { takeOut } from "../../peering/index.ts"
import {
  againstAudience,
  keptTerms,
  lawFacts,
  type Recipient,
  type ReleaseReason,
  readTerms,
  recipientFor,
  recipientsIn,
  releaseRefusals,
  type Terms,
} from "../../policy/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { behind } from "./behind.ts"
import { nothingYet, type Release } from "./model.ts"
import { countServed, insertRelease } from "./queries.ts"
import type { Releases } from "./releases.ts"
import { recordBegun, targetOf } from "./releasing.ts"

export type SharedPlan = { title: string; alias: string | null; parties: readonly PartyId[]; terms: Terms }
export type Decider = { by: string | null; officer: boolean }

/** What speaks against letting these parties read anything, before there is anything to read. */
export async function againstParties(
  reader: Reader,
  parties: readonly PartyId[],
  terms: Terms,
  now: Instant,
): Promise<ReleaseReason[]> {
  const audience = await Promise.all(parties.map((party) => recipientFor(reader, party)))
  return againstReaders(reader, audience, terms, now)
}

async function againstReaders(
  reader: Reader,
  audience: readonly Recipient[],
  terms: Terms,
  now: Instant,
): Promise<ReleaseReason[]> {
  const law = await lawFacts(reader, audience, [terms], now)
  return againstAudience(audience, terms, { refusals: await releaseRefusals(reader), law, articles: {} })
}

/** Throws what `requireParties` throws and what `addShared` throws. */
export async function shareCollection(
  store: Store,
  plan: SharedPlan,
  { by, now }: { by: string | null; now: Instant },
): Promise<CollectionId> {
  await requireParties(store, plan, now)
  const { title, alias, parties: audience, terms } = plan
  return addShared(store, { title, alias, audience, terms: keptTerms(terms) }, by)
}

/**
 * One more party reads on: the collection is closed, and a successor goes on for all of them, into which everything that
 * it serves is decided anew, also if the node stops meanwhile. Throws what `loadFree`, `requireParties` and `widen` throw.
 */
export async function widenAudience(
  store: Store,
  releases: Releases,
  wish: { collection: string; party: PartyId },
  decided: Decider,
): Promise<{ successor: CollectionId; release: Release }> {
  const done = await store.write(async (tx) => {
    const collection = await loadFree(tx, wish.collection)
    const audience = [...(await recipientsIn(tx, collection)), await recipientFor(tx, wish.party)]
    refuseFirst(await againstReaders(tx, audience, termsOf(collection), tx.now))
    const successor = await widen(tx, collection, wish.party, decided.by)
    return { successor, release: await carryOver(tx, collection, successor, decided) }
  })
  releases.run(done.release)
  return done
}

/** Begins the release by which everything that a closed collection serves is decided anew for its successor. */
export async function carryOver(tx: Tx, from: Collection, successor: CollectionId, decided: Decider): Promise<Release> {
  const total = await countServed(tx, from.key)
  const fresh: Omit<Release, "key"> = {
    ...{ id: newId("release"), state: "running", ...decided, createdAt: tx.now, finishedAt: null },
    ...{ targets: [await targetOf(tx, successor)], source: from.key, cursor: -1, total, settled: 0 },
    ...{ unmarked: null, again: false, purpose: null, urgent: null, outcome: [nothingYet], failure: null },
  }
  const release = { ...fresh, key: await insertRelease(tx, fresh) }
  await recordBegun(tx, release)
  return release
}

/** Throws what `loadFree` throws, `not-found audience.member`. */
export async function narrowAudience(
  store: Store,
  wish: { collection: string; party: PartyId },
  by: string | null,
): Promise<void> {
  await store.write(async (tx) => takeOut(tx, await loadFree(tx, wish.collection), wish.party, by))
}

/** Throws `refused terms.unknown` for those of a version that this node does not understand. */
function termsOf({ terms }: Collection): Terms {
  const read = terms === null ? null : readTerms(terms.text)
  if (read === null) throw new ComityError("refused", "terms.unknown")
  return read
}

/**
 * One whose readers people choose: those of an agreement or a negotiation follow from it, and would come back. Throws
 * `refused collection.not-shared`, `refused collection.governed`.
 */
async function loadFree(reader: Reader, name: string): Promise<Collection> {
  const collection = await loadCollection(reader, name)
  if (collection.kind !== "shared") throw new ComityError("refused", "collection.not-shared")
  if ((await behind(reader, collection)) !== null) throw new ComityError("refused", "collection.governed")
  return collection
}

/** Throws `refused audience.…` for the first thing that speaks against one of them. */
async function requireParties(
  reader: Reader,
  { parties, terms }: Pick<SharedPlan, "parties" | "terms">,
  now: Instant,
): Promise<void> {
  if (parties.length === 0) throw new ComityError("invalid", "collection.no-audience")
  refuseFirst(await againstParties(reader, parties, terms, now))
}

/** Throws `refused audience.…` for the first reason, if there is one. */
export function refuseFirst([first]: readonly ReleaseReason[]): void {
  const name = first?.values.name ?? ""
  switch (first?.code) {
    case undefined:
      return
    case "audience.not-active":
      throw new ComityError("refused", "audience.not-active", { name })
    case "audience.stranger":
      throw new ComityError("refused", "audience.stranger", { name })
    case "audience.place-unknown":
      throw new ComityError("refused", "audience.place-unknown", { name })
    case "audience.refused":
    case "audience.place-refused":
      throw new ComityError("refused", "audience.refused", { name })
    default:
      throw new ComityError("refused", "audience.outside-terms", { name })
  }
}

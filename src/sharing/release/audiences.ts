import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { addShared, type Collection, type CollectionId, loadCollection, widen } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { takeOut } from "../../peering/index.ts"
import { againstTarget, type Recipient, type ReleaseReason, releaseRefusals } from "../../policy/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { recipientFor, recipientsIn } from "./audience.ts"
import { nothingYet, type Release } from "./model.ts"
import { countServed, insertRelease } from "./queries.ts"
import type { Releases } from "./releases.ts"
import { recordBegun, targetOf } from "./releasing.ts"

export type SharedPlan = { title: string; alias: string | null; parties: readonly PartyId[] }
export type Decider = { by: string | null; officer: boolean }

/** What speaks against letting these parties read anything, before there is anything to read. */
export async function againstParties(reader: Reader, parties: readonly PartyId[]): Promise<ReleaseReason[]> {
  const audience = await Promise.all(parties.map((party) => recipientFor(reader, party)))
  return againstAudience(reader, audience)
}

async function againstAudience(reader: Reader, audience: readonly Recipient[]): Promise<ReleaseReason[]> {
  const collection = { kind: "shared", closedAt: null } as const
  const refusals = await releaseRefusals(reader)
  return againstTarget({ actor: { is: "operator" }, collection, audience, refusals, again: false })
}

/** Throws what `requireParties` throws and what `addShared` throws. */
export async function shareCollection(store: Store, plan: SharedPlan, by: string | null): Promise<CollectionId> {
  await requireParties(store, plan.parties)
  const { title, alias, parties: audience } = plan
  return addShared(store, { title, alias, audience }, by)
}

/**
 * One more party reads on: the collection is closed, and a successor goes on for all of them, into which everything that
 * it serves is decided anew, also if the node stops meanwhile. Throws `refused collection.not-shared`, what
 * `requireParties` throws and what `widen` throws.
 */
export async function widenAudience(
  store: Store,
  releases: Releases,
  wish: { collection: string; party: PartyId },
  decided: Decider,
): Promise<{ successor: CollectionId; release: Release }> {
  const done = await store.write(async (tx) => {
    const collection = await loadShared(tx, wish.collection)
    const audience = [...(await recipientsIn(tx, collection)), await recipientFor(tx, wish.party)]
    refuseFirst(await againstAudience(tx, audience))
    const [successor, total] = [
      await widen(tx, collection, wish.party, decided.by),
      await countServed(tx, collection.key),
    ]
    const fresh: Omit<Release, "key"> = {
      ...{ id: newId("release"), state: "running", ...decided, createdAt: tx.now, finishedAt: null },
      ...{ targets: [await targetOf(tx, successor)], source: collection.key, cursor: -1, total, settled: 0 },
      ...{ unmarked: null, again: false, outcome: [nothingYet], failure: null },
    }
    const release = { ...fresh, key: await insertRelease(tx, fresh) }
    await recordBegun(tx, release)
    return { successor, release }
  })
  releases.run(done.release)
  return done
}

/** Throws `refused collection.not-shared`, `not-found audience.member`. */
export async function narrowAudience(
  store: Store,
  wish: { collection: string; party: PartyId },
  by: string | null,
): Promise<void> {
  await store.write(async (tx) => takeOut(tx, await loadShared(tx, wish.collection), wish.party, by))
}

async function loadShared(reader: Reader, name: string): Promise<Collection> {
  const collection = await loadCollection(reader, name)
  if (collection.kind !== "shared") throw new ComityError("refused", "collection.not-shared")
  return collection
}

/** Throws `refused audience.…` for the first thing that speaks against one of them. */
async function requireParties(reader: Reader, parties: readonly PartyId[]): Promise<void> {
  if (parties.length === 0) throw new ComityError("invalid", "collection.no-audience")
  refuseFirst(await againstParties(reader, parties))
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
    default:
      throw new ComityError("refused", "audience.refused", { name })
  }
}

import { ComityError } from "../../kernel/errors.ts"
import { isUuid, newUuid } from "../../kernel/ids.ts"
import { createLog, record } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { loadCollection, loadCollectionByKey } from "../collections.ts"
import type { Collection, CollectionId, TermsText } from "../model.ts"
import { clearAlias, findCollectionByAlias, insertCollection, setClosed, setFollows } from "../queries.ts"
import { insertMember, type Member, membersOf, readBy, setLeft } from "./queries.ts"
import { keepTerms, setTerms } from "./terms-queries.ts"
import { closeCollection } from "./withdrawing.ts"

/** `terms`: what policy made of them; each entry will name them. */
export type SharedWish = { title: string; alias: string | null; audience: readonly PartyId[]; terms: TermsText }

/**
 * Makes a shared collection: these parties read it, releases write it. Throws `invalid collection.no-audience`,
 * `invalid collection.alias`, `conflict collection.exists`.
 */
export async function addShared(store: Store, wish: SharedWish, by: string | null): Promise<CollectionId> {
  return store.write((tx) => makeShared(tx, wish, by))
}

/** The same within a transaction. */
export async function makeShared(
  tx: Tx,
  { title, alias, audience, terms }: SharedWish,
  by: string | null,
): Promise<CollectionId> {
  if (audience.length === 0) throw new ComityError("invalid", "collection.no-audience")
  if (alias !== null && isUuid(alias.toLowerCase())) throw new ComityError("invalid", "collection.alias")
  const taken = alias === null ? null : await findCollectionByAlias(tx, alias)
  if (taken !== null) throw new ComityError("conflict", "collection.exists", { id: taken.id })
  const id = newUuid<"collection">()
  const log = await createLog(tx, "collection")
  await insertCollection(tx, { id, alias, title, kind: "shared", party: null, log, terms: await keepTerms(tx, terms) })
  const { key } = await loadCollection(tx, id)
  const members = [...new Set(audience)]
  for (const party of members) await insertMember(tx, key, party)
  await record(tx, { what: "collection.shared", by, facts: { collection: id, audience: members, terms: terms.hash } })
  return id
}

/**
 * A wider audience is another collection: the old one gets its last entry, and the new one, empty, goes on under its
 * name; what it held is decided anew by the caller. Throws `conflict collection.closed`, `conflict audience.member`.
 */
export async function widen(tx: Tx, collection: Collection, party: PartyId, by: string | null): Promise<CollectionId> {
  if (collection.closedAt !== null) throw new ComityError("conflict", "collection.closed")
  const present = (await membersOf(tx, collection.key)).filter(({ leftAt }) => leftAt === null)
  if (present.some((member) => member.party === party)) throw new ComityError("conflict", "audience.member")
  const audience = [...present.map((member) => member.party), party]
  return follow(tx, collection, { audience, terms: termsOf(collection) }, by)
}

/**
 * Closes a collection and lets an empty one go on under its name, for this audience and these terms; what the old one
 * held is decided anew by the caller.
 */
export async function follow(
  tx: Tx,
  collection: Collection,
  { audience, terms }: Pick<SharedWish, "audience" | "terms">,
  by: string | null,
): Promise<CollectionId> {
  const { title, alias } = collection
  await clearAlias(tx, collection.key)
  const successor = await makeShared(tx, { title, alias, audience, terms }, by)
  await closeCollection(tx, collection, successor, by)
  return successor
}

/** Narrower terms hold at once, in place; that they are narrower the caller has seen to. */
export async function narrowTerms(tx: Tx, collection: Collection, terms: TermsText, by: string | null): Promise<void> {
  await setTerms(tx, collection.key, await keepTerms(tx, terms))
  await record(tx, { what: "collection.terms", by, facts: { collection: collection.id, terms: terms.hash } })
}

/**
 * A collection of ours that cannot go on since something of it is lost for good: an empty one takes its place for those
 * who read it now, and names the last checkpoint that is known of it. `closes`: the log itself can still say so by its
 * last entry; else it is only noted here, and nothing is ever signed in it again. Null if nobody reads it.
 */
export async function succeed(
  tx: Tx,
  collection: Collection,
  { checkpoint, closes }: { checkpoint: string; closes: boolean },
): Promise<CollectionId | null> {
  const present = (await membersOf(tx, collection.key)).filter(({ leftAt }) => leftAt === null)
  const audience = present.map(({ party }) => party)
  const { title, alias } = collection
  await clearAlias(tx, collection.key)
  const successor =
    audience.length === 0 ? null : await makeShared(tx, { title, alias, audience, terms: termsOf(collection) }, null)
  if (successor !== null) await setFollows(tx, successor, checkpoint)
  if (closes) await closeCollection(tx, collection, successor, null, { checkpoint })
  else await setClosed(tx, collection.key, tx.now, successor)
  return successor
}

/**
 * A narrower audience: from here on this party is told only what became of objects that it had got. Throws
 * `not-found audience.member`.
 */
export async function narrow(tx: Tx, collection: Collection, party: PartyId, by: string | null): Promise<void> {
  if (!(await setLeft(tx, collection.key, party, collection.size)))
    throw new ComityError("not-found", "audience.member")
  await record(tx, { what: "audience.left", by, facts: { collection: collection.id, party } })
}

/** Those who read it now. */
export async function audienceOf(reader: Reader, collection: Collection): Promise<Member[]> {
  return (await membersOf(reader, collection.key)).filter(({ leftAt }) => leftAt === null)
}

/** Our shared collections that a party reads now. */
export async function collectionsOf(reader: Reader, party: PartyId): Promise<Collection[]> {
  return Promise.all((await readBy(reader, party)).map((key) => loadCollectionByKey(reader, key)))
}

/** Every shared collection of ours has terms. */
function termsOf({ id, terms }: Collection): TermsText {
  if (terms === null) throw new Error(`no terms for collection ${id}`)
  return terms
}

import { pickLanguage, translator } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Clock, Instant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { audienceOf, loadCollection, type Prepared, publishShared } from "../../library/index.ts"
import { loadOwnParty, type OwnParty } from "../../parties/index.ts"
import type { PrepareBodies } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { removeDraft } from "../draft-queries.ts"
import { loadDraft } from "../drafts.ts"
import { lackingIn } from "../lacking.ts"
import { type AgreementText, saidIn, textHash } from "../model.ts"
import { requireDecision, settleCollection, TABLED_MARK, type Tabler } from "./audience.ts"
import { checkSaying } from "./home.ts"
import { type Item, type ItemId, itemBytes, newItemId, type Says } from "./item.ts"
import { type Negotiation, namesOf } from "./negotiation.ts"
import { findSaying, removeSaying } from "./queries.ts"
import type { Shelf } from "./shelf.ts"

export type TablingParts = { store: Store; clock: Clock; shelf: Shelf; prepare: PrepareBodies }

/**
 * Tables a draft for good: it becomes the first text of a negotiation, or the next one of the negotiation from which it
 * was started, and is no draft any more. Throws `refused agreement.lacking`, `refused agreement.other-parties`,
 * `conflict agreement.tabled-already`, and what `publish` throws.
 */
export async function tableDraft(parts: TablingParts, draft: string, tabler: Tabler): Promise<ItemId> {
  const { id: key, text, negotiation, base, changedAt } = await loadDraft(parts.store, draft)
  const own = await loadOwnParty(parts.store)
  if (lackingIn(text, own.id).length > 0) throw new ComityError("refused", "agreement.lacking")
  const id = newItemId()
  const says: Says = { is: "text", text, base: negotiation === null ? null : base, note: "" }
  const wish = { negotiation: (negotiation ?? id) as ItemId, first: negotiation === null ? text : null }
  await publish(parts, { ...wish, items: [{ id, says }], tabler }, async (tx, before) => {
    if ((await loadDraft(tx, key)).changedAt !== changedAt) throw new ComityError("conflict", "agreement.draft-changed")
    if (before !== null) requireNext(before, text)
    await removeDraft(tx, key)
  })
  return wish.negotiation
}

function requireNext(before: Negotiation, text: AgreementText): void {
  if (namesOf(text) !== namesOf(before)) throw new ComityError("refused", "agreement.other-parties")
  const hash = textHash(text)
  if (before.versions.some((one) => one.hash === hash)) throw new ComityError("conflict", "agreement.tabled-already")
}

/**
 * Tables what was written at home for good, all or nothing. Throws `not-found agreement.no-saying`, what `checkSaying`
 * throws, and what `publish` throws.
 */
export async function tableSayings(
  parts: TablingParts,
  negotiation: ItemId,
  sayings: readonly string[],
  tabler: Tabler,
): Promise<void> {
  const found = await Promise.all(sayings.map((id) => findSaying(parts.store, id)))
  const items = found.map((saying) => {
    if (saying?.negotiation !== negotiation) throw new ComityError("not-found", "agreement.no-saying")
    return { id: newItemId(), says: saying.says, saying: saying.id, changedAt: saying.changedAt }
  })
  if (items.length === 0) throw new ComityError("invalid", "agreement.nothing-to-table")
  await publish(parts, { negotiation, first: null, items, tabler }, async (tx) => {
    for (const { saying, changedAt } of items) {
      const now = await findSaying(tx, saying)
      if (now?.changedAt !== changedAt) throw new ComityError("conflict", "agreement.saying-changed")
      await removeSaying(tx, saying)
    }
  })
}

/** Takes back a comment or an alternative of one's own; what was tabled stays in everybody's log. */
export async function takeBack(parts: TablingParts, negotiation: ItemId, item: ItemId, tabler: Tabler): Promise<void> {
  const says: Says = { is: "taken-back", item }
  await publish(parts, { negotiation, first: null, items: [{ id: newItemId(), says }], tabler }, async (_, before) => {
    const own = before === null ? [] : [...before.comments, ...before.alternatives]
    const found = own.find((one) => one.id === item)
    if (found === undefined) throw new ComityError("not-found", "agreement.no-item")
  })
}

export type Wish = {
  negotiation: ItemId
  /** The first text, where the negotiation begins with it. */
  first: AgreementText | null
  /** What is signed says when; so that is told to whoever makes it. */
  items: readonly { id: ItemId; says: Says | ((at: Instant) => Says) }[]
  tabler: Tabler
}

/**
 * Puts objects into the log that the other parties read, and says so in the ledger. `also` runs in the same transaction
 * and may refuse. Throws what `settleCollection` throws, `not-found agreement.no-negotiation`, `too-large
 * agreement.too-long`.
 */
export async function publish(
  { store, clock, shelf, prepare }: TablingParts,
  { negotiation, first, items, tabler }: Wish,
  also: (tx: Tx, before: Negotiation | null) => Promise<void>,
): Promise<void> {
  const own = await loadOwnParty(store)
  const made = await timed(store, clock, shelf, { negotiation, own, items })
  const objects = await prepare(made.map((item) => itemBytes(item, TABLED_MARK)))
  if (objects.includes(null)) throw new ComityError("too-large", "agreement.too-long")
  await store.write(async (tx) => {
    const before = first === null ? await shelf.negotiation(tx, negotiation) : null
    if (before !== null) for (const { says } of made) checkSaying(before, own.id, says)
    await also(tx, before)
    const text = first ?? (before?.versions[0]?.text as AgreementText)
    const place = { negotiation, parties: text.parties, title: collectionTitle(text) }
    const collection = await settleCollection(tx, shelf, place, tabler)
    await requireDecision(tx, collection, tabler)
    for (const object of objects as Prepared[]) {
      await publishShared(tx, await loadCollection(tx, collection.id), object)
    }
    const audience = (await audienceOf(tx, collection)).map(({ party }) => party)
    const facts = { negotiation, collection: collection.id, audience, items: itemFacts(made) }
    await record(tx, { what: "agreement.tabled", by: tabler.by, facts })
  })
}

/** In a language of the text, and not the title alone: what the agreement will govern bears that. */
function collectionTitle(text: AgreementText): string {
  const language = text.languages.includes("en") ? "en" : (text.languages[0] ?? "en")
  const title = saidIn(text, text.title, language).slice(0, 180)
  return translator(pickLanguage(language))("agreement.collection-title", { title })
}

function itemFacts(items: readonly Item[]) {
  return items.map(({ id, says }) => ({ id, is: says.is, text: says.is === "text" ? textHash(says.text) : null }))
}

type Making = { negotiation: ItemId; own: OwnParty; items: Wish["items"] }

/** Each has a millisecond of its own, later than all that this node tabled here before: the order is never in doubt. */
async function timed(store: Reader, clock: Clock, shelf: Shelf, { negotiation, own, items }: Making): Promise<Item[]> {
  const before = await shelf.ownItems(store, negotiation)
  const last = Math.max(0, ...before.map(({ item }) => item.at))
  const start = Math.max(Math.floor(clock.now() / 1000) * 1000, last + 1000)
  return items.map(({ id, says }, i) => {
    const at = (start + i * 1000) as Instant
    return { id, negotiation, party: own.id, at, says: typeof says === "function" ? says(at) : says }
  })
}

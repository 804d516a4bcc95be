import { namesByCommitment } from "../../accounts/index.ts"
import { parseRecipient, type Recipient } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { insertKey, selectByRecipient, selectKey, selectKeys, setPublished, setRetired } from "./key-queries.ts"
import { type CardRecipient, isPlainName, KEY_NAME_MOST, type KeyKind, type SealingKey } from "./model.ts"

/** In use at once, of one person and of all desks. */
const IN_USE_MOST = { person: 5, desk: 20 } as const

export type KeyWish = { kind: KeyKind; name: string; recipient: string; owner: string | null }

/**
 * Takes note of a public key of one of our people or desks; the private half never comes here. Throws what
 * `parseRecipient` throws, `invalid seal-key.name`, `conflict seal-key.known`, `refused seal-key.too-many`.
 */
export async function registerKey(store: Store, wish: KeyWish, by: string | null): Promise<SealingKey> {
  const name = wish.name.trim()
  if (!isPlainName(name, KEY_NAME_MOST)) throw new ComityError("invalid", "seal-key.name", { most: KEY_NAME_MOST })
  const recipient = await parseRecipient(wish.recipient)
  const { kind, owner } = wish
  return store.write(async (tx) => {
    if ((await selectByRecipient(tx, recipient)) !== undefined) throw new ComityError("conflict", "seal-key.known")
    const alike = (await selectKeys(tx)).filter(
      (one) => one.retiredAt === null && one.kind === kind && one.owner === owner,
    )
    const most = IN_USE_MOST[kind]
    if (alike.length >= most) throw new ComityError("refused", "seal-key.too-many", { most })
    const key: SealingKey = {
      ...{ id: newId("sealing-key"), kind, owner, name, recipient, registeredBy: by, registeredAt: tx.now },
      ...{ publishedAt: null, retiredAt: null },
    }
    await insertKey(tx, key)
    await record(tx, { what: "seal-key.registered", by, facts: { id: key.id, kind, recipient } })
    return key
  })
}

/** Sends the own card anew to the partners that get it: what it says of keys has changed. */
export type Announce = (tx: Tx) => Promise<void>
export type KeyParts = { store: Store; announce: Announce }

/** A card is sent whole, so what stands on it is bounded. */
const PUBLISHED_MOST = 100
const PUBLISHED_CHARACTERS_MOST = 50_000

/**
 * Lets partners seal to a key: from now on the own card names it. Throws `not-found seal-key.unknown`,
 * `conflict seal-key.retired`, `refused seal-key.card-full`.
 */
export async function publishKey({ store, announce }: KeyParts, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const key = await loadKey(tx, id)
    if (key.retiredAt !== null) throw new ComityError("conflict", "seal-key.retired")
    if (key.publishedAt !== null) return
    await setPublished(tx, key.id)
    const told = await publishedRecipients(tx)
    if (told.length > PUBLISHED_MOST || JSON.stringify(told).length > PUBLISHED_CHARACTERS_MOST) {
      throw new ComityError("refused", "seal-key.card-full")
    }
    const facts = { id: key.id, kind: key.kind, recipient: key.recipient }
    await record(tx, { what: "seal-key.published", by, facts })
    await announce(tx)
  })
}

/** Nothing is taken any more that is sealed to it; what came before stays. Throws `not-found seal-key.unknown`. */
export async function retireKey({ store, announce }: KeyParts, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const key = await loadKey(tx, id)
    if (key.retiredAt !== null) return
    await setRetired(tx, key.id)
    await record(tx, { what: "seal-key.retired", by, facts: { id: key.id, kind: key.kind, recipient: key.recipient } })
    if (key.publishedAt !== null) await announce(tx)
  })
}

/** Throws `not-found seal-key.unknown`. */
export async function loadKey(reader: Reader, id: string): Promise<SealingKey> {
  const key = await selectKey(reader, id)
  if (key === undefined) throw new ComityError("not-found", "seal-key.unknown")
  return key
}

/** All keys, those in use first. */
export function listKeys(reader: Reader): Promise<SealingKey[]> {
  return selectKeys(reader)
}

/** To whom of this party partners may seal: what the own card says. Who has no account any more is not named. */
export async function publishedRecipients(reader: Reader): Promise<CardRecipient[]> {
  return (await usableKeys(reader)).map(({ name, kind, recipient }) => ({ name, kind, recipient }))
}

async function usableKeys(reader: Reader): Promise<SealingKey[]> {
  const people = await namesByCommitment(reader)
  return (await selectKeys(reader)).filter(
    ({ owner, publishedAt, retiredAt }) =>
      publishedAt !== null && retiredAt === null && (owner === null || people.has(owner)),
  )
}

/** Those of the recipients that nobody here opens files for. */
export async function strangersAmong(reader: Reader, recipients: readonly string[]): Promise<string[]> {
  const known = new Set<string>((await usableKeys(reader)).map(({ recipient }) => recipient))
  return recipients.filter((one) => !known.has(one))
}

/** Recipients of a partner as its card tells them, without those that nothing can be sealed to. */
export async function usable(told: readonly CardRecipient[]): Promise<(CardRecipient & { recipient: Recipient })[]> {
  const found: (CardRecipient & { recipient: Recipient })[] = []
  for (const one of told) {
    try {
      found.push({ ...one, recipient: await parseRecipient(one.recipient) })
    } catch (error) {
      if (!(error instanceof ComityError)) throw error
    }
  }
  return found
}

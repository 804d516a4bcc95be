import { mayAs, type Person } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { dropParts, dropSealed } from "./dropping.ts"
import { type CardRecipient, partsOf, type Sealed } from "./model.ts"
import {
  type Looker,
  markRemoved,
  selectAbandoned,
  selectPart,
  selectReceived,
  selectRecipients,
  selectSealed,
  selectSent,
} from "./queries.ts"
import { DRAFT_LASTS } from "./sending.ts"

/** A transfer that stands still for so long is given up; the sender begins it anew. */
const ARRIVING_LASTS = 7 * DAY

/** Officers answer for all that comes and goes; desks are read by analysts; a person's own files are that person's. */
export function lookerOf(person: Person): Looker {
  return { commitment: person.commitment, officer: mayAs(person, "officer"), desk: mayAs(person, "analyst") }
}

/** Whoever runs the node sees what an officer sees. */
export const OPERATOR: Looker = { commitment: "", officer: true, desk: true }

export type Listing = { rows: Sealed[]; more: boolean }

export async function listReceived(reader: Reader, looker: Looker, before: number, most: number): Promise<Listing> {
  return cut(await selectReceived(reader, looker, before, most + 1), most)
}

/** For officers alone. */
export async function listSent(reader: Reader, before: number, most: number): Promise<Listing> {
  return cut(await selectSent(reader, before, most + 1), most)
}

function cut(rows: Sealed[], most: number): Listing {
  return { rows: rows.slice(0, most), more: rows.length > most }
}

/** Throws `not-found sealed.unknown`, also for what the looker may not know of. */
export async function loadSealed(
  reader: Reader,
  id: string,
  looker: Looker,
): Promise<Sealed & { recipients: CardRecipient[] }> {
  const found = await selectSealed(reader, id, looker)
  if (found === undefined) throw new ComityError("not-found", "sealed.unknown")
  return { ...found, recipients: await selectRecipients(reader, found.key) }
}

/** Throws `not-found sealed.removed` where the ciphertext is not here any more, or not whole yet. */
export function ciphertextOf(reader: Reader, sealed: Sealed): AsyncGenerator<Buffer> {
  const { size, state, removedAt } = sealed
  if (size === null || removedAt !== null || state === "arriving" || state === "sealing") {
    throw new ComityError("not-found", "sealed.removed")
  }
  return pieces(reader, sealed.key, partsOf(size))
}

async function* pieces(reader: Reader, key: number, parts: number): AsyncGenerator<Buffer> {
  for (let part = 0; part < parts; part++) {
    const bytes = await selectPart(reader, key, part)
    if (bytes === null) throw new ComityError("not-found", "sealed.removed")
    yield bytes
  }
}

/**
 * Takes the ciphertext of a settled file away, in turns that let others write between them. Throws
 * `not-found sealed.unknown`, `conflict sealed.under-way`.
 */
export async function removeCiphertext(store: Store, id: string, looker: Looker, by: string | null): Promise<void> {
  const sealed = await loadSealed(store, id, looker)
  if (sealed.removedAt !== null) return
  if (sealed.settledAt === null) throw new ComityError("conflict", "sealed.under-way")
  await store.write(async (tx) => {
    await markRemoved(tx, sealed.key)
    const { remote, party, sha256, direction } = sealed
    await record(tx, { what: "sealed.removed", by, facts: { sealed: remote, party, sha256, direction } })
  })
  await dropParts(store, sealed.key)
}

/** Gives up what nobody finished: drafts after a day, transfers after a week. Called once an hour. */
export async function sweepSealed(store: Store, now: Instant): Promise<void> {
  const [drafts, arriving] = [plusMicroseconds(now, -DRAFT_LASTS), plusMicroseconds(now, -ARRIVING_LASTS)]
  for (const key of await selectAbandoned(store, drafts, arriving)) {
    await dropSealed(store, key)
  }
}

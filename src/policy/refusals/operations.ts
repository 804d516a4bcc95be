import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { DAY, formatInstant, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { comparedValue, REFUSALS_MOST, type Refusal, type RefusalWish, type Refused, readValue } from "./model.ts"
import {
  countRefusals,
  deleteRefusal,
  insertRefusal,
  isListed,
  selectOfKind,
  selectRefusal,
  selectRefusals,
} from "./queries.ts"

/**
 * Tightens what this node does. Throws what `readValue` throws, `conflict refusal.known`, `invalid refusal.future`,
 * `refused refusal.too-many`.
 */
export async function addRefusal(store: Store, wish: RefusalWish, by: string | null): Promise<Refusal> {
  const { kind, reason, source } = wish
  const value = readValue(kind, wish.value)
  const compared = comparedValue(value)
  if (compared === "") throw new ComityError("invalid", "refusal.unseen")
  const id = newId("refusal")
  return store.write(async (tx) => {
    const since = wish.since ?? dayOf(tx.now)
    // Somewhere on Earth it is tomorrow already.
    if (since > dayOf(plusMicroseconds(tx.now, DAY))) throw new ComityError("invalid", "refusal.future")
    if (await isListed(tx, kind, compared)) throw new ComityError("conflict", "refusal.known")
    if ((await countRefusals(tx)) >= REFUSALS_MOST) {
      throw new ComityError("refused", "refusal.too-many", { most: REFUSALS_MOST })
    }
    const refusal = { id, kind, value, reason, source, since, addedBy: by, addedAt: tx.now }
    await insertRefusal(tx, refusal, compared)
    await record(tx, { what: "refusal.added", by, facts: factsOf(refusal) })
    return refusal
  })
}

/** Loosens, so the ledger keeps the entry whole, with who added it and when. Throws `not-found refusal.unknown`. */
export async function removeRefusal(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const refusal = await loadRefusal(tx, id)
    await deleteRefusal(tx, refusal.id)
    const { addedBy, addedAt } = refusal
    const facts = { ...factsOf(refusal), added_by: addedBy, added_at: formatInstant(addedAt) }
    await record(tx, { what: "refusal.removed", by, facts })
  })
}

/** All of it, by kind and value. */
export function listRefusals(reader: Reader): Promise<Refusal[]> {
  return selectRefusals(reader)
}

/** Throws `not-found refusal.unknown`. */
export async function loadRefusal(reader: Reader, id: string): Promise<Refusal> {
  const found = await selectRefusal(reader, id)
  if (found === undefined) throw new ComityError("not-found", "refusal.unknown")
  return found
}

/** Refused places by code; the European Union is one place, its members are others. */
export async function refusedPlaces(reader: Reader): Promise<ReadonlyMap<string, Refused>> {
  const found = await selectOfKind(reader, "place")
  return new Map(found.map(({ id, value, reason, source, since }) => [value, { id, value, reason, source, since }]))
}

/** What a release looks at: parties by how their ids and names are compared, places by code, kinds of object. */
export type ReleaseRefusals = {
  parties: ReadonlyMap<string, Refused>
  places: ReadonlyMap<string, Refused>
  kinds: ReadonlyMap<string, Refused>
}

export async function releaseRefusals(reader: Reader): Promise<ReleaseRefusals> {
  const [parties, places, kinds] = await Promise.all([
    selectOfKind(reader, "party"),
    refusedPlaces(reader),
    selectOfKind(reader, "object-kind"),
  ])
  const by = (rows: readonly Refusal[], key: (value: string) => string) =>
    new Map(rows.map(({ id, value, reason, source, since }) => [key(value), { id, value, reason, source, since }]))
  return { parties: by(parties, comparedValue), places, kinds: by(kinds, (value) => value) }
}

function factsOf({ id, kind, value, reason, source, since }: Refusal): Record<string, Json> {
  return { id, kind, value, reason, source, since }
}

function dayOf(instant: Instant): string {
  return formatInstant(instant).slice(0, 10)
}

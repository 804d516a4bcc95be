import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { ownParty } from "../../parties/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { type AgreementText, clausesOf } from "../model.ts"
import { isReservation } from "../reserving.ts"
import { type ItemId, Says } from "./item.ts"
import { mayTable, type Negotiation } from "./negotiation.ts"
import {
  findSaying,
  insertSaying,
  listSayings,
  removeSaying,
  type Saying,
  type SayingId,
  updateSaying,
} from "./queries.ts"
import type { Shelf } from "./shelf.ts"

type SaidPosition = Extract<Says, { is: "position" }>

const SAYINGS_MOST = 500

/**
 * Keeps at home what would be said, in place of `before` if that is still there. Throws what `checkSaying` throws, and
 * `refused agreement.too-many-sayings`.
 */
export async function keepSaying(
  store: Store,
  shelf: Shelf,
  wish: { negotiation: string; says: Says; before: string | null },
  by: string | null,
): Promise<SayingId> {
  return store.write(async (tx) => {
    const negotiation = await shelf.negotiation(tx, wish.negotiation)
    const says = storable(wish.says)
    checkSaying(negotiation, (await ownParty(tx))?.id ?? null, says)
    const before = wish.before === null ? null : await findSaying(tx, wish.before)
    if (before !== null && before.negotiation === negotiation.id) {
      await updateSaying(tx, before.id, says)
      return before.id
    }
    if ((await listSayings(tx, negotiation.id)).length >= SAYINGS_MOST) {
      throw new ComityError("refused", "agreement.too-many-sayings", { most: SAYINGS_MOST })
    }
    const id = newId("agreement-saying")
    await insertSaying(tx, { id, negotiation: negotiation.id as ItemId, says, account: by })
    return id
  })
}

/**
 * Whether a party may say this in this negotiation. Throws `refused agreement.no-part`, `refused agreement.observer`,
 * `not-found agreement.no-version`, `not-found agreement.no-article`, `invalid agreement.reservation`.
 */
export function checkSaying(negotiation: Negotiation, own: string | null, says: Says): void {
  const role = negotiation.parties.find(({ party }) => party === own)?.role
  if (role === undefined) throw new ComityError("refused", "agreement.no-part")
  if (!mayTable(role, says)) throw new ComityError("refused", "agreement.observer")
  if (says.is === "text" || says.is === "taken-back" || says.is === "act") return
  const version = negotiation.versions.find(({ hash }) => hash === says.on)
  if (version === undefined) throw new ComityError("not-found", "agreement.no-version")
  const clauses = clausesOf(version.text).map(({ id }) => id)
  const articles = version.text.articles.map(({ id }) => id)
  const part = says.is === "comment" ? says.part : says.clause
  const known = says.is === "comment" ? [...clauses, ...articles] : clauses
  if (says.is === "position" && says.terms !== undefined) requireReservation(version.text, says)
  if (part !== null && !known.includes(part)) throw new ComityError("not-found", "agreement.no-article")
}

/** Throws `invalid agreement.reservation`. */
function requireReservation(text: AgreementText, { position, clause: id, terms }: SaidPosition): void {
  const clause = clausesOf(text).find((one) => one.id === id)
  const fits = position === "reserve" && clause !== undefined && isReservation(text, clause, terms ?? {})
  if (!fits) throw new ComityError("invalid", "agreement.reservation")
}

export function sayings(reader: Reader, negotiation: string): Promise<Saying[]> {
  return listSayings(reader, negotiation)
}

/** Nothing of it stays. Throws `not-found agreement.no-saying`. */
export async function dropSaying(store: Store, id: string): Promise<void> {
  await store.write(async (tx) => {
    if (!(await removeSaying(tx, id))) throw new ComityError("not-found", "agreement.no-saying")
  })
}

function storable(says: Says): Says {
  const parsed = Says.safeParse(says)
  if (!parsed.success) throw new ComityError("invalid", "agreement.text", {}, parsed.error)
  return parsed.data
}

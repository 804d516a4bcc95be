import type { Signer } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { loadOwnParty } from "../../parties/index.ts"
import { clausesOf } from "../model.ts"
import type { Reservation } from "../reserving.ts"
import type { Tabler } from "../tabled/audience.ts"
import { type ItemId, newItemId, type Says } from "../tabled/item.ts"
import { type Negotiation, standOf, type Version } from "../tabled/negotiation.ts"
import { publish, type TablingParts } from "../tabled/tabling.ts"
import { effectOf } from "./effect.ts"
import { type Act, signAct } from "./model.ts"

export type ActingParts = TablingParts & { signer: Signer }
export type ActWish = { negotiation: ItemId; version: string; by: string; act: Act }

/**
 * Signs an act with the node's key and tables it. Throws `conflict agreement.act` where the act has no sense as things
 * stand, and what `publish` throws.
 */
export async function act(parts: ActingParts, wish: ActWish, tabler: Tabler): Promise<void> {
  const { store, signer, clock } = parts
  const own = await loadOwnParty(store)
  const { negotiation, version: text, by } = wish
  const says = (at: Instant): Says => {
    const statement = { v: 1, negotiation, party: own.id, text, at: actTime(at), by, act: wish.act } as const
    return { is: "act", ...signAct(signer, statement) }
  }
  const items = [{ id: newItemId(), says }]
  await publish(parts, { negotiation, first: null, items, tabler }, async (tx, before) => {
    const version = before?.versions.find(({ hash }) => hash === text)
    if (before === null || version === undefined) throw new ComityError("not-found", "agreement.no-version")
    if (!mayAct(before, version, own.id, wish.act.is, clock.now())) throw new ComityError("conflict", "agreement.act")
    const facts = { negotiation, text, act: wish.act.is }
    await record(tx, { what: "agreement.acted", by: tabler.by, facts })
  })
}

/** Which acts have sense for a party now. */
export function mayAct(negotiation: Negotiation, version: Version, own: string, is: Act["is"], now: Instant): boolean {
  const effect = effectOf(negotiation, version, now)
  const binding = effect.bindings.find(({ party }) => party.party === own)
  if (binding === undefined || binding.is === "withdrawn" || effect.is === "ended") return false
  switch (is) {
    case "sign":
      return binding.is === "unsigned"
    case "instrument":
      return binding.instrument === null && binding.party.instrument !== "" && binding.signed !== null
    case "suspend":
      return effect.since !== null && binding.is === "bound"
    case "resume":
      return binding.is === "suspended"
    case "withdraw":
      return binding.signed !== null && binding.until === null
  }
}

/** The reservations with which a party would sign: those that it tabled as its positions on this very text. */
export function reservationsOf(negotiation: Negotiation, { hash, text }: Version, own: string): Reservation[] {
  return clausesOf(text).flatMap(({ id }) => {
    const says = standOf(negotiation, hash, id, own)?.says
    return says?.position === "reserve" ? [reservationIn(id, says)] : []
  })
}

function reservationIn(clause: string, { text, terms }: Pick<Reservation, "text" | "terms">): Reservation {
  return terms === undefined ? { clause, text } : { clause, text, terms }
}

export function actTime(at: Instant): string {
  return `${formatInstant(at).slice(0, -4)}Z`
}

import type { Form } from "./types.ts"

/** Why a text is no item: codes whose sentences stand in the locale files. */
export const ITEM_REFUSALS = [
  ...(["match-item.empty", "match-item.long", "match-item.kind", "match-item.unsure"] as const),
  ...(["match-item.address", "match-item.leading-zero", "match-item.port"] as const),
  ...(["match-item.domain", "match-item.wildcard", "match-item.url", "match-item.scheme", "match-item.email"] as const),
  ...(["match-item.hash", "match-item.wallet", "match-item.checksum"] as const),
  ...(["match-item.person", "match-item.phone", "match-item.case"] as const),
] as const
export type ItemRefusal = (typeof ITEM_REFUSALS)[number]

/** A form and its canonical bytes, or why there are none: one differing byte would silently lose a match. */
export type Read = { form: Form; canonical: Buffer } | ItemRefusal

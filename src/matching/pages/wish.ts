import { z } from "zod"
import { PURPOSES } from "../../policy/index.ts"
import { ITEM_TYPES, type ItemType, isItemType, OPEN_TYPES } from "../items/types.ts"
import { LEARNERS, MATCH_MOST, SMALLEST_MOST, SMALLEST_USUAL } from "../runs/model.ts"
import type { ProposeWish } from "../runs/operations.ts"

/** Addresses of pages are cut by programs on the way; in Chinese a sign is nine of an address. */
export const BASIS_TYPED_MOST = 500

/** The usual largest sizes: what most have, and what a day's quota takes. */
export const MOST_USUAL: Readonly<Record<ItemType, number>> = {
  ...{ ipv4: 1536, ipv6: 1536, cidr: 1536, domain: 4096, url: 4096, email: 4096, hash: 16_384, wallet: 1024 },
  ...{ person: 256, phone: 256, case: 256 },
}

const number = (most: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, "match.number-wrong")
    .transform(Number)
    .pipe(z.number().min(1, "match.number-wrong").max(most, "match.number-wrong"))

const numbers = Object.fromEntries(
  ITEM_TYPES.flatMap((type) => [
    [`most-${type}`, number(MATCH_MOST).default(MOST_USUAL[type])],
    [`smallest-${type}`, number(SMALLEST_MOST).default(SMALLEST_USUAL)],
  ]),
)

/** A proposal as its form says it, in the address: so that a colleague can be sent what was prepared. */
const Asked = z.object({
  party: z.string().max(60).min(1),
  list: z.string().max(60).min(1),
  "type[]": z.preprocess(
    (value) => (value === undefined ? [] : value),
    z.array(z.string().refine(isItemType)).min(1, "match.choose-type"),
  ),
  purpose: z.enum(PURPOSES),
  basis: z.string().trim().min(1).max(BASIS_TYPED_MOST),
  agreement: z.string().max(80).default(""),
  learners: z.enum(LEARNERS),
  ...numbers,
})

export const Proposed = Asked.transform((asked): ProposeWish => {
  const { party, list, purpose, basis, agreement, learners } = asked
  const chosen: readonly string[] = asked["type[]"]
  const values = asked as unknown as Readonly<Record<string, number>>
  const types = ITEM_TYPES.filter((type) => chosen.includes(type)).map((type) => ({
    type,
    most: values[`most-${type}`] ?? MOST_USUAL[type],
    smallest: values[`smallest-${type}`] ?? SMALLEST_USUAL,
  }))
  return { party, list, types, purpose, basis, agreement: agreement === "" ? null : agreement, learners }
})

/** Which types a form offers: restricted ones where they were asked for, since an agreement must name them. */
export function offeredTypes(given: readonly string[]): ItemType[] {
  const open: readonly ItemType[] = OPEN_TYPES
  return ITEM_TYPES.filter((type) => open.includes(type) || given.includes(type))
}

/** The fields of a proposal in an address, in the order of the form; others are left out. */
export function fieldsOf(query: URLSearchParams): Record<string, string[]> {
  const names = new Set(["party", "list", "type[]", "purpose", "basis", "agreement", "learners"])
  const found: Record<string, string[]> = {}
  for (const [name, value] of query) {
    if (!names.has(name) && !/^(most|smallest)-[a-z0-9]+$/.test(name)) continue
    found[name] = [...(found[name] ?? []), value]
  }
  return found
}

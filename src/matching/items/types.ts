import { ComityError } from "../../kernel/errors.ts"

/** What people agree on, count and limit. Sections of a run stand in this order. */
export const ITEM_TYPES = [
  ...(["ipv4", "ipv6", "cidr", "domain", "url", "email", "hash", "wallet"] as const),
  ...(["person", "phone", "case"] as const),
] as const
export type ItemType = (typeof ITEM_TYPES)[number]

/** Off unless a signed agreement names them; two people on each side approve each run. */
export const RESTRICTED_TYPES = ["person", "phone", "case"] as const satisfies readonly ItemType[]
export type RestrictedType = (typeof RESTRICTED_TYPES)[number]

/** What is of people: policy lets such objects go only by two, so two officers decide on each match of it. */
export const PERSONAL_TYPES = ["email", ...RESTRICTED_TYPES] as const satisfies readonly ItemType[]

/** Those that need no agreement. */
export const OPEN_TYPES = [
  "ipv4",
  "ipv6",
  "cidr",
  "domain",
  "url",
  "email",
  "hash",
  "wallet",
] as const satisfies readonly ItemType[]
export type OpenType = (typeof OPEN_TYPES)[number]

/** The first byte of an item. Several forms may be of one type: the chain of a wallet, the algorithm of a hash. */
export const FORMS = {
  ipv4: { id: 1, type: "ipv4" },
  ipv6: { id: 2, type: "ipv6" },
  cidr: { id: 3, type: "cidr" },
  domain: { id: 4, type: "domain" },
  url: { id: 5, type: "url" },
  email: { id: 6, type: "email" },
  md5: { id: 16, type: "hash" },
  sha1: { id: 17, type: "hash" },
  sha256: { id: 18, type: "hash" },
  sha512: { id: 19, type: "hash" },
  sha224: { id: 20, type: "hash" },
  sha384: { id: 21, type: "hash" },
  sha3256: { id: 22, type: "hash" },
  sha3512: { id: 23, type: "hash" },
  bitcoin: { id: 32, type: "wallet" },
  evm: { id: 33, type: "wallet" },
  litecoin: { id: 34, type: "wallet" },
  tron: { id: 35, type: "wallet" },
  person: { id: 64, type: "person" },
  phone: { id: 65, type: "phone" },
  case: { id: 66, type: "case" },
} as const satisfies Record<string, { id: number; type: ItemType }>
export type Form = keyof typeof FORMS

/** The version of the canonical forms; both sides of a match use the same. */
export const ITEMS_VERSION = 1
/** type-id (1), version (1), length (2, big-endian). */
export const HEADER_BYTES = 4
/** A canonical form is not longer; a URL could be of any length. */
export const CANONICAL_MOST = 4096

const formById: ReadonlyMap<number, Form> = new Map(
  Object.entries(FORMS).map(([form, { id }]) => [id as number, form as Form]),
)

export function isItemType(text: string): text is ItemType {
  return (ITEM_TYPES as readonly string[]).includes(text)
}

export function isRestricted(type: ItemType): type is RestrictedType {
  return (RESTRICTED_TYPES as readonly string[]).includes(type)
}

export function isPersonal(type: ItemType): boolean {
  return (PERSONAL_TYPES as readonly ItemType[]).includes(type)
}

/** The item: header and canonical form. */
export function itemBytes(form: Form, canonical: Uint8Array): Buffer {
  const header = Buffer.from([FORMS[form].id, ITEMS_VERSION, canonical.length >> 8, canonical.length & 0xff])
  return Buffer.concat([header, canonical])
}

/** One item as it stands among others; `end` is where the next begins. */
export type ReadItem = { form: Form; type: ItemType; canonical: Uint8Array; end: number }

/** Reads the item that begins at `at`; throws `invalid match.item` if none of this version does. */
export function readItem(bytes: Uint8Array, at = 0): ReadItem {
  const form = formById.get(bytes[at] ?? 0)
  const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  const end = at + HEADER_BYTES + length
  if (form === undefined || bytes[at + 1] !== ITEMS_VERSION || length > CANONICAL_MOST || end > bytes.length) {
    throw new ComityError("invalid", "match.item")
  }
  return { form, type: FORMS[form].type, canonical: bytes.subarray(at + HEADER_BYTES, end), end }
}

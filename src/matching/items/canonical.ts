import type { Chain } from "../../crypto/index.ts"
import { isKnownDomain } from "../../library/index.ts"
import { defang, refang } from "../../stix/index.ts"
import { addressText, looksLikeAddress, readAddress } from "./addresses.ts"
import { HASH_DIGITS, HASH_OF_LENGTH, type HashForm, readHash, readWalletItem, walletItemText } from "./digests.ts"
import { readDomain, readEmail, readUrl, refangUrl } from "./names.ts"
import type { ItemRefusal, Read } from "./refusals.ts"
import { personText, readCase, readPerson, readPhone } from "./restricted.ts"
import { CANONICAL_MOST, FORMS, type ItemType, itemBytes, readItem } from "./types.ts"

/** An item, or why the text is none. */
export type Canonical = { type: ItemType; bytes: Buffer } | { refused: ItemRefusal }

type Reader = { type: ItemType; read(text: string, chain: Chain | null): Read }

/** Nobody writes longer what is meant as one value. */
const TEXT_MOST = 16_384

/** By the kinds that `valuesOf` of the library tells of, and those of objects that are no part of the standard. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["ipv4-addr", { type: "ipv4", read: (text) => (text.includes(":") ? withColon(text) : readAddress(text)) }],
  ["ipv6-addr", { type: "ipv6", read: (text) => (text.includes(":") ? readAddress(text) : "match-item.address") }],
  ["domain-name", { type: "domain", read: readDomain }],
  ["url", { type: "url", read: readUrl }],
  ["email-addr", { type: "email", read: readEmail }],
  ...Object.keys(HASH_DIGITS).map((form): [string, Reader] => [
    form,
    { type: "hash", read: (text) => readHash(form as HashForm, text) },
  ]),
  ...["cryptocurrency-wallet", "x-cryptocurrency-wallet", "x-opencti-cryptocurrency-wallet"].map(
    (kind): [string, Reader] => [kind, { type: "wallet", read: readWalletItem }],
  ),
  ...["phone-number", "x-phone-number"].map((kind): [string, Reader] => [kind, { type: "phone", read: readPhone }]),
  ["x-comity-person", { type: "person", read: readPerson }],
  ["x-comity-case", { type: "case", read: readCase }],
])

/** What stands in an address of IPv4 with a colon is a port, or no such address. */
function withColon(text: string): Read {
  return readAddress(text) === "match-item.port" ? "match-item.port" : "match-item.address"
}

/** Of which type values of a kind are; null for kinds that cannot be matched. A range is told by its text alone. */
export function typeOfKind(kind: string): ItemType | null {
  return READERS.get(kind)?.type ?? null
}

/** A value as an object of STIX has it, in its one form. `chain`: of which a wallet is said to be, as far as it is said. */
export function canonicalItem(kind: string, text: string, chain: Chain | "other" | null = null): Canonical {
  const reader = READERS.get(kind)
  if (reader === undefined) return { refused: "match-item.kind" }
  if (chain === "other") return { refused: "match-item.wallet" }
  return finished(text, kind === "url", (one) => reader.read(one, chain))
}

/** What a person types, as the type that was chosen, or as the one that it can only be; refuses where that is not sure. */
export function typed(text: string, type: ItemType | null = null): Canonical {
  const asUrl = type === "url" || (type === null && refang(text).includes("://"))
  const read = finished(text, asUrl, type === null ? guessed : (one) => READ_AS[type](one))
  if ("refused" in read || type === null || read.type === type) return read
  return { refused: "match-item.address" } // only ranges and the two kinds of address are read alike
}

function finished(text: string, asUrl: boolean, read: (text: string) => Read): Canonical {
  if (text.length > TEXT_MOST) return { refused: "match-item.long" }
  const plain = asUrl ? refangUrl(text.trim()) : refang(text.trim())
  const found = plain === "" ? "match-item.empty" : read(plain)
  if (typeof found === "string") return { refused: found }
  if (found.canonical.length > CANONICAL_MOST) return { refused: "match-item.long" }
  return { type: FORMS[found.form].type, bytes: itemBytes(found.form, found.canonical) }
}

const READ_AS: Readonly<Record<ItemType, (text: string) => Read>> = {
  ...{ ipv4: readAddress, ipv6: readAddress, cidr: readAddress },
  ...{ domain: readDomain, url: readUrl, email: readEmail },
  ...{ hash: readAnyHash, wallet: (text) => readWalletItem(text, null) },
  ...{ person: readPerson, phone: readPhone, case: readCase },
}

function readAnyHash(text: string): Read {
  const form = HASH_OF_LENGTH.get(text.length)
  return form === undefined ? "match-item.hash" : readHash(form, text)
}

/** Names for use in examples and tests and within networks of their own, which no list of suffixes has. */
const ENDINGS_BESIDE = /\.(?:example|test|invalid|onion|i2p)\.?$/i

function guessed(text: string): Read {
  if (text.includes("://")) return readUrl(text)
  if (/^(?:passport|national-id):/i.test(text)) return readPerson(text)
  if (/^[a-z]{2}-[a-z0-9]{1,20}:/i.test(text)) return readCase(text)
  if (looksLikeAddress(text)) return readAddress(text)
  if (text.includes("@")) return readEmail(text)
  if (/^(?:tel:)?\+/i.test(text)) return readPhone(text)
  // Digits alone may be anything that is counted.
  if (/^[\da-f]+$/i.test(text) && /[a-f]/i.test(text) && HASH_OF_LENGTH.has(text.length)) return readAnyHash(text)
  const wallet = /\.|^\d+$/.test(text) ? "match-item.wallet" : readWalletItem(text, null)
  if (wallet !== "match-item.wallet") return wallet
  const domain = readDomain(text)
  const known = typeof domain !== "string" && (ENDINGS_BESIDE.test(text) || isKnownDomain(String(domain.canonical)))
  return known || domain === "match-item.wildcard" ? domain : "match-item.unsure"
}

/** What an item is, as an object of STIX would say it. Throws `invalid match.item`. */
export function plainItem(bytes: Uint8Array): { kind: string; value: string } {
  const { form, canonical } = readItem(bytes)
  const text = Buffer.from(canonical).toString()
  switch (form) {
    case "ipv4":
    case "ipv6":
      return { kind: `${form}-addr`, value: addressText(canonical) }
    case "cidr":
      return rangeOf(canonical)
    case "domain":
      return { kind: "domain-name", value: text }
    case "url":
      return { kind: "url", value: text }
    case "email":
      return { kind: "email-addr", value: text }
    case "bitcoin":
    case "evm":
    case "litecoin":
    case "tron":
      return { kind: "cryptocurrency-wallet", value: walletItemText(form, canonical) }
    case "person":
      return { kind: "x-comity-person", value: personText(canonical) }
    case "phone":
      return { kind: "phone-number", value: `+${text}` }
    case "case":
      return { kind: "x-comity-case", value: text }
    default:
      return { kind: form satisfies HashForm, value: Buffer.from(canonical).toString("hex") }
  }
}

function rangeOf(canonical: Uint8Array): { kind: string; value: string } {
  const address = canonical.subarray(0, -1)
  return {
    kind: address.length === 4 ? "ipv4-addr" : "ipv6-addr",
    value: `${addressText(address)}/${canonical.at(-1)}`,
  }
}

/** An item for people: nothing of it becomes a link when it is copied. Throws `invalid match.item`. */
export function shownItem(bytes: Uint8Array): string {
  const { kind, value } = plainItem(bytes)
  return defang(value, kind)
}

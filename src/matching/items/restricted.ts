import { isPlace } from "../../kernel/places.ts"
import type { Read } from "./refusals.ts"

/** Zone, area and subscriber (ITU-T E.164 section 6). */
const PHONE = /^[1-9]\d{6,14}$/

/** The digits of E.164. A number without `+` and country is another one in each country. */
export function readPhone(text: string): Read {
  const plain = text.normalize("NFKC").replace(/^tel:/i, "")
  // `+44 (0)20 …`: one digit too many for everybody but those who know.
  if (!/^\+[\d\s().\p{Pd}]+$/u.test(plain) || /\(\s*0\s*\)/.test(plain)) return "match-item.phone"
  const digits = plain.replaceAll(/\D/g, "")
  return PHONE.test(digits) ? { form: "phone", canonical: Buffer.from(digits) } : "match-item.phone"
}

/** Which keys link a person to another file; the first byte of the canonical form. */
const KEYS = { passport: 1, "national-id": 2 } as const
const KEY = /^(passport|national-id):([A-Z]{2}):((?=[A-Z]*\d)[A-Z0-9]{5,20}):(\d{4}-\d\d-\d\d)$/

/**
 * `passport:FI:AB1234567:1980-12-31`: what was issued, by which country or territory, number, date of birth. The number
 * without the separators that people write in it; the date makes guessing harder. Nothing else names a person here, names
 * least of all.
 */
export function readPerson(text: string): Read {
  const [kind = "", place = "", number = "", ...rest] = text.normalize("NFKC").split(":")
  const bare = number.replaceAll(/[\s.\p{Pd}/<]/gu, "")
  const plain = [kind.toLowerCase(), place.toUpperCase(), bare.toUpperCase(), ...rest].join(":")
  const [, key, country = "", document = "", birth = ""] = KEY.exec(plain) ?? []
  if (key === undefined || country === "EU" || !isPlace(country) || !isDay(birth)) return "match-item.person"
  const first = Buffer.from([KEYS[key as keyof typeof KEYS]])
  const tail = `${country}${birth.replaceAll("-", "")}${document}`
  return { form: "person", canonical: Buffer.concat([first, Buffer.from(tail)]) }
}

export function personText(canonical: Uint8Array): string {
  const text = Buffer.from(canonical.subarray(1)).toString()
  const kind = Object.entries(KEYS).find(([, number]) => number === canonical[0])?.[0] ?? ""
  const [, place = "", birth = "", number = ""] = /^(..)(\d{8})(.*)$/.exec(text) ?? []
  return [kind, place, number, birth.replace(/(....)(..)(..)/, "$1-$2-$3")].join(":")
}

function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1800 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

const AUTHORITY = /^[A-Z]{2}-[A-Z0-9]{1,20}$/
const CASE_MOST = 64

/** `FI-NBI:6500/R/123/21`: the authority as the agreement calls it, then its number without anything between. */
export function readCase(text: string): Read {
  const plain = text.normalize("NFKC").toUpperCase().normalize("NFKC")
  const [, authority = "", number = ""] = /^([^:]*):(.*)$/s.exec(plain) ?? []
  const bare = number.replaceAll(/[\p{Zs}\p{Pd}\p{Po}_]/gu, "")
  const fits = /^[\p{L}\p{M}\p{N}]+$/u.test(bare) && /\p{N}/u.test(bare) && bare.length <= CASE_MOST
  if (!AUTHORITY.test(authority) || !isPlace(authority.slice(0, 2)) || !fits) return "match-item.case"
  return { form: "case", canonical: Buffer.from(`${authority}:${bare}`) }
}

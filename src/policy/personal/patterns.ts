import type { RedactedKind } from "../release/model.ts"

/** A sign before the `@`, as people hide it from harvesters or as analysts defang it. */
const AT = String.raw`(?:@|\[@\]|\(@\)|\[at\]|\(at\)|%40)`
const DOT = String.raw`(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\))`
const EMAIL = new RegExp(
  String.raw`[\p{L}\p{N}!#$%&*+/=?^_{|}~.-]{1,64}\s?${AT}\s?(?:[\p{L}\p{N}-]{1,63}${DOT}){1,8}\p{L}{2,24}`,
  "iu",
)
/** International form: at least eight digits behind a plus sign (E.164), or the scheme `tel:`. */
const PHONE = /(?<![\p{L}\p{N}+/=])\+(?:[\s().-]{0,2}\d){8,15}(?!\d)|\btel:[\d+]/u
/** Folders that are named after who works in them, and what Windows calls a person. */
const HOME =
  /(?:\\(?:Users|Documents and Settings)\\{1,4}|(?<![\p{L}\p{N}._~%-])\/(?:home|Users)\/)(?!Public\b|Default\b|All Users\b|Shared\b|%)[^\\/\s"']/iu
const SID = /\bS-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}-\d{1,10}\b/
const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?(?![\p{L}\p{N}])/gu

/** The personal data that a text holds by its form: what a machine can know without understanding it. */
export function personalInText(text: string): RedactedKind[] {
  const found: RedactedKind[] = []
  if (/@|[[(]at[\])]|%40/i.test(text) && EMAIL.test(text)) found.push("email")
  if ((text.includes("+") || text.includes("tel:")) && PHONE.test(text)) found.push("phone")
  if (HOME.test(text) || SID.test(text) || holdsIban(text)) found.push("account")
  return found
}

/** Capitals and digits make many things; only an account number has the right remainder (ISO 13616, ISO 7064 MOD 97-10). */
function holdsIban(text: string): boolean {
  return [...text.matchAll(IBAN)].some(([found]) => {
    const sign = found.replaceAll(" ", "")
    let rest = 0
    for (const one of sign.slice(4) + sign.slice(0, 4)) {
      const value = Number.parseInt(one, 36)
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97
    }
    return rest === 1
  })
}

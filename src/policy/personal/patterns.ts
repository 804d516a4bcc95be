import type { RedactedKind } from "../release/model.ts"

/** A sign before the `@`, as people hide it from harvesters or as analysts defang it, or as pages and addresses write it. */
const AT = String.raw`(?:@|[[({<](?:@|at)[\])}>]|_at_|%(?:25)*40|&#0*64;|&#x0*40;|&commat;)`
const DOT = String.raw`(?:\.|\s?[[({<](?:\.|dot)[\])}>]\s?|_dot_)`
const EMAIL = new RegExp(
  String.raw`[\p{L}\p{N}!#$%&*+/=?^_{|}~.-]{1,64}"?\s?${AT}\s?(?:[\p{L}\p{N}-]{1,63}${DOT}){1,32}\p{L}{2,24}`,
  "iu",
)
const MAYBE_EMAIL = /@|[[({<]at[\])}>]|_at_|%(?:25)*40|&#x?0*[46][04];|&commat;/i
/**
 * International form: at least eight digits behind a plus sign (E.164), or behind `00` and the code of a country that
 * stands for itself; the scheme `tel:`; a number that is called one.
 */
const PHONE =
  /(?<![\p{L}\p{N}+/=])\+(?:[\s()./-]{0,2}\p{Nd}){8,15}(?!\p{Nd})|(?<![\p{L}\p{N}.])00[1-9]\d{0,2}[\s/-](?:[\s()./-]{0,2}\d){6,13}(?!\d)|\btel:[\d+]|\b(?:tel|phone|fax|mobile)[.:]{1,2}(?:[\s()./+-]{0,3}\p{Nd}){6,15}/iu
const MAYBE_PHONE = /\+|00[1-9]|tel|phone|fax|mobile/i
/** Folders that are named after who works in them, and what Windows calls a person. */
const HOME =
  /(?:\\(?:Users|Documents and Settings)\\{1,4}|(?<![\p{L}\p{N}._~%-])\/(?:home|Users)\/)(?!Public\b|Default\b|All Users\b|Shared\b|%)[^\\/\s"']/iu
const SID = /\bS-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}-\d{1,10}\b/
const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?(?![\p{L}\p{N}])/gu

const MAYBE_IBAN = /[A-Z]{2}\d{2} ?[A-Z0-9]{4}/

/** The personal data that a text holds by its form: what a machine can know without understanding it. */
export function personalInText(given: string): RedactedKind[] {
  const text = asRead(given)
  const found: RedactedKind[] = []
  if (MAYBE_EMAIL.test(text) && EMAIL.test(text)) found.push("email")
  if (MAYBE_PHONE.test(text) && PHONE.test(text)) found.push("phone")
  if (HOME.test(text) || SID.test(text) || holdsIban(text)) found.push("account")
  return found
}

/** The same of the name of a property: plain ones hold nothing, but for an address that is written out. */
export function personalInName(name: string): RedactedKind[] {
  return PLAIN_NAME.test(name) && !name.includes("_at_") ? [] : personalInText(name)
}

const PLAIN_NAME = /^[a-z0-9_]*$/

/** What ids, hashes, times and bytes never hold: where such is expected, an address may still stand instead. */
export function personalInValue(given: string): RedactedKind[] {
  const text = MAYBE_EMAIL.test(given) || !ASCII.test(given) ? asRead(given) : ""
  return EMAIL.test(text) ? ["email"] : []
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/

/** As an eye reads it: letters of every width and composition alike, without what nobody sees. */
function asRead(text: string): string {
  return ASCII.test(text) ? text : text.normalize("NFKC").replaceAll(/[\p{Cf}\p{Variation_Selector}]/gu, "")
}

/** Capitals and digits make many things; only an account number has the right remainder (ISO 13616, ISO 7064 MOD 97-10). */
function holdsIban(text: string): boolean {
  return (
    MAYBE_IBAN.test(text) &&
    [...text.matchAll(IBAN)].some(([found]) => {
      const sign = found.replaceAll(" ", "")
      let rest = 0
      for (const one of sign.slice(4) + sign.slice(0, 4)) {
        const value = Number.parseInt(one, 36)
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97
      }
      return rest === 1
    })
  )
}

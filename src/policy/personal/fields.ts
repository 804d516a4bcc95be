import type { RedactedKind } from "../release/model.ts"

type ByName = Readonly<Record<string, RedactedKind>>

function named(kind: RedactedKind, ...names: string[]): ByName {
  return Object.fromEntries(names.map((name) => [name, kind]))
}

/** Types of observable that are personal data as a whole, wherever they stand: as objects, embedded, in patterns. */
export const PERSONAL_TYPES: ByName = {
  "email-addr": "email",
  "user-account": "account",
  "email-message": "email",
  "phone-number": "phone",
  "x-phone-number": "phone",
  "x-comity-person": "name",
}

/**
 * Properties that hold personal data by their name, in objects of any type, in what stands inside them and in the paths
 * of patterns; compared without case, `-`, blanks and the humps of camels as `_`.
 */
export const PERSONAL_FIELDS: ByName = {
  ...named("contact", "contact_information", "contact", "contacts", "address", "street_address", "postal_address"),
  ...named("name", "authors", "author", "first_name", "last_name", "full_name", "given_name", "family_name"),
  ...named("name", "middle_name", "surname", "person", "persons", "date_of_birth", "birth_date", "place_of_birth"),
  ...named("name", "nationality", "gender", "passport_number", "national_id", "id_card", "social_security_number"),
  ...named("email", "email", "emails", "e_mail", "mail", "email_address", "target_email", "registrant_email"),
  ...named("phone", "phone", "phones", "phone_number", "telephone", "mobile", "fax", "registrant_phone"),
  ...named("phone", "tel", "telephone_number", "mobile_phone", "mobile_number", "cell_phone", "contact_phone"),
  ...named("email", "email_addresses", "mail_address", "e_mail_address", "contact_email", "sender", "recipient"),
  ...named("email", "recipients", "senders"),
  ...named("name", "birthday", "birthdate", "dob", "ssn", "contact_name", "victim_name", "owner_name"),
  ...named(
    "account",
    "account_login",
    "user_id",
    "user",
    "username",
    "user_name",
    "login",
    "display_name",
    "credential",
  ),
  ...named("account", "password", "creator_user_ref", "account_number", "iban", "card_number", "registrant_name"),
  ...named("email", "from_ref", "sender_ref", "to_refs", "cc_refs", "bcc_refs", "received_lines"),
}

/** Attributes of MISP, as its export writes them into objects of its own: `{"type": "email-src", "value": …}`. */
export const PERSONAL_ATTRIBUTES: ByName = {
  ...named("email", "email", "email-src", "email-dst", "email-reply-to", "email-body", "target-email"),
  ...named("email", "whois-registrant-email", "dns-soa-email", "email-src-display-name", "email-dst-display-name"),
  ...named("phone", "phone-number", "whois-registrant-phone", "prtn"),
  ...named(
    "account",
    "target-user",
    "github-username",
    "jabber-id",
    "twitter-id",
    "iban",
    "bank-account-nr",
    "cc-number",
  ),
  ...named("name", "first-name", "middle-name", "last-name", "full-name", "date-of-birth", "place-of-birth", "gender"),
  ...named("name", "passport-number", "passport-country", "passport-expiration", "redress-number", "nationality"),
  ...named(
    "name",
    "visa-number",
    "identity-card-number",
    "whois-registrant-name",
    "passenger-name-record-locator-number",
  ),
}

/** Properties whose text is no text of people: ids, hashes, times, bytes. */
export const UNREAD: ReadonlySet<string> = new Set([
  ...["id", "type", "spec_version", "created", "modified", "hashes", "payload_bin", "data", "x_misp_data"],
  ...["object_marking_refs", "granular_markings", "created_by_ref", "object_refs"],
])

/** Nothing of it is written otherwise: most names are. */
const PLAIN = /^(?!x_)[a-z0-9_]*$/

export function fieldName(name: string): string {
  if (PLAIN.test(name)) return name
  return name
    .normalize("NFKC")
    .replaceAll(/([\p{Ll}\d])(?=\p{Lu})/gu, "$1_")
    .toLowerCase()
    .replaceAll(/[-\s]/g, "_")
    .replace(/^x_(?:[a-z0-9]+_)?(?=.)/, "")
}

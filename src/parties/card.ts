import { isIP } from "node:net"
import { z } from "zod"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { parseStrictJson } from "../kernel/json.ts"
import { isPlace } from "../kernel/places.ts"
import { formatInstant, type Instant, parseInstant } from "../kernel/time.ts"
import { type OwnParty, type PartyId, type PartyKind, partyKinds } from "./model.ts"

/**
 * A party as parties speak of each other: a STIX 2.1 `identity` with this property extension (STIX 2.1 section 7.3).
 * The definition's id is fixed; its schema is docs/protocol/card.md.
 */
export const CARD_EXTENSION = "extension-definition--6b0a3c52-7d0f-4a8e-9b55-2f8f4d0c7e11"

/** What an organisation does in cooperation. */
export const partyRoles = [
  ...["incident-response", "police", "prosecutor", "judge", "regulator", "ministry", "central-authority"],
  ...["provider", "vendor", "researcher", "negotiator", "training", "civil-society"],
] as const
export type PartyRole = (typeof partyRoles)[number]

const LIST_MOST = 200
/** Controls, line ends, and what turns the order of letters. */
const TURNING = /[\p{Cc}\p{Zl}\p{Zp}\u{061C}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}]/u
const TURNING_ALL = new RegExp(TURNING, "gu")

/** One line of a text from outside that stands between our own words: without what is not seen and turns the rest. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(TURNING_ALL, " ").trim()
}

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .refine((text) => !TURNING.test(text))
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).max(LIST_MOST).default([])

const NUMBER = /^AS(\d{1,10})$/i
const RANGE = /^([0-9a-f.:]+)\/(\d{1,3})$/i
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/

/** Where people of the organisation are reached. */
const Desk = z.strictObject({
  name: line(200).default(""),
  phone: line(100).default(""),
  email: line(200).default(""),
  /** In words, with the zone: `Mon-Fri 8:00-18:00`. */
  hours: line(200).default(""),
  /** IANA time zone. */
  zone: line(60).default(""),
})

/** What a party calls itself, on its card, in an invitation, and here. */
export const PartyName = line(200).min(1)

/** What stands on a card beside name and kind. */
export const CardDetails = z.strictObject({
  places: listOf(z.string().refine(isPlace)),
  roles: listOf(z.enum(partyRoles)),
  languages: listOf(z.string().regex(LANGUAGE)),
  desk: Desk.default(Desk.parse({})),
  /** CIDR ranges and AS numbers for which the party speaks. */
  networks: listOf(z.string().max(50).refine(isNetwork)),
  domains: listOf(z.string().regex(DOMAIN)),
})
export type CardDetails = z.output<typeof CardDetails>

/** Keys to which files for a person or a desk are sealed. */
const Recipient = z.strictObject({
  name: line(200),
  kind: z.enum(["person", "desk"]),
  recipient: z.string().regex(/^age1[a-z0-9]{10,3000}$/),
})
export type CardRecipient = z.output<typeof Recipient>

const Extension = CardDetails.extend({
  extension_type: z.literal("property-extension"),
  kind: z.enum(partyKinds),
  endpoint: z.url().max(300),
  /** Base64 SHA-256 of the key log's first statement. */
  root: z.string().length(44),
  recipients: listOf(Recipient),
})
const Identity = z.looseObject({
  type: z.literal("identity"),
  spec_version: z.literal("2.1"),
  id: z.string(),
  created: z.string(),
  modified: z.string(),
  name: PartyName,
  identity_class: z.string().max(100),
  extensions: z.object({ [CARD_EXTENSION]: Extension }),
})

/** `192.0.2.0/24`, `2001:db8::/32` or `AS64500`. */
function isNetwork(text: string): boolean {
  const number = NUMBER.exec(text)?.[1]
  if (number !== undefined) return Number(number) < 2 ** 32
  const [, address = "", length = ""] = RANGE.exec(text) ?? []
  return isIP(address) !== 0 && Number(length) <= (isIP(address) === 4 ? 32 : 128)
}

/** A card as it was read. */
export type Card = CardDetails & {
  party: PartyId
  name: string
  kind: PartyKind
  endpoint: string
  root: string
  recipients: CardRecipient[]
  /** Of its first version and of this one, to the millisecond. */
  created: Instant
  modified: Instant
}

/** The bytes of the own card, in RFC 8785 form. */
export function cardBytes(
  own: OwnParty,
  said: { details: CardDetails } & Pick<Card, "endpoint" | "root" | "created" | "modified"> & {
      recipients: readonly CardRecipient[]
    },
): Buffer {
  const { details, created, modified, recipients, ...rest } = said
  const extension = { extension_type: "property-extension", kind: own.kind, ...rest, ...details, recipients }
  const times = { created: milliseconds(created), modified: milliseconds(modified) }
  const identity = {
    ...{ type: "identity", spec_version: "2.1", id: own.id, ...times },
    ...{ name: own.name, identity_class: "organization", extensions: { [CARD_EXTENSION]: extension } },
  }
  return Buffer.from(canonicalize(identity as unknown as Json))
}

/** STIX writes three digits (STIX 2.1 section 3.2). */
function milliseconds(instant: Instant): string {
  return `${formatInstant(instant).slice(0, -4)}Z`
}

/** Throws `invalid card.malformed` for what is no card of this party. */
export function readCard(bytes: Uint8Array, party: PartyId): Card {
  try {
    const { id, name, extensions, ...times } = Identity.parse(parseStrictJson(bytes))
    const [created, modified] = [parseInstant(times.created), parseInstant(times.modified)]
    if (id === party && created !== null && modified !== null) {
      const { extension_type: _, ...said } = extensions[CARD_EXTENSION]
      return { ...said, party, name, created, modified }
    }
  } catch (cause) {
    throw new ComityError("invalid", "card.malformed", {}, cause)
  }
  throw new ComityError("invalid", "card.malformed")
}

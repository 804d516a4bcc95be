import { z } from "zod"
import { canonicalize } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import { formatInstant, type Instant, parseInstant } from "../../kernel/time.ts"
import { type PartyId, PartyName } from "../../parties/index.ts"
import { isPartyId } from "../signatures/index.ts"

/** What one node hands to another by any way: who it is, where it is, and a word that lets one partner in, once. */
export type Invitation = {
  party: PartyId
  name: string
  endpoint: string
  /** The key log's statements, from its incept on. */
  statements: Buffer[]
  token: string
  expires: Instant
}

const LINK = "/peer/join#"
const TEXT_MOST = 256 * 1024

export const Party = z.string().refine(isPartyId)
export const Statements = z
  .array(z.base64().max(100_000))
  .min(1)
  .max(1000)
  .transform((all) => all.map((text) => Buffer.from(text, "base64")))
/** As `signRequest` takes it: the one spelling of an address, without path, query or user. */
export const Endpoint = z
  .string()
  .max(300)
  .refine((text) => URL.canParse(text) && isOrigin(text))
export const Token = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

const Text = z.strictObject({
  v: z.literal(1),
  type: z.literal("comity-invitation"),
  party: Party,
  name: PartyName,
  endpoint: Endpoint,
  statements: Statements,
  token: Token,
  expires: z.string().max(40),
})

/** TLS everywhere but between nodes of one machine, as of an exercise. */
function isOrigin(text: string): boolean {
  const { protocol, hostname, origin } = new URL(text)
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
  return origin === text && (protocol === "https:" || (protocol === "http:" && here))
}

/** RFC 8785, as the file of an invitation holds it. */
export function invitationText({ statements, expires, ...rest }: Invitation): string {
  const texts = statements.map((one) => one.toString("base64"))
  return canonicalize({ v: 1, type: "comity-invitation", ...rest, statements: texts, expires: formatInstant(expires) })
}

/** What follows the `#` never reaches a server, so the token stands in no log. */
export function invitationLink(invitation: Invitation): string {
  return `${invitation.endpoint}${LINK}${Buffer.from(invitationText(invitation)).toString("base64url")}`
}

/** A link or a file's text, as a person pastes it; throws `invalid invitation.malformed`. */
export function parseInvitation(pasted: string): Invitation {
  const text = pasted.trim()
  if (text.length > TEXT_MOST) throw malformed()
  const at = text.indexOf(LINK)
  const bytes = at < 0 ? Buffer.from(text) : Buffer.from(text.slice(at + LINK.length), "base64url")
  try {
    const { v: _, type: __, expires: until, ...said } = Text.parse(parseStrictJson(bytes))
    const expires = parseInstant(until)
    if (expires === null || !isPartyId(said.party)) throw malformed()
    return { ...said, party: said.party, expires }
  } catch (cause) {
    throw malformed(cause)
  }
}

function malformed(cause?: unknown): ComityError {
  return new ComityError("invalid", "invitation.malformed", {}, cause)
}

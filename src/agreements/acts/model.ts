import { z } from "zod"
import { type Signer, verifySignature } from "../../crypto/index.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ClauseTerms } from "../clause-terms.ts"
import { CLAUSE_MOST, LINE_MOST, lineOf, Part, Party, TextHash, textOf } from "../model.ts"

// docs/protocol/agreements.md, "Acts"

const AGREEMENT = /^comity-agreement--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const said = textOf(CLAUSE_MOST)

const Reserved = z.strictObject({ clause: Part, text: said.min(1), terms: ClauseTerms.optional() })

/** What a party does to a text by its node's signature. */
export const Act = z.discriminatedUnion("is", [
  /** With the reservations under which it signs, and what of each the nodes enforce. */
  z.strictObject({
    is: z.literal("sign"),
    reservations: z.array(Reserved).max(500),
  }),
  /** The instrument that the text asks of it was given: which, where it is filed, on which day. */
  z.strictObject({
    is: z.literal("instrument"),
    name: lineOf(LINE_MOST).min(1),
    reference: lineOf(LINE_MOST),
    date: z.iso.date(),
  }),
  /** Nothing goes from it or to it under the text, until it resumes. */
  z.strictObject({ is: z.literal("suspend"), reason: said }),
  z.strictObject({ is: z.literal("resume"), reason: said }),
  /** It is no party of it any more from that day on, or from when the notice has run out. */
  z.strictObject({ is: z.literal("withdraw"), reason: said, from: z.iso.date() }),
])
export type Act = z.output<typeof Act>

/** In the order in which they come in the life of a text. */
export const ACT_NAMES: readonly Act["is"][] = ["sign", "instrument", "suspend", "resume", "withdraw"]

/** What is signed: who does what to which exact text, and when. */
export const ActStatement = z.strictObject({
  v: z.literal(1),
  negotiation: z.string().regex(AGREEMENT),
  party: Party,
  /** Hash of the text. */
  text: TextHash,
  /** RFC 3339, UTC, to the millisecond. */
  at: z.string().max(30),
  /** Name and office of who acted. */
  by: lineOf(200).min(1),
  act: Act,
})
export type ActStatement = z.output<typeof ActStatement>

const base64 = (bytes: number) =>
  z
    .string()
    .refine(
      (text) => Buffer.from(text, "base64").length === bytes && Buffer.from(text, "base64").toString("base64") === text,
    )

/** A statement with the signature of the party's node over it. */
export const SignedAct = z.strictObject({ statement: ActStatement, key: base64(32), signature: base64(64) })
export type SignedAct = z.output<typeof SignedAct>

/** RFC 8785. */
export function statementText(statement: ActStatement): string {
  return canonicalize(statement as Json)
}

function message(statement: ActStatement): Buffer {
  return Buffer.from(`comity/agreement-act/v1\n${statementText(statement)}`)
}

export function signAct(signer: Signer, statement: ActStatement): SignedAct {
  const [key, signature] = [signer.publicKey, signer.sign(message(statement))].map((bytes) => bytes.toString("base64"))
  return { statement, key: key ?? "", signature: signature ?? "" }
}

/** Whether the key that stands beside it made the signature; whose key that is says the log from which it came. */
export function isGood({ statement, key, signature }: SignedAct): boolean {
  return verifySignature(Buffer.from(key, "base64"), message(statement), Buffer.from(signature, "base64"))
}

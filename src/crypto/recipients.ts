import {
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient as recipientOfIdentity,
} from "age-encryption"
import { ComityError } from "../kernel/errors.ts"

/** What a file is sealed to: the public half of an age key pair, checked. */
export type Recipient = string & { readonly __recipient: true }

/** `hybrid` joins X25519 with ML-KEM-768; the age program opens it from version 1.3 on. */
export const sealKinds = ["x25519", "hybrid"] as const
export type SealKind = (typeof sealKinds)[number]

const LETTERS = "[023456789acdefghjklmnpqrstuvwxyz]"
const X25519 = new RegExp(`^age1${LETTERS}{58}$`)
const HYBRID = new RegExp(`^age1pq1${LETTERS}{1952}$`)
const SECRET = /AGE-SECRET-KEY-|AGE-PLUGIN-/i

/**
 * Throws `refused sealed.recipient-secret` for a private identity, which belongs to nobody but its person,
 * `unsupported sealed.recipient-kind` for keys of devices, plug-ins and SSH, `invalid sealed.recipient` for anything
 * else that nothing can be sealed to.
 */
export async function parseRecipient(text: string): Promise<Recipient> {
  const clean = text.trim()
  if (SECRET.test(clean)) throw new ComityError("refused", "sealed.recipient-secret")
  if (/^(age1[a-z0-9-]{1,60}1|ssh-|sk-|ecdsa-)/.test(clean) && !clean.startsWith("age1pq1")) {
    throw new ComityError("unsupported", "sealed.recipient-kind")
  }
  if (!X25519.test(clean) && !HYBRID.test(clean)) throw new ComityError("invalid", "sealed.recipient")
  await mustSeal(clean)
  return clean as Recipient
}

/** Tried once: the checksum, and points on which nothing can be sealed, are the library's to know. */
async function mustSeal(text: string): Promise<void> {
  try {
    const encrypter = new Encrypter()
    encrypter.addRecipient(text)
    await encrypter.encrypt(new Uint8Array(0))
  } catch (cause) {
    throw new ComityError("invalid", "sealed.recipient", {}, cause)
  }
}

export function sealKindOf(recipient: string): SealKind {
  return recipient.startsWith("age1pq1") ? "hybrid" : "x25519"
}

/** A new key pair; the identity is for its person alone and is kept nowhere. */
export async function newSealKey(kind: SealKind): Promise<{ identity: string; recipient: Recipient }> {
  const identity = await (kind === "hybrid" ? generateHybridIdentity() : generateX25519Identity())
  return { identity, recipient: (await recipientOfIdentity(identity)) as Recipient }
}

import type { Recipient } from "../../crypto/index.ts"
import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"

export type SealingKeyId = Id<"sealing-key">
/** A person's key opens for that person alone, a desk's for all to whom the desk gave its private half. */
export const keyKinds = ["person", "desk"] as const
export type KeyKind = (typeof keyKinds)[number]

/** The public half of a key pair of our own people or desks. */
export type SealingKey = {
  id: SealingKeyId
  kind: KeyKind
  /** Commitment of the person whose key it is; null for a desk, and for what the command line registered. */
  owner: string | null
  /** As partners see it. */
  name: string
  recipient: Recipient
  registeredBy: string | null
  registeredAt: Instant
  /** Since when partners may use it; null: not yet. */
  publishedAt: Instant | null
  retiredAt: Instant | null
}

/** To whom of a party files can be sealed: what a party's card says under `recipients`, and what travels with a file. */
export type CardRecipient = { name: string; kind: KeyKind; recipient: string }

export type SealedId = Id<"sealed">
export type Tlp = "clear" | "green" | "amber" | "amber+strict" | "red"

/** `sealing`: not whole yet; `draft`: whole, and nobody decided to send it. */
export type SentState = "sealing" | "draft" | "queued" | "delivered" | "refused"
export type ReceivedState = "arriving" | "stored"

/** A sealed file that we sent or got: the node can't read it. */
export type Sealed = {
  key: number
  id: SealedId
  direction: "sent" | "received"
  peer: number
  /** The other side. */
  party: PartyId
  /** Its id at both sides. */
  remote: SealedId
  state: SentState | ReceivedState
  tlp: Tlp
  /** Why it was sent; stays at home. */
  purpose: string | null
  /** Of the file within, while a person decides about it; not kept after that. */
  name: string | null
  /** Hexadecimal, of the whole ciphertext. */
  sha256: string | null
  size: number | null
  note: string | null
  receipt: string | null
  /** Why the other side did not take it. */
  reason: string | null
  restarts: number
  account: string | null
  createdAt: Instant
  settledAt: Instant | null
  /** When the ciphertext was removed; what is known of it stays. */
  removedAt: Instant | null
}

/** Ciphertext is kept and travels in parts of so many bytes; the last may be shorter. */
export const PART_BYTES = 1024 * 1024
export const PURPOSE_MOST = 2000
export const KEY_NAME_MOST = 80

const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A name for people that is one line and turns nothing around. */
export function isPlainName(text: string, most: number): boolean {
  return text.trim() === text && text.length > 0 && text.length <= most && text.search(CONTROL) < 0
}

/** The bare name of a file: no folders, no characters that deceive. Empty where nothing is left. */
export function bareName(given: string): string {
  const base = given.split(/[/\\]/).at(-1) ?? ""
  const clean = base.toWellFormed().replace(CONTROL, "").trim()
  return [...clean].slice(-100).join("")
}

const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * The name under which opened content is written: what the label says, without what a system would obey. A name of
 * only dots, a device of Windows or nothing becomes `sealed`.
 */
export function safeName(given: string): string {
  const name = bareName(given)
    .replace(/[<>:"|?*\p{Cf}]/gu, "_")
    .replace(/^[.\s~-]+/, "")
    .replace(/[.\s]+$/, "")
  return name === "" || DEVICE.test(name) ? "sealed" : name
}

const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/

/** A media type as a browser tells it, without parameters; unknown where it is none. */
export function mediaType(given: string): string {
  const type = (given.split(";")[0] ?? "").trim().toLowerCase()
  return TYPE.test(type) ? type : "application/octet-stream"
}

export function partsOf(size: number): number {
  return Math.ceil(size / PART_BYTES)
}

import { argon2, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { turnstile } from "./turnstile.ts"

type Derivation = { memory: number; passes: number; parallelism: number; salt: Buffer; tag: Buffer }

/** OWASP's least for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19 * 1024
const PASSES = 2
const PARALLELISM = 1
const SALT_BYTES = 16
const TAG_BYTES = 32
/** Counted in UTF-8 after NFC; longer ones are refused rather than cut. */
export const MAX_PASSWORD_BYTES = 1024

/** What a stored hash may ask of this machine: a hash from a foreign hand must not cost gigabytes. */
const CEILING = { memory: 64 * 1024, passes: 10, parallelism: 4 }

/** Each derivation holds its memory while it runs: two at once, and no endless line of those who wait. */
const enter = turnstile(2, 128, "password.too-many")

const derive = promisify(argon2)

const PHC = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** A hash that no password has and whose check takes as long as that of any other: for names nobody has. */
export const decoyHash: string = format({ ...parameters(), tag: random(TAG_BYTES) })

/**
 * Argon2id (RFC 9106) as a PHC string. Throws `invalid password.length` unless the password has 1 to 1024 bytes in
 * UTF-8 after NFC, and `slow-down password.too-many` if too many wait already.
 */
export async function hashPassword(password: string): Promise<string> {
  const message = normalise(password)
  if (message === null) throw new ComityError("invalid", "password.length", { max: MAX_PASSWORD_BYTES })
  const chosen = parameters()
  return format({ ...chosen, tag: await run(message, { ...chosen, tag: Buffer.alloc(TAG_BYTES) }) })
}

/**
 * Compares in constant time. False also for a stored text that is no argon2id or asks for absurd work, and for a
 * password that `hashPassword` would not take. Throws `slow-down password.too-many` as `hashPassword` does.
 */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const stored = parse(phc)
  const message = normalise(password)
  if (stored === null || message === null) return false
  return timingSafeEqual(await run(message, stored), stored.tag)
}

function parameters(): Omit<Derivation, "tag"> {
  return { memory: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM, salt: random(SALT_BYTES) }
}

/** The same password typed on two keyboards may come in two normal forms of Unicode. */
function normalise(password: string): Buffer | null {
  if (!password.isWellFormed()) return null
  const bytes = Buffer.from(password.normalize("NFC"))
  return bytes.length >= 1 && bytes.length <= MAX_PASSWORD_BYTES ? bytes : null
}

function run(message: Buffer, { memory, passes, parallelism, salt, tag }: Derivation): Promise<Buffer> {
  return enter(() => derive("argon2id", { message, nonce: salt, parallelism, memory, passes, tagLength: tag.length }))
}

function format({ memory, passes, parallelism, salt, tag }: Derivation): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(tag)}`
}

function parse(phc: string): Derivation | null {
  const match = PHC.exec(phc)
  if (match === null) return null
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number]
  const [salt, tag] = match.slice(4).map((text) => Buffer.from(text, "base64")) as [Buffer, Buffer]
  const cheap = memory <= CEILING.memory && passes <= CEILING.passes && parallelism <= CEILING.parallelism
  const sound = passes >= 1 && parallelism >= 1 && memory >= 8 * parallelism
  const sized = salt.length >= 8 && salt.length <= 64 && tag.length >= 16 && tag.length <= 64
  return cheap && sound && sized ? { memory, passes, parallelism, salt, tag } : null
}

/** PHC strings carry base64 without padding. */
function encode(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "")
}

import type { Instant } from "../kernel/time.ts"

/** Loaded when the first code is used. */
const library = () => import("otpauth")

/** RFC 6238 as every authenticator app takes it. */
const USUAL = { algorithm: "SHA1", digits: 6, period: 30 } as const
const SECRET_BYTES = 20
/** Clocks of phones differ: the code before and the code after are taken too. */
const STEPS_AROUND = 1

/** A fresh secret of 160 bits (RFC 4226 section 4, R6), in base32. */
export async function newCodeSecret(): Promise<string> {
  const { Secret } = await library()
  return new Secret({ size: SECRET_BYTES }).base32
}

/** True for what `newCodeSecret` makes. */
export function isCodeSecret(text: string): boolean {
  return /^[A-Z2-7]{32}$/.test(text)
}

/** The address behind the QR code: `otpauth://totp/…`. */
export async function codeAddress(secret: string, node: string, person: string): Promise<string> {
  const { Secret, TOTP } = await library()
  const names = { issuer: cut(node), label: cut(person) }
  return new TOTP({ ...USUAL, ...names, secret: Secret.fromBase32(secret) }).toString()
}

/** A QR code holds some two thousand signs, of which percent-encoding takes nine for a Chinese character. */
const NAME_MOST = 40

/** By whole characters, so that none is torn. */
function cut(name: string): string {
  const signs = [...name]
  return signs.length > NAME_MOST ? `${signs.slice(0, NAME_MOST).join("")}…` : name
}

/**
 * The step of time that a code stands for; null if it is wrong, or of `after` or an earlier step: a code that was seen
 * over a shoulder must not work again (RFC 6238 section 5.2).
 */
export async function stepOfCode(code: string, secret: string, now: Instant, after: number): Promise<number | null> {
  const token = code.replaceAll(/\s/g, "")
  if (!/^\d{6}$/.test(token)) return null
  const { Secret, TOTP } = await library()
  const timestamp = now / 1000
  const found = TOTP.validate({ ...USUAL, token, secret: Secret.fromBase32(secret), timestamp, window: STEPS_AROUND })
  if (found === null) return null
  const step = TOTP.counter({ period: USUAL.period, timestamp }) + found
  return step > after ? step : null
}

import { z } from "zod"

/** Loaded when the first passkey is used: it takes longer than the rest of the start together. */
const library = () => import("@simplewebauthn/server")

/** The pages that passkeys are bound to: configured, never taken from a request. */
export type PasskeySite = { origin: string; domain: string }

/** A public key as it is kept; `id` is the credential's, in base64url. */
export type Passkey = {
  id: string
  publicKey: Uint8Array
  counter: number
  transports: readonly string[]
  backedUp: boolean
}

/** EdDSA, ES256, RS256 (RFC 9053, RFC 8812): what devices of people have. */
const ALGORITHMS = [-8, -7, -257]
/** How long the browser's own window waits. */
const PATIENCE_MS = 5 * 60_000

const Base64Url = z.string().regex(/^[\w-]{1,8192}$/)
const Transports = z.array(z.string().regex(/^[a-z-]{1,20}$/)).max(10)
const NO_EXTENSIONS = { clientExtensionResults: {} }
const Credential = { id: Base64Url, rawId: Base64Url, type: z.literal("public-key") }

/** WebAuthn level 3, section 5.1.6: RegistrationResponseJSON, as much of it as is looked at. */
const NewCredential = z.object({
  ...Credential,
  response: z.object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: Transports.default([]),
  }),
})

/** AuthenticationResponseJSON. */
const Assertion = z.object({
  ...Credential,
  response: z.object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Base64Url.nullish(),
  }),
})
export type Assertion = z.output<typeof Assertion>

/**
 * What the browser needs to make a passkey: found without a name (discoverable), never without the person's own
 * confirmation on the device. `handle` must say nothing of the person (WebAuthn section 14.6.1).
 */
export async function passkeyCreation(
  site: PasskeySite,
  person: { handle: string; name: string; node: string; has: readonly string[] },
  challenge: string,
): Promise<object> {
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: person.node,
    rpID: site.domain,
    userName: person.name,
    userDisplayName: person.name,
    userID: Uint8Array.from(Buffer.from(person.handle)),
    challenge: Uint8Array.from(Buffer.from(challenge, "base64url")),
    timeout: PATIENCE_MS,
    attestationType: "none",
    excludeCredentials: person.has.map((id) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  })
}

/** What the browser needs to ask for a passkey: any of this site, or one of those given. */
export async function passkeyRequest(
  site: PasskeySite,
  challenge: string,
  allowed: readonly Pick<Passkey, "id" | "transports">[] = [],
): Promise<object> {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({
    rpID: site.domain,
    challenge: Uint8Array.from(Buffer.from(challenge, "base64url")),
    timeout: PATIENCE_MS,
    userVerification: "required",
    allowCredentials: allowed.map(({ id, transports }) => ({ id, transports: [...transports] })),
  })
}

/** Null for anything but a passkey that was made for this challenge, here, with the person's confirmation. */
export async function checkNewPasskey(text: string, site: PasskeySite, challenge: string): Promise<Passkey | null> {
  const response = parsed(text, NewCredential)
  if (response === null) return null
  const { verifyRegistrationResponse } = await library()
  const found = await orNull(
    verifyRegistrationResponse({
      response: { ...response, ...NO_EXTENSIONS },
      ...expected(site, challenge),
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (found === null || !found.verified) return null
  const { credential, credentialBackedUp: backedUp } = found.registrationInfo
  const { id, publicKey, counter } = credential
  return { id, publicKey, counter, backedUp, transports: response.response.transports }
}

/** Which passkey a browser says it used and for whom; nothing of it is proven yet. Null if it is no assertion. */
export function readAssertion(text: string): Assertion | null {
  return parsed(text, Assertion)
}

/** The handle that a device gave back, as `passkeyCreation` took it; null where the device gave none. */
export function handleOf({ response }: Assertion): string | null {
  return response.userHandle == null ? null : Buffer.from(response.userHandle, "base64url").toString("utf8")
}

export type CheckedPasskey =
  | { is: "right"; counter: number; backedUp: boolean }
  | { is: "wrong" }
  /** The signature is right but the device's counter did not go on: there may be a copy of it (WebAuthn 6.1.1). */
  | { is: "counted-back" }

export async function checkPasskey(
  response: Assertion,
  site: PasskeySite,
  challenge: string,
  passkey: Passkey,
): Promise<CheckedPasskey> {
  const { id, counter: before } = passkey
  // The library would tell a counter that went back from a wrong signature by a sentence alone.
  const credential = { id, publicKey: Uint8Array.from(passkey.publicKey), counter: 0 }
  const { verifyAuthenticationResponse } = await library()
  const { userHandle, ...signed } = response.response
  const plain = { ...response, ...NO_EXTENSIONS, response: signed }
  const found = await orNull(
    verifyAuthenticationResponse({ response: plain, ...expected(site, challenge), credential }),
  )
  if (found === null || !found.verified || response.id !== id) return { is: "wrong" }
  const { newCounter: counter, credentialBackedUp: backedUp } = found.authenticationInfo
  if ((counter > 0 || before > 0) && counter <= before) return { is: "counted-back" }
  return { is: "right", counter, backedUp }
}

function expected({ origin, domain }: PasskeySite, challenge: string) {
  return {
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: domain,
    requireUserVerification: true,
  }
}

function parsed<Value>(text: string, schema: z.ZodType<Value>): Value | null {
  try {
    const found = schema.safeParse(JSON.parse(text))
    return found.success ? found.data : null
  } catch {
    return null
  }
}

/** The library throws whatever it meets in bytes from outside; all of it means the same here. */
async function orNull<Value>(promise: Promise<Value>): Promise<Value | null> {
  try {
    return await promise
  } catch {
    return null
  }
}

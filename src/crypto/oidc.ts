import type { AuthorizationCodeGrantChecks, Configuration } from "openid-client"
import { ComityError } from "../kernel/errors.ts"

/** Loaded when the first person comes by way of the provider. */
const library = () => import("openid-client")

/** An OpenID provider that the operator named, and what it knows this node as. */
export type ProviderSettings = { issuer: string; clientId: string; clientSecret: string | null }

/** What must come back with the browser, kept by the browser that went. */
export type Errand = { state: string; nonce: string; verifier: string; fresh: boolean }

/** What the provider says of the person, after every check. */
export type Claims = {
  /** Issuer and subject: together the only name that stays the same (OpenID Connect Core section 5.7). */
  subject: string
  /** Only if the provider has verified it. */
  email: string | null
}

export type Provider = {
  /** Where to send the browser. `fresh`: the person must sign in there anew, not be remembered. */
  begin(callback: string, fresh: boolean): Promise<{ address: string; errand: Errand }>
  /** Takes the address at which the browser came back. Throws `refused openid.answer`, `unavailable openid.provider`. */
  finish(address: string, errand: Errand): Promise<Claims>
}

const PATIENCE_S = 10
/** A fresh sign-in is at most this old when it comes back. */
const FRESH_S = 60

/** Authorization code flow with PKCE, state and nonce (RFC 9700 section 2.1). The provider is asked when first needed. */
export function openIdProvider(settings: ProviderSettings): Provider {
  let known: Promise<Configuration> | null = null
  const configuration = () => {
    known ??= discover(settings).catch((error) => {
      known = null // it may answer the next time
      throw error
    })
    return known
  }
  return {
    async begin(callback, fresh) {
      const config = await configuration()
      const { buildAuthorizationUrl, calculatePKCECodeChallenge, ...made } = await library()
      const { randomState, randomNonce, randomPKCECodeVerifier } = made
      const errand = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), fresh }
      const address = buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: "openid email",
        code_challenge: await calculatePKCECodeChallenge(errand.verifier),
        code_challenge_method: "S256",
        state: errand.state,
        nonce: errand.nonce,
        ...(fresh ? { prompt: "login", max_age: "0" } : {}),
      })
      return { address: address.href, errand }
    },
    async finish(address, { state, nonce, verifier, fresh }) {
      const config = await configuration()
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      const claims = await claimsFrom(config, new URL(address), fresh ? { ...checks, maxAge: FRESH_S } : checks)
      const email = claims.email_verified === true && typeof claims.email === "string" ? claims.email : null
      return { subject: `${claims.iss} ${claims.sub}`, email }
    },
  }
}

async function claimsFrom(config: Configuration, address: URL, checks: AuthorizationCodeGrantChecks) {
  const { authorizationCodeGrant } = await library()
  try {
    const claims = (await authorizationCodeGrant(config, address, checks)).claims()
    if (claims !== undefined) return claims
  } catch (error) {
    throw new ComityError("refused", "openid.answer", {}, error)
  }
  throw new ComityError("refused", "openid.answer")
}

async function discover({ issuer, clientId, clientSecret }: ProviderSettings): Promise<Configuration> {
  const { allowInsecureRequests, discovery, enableNonRepudiationChecks } = await library()
  const url = new URL(issuer)
  // Core section 3.1.3.7 would believe whoever answers at the token endpoint; the signature must be right as well.
  const execute = [enableNonRepudiationChecks, ...(url.protocol === "http:" ? [allowInsecureRequests] : [])]
  const options = { execute, timeout: PATIENCE_S }
  try {
    return await discovery(url, clientId, clientSecret ?? undefined, undefined, options)
  } catch (error) {
    throw new ComityError("unavailable", "openid.provider", {}, error)
  }
}

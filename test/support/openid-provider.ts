import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { TestContext } from "node:test"

/** Whoever the provider takes the browser for, and what it says of that person. */
export type Claims = Record<string, unknown>

/** A small OpenID provider on this machine. What it says can be made wrong. */
export type TestProvider = {
  issuer: string
  clientId: string
  clientSecret: string
  /** Sends the browser back from where `address` led, as somebody who signed in there. */
  signIn(address: string, claims: Claims): string
  /** Changes what stands in each ID token from now on. */
  falsify(change: Claims): void
  /** Signs with a key that it does not publish, or no longer. */
  forge(does: boolean): void
}

type Code = { claims: Claims; nonce: string | null; challenge: string | null; redirect: string | null }

const CLIENT = { clientId: "comity", clientSecret: "not so secret" }
const now = () => Math.floor(Date.now() / 1000)

export async function openIdProviderForTest(t: TestContext): Promise<TestProvider> {
  const codes = new Map<string, Code>()
  const [own, other] = [rsa(), rsa()]
  let change: Claims = {}
  let forging = false
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = new URLSearchParams((await request.toArray()).join(""))
    const json = (status: number, value: unknown) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
    if (request.url === "/.well-known/openid-configuration") return json(200, metadata(issuer))
    if (request.url === "/keys")
      return json(200, { keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] })
    const code = codes.get(body.get("code") ?? "")
    codes.delete(body.get("code") ?? "")
    const verifier = createHash("sha256")
      .update(body.get("code_verifier") ?? "")
      .digest("base64url")
    if (code === undefined || code.challenge !== verifier || code.redirect !== body.get("redirect_uri")) {
      return json(400, { error: "invalid_grant" })
    }
    const usual = {
      iss: issuer,
      aud: CLIENT.clientId,
      iat: now(),
      exp: now() + 60,
      nonce: code.nonce,
      auth_time: now(),
    }
    const token = jwt({ ...usual, ...code.claims, ...change }, forging ? other.privateKey : own.privateKey)
    json(200, { access_token: "a", token_type: "Bearer", id_token: token })
  }

  return {
    ...{ issuer, ...CLIENT },
    signIn(address, claims) {
      const asked = new URL(address).searchParams
      const code = `code${codes.size}${Math.random()}`
      const [nonce, challenge, redirect] = ["nonce", "code_challenge", "redirect_uri"].map((name) => asked.get(name))
      codes.set(code, { claims, nonce: nonce ?? null, challenge: challenge ?? null, redirect: redirect ?? null })
      const back = new URL(redirect ?? "")
      back.searchParams.set("code", code)
      back.searchParams.set("state", asked.get("state") ?? "")
      return back.href
    },
    falsify: (news) => {
      change = news
    },
    forge: (does) => {
      forging = does
    },
  }
}

function metadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post"],
    code_challenge_methods_supported: ["S256"],
  }
}

function rsa() {
  return generateKeyPairSync("rsa", { modulusLength: 2048 })
}

function jwt(claims: Claims, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const text = `${part({ alg: "RS256", kid: "1" })}.${part(claims)}`
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`
}

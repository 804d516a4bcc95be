import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** How a device answers; each of them can be made wrong. */
export type Answering = {
  challenge: string
  origin: string
  domain: string
  /** The device checked who holds it (flag UV). */
  verified?: boolean
  counter?: number
  type?: string
  userHandle?: string | null
}

/** A device of software that holds one ES256 passkey (WebAuthn level 3), for tests without a browser. */
export type SoftwareAuthenticator = {
  id: string
  /** What `navigator.credentials.create` gives, as JSON. */
  create(how: Answering): string
  /** What `navigator.credentials.get` gives, as JSON. */
  get(how: Answering): string
}

const [UP, UV, AT] = [0x01, 0x04, 0x40]

export function softwareAuthenticator(): SoftwareAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const rawId = randomBytes(32)
  const id = rawId.toString("base64url")
  const { x = "", y = "" } = publicKey.export({ format: "jwk" })
  const credential = (response: object) =>
    JSON.stringify({ id, rawId: id, type: "public-key", clientExtensionResults: {}, response })
  return {
    id,
    create(how) {
      const clientDataJSON = clientData("webauthn.create", how)
      const attested = Buffer.concat([Buffer.alloc(16), uint16(rawId.length), rawId, coseKey(x, y)])
      const authData = Buffer.concat([authenticatorData(how, AT), attested])
      const attestationObject = cborMap(
        [text("fmt"), text("none")],
        [text("attStmt"), cborMap()],
        [text("authData"), bytes(authData)],
      )
      return credential({
        clientDataJSON: clientDataJSON.toString("base64url"),
        attestationObject: attestationObject.toString("base64url"),
        transports: ["internal"],
      })
    },
    get(how) {
      const clientDataJSON = clientData("webauthn.get", how)
      const authData = authenticatorData(how, 0)
      const signed = Buffer.concat([authData, sha256(clientDataJSON)])
      return credential({
        clientDataJSON: clientDataJSON.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: sign("sha256", signed, privateKey).toString("base64url"),
        ...(how.userHandle == null ? {} : { userHandle: Buffer.from(how.userHandle).toString("base64url") }),
      })
    },
  }
}

function clientData(type: string, how: Answering): Buffer {
  const { challenge, origin } = how
  return Buffer.from(JSON.stringify({ type: how.type ?? type, challenge, origin, crossOrigin: false }))
}

function authenticatorData({ domain, verified, counter }: Answering, more: number): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter ?? 0)
  return Buffer.concat([sha256(domain), Buffer.from([UP | (verified === false ? 0 : UV) | more]), count])
}

function sha256(data: Buffer | string): Buffer {
  return createHash("sha256").update(data).digest()
}

function uint16(value: number): Buffer {
  const out = Buffer.alloc(2)
  out.writeUInt16BE(value)
  return out
}

/** A COSE_Key (RFC 9053 section 7.1.1): kty EC2, alg ES256, crv P-256, x, y. */
function coseKey(x: string, y: string): Buffer {
  const point = (value: string) => bytes(Buffer.from(value, "base64url"))
  const [one, two, three] = [0x01, 0x02, 0x03].map((value) => Buffer.from([value]))
  const [minus1, minus2, minus3, minus7] = [0x20, 0x21, 0x22, 0x26].map((value) => Buffer.from([value]))
  const pairs = [
    [one, two],
    [three, minus7],
    [minus1, one],
    [minus2, point(x)],
    [minus3, point(y)],
  ]
  return cborMap(...(pairs as [Buffer, Buffer][]))
}

function cborMap(...pairs: [Buffer, Buffer][]): Buffer {
  return Buffer.concat([Buffer.from([0xa0 + pairs.length]), ...pairs.flat()])
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
}

function bytes(value: Buffer): Buffer {
  const head =
    value.length < 256 ? Buffer.from([0x58, value.length]) : Buffer.concat([Buffer.from([0x59]), uint16(value.length)])
  return Buffer.concat([head, value])
}

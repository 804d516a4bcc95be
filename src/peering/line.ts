import { z } from "zod"
import { ComityError, type ErrorKind } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { parseStrictJson } from "../kernel/json.ts"
import type { Peer } from "../parties/index.ts"
import { signingKeyOf } from "./keys.ts"
import { learnedKeyOf } from "./learning.ts"
import { type Incoming, JSON_TYPE, type PeeringParts } from "./model.ts"
import { keyidOf, readResponse, signRequest, type VerifiedResponse, verifyResponse } from "./signatures/index.ts"

const NONCE_BYTES = 18
const ANSWER_MOST = 1024 * 1024

/** `also`: statuses of a refusal whose body the caller reads. */
export type Words = { type?: string; body: Buffer | string; bytesMost?: number; also?: readonly number[] }

/**
 * Says something to a peer and returns its signed answer. Throws `unavailable peer.unreachable` if nobody answers,
 * `unavailable peer.answer-unsigned` for an error that no peer signed,
 * `unauthenticated peer.signature-…` if somebody else does, and `peer.refused` of the matching kind where the peer
 * refuses: its code is a detail, so that what the other side thinks is never taken for what we think.
 */
export async function say(parts: PeeringParts, peer: Peer, verb: string, words: Words): Promise<VerifiedResponse> {
  const { clock, self, send } = parts
  const body = Buffer.from(words.body)
  const request = signRequest(self.signer, {
    url: addressOf(peer.endpoint, verb),
    from: await self.party(),
    to: peer.party,
    nonce: random(NONCE_BYTES).toString("base64url"),
    at: clock.now(),
    type: words.type ?? JSON_TYPE,
    body,
  })
  const raw = await send({
    url: request.url,
    headers: request.headers,
    body,
    bytesMost: words.bytesMost ?? ANSWER_MOST,
  })
  // A proxy in between, or a node that does not know us: nobody signs for that.
  if (raw.status >= 400 && !isSigned(raw)) {
    await learnedKeyOf(parts, peer) // it may have revoked its key: then nothing it says is signed any more
    throw new ComityError("unavailable", "peer.answer-unsigned", { status: raw.status })
  }
  const unverified = readResponse(raw, request, clock.now())
  const answer = verifyResponse(unverified, await keyFor(parts, peer, unverified.keyid))
  if (answer.status >= 300 && words.also?.includes(answer.status) !== true) throw refusalIn(answer)
  return answer
}

/** The peer's key, if it is the one named; another is looked for in its key log. Throws `refused peer.key-revoked`. */
export async function keyFor(parts: PeeringParts, peer: Peer, keyid: string): Promise<Buffer> {
  const known = await signingKeyOf(parts.store, peer)
  const key = known !== null && keyidOf(known) === keyid ? known : await learnedKeyOf(parts, peer)
  if (key === null) throw new ComityError("refused", "peer.key-revoked")
  return key
}

function isSigned({ rawHeaders }: Incoming): boolean {
  return rawHeaders.some((name, i) => i % 2 === 0 && name.toLowerCase() === "signature")
}

/** Where a verb of the protocol is answered. */
export function addressOf(endpoint: string, verb: string): string {
  return `${endpoint}/peer/v1/${verb}`
}

const kinds: Readonly<Record<number, ErrorKind>> = {
  400: "invalid",
  403: "refused",
  404: "not-found",
  409: "conflict",
  413: "too-large",
  422: "unprocessable",
  429: "slow-down",
  503: "unavailable",
  507: "full",
}

/** What a peer refused, and by which code of its own; the code is theirs, and shown as such. */
function refusalIn({ status, body }: VerifiedResponse): ComityError {
  const kind = kinds[status] ?? "unavailable"
  return new ComityError(kind, "peer.refused", { status, code: codeIn(body) })
}

const Refusal = z.object({ error_code: z.string().regex(/^[a-z0-9.-]{1,80}$/) })

function codeIn(body: Uint8Array): string {
  try {
    return Refusal.parse(parseStrictJson(body)).error_code
  } catch {
    return "unknown"
  }
}

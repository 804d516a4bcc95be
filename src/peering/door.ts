import { type Ask, errorReply, type Reply, type Row, reply } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { findPeer, findPeerByKey, type Peer } from "../parties/index.ts"
import type { Tx } from "../store/index.ts"
import { answerKeys } from "./learning.ts"
import { addressOf, keyFor } from "./line.ts"
import { JSON_TYPE, type PeerAnswer, type PeeringParts, type PeerVerb, type PeerVerbs } from "./model.ts"
import { takeNonce } from "./queries.ts"
import type { Quotas } from "./quotas.ts"
import {
  CLOCK_TOLERANCE,
  isPartyId,
  readRequest,
  signResponse,
  type UnverifiedRequest,
  type VerifiedRequest,
  verifyRequest,
} from "./signatures/index.ts"

const SECOND = 1_000_000
/** A chain of keys may be long; an invitation is of the same size at most. */
const STRANGER_BYTES_MOST = 256 * 1024

/** A verb that a node answers before it knows who asks: the message brings the key that it must be signed with. */
export type StrangerVerb = (
  request: UnverifiedRequest,
) => Promise<{ key: Buffer; answer(verified: VerifiedRequest): Promise<PeerAnswer> }>

export type DoorParts = PeeringParts & {
  verbs: PeerVerbs
  strangers: Readonly<Record<string, StrangerVerb>>
  quotas: Quotas
}

/** The protocol between nodes as rows of the table of who may call what. */
export function peerRows(parts: DoorParts): Row[] {
  const refuse: Row["refuse"] = async (error) => errorReply(error, JSON_TYPE)
  const common = { method: "POST", stepUp: false, refuse } as const
  return [
    { ...common, path: "/peer/v1/keys", who: "anyone", answer: () => keyLog(parts) },
    ...Object.entries(parts.verbs).map(([verb, row]) => ({
      ...{ ...common, path: `/peer/v1/${verb}`, who: "peer" as const },
      answer: (ask: Ask<undefined>) => answerPeer(parts, verb, row, ask),
    })),
    ...Object.entries(parts.strangers).map(([verb, handle]) => ({
      ...{ ...common, path: `/peer/v1/${verb}`, who: "anyone" as const },
      answer: (ask: Ask<undefined>) => answerStranger(parts, verb, handle, ask),
    })),
  ]
}

async function keyLog(parts: DoorParts): Promise<Reply> {
  const { body } = await answerKeys(parts)
  return reply(JSON_TYPE, body, 200, { "cache-control": "no-store" })
}

async function answerPeer(parts: DoorParts, verb: string, row: PeerVerb, ask: Ask<undefined>): Promise<Reply> {
  const { quotas, store } = parts
  // A name that nobody has proven yet: it decides only whose quota pays.
  const claimed = ask.header("comity-from") ?? ""
  const ticket = quotas.enter(isPartyId(claimed) ? claimed : null, ask.address())
  try {
    const unverified = await readMessage(parts, verb, ask, row.bytesMost)
    const peer = await findPeer(store, unverified.from)
    const request = verifyRequest(unverified, await claimedKey(parts, peer, unverified.keyid))
    if (peer === null) throw wrong()
    return await signed(parts, request, async () => {
      ticket.proven(peer.party, row.lasting === true)
      return answerOne(parts, verb, row, peer, request)
    })
  } finally {
    ticket.done()
  }
}

/** A key that fits nothing where there is none: who may be a partner of this node is not for strangers to find out. */
async function claimedKey(parts: DoorParts, peer: Peer | null, keyid: string): Promise<Buffer> {
  try {
    return peer === null ? Buffer.alloc(0) : await keyFor(parts, peer, keyid)
  } catch (error) {
    throw error instanceof ComityError ? wrong(error) : error
  }
}

function wrong(cause?: unknown): ComityError {
  return new ComityError("unauthenticated", "peer.signature-wrong", {}, cause)
}

async function answerOne(
  { store }: DoorParts,
  verb: string,
  { states, handle }: PeerVerb,
  peer: Peer,
  request: VerifiedRequest,
): Promise<PeerAnswer> {
  if (!states.includes(peer.state)) throw new ComityError("refused", "peer.not-active")
  let admitted = false
  const admit = async (tx: Tx) => {
    const now = await findPeerByKey(tx, peer.key) // it may have been paused a moment ago
    if (now === null || !states.includes(now.state)) throw new ComityError("refused", "peer.not-active")
    const expires = request.expires + 2 * CLOCK_TOLERANCE * SECOND
    if (!(await takeNonce(tx, peer.key, request.nonce, expires as VerifiedRequest["expires"]))) {
      throw new ComityError("conflict", "peer.replayed")
    }
    admitted = true
  }
  const answer = await handle({ peer, verb, body: Buffer.from(request.body), admit })
  // A message without an effect takes its nonce all the same: a recorded one is not answered to whoever sends it again.
  if (!admitted) await store.write(admit)
  return answer
}

async function answerStranger(
  parts: DoorParts,
  verb: string,
  handle: StrangerVerb,
  ask: Ask<undefined>,
): Promise<Reply> {
  const ticket = parts.quotas.enter(null, ask.address())
  try {
    const unverified = await readMessage(parts, verb, ask, STRANGER_BYTES_MOST)
    const { key, answer } = await handle(unverified)
    const request = verifyRequest(unverified, key)
    return await signed(parts, request, () => answer(request))
  } finally {
    ticket.done()
  }
}

async function readMessage(
  { self, clock }: DoorParts,
  verb: string,
  ask: Ask<undefined>,
  bytesMost: number,
): Promise<UnverifiedRequest> {
  const body = await ask.body(bytesMost)
  const raw = { method: ask.method, rawHeaders: ask.incoming.rawHeaders, body }
  const url = addressOf(self.endpoint(), verb)
  return readRequest(raw, { url, to: await self.party(), now: clock.now() })
}

/** A refusal of a proven peer is signed too: it is what we answered. */
async function signed(
  { self, clock }: DoorParts,
  request: VerifiedRequest,
  answer: () => Promise<PeerAnswer>,
): Promise<Reply> {
  const said = await answer().catch(refusal)
  const { status = 200, type = JSON_TYPE } = said
  const body = Buffer.from(said.body)
  const headers = signResponse(self.signer, { status, at: clock.now(), type, body }, request)
  return { status, headers: { ...headers, "cache-control": "no-store" }, body, passing: body.length > 64 * 1024 }
}

function refusal(error: unknown): PeerAnswer {
  if (!(error instanceof ComityError)) throw error
  const { status, body } = errorReply(error, JSON_TYPE)
  return { status, body: Buffer.from(body as string) }
}

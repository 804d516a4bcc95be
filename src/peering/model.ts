import type { Signer } from "../crypto/index.ts"
import type { Diagnostics } from "../kernel/diagnostics.ts"
import type { Clock } from "../kernel/time.ts"
import type { Prepared } from "../library/index.ts"
import type { CardRecipient, PartyId, Peer, PeerState } from "../parties/index.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import type { Report } from "./reciprocity/model.ts"

export const JSON_TYPE = "application/json"

/** A request to another node, and its answer as it came; nothing in it is believed yet. */
export type Outgoing = { url: string; headers: Readonly<Record<string, string>>; body: Buffer; bytesMost: number }
export type Incoming = { status: number; rawHeaders: readonly string[]; body: Buffer }

/** The network. Throws `unavailable peer.unreachable`, `refused peer.address` for an address that may not be called. */
export type Send = (request: Outgoing) => Promise<Incoming>

/** What this node is to others: its party, the address it listens at, its key. */
export type Self = {
  party(): Promise<PartyId>
  endpoint(): string
  signer: Signer
  /** The key with which it cosigns a log of another party: one for each log, so that no two show that they are ours. */
  cosigner(origin: string): Signer
}

/** Bodies as versions of objects, in their order; null where one can't be kept. Parsing is not done in the thread that answers. */
export type PrepareBodies = (bodies: readonly Buffer[]) => Promise<(Prepared | null)[]>

/** All that the module works with; a simulation hands in its own. */
export type PeeringParts = {
  store: Store
  clock: Clock
  self: Self
  send: Send
  prepare: PrepareBodies
  /** Keys on the own card to which files for a person or a desk are sealed. */
  recipients(reader: Reader): Promise<readonly CardRecipient[]>
  diagnostics: Diagnostics
  /** Counts what went between this node and a party; where it is missing, no partner is told any counts. */
  count?: (party: string) => Promise<Report>
}

/** A message whose signature was checked, from a peer that may send it. */
export type PeerMessage = {
  peer: Peer
  verb: string
  body: Buffer
  /** Takes the message's nonce, in the transaction of its effect. Throws `conflict peer.replayed`. */
  admit(tx: Tx): Promise<void>
}

export type PeerAnswer = { status?: number; type?: string; body: Buffer | string }

export type PeerVerb = {
  /** States of the relation in which the verb is answered. */
  states: readonly PeerState[]
  /** Of a request's body. */
  bytesMost: number
  /** Something of each message stays, or it is costly to look at: there may be fewer of them. */
  lasting?: true
  handle(message: PeerMessage): Promise<PeerAnswer>
}

/** By verb: the last part of the path. */
export type PeerVerbs = Readonly<Record<string, PeerVerb>>

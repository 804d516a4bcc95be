import type { Row } from "../../src/http/index.ts"
import { silent } from "../../src/kernel/diagnostics.ts"
import { ComityError } from "../../src/kernel/errors.ts"
import { ownStatements } from "../../src/ledger/index.ts"
import { addOwnParty, findPeer, insertPeer, insertStatement, type PartyId } from "../../src/parties/index.ts"
import {
  type Couriers,
  cosignersOf,
  couriersOf,
  type Incoming,
  type Outgoing,
  type PeeringParts,
  type PeerVerbs,
  peerRows,
  Quotas,
  round,
  strangersOf,
  verbsOf,
} from "../../src/peering/index.ts"
import { type FakeClock, fakeClock, type InProcess, openInProcess, prepared } from "./node-in-process.ts"

/** One node of a federation: its store and code are real, the network is a function. */
export type Member = InProcess & {
  name: string
  party: PartyId
  endpoint: string
  parts: PeeringParts
  /** Key of the row of another member, as this one knows it. */
  peer(other: Member): number
  /** Does what the courier would do with another member now. */
  round(other: Member): Promise<void>
  /** The same with whoever that is by now. */
  roundWith(other: Member): Promise<void>
  /** Peers that a hint told to ask. */
  woken: number[]
}

/** What the network does with a request: passes it on, changes it, or loses it. */
export type Wire = (request: Outgoing, pass: () => Promise<Incoming>) => Promise<Incoming>

export type Federation = {
  clock: FakeClock
  members: Member[]
  /** In its place a test may put one that loses, delays or listens. */
  wire: Wire
  close(): Promise<void>
}

const honest: Wire = (_, pass) => pass()

/** What a feature adds to what peers may say to each other. */
export type More = (parts: PeeringParts) => { verbs: PeerVerbs; couriers: Couriers }
const NOTHING = { verbs: {}, couriers: {} }

/** Nodes in one process, under one clock, each a partner of every other; names are also host names. */
export async function testFederation(names: readonly string[], more: More = () => NOTHING): Promise<Federation> {
  const federation = await strangers(names, more)
  for (const one of federation.members) {
    for (const other of federation.members) if (one !== other) await introduce(one, other)
  }
  return federation
}

/** The same before anybody knows anybody. */
export async function strangers(names: readonly string[], more: More = () => NOTHING): Promise<Federation> {
  const clock = fakeClock()
  const doors = new Map<string, Row[]>()
  const federation: Federation = { clock, members: [], wire: honest, close: async () => {} }
  const send = (request: Outgoing) => federation.wire(request, () => deliverTo(doors, request))
  for (const name of names) federation.members.push(await openMember({ name, clock, send, doors, more }))
  federation.close = async () => {
    for (const member of federation.members) await member.close()
  }
  return federation
}

type Opening = {
  name: string
  clock: FakeClock
  send: PeeringParts["send"]
  doors: Map<string, Row[]>
  more: More
}

async function openMember({ name, clock, send, doors, more }: Opening): Promise<Member> {
  const node = await openInProcess({ clock })
  const { id: party } = await node.store.write((tx) => addOwnParty(tx, { name, kind: "government", place: "FI" }, null))
  const endpoint = `https://${name}.example`
  const peers = new Map<string, number>()
  const cosigner = cosignersOf(node.files.secret())
  const self = { party: async () => party, endpoint: () => endpoint, signer: node.signer, cosigner }
  const parts = {
    clock,
    self,
    send,
    prepare,
    recipients: async () => [],
    diagnostics: silent,
    get store() {
      return node.store
    },
  }
  const member: Member = Object.assign(node, {
    ...{ name, party, endpoint, parts, woken: [] as number[] },
    peer: (other: Member) => peers.get(other.party) ?? 0,
    roundWith: async (other: Member) => {
      const peer = await findPeer(node.store, other.party)
      if (peer !== null) await round(parts, couriers, peer.key, true)
    },
    round: (other: Member) => round(parts, couriers, peers.get(other.party) ?? 0, true),
  })
  const features = more(parts)
  const couriers = { ...couriersOf(), ...features.couriers }
  knownPeers.set(member, peers)
  const verbs = { ...verbsOf(parts, (peer) => member.woken.push(peer)), ...features.verbs }
  const door = {
    ...{ clock, self, send, prepare, recipients: parts.recipients, verbs },
    strangers: strangersOf(parts),
    quotas: new Quotas(() => clock.now() / 1000),
  }
  const rows = peerRows({
    ...{ ...door, diagnostics: silent },
    get store() {
      return node.store
    },
  })
  doors.set(`${name}.example`, rows)
  return member
}

const knownPeers = new WeakMap<Member, Map<string, number>>()

/** As if the people of both had compared their fingerprints. */
async function introduce(one: Member, other: Member): Promise<void> {
  const statements = await ownStatements(other.store)
  const { party, name, endpoint } = other
  const key = await one.store.write(async (tx) => {
    const peer = await insertPeer(tx, { party, name, endpoint, state: "active", theirs: "active" })
    for (const [seq, body] of statements.entries()) await insertStatement(tx, peer, seq, body)
    return peer
  })
  knownPeers.get(one)?.set(party, key)
}

/** Bodies read in the thread of the test; one that can't be kept is null. */
const prepare: PeeringParts["prepare"] = async (bodies) =>
  bodies.map((body) => {
    try {
      const [object] = prepared(body.toString("utf8"))
      return object?.bytes.equals(body) === true ? object : null
    } catch {
      return null
    }
  })

async function deliverTo(doors: ReadonlyMap<string, Row[]>, request: Outgoing): Promise<Incoming> {
  const { host, pathname } = new URL(request.url)
  const row = doors.get(host)?.find(({ path }) => path === pathname)
  if (row === undefined) throw new ComityError("unavailable", "peer.unreachable")
  const rawHeaders = Object.entries(request.headers).flat()
  const ask = {
    ...{ actor: undefined, method: "POST", path: pathname, params: {}, query: new URLSearchParams() },
    header: (name: string) => request.headers[name],
    address: () => "192.0.2.1",
    body: async () => request.body,
    incoming: { rawHeaders },
  }
  const answer = await row.answer(ask as never).catch((error: unknown) => row.refuse(error, ask as never))
  return {
    status: answer.status,
    rawHeaders: Object.entries(answer.headers).flat(),
    body: Buffer.from(answer.body as Uint8Array),
  }
}

import { ComityError } from "../../kernel/errors.ts"
import { random, sha256 } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { keyStateOf, ownStatements, record } from "../../ledger/index.ts"
import { collectionsOf } from "../../library/index.ts"
import {
  findPeer,
  insertPeer,
  insertStatement,
  loadOwnParty,
  loadPeer,
  movePeer,
  type Peer,
  readStatements,
} from "../../parties/index.ts"
import type { Tx } from "../../store/index.ts"
import { bodyOf } from "../bodies.ts"
import { sendCard } from "../cards.ts"
import type { PeeringParts } from "../model.ts"
import { enqueue } from "../outbox.ts"
import { dropWaiting } from "../queries.ts"
import { takeOut } from "../receipts.ts"
import { endExchange } from "../reciprocity/exchange.ts"
import { type Invitation, invitationLink, invitationText, parseInvitation } from "./invitation.ts"
import { deleteInvitation, type InvitationId, insertInvitation, meetAgain, restart } from "./queries.ts"

const TOKEN_BYTES = 32
/** An invitation is answered within three days or made anew. */
const VALID = 3 * 24 * 3600 * 1_000_000

type Parts = Pick<PeeringParts, "store" | "self" | "clock" | "recipients">
/** What waits for a partner only while the way to it is still being gone. */
const ON_THE_WAY = ["join", "compared", "card"] as const

/** An invitation for one partner, once; `label` is for whoever looks at the list of those given out. */
export async function invite(
  { store, self, clock }: Parts,
  label: string,
  by: string | null,
): Promise<{ id: InvitationId; text: string; link: string; expires: Instant }> {
  const own = await loadOwnParty(store)
  const token = random(TOKEN_BYTES).toString("base64url")
  const expires = plusMicroseconds(clock.now(), VALID)
  const id = newId("peer-invitation")
  await store.write(async (tx) => {
    await insertInvitation(tx, { id, label, tokenHash: sha256(token), expiresAt: expires, by })
    await record(tx, { what: "peer.invited", by, facts: { invitation: id, label } })
  })
  const statements = await ownStatements(store)
  const invitation = { party: own.id, name: own.name, endpoint: self.endpoint(), statements, token, expires }
  return { id, text: invitationText(invitation), link: invitationLink(invitation), expires }
}

/** Throws `not-found invitation.unknown`. */
export async function withdrawInvitation({ store }: Parts, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    if (!(await deleteInvitation(tx, id))) throw new ComityError("not-found", "invitation.unknown")
    await record(tx, { what: "peer.uninvited", by, facts: { invitation: id } })
  })
}

/**
 * Takes an invitation up: its giver is now known, not believed yet, and is told who we are. Throws `invalid
 * invitation.malformed`, `refused invitation.expired`, `refused invitation.own`, and as `meet`.
 */
export async function accept(parts: Parts, pasted: string, by: string | null): Promise<Peer> {
  const { store, self, clock } = parts
  const invitation = parseInvitation(pasted)
  const own = await loadOwnParty(store)
  if (invitation.party === own.id) throw new ComityError("refused", "invitation.own")
  if (invitation.expires < clock.now()) throw new ComityError("refused", "invitation.expired")
  const statements = (await ownStatements(store)).map((one) => one.toString("base64"))
  const { token } = invitation
  const join = bodyOf({ v: 1, name: own.name, endpoint: self.endpoint(), statements, token })
  return store.write(async (tx) => {
    const peer = await meet(tx, invitation)
    await enqueue(tx, peer, "join", join)
    await record(tx, { what: "peer.accepted", by, facts: { party: peer.party } })
    return peer
  })
}

/** Who somebody says that it is, with the statements that its keys follow from. */
export type Acquaintance = Pick<Invitation, "party" | "name" | "endpoint" | "statements">

/**
 * The row of a partner that is met for the first time, or again after it left; both sides have to compare then. Throws
 * `refused peer.key-differs` for a party that is known by another key log, `refused peer.key-revoked`, `conflict
 * peer.exists` while the relation stands.
 */
export async function meet(tx: Tx, who: Acquaintance): Promise<Peer> {
  const { party, name, endpoint, statements } = who
  const { root, current } = keyStateOf(statements)
  if (current === null) throw new ComityError("refused", "peer.key-revoked")
  const known = await findPeer(tx, party)
  if (known === null) {
    const key = await insertPeer(tx, { party, name, endpoint, state: "invited", theirs: "invited" })
    for (const [seq, statement] of statements.entries()) await insertStatement(tx, key, seq, statement)
    return loadPeer(tx, party)
  }
  const held = await readStatements(tx, known.key)
  if (!keyStateOf(held).root.equals(root)) throw new ComityError("refused", "peer.key-differs")
  if (known.state === "active" || known.state === "suspended") throw new ComityError("conflict", "peer.exists")
  for (const [seq, statement] of statements.entries()) {
    if (seq >= held.length) await insertStatement(tx, known.key, seq, statement)
    else if (held[seq]?.equals(statement) !== true) throw new ComityError("refused", "peer.key-differs")
  }
  await dropWaiting(tx, known.key, ["join"])
  if (known.state === "left") await restart(tx, known.key, who)
  else await meetAgain(tx, known.key, who)
  return loadPeer(tx, party)
}

/** Nothing goes either way until `resume`; what was shared stays. */
export async function suspend({ store }: Parts, party: string, by: string | null): Promise<Peer> {
  return store.write(async (tx) => {
    const peer = await movePeer(tx, await loadPeer(tx, party), "suspended")
    await dropWaiting(tx, peer.key, ["card"])
    return tellState(tx, peer, by)
  })
}

/** Throws `conflict peer.state` but for a relation that our people suspended: comparing alone makes one active. */
export async function resume(parts: Parts, party: string, by: string | null): Promise<Peer> {
  return parts.store.write(async (tx) => {
    const before = await loadPeer(tx, party)
    if (before.state !== "suspended") {
      throw new ComityError("conflict", "peer.state", { state: before.state, to: "active" })
    }
    const peer = await tellState(tx, await movePeer(tx, before, "active"), by)
    await sendCard(tx, peer, parts)
    return peer
  })
}

/**
 * Ends the relation: the partner leaves every audience, and is told only what becomes of objects that it had got.
 * Both sides may meet again by a new invitation.
 */
export async function leave({ store }: Parts, party: string, by: string | null): Promise<Peer> {
  return store.write(async (tx) => {
    const peer = await part(tx, await loadPeer(tx, party), by)
    return tellState(tx, peer, by)
  })
}

/** The end of a relation as it is for this node, whoever ended it. */
export async function part(tx: Tx, peer: Peer, by: string | null): Promise<Peer> {
  const left = await movePeer(tx, peer, "left")
  await dropWaiting(tx, peer.key, ON_THE_WAY)
  for (const collection of await collectionsOf(tx, peer.party)) await takeOut(tx, collection, peer.party, by)
  await endExchange(tx, peer)
  return left
}

async function tellState(tx: Tx, peer: Peer, by: string | null): Promise<Peer> {
  await enqueue(tx, peer, "status", bodyOf({ v: 1, state: peer.state, at: tx.now }))
  await record(tx, { what: "peer.state-changed", by, facts: { party: peer.party, state: peer.state } })
  return peer
}

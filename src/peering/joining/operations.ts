import { ComityError } from "../../kernel/errors.ts"
import { random, sha256 } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { keyStateOf, ownStatements, record } from "../../ledger/index.ts"
import { collectionsOf, narrow } from "../../library/index.ts"
import {
  type Fingerprint,
  findPeer,
  fingerprintOf,
  insertPeer,
  insertStatement,
  loadPeer,
  movePeer,
  ownParty,
  type PartyId,
  type Peer,
  readStatements,
  saysDigits,
  saysWords,
  setGetsCard,
} from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { bodyOf } from "../bodies.ts"
import { sendCard } from "../cards.ts"
import type { PeeringParts } from "../model.ts"
import { enqueue } from "../outbox.ts"
import { endExchange } from "../reciprocity/exchange.ts"
import { type Invitation, invitationLink, invitationText, parseInvitation } from "./invitation.ts"
import { deleteInvitation, type InvitationId, insertInvitation, restart, setBothActive } from "./queries.ts"

const TOKEN_BYTES = 32
/** An invitation is answered within three days or made anew. */
const VALID = 3 * 24 * 3600 * 1_000_000

type Introducing = Pick<PeeringParts, "self" | "recipients">
type Parts = Pick<PeeringParts, "store" | "self" | "clock" | "recipients">

/** An invitation for one partner, once; `label` is for whoever looks at the list of those given out. */
export async function invite(
  { store, self, clock }: Parts,
  label: string,
  by: string | null,
): Promise<{ id: InvitationId; text: string; link: string; expires: Instant }> {
  const own = await ownParty(store)
  if (own === null) throw new ComityError("unavailable", "party.missing")
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
  const own = await ownParty(store)
  if (own === null) throw new ComityError("unavailable", "party.missing")
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
export async function meet(tx: Tx, { party, name, endpoint, statements }: Acquaintance): Promise<Peer> {
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
  if (known.state !== "left" && known.state !== "invited") throw new ComityError("conflict", "peer.exists")
  for (const [seq, statement] of statements.entries()) {
    if (seq >= held.length) await insertStatement(tx, known.key, seq, statement)
    else if (held[seq]?.equals(statement) !== true) throw new ComityError("refused", "peer.key-differs")
  }
  await restart(tx, known.key, { name, endpoint })
  return loadPeer(tx, party)
}

/** What the partner's people read out, and what ours read to them. */
export async function fingerprints(reader: Reader, peer: Peer): Promise<{ theirs: Fingerprint; ours: Fingerprint }> {
  const own = await ownParty(reader)
  if (own === null) throw new ComityError("unavailable", "party.missing")
  const [incept, ownIncept] = [(await readStatements(reader, peer.key))[0], (await ownStatements(reader))[0]]
  if (incept === undefined || ownIncept === undefined) throw new ComityError("unavailable", "party.missing")
  return { theirs: fingerprintOf(peer.party, incept), ours: fingerprintOf(own.id as PartyId, ownIncept) }
}

/** Words or digits as our person heard them from theirs. */
export type Heard = { words: string } | { digits: string }

/**
 * Our people compared the fingerprints: from here on the partner's key is believed, and if theirs compared too, the
 * relation is active. `givesCard`: it gets our card then. Throws `refused peer.fingerprint-differs`, which is recorded, and `conflict peer.state`.
 */
export async function compare(
  parts: Parts,
  party: string,
  heard: Heard & { givesCard?: boolean },
  by: string | null,
): Promise<Peer> {
  const { theirs } = await fingerprints(parts.store, await loadPeer(parts.store, party))
  const right = "words" in heard ? saysWords(theirs, heard.words) : saysDigits(theirs, heard.digits)
  if (!right) {
    await parts.store.write((tx) => record(tx, { what: "peer.fingerprint-differs", by, facts: { party } }))
    throw new ComityError("refused", "peer.fingerprint-differs")
  }
  return compared(parts, party, heard.givesCard === true, by)
}

/** The same for a page that asked for some of the words: it has checked them by `fingerprints`. */
export async function compared(parts: Parts, party: string, givesCard: boolean, by: string | null): Promise<Peer> {
  return parts.store.write(async (tx) => {
    const peer = await loadPeer(tx, party)
    if (peer.state !== "invited") throw new ComityError("conflict", "peer.state", { state: peer.state, to: "compared" })
    const done = await movePeer(tx, peer, "compared")
    await setGetsCard(tx, peer.key, givesCard)
    await enqueue(tx, peer, "compared", bodyOf({ v: 1, at: tx.now }))
    await record(tx, { what: "peer.compared", by, facts: { party } })
    return peer.theirs === "invited" ? done : activate(tx, done, parts)
  })
}

/** Both sides compared. */
export async function activate(tx: Tx, peer: Peer, parts: Introducing): Promise<Peer> {
  const active = await movePeer(tx, peer, "active")
  await setBothActive(tx, peer.key)
  await record(tx, { what: "peer.activated", by: null, facts: { party: peer.party } })
  await sendCard(tx, parts, active)
  return { ...active, theirs: "active" }
}

/** Nothing goes either way until `resume`; what was shared stays. */
export async function suspend({ store }: Parts, party: string, by: string | null): Promise<Peer> {
  return store.write(async (tx) => tellState(tx, await movePeer(tx, await loadPeer(tx, party), "suspended"), by))
}

export async function resume({ store }: Parts, party: string, by: string | null): Promise<Peer> {
  return store.write(async (tx) => tellState(tx, await movePeer(tx, await loadPeer(tx, party), "active"), by))
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
  for (const collection of await collectionsOf(tx, peer.party)) await narrow(tx, collection, peer.party, by)
  await endExchange(tx, peer)
  return left
}

async function tellState(tx: Tx, peer: Peer, by: string | null): Promise<Peer> {
  await enqueue(tx, peer, "status", bodyOf({ v: 1, state: peer.state, at: tx.now }))
  await record(tx, { what: "peer.state-changed", by, facts: { party: peer.party, state: peer.state } })
  return peer
}

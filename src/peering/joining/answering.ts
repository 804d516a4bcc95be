import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { keyStateOf, record } from "../../ledger/index.ts"
import { findPeer, loadPeer, PartyName, type Peer, readStatements } from "../../parties/index.ts"
import type { Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import type { StrangerVerb } from "../door.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { hurryWaiting } from "../queries.ts"
import { CLOCK_TOLERANCE } from "../signatures/index.ts"
import { activate, tellCompared } from "./comparing.ts"
import { Endpoint, Statements, Token } from "./invitation.ts"
import { type Acquaintance, meet, part } from "./operations.ts"
import { findInvitation, setTheirs, setTheirsAt, setUsed } from "./queries.ts"

const Join = z.strictObject({
  v: z.literal(1),
  name: PartyName,
  endpoint: Endpoint,
  statements: Statements,
  token: Token,
})
const Compared = z.strictObject({ v: z.literal(1), at: z.int().nonnegative() })
const Status = z.strictObject({
  v: z.literal(1),
  state: z.enum(["active", "suspended", "left"]),
  at: z.int().nonnegative(),
})

const DONE = { body: bodyOf({ v: 1 }) }
const SECOND = 1_000_000

/**
 * `join`: somebody took our invitation up. The message is signed by the key that its own statements name; whether that
 * key is the right one is for people to compare. Throws `refused invitation.unknown` for a token that we did not give,
 * that has expired or that another used.
 */
export function takeJoin({ store, self }: PeeringParts): StrangerVerb {
  return async (request) => {
    const { token, ...said } = parseBody(Join, request.unproven.body)
    // Before anything is computed for somebody whom nobody here ever invited.
    if ((await findInvitation(store, sha256(token))) === null) throw unknown()
    if (request.from === (await self.party())) throw new ComityError("refused", "invitation.own")
    const { current } = keyStateOf(said.statements)
    if (current === null) throw new ComityError("refused", "peer.key-revoked")
    return {
      key: current,
      answer: async ({ created }) => {
        const entered = await store.write((tx) => enter(tx, { ...said, party: request.from }, { token, at: created }))
        if (!entered) throw new ComityError("refused", "peer.key-differs")
        return DONE
      },
    }
  }
}

/** False for whoever comes in the name of a party that is known by another key log: that uses the invitation up too. */
async function enter(tx: Tx, who: Acquaintance, { token, at }: { token: string; at: Instant }): Promise<boolean> {
  const given = await findInvitation(tx, sha256(token))
  const known = await findPeer(tx, who.party)
  const same = known === null || (await isSame(tx, known, who))
  if (given?.usedBy === who.party && known !== null && known.state !== "left" && same) {
    return true // the answer was lost, not the message
  }
  if (given === null || given.expiresAt < tx.now || given.usedBy !== null) throw unknown()
  if (!same) {
    // Else one invitation would do to try the ids of many parties, and tell which of them are our partners.
    await setUsed(tx, given.id, who.party)
    await record(tx, { what: "peer.join-refused", by: null, facts: { party: who.party, invitation: given.id } })
    return false
  }
  if (known !== null) await partIfStands(tx, known)
  const peer = await meet(tx, who)
  await setTheirsAt(tx, peer.key, at)
  if (peer.state === "compared") await tellCompared(tx, peer) // it may have begun anew
  await setUsed(tx, given.id, peer.party)
  await record(tx, { what: "peer.joined", by: null, facts: { party: peer.party, invitation: given.id } })
  return true
}

function unknown(): ComityError {
  return new ComityError("refused", "invitation.unknown")
}

/**
 * A partner that introduces itself again has left, or lost what it knew: what stood between us is over. Its own key
 * says so, and a person of ours invited it anew.
 */
async function partIfStands(tx: Tx, known: Peer): Promise<void> {
  if (known.state === "active" || known.state === "suspended") await part(tx, known, null)
}

async function isSame(tx: Tx, known: Peer, { statements }: Acquaintance): Promise<boolean> {
  const { root } = keyStateOf(await readStatements(tx, known.key))
  return root.equals(keyStateOf(statements).root)
}

/** `compared`: their people compared the fingerprints. */
export async function takeCompared(parts: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { at } = parseBody(Compared, message.body)
  await parts.store.write(async (tx) => {
    await message.admit(tx)
    refuseFuture(tx, at)
    const peer = await loadPeer(tx, message.peer.party)
    if (peer.state !== "invited" && peer.state !== "compared") return
    if (!(await setTheirs(tx, peer.key, "compared", at as Instant))) return
    await record(tx, { what: "peer.they-compared", by: null, facts: { party: peer.party } })
    if (peer.state === "compared") await activate(tx, peer, parts)
  })
  return DONE
}

/** `status`: the partner paused, goes on, or left. */
export async function takeStatus({ store }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { state, at } = parseBody(Status, message.body)
  await store.write(async (tx) => {
    await message.admit(tx)
    refuseFuture(tx, at)
    const peer = await loadPeer(tx, message.peer.party)
    const onTheWay = peer.state === "invited" || peer.state === "compared"
    if (onTheWay && state !== "left") return // comparing alone makes a relation active
    if (!(await setTheirs(tx, peer.key, state, at as Instant))) return
    if (state === "active") await hurryWaiting(tx, peer.key)
    if (state !== peer.theirs) {
      await record(tx, { what: "peer.they-changed", by: null, facts: { party: peer.party, state } })
    }
    if (state === "left" && peer.state !== "left") await part(tx, peer, null)
  })
  return DONE
}

/** No message speaks of a moment that is yet to come: it would make the partner deaf to all that it says until then. */
function refuseFuture({ now }: Tx, at: number): void {
  if (at > plusMicroseconds(now, CLOCK_TOLERANCE * SECOND)) throw new ComityError("invalid", "peer.body")
}

import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import type { Instant } from "../../kernel/time.ts"
import { keyStateOf, record } from "../../ledger/index.ts"
import { findPeer, loadPeer, readStatements } from "../../parties/index.ts"
import type { Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import type { StrangerVerb } from "../door.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { Endpoint, PartyName, Statements, Token } from "./invitation.ts"
import { type Acquaintance, activate, meet, part } from "./operations.ts"
import { findInvitation, setTheirs, setUsed } from "./queries.ts"

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

/**
 * `join`: somebody took our invitation up. The message is signed by the key that its own statements name; whether that
 * key is the right one is for people to compare. Throws `refused invitation.unknown` for a token that we did not give,
 * that has expired or that another used.
 */
export function takeJoin({ store }: PeeringParts): StrangerVerb {
  return async (request) => {
    const { token, ...said } = parseBody(Join, request.unproven.body)
    const { current } = keyStateOf(said.statements)
    if (current === null) throw new ComityError("refused", "peer.key-revoked")
    return {
      key: current,
      answer: async () => {
        await store.write((tx) => enter(tx, { ...said, party: request.from }, token))
        return DONE
      },
    }
  }
}

async function enter(tx: Tx, who: Acquaintance, token: string): Promise<void> {
  const given = await findInvitation(tx, sha256(token))
  const again = given?.usedBy === who.party
  if (given === null || given.expiresAt < tx.now || (given.usedBy !== null && !again)) {
    throw new ComityError("refused", "invitation.unknown")
  }
  if (again && (await isKnown(tx, who))) return // the answer was lost, not the message
  const peer = await meet(tx, who)
  await setUsed(tx, given.id, peer.party)
  await record(tx, { what: "peer.joined", by: null, facts: { party: peer.party, invitation: given.id } })
}

async function isKnown(tx: Tx, { party, statements }: Acquaintance): Promise<boolean> {
  const peer = await findPeer(tx, party)
  if (peer === null) return false
  return keyStateOf(await readStatements(tx, peer.key)).root.equals(keyStateOf(statements).root)
}

/** `compared`: their people compared the fingerprints. */
export async function takeCompared(parts: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { at } = parseBody(Compared, message.body)
  await parts.store.write(async (tx) => {
    await message.admit(tx)
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
    const peer = await loadPeer(tx, message.peer.party)
    if (!(await setTheirs(tx, peer.key, state, at as Instant))) return
    await record(tx, { what: "peer.they-changed", by: null, facts: { party: peer.party, state } })
    if (state === "left" && peer.state !== "left") await part(tx, peer, null)
  })
  return DONE
}

import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"
import type { Instant } from "../kernel/time.ts"
import { keyStateOf, ownStatements, record } from "../ledger/index.ts"
import {
  type CardDetails,
  cardBytes,
  cardSent,
  getsCard,
  listPeers,
  loadDetails,
  loadPeer,
  ownParty,
  type Peer,
  readCard,
  readPeerCard,
  readStatements,
  saveDetails,
  savePeerCard,
  setCardSent,
  setGetsCard,
} from "../parties/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import { bodyOf, parseBody } from "./bodies.ts"
import { Endpoint } from "./joining/invitation.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "./model.ts"
import { enqueue } from "./outbox.ts"

const Sent = z.strictObject({ v: z.literal(1), card: z.string().max(100_000) })
const ANSWER: PeerAnswer = { body: bodyOf({ v: 1 }) }

type Parts = Pick<PeeringParts, "store" | "self" | "recipients">

/** The bytes of the own card as partners get it now; without `at` it says when somebody last wrote it. */
export async function ownCard(
  reader: Reader,
  { self, recipients }: Omit<Parts, "store">,
  at: Instant | null = null,
): Promise<Buffer> {
  const own = await ownParty(reader)
  if (own === null) throw new ComityError("unavailable", "party.missing")
  const { details, at: written } = await loadDetails(reader)
  const root = keyStateOf(await ownStatements(reader)).root.toString("base64")
  const sealedTo = await recipients(reader)
  const said = { details, endpoint: self.endpoint(), root, recipients: sealedTo }
  return cardBytes(own, { ...said, modified: at ?? written })
}

/** Writes the own card anew; partners that get it are sent it. */
export async function changeCard(parts: Parts, details: CardDetails, by: string | null): Promise<void> {
  await parts.store.write(async (tx) => {
    await saveDetails(tx, details, by)
    await sendCards(tx, parts)
  })
}

/** To all partners that get it, at once: where what the card says is changed elsewhere. */
export async function sendCards(tx: Tx, parts: Omit<Parts, "store">): Promise<void> {
  for (const peer of await listPeers(tx)) await sendCard(tx, parts, peer)
}

/** From now on this partner gets the card, or does not; what it has it keeps. */
export async function giveCard(parts: Parts, party: string, gives: boolean, by: string | null): Promise<void> {
  await parts.store.write(async (tx) => {
    const peer = await loadPeer(tx, party)
    if ((await getsCard(tx, peer.key)) === gives) return
    await setGetsCard(tx, peer.key, gives)
    await record(tx, { what: "peer.card-switched", by, facts: { party, gives } })
    await sendCard(tx, parts, peer)
  })
}

/** In a round: a key on the card, or the node's address, may have changed since it was sent. */
export async function refreshCard(parts: Parts, peer: Peer): Promise<void> {
  if (peer.state !== "active" || !(await getsCard(parts.store, peer.key))) return
  const [sent, says] = [await cardSent(parts.store, peer.key), await saysNow(parts.store, parts)]
  if (sent?.equals(says) !== true) await parts.store.write((tx) => sendCard(tx, parts, peer))
}

/** Puts the card into the outbox if this partner gets it and was not sent one that says the same. */
export async function sendCard(tx: Tx, parts: Omit<Parts, "store">, peer: Pick<Peer, "key" | "state">): Promise<void> {
  if (peer.state !== "active" || !(await getsCard(tx, peer.key))) return
  const says = await saysNow(tx, parts)
  if ((await cardSent(tx, peer.key))?.equals(says) === true) return
  const card = (await ownCard(tx, parts, tx.now)).toString("utf8")
  await enqueue(tx, peer, "card", bodyOf({ v: 1, card }))
  await setCardSent(tx, peer.key, says)
}

async function saysNow(reader: Reader, parts: Omit<Parts, "store">): Promise<Buffer> {
  return sha256(await ownCard(reader, parts, 0 as Instant))
}

/**
 * `card`: a partner says who it is. Kept as it came. Throws `invalid card.malformed` for the card of anybody else or of
 * another key log; an older one than the one held changes nothing.
 */
export async function takeCard({ store }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const bytes = Buffer.from(parseBody(Sent, message.body).card)
  const { peer } = message
  const card = readCard(bytes, peer.party)
  if (!Endpoint.safeParse(card.endpoint).success) throw new ComityError("invalid", "card.malformed")
  await store.write(async (tx) => {
    await message.admit(tx)
    const { root } = keyStateOf(await readStatements(tx, peer.key))
    if (card.root !== root.toString("base64")) throw new ComityError("invalid", "card.malformed")
    const held = await readPeerCard(tx, peer.key)
    if (held !== null && readCard(held.bytes, peer.party).modified > card.modified) return
    await savePeerCard(tx, peer.key, { bytes, name: card.name, endpoint: card.endpoint })
    await record(tx, { what: "peer.card-taken", by: null, facts: { party: peer.party } })
  })
  return ANSWER
}

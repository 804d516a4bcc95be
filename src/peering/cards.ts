import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import { keyStateOf, ownStatements, record } from "../ledger/index.ts"
import {
  type CardDetails,
  cardBytes,
  getsCard,
  listPeers,
  loadDetails,
  loadOwnParty,
  loadPeer,
  type Peer,
  readCard,
  readOwnCard,
  readPeerCard,
  readStatements,
  saveDetails,
  saveOwnCard,
  savePeerCard,
  setGetsCard,
} from "../parties/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import { bodyOf, parseBody } from "./bodies.ts"
import { Endpoint } from "./joining/invitation.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "./model.ts"
import { enqueue } from "./outbox.ts"
import { dropWaiting } from "./queries.ts"

const MILLISECOND = 1000
const Sent = z.strictObject({ v: z.literal(1), card: z.string().max(100_000) })
const ANSWER: PeerAnswer = { body: bodyOf({ v: 1 }) }

/** What a card is made of besides what people wrote. */
export type CardParts = Pick<PeeringParts, "self" | "recipients">
type Parts = CardParts & Pick<PeeringParts, "store">

/**
 * The bytes of the own card as it is now. They stay the same until something on it changes, be it a key or the address
 * of the node; then it is the next version of the same STIX object.
 */
export async function ownCard(reader: Reader, { self, recipients }: CardParts, now: Instant): Promise<Buffer> {
  const own = await loadOwnParty(reader)
  const held = await readOwnCard(reader)
  const before = held === null ? null : readCard(held, own.id)
  const said = {
    details: await loadDetails(reader),
    endpoint: self.endpoint(),
    root: keyStateOf(await ownStatements(reader)).root.toString("base64"),
    recipients: await recipients(reader),
    created: before?.created ?? now,
  }
  const same = cardBytes(own, { ...said, modified: before?.modified ?? now })
  if (held === null || same.equals(held)) return same
  const later = Math.max(now, plusMicroseconds(before?.modified ?? now, MILLISECOND)) as Instant
  return cardBytes(own, { ...said, modified: later })
}

/** Writes the own card anew and sends it to the partners that get it. */
export async function changeCard(parts: Parts, details: CardDetails, by: string | null): Promise<void> {
  await parts.store.write(async (tx) => {
    await saveDetails(tx, details, by)
    await sendCards(tx, parts)
  })
}

/** Sends the card to each partner that gets it, if anything on it changed since it was last made. */
export async function sendCards(tx: Tx, parts: CardParts): Promise<void> {
  if (!(await remake(tx, parts))) return
  for (const peer of await listPeers(tx)) await sendCard(tx, peer, parts)
}

/** The same where nobody changed the card itself: a key on it was published or retired, the node has another address. */
export async function publishIfChanged({ store, clock, ...parts }: Parts & Pick<PeeringParts, "clock">): Promise<void> {
  const held = await readOwnCard(store)
  if (held === null || held.equals(await ownCard(store, parts, clock.now()))) return
  await store.write((tx) => sendCards(tx, parts))
}

/** From now on this partner gets the card, or does not; what it has it keeps. */
export async function giveCard(parts: Parts, party: string, gives: boolean, by: string | null): Promise<void> {
  await parts.store.write(async (tx) => {
    const peer = await loadPeer(tx, party)
    if ((await getsCard(tx, peer.key)) === gives) return
    await setGetsCard(tx, peer.key, gives)
    await record(tx, { what: "peer.card-switched", by, facts: { party, gives } })
    if (gives) await sendCard(tx, peer, parts)
    else await dropWaiting(tx, peer.key, ["card"])
  })
}

/** To a partner that gets it, and to nobody before both sides compared. One that still waits is out of date then. */
export async function sendCard(tx: Tx, peer: Peer, parts: CardParts): Promise<void> {
  if (peer.state !== "active" || !(await getsCard(tx, peer.key))) return
  await remake(tx, parts)
  const card = (await readOwnCard(tx))?.toString("utf8") ?? ""
  await dropWaiting(tx, peer.key, ["card"])
  await enqueue(tx, peer, "card", bodyOf({ v: 1, card }))
}

/** False if the card is what it was. */
async function remake(tx: Tx, parts: CardParts): Promise<boolean> {
  const bytes = await ownCard(tx, parts, tx.now)
  if ((await readOwnCard(tx))?.equals(bytes) === true) return false
  await saveOwnCard(tx, bytes)
  return true
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
    if (held !== null && readCard(held.bytes, peer.party).modified >= card.modified) return
    await savePeerCard(tx, peer.key, bytes)
    await record(tx, { what: "peer.card-taken", by: null, facts: { party: peer.party } })
  })
  return ANSWER
}

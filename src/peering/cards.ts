import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import { keyStateOf, ownStatements, record } from "../ledger/index.ts"
import {
  type CardDetails,
  cardBytes,
  getsCard,
  listPeers,
  loadDetails,
  loadPeer,
  ownParty,
  readCard,
  readPeerCard,
  readStatements,
  saveDetails,
  savePeerCard,
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

/** The bytes of the own card as partners get it now. */
export async function ownCard(reader: Reader, { self, recipients }: Omit<Parts, "store">): Promise<Buffer> {
  const own = await ownParty(reader)
  if (own === null) throw new ComityError("unavailable", "party.missing")
  const { details, at } = await loadDetails(reader)
  const root = keyStateOf(await ownStatements(reader)).root.toString("base64")
  const sealedTo = await recipients(reader)
  return cardBytes(own, { details, endpoint: self.endpoint(), root, recipients: sealedTo, modified: at })
}

/** Writes the own card anew and sends it to the partners that get it. */
export async function changeCard(parts: Parts, details: CardDetails, by: string | null): Promise<void> {
  await parts.store.write(async (tx) => {
    await saveDetails(tx, details, by)
    await publish(tx, parts)
  })
}

/** Sends the card as it is now to each partner that gets it; also when a key on it changed. */
export async function publish(tx: Tx, parts: Omit<Parts, "store">): Promise<void> {
  const body = await cardBody(tx, parts)
  for (const peer of await listPeers(tx)) {
    if (peer.state === "active" && (await getsCard(tx, peer.key))) await enqueue(tx, peer, "card", body)
  }
}

/** From now on this partner gets the card, or does not; what it has it keeps. */
export async function giveCard(parts: Parts, party: string, gives: boolean, by: string | null): Promise<void> {
  await parts.store.write(async (tx) => {
    const peer = await loadPeer(tx, party)
    if ((await getsCard(tx, peer.key)) === gives) return
    await setGetsCard(tx, peer.key, gives)
    await record(tx, { what: "peer.card-switched", by, facts: { party, gives } })
    if (gives) await enqueue(tx, peer, "card", await cardBody(tx, parts))
  })
}

/** What is said by `card`. */
export async function cardBody(tx: Tx, parts: Omit<Parts, "store">): Promise<Buffer> {
  return bodyOf({ v: 1, card: (await ownCard(tx, parts)).toString("utf8") })
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

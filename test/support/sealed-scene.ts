import sql from "sql-template-tag"
import { newSealKey, type Recipient, sealTo } from "../../src/crypto/index.ts"
import { sha256 } from "../../src/kernel/hash.ts"
import { formatInstant, type Instant } from "../../src/kernel/time.ts"
import { ownStatements } from "../../src/ledger/index.ts"
import {
  CardDetails,
  cardBytes,
  findPeer,
  insertPeer,
  insertStatement,
  ownParty,
  type PartyId,
  type Peer,
} from "../../src/parties/index.ts"
import { bodyOf } from "../../src/peering/index.ts"
import { cardRecipients } from "../../src/sharing/index.ts"
import { type SealedParts, sealDraft } from "../../src/sharing/sealed/drafting.ts"
import { publishKey, registerKey } from "../../src/sharing/sealed/keys.ts"
import { type Offer, signOffer, signReceipt } from "../../src/sharing/sealed/message.ts"
import { bareName, type CardRecipient, PART_BYTES, type SealedId } from "../../src/sharing/sealed/model.ts"
import { selectByRemote } from "../../src/sharing/sealed/queries.ts"
import { takeSealed } from "../../src/sharing/sealed/receiving.ts"
import { onDelivered, sendDraft } from "../../src/sharing/sealed/sending.ts"
import { type InProcess, openInProcess } from "./node-in-process.ts"
import { inPieces, whole } from "./sealing.ts"

const SENDER = "identity--5f0c1d2e-3a4b-4c5d-8e6f-7a8b9c0d1e2f" as PartyId

/** A partner that is no node of its own: it has a key, a card, and says what a test wants it to say. */
export type Partner = {
  party: PartyId
  peer: Peer
  signer: InProcess["signer"]
  recipients: (CardRecipient & { identity: string })[]
}

export async function addPartner({ store }: InProcess, names = "", name = "CSIRT Nord"): Promise<Partner> {
  const other = await openInProcess()
  const statements = await ownStatements(other.store)
  await other.close()
  const recipients = await Promise.all(
    (["desk", "person"] as const).map(async (kind) => {
      const { identity, recipient } = await newSealKey("x25519")
      const shown = kind === "desk" ? "Night desk" : "Aiko Tanaka"
      return { name: plain(`${shown}${names}`), kind, recipient, identity }
    }),
  )
  const told = recipients.map(({ identity: _, ...one }) => one)
  const own = { id: SENDER, name, kind: "government", place: "NO" } as const
  const said = {
    details: CardDetails.parse({ places: ["NO"] }),
    endpoint: "https://nord.example",
    root: sha256("").toString("base64"),
  }
  const card = cardBytes(own, { ...said, recipients: told, created: 0 as Instant, modified: 0 as Instant })
  const peer = await store.write(async (tx) => {
    const endpoint = "https://nord.example"
    const key = await insertPeer(tx, {
      party: SENDER,
      name: `${name}${names}`,
      endpoint,
      state: "active",
      theirs: "active",
    })
    for (const [seq, body] of statements.entries()) await insertStatement(tx, key, seq, body)
    return findPeer(tx, SENDER)
  })
  if (peer === null) throw new Error("a partner that was just added is not there")
  await store.write((tx) => tx.run(sql`update peer set card = ${card} where key = ${peer.key}`))
  return { party: SENDER, peer, signer: other.signer, recipients }
}

/** One line that partners may see, of whatever text. */
function plain(text: string): string {
  return bareName(text.replaceAll(/[/\\]/g, " ")).slice(0, 80).trim()
}

export function sealingParts({ store, signer }: InProcess): SealedParts {
  const party = async () => {
    const own = await ownParty(store)
    if (own === null) throw new Error("no party")
    return own.id
  }
  const self = { party, signer }
  return { store, self, recipientsOf: (peer) => cardRecipients(store, peer), announce: async () => {} }
}

/** A key of a desk or a person of this node that partners may use, and its private half. */
export async function addKey(
  { store }: InProcess,
  wish: { kind: "desk" | "person"; name: string; owner: string | null; publish?: boolean },
): Promise<{ id: string; recipient: Recipient; identity: string }> {
  const { identity, recipient } = await newSealKey("x25519")
  const { kind, name, owner } = wish
  const key = await registerKey(store, { kind, owner, recipient, name: plain(name) }, owner)
  if (wish.publish !== false) await publishKey({ store, announce: async () => {} }, key.id, null)
  return { id: key.id, recipient, identity }
}

export type Arrival = {
  to: readonly { name: string; kind: "desk" | "person"; recipient: Recipient }[]
  content: string | Buffer
  name?: string
  type?: string
  /** What the label says otherwise than the message. */
  label?: Partial<{ id: SealedId; tlp: "clear"; from: PartyId }>
}

/** A file comes from the partner; the id of its page. */
export async function arrive(node: InProcess, partner: Partner, arrival: Arrival): Promise<string> {
  const { store, clock } = node
  const { self } = sealingParts(node)
  const id = `sealed--${sha256(JSON.stringify(arrival.to), String(arrival.content), String(arrival.name))
    .toString("hex")
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5")}` as SealedId
  const to = await self.party()
  const { name = "", type = "text/plain" } = arrival
  const label = { v: 1, id, from: partner.party, to, tlp: "red", name, type, ...arrival.label } as const
  const keys = arrival.to.map(({ recipient }) => recipient)
  const file = await whole(sealTo(keys, label, inPieces(Buffer.from(arrival.content))))
  const recipients = arrival.to.map(({ name: shown, kind, recipient }) => ({ name: plain(shown), kind, recipient }))
  const offer: Offer = {
    ...{ v: 1, id, from: partner.party, to, at: formatInstant(clock.now()), tlp: "red" },
    ...{ recipients, sha256: sha256(file).toString("hex"), size: file.length },
  }
  const note = signOffer(offer, partner.signer)
  for (let part = 0; part * PART_BYTES < file.length; part++) {
    const bytes = file.subarray(part * PART_BYTES, (part + 1) * PART_BYTES).toString("base64")
    const message = {
      peer: partner.peer,
      verb: "sealed",
      body: bodyOf({ v: 1, note, part, bytes }),
      admit: async () => {},
    }
    await takeSealed({ store, self, bytesMost: 1e9 }, message)
  }
  const found = await selectByRemote(store, partner.peer.key, "received", id)
  if (found?.state !== "stored") throw new Error("a file that came is not there")
  return found.id
}

export async function addDraft(node: InProcess, partner: Partner, names = "", name = "timeline.pdf"): Promise<string> {
  return sealDraft(sealingParts(node), {
    ...{ party: partner.party, recipients: partner.recipients.map(({ recipient }) => recipient), tlp: "red" },
    ...{ purpose: `Case 2026/17: when the operators were awake${names}`, name: `${name}${names}` },
    ...{ type: "application/pdf", content: inPieces(Buffer.from("%PDF-1.7 not really")), account: null },
  })
}

/** A file that the partner has answered for. */
export async function addSent(node: InProcess, partner: Partner, names = ""): Promise<string> {
  const { store, clock } = node
  const parts = sealingParts(node)
  const id = await addDraft(node, partner, names)
  await sendDraft(parts, id, null)
  const sealed = await selectByRemote(store, partner.peer.key, "sent", id)
  const { sha256: hash, size, note } = sealed ?? {}
  const said = { v: 1, id, from: await parts.self.party(), to: partner.party, at: formatInstant(clock.now()) } as const
  const receipt = signReceipt(
    { ...said, sha256: hash ?? "", size: size ?? 0, result: "stored", reason: null },
    partner.signer,
  )
  const body = bodyOf({ v: 1, note: note ?? "", part: 0, bytes: "" })
  const answer = { body: bodyOf({ v: 1, receipt }) } as never
  await store.write(async (tx) => onDelivered(tx, { peer: partner.peer, body, key: 0 }, answer))
  node.meddle("update outbox set delivered_at = 1")
  return id
}

/** What the pages of sealed delivery are about: one of each. */
export async function addSealed(
  node: InProcess,
  owner: string,
  names: string,
): Promise<Record<"sealed" | "sealedSent" | "sealedDraft" | "sealingKey", string>> {
  const partner = await addPartner(node, names)
  const desk = await addKey(node, { kind: "desk", name: `Desk of the week${names}`, owner: null })
  const mine = await addKey(node, { kind: "person", name: `Ana${names}`, owner, publish: false })
  const to = [{ name: `Desk of the week${names}`, kind: "desk", recipient: desk.recipient }] as const
  return {
    sealed: await arrive(node, partner, { to, content: `The harbour's operator calls at nine${names}` }),
    sealedSent: await addSent(node, partner, names),
    sealedDraft: await addDraft(node, partner, names),
    sealingKey: mine.id,
  }
}

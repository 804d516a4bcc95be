import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import type { Peer } from "../../parties/index.ts"
import { bodyOf, type OnDelivered, type PeerAnswer, type PeerMessage, parseBody } from "../../peering/index.ts"
import type { Reader } from "../../store/index.ts"
import { readItem } from "../items/types.ts"
import type { AnsweringParts } from "./answering.ts"
import { epochFor } from "./answering.ts"
import { nameUs } from "./desk.ts"
import { insertContact, selectContact, selectSubjects, setContact } from "./desk-queries.ts"
import { countKnowingsWaiting, insertKnowing, selectKnowing, setDecided, setKnown } from "./knowing-queries.ts"
import { openLabel } from "./labels.ts"
import { DeskMessage, KnowMessage, KnowTaken, TAKEN, ToldMessage } from "./message.ts"
import type { Mode } from "./model.ts"
import { isAskable } from "./model.ts"
import { selectSecret } from "./queries.ts"
import { heldOf } from "./tags.ts"

const WAITING_MOST = 50

type Proven = { id: string; tag: string; held: string }
type Shown<Entry> = { entry: Entry; item: Buffer; output: Buffer }

/** Which of these a partner really has: it says the tag, which everybody may know, and shows that it has the output. */
async function shownIn<Entry extends Proven>(
  parts: AnsweringParts,
  peer: Peer,
  { epoch: id, mode }: { epoch: string; mode: Mode },
  entries: readonly Entry[],
): Promise<Shown<Entry>[]> {
  const found = await epochOrNull(parts.store, peer, id)
  const sealed = found === null ? null : await selectSecret(parts.store, found.epoch.key)
  if (found === null || sealed === null || found.answers.mode !== mode) return []
  const { generation } = found.epoch
  const tags = entries.map(({ tag }) => Buffer.from(tag, "hex"))
  const items = await parts.bench.run("lookup", { folder: parts.folderOf(id), generation, tags })
  const known = entries.flatMap((entry, i) => (items[i] == null ? [] : [{ entry, item: Buffer.from(items[i]) }]))
  const secret = parts.unseal(id, sealed)
  const outputs = await parts.bench.run("outputs", { secret, items: known.map(({ item }) => item) })
  return known.flatMap(({ entry, item }, i) => {
    const output = Buffer.from(outputs[i] as Uint8Array)
    return heldOf(output, entry.id).toString("hex") === entry.held ? [{ entry, item, output }] : []
  })
}

async function epochOrNull(reader: Reader, peer: Peer, id: string) {
  try {
    return await epochFor(reader, peer, id)
  } catch (error) {
    if (error instanceof ComityError) return null
    throw error
  }
}

/** `match-know`: the partner has these items too, and asks what we know of them. An officer decides. */
export async function takeKnow(parts: AnsweringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { id, epoch, items } = parseBody(KnowMessage, message.body)
  const { peer } = message
  const shown = await shownIn(
    parts,
    peer,
    { epoch, mode: "answers" },
    items.map((one) => ({ ...one, id })),
  )
  const taken = await parts.store.write(async (tx) => {
    await message.admit(tx)
    const known = await selectKnowing(tx, id)
    if (known !== null) return known.peer === peer.key && known.side === "theirs"
    if (shown.length !== items.length) return false
    if ((await countKnowingsWaiting(tx, peer.key)) >= WAITING_MOST)
      throw new ComityError("full", "match.knowing-too-many")
    const asked = shown.map(({ entry, item, output }) => {
      const { type } = readItem(item)
      if (!isAskable(type)) throw new ComityError("refused", "match.restricted")
      return { type, item, tag: Buffer.from(entry.tag, "hex"), output }
    })
    await insertKnowing(tx, { id, side: "theirs", peer: peer.key, question: null, epoch, by: null, items: asked })
    const facts = { knowing: id, party: peer.party, items: asked.length, side: "them" }
    await record(tx, { what: "match.knowing-asked", by: null, facts })
    return true
  })
  return { body: bodyOf({ v: 1, taken }) }
}

/** The partner's node says at once whether it asks its people. */
export const onKnowDelivered: OnDelivered = async (tx, { peer, body }, answer) => {
  const { id } = parseBody(KnowMessage, body)
  const knowing = await selectKnowing(tx, id)
  if (knowing?.state !== "waiting" || knowing.peer !== peer.key || takenIn(Buffer.from(answer.body))) return
  await setDecided(tx, { key: knowing.key, state: "declined", by: null })
  const facts = { knowing: id, party: peer.party, items: knowing.items.length, side: "them" }
  await record(tx, { what: "match.knowing-declined", by: null, facts })
}

function takenIn(body: Buffer): boolean {
  try {
    return parseBody(KnowTaken, body).taken
  } catch {
    return false
  }
}

/** `match-told`: what a partner lets us know, each opened by the output of the item that we asked about. */
export async function takeTold(parts: AnsweringParts, message: PeerMessage): Promise<PeerAnswer> {
  const told = parseBody(ToldMessage, message.body)
  const { peer } = message
  await parts.store.write(async (tx) => {
    await message.admit(tx)
    const knowing = await selectKnowing(tx, told.id)
    if (knowing?.state !== "waiting" || knowing.side !== "ours" || knowing.peer !== peer.key) return
    const facts = { knowing: knowing.id, party: peer.party, items: knowing.items.length, side: "them" }
    if (told.is === "declined") {
      await setDecided(tx, { key: knowing.key, state: "declined", by: null })
      await record(tx, { what: "match.knowing-declined", by: null, facts })
      return
    }
    let broken = 0
    let known = 0
    for (const { seq, item, tag, output } of knowing.items) {
      const label = told.labels.find((one) => one.tag === tag.toString("hex"))
      const opened = label === undefined || output === null ? "broken" : openOrBroken(output, knowing.id, item, label)
      if (opened === "broken") broken += 1
      else if (opened !== null) known += 1
      await setKnown(tx, knowing.key, seq, opened === "broken" ? null : opened)
    }
    await setDecided(tx, { key: knowing.key, state: "told", by: null })
    await record(tx, { what: "match.knowing-told", by: null, facts: { ...facts, told: known, broken } })
  })
  return { body: bodyOf(TAKEN) }
}

function openOrBroken(output: Buffer, id: string, item: Buffer, { sealed }: { sealed: string }) {
  try {
    return openLabel(output, id, item, Buffer.from(sealed, "base64"))
  } catch (error) {
    if (error instanceof ComityError) return "broken"
    throw error
  }
}

/** `match-desk`: that a desk of the partner works on something of ours, and what becomes of it. */
export async function takeDesk(parts: AnsweringParts, message: PeerMessage): Promise<PeerAnswer> {
  const said = parseBody(DeskMessage, message.body)
  if (said.is === "contact") await takeContact(parts, message, said)
  else await takeWord(parts, message, said)
  return { body: bodyOf(TAKEN) } // always the same: whether there is anything is for our desks to say
}

type SaidContact = Extract<DeskMessage, { is: "contact" }>
type SaidWord = Exclude<DeskMessage, SaidContact>

async function takeContact(
  parts: AnsweringParts,
  message: PeerMessage,
  { epoch, entries }: SaidContact,
): Promise<void> {
  const shown = await shownIn(parts, message.peer, { epoch, mode: "desk" }, entries)
  await parts.store.write(async (tx) => {
    await message.admit(tx)
    const subjects = await selectSubjects(tx, { open: true })
    for (const { entry, item } of shown) {
      const subject = subjects.find((one) => one.item.equals(item))
      if (subject === undefined) continue
      const fresh = { id: entry.id, side: "theirs", peer: message.peer.key, subject: subject.key } as const
      if (await insertContact(tx, fresh)) {
        await record(tx, { what: "match.contact", by: null, facts: { contact: entry.id, side: "them" } })
      }
    }
  })
}

async function takeWord({ store }: AnsweringParts, message: PeerMessage, said: SaidWord): Promise<void> {
  await store.write(async (tx) => {
    await message.admit(tx)
    const contact = await selectContact(tx, said.id)
    if (contact === null || contact.peer !== message.peer.key || contact.theirs === 0) return
    const facts = { contact: contact.id, side: "them" }
    if (said.is === "decline") {
      await setContact(tx, { ...contact, theirs: 0, desk: null })
      return record(tx, { what: "match.contact-declined", by: null, facts })
    }
    if (said.is === "named") {
      // Only who consented may be told, and only then is it heard.
      if (contact.ours === 1) await setContact(tx, { ...contact, theirs: 1, desk: said.desk })
      return
    }
    if (contact.theirs === 1) return
    await setContact(tx, { ...contact, theirs: 1 })
    await record(tx, { what: "match.contact-consented", by: null, facts })
    if (contact.ours === 1) await nameUs(tx, contact)
  })
}

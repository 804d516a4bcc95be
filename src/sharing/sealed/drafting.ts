import { checkRecipients, type Recipient, sealTo } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { runningSha256 } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { loadPeer, type Peer } from "../../parties/index.ts"
import type { Self } from "../../peering/index.ts"
import type { Store } from "../../store/index.ts"
import { mustBeOpenTo } from "./deciding.ts"
import { dropSealed } from "./dropping.ts"
import { type Announce, usable } from "./keys.ts"
import { bareName, type CardRecipient, mediaType, PART_BYTES, PURPOSE_MOST, type SealedId, type Tlp } from "./model.ts"
import { insertPart, insertSealed, updateSealed } from "./queries.ts"

export type SealedParts = {
  store: Store
  self: Pick<Self, "party" | "signer">
  /** To whom a partner's card says that files can be sealed. */
  recipientsOf(peer: Peer): Promise<readonly CardRecipient[]>
  /** Called when what the own card says of keys has changed. */
  announce: Announce
}

export type DraftWish = {
  party: string
  /** Keys of the partner's card. */
  recipients: readonly string[]
  tlp: Tlp
  /** Why it is sent: stays at home, for whoever asks later. */
  purpose: string
  /** Of the file; empty for typed text. */
  name: string
  type: string
  content: AsyncIterable<Uint8Array>
  /** Commitment of the person; null where the command line does it. */
  account: string | null
}

/**
 * Seals content as it arrives and keeps nothing else of it. What comes out is a draft: a person looks at its hash and
 * its recipients before it goes (`sendDraft`). Throws `invalid sealed.purpose`, `refused sealed.not-theirs`, what
 * `mustBeOpenTo`, `checkRecipients` and `sealTo` throw.
 */
export async function sealDraft(parts: SealedParts, wish: DraftWish): Promise<SealedId> {
  const { store, self } = parts
  const purpose = wish.purpose.trim()
  if (purpose === "" || purpose.length > PURPOSE_MOST) {
    throw new ComityError("invalid", "sealed.purpose", { most: PURPOSE_MOST })
  }
  const peer = await loadPeer(store, wish.party)
  await mustBeOpenTo(store, peer)
  const recipients = await chosen(parts, peer, wish.recipients)
  const id: SealedId = newId("sealed")
  const label = { v: 1, id, from: await self.party(), to: peer.party, tlp: wish.tlp } as const
  const name = bareName(wish.name)
  const fresh = {
    ...({ id, remote: id, direction: "sent", peer: peer.key, state: "sealing", tlp: wish.tlp, purpose } as const),
    ...{ name, sha256: null, size: null, note: null, account: wish.account },
  }
  const key = await store.write((tx) => insertSealed(tx, fresh, recipients))
  const file = sealTo(
    recipients.map(({ recipient }) => recipient),
    { ...label, name, type: mediaType(wish.type) },
    wish.content,
  )
  try {
    const whole = await keep(store, key, file)
    const none = { note: null, receipt: null, reason: null, restarts: 0, settledAt: null }
    await store.write((tx) => updateSealed(tx, { key, state: "draft", name, ...whole, ...none }))
    return id
  } catch (error) {
    await dropSealed(store, key)
    throw error
  }
}

/** Those of the card that were chosen, as the card names them. */
async function chosen(
  { recipientsOf }: SealedParts,
  peer: Peer,
  wanted: readonly string[],
): Promise<(CardRecipient & { recipient: Recipient })[]> {
  const told = await usable(await recipientsOf(peer))
  const found = wanted.map((one) => told.find(({ recipient }) => recipient === one))
  const recipients = found.filter((one) => one !== undefined)
  if (recipients.length < found.length) throw new ComityError("refused", "sealed.not-theirs")
  checkRecipients(recipients.map(({ recipient }) => recipient))
  return recipients
}

/** Puts a file into the store in parts of one size. */
async function keep(
  store: Store,
  key: number,
  file: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; size: number }> {
  const sum = runningSha256()
  const part = Buffer.alloc(PART_BYTES)
  let size = 0
  let used = 0
  let seq = 0
  const put = async () => {
    const bytes = part.subarray(0, used)
    await store.write((tx) => insertPart(tx, key, seq, bytes))
    seq += 1
    used = 0
  }
  for await (const piece of file) {
    sum.add(piece)
    size += piece.length
    for (let at = 0; at < piece.length; ) {
      const step = Math.min(piece.length - at, PART_BYTES - used)
      part.set(piece.subarray(at, at + step), used)
      used += step
      at += step
      if (used === PART_BYTES) await put()
    }
  }
  if (used > 0) await put()
  return { sha256: sum.end(), size }
}

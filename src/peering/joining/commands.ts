import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { listPeers, loadPeer, type Peer, resolvePeer } from "../../parties/index.ts"
import type { PeeringParts } from "../model.ts"
import { type Couriers, deliver } from "../outbox.ts"
import { countWaiting } from "../queries.ts"
import { compare, fingerprints } from "./comparing.ts"
import { moveTo, takeName } from "./moving.ts"
import { accept, invite, leave, resume, suspend, withdrawInvitation } from "./operations.ts"
import { listInvitations } from "./queries.ts"

const party = ["PARTY"] as const
const plain = { positionals: party, options: {}, show: showPeer } as const

export const peerDeclarations: readonly Declaration[] = [
  {
    ...{ name: "peer invite", positionals: ["LABEL"], options: { text: { type: "boolean" } } },
    show: (_, result) => [(result as { given: string }).given],
  },
  { name: "peer invitations", positionals: [], options: {}, show: showInvitations },
  { name: "peer uninvite", positionals: ["ID"], options: {}, show: () => [] },
  {
    ...{ name: "peer accept", positionals: ["LINK?"], options: { file: { type: "string", value: "FILE" } } },
    ...{ contents: ["file"], show: showFingerprints },
  },
  { name: "peer fingerprint", positionals: party, options: {}, show: showFingerprints },
  {
    ...{ name: "peer compare", positionals: party, show: showPeer },
    options: {
      words: { type: "string", value: "TEXT" },
      digits: { type: "string", value: "TEXT" },
      card: { type: "boolean" },
    },
  },
  { name: "peer list", positionals: [], options: {}, show: showPeers },
  { ...plain, name: "peer suspend" },
  { ...plain, name: "peer resume" },
  { ...plain, name: "peer leave" },
  { ...plain, name: "peer move", positionals: ["PARTY", "ADDRESS"] },
  { ...plain, name: "peer rename" },
]

const text = z.string()
const None = z.strictObject({})
const Invite = z.strictObject({ LABEL: text.trim().min(1).max(200), text: z.boolean().optional() })
const Accept = z.strictObject({ LINK: text.optional(), file: text.optional() })
const One = z.strictObject({ PARTY: text })
const Move = z.strictObject({ PARTY: text, ADDRESS: text })
const Compare = z.strictObject({
  PARTY: text,
  words: text.optional(),
  digits: text.optional(),
  card: z.boolean().optional(),
})

export function peerHandlers(parts: PeeringParts, couriers: Couriers): Handlers {
  const { store } = parts
  /** At once where the partner answers; else the courier says it later. */
  const told = async (peer: Peer): Promise<Json> => {
    await deliver(parts, couriers, peer.key)
    return peerOf(parts, await loadPeer(store, peer.party))
  }
  const changing = (change: typeof suspend) => async (call: { arguments: Json }) =>
    told(await change(parts, (await resolvePeer(store, One.parse(call.arguments).PARTY)).party, null))
  return {
    "peer invite": async (call) => {
      const wanted = Invite.parse(call.arguments)
      const { id, link, text: whole, expires } = await invite(parts, wanted.LABEL, null)
      return { id, expires: formatInstant(expires), given: wanted.text === true ? whole : link }
    },
    "peer invitations": async (call) => {
      None.parse(call.arguments)
      const rows = await listInvitations(store)
      return rows.map(({ id, label, expiresAt, usedBy }) => ({
        ...{ id, label, expires: formatInstant(expiresAt), used_by: usedBy },
      }))
    },
    "peer uninvite": async (call) => {
      await withdrawInvitation(parts, z.strictObject({ ID: text }).parse(call.arguments).ID, null)
      return {}
    },
    "peer accept": async (call) => {
      const { LINK, file } = Accept.parse(call.arguments)
      const pasted = LINK ?? file
      if (pasted === undefined) throw new ComityError("invalid", "invitation.malformed")
      const peer = await accept(parts, pasted, null)
      await told(peer)
      return fingerprintsOf(parts, peer)
    },
    "peer fingerprint": async (call) =>
      fingerprintsOf(parts, await resolvePeer(store, One.parse(call.arguments).PARTY)),
    "peer compare": async (call) => {
      const { PARTY, words, digits, card } = Compare.parse(call.arguments)
      const heard = words !== undefined ? { words } : digits !== undefined ? { digits } : null
      if (heard === null) throw new ComityError("invalid", "peer.nothing-heard")
      return told(
        await compare(parts, (await resolvePeer(store, PARTY)).party, { ...heard, givesCard: card === true }, null),
      )
    },
    "peer list": async (call) => {
      None.parse(call.arguments)
      return Promise.all((await listPeers(store)).map((peer) => peerOf(parts, peer)))
    },
    "peer suspend": changing(suspend),
    "peer resume": changing(resume),
    "peer leave": changing(leave),
    "peer move": async (call) => {
      const { PARTY, ADDRESS } = Move.parse(call.arguments)
      return told(await moveTo(parts, (await resolvePeer(store, PARTY)).party, ADDRESS, null))
    },
    "peer rename": changing(takeName),
  }
}

async function peerOf({ store }: PeeringParts, peer: Peer): Promise<{ [name: string]: Json }> {
  const { party: id, name, endpoint, state, theirs, changedAt } = peer
  const waiting = (await countWaiting(store, peer.key)).number
  return { party: id, name, endpoint, state, theirs, changed_at: formatInstant(changedAt), waiting }
}

async function fingerprintsOf({ store }: PeeringParts, peer: Peer): Promise<Json> {
  const { ours, theirs } = await fingerprints(store, peer)
  const said = ({ words, digits }: typeof ours) => ({ words: words.join(" "), digits })
  return { party: peer.party, name: peer.name, ours: said(ours), theirs: said(theirs) }
}

type Said = { words: string; digits: string }

function showFingerprints(t: Translate, result: Json): string[] {
  const { party: id, name, ours, theirs } = result as { party: string; name: string; ours: Said; theirs: Said }
  return [
    ...[t("peer.compare-how", { name }), `  ${id}`],
    ...[t("peer.read-ours"), `  ${ours.words}`, `  ${ours.digits}`],
    ...[t("peer.hear-theirs"), `  ${theirs.words}`, `  ${theirs.digits}`],
  ]
}

function showPeer(t: Translate, result: Json): string[] {
  return showPeers(t, [result])
}

function showPeers(t: Translate, result: Json): string[] {
  const rows = result as { party: string; name: string; state: string; waiting: number }[]
  if (rows.length === 0) return [t("peer.none")]
  return rows.map(({ party: id, name, state, waiting }) => [id, state, String(waiting), name].join("\t"))
}

function showInvitations(t: Translate, result: Json): string[] {
  const rows = result as { id: string; label: string; expires: string; used_by: string | null }[]
  if (rows.length === 0) return [t("peer.no-invitations")]
  return rows.map(({ id, label, expires, used_by }) => [id, expires, used_by ?? "-", label].join("\t"))
}

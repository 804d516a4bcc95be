import { basename, extname } from "node:path"
import { z } from "zod"
import { namesByCommitment } from "../../accounts/index.ts"
import { newSealKey, readIdentityFile, sealWithPassphrase, tlpLevels } from "../../crypto/index.ts"
import type { Call, Declaration, Handlers, Terminal, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant, systemClock } from "../../kernel/time.ts"
import { listPeers, type Peer } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { type SealedParts, sealDraft } from "./drafting.ts"
import { created, openInto, readSmall } from "./files.ts"
import { listKeys, publishKey, registerKey, retireKey } from "./keys.ts"
import type { Sealed } from "./model.ts"
import { ciphertextOf, listReceived, listSent, loadSealed, OPERATOR, removeCiphertext } from "./reading.ts"
import { sendDraft } from "./sending.ts"

const text = { type: "string" } as const

export const sealedDeclarations: readonly Declaration[] = [
  {
    name: "seal-key new",
    positionals: [],
    options: { out: { ...text, value: "FILE" }, "post-quantum": { type: "boolean" }, protect: { type: "boolean" } },
    asks: { what: "identity-phrase", environment: "COMITY_IDENTITY_PASSPHRASE" },
    here: newKey,
    show: (t, result) => shownKey(t, result as MadeKey),
  },
  {
    name: "seal-key add",
    positionals: ["NAME", "RECIPIENT"],
    options: { person: { ...text, value: "LOGIN" }, publish: { type: "boolean" } },
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "seal-key list", positionals: [], options: {}, show: showKeys },
  { name: "seal-key publish", positionals: ["ID"], options: {}, show: () => [] },
  { name: "seal-key retire", positionals: ["ID"], options: {}, show: () => [] },
  {
    name: "sealed send",
    positionals: ["FILE"],
    input: "file",
    options: {
      to: { ...text, value: "PARTY", required: true },
      recipient: { ...text, value: "NAME", multiple: true, required: true },
      tlp: { ...text, value: "LEVEL" },
      purpose: { ...text, value: "TEXT", required: true },
    },
    show: (t, result) => showSent(t, result as { id: string; sha256: string; recipients: string[] }),
  },
  { name: "sealed list", positionals: [], options: {}, show: showList },
  { name: "sealed get", positionals: ["ID"], options: {}, writes: true, show: () => [] },
  { name: "sealed remove", positionals: ["ID"], options: {}, show: () => [] },
  {
    name: "sealed open",
    positionals: ["FILE"],
    options: { identity: { ...text, value: "FILE", required: true }, out: { ...text, value: "FILE" } },
    asks: { what: "identity-phrase", environment: "COMITY_IDENTITY_PASSPHRASE" },
    here: openFile,
    show: (t, result) => showOpened(t, result as Record<string, string | number>),
  },
]

const line = z.string()
const Id = z.strictObject({ ID: line })
const None = z.strictObject({})
const NewKey = z.strictObject({
  out: line.nullable().default(null),
  "post-quantum": z.boolean().default(false),
  protect: z.boolean().default(false),
})
const Add = z.strictObject({
  ...{ NAME: line, RECIPIENT: line },
  ...{ person: line.nullable().default(null), publish: z.boolean().default(false) },
})
const Send = z.strictObject({
  ...{ FILE: line, to: line, recipient: z.array(line), purpose: line },
  tlp: z
    .string()
    .toLowerCase()
    .transform((level) => level.replace(/^tlp:/, ""))
    .pipe(z.enum(tlpLevels))
    .default("red"),
})
const Open = z.strictObject({ FILE: line, identity: line, out: line.nullable().default(null) })

/** What the process does that owns the data folder; no private key ever comes here. */
export function sealedHandlers(parts: SealedParts): Handlers {
  const { store } = parts
  return {
    "seal-key add": async (call) => {
      const { NAME: name, RECIPIENT: recipient, person, publish } = Add.parse(call.arguments)
      const owner = person === null ? null : await personNamed(store, person)
      const key = await registerKey(store, { kind: person === null ? "desk" : "person", name, recipient, owner }, null)
      if (publish) await publishKey(parts, key.id, null)
      return { id: key.id }
    },
    "seal-key list": async (call) => {
      None.parse(call.arguments)
      return (await listKeys(store)).map(({ id, kind, name, recipient, publishedAt, retiredAt }) => {
        return { id, kind, name, recipient, published: publishedAt !== null, retired: retiredAt !== null }
      })
    },
    "seal-key publish": (call) => done(publishKey(parts, Id.parse(call.arguments).ID, null)),
    "seal-key retire": (call) => done(retireKey(parts, Id.parse(call.arguments).ID, null)),
    "sealed send": (call) => send(parts, call),
    "sealed list": async (call) => {
      None.parse(call.arguments)
      const [sent, received] = [
        await listSent(store, Number.MAX_SAFE_INTEGER, 1000),
        await listReceived(store, OPERATOR, Number.MAX_SAFE_INTEGER, 1000),
      ]
      return [...sent.rows, ...received.rows].map(told)
    },
    "sealed get": async (call) => {
      const sealed = await loadSealed(store, Id.parse(call.arguments).ID, OPERATOR)
      for await (const piece of ciphertextOf(store, sealed)) await call.write(piece)
      return {}
    },
    "sealed remove": (call) => done(removeCiphertext(store, Id.parse(call.arguments).ID, OPERATOR, null)),
  }
}

async function done(work: Promise<void>): Promise<Json> {
  await work
  return {}
}

/** Throws `not-found account.gone`. */
async function personNamed(reader: Reader, login: string): Promise<string> {
  for (const [commitment, name] of await namesByCommitment(reader)) if (name === login) return commitment
  throw new ComityError("not-found", "account.gone")
}

/** Who types this on the node's machine decides by typing it: there is no draft. */
async function send(parts: SealedParts, call: Call): Promise<Json> {
  const { FILE: file, to, recipient: wanted, tlp, purpose } = Send.parse(call.arguments)
  const peer = await peerNamed(parts.store, to)
  const told = await parts.recipientsOf(peer)
  const chosen = wanted.map((name) => {
    const found = told.filter((one) => one.name === name || one.recipient === name)
    if (found.length !== 1) throw new ComityError("refused", "sealed.not-theirs")
    return found[0]?.recipient ?? ""
  })
  const content = { name: basename(file), type: typeOf(file), content: call.input }
  const id = await sealDraft(parts, { ...content, party: peer.party, recipients: chosen, tlp, purpose, account: null })
  await sendDraft(parts, id, null)
  const { sha256, recipients } = await loadSealed(parts.store, id, OPERATOR)
  return { id, sha256, recipients: recipients.map(({ name }) => name) }
}

/** By the id of its party, or by its name if only one has it. Throws `not-found peer.unknown`. */
async function peerNamed(reader: Reader, name: string): Promise<Peer> {
  const peers = await listPeers(reader)
  const found = peers.filter((peer) => peer.party === name || peer.name === name)
  const [peer] = found
  if (peer === undefined || found.length > 1) throw new ComityError("not-found", "peer.unknown")
  return peer
}

const TYPES: Readonly<Record<string, string>> = {
  ".txt": "text/plain",
  ".md": "text/markdown",
  ".csv": "text/csv",
  ".json": "application/json",
  ".pdf": "application/pdf",
}

function typeOf(file: string): string {
  return TYPES[extname(file).toLowerCase()] ?? "application/octet-stream"
}

type MadeKey = { recipient: string; file: string | null; text: string | null }

/** The private half goes into the file or to the terminal, once, and is kept nowhere else. */
async function newKey(given: Json, { secret }: Terminal): Promise<Json> {
  const { out, "post-quantum": hybrid, protect } = NewKey.parse(given)
  const { identity, recipient } = await newSealKey(hybrid ? "hybrid" : "x25519")
  const plain = `# created: ${formatInstant(systemClock.now())}\n# public key: ${recipient}\n${identity}\n`
  const content = protect ? await sealWithPassphrase(plain, await secret()) : plain
  if (out === null) return { recipient, file: null, text: content } satisfies MadeKey
  await using handle = await created(out)
  await handle.writeFile(content)
  await handle.sync()
  return { recipient, file: out, text: null } satisfies MadeKey
}

function shownKey(t: Translate, { recipient, file, text: content }: MadeKey): string[] {
  return file === null ? (content ?? "").trimEnd().split("\n") : [t("seal-key.written", { file }), recipient]
}

function showKeys(t: Translate, result: Json): string[] {
  const rows = result as {
    id: string
    kind: string
    name: string
    recipient: string
    published: boolean
    retired: boolean
  }[]
  if (rows.length === 0) return [t("seal-key.none")]
  return rows.map(({ id, kind, name, recipient, published, retired }) => {
    const state = retired ? "seal-key.retired" : published ? "seal-key.published" : "seal-key.waiting"
    return [id, t(`sealed.kind.${kind}`), name, t(state), recipient].join("\t")
  })
}

async function openFile(given: Json, { secret }: Terminal): Promise<Json> {
  const { FILE: file, identity, out } = Open.parse(given)
  const identities = await readIdentityFile(await readSmall(identity), secret)
  const { label, path } = await openInto(file, identities, out)
  const { id, from, to, tlp, size } = label
  return { file: path, id, from, to, tlp, size }
}

function showOpened(
  t: Translate,
  { file = "", from = "", tlp = "", size = 0 }: Record<string, string | number>,
): string[] {
  return [t("sealed.opened-into", { file, size }), t("sealed.label-says", { from, tlp: tlpWord(String(tlp)) })]
}

function showSent(
  t: Translate,
  { id, sha256, recipients }: { id: string; sha256: string; recipients: string[] },
): string[] {
  return [t("sealed.sent-line", { id, names: recipients.join(", ") }), sha256]
}

function told({ id, remote, direction, party, state, reason, tlp, sha256, size, createdAt, removedAt }: Sealed) {
  const removed = removedAt !== null
  return {
    id,
    sealed: remote,
    direction,
    party,
    state,
    reason,
    tlp,
    sha256,
    size,
    removed,
    at: formatInstant(createdAt),
  }
}

function showList(t: Translate, result: Json): string[] {
  const rows = result as ReturnType<typeof told>[]
  if (rows.length === 0) return [t("sealed.none")]
  return rows.map(({ id, direction, party, state, tlp, at }) => {
    const way = t(direction === "sent" ? "sealed.sent" : "sealed.received")
    return [id, at, way, party, tlpWord(tlp), t(`sealed.state.${state}`)].join("\t")
  })
}

function tlpWord(level: string): string {
  return `TLP:${level.toUpperCase()}`
}

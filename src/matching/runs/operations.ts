import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { formatInstant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer, oneLine, type Peer } from "../../parties/index.ts"
import type { Self } from "../../peering/index.ts"
import { againstRecipient, inForceWith, type Purpose, recipientFor, releaseRefusals } from "../../policy/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { ITEM_TYPES, type ItemType, isPersonal } from "../items/types.ts"
import { endRun } from "./ending.ts"
import { type Limits, requireLeft } from "./limits.ts"
import { textHash } from "./message.ts"
import {
  BASIS_MOST,
  type Learners,
  MATCH_MOST,
  openable,
  paddedSize,
  type Run,
  type RunId,
  type RunType,
  SMALLEST_MOST,
  SUITE,
} from "./model.ts"
import { insertRun, selectWords, setAccepted, setConsent, updateRun } from "./queries.ts"
import { settleRound } from "./rounds.ts"
import { factsOf, type Speaker, sayStep, signedHash, speakerOf } from "./saying.ts"
import { loadRun, transcriptBefore } from "./standing.ts"

const HOUR = 3_600_000_000
const WORDS_MOST = 500

/** What somebody here does in a run that asks for restricted types. */
export type GatedAct = {
  act: "propose" | "accept" | "consent"
  run: Run
  /** The restricted types among those that this is about. */
  types: readonly ItemType[]
  /** The own list, as chosen with this act or before it. */
  list: string
  /** Commitment of the person; null by the command line. */
  by: string | null
}

/**
 * Stands before every act on restricted types: throws where it may not be, `waits` where one person more has to say yes.
 * It is asked again when that one did.
 */
export type Gate = (tx: Tx, act: GatedAct) => Promise<"go" | "waits">

export type RunParts = {
  store: Store
  self: Pick<Self, "party" | "signer">
  limits: Limits
  gate: Gate
  /** Throws `not-found` where there is no such list of ours. */
  requireList(reader: Reader, list: string): Promise<void>
  /** Something about a run changed: the runner looks at it. */
  wake(run: RunId): void
}

/** Where nothing says otherwise, no restricted type is matched. */
export const noGate: Gate = async () => {
  throw new ComityError("refused", "match.restricted")
}

export type ProposeWish = {
  party: string
  list: string
  types: readonly { type: ItemType; most: number; smallest: number }[]
  purpose: Purpose
  basis: string
  agreement: string | null
  learners: Learners
}

/**
 * Proposes a match to a partner. Throws `invalid match.types`, `invalid match.number`, `invalid match.basis`,
 * `not-found peer.unknown`, and what `requireOpen`, `requireAgreement`, `requireLeft` and the gate throw.
 */
export async function propose(parts: RunParts, wish: ProposeWish, by: string | null): Promise<RunId> {
  const speaker = await speakerOf(parts.self)
  const types = typesOf(wish.types)
  const basis = oneLine(wish.basis)
  if (basis === "" || basis.length > BASIS_MOST) throw new ComityError("invalid", "match.basis", { most: BASIS_MOST })
  return parts.store.write(async (tx) => {
    const peer = await loadPeer(tx, wish.party)
    await requireOpen(tx, peer)
    await requireAgreement(tx, peer, wish.agreement)
    await parts.requireList(tx, wish.list)
    await requireLeft(tx, parts.limits, { peer: peer.key, now: tx.now, types })
    const { list, purpose, agreement, learners } = wish
    const expiresAt = plusMicroseconds(tx.now, parts.limits.hours * HOUR)
    const fresh = { id: newId("match"), peer: peer.key, role: "proposer", state: "drafted", expiresAt } as const
    await insertRun(tx, { ...fresh, list, purpose, basis, agreement, learners }, types)
    const run = await loadRun(tx, fresh.id)
    if ((await gated(parts, tx, { act: "propose", run, list, by })) === "go") await sendProposal(tx, speaker, run, by)
    return run.id
  })
}

/** A second person says yes to a proposal that waits for one. Throws `conflict match.state`, and what `propose` throws. */
export async function confirmProposal(parts: RunParts, id: string, by: string | null): Promise<"go" | "waits"> {
  const speaker = await speakerOf(parts.self)
  return parts.store.write(async (tx) => {
    const run = await runIn(tx, id, "drafted")
    const peer = await loadPeer(tx, run.party)
    await requireOpen(tx, peer)
    await requireAgreement(tx, peer, run.agreement)
    await requireLeft(tx, parts.limits, { peer: peer.key, now: tx.now, types: run.types })
    const said = await gated(parts, tx, { act: "propose", run, list: run.list ?? "", by })
    if (said === "go") await sendProposal(tx, speaker, run, by)
    return said
  })
}

async function sendProposal(tx: Tx, speaker: Speaker, run: Run, by: string | null): Promise<void> {
  const types = run.types.map(({ type, most, smallest }) => ({ type, most, smallest }))
  const { purpose, basis, agreement, learners } = run
  const note = await sayStep(tx, speaker, run, "propose", {
    ...({ mode: "balanced", suite: SUITE, items: 1 } as const),
    ...{ types, purpose, basis, agreement, learns: { count: "both", items: learners } },
    expires: formatInstant(run.expiresAt),
  })
  await updateRun(tx, { ...run, state: "proposed" })
  const facts = { ...factsOf(run), limits: types, purpose, agreement, learners, signed: signedHash(note) }
  await record(tx, { what: "match.proposed", by, facts: { ...facts, side: "us" } })
}

/** `most`: where this side wants smaller lists than proposed. */
export type AcceptWish = { list: string; most?: Readonly<Partial<Record<ItemType, number>>> }

/**
 * Takes a proposal up, with a list of our own. Throws `conflict match.state`, `conflict match.expired`, and what
 * `propose` throws. `waits` where a second person has to say yes, with the same list.
 */
export async function accept(
  parts: RunParts,
  id: string,
  { list, most = {} }: AcceptWish,
  by: string | null,
): Promise<"go" | "waits"> {
  const speaker = await speakerOf(parts.self)
  const said = await parts.store.write(async (tx) => {
    const run = await runIn(tx, id, "proposed", "acceptor")
    const peer = await loadPeer(tx, run.party)
    await requireOpen(tx, peer)
    await requireAgreement(tx, peer, run.agreement)
    await parts.requireList(tx, list)
    const rows = run.types.map((one) => ({ ...one, most: lowered(one, most[one.type]) }))
    const types = rows.map((one) => ({ type: one.type, most: one.most }))
    await requireLeft(tx, parts.limits, { peer: peer.key, now: tx.now, types })
    if ((await gated(parts, tx, { act: "accept", run: { ...run, types: rows }, list, by })) === "waits") return "waits"
    const proposal = (await selectWords(tx, run.key)).theirs.propose ?? ""
    const note = await sayStep(tx, speaker, run, "accept", { proposal: textHash(proposal), types })
    await begin(tx, { ...run, list }, types)
    const facts = { ...factsOf(run), limits: types, purpose: run.purpose, agreement: run.agreement, side: "us" }
    await record(tx, { what: "match.accepted", by, facts: { ...facts, signed: signedHash(note) } })
    return "go"
  })
  if (said === "go") parts.wake(id as RunId)
  return said
}

/** From here on the nodes of both sides work. */
export async function begin(tx: Tx, run: Run, types: readonly { type: ItemType; most: number }[]): Promise<void> {
  await setAccepted(
    tx,
    run.key,
    types.map((one) => ({ ...one, reserved: paddedSize(one.most) })),
  )
  await updateRun(tx, { ...run, state: "running", phase: "gather" })
}

/** Says no to a proposal, with words for the people there. Throws `conflict match.state`. */
export async function refuse(parts: RunParts, id: string, words: string, by: string | null): Promise<void> {
  const speaker = await speakerOf(parts.self)
  await parts.store.write(async (tx) => {
    const run = await runIn(tx, id, "proposed", "acceptor")
    const proposal = (await selectWords(tx, run.key)).theirs.propose ?? ""
    const reason = oneLine(words).slice(0, WORDS_MOST)
    await sayStep(tx, speaker, run, "refuse", { proposal: textHash(proposal), reason })
    await endRun(tx, speaker, run, { state: "refused", reason: null, endedBy: "us", by })
  })
  parts.wake(id as RunId)
}

/**
 * Consents to open the common items of these types: each side then learns what was agreed, once both consent. Throws
 * `conflict match.state`, `refused match.not-openable` for a type whose number was not told, and what the gate throws.
 */
export async function consent(
  parts: RunParts,
  id: string,
  types: readonly ItemType[],
  by: string | null,
): Promise<"go" | "waits"> {
  const speaker = await speakerOf(parts.self)
  const chosen = ITEM_TYPES.filter((type) => types.includes(type))
  if (chosen.length === 0) throw new ComityError("invalid", "match.types")
  const said = await parts.store.write(async (tx) => {
    const run = await undecided(tx, id)
    const possible = openable(run)
    if (!chosen.every((type) => possible.includes(type))) throw new ComityError("refused", "match.not-openable")
    await requireOpen(tx, await loadPeer(tx, run.party))
    const only = { ...run, types: run.types.filter(({ type }) => chosen.includes(type)) }
    if ((await gated(parts, tx, { act: "consent", run: only, list: run.list ?? "", by })) === "waits") return "waits"
    const t = transcriptBefore(await selectWords(tx, run.key), run.role, "consent")
    const note = await sayStep(tx, speaker, run, "consent", { t, types: chosen })
    const facts = { ...factsOf(run), opens: chosen, side: "us", signed: signedHash(note) }
    await record(tx, { what: "match.consented", by, facts })
    await settleRound(tx, speaker, run, "consent", "own")
    return "go"
  })
  if (said === "go") parts.wake(id as RunId)
  return said
}

/** Opens nothing: the number is all that both learn. Throws `conflict match.state`. */
export async function decline(parts: RunParts, id: string, by: string | null): Promise<void> {
  const speaker = await speakerOf(parts.self)
  await parts.store.write(async (tx) => {
    const run = await undecided(tx, id)
    const t = transcriptBefore(await selectWords(tx, run.key), run.role, "consent")
    await sayStep(tx, speaker, run, "decline", { t })
    await setConsent(tx, run.key, "own", [])
    await endRun(tx, speaker, run, { state: "declined", reason: null, endedBy: "us", by })
  })
  parts.wake(id as RunId)
}

async function undecided(tx: Tx, id: string): Promise<Run> {
  const run = await runIn(tx, id, "counted")
  if (run.types.some(({ ours }) => ours !== null)) throw new ComityError("conflict", "match.state")
  return run
}

async function runIn(tx: Tx, id: string, state: Run["state"], role?: Run["role"]): Promise<Run> {
  const run = await loadRun(tx, id)
  if (run.state !== state || (role !== undefined && run.role !== role)) {
    throw new ComityError("conflict", "match.state", { state: run.state })
  }
  if (run.expiresAt <= tx.now) throw new ComityError("conflict", "match.expired")
  return run
}

function gated(parts: RunParts, tx: Tx, act: Omit<GatedAct, "types">): Promise<"go" | "waits"> {
  const types = act.run.types.map(({ type }) => type).filter(isPersonal)
  return types.length === 0 ? Promise.resolve("go") : parts.gate(tx, { ...act, types })
}

function typesOf(wished: ProposeWish["types"]): ProposeWish["types"] {
  const types = ITEM_TYPES.flatMap((type) => wished.find((one) => one.type === type) ?? [])
  if (types.length === 0 || types.length < wished.length) throw new ComityError("invalid", "match.types")
  for (const { most, smallest } of types) {
    requireNumber(most, MATCH_MOST)
    requireNumber(smallest, SMALLEST_MOST)
  }
  return types
}

function lowered({ most }: Pick<RunType, "most">, wished = most): number {
  requireNumber(wished, most)
  return wished
}

function requireNumber(number: number, most: number): void {
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new ComityError("invalid", "match.number", { most })
}

/** May anything be told to this partner at all? Throws `refused match.partner-closed`. */
export async function requireOpen(reader: Reader, { party }: Pick<Peer, "party">): Promise<void> {
  const reasons = againstRecipient(await recipientFor(reader, party), await releaseRefusals(reader))
  const [first] = reasons
  if (first !== undefined) throw new ComityError("refused", "match.partner-closed", { reason: first.code })
}

/** An agreement that is named must be in force here, with this partner. Throws `refused match.agreement`. */
export async function requireAgreement(
  reader: Reader,
  { party }: Pick<Peer, "party">,
  agreement: string | null,
): Promise<void> {
  if (agreement === null || (await inForceWith(reader, party, agreement)).length > 0) return
  throw new ComityError("refused", "match.agreement")
}

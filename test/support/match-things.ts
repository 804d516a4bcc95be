import { newKeyPair, type Signer, signerOf } from "../../src/crypto/index.ts"
import { formatInstant, plusMicroseconds } from "../../src/kernel/time.ts"
import { type ItemType, type Learners, type RunId, type RunRole, saveList, typed } from "../../src/matching/index.ts"
import { Statement, type Step, signStatement } from "../../src/matching/runs/message.ts"
import { type Knowledge, paddedSize, type RunState, SUITE } from "../../src/matching/runs/model.ts"
import {
  insertRun,
  insertWord,
  setCommitted,
  setConsent,
  setCounted,
  setErased,
  setUsed,
  updateRun,
} from "../../src/matching/runs/queries.ts"
import { insertItem, setTheirs } from "../../src/matching/runs/result-queries.ts"
import { loadRun } from "../../src/matching/runs/standing.ts"
import { loadOwnParty, loadPeer, oneLine, type PartyId } from "../../src/parties/index.ts"
import type { Tx } from "../../src/store/index.ts"
import type { InProcess } from "./node-in-process.ts"
import { stixId } from "./stix.ts"

/** What pages of matching need to have something to show; the ids by which their addresses are found. */
export type MatchThings = Record<
  | ("matchList" | "matchAsked" | "matchProposed" | "matchPaused" | "matchDense" | "matchCounted")
  | ("matchDone" | "matchBroken" | "matchDeclined" | "matchRefused"),
  string
>

type TypeAt = { type: ItemType; most: number; used: number; theirs: number; count: number | null }

const TYPES: readonly TypeAt[] = [
  { type: "ipv4", most: 1536, used: 1204, theirs: 768, count: 37 },
  { type: "domain", most: 4096, used: 2210, theirs: 1024, count: 12 },
  { type: "wallet", most: 1024, used: 310, theirs: 256, count: null },
]

type Scene = { tx: Tx; party: PartyId; self: PartyId; signer: Signer; theirs: Signer; list: string; names: string }
type Wish = {
  role: RunRole
  state: RunState
  said?: readonly (readonly [side: "own" | "theirs", step: Step])[]
  learners?: Learners
  reason?: string
  endedBy?: "us" | "them"
  paused?: "person" | "dense"
}

/** A list, and a match with the partner in each state in which there is something to see. */
export async function addMatchThings(
  { store, signer, clock }: InProcess,
  party: PartyId,
  names: string,
): Promise<MatchThings> {
  const query = { ...everything, types: ["indicator"] }
  const { id: list } = await saveList(store, { name: `Relays of this year${names}`.slice(0, 100), query }, null)
  await saveList(store, { name: "All that we hold", query: everything }, null)
  const theirs = signerOf(newKeyPair())
  const self = (await loadOwnParty(store)).id
  const made = async (wish: Wish) => {
    clock.forward(1000)
    return store.write((tx) => addRun({ tx, party, self, signer, theirs, list, names }, wish))
  }
  const us = { role: "proposer" } as const
  const them = { role: "acceptor" } as const
  await made({ ...us, state: "cancelled", said: [...BEGUN(us), ["theirs", "cancel"]], endedBy: "them" })
  return {
    matchList: list,
    matchRefused: await made({
      ...{ ...them, state: "refused", said: [...BEGUN(them).slice(0, 1), ["own", "refuse"]], endedBy: "us" },
    }),
    matchBroken: await made({
      ...{ ...us, state: "broken", said: [...ROUND(us, 2), ["own", "broken"]] },
      ...{ reason: "match.counts-differ", endedBy: "us" },
    }),
    matchDeclined: await made({
      ...them,
      state: "declined",
      said: [...ROUND(them, 3), ["theirs", "decline"]],
      endedBy: "them",
    }),
    matchDone: await made({ ...us, state: "done", said: ROUND(us, 7) }),
    matchPaused: await made({ ...them, state: "running", said: ROUND(them, 1), paused: "person" }),
    matchDense: await made({ ...us, state: "running", said: BEGUN(us), paused: "dense" }),
    matchProposed: await made({ ...us, state: "proposed", said: BEGUN(us).slice(0, 1), learners: "acceptor" }),
    matchCounted: await made({ ...us, state: "counted", said: ROUND(us, 3) }),
    matchAsked: await made({ ...them, state: "proposed", said: BEGUN(them).slice(0, 1) }),
  }
}

const everything = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  revoked: "any" as const,
}

type Said = NonNullable<Wish["said"]>
const BEGUN = ({ role }: Pick<Wish, "role">): Said =>
  role === "proposer"
    ? [
        ["own", "propose"],
        ["theirs", "accept"],
      ]
    : [
        ["theirs", "propose"],
        ["own", "accept"],
      ]
const ROUNDS = ["commit", "tags", "count", "consent", "open", "labels", "close"] as const
const ROUND = (role: Pick<Wish, "role">, rounds: number): Said => [
  ...BEGUN(role),
  ...ROUNDS.slice(0, rounds).flatMap(
    (step): Said => [
      ["own", step],
      ["theirs", step],
    ],
  ),
]

async function addRun(scene: Scene, wish: Wish): Promise<string> {
  const { tx, party, list, names } = scene
  const { role, state, said = [], learners = "both", reason = null, endedBy = null, paused = null } = wish
  const peer = await loadPeer(tx, party)
  const id = stixId("match") as RunId
  const expiresAt = plusMicroseconds(tx.now, 24 * 3_600_000_000)
  const fresh = {
    id,
    peer: peer.key,
    role,
    state,
    list: state === "proposed" && role === "acceptor" ? null : list,
    learners,
  }
  const words = { purpose: "defence", basis: basisOf(names), agreement: null } as const
  const key = await insertRun(
    tx,
    { ...fresh, ...words, expiresAt },
    TYPES.map((one) => ({ ...one, smallest: 5 })),
  )
  const steps = new Set(said.map(([, step]) => step))
  for (const { type, used } of TYPES) if (steps.has("commit")) await setUsed(tx, key, type, { used, warned: 14 })
  if (steps.has("commit")) await setSizes(tx, key)
  if (steps.has("count"))
    await setCounted(
      tx,
      key,
      TYPES.map(({ type, count }) => ({ type, count })),
    )
  if (steps.has("consent")) for (const side of ["own", "theirs"] as const) await setConsent(tx, key, side, ["ipv4"])
  const ended = ["done", "broken", "declined", "cancelled", "refused"].includes(state)
  const phase = state === "counted" ? "consent" : steps.has("commit") ? "remask" : "gather"
  await updateRun(tx, { key, state, phase, paused, reason, endedBy, list: fresh.list, endedAt: ended ? tx.now : null })
  for (const [side, step] of said) await say(scene, { key, id }, side, step)
  if (ended) await setErased(tx, key)
  if (state === "done") await addItems(tx, key, names)
  return (await loadRun(tx, id)).id
}

const basisOf = (names: string) => oneLine(`Law on information security, Art. 12; file 2026/118${names}`)

async function setSizes(tx: Tx, key: number): Promise<void> {
  const set = { root: "ab".repeat(32), added: null, removed: null }
  const sized = (of: (one: TypeAt) => number) =>
    TYPES.map((one) => ({ type: one.type, size: of(one), seed: "00".repeat(32) }))
  await setCommitted(tx, key, "own", { set, types: sized(({ used }) => paddedSize(used)) })
  await setCommitted(tx, key, "theirs", { set, types: sized(({ theirs }) => theirs) })
}

/** Words as either side would sign them; that they follow from each other is the business of other tests. */
async function say(scene: Scene, { key, id }: { key: number; id: RunId }, side: "own" | "theirs", step: Step) {
  const { tx, party, self, signer, theirs, names } = scene
  const [from, to] = side === "own" ? [self, party] : [party, self]
  const head = { v: 1, run: id, from, to, at: formatInstant(tx.now), step }
  const [hash, t] = ["cd".repeat(32), "ef".repeat(64)]
  const sizes = TYPES.map(({ type, most }) => ({ type, most }))
  const content: Record<Step, object> = {
    propose: {
      ...{ mode: "balanced", suite: SUITE, items: 1, purpose: "defence", basis: basisOf(names), agreement: null },
      ...{ types: sizes.map((one) => ({ ...one, smallest: 5 })), learns: { count: "both", items: "both" } },
      expires: formatInstant(plusMicroseconds(tx.now, 24 * 3_600_000_000)),
    },
    accept: { proposal: hash, types: sizes },
    refuse: { proposal: hash, reason: oneLine(`Not this month${names}`) },
    commit: {
      ...{ t, root: hash, set: { root: hash, added: null, removed: null } },
      types: TYPES.map(({ type, used }) => ({ type, size: paddedSize(used), seed: hash })),
    },
    tags: { t, root: hash },
    count: { t, types: TYPES.map(({ type, count }) => ({ type, count })) },
    consent: { t, types: ["ipv4"] },
    decline: { t },
    open: { t, seeds: [] },
    labels: { t, bytes: 0, sha256: hash },
    close: { t },
    cancel: { reason: null },
    broken: { reason: "match.counts-differ" },
  }
  const note = signStatement(Statement.parse({ ...head, ...content[step] }), side === "own" ? signer : theirs)
  await insertWord(tx, key, { side, step, note, outbox: null })
}

async function addItems(tx: Tx, key: number, names: string): Promise<void> {
  const values = ["198.51.100.7", "203.0.113.5", ...Array.from({ length: 35 }, (_, i) => `192.0.2.${i + 10}`)]
  for (const [seq, value] of values.entries()) {
    const item = typed(value)
    if ("refused" in item) throw new Error(`${value}: ${item.refused}`)
    await insertItem(tx, key, { seq, type: item.type, item: item.bytes, ours: knows("Relay of Lantern", 70, "green") })
    if (seq % 3 !== 1) await setTheirs(tx, key, seq, knows(`Lantern relay, third hop${names}`, 85, "amber"))
  }
}

function knows(name: string, confidence: number, marking: string): Knowledge {
  return {
    ...{ firstSeen: "2025-11-03T08:12:00Z", lastSeen: "2026-01-17T22:40:00Z", confidence, marking, objects: 2 },
    ...{ labels: ["c2", "anonymization"], names: [name.slice(0, 80)] },
  }
}

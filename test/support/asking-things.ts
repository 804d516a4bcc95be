import assert from "node:assert/strict"
import { newId } from "../../src/kernel/ids.ts"
import { DAY, plusMicroseconds } from "../../src/kernel/time.ts"
import { insertContact, selectContact, setContact } from "../../src/matching/asking/desk-queries.ts"
import { insertKnowing, selectKnowing, setDecided, setKnown } from "../../src/matching/asking/knowing-queries.ts"
import { type EpochId, isAskable, type PartState } from "../../src/matching/asking/model.ts"
import { openAnswers } from "../../src/matching/asking/opening.ts"
import {
  insertAsked as insertAskedRow,
  insertEpoch,
  selectAnswersOf,
  selectEpoch,
  setEpochEnded,
} from "../../src/matching/asking/queries.ts"
import {
  endIfSettled,
  insertFinding,
  insertQuestion,
  saveHeld,
  selectQuestion,
  setPart,
} from "../../src/matching/asking/question-queries.ts"
import { addSubject, type OpenType, saveList, typed } from "../../src/matching/index.ts"
import type { Knowledge } from "../../src/matching/runs/model.ts"
import { findPeer, loadPeer, type PartyId, type Peer } from "../../src/parties/index.ts"
import type { Tx } from "../../src/store/index.ts"
import type { InProcess } from "./node-in-process.ts"

/** What pages of single items need to have something to show; the ids by which their addresses are found. */
export type AskingThings = Record<
  | ("answers" | "answersDesk" | "question" | "questionWaiting" | "questionDesk")
  | ("knowingOurs" | "knowingTheirs" | "contact" | "contactBoth"),
  string
>

type Scene = { node: InProcess; peers: readonly Peer[]; names: string }

const KNOWN: Knowledge = {
  ...{ firstSeen: "2025-11-03T08:12:00Z", lastSeen: null, confidence: 80, marking: "green", objects: 2 },
  ...{ labels: ["c2"], names: [] },
}

/** A list and desks that answer, questions with what came of them, requests to know more, and contacts of desks. */
export async function addAskingThings(
  node: InProcess,
  parties: readonly PartyId[],
  names: string,
): Promise<AskingThings> {
  const { store } = node
  const found = await Promise.all(parties.map((party) => findPeer(store, party)))
  const peers = found.filter((peer) => peer !== null)
  const [first] = peers
  assert.ok(first)
  const scene = { node, peers, names }
  const query = { text: "", types: ["indicator"], markings: [], origins: [], collections: [], from: null, to: null }
  const { id: list } = await saveList(
    store,
    { name: `Signs${names}`.slice(0, 100), query: { ...query, revoked: "no" } },
    null,
  )
  const open = async (mode: "answers" | "desk") => {
    const types = [{ type: "ipv4", quota: 2000 }, { type: "domain" }]
    const wish = { list: mode === "desk" ? null : list, title: `Signs${names}`, partners: [first.party], types }
    return openAnswers({ store, requireList: async () => {} }, wish, null)
  }
  const [answers, answersDesk] = [await open("answers"), await open("desk")]
  const epoch = await addEpoch(scene, first, answers)
  await addOffers(scene)
  const question = await addQuestion(scene, false)
  return {
    ...{ answers, answersDesk, question, questionWaiting: await addQuestion(scene, true) },
    questionDesk: await addDeskQuestion(scene),
    knowingOurs: await addKnowing(scene, first, { side: "ours", question, epoch }),
    knowingTheirs: await addKnowing(scene, first, { side: "theirs", question: null, epoch }),
    ...(await addContacts(scene, first)),
  }
}

function item(text: string): { type: OpenType; item: Buffer } {
  const read = typed(text)
  assert.ok("bytes" in read && isAskable(read.type), text)
  return { type: read.type, item: read.bytes }
}

/** A key that is over, and two questions that were asked under it. */
async function addEpoch({ node: { store } }: Scene, peer: Peer, id: string): Promise<EpochId> {
  const epoch = newId("epoch")
  const nothing = { secret: Buffer.alloc(32), publicKey: Buffer.alloc(32, 1), head: Buffer.alloc(32) }
  return store.write(async (tx) => {
    const answers = await selectAnswersOf(tx, id)
    assert.ok(answers)
    const until = plusMicroseconds(tx.now, DAY)
    await insertEpoch(tx, { id: epoch, answers: answers.key, type: "ipv4", until, ...nothing })
    const row = await selectEpoch(tx, epoch)
    assert.ok(row)
    for (const evaluations of [64, 256]) {
      const digest = Buffer.alloc(32, evaluations)
      await insertAskedRow(tx, {
        answers: answers.key,
        epoch: row.key,
        peer: peer.key,
        type: "ipv4",
        digest,
        evaluations,
      })
    }
    await setEpochEnded(tx, row.key)
    return epoch
  })
}

/** What partners let us ask. */
async function addOffers({ node: { store }, peers }: Scene): Promise<void> {
  await store.write(async (tx) => {
    for (const { key } of peers) {
      for (const [mode, type, left] of [
        ["answers", "ipv4", 4800],
        ["answers", "domain", 20],
        ["desk", "ipv4", 960],
      ] as const) {
        const bytes = { publicKey: Buffer.alloc(32, 2), head: Buffer.alloc(32), note: "" }
        const times = { since: tx.now, until: plusMicroseconds(tx.now, 30 * DAY) }
        const epoch = newId("epoch")
        await saveHeld(tx, { peer: key, epoch, mode, type, records: 0, quota: 5120, left, ...times, ...bytes })
      }
    }
  })
}

const ASKED = ["198.51.100.7", "203.0.113.9", "192.0.2.44", "c2.lantern.example", "updates.lantern.example"]

async function addQuestion({ node, peers }: Scene, waits: boolean): Promise<string> {
  const id = newId("question")
  node.clock.forward(1000)
  await node.store.write(async (tx) => {
    const keys = peers.map(({ key }) => key)
    const items = ASKED.map((text) => ({ ...item(text), subject: null }))
    await insertQuestion(tx, { id, mode: "answers", seed: Buffer.alloc(32, 3), by: null, items, peers: keys })
    const key = (await selectQuestion(tx, id))?.key ?? 0
    for (const [i, peer] of keys.entries()) {
      if (waits && i > 0) continue
      await settle(tx, { question: key, peer, type: "ipv4" }, "answered", i === 0 ? 2 : 1)
      await settle(tx, { question: key, peer, type: "domain" }, i === 0 ? "answered" : "quota", i === 0 ? 1 : null)
      for (const seq of i === 0 ? [0, 1, 3] : [1]) {
        await insertFinding(tx, key, { seq, peer, epoch: newId("epoch"), output: Buffer.alloc(64) })
      }
    }
    await endIfSettled(tx, key)
  })
  return id
}

async function settle(
  tx: Tx,
  part: { question: number; peer: number; type: OpenType },
  state: PartState,
  found: number | null,
): Promise<void> {
  const evaluations = state === "answered" ? 64 : 0
  await setPart(tx, { ...part, state, reason: null, left: state === "answered" ? 4736 : 20, found, evaluations })
}

async function addDeskQuestion({ node: { store }, peers }: Scene): Promise<string> {
  const id = newId("question")
  await store.write(async (tx) => {
    const keys = peers.map(({ key }) => key)
    const items = [{ ...item("198.51.100.7"), subject: null }]
    await insertQuestion(tx, { id, mode: "desk", seed: Buffer.alloc(32, 4), by: null, items, peers: keys })
    const question = (await selectQuestion(tx, id))?.key ?? 0
    for (const peer of keys) await settle(tx, { question, peer, type: "ipv4" }, "answered", null)
    await endIfSettled(tx, question)
  })
  return id
}

async function addKnowing(
  { node: { store }, names }: Scene,
  peer: Peer,
  { side, question, epoch }: { side: "ours" | "theirs"; question: string | null; epoch: EpochId },
): Promise<string> {
  const id = newId("knowing")
  await store.write(async (tx) => {
    const asked = question === null ? null : await selectQuestion(tx, question)
    const items = ASKED.slice(0, 2).map((text) => ({ ...item(text), tag: Buffer.alloc(16), output: Buffer.alloc(64) }))
    await insertKnowing(tx, { id, side, peer: peer.key, question: asked?.key ?? null, epoch, by: null, items })
    if (side === "theirs") return
    const key = (await selectKnowing(tx, id))?.key ?? 0
    await setKnown(tx, key, 0, { ...KNOWN, names: [`Lantern relay${names}`.slice(0, 80)] })
    await setDecided(tx, { key, state: "told", by: null })
  })
  return id
}

async function addContacts({ node: { store }, names }: Scene, peer: Peer) {
  const desk = `Fraud desk${names}`.slice(0, 100)
  await addSubject(store, { ...item("198.51.100.7"), desk }, null)
  await addSubject(store, { ...item("c2.lantern.example"), desk: "Night desk" }, null)
  const [contact, contactBoth] = [newId("contact"), newId("contact")]
  await store.write(async (tx) => {
    const { key } = await loadPeer(tx, peer.party)
    await insertContact(tx, { id: contact, side: "theirs", peer: key, subject: 1 })
    await insertContact(tx, { id: contactBoth, side: "ours", peer: key, subject: 2 })
    const row = await selectContact(tx, contactBoth)
    assert.ok(row)
    await setContact(tx, { ...row, ours: 1, theirs: 1, desk: `Harbour unit${names}`.slice(0, 100) })
  })
  return { contact, contactBoth }
}

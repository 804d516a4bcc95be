import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer } from "../../parties/index.ts"
import type { PeeringParts } from "../../peering/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import type { ItemType } from "../items/types.ts"
import { count } from "../psi/counting.ts"
import { erase } from "../psi/erasing.ts"
import type { Folder, Sections } from "../psi/model.ts"
import { seedOf } from "../psi/opening.ts"
import { finishReceiving } from "../psi/parts.ts"
import type { Pool } from "../psi/pool.ts"
import { prepare } from "../psi/preparing.ts"
import { remask } from "../psi/remasking.ts"
import { toldCounts } from "./checking.ts"
import { endRun } from "./ending.ts"
import { fetchLabels, fetchStream } from "./fetching.ts"
import type { Job, Turn } from "./matches.ts"
import type { Round, Said } from "./message.ts"
import { hasEnded, learns, opened, otherRole, type Phase, type Run } from "./model.ts"
import { requireOpen } from "./operations.ts"
import { saidIn, selectWords, setUsed, updateRun, type Words, wasDenseSeen } from "./queries.ts"
import { type KnowForRun, openAll, takeLabels } from "./results.ts"
import { settleRound } from "./rounds.ts"
import { factsOf, type Speaker, sayStep, signedHash, speakerOf } from "./saying.ts"
import { loadRun, roundsOf, transcriptBefore } from "./standing.ts"
import { keepSet, lastSetOf, readSurvey, saltFor, survey } from "./survey.ts"

/** Writes the items of a list that may be told to a partner into the folder of a run; returns how many of each type, and how many warning lists left out. */
export type GatherForRun = (
  run: Run,
  into: { path: string } & Job,
) => Promise<readonly { type: ItemType; used: number; warned?: number }[]>

/** What the runner works with. */
export type AdvanceParts = {
  store: Store
  peering: PeeringParts
  pool: Pool
  /** Where the runs have their folders. */
  folder: string
  /** Of the node; what is kept of a run is sealed under what follows from it. */
  secret: Uint8Array
  gather: GatherForRun
  know: KnowForRun
  folderOf(run: Pick<Run, "id" | "role">): Folder
}

/** What one phase needs to know of its run. */
type Scene = { parts: AdvanceParts; run: Run; words: Words; folder: Folder; job: Job }

/** Takes a run one step further; what a phase did before a restart is not done again. */
export async function advance(parts: AdvanceParts, run: Run, job: Job): Promise<Turn> {
  const words = await selectWords(parts.store, run.key)
  const folder = parts.folderOf(run)
  if (run.phase !== "gather" && !existsSync(folder.path)) return lose(parts, run)
  const scene = { parts, run, words, folder, job }
  switch (run.phase) {
    case "gather":
      return gatherOwn(scene)
    case "mask":
      return maskOwn(scene)
    case "commit":
      return after(scene, "commit", "fetch")
    case "fetch":
      return fetchOwn(scene)
    case "remask":
      return remaskTheirs(scene)
    case "tags":
      return after(scene, "tags", "fetch-tags")
    case "fetch-tags":
      return fetchTags(scene)
    case "count":
      return words.own.count === undefined ? countCommon(scene) : "idle"
    case "consent":
      return "idle"
    case "open":
      return words.own.open === undefined ? sayOpen(scene) : after(scene, "open", "labels")
    case "labels":
      return words.own.labels === undefined ? openCommon(scene) : after(scene, "labels", "fetch-labels")
    case "fetch-labels":
      return hearLabels(scene)
    case "end":
      return close(scene)
  }
}

/** A backup that was restored does not hold what a run keeps, on purpose: with its keys the run is over. */
async function lose(parts: AdvanceParts, run: Run): Promise<Turn> {
  const speaker = await speakerOf(parts.peering.self)
  return onward(parts, run, (tx, now) =>
    endRun(tx, speaker, now, { state: "cancelled", reason: "match.lost", endedBy: "us", by: null }),
  )
}

async function gatherOwn({ parts, run, folder, job }: Scene): Promise<Turn> {
  await requireOpen(parts.store, await loadPeer(parts.store, run.party))
  await erase(folder.path) // a restored backup may be older than what lies there
  await mkdir(folder.path, { recursive: true, mode: 0o700 })
  const used = await parts.gather(run, { path: folder.path, ...job })
  const salt = saltFor(parts.secret, run.party)
  const found = await survey(folder.path, { salt, last: lastSetOf(parts.folder, run.party) }, job.signal)
  return onward(parts, run, async (tx, now) => {
    for (const { type } of run.types) {
      const one = used.find((row) => row.type === type)
      await setUsed(tx, run.key, type, { used: one?.used ?? 0, warned: one?.warned ?? 0 })
    }
    const look = found.dense > 0 && !(await wasDenseSeen(tx, run.key))
    await updateRun(tx, { ...now, phase: "mask", paused: look ? "dense" : now.paused })
    // How many neighbourhoods, never which: the list itself is nobody's business here.
    if (look) await record(tx, { what: "match.dense", by: null, facts: { ...factsOf(run), prefixes: found.dense } })
  })
}

async function maskOwn({ parts, run, words, folder, job }: Scene): Promise<Turn> {
  const { root, sections } = await prepare(folder, { types: run.types.map(({ type }) => type) }, workOf(parts, job))
  const set = await readSurvey(folder.path)
  const types = sections.map(({ type, size, commitment }) => ({ type, size, seed: commitment }))
  const said = { root, types, set: { root: set.root, added: set.added, removed: set.removed } }
  const turn = await sayRound(parts, run, words, "commit", said, "commit", async (tx, note) => {
    const facts = { ...factsOf(run), sizes: types.map(({ type, size }) => ({ type, size })), set: said.set, side: "us" }
    await record(tx, { what: "match.committed", by: null, facts: { ...facts, signed: signedHash(note) } })
  })
  await keepSet(folder.path, lastSetOf(parts.folder, run.party))
  return turn
}

async function fetchOwn(scene: Scene): Promise<Turn> {
  const { parts, run, words, folder, job } = scene
  const commit = heard(words, "commit")
  requireOther(words, "commit", commit.root)
  await fetchStream(parts, run, "own", folder, job)
  await finishReceiving(folder, "theirs", sectionsOf(run, "theirs"), commit.root, workOf(parts, job))
  return phaseTo(parts, run, "remask")
}

async function remaskTheirs({ parts, run, words, folder, job }: Scene): Promise<Turn> {
  const { root } = await remask(folder, sectionsOf(run, "theirs"), workOf(parts, job))
  return sayRound(parts, run, words, "tags", { root }, "tags")
}

async function fetchTags({ parts, run, words, folder, job }: Scene): Promise<Turn> {
  const tags = heard(words, "tags")
  requireOther(words, "tags", tags.root)
  await fetchStream(parts, run, "tags", folder, job)
  await finishReceiving(folder, "tags-in", sectionsOf(run, "own"), tags.root, workOf(parts, job))
  return phaseTo(parts, run, "count")
}

async function countCommon({ parts, run, words, folder, job }: Scene): Promise<Turn> {
  const found = await count(folder, bothSections(run), workOf(parts, job))
  const types = toldCounts(run, new Map(found.map(({ type, count: number }) => [type, number])))
  return sayRound(parts, run, words, "count", { types }, "count")
}

/** The partner gets the seeds of what both want opened, if it is to learn which items these are. */
async function sayOpen({ parts, run, words, folder }: Scene): Promise<Turn> {
  await requireOpen(parts.store, await loadPeer(parts.store, run.party)) // that may have ended since people consented
  const seeds = []
  if (learns(otherRole(run.role), run.learners)) for (const type of opened(run)) seeds.push(await seedOf(folder, type))
  return sayRound(parts, run, words, "open", { seeds }, "open")
}

async function openCommon(scene: Scene): Promise<Turn> {
  const { parts, run, words, folder, job } = scene
  if (words.theirs.open === undefined) return "idle"
  const transcript = Buffer.from(transcriptBefore(words, run.role, "labels"), "hex")
  const found = await openAll({
    ...{ store: parts.store, know: parts.know, run, folder, transcript, job },
    ...{ seeds: heard(words, "open").seeds, commitments: heard(words, "commit").types },
    ...{ sections: bothSections(run), work: workOf(parts, job) },
  })
  const { bytes, sha256, items } = found
  return sayRound(parts, run, words, "labels", { bytes, sha256 }, "labels", async (tx) => {
    await record(tx, { what: "match.opened", by: null, facts: { ...factsOf(run), opens: opened(run), items } })
  })
}

async function hearLabels({ parts, run, words, folder, job }: Scene): Promise<Turn> {
  const labels = heard(words, "labels")
  const transcript = Buffer.from(transcriptBefore(words, run.role, "labels"), "hex")
  await fetchLabels(parts, run, labels, folder, job)
  await takeLabels({ store: parts.store, run, folder, transcript, labels, job })
  return phaseTo(parts, run, "end")
}

async function close({ parts, run, words }: Scene): Promise<Turn> {
  const speaker = await speakerOf(parts.peering.self)
  const t = transcriptBefore(words, run.role, "close", roundsOf(run))
  return onward(parts, run, async (tx, now) => {
    await sayStep(tx, speaker, now, "close", { t })
    await endRun(tx, speaker, now, { state: "done", reason: null, endedBy: null, by: null })
  })
}

/** Waits for the partner's word of a round, which leads to the next phase. */
async function after({ parts, run, words }: Scene, round: Round, next: Phase): Promise<Turn> {
  return words.theirs[round] === undefined ? "idle" : phaseTo(parts, run, next)
}

type Content<Name extends Round> = Omit<Said<Name>, "v" | "run" | "from" | "to" | "at" | "step" | "t">

/** Says this side's word of a round, once, and settles what follows from it. */
async function sayRound<Name extends Round>(
  parts: AdvanceParts,
  run: Run,
  words: Words,
  round: Name,
  content: Content<Name>,
  next: Phase,
  more: (tx: Tx, note: string) => Promise<void> = async () => {},
): Promise<Turn> {
  const speaker: Speaker = await speakerOf(parts.peering.self)
  const t = transcriptBefore(words, run.role, round, roundsOf(run))
  return onward(parts, run, async (tx, now) => {
    await updateRun(tx, { ...now, phase: next })
    const note = await sayStep(tx, speaker, now, round, { t, ...content } as never)
    await more(tx, note)
    await settleRound(tx, speaker, await loadRun(tx, run.id), round, "own")
  })
}

function phaseTo(parts: AdvanceParts, run: Run, phase: Phase): Promise<Turn> {
  return onward(parts, run, (tx, now) => updateRun(tx, { ...now, phase }))
}

/** Writes what a phase led to, unless the run went another way meanwhile. */
async function onward({ store }: AdvanceParts, run: Run, write: (tx: Tx, now: Run) => Promise<void>): Promise<Turn> {
  await store.write(async (tx) => {
    const now = await loadRun(tx, run.id)
    if (!hasEnded(now) && now.phase === run.phase) await write(tx, now)
  })
  return "again"
}

/** A word of the partner's without which this phase would not have come. */
function heard<Name extends Round>(words: Words, round: Name): Said<Name> {
  const said = saidIn(words.theirs, round)
  if (said === null) throw new ComityError("unavailable", "match.too-early")
  return said
}

/**
 * Nobody has our list or our tags before it committed to its own: whoever commits to ours means to give them back, so that
 * all of it would seem common.
 */
function requireOther(words: Words, round: "commit" | "tags", root: string): void {
  if (saidIn(words.own, round)?.root === root) throw new ComityError("invalid", "match.root")
}

export function sectionsOf({ types }: Pick<Run, "types">, side: "own" | "theirs"): Sections {
  return types.map((one) => ({ type: one.type, size: one[side] ?? 0 }))
}

function bothSections(run: Run): { own: Sections; theirs: Sections } {
  return { own: sectionsOf(run, "own"), theirs: sectionsOf(run, "theirs") }
}

function workOf({ pool }: AdvanceParts, { signal, tell }: Job) {
  return { pool, signal, progress: tell }
}

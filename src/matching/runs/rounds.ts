import { record } from "../../ledger/index.ts"
import type { Tx } from "../../store/index.ts"
import { sameCounts } from "./checking.ts"
import { endRun } from "./ending.ts"
import type { Step } from "./message.ts"
import { opened, type Run } from "./model.ts"
import {
  type Side,
  saidIn,
  selectWords,
  setCommitted,
  setConsent,
  setCounted,
  updateRun,
  type Words,
} from "./queries.ts"
import { factsOf, type Speaker, signedHash } from "./saying.ts"
import { loadRun } from "./standing.ts"

/**
 * What follows when a side said its word of a round, by the same rule at both: once both have counted, the numbers must
 * be the same; once both consented, it goes on with what both want opened.
 */
export async function settleRound(tx: Tx, speaker: Speaker, run: Run, step: Step, side: Side): Promise<void> {
  const words = await selectWords(tx, run.key)
  if (step === "commit") await settleCommit(tx, run, words, side)
  if (step === "count") await settleCount(tx, speaker, run, words)
  if (step === "consent") await settleConsent(tx, speaker, run, words, side)
}

async function settleCommit(tx: Tx, run: Run, words: Words, side: Side): Promise<void> {
  const said = saidIn(words[side], "commit")
  if (said !== null) await setCommitted(tx, run.key, side, said)
}

async function settleCount(tx: Tx, speaker: Speaker, run: Run, words: Words): Promise<void> {
  const [ours, theirs] = [saidIn(words.own, "count"), saidIn(words.theirs, "count")]
  if (ours === null || theirs === null) return
  if (!sameCounts(ours, theirs)) {
    await endRun(tx, speaker, run, { state: "broken", reason: "match.counts-differ", endedBy: "us", by: null })
    return
  }
  await setCounted(tx, run.key, ours.types)
  const asks = run.learners !== "none"
  await updateRun(tx, { ...run, state: asks ? "counted" : "opening", phase: asks ? "consent" : "end" })
  const numbers = ours.types.map(({ type, count }) => {
    const smallest = run.types.find((one) => one.type === type)?.smallest ?? 0
    return count === null ? { type, "fewer-than": smallest } : { type, number: count }
  })
  const signed = [words.own.count, words.theirs.count].map((note) => signedHash(note ?? ""))
  await record(tx, { what: "match.counted", by: null, facts: { ...factsOf(run), numbers, signed } })
}

async function settleConsent(tx: Tx, speaker: Speaker, run: Run, words: Words, side: Side): Promise<void> {
  const said = saidIn(words[side], "consent")
  if (said !== null) await setConsent(tx, run.key, side, said.types)
  const now = await loadRun(tx, run.id)
  if (now.types.some(({ ours, partners }) => ours === null || partners === null)) return
  if (opened(now).length === 0) {
    await endRun(tx, speaker, now, { state: "declined", reason: "match.nothing-common", endedBy: null, by: null })
    return
  }
  await updateRun(tx, { ...now, state: "opening", phase: "open" })
}

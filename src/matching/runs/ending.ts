import { record } from "../../ledger/index.ts"
import type { Tx } from "../../store/index.ts"
import { hasEnded, type Run, type RunState } from "./model.ts"
import { updateRun } from "./queries.ts"
import { factsOf, type Speaker, sayStep } from "./saying.ts"

type End = Extract<RunState, "refused" | "declined" | "cancelled" | "expired" | "broken" | "done">

/** How a run ends; `reason` is a code, `by` who here decided so, null where nobody did. */
export type Ending = { state: End; reason: string | null; endedBy: Run["endedBy"]; by: string | null }

/**
 * Ends a run at this side: it is written down, and the partner hears of it where it does not know already. Keys and
 * lists are erased by the runner, which sees that it ended. A run that has ended stays as it did.
 */
export async function endRun(tx: Tx, speaker: Speaker, run: Run, ending: Ending): Promise<void> {
  if (hasEnded(run)) return
  const { state, reason, endedBy, by } = ending
  await updateRun(tx, { ...run, state, reason, endedBy, paused: null, endedAt: tx.now })
  if (endedBy === "us" && run.state !== "drafted") {
    if (state === "cancelled") await sayStep(tx, speaker, run, "cancel", { reason })
    if (state === "broken") await sayStep(tx, speaker, run, "broken", { reason: reason ?? "internal" })
  }
  const facts = { ...factsOf(run), state, reason, side: endedBy }
  if (state === "broken") await record(tx, { what: "match.broken", by, facts })
  else await record(tx, { what: "match.ended", by, facts })
}

import { ComityError } from "../../kernel/errors.ts"
import type { Reader } from "../../store/index.ts"
import { firstTranscript, nextTranscript, ROUNDS, type Round, type Step } from "./message.ts"
import { type Run, type RunItem, type RunRole, waitingFor } from "./model.ts"
import { type Side, selectRun, selectRuns, selectUnderWay, type Words } from "./queries.ts"
import { selectItems } from "./result-queries.ts"

/** Throws `not-found match.unknown`. */
export async function loadRun(reader: Reader, id: string): Promise<Run> {
  const run = await selectRun(reader, id)
  if (run === null) throw new ComityError("not-found", "match.unknown")
  return run
}

/** Which side's words a role's are, seen from the side that has this role. */
export function sideOf(own: RunRole, role: RunRole): Side {
  return own === role ? "own" : "theirs"
}

/** Rounds of a run in which nobody learns which items are common; in the others all. */
export function roundsOf({ learners }: Pick<Run, "learners">): readonly Round[] {
  return learners === "none" ? ["commit", "tags", "count", "close"] : ROUNDS
}

/**
 * Where a run stands before a round, as both sides must see it: every word that was said until then is in it. Throws
 * `unavailable match.too-early` while a word of a round before is missing here.
 */
export function transcriptBefore(words: Words, own: RunRole, round: Round, rounds: readonly Round[] = ROUNDS): string {
  const said = (role: RunRole, step: Step): string => {
    const note = words[sideOf(own, role)][step]
    if (note === undefined) throw new ComityError("unavailable", "match.too-early")
    return note
  }
  let transcript = firstTranscript(said("proposer", "propose"), said("acceptor", "accept"))
  for (const one of rounds) {
    if (one === round) break
    transcript = nextTranscript(transcript, said("proposer", one), said("acceptor", one))
  }
  return transcript.toString("hex")
}

/** Runs that wait for somebody here, the oldest first. */
export async function runsWaiting(reader: Reader): Promise<Run[]> {
  return (await selectUnderWay(reader)).filter((run) => waitingFor(run) === "us")
}

const RUNS_MOST = 200

/** Runs with partners, the newest first; `before` is the key of the last one of the page before. */
export async function listRuns(reader: Reader, before = Number.MAX_SAFE_INTEGER, most = RUNS_MOST): Promise<Run[]> {
  return selectRuns(reader, before, most)
}

/** The common items of a run that was opened, with what each side knows about them. */
export async function itemsOf(reader: Reader, run: Pick<Run, "key">, after = -1, most = RUNS_MOST): Promise<RunItem[]> {
  return selectItems(reader, run.key, after, most)
}

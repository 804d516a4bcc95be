import { setTimeout as pause } from "node:timers/promises"
import { Connection } from "./connection.ts"
import type { Job, Outcome } from "./jobs.ts"
import { get } from "./requests.ts"
import { count, newTally, outcomeOf } from "./tally.ts"

type Probe = Extract<Job, { kind: "probe" }>
type State = { halt: boolean }

let running: { state: State; outcome: Promise<Outcome> } | null = null

/** Starts and returns at once; `haltProbe` gives the outcome. */
export function probe(job: Probe): null {
  const state = { halt: false }
  running = { state, outcome: sample(job, state) }
  return null
}

export async function haltProbe(): Promise<Outcome> {
  if (!running) throw new Error("no probe runs")
  const { state, outcome } = running
  state.halt = true
  running = null
  return outcome
}

/** A request counts from when it was due, so that one long stop shows in all requests that it delayed. */
async function sample(job: Probe, state: State): Promise<Outcome> {
  const connection = await Connection.open(job.target.port)
  const requests = job.paths.map((path) => get(job.target, path))
  const tally = newTally()
  for (let sent = 0; !state.halt; sent += 1) {
    let from = tally.start + sent * job.everyMs
    const early = from - performance.now()
    if (early > 0) {
      await pause(early)
      from = performance.now()
    }
    const answer = await connection.send(requests[sent % requests.length] as Buffer)
    count(tally, from, answer, answer.status === 200)
  }
  const outcome = outcomeOf(tally)
  connection.close()
  return outcome
}

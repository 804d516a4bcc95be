import { setTimeout as pause } from "node:timers/promises"
import { Connection } from "./connection.ts"
import type { Job, Outcome } from "./jobs.ts"
import { get } from "./requests.ts"
import { count, newTally, outcomeOf } from "./tally.ts"

type Probe = Extract<Job, { kind: "probe" }>
type State = { halt: boolean }

/** More readers than ever wait at once, so that no request waits for another one's answer in the client. */
const READERS = 64

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

/** Sends on time whether or not earlier answers came; should all readers wait, a request counts from when it was due. */
async function sample(job: Probe, state: State): Promise<Outcome> {
  const connections = await Promise.all(Array.from({ length: READERS }, () => Connection.open(job.target.port)))
  const requests = job.paths.map((path) => get(job.target, path))
  const tally = newTally()
  let sent = 0
  const reader = async (connection: Connection) => {
    while (!state.halt) {
      const number = sent++
      const due = tally.start + number * job.everyMs
      const early = due - performance.now()
      if (early > 0) await pause(early)
      const from = early > 0 ? performance.now() : due
      const answer = await connection.send(requests[number % requests.length] as Buffer)
      count(tally, from, answer, answer.status === 200)
    }
  }
  await Promise.all(connections.map(reader))
  const outcome = outcomeOf(tally)
  for (const connection of connections) connection.close()
  return outcome
}

import { type Helper, helper } from "../helper-process.ts"
import type { Job, Outcome } from "./jobs.ts"

/**
 * The load, made in a process of its own. Every outcome with a wrong answer is an error: a server that refuses
 * quickly would otherwise look fast.
 */
export type Load = { run(job: Exclude<Job, { kind: "halt" }>): Promise<Outcome>; halt(): Promise<Outcome> }

export function loadClient(): Load & { stop(): Promise<void> } {
  const worker: Helper<Job, Outcome | null> = helper("./load/worker.ts")
  const checked = async (job: Job) => {
    const outcome = (await worker.ask(job)) ?? EMPTY
    const { wrong, requests, firstWrong } = outcome
    if (wrong > 0) throw new Error(`${wrong} of ${requests} answers wrong: ${nameOf(job)}: ${firstWrong}`)
    return outcome
  }
  return { run: checked, halt: () => checked({ kind: "halt" }), stop: worker.stop }
}

const EMPTY: Outcome = {
  seconds: 0,
  requests: 0,
  bytes: 0,
  wrong: 0,
  firstWrong: "",
  p50: 0,
  p99: 0,
  max: 0,
  clientCores: 0,
}

function nameOf(job: Job): string {
  if (job.kind === "halt") return "probe"
  return `${job.kind} ${"path" in job ? job.path : job.paths[0]}`
}

import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

const LOOK_MS = 3000

type Collect = (options: { type: "major"; flavor: "last-resort"; execution: "sync" }) => void

/** Gives this thread's unused heap back to the system. Pauses for some tens of milliseconds: only when idle. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc")
  const collect = runInNewContext("gc") as Collect
  collect({ type: "major", flavor: "last-resort", execution: "sync" })
}

/**
 * After work has paused for some seconds, calls `rest` once. A node mostly waits, and what a burst took should not
 * stay taken. `work` counts what was done so far.
 */
export function restWhenIdle(work: () => number, rest: () => void | Promise<void>): { stop(): void } {
  let seen = work()
  let rested = true
  const timer = setInterval(() => {
    const now = work()
    if (now !== seen) rested = false
    else if (!rested) {
      rested = true
      void rest()
    }
    seen = now
  }, LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

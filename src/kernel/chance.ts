import { AsyncLocalStorage } from "node:async_hooks"

/** What a machine decides and a simulation has to decide again in the same way. */
export type Chance = {
  /** So many bytes: ids, salts, nonces, keys. */
  random(bytes: number): Buffer
  /** Milliseconds, for how long something took. */
  stopwatch(): number
}

const simulated = new AsyncLocalStorage<Chance>()

/**
 * Runs `work` under a chance that somebody knows. There is no switch that could be left on: only what `work` itself calls
 * sees it, and a test refuses every mention of this in `src`.
 */
export function withChance<T>(chance: Chance, work: () => T): T {
  return simulated.run(chance, work)
}

/** Undefined wherever a node runs: then the machine decides. */
export function knownChance(): Chance | undefined {
  return simulated.getStore()
}

import { ComityError } from "../../src/kernel/errors.ts"
import { Crash } from "./machine.ts"

/** An invariant that does not hold any more, by its number in the trust paper. */
export class Violation extends Error {
  readonly invariant: string

  constructor(invariant: string, message: string, cause?: unknown) {
    super(`${invariant}: ${message}`, { cause })
    this.invariant = invariant
  }
}

/** The value of some work, or why there is none: a refusal, or a crash in the middle. */
export type Attempt<T> = { done: true; value: T } | { done: false; crashed: boolean; code: string }

export async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { done: true, value: await work() }
  } catch (error) {
    if (error instanceof Crash) return { done: false, crashed: true, code: "crash" }
    if (error instanceof ComityError) return { done: false, crashed: false, code: error.code }
    throw error
  }
}

import { formatInstant, systemClock } from "./time.ts"

/** Ids and numbers only: never indicator values, names of people or secrets. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

/** JSON lines for the operator. Not evidence: that is the ledger. */
export type Diagnostics = {
  info(event: string, facts?: Facts): void
  warn(event: string, facts?: Facts): void
  error(event: string, facts?: Facts): void
}

/** One line `{"at","level","event",…}` for each call, handed to `write`. */
export function diagnostics(write: (line: string) => void): Diagnostics {
  const line =
    (level: string) =>
    (event: string, facts: Facts = {}) =>
      write(`${JSON.stringify({ at: formatInstant(systemClock.now()), level, event, ...facts })}\n`)
  return { info: line("info"), warn: line("warn"), error: line("error") }
}

export const silent: Diagnostics = diagnostics(() => {})

import type { Source } from "../data.ts"

/** Where requests go and with which credentials. */
export type Target = { port: number; authorization: string }

export type Job =
  /** `count` GETs from `clients` connections; request i asks for path (first + i) modulo their number. */
  | { kind: "get"; target: Target; paths: readonly string[]; first: number; count: number; clients: number }
  /** The objects of a slice as POSTs of `envelope` objects, built before the clock starts. */
  | {
      kind: "post"
      target: Target
      path: string
      source: Source
      first: number
      count: number
      envelope: number
      clients: number
    }
  /** One client that follows `next` to the end. */
  | { kind: "walk"; target: Target; path: string }
  /** One GET every `everyMs`, whether or not the last one is answered in time, until "halt". */
  | { kind: "probe"; target: Target; paths: readonly string[]; everyMs: number }
  | { kind: "halt" }

/**
 * Times in milliseconds but `seconds`. `wrong` counts answers of another status than the one that is due, and
 * `firstWrong` shows one of them. `clientCores` is the part of a core that the client itself took.
 */
export type Outcome = {
  seconds: number
  requests: number
  bytes: number
  wrong: number
  firstWrong: string
  p50: number
  p99: number
  max: number
  clientCores: number
}

import type { Packed } from "./packed.ts"

export type Provider = "native" | "wasm"

/** As many points as one inversion serves, and as lie in the memory of an engine at a time. */
export const CHUNK = 1_024

/** What two builds of libsodium do alike for up to `CHUNK` points of 32 bytes, without an object for each point. */
export type Engine = {
  readonly provider: Provider
  /** Keeps, of each item from `first` on, the first half of SHA-512(prefix ‖ item). */
  hash(prefix: Uint8Array, items: Packed, first: number, count: number): void
  /** Keeps these strings of 32 bytes instead. */
  take(uniform: Uint8Array): void
  /** Maps what is kept to points of edwards25519. */
  map(count: number, into: Uint8Array): void
  /** X25519. False if a product is zero; what then stands in `into` is worth nothing. */
  multiply(key: Uint8Array, points: Uint8Array, into: Uint8Array): boolean
  /** Overwrites all that is kept. */
  wipe(): void
}

/** The longest text that stands before each item. */
export const PREFIX_LONGEST = 255

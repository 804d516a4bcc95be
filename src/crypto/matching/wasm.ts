import { CHUNK, type Engine, PREFIX_LONGEST } from "./engine.ts"
import { type RawSodium, rawSodium, reserve } from "./heap.ts"
import { endOf, ITEM_LONGEST, startOf } from "./packed.ts"

/** Where things lie in the piece of the heap that the engine has. */
const KEY = 0
const DIGEST = 32
const UNIFORM = 96
const POINTS = UNIFORM + CHUNK * 32
const MESSAGE = POINTS + CHUNK * 32
const ALL = MESSAGE + PREFIX_LONGEST + ITEM_LONGEST

/** WebAssembly, called without its wrappers. */
export async function wasmEngine(): Promise<Engine> {
  const raw = await rawSodium()
  const base = reserve(raw, ALL)
  return {
    provider: "wasm",
    hash(prefix, items, first, count) {
      const heap = raw.HEAPU8
      heap.set(prefix, base + MESSAGE)
      for (let i = 0; i < count; i++) {
        const start = startOf(items, first + i)
        const end = endOf(items, first + i)
        let place = base + MESSAGE + prefix.length
        for (let j = start; j < end; j++) heap[place++] = items.bytes[j] ?? 0
        raw._crypto_hash_sha512(base + DIGEST, base + MESSAGE, prefix.length + end - start, 0)
        heap.copyWithin(base + UNIFORM + i * 32, base + DIGEST, base + DIGEST + 32)
      }
    },
    take(uniform) {
      raw.HEAPU8.set(uniform, base + UNIFORM)
    },
    map(count, into) {
      for (let i = 0; i < count * 32; i += 32)
        raw._crypto_core_ed25519_from_uniform(base + POINTS + i, base + UNIFORM + i)
      into.set(raw.HEAPU8.subarray(base + POINTS, base + POINTS + count * 32))
    },
    multiply(key, points, into) {
      return multiply(raw, base, key, points, into)
    },
    wipe() {
      raw.HEAPU8.fill(0, base, base + ALL)
    },
  }
}

function multiply(raw: RawSodium, base: number, key: Uint8Array, points: Uint8Array, into: Uint8Array): boolean {
  const heap = raw.HEAPU8
  heap.set(key, base + KEY)
  heap.set(points, base + UNIFORM)
  let status = 0
  for (let i = 0; i < points.length; i += 32)
    status |= raw._crypto_scalarmult_curve25519(base + POINTS + i, base + KEY, base + UNIFORM + i)
  into.set(heap.subarray(base + POINTS, base + POINTS + points.length))
  return status === 0
}

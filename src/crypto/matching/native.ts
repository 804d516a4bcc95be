import { CHUNK, type Engine, PREFIX_LONGEST } from "./engine.ts"
import { endOf, ITEM_LONGEST, type Packed, startOf } from "./packed.ts"

type Sodium = typeof import("sodium-native")["default"]

/** Machine code. It takes arrays of exact length, so one view of each place is made once and used for ever. */
export async function nativeEngine(): Promise<Engine> {
  const { default: sodium } = await import("sodium-native")
  const uniform = lanes()
  const points = lanes()
  const message = messages(sodium)
  return {
    provider: "native",
    hash(prefix, items, first, count) {
      for (let i = 0; i < count; i++) message.hash(prefix, items, first + i, at(uniform.each, i))
    },
    take(bytes) {
      uniform.all.set(bytes)
    },
    map(count, into) {
      for (let i = 0; i < count; i++) sodium.crypto_core_ed25519_from_uniform(at(points.each, i), at(uniform.each, i))
      into.set(points.all.subarray(0, count * 32))
    },
    multiply(key, bytes, into) {
      uniform.all.set(bytes)
      const done = multiplyEach(sodium, key, uniform.each, points.each, bytes.length / 32)
      into.set(points.all.subarray(0, bytes.length))
      return done
    },
    wipe() {
      uniform.all.fill(0)
      points.all.fill(0)
      message.wipe()
    },
  }
}

function multiplyEach(sodium: Sodium, key: Uint8Array, from: Uint8Array[], to: Uint8Array[], count: number): boolean {
  try {
    for (let i = 0; i < count; i++) sodium.crypto_scalarmult(at(to, i), key, at(from, i))
    return true
  } catch (error) {
    // The only thing that the library says of points and keys of the right length.
    if (error instanceof Error && error.message === "status: -1") return false
    throw error
  }
}

/** Prefix and item side by side, hashed from a view of the length that they have together. */
function messages(sodium: Sodium): {
  hash(prefix: Uint8Array, items: Packed, index: number, into: Uint8Array): void
  wipe(): void
} {
  const message = new Uint8Array(PREFIX_LONGEST + ITEM_LONGEST)
  const digest = new Uint8Array(64)
  const views = new Map<number, Uint8Array>()
  let longest = 0
  return {
    hash(prefix, items, index, into) {
      const start = startOf(items, index)
      const length = prefix.length + endOf(items, index) - start
      for (let i = 0; i < prefix.length; i++) message[i] = prefix[i] ?? 0
      for (let i = prefix.length, j = start; i < length; i++, j++) message[i] = items.bytes[j] ?? 0
      const view = views.get(length) ?? message.subarray(0, length)
      views.set(length, view)
      sodium.crypto_hash_sha512(digest, view)
      for (let i = 0; i < 32; i++) into[i] = digest[i] ?? 0
      if (length > longest) longest = length
    },
    wipe() {
      message.fill(0, 0, longest)
      digest.fill(0)
    },
  }
}

function lanes(): { all: Uint8Array; each: Uint8Array[] } {
  const all = new Uint8Array(CHUNK * 32)
  return { all, each: Array.from({ length: CHUNK }, (_, i) => all.subarray(i * 32, (i + 1) * 32)) }
}

function at(lanes: readonly Uint8Array[], index: number): Uint8Array {
  const lane = lanes[index]
  if (lane === undefined) throw new RangeError("more than one chunk")
  return lane
}

import { openVoprf } from "../../src/crypto/index.ts"
import { rawSodium, reserve } from "../../src/crypto/matching/heap.ts"
import { median } from "../numbers.ts"
import { addresses, secondsSince } from "./suites.ts"

/** Seconds of CPU of each side of one question; the batch is padded as the protocol pads it. */
export async function question(count: number, size: number): Promise<{ client: number; server: number }> {
  const voprf = await openVoprf()
  const { sk, pk } = voprf.newKeyPair()
  const items = addresses(count)
  const asked = process.cpuUsage()
  const { blinds, blinded } = voprf.blind(items, size)
  const asking = secondsSince(asked)
  const begun = process.cpuUsage()
  const { evaluated, proof } = voprf.blindEvaluate(sk, pk, blinded)
  const server = secondsSince(begun)
  const answered = process.cpuUsage()
  voprf.finalize(items, blinds, blinded, evaluated, pk, proof)
  return { client: asking + secondsSince(answered), server }
}

/** Items a second of CPU: the tags of an epoch, and, in turns with them, nothing but libsodium's hash to the group and multiplication. */
export async function precomputing(count: number, turns: number): Promise<{ ours: number; libsodium: number }> {
  const voprf = await openVoprf()
  const raw = await rawSodium()
  const base = reserve(raw, 160)
  const { sk } = voprf.newKeyPair()
  raw.HEAPU8.set(sk, base + 128)
  const items = addresses(count)
  const [ours, libsodium]: [number[], number[]] = [[], []]
  for (let turn = 0; turn <= turns; turn++) {
    const begun = process.cpuUsage()
    voprf.evaluate(sk, items)
    const evaluated = secondsSince(begun)
    const between = process.cpuUsage()
    for (let i = 0; i < count; i++) {
      raw.HEAPU8[base + (i % 64)] = i & 255
      raw._crypto_core_ristretto255_from_hash(base + 64, base)
      raw._crypto_scalarmult_ristretto255(base + 96, base + 128, base + 64)
    }
    // The first turn warms both.
    if (turn === 0) continue
    ours.push(count / evaluated)
    libsodium.push(count / secondsSince(between))
  }
  return { ours: median(ours), libsodium: median(libsodium) }
}

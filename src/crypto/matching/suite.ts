import { randomFillSync } from "node:crypto"
import { ComityError } from "../../kernel/errors.ts"
import { toMontgomery } from "./convert.ts"
import { CHUNK, type Engine, PREFIX_LONGEST, type Provider } from "./engine.ts"
import { nativeEngine } from "./native.ts"
import type { Packed } from "./packed.ts"
import { wasmEngine } from "./wasm.ts"

/** The name under which two parties agree on what a `Suite` computes. */
export const SUITE = "ED25519-UNIFORM-X25519-v1"

/** All points are u-coordinates of Curve25519, 32 bytes each, one after the other. Both providers give the same bytes. */
export type Suite = {
  readonly provider: Provider
  /** SHA-512(dst ‖ item), of it the first half through libsodium's map to edwards25519, and from there to Curve25519. */
  hashToPoints(dst: Uint8Array, items: Packed, into: Uint8Array): void
  /** The same map, from strings of 32 bytes that are as good as random: dummies that can be made again from a seed. */
  mapToPoints(uniform: Uint8Array, into: Uint8Array): void
  /** Dummies: nobody can tell them from items, and nobody has the item. */
  randomPoints(count: number, into: Uint8Array): void
  /** X25519 of each. Refuses u that is not below p, and points of low order; `into` is then all zero. */
  multiply(key: Uint8Array, points: Uint8Array, into: Uint8Array): void
}

/** Machine code if it loads and computes what it should, else WebAssembly; with an argument that one or nothing. */
export async function openSuite(provider?: Provider): Promise<Suite> {
  if (provider === "wasm") return suiteOf(await wasmEngine())
  if (provider === "native") return suiteOf(await nativeEngine())
  try {
    const suite = suiteOf(await nativeEngine())
    if (knows(suite)) return suite
  } catch {
    // It is an optional package: not installed, or without a build for this system.
  }
  return suiteOf(await wasmEngine())
}

function suiteOf(engine: Engine): Suite {
  const mapAll = (bytes: Uint8Array, keep: (first: number, count: number) => void): void => {
    const points = new Uint8Array(CHUNK * 32)
    for (let first = 0; first < bytes.length / 32; first += CHUNK) {
      const count = Math.min(CHUNK, bytes.length / 32 - first)
      keep(first, count)
      const edwards = points.subarray(0, count * 32)
      engine.map(count, edwards)
      toMontgomery(edwards, bytes.subarray(first * 32, (first + count) * 32))
    }
    points.fill(0)
    engine.wipe()
  }
  const mapToPoints = (uniform: Uint8Array, into: Uint8Array): void => {
    checkSizes(uniform, into)
    mapAll(into, (first, count) => engine.take(uniform.subarray(first * 32, (first + count) * 32)))
  }
  return {
    provider: engine.provider,
    hashToPoints(dst, items, into) {
      if (dst.length > PREFIX_LONGEST || into.length !== items.ends.length * 32) throw wrongSize()
      mapAll(into, (first, count) => engine.hash(dst, items, first, count))
    },
    mapToPoints,
    randomPoints(count, into) {
      const uniform = randomFillSync(new Uint8Array(count * 32))
      mapToPoints(uniform, into)
      uniform.fill(0)
    },
    multiply(key, points, into) {
      if (key.length !== 32) throw wrongSize()
      checkSizes(points, into)
      multiply(engine, key, points, into)
    },
  }
}

function multiply(engine: Engine, key: Uint8Array, points: Uint8Array, into: Uint8Array): void {
  let done = areCanonical(points)
  for (let at = 0; done && at < points.length; at += CHUNK * 32)
    done = engine.multiply(key, points.subarray(at, at + CHUNK * 32), into.subarray(at, at + CHUNK * 32))
  engine.wipe()
  if (done) return
  into.fill(0)
  throw new ComityError("invalid", "match.point")
}

/** Below p = 2^255 − 19: X25519 takes others too, and a point could then be sent in two ways. */
function areCanonical(points: Uint8Array): boolean {
  for (let at = 0; at < points.length; at += 32) {
    const last = points[at + 31] ?? 0
    if (last < 127) continue
    if (last > 127) return false
    let all = 255
    for (let i = 1; i < 31; i++) all &= points[at + i] ?? 0
    if (all === 255 && (points[at] ?? 0) >= 237) return false
  }
  return true
}

function checkSizes(points: Uint8Array, into: Uint8Array): void {
  if (points.length % 32 !== 0 || into.length !== points.length) throw wrongSize()
}

function wrongSize(): ComityError {
  return new ComityError("invalid", "match.size")
}

/** One known answer. Machine code that computes otherwise would find nothing in common, and nobody would see why. */
function knows(suite: Suite): boolean {
  const point = new Uint8Array(32)
  suite.mapToPoints(new Uint8Array(32).fill(1), point)
  suite.multiply(new Uint8Array(32).fill(2), point, point)
  return Buffer.from(point).toString("hex") === KNOWN
}

const KNOWN = "32126cca2b5804a6e7b020ad02b3929bdef1f70064afc57af1b3837a3003a14e"

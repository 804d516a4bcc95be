import { randomBytes } from "node:crypto"
import { openSuite, type Packed, type Provider, pack, type Suite } from "../../src/crypto/matching/index.ts"

/** The chunk in which the runs work. */
const CHUNK = 2_048

/** Seconds of CPU of one side: its own items hashed and masked, and as many points of the other side masked again. */
export type SideCost = { hashing: number; multiplying: number; all: number }

/** Without files and messages: what the suite itself needs. */
export async function sideCost(provider: Provider, count: number): Promise<SideCost> {
  const suite = await openSuite(provider)
  masked(suite, addresses(CHUNK), randomBytes(32))
  const theirs = masked(suite, addresses(count), randomBytes(32)).points
  const begun = process.cpuUsage()
  const own = masked(suite, addresses(count), randomBytes(32))
  const before = process.cpuUsage()
  const key = randomBytes(32)
  for (let at = 0; at < theirs.length; at += CHUNK * 32)
    suite.multiply(key, theirs.subarray(at, at + CHUNK * 32), theirs.subarray(at, at + CHUNK * 32))
  return { hashing: own.hashing, multiplying: own.multiplying + secondsSince(before), all: secondsSince(begun) }
}

function masked(suite: Suite, items: Packed, key: Uint8Array) {
  const points = new Uint8Array(items.ends.length * 32)
  const dst = Buffer.from("COMITY-PSI-v1-bench")
  let [hashing, multiplying] = [0, 0]
  for (let first = 0; first < items.ends.length; first += CHUNK) {
    const some = slice(items, first, Math.min(items.ends.length, first + CHUNK))
    const into = points.subarray(first * 32, first * 32 + some.ends.length * 32)
    const begun = process.cpuUsage()
    suite.hashToPoints(dst, some, into)
    hashing += secondsSince(begun)
    const hashed = process.cpuUsage()
    suite.multiply(key, into, into)
    multiplying += secondsSince(hashed)
  }
  return { points, hashing, multiplying }
}

function slice(items: Packed, first: number, end: number): Packed {
  const start = items.ends[first - 1] ?? 0
  return {
    bytes: items.bytes.subarray(start, items.ends[end - 1] ?? 0),
    ends: items.ends.slice(first, end).map((one) => one - start),
  }
}

export function addresses(count: number): Packed {
  return pack(Array.from({ length: count }, (_, i) => address(i)))
}

/** An item of the shortest type, so that hashing flatters nobody. */
export function address(number: number): Buffer {
  const item = Buffer.from([1, 1, 0, 4, 0, 0, 0, 0])
  item.writeUInt32BE(number, 4)
  return item
}

export function secondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1_000_000
}

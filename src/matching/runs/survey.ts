import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { sha256 } from "../../kernel/hash.ts"
import { Edge, leafHash } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { CANONICAL_MOST, HEADER_BYTES, readItem } from "../items/types.ts"
import { DensePrefixes } from "./limits.ts"

/** So many items at a time, so that others have their turn. */
const ITEMS_AT_ONCE = 1000
const READ_BYTES = 64 * 1024
const MARK_BYTES = 8

/**
 * A set as it is committed to: the root over its items, each hidden by a salt of this node for this partner, so that
 * the same set is seen to be the same and nobody can guess what is in it. `added` and `removed`: against the set that
 * the partner was committed to last; null for the first.
 */
export type Committed = { root: string; added: number | null; removed: number | null }

export type Survey = Committed & { items: number; dense: number }

const Kept = z.strictObject({
  root: z.string(),
  added: z.int().nullable(),
  removed: z.int().nullable(),
  items: z.int(),
  dense: z.int(),
})

/**
 * Looks through the items in the folder of a run before anything of them is masked, and leaves there what it found and
 * the marks of the set, from which `keepSet` makes those of the last one.
 */
export async function survey(
  folder: string,
  { salt, last }: { salt: Uint8Array; last: string },
  signal: AbortSignal,
): Promise<Survey> {
  const edge = new Edge()
  const dense = new DensePrefixes()
  const marks = new Marks()
  for await (const item of itemsIn(join(folder, "items"), signal)) {
    const hidden = sha256(salt, item)
    edge.append(leafHash(hidden))
    marks.add(hidden.readBigUInt64BE(0))
    const { form, canonical } = readItem(item)
    if (form === "ipv4") dense.add(canonical)
  }
  const sorted = marks.sorted()
  const before = await marksIn(last)
  await writeFile(join(folder, "set"), new Uint8Array(sorted.buffer), { mode: 0o600 })
  const root = edge.root().toString("hex")
  const differs = before === null ? { added: null, removed: null } : differenceOf(before, sorted)
  const found = { root, ...differs, items: marks.length, dense: dense.number }
  await writeFile(join(folder, "survey"), JSON.stringify(found), { mode: 0o600 })
  return found
}

/** What was found before. */
export async function readSurvey(folder: string): Promise<Survey> {
  return Kept.parse(JSON.parse(await readFile(join(folder, "survey"), "utf8")))
}

/** Eight bytes of each, as many as come. */
class Marks {
  #held = new BigUint64Array(1024)
  length = 0

  add(mark: bigint): void {
    if (this.length === this.#held.length) {
      const more = new BigUint64Array(2 * this.length)
      more.set(this.#held)
      this.#held = more
    }
    this.#held[this.length] = mark
    this.length += 1
  }

  sorted(): BigUint64Array<ArrayBuffer> {
    return this.#held.slice(0, this.length).sort()
  }
}

/** The salt by which sets are hidden from one partner: it follows from the node's secret, and is always the same. */
export function saltFor(secret: Uint8Array, party: PartyId): Buffer {
  return sha256("comity/match-set/v1\n", secret, party)
}

/** Where the marks of the set lie that was committed to a partner last. */
export function lastSetOf(folder: string, party: PartyId): string {
  return join(folder, "sets", party)
}

/** From now on this run's set is the last one. */
export async function keepSet(folder: string, last: string): Promise<void> {
  await mkdir(join(last, ".."), { recursive: true, mode: 0o700 })
  await writeFile(`${last}.new`, await readFile(join(folder, "set")), { mode: 0o600 })
  await rename(`${last}.new`, last)
}

async function marksIn(file: string): Promise<BigUint64Array | null> {
  try {
    const bytes = await readFile(file)
    const whole = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % MARK_BYTES)))
    return new BigUint64Array(whole.buffer)
  } catch {
    return null
  }
}

function differenceOf(before: BigUint64Array, now: BigUint64Array): { added: number; removed: number } {
  let [i, j, added, removed] = [0, 0, 0, 0]
  while (i < before.length || j < now.length) {
    const [old, fresh] = [before[i], now[j]]
    if (old === fresh) {
      i += 1
      j += 1
    } else if (fresh === undefined || (old !== undefined && old < fresh)) {
      i += 1
      removed += 1
    } else {
      j += 1
      added += 1
    }
  }
  return { added, removed }
}

/** The items of a file one by one; each names its own length. */
export async function* itemsIn(file: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  await using handle = await open(file, "r")
  const room = Buffer.alloc(READ_BYTES + HEADER_BYTES + CANONICAL_MOST)
  let [held, given] = [0, 0]
  for (;;) {
    const { bytesRead } = await handle.read(room, held, READ_BYTES)
    held += bytesRead
    let at = 0
    while (at + HEADER_BYTES <= held) {
      const end = at + HEADER_BYTES + room.readUInt16BE(at + 2)
      if (end > held) break
      yield Buffer.from(room.subarray(at, end))
      at = end
      given += 1
      if (given % ITEMS_AT_ONCE === 0) {
        signal.throwIfAborted()
        await breath()
      }
    }
    room.copyWithin(0, at, held)
    held -= at
    if (bytesRead === 0) return
  }
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

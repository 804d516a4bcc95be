import { open as openFile, readFile } from "node:fs/promises"
import { join } from "node:path"
import { ComityError } from "../../kernel/errors.ts"
import type { ItemType } from "../items/types.ts"
import { PackedItems } from "../lists/packed.ts"
import { readExactly } from "./files.ts"
import { COMMON_BYTES } from "./finding.ts"
import { type Folder, otherSide, POINT_BYTES, type Sections, seedCommitment, startOf, TAG_BYTES } from "./model.ts"
import type { Work } from "./pool.ts"
import { secretsOf } from "./secrets.ts"

/** By which the partner learns which items of one type are common, and nothing of the other types. */
export type Seed = { type: ItemType; seed: string; nonce: string }

/** A common item; `place` counts the items of the file `items` from its beginning. */
export type Common = {
  type: ItemType
  place: number
  item: Buffer
  /** By which both sides name it to each other: 16 bytes that are good for this run alone. */
  tag: Buffer
  /** Secret of those who have the item and took part in the run. */
  full: Buffer
}

const AT_A_TIME = 500

/** Our own seed of one type, for a partner who is to know which items of it are common. */
export async function seedOf(folder: Folder, type: ItemType): Promise<Seed> {
  const secrets = await secretsOf(folder)
  try {
    const { seed, nonce } = secrets.seed(type)
    return { type, seed: seed.toString("hex"), nonce: nonce.toString("hex") }
  } finally {
    secrets.wipe()
  }
}

/**
 * Finds out which items of a type are common, by the partner's seed, and how many these are. Throws `invalid match.seed` for a seed
 * that is not the one it committed to, `invalid match.dummy` if it found what is no item.
 */
export async function open(
  folder: Folder,
  given: { own: Sections; theirs: Sections; seed: Seed; commitment: string },
  { pool }: Work,
): Promise<number> {
  const { type } = given.seed
  const seed = Buffer.from(given.seed.seed, "hex")
  const nonce = Buffer.from(given.seed.nonce, "hex")
  const committed = seedCommitment(folder.run, otherSide(folder.side), type, seed, nonce)
  if (seed.length !== 32 || nonce.length !== 32 || committed !== given.commitment) {
    throw new ComityError("invalid", "match.seed")
  }
  const start = startOf(given.own, type)
  const { size } = given.own.find((section) => section.type === type) as { size: number }
  const here = itemsOf(folder, type)
  const places = { start, size, ...here, theirs: startOf(given.theirs, type) }
  return (await pool.run({ do: "find", path: folder.path, type, seed, ...places })) as number
}

function itemsOf(folder: Folder, type: ItemType): { used: number; place: number } {
  const packed = new PackedItems(folder.path)
  packed.close()
  const index = packed.sections.findIndex((section) => section.type === type)
  const before = packed.sections.slice(0, Math.max(0, index))
  return { used: packed.sections[index]?.count ?? 0, place: before.reduce((sum, { count }) => sum + count, 0) }
}

/** The common items of an opened type, by their place, some at a time. */
export async function* commonItems(folder: Folder, type: ItemType): AsyncGenerator<Common[]> {
  const rows = await readFile(join(folder.path, `common-${type}`))
  const packed = new PackedItems(folder.path)
  try {
    await using file = await openFile(join(folder.path, "full"), "r")
    for (let from = 0; from < rows.length; from += AT_A_TIME * COMMON_BYTES) {
      const some: Common[] = []
      for (let at = from; at < Math.min(rows.length, from + AT_A_TIME * COMMON_BYTES); at += COMMON_BYTES) {
        const place = rows.readUInt32LE(at)
        const full = await readExactly(file, rows.readUInt32LE(at + 4) * POINT_BYTES, POINT_BYTES)
        some.push({ type, place, item: packed.item(place), tag: full.subarray(0, TAG_BYTES), full })
      }
      yield some
    }
  } finally {
    packed.close()
  }
}

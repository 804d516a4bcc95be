import { existsSync } from "node:fs"
import { open, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { ComityError } from "../../kernel/errors.ts"
import { ITEM_TYPES, type ItemType } from "../items/types.ts"
import { PackedItems } from "../lists/packed.ts"
import { openGrowing, readExactly, writeWhole } from "./files.ts"
import type { Job } from "./jobs.ts"
import { withKeys } from "./mixing.ts"
import {
  type Chunk,
  checkSections,
  chunksOf,
  type Folder,
  POINT_BYTES,
  paddedSize,
  type Section,
  seedCommitment,
} from "./model.ts"
import { inOrder, type Work } from "./pool.ts"
import { rootOf } from "./root.ts"
import { makeSecrets, type Secrets } from "./secrets.ts"

/** What one says of one's own list before one sees the other. `used` stays here. */
export type Prepared = {
  root: string
  sections: (Section & { used: number; commitment: string })[]
}

/** A section of the own list: its items first, then what hides how many they are. `place`: of its first item in `items`. */
type Filled = Section & { used: number; place: number }

/**
 * Hides the list that stands in the file `items`, in an order nobody knows, and with as many points that are no item as
 * it takes to reach the padded size (or a larger one in `sizes`). What was begun before goes on and gives the same.
 */
export async function prepare(
  folder: Folder,
  wish: { types: readonly ItemType[]; sizes?: Partial<Record<ItemType, number>> },
  work: Work,
): Promise<Prepared> {
  const kept = await prepared(folder)
  if (kept !== null) return kept
  const packed = new PackedItems(folder.path)
  const secrets = await makeSecrets(folder)
  try {
    const filled = fill(packed, wish)
    checkSections(filled)
    await hideAll(folder, packed, filled, secrets, work)
    await work.pool.run({ do: "mix", path: folder.path, sections: withKeys(filled, secrets.order) })
    const root = await rootOf(folder, "own", filled, work)
    const sections = filled.map(({ type, size, used }) => {
      const { seed, nonce } = secrets.seed(type)
      return { type, size, used, commitment: seedCommitment(folder.run, folder.side, type, seed, nonce) }
    })
    await writeWhole(doneFile(folder), Buffer.from(JSON.stringify({ root, sections } satisfies Prepared)))
    await rm(join(folder.path, "hidden"))
    return { root, sections }
  } finally {
    packed.close()
    secrets.wipe()
  }
}

/** What `prepare` gave; null while it is not done. */
export async function prepared(folder: Folder): Promise<Prepared | null> {
  if (!existsSync(doneFile(folder))) return null
  return JSON.parse(await readFile(doneFile(folder), "utf8")) as Prepared
}

function doneFile({ path }: Folder): string {
  return join(path, "prepared.json")
}

function fill(
  packed: PackedItems,
  { types, sizes = {} }: { types: readonly ItemType[]; sizes?: Partial<Record<ItemType, number>> },
): Filled[] {
  let place = 0
  const places = new Map(
    packed.sections.map(({ type, count }) => {
      place += count
      return [type, { used: count, place: place - count }] as const
    }),
  )
  if (packed.sections.some(({ type }) => !types.includes(type))) throw new ComityError("invalid", "match.sections")
  return ITEM_TYPES.filter((type) => types.includes(type)).map((type) => {
    const { used, place } = places.get(type) ?? { used: 0, place: 0 }
    return { type, size: Math.max(paddedSize(used), sizes[type] ?? 0), used, place }
  })
}

/** Chunk after chunk into `hidden`, in the order of `items`; what a stop left there is not done again. */
async function hideAll(
  folder: Folder,
  packed: PackedItems,
  sections: readonly Filled[],
  secrets: Secrets,
  work: Work,
): Promise<void> {
  await using hidden = await openGrowing(join(folder.path, "hidden"))
  await using items = await open(join(folder.path, "items"), "r")
  const { size } = await hidden.stat()
  const left = chunksOf(sections).filter(({ at, count }) => (at + count) * POINT_BYTES > size)
  await hidden.truncate((left[0]?.at ?? size / POINT_BYTES) * POINT_BYTES)
  const job = async ({ type, first, count }: Chunk): Promise<Job> => {
    const { used, place } = sections.find((section) => section.type === type) as Filled
    const real = Math.max(0, Math.min(count, used - first))
    const start = real === 0 ? 0 : packed.startOf(place + first)
    const bytes =
      real === 0 ? Buffer.alloc(0) : await readExactly(items, start, packed.endOf(place + first + real - 1) - start)
    const uniform = secrets.uniform(type, first + real, count - real)
    return { do: "hide", run: folder.run, key: secrets.key, items: bytes, uniform }
  }
  const keep = async (points: Uint8Array) => void (await hidden.write(points))
  await inOrder(work, left, { size: ({ count }) => count, job, keep }, left[0]?.at ?? 0)
  await hidden.datasync()
}

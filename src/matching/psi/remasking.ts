import { existsSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { openGrowing, readExactly } from "./files.ts"
import type { Job } from "./jobs.ts"
import { withKeys } from "./mixing.ts"
import { type Chunk, chunksOf, type Folder, POINT_BYTES, type Sections } from "./model.ts"
import { inOrder, type Work } from "./pool.ts"
import { rootOf } from "./root.ts"
import { secretsOf } from "./secrets.ts"

/**
 * Hides the partner's list by the own key too, and cuts and mixes what goes back. `sections` are the partner's. Throws
 * `invalid match.point` for what is no point of an honest list, `invalid match.duplicate` for one that comes twice.
 */
export async function remask(folder: Folder, sections: Sections, work: Work): Promise<{ root: string }> {
  if (!existsSync(join(folder.path, "tags-out"))) {
    const secrets = await secretsOf(folder)
    try {
      await hideAgain(folder, sections, secrets.key, work)
      const keyed = withKeys(sections, (type) => secrets.seed(type).seed)
      await work.pool.run({ do: "cut", path: folder.path, sections: keyed })
    } finally {
      secrets.wipe()
    }
  }
  return { root: await rootOf(folder, "tags-out", sections, work) }
}

async function hideAgain(folder: Folder, sections: Sections, key: Uint8Array, work: Work): Promise<void> {
  await using full = await openGrowing(join(folder.path, "full"))
  await using theirs = await open(join(folder.path, "theirs"), "r")
  const { size } = await full.stat()
  const left = chunksOf(sections).filter(({ at, count }) => (at + count) * POINT_BYTES > size)
  await full.truncate((left[0]?.at ?? size / POINT_BYTES) * POINT_BYTES)
  const job = async ({ at, count }: Chunk): Promise<Job> => {
    return { do: "multiply", key, points: await readExactly(theirs, at * POINT_BYTES, count * POINT_BYTES) }
  }
  const keep = async (points: Uint8Array) => void (await full.write(points))
  await inOrder(work, left, { size: ({ count }) => count, job, keep }, left[0]?.at ?? 0)
  await full.datasync()
}

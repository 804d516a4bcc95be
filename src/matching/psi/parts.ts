import { existsSync } from "node:fs"
import { open, stat } from "node:fs/promises"
import { join } from "node:path"
import { ComityError } from "../../kernel/errors.ts"
import { readExactly } from "./files.ts"
import {
  checkSections,
  elementBytes,
  elementsOf,
  type Folder,
  PART_BYTES,
  type Sections,
  type Stream,
} from "./model.ts"
import type { Work } from "./pool.ts"
import { rootOf } from "./root.ts"

/** How far a stream has come: the part that comes next, and how many there are. */
export type Received = { next: number; total: number }

/** How many parts a stream has: its size is a function of the padded sizes alone. */
export function partsOf(stream: Stream, sections: Sections): number {
  return Math.ceil(bytesOf(stream, sections) / PART_BYTES)
}

function bytesOf(stream: Stream, sections: Sections): number {
  return elementsOf(sections) * elementBytes(stream)
}

/** One part of what the partner gets. Throws `unavailable match.too-early` while it is not made, `invalid match.part` for none. */
export async function readPart(folder: Folder, stream: "own" | "tags-out", seq: number): Promise<Buffer> {
  const path = join(folder.path, stream)
  if (!existsSync(path)) throw new ComityError("unavailable", "match.too-early")
  await using file = await open(path, "r")
  const left = (await file.stat()).size - seq * PART_BYTES
  if (seq < 0 || left <= 0) throw new ComityError("invalid", "match.part")
  return readExactly(file, seq * PART_BYTES, Math.min(PART_BYTES, left))
}

export async function received(folder: Folder, stream: "theirs" | "tags-in", sections: Sections): Promise<Received> {
  const size = await stat(join(folder.path, stream)).then(
    (file) => file.size,
    () => 0,
  )
  const total = partsOf(stream, sections)
  return { next: size >= bytesOf(stream, sections) ? total : Math.floor(size / PART_BYTES), total }
}

/** Keeps the next part. A part that came before may come again, if it is the same; anything else ends the run. */
export async function receive(
  folder: Folder,
  stream: "theirs" | "tags-in",
  sections: Sections,
  { seq, bytes }: { seq: number; bytes: Uint8Array },
): Promise<Received> {
  checkSections(sections)
  const { next, total } = await received(folder, stream, sections)
  const at = seq * PART_BYTES
  if (seq > next || seq >= total || bytes.length !== Math.min(PART_BYTES, bytesOf(stream, sections) - at)) {
    throw new ComityError("invalid", "match.part")
  }
  await using file = await open(join(folder.path, stream), "a+", 0o600)
  if (seq < next) {
    if (!(await readExactly(file, at, bytes.length)).equals(bytes)) throw new ComityError("invalid", "match.part")
    return { next, total }
  }
  await file.truncate(at) // what a stop left of this part
  await file.write(bytes)
  await file.datasync()
  return { next: next + 1, total }
}

/** Throws `invalid match.root` unless all that came is what its sender committed to. */
export async function finishReceiving(
  folder: Folder,
  stream: "theirs" | "tags-in",
  sections: Sections,
  root: string,
  work: Work,
): Promise<void> {
  const { next, total } = await received(folder, stream, sections)
  if (next !== total) throw new ComityError("invalid", "match.part")
  if ((await rootOf(folder, stream, sections, work)) !== root) throw new ComityError("invalid", "match.root")
}

import { open } from "node:fs/promises"
import { join } from "node:path"
import { Edge, leafHash } from "../../ledger/index.ts"
import { readExactly } from "./files.ts"
import { chunksOf, elementBytes, type Folder, type Sections, type Stream } from "./model.ts"
import type { Work } from "./pool.ts"

/** To what a stream comes: the root (RFC 6962) of a tree whose leaves are its chunks; hexadecimal. */
export async function rootOf(folder: Folder, stream: Stream, sections: Sections, { signal }: Work): Promise<string> {
  await using file = await open(join(folder.path, stream), "r")
  const tree = new Edge()
  const bytes = elementBytes(stream)
  for (const { at, count } of chunksOf(sections)) {
    signal?.throwIfAborted()
    tree.append(leafHash(await readExactly(file, at * bytes, count * bytes)))
  }
  return tree.root().toString("hex")
}

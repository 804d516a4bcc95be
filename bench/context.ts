import { join } from "node:path"
import type { Bare } from "./baselines/bare-server.ts"
import { addInbox, type Inbox, type RunningNode, startNode } from "./comity.ts"
import { REAL_COUNT, type Source } from "./data.ts"
import type { Load } from "./load/client.ts"
import type { Options } from "./options.ts"
import type { Figure } from "./table.ts"
import { type Entry, entriesOf } from "./taxii.ts"
import { removeFolder, temporaryFolder } from "./workspace.ts"

/** A node that holds 31,300 objects (5,000 in a quick run) in one inbox. */
export type Library = { node: RunningNode; inbox: Inbox; entries: readonly Entry[] }

/** What every measurement gets. */
export type Bench = {
  options: Options
  source: Source
  load: Load
  bare: Bare
  report(figure: Figure): void
  /** Loaded at the first call and shared by all that only read it. */
  library(): Promise<Library>
}

export function librarySize(options: Options): number {
  return options.quick ? 5000 : REAL_COUNT
}

/** Objects go in over TAXII, as a feed would bring them. */
export async function loadLibrary(bench: Pick<Bench, "options" | "source" | "load">): Promise<Library> {
  const node = await startNode(join(temporaryFolder(), "d"), bench.options.profile)
  const inbox = await addInbox(node, "library")
  const count = librarySize(bench.options)
  const { source } = bench
  const where = { target: inbox.target, path: inbox.objects }
  await bench.load.run({ kind: "post", ...where, source, first: 0, count, envelope: 1000, clients: 4 })
  const entries = await entriesOf(inbox)
  if (entries.length < count * 0.99) throw new Error(`${count} objects went in, ${entries.length} are there`)
  return { node, inbox, entries }
}

/** A node with an empty inbox for one measurement; gone afterwards, whatever happens. */
export async function withFreshNode<Result>(bench: Bench, work: (node: RunningNode, inbox: Inbox) => Promise<Result>) {
  const folder = temporaryFolder()
  const node = await startNode(join(folder, "d"), bench.options.profile)
  try {
    return await work(node, await addInbox(node, "bench"))
  } finally {
    await node.stop()
    removeFolder(folder)
  }
}

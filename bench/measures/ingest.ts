import { join } from "node:path"
import { rawSqlite } from "../baselines/raw-sqlite.ts"
import { alternate } from "../compare.ts"
import { type Bench, withFreshNode } from "../context.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"

const ROUNDS = 3

/** Objects per second over TAXII; each round brings objects that the node has not seen. */
export async function measureIngest(bench: Bench): Promise<void> {
  for (const envelope of [100, 1000]) {
    for (const clients of [1, 4, 8]) await ingest(bench, envelope, clients)
  }
}

async function ingest(bench: Bench, envelope: number, clients: number): Promise<void> {
  const count = bench.options.quick ? 2000 : 10_000
  const folder = temporaryFolder()
  const raw = await rawSqlite(join(folder, "raw.db"))
  const rates = await withFreshNode(bench, (_node, inbox) => {
    let [ofNode, ofRaw] = [0, 0]
    const where = { target: inbox.target, path: inbox.objects, source: bench.source }
    const node = async () => {
      const outcome = await bench.load.run({ kind: "post", ...where, first: ofNode, count, envelope, clients })
      ofNode += count
      return count / outcome.seconds
    }
    const sqlite = async () => {
      const seconds = await raw.insert(bench.source, ofRaw, count, envelope)
      ofRaw += count
      return count / seconds
    }
    return alternate(ROUNDS, node, sqlite)
  })
  await raw.stop()
  removeFolder(folder)
  bench.report({
    group: "ingest",
    name: `TAXII ingest, envelopes of ${envelope}, ${clients} ${clients === 1 ? "client" : "clients"}`,
    value: rates.one,
    unit: "objects/s",
    baseline: { name: `raw SQLite, ${envelope} rows a transaction`, value: rates.other },
    ...(envelope === 100 ? { goal: { of: "figure", atLeast: 5000 } as const } : {}),
  })
}

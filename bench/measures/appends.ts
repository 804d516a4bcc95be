import { join } from "node:path"
import { rawSqlite } from "../baselines/raw-sqlite.ts"
import { alternate, roundsFor } from "../compare.ts"
import { type Bench, withFreshNode } from "../context.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"

const SOURCE = { real: false, seed: 50 } as const
/** Beyond the markings and authors that all generated sets share. */
const START = 100

/** Durable, logged and signed appends: one object a POST. */
export async function measureAppends(bench: Bench): Promise<void> {
  await appends(bench, 1, 500)
  await appends(bench, 64, 3000)
}

async function appends(bench: Bench, clients: number, perRound: number): Promise<void> {
  const count = bench.options.quick ? Math.ceil(perRound / 4) : perRound
  const folder = temporaryFolder()
  const raw = await rawSqlite(join(folder, "raw.db"))
  const rates = await withFreshNode(bench, (_node, inbox) => {
    let [ofNode, ofRaw] = [START, START]
    const where = { target: inbox.target, path: inbox.objects, source: SOURCE }
    const node = async () => {
      const outcome = await bench.load.run({ kind: "post", ...where, first: ofNode, count, envelope: 1, clients })
      ofNode += count
      return count / outcome.seconds
    }
    const sqlite = async () => {
      const seconds = await raw.insert(SOURCE, ofRaw, count, 1)
      ofRaw += count
      return count / seconds
    }
    return alternate(roundsFor(bench), node, sqlite)
  })
  await raw.stop()
  removeFolder(folder)
  bench.report({
    group: "appends",
    name: `log appends, one object a POST, ${clients} ${clients === 1 ? "client" : "clients"}`,
    value: rates.one,
    unit: "appends/s",
    baseline: { name: "raw SQLite, 1 row a transaction", value: rates.other },
  })
}

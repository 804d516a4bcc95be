import { join } from "node:path"
import { type RawSqlite, rawSqlite } from "../baselines/raw-sqlite.ts"
import { comity, timedComity } from "../comity.ts"
import { alternate } from "../compare.ts"
import type { Bench } from "../context.ts"
import { writeBundle } from "../generate.ts"
import type { Figure } from "../table.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"

const group = "transfer"
const ROUNDS = 3
const SEED = 60

type Place = { folder: string; file: string; count: number }

/** Commands on a data folder that no node serves; each time includes starting and ending the process. */
export async function measureTransfer(bench: Bench): Promise<void> {
  const folder = temporaryFolder()
  const count = bench.options.quick ? 5000 : 30_000
  const place = { folder, file: join(folder, "bundle.json"), count }
  await writeBundle(place.file, count, SEED)
  const { rates, data, id, raw } = await imports(place)
  const where = ["--data", data, "--collection", id]
  bench.report(figure("comity import", "objects/s", rates, "raw SQLite, 1000 rows a transaction"))
  const scans = (hash: boolean) => async () => count / (await raw.scan(hash))
  const exported = await alternate(ROUNDS, async () => count / (await timedComity(["export", ...where])), scans(false))
  bench.report(figure("comity export", "objects/s", exported, "raw SQLite, read and write each row"))
  const verify = async () => count / (await timedComity(["log", "verify", ...where]))
  bench.report(
    figure(
      "comity log verify",
      "entries/s",
      await alternate(ROUNDS, verify, scans(true)),
      "raw SQLite, SHA-256 of each row",
    ),
  )
  await raw.stop()
  removeFolder(folder)
}

function figure(name: string, unit: string, rates: { one: number; other: number }, baseline: string): Figure {
  return { group, name, value: rates.one, unit, baseline: { name: baseline, value: rates.other } }
}

/** Each round into a data folder of its own; the last one stays for export and verification. */
async function imports({ folder, file, count }: Place) {
  let round = 0
  let id = ""
  let raw: RawSqlite | null = null
  const dataOf = (number: number) => join(folder, `d${number}`)
  const node = async () => {
    round += 1
    id = await comity(["collection", "add", "transfer", "--data", dataOf(round)])
    return count / (await timedComity(["import", file, "--data", dataOf(round), "--collection", id]))
  }
  const sqlite = async () => {
    await raw?.stop()
    raw = await rawSqlite(join(folder, `raw${round}-${performance.now()}.db`))
    return count / (await raw.insert({ real: false, seed: SEED }, 0, count, 1000))
  }
  const rates = await alternate(ROUNDS, node, sqlite)
  return { rates, data: dataOf(round), id, raw: raw ?? (await rawSqlite(join(folder, "empty.db"))) }
}

import { parseArgs } from "node:util"

export type Options = {
  /** Fewer and shorter rounds: shows that everything works, not how fast. */
  quick: boolean
  /** Names of measurements; empty means all. */
  only: readonly string[]
  /** Objects in the node of the growing inbox at which rate, memory and start are looked at, ascending. */
  sizes: readonly number[]
  /** A folder for CPU profiles of the node, or null. Profiled figures are lower. */
  profile: string | null
  help: boolean
}

export const USAGE = `usage: npm run bench -- [NAME…] [--quick] [--only NAME[,NAME]] [--sizes N[,N]] [--profile FOLDER]

  --quick           fewer and shorter rounds
  NAME, --only      some of: memory, reads, filters, search, pages, paths, decisions, trial, match, during-import, start,
                    ingest, appends, transfer, sync, growth
  --sizes LIST      sizes for growth, for example 100000,1000000 (default 100000)
  --profile FOLDER  write CPU profiles of the node there and name the busiest functions
`

/** Throws a TypeError for options that do not exist. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      sizes: { type: "string" },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  })
  return {
    quick: values.quick,
    only: [...positionals, ...list(values.only)],
    sizes: sizesIn(values.sizes ?? (values.quick ? "20000" : "100000")),
    profile: values.profile ?? null,
    help: values.help,
  }
}

function list(text: string): string[] {
  return text.split(",").filter((name) => name !== "")
}

function sizesIn(text: string): number[] {
  const sizes = list(text).map(Number)
  if (sizes.length === 0 || sizes.some((size) => !Number.isSafeInteger(size) || size < 10_000)) {
    throw new TypeError("--sizes: whole numbers from 10000")
  }
  return sizes.toSorted((a, b) => a - b)
}

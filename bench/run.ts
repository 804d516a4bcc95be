import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg, release, totalmem } from "node:os"
import { bareServer } from "./baselines/bare-server.ts"
import { type Bench, type Library, loadLibrary } from "./context.ts"
import { bestSource, describeSource } from "./data.ts"
import { loadClient } from "./load/client.ts"
import { measureAppends } from "./measures/appends.ts"
import { measureDecisions } from "./measures/decisions.ts"
import { measureDuringImport } from "./measures/during-import.ts"
import { measureFilters } from "./measures/filters.ts"
import { measureGrowth } from "./measures/growth.ts"
import { measureIngest } from "./measures/ingest.ts"
import { measureMatch } from "./measures/match.ts"
import { measureMemory } from "./measures/memory.ts"
import { measurePages } from "./measures/pages.ts"
import { measurePaths } from "./measures/paths.ts"
import { measureReads } from "./measures/reads.ts"
import { measureSearch } from "./measures/search.ts"
import { measureStart } from "./measures/start.ts"
import { measureSync } from "./measures/sync.ts"
import { measureTransfer } from "./measures/transfer.ts"
import { measureTrial } from "./measures/trial.ts"
import { readable } from "./numbers.ts"
import { type Options, parseOptions, USAGE } from "./options.ts"
import { hottest } from "./profile.ts"
import { type Figure, markdown } from "./table.ts"

type Measure = (bench: Bench) => Promise<void>

/** In this order: `start` stops the library that those before it share. */
const MEASURES: Record<string, Measure> = {
  memory: measureMemory,
  reads: measureReads,
  filters: measureFilters,
  search: measureSearch,
  pages: measurePages,
  paths: measurePaths,
  decisions: measureDecisions,
  trial: measureTrial,
  match: measureMatch,
  "during-import": measureDuringImport,
  start: measureStart,
  ingest: measureIngest,
  appends: measureAppends,
  transfer: measureTransfer,
  sync: measureSync,
  growth: measureGrowth,
}

/** Processes that wanted a core in the minute before: much above 0 means that others share the machine. */
const loadAtStart = loadavg()[0] ?? 0
const RESULTS = new URL("./results/", import.meta.url)

async function run(options: Options): Promise<number> {
  const measures = chosen(options)
  const figures: Figure[] = []
  const load = loadClient()
  const shared = { options, source: bestSource(), load }
  let library: Promise<Library> | null = null
  const bench: Bench = {
    ...shared,
    bare: await bareServer(),
    report: (figure) => {
      figures.push(figure)
      say(`  ${figure.name}: ${readable(figure.value)} ${figure.unit}`)
    },
    library: () => {
      library ??= loadLibrary(shared)
      return library
    },
  }
  let failures = 0
  for (const [name, measure] of measures) failures += await attempt(name, () => measure(bench))
  if (library !== null) failures += await attempt("stop", async () => (await bench.library()).node.stop())
  await Promise.all([load.stop(), bench.bare.stop()])
  publish(figures, options)
  if (options.profile !== null) process.stdout.write(`\n${hottest(options.profile, 25)}\n`)
  return failures === 0 ? 0 : 1
}

function chosen({ only }: Options): [string, Measure][] {
  const unknown = only.find((name) => !(name in MEASURES))
  if (unknown !== undefined) throw new TypeError(`there is no measurement ${unknown}`)
  return Object.entries(MEASURES).filter(([name]) => only.length === 0 || only.includes(name))
}

/** 1 if it failed; the others still run. */
async function attempt(name: string, work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  say(name)
  try {
    await work()
    say(`  (${((performance.now() - start) / 1000).toFixed(0)} s)`)
    return 0
  } catch (error) {
    say(`  FAILED: ${error instanceof Error ? error.stack : String(error)}`)
    return 1
  }
}

function publish(figures: Figure[], options: Options): void {
  const about = [
    `${new Date().toISOString().slice(0, 16)}Z`,
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `Linux ${release()}`,
    `Node ${process.version}`,
    `load ${readable(loadAtStart)} at the start, ${readable(loadavg()[0] ?? 0)} at the end`,
    describeSource(bestSource()),
    ...(options.quick ? ["quick run: shows that it works, not how fast"] : []),
  ].join("; ")
  const text = `${about}\n\n${markdown(figures)}\n`
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(new URL("latest.md", RESULTS), text)
  writeFileSync(new URL("latest.json", RESULTS), `${JSON.stringify({ about, figures }, null, 2)}\n`)
  process.stdout.write(`\n${text}`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) process.stdout.write(USAGE)
  // Not exitCode: a server that a failed measurement left behind would keep this process waiting for it.
  else process.exit(await run(options))
} catch (error) {
  if (!(error instanceof TypeError)) throw error
  process.stderr.write(`${error.message}\n${USAGE}`)
  process.exitCode = 2
}

import { join } from "node:path"
import { silent } from "../../src/kernel/diagnostics.ts"
import { Search, type SearchQuery } from "../../src/library/index.ts"
import { folderAt } from "../../src/store/index.ts"
import { type Bench, librarySize } from "../context.ts"
import { percentile, readable } from "../numbers.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"

const group = "search"
const NONE: SearchQuery = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  ...{ revoked: "any", sort: "newest", after: null, limit: 50 },
}

/** One letter, words that stand everywhere, phrases, Chinese, filters alone and beside words, all ways of sorting. */
const QUESTIONS: readonly Partial<SearchQuery>[] = [
  {},
  ...["a", "e", "th", "the", "comp", "adversary credential", '"of the"', '"network adversary may"'].map((text) => ({
    text,
  })),
  ...["惡意", "惡意程式", "意", "198.51.100[.]7", "T1059", "nothingofthekind"].map((text) => ({ text })),
  { types: ["relationship"] },
  { types: ["attack-pattern"], markings: ["none"] },
  { types: ["tool"], text: "network" },
  { revoked: "yes", text: "the" },
  { sort: "name" },
  { sort: "name", text: "the" },
  { sort: "modified", types: ["relationship"] },
  { sort: "oldest", text: "the" },
]

const ROUNDS = 7

/** An index of its own beside the library of the other measurements: how fast it is made, and how fast it answers. */
export async function measureSearch(bench: Bench): Promise<void> {
  const { node } = await bench.library()
  const folder = temporaryFolder()
  const { database } = folderAt(node.data)
  const search = new Search({ database, index: join(folder, "index.sqlite"), commits: () => 0, diagnostics: silent })
  const start = performance.now()
  await search.settled()
  const seconds = (performance.now() - start) / 1000
  const size = librarySize(bench.options)
  bench.report({ group, name: "index made from nothing", value: size / seconds, unit: "objects/s" })
  await reportAnswers(bench, search, size)
  await search.close()
  removeFolder(folder)
}

async function reportAnswers(bench: Bench, search: Search, size: number): Promise<void> {
  const medians: { times: number; what: string }[] = []
  for (const question of QUESTIONS) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      await search.find({ ...NONE, ...question })
      times.push(performance.now() - start)
    }
    medians.push({ times: percentile(times, 0.5), what: JSON.stringify(question) })
  }
  const slowest = medians.reduce((worst, one) => (one.times > worst.times ? one : worst))
  const goal = { of: "figure", atMost: size > 31_300 ? 300 : 100 } as const
  const note = `${slowest.what}; the median question takes ${readable(
    percentile(
      medians.map(({ times }) => times),
      0.5,
    ),
  )} ms`
  const name = `slowest of ${QUESTIONS.length} questions, ${size.toLocaleString("en-US")} objects`
  bench.report({ group, name, value: slowest.times, unit: "ms", goal, note })
}

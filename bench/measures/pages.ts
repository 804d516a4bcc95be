import type { Bench } from "../context.ts"
import { percentile, readable } from "../numbers.ts"
import { type Person, signIn } from "../person.ts"

const group = "pages"
const ROUNDS = 25
const MOST_MS = 50
const MOST_BYTES = 60_000

/** Pages that people open all day, and the largest ones; graph and map may weigh more, and do not. */
export async function measurePages(bench: Bench): Promise<void> {
  const { node, inbox, entries } = await bench.library()
  const person = await signIn(node)
  await settled(person)
  const object = entries.find(({ id }) => id.startsWith("malware--") || id.startsWith("tool--")) ?? entries[0]
  const paths: Record<string, string> = {
    overview: "/",
    library: "/share/library",
    "library, a common word": "/share/library?q=the",
    "library, filtered and sorted by name": "/share/library?type=attack-pattern&sort=name",
    object: `/share/objects/${object?.id}`,
    "graph's data": `/share/objects/${object?.id}/graph.json`,
    collections: "/share/collections",
    "a collection's log": `/share/collections/${inbox.id}`,
    import: "/share/import",
    people: "/people",
    ledger: "/node/ledger",
  }
  for (const [name, path] of Object.entries(paths)) await measurePage(bench, person, name, path)
  await reportSearches(bench, person, entries.length, 100)
}

async function measurePage(bench: Bench, person: Person, name: string, path: string): Promise<void> {
  const times: number[] = []
  let bytes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const shown = await person.open(path)
    if (shown.status !== 200) throw new Error(`${path} answered ${shown.status}`)
    times.push(shown.milliseconds)
    bytes = shown.bytes
  }
  const goal = { of: "figure", atMost: MOST_MS } as const
  const note = `p95 ${readable(percentile(times, 0.95))} ms, ${bytes} bytes packed`
  bench.report({ group, name, value: percentile(times, 0.5), unit: "ms", note, goal })
  if (bytes > MOST_BYTES && name !== "graph's data") throw new Error(`${path} weighs ${bytes} bytes`)
}

const LOOK_MS = 250

/** The index reads on in a thread of its own; what is measured is a node that has caught up. Seconds it took. */
export async function settled(person: Person): Promise<number> {
  const start = performance.now()
  for (;;) {
    const { text } = await person.open("/")
    if (!text.includes(BEHIND)) return (performance.now() - start) / 1000
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** As the start page says it in English. */
const BEHIND = "entries behind"

const QUESTIONS = [
  ...[
    "",
    "q=a",
    "q=the",
    "q=network",
    "q=adversary+credential",
    "q=%22of+the%22",
    "q=%E6%83%A1%E6%84%8F",
    "q=198.51.100[.]7",
  ],
  ...[
    "type=indicator",
    "type=malware&marking=none",
    "q=the&sort=name",
    "sort=modified",
    "type=relationship&sort=oldest",
  ],
]

/** What the search page takes from the request to the last byte, over many kinds of questions. */
export async function reportSearches(bench: Bench, person: Person, size: number, atMost: number): Promise<void> {
  const medians: { value: number; question: string }[] = []
  for (const question of QUESTIONS) {
    const times: number[] = []
    for (let round = 0; round < 7; round++) times.push((await person.open(`/share/library?${question}`)).milliseconds)
    medians.push({ value: percentile(times, 0.5), question })
  }
  const slowest = medians.toSorted((a, b) => b.value - a.value)[0] ?? { value: Number.NaN, question: "" }
  const name = `search page at ${size.toLocaleString("en-US")} objects, slowest of ${QUESTIONS.length} questions`
  const note = `${slowest.question}; median question ${readable(
    percentile(
      medians.map(({ value }) => value),
      0.5,
    ),
  )} ms`
  bench.report({ group, name, value: slowest.value, unit: "ms", note, goal: { of: "figure", atMost } })
}

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

/** The index reads on in a thread of its own; what is measured is a node that has caught up. */
async function settled(person: Person): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { text } = await person.open("/")
    if (!/state conditional[^>]*>(?:(?!<\/dd>).)*behind/s.test(text)) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error("the index does not catch up")
}

import { basicTarget } from "../comity.ts"
import { alternate, compareReading, roundsFor } from "../compare.ts"
import type { Bench, Library } from "../context.ts"
import { evenly, range } from "../numbers.ts"
import { cursorsOf } from "../taxii.ts"
import { reportMemory } from "./memory.ts"

const group = "reads"

/** Pages as a consumer reads them. */
export async function measureReads(bench: Bench): Promise<void> {
  const library = await bench.library()
  await coldPages(bench, library)
  await repeatedPages(bench, library)
  await emptyPoll(bench, library)
  await everything(bench, library)
  await reportMemory(bench, group, library.node.pid, "after these reads")
}

/**
 * Pages of 100 that begin at every second object. No page is asked for twice within 15,000 requests, so none is in the
 * node's cache, and the node does not learn to keep them either.
 */
async function coldPages(bench: Bench, { node, inbox }: Library): Promise<void> {
  const cursors = (await cursorsOf(inbox, 2)).slice(0, -50)
  const paths = cursors.map((cursor) => `${inbox.objects}?limit=100&next=${encodeURIComponent(cursor)}`)
  const reading = { group, target: inbox.target, pid: node.pid, paths }
  bench.report(
    await compareReading(bench, { ...reading, name: "cold pages of 100, 1 client", clients: 1, perRound: 600 }),
  )
  const goal = { of: "ratio", atLeast: 0.3 } as const
  const name = "cold pages of 100, 8 clients"
  bench.report(await compareReading(bench, { ...reading, name, clients: 8, perRound: 3000, goal }))
}

async function repeatedPages(bench: Bench, { node, inbox }: Library): Promise<void> {
  const paths = [`${inbox.objects}?limit=100`]
  const reading = { group, target: inbox.target, pid: node.pid, paths, perRound: 3000 }
  const goal = { of: "ratio", atLeast: 0.8 } as const
  bench.report(await compareReading(bench, { ...reading, name: "repeated page of 100, 1 client", clients: 1 }))
  bench.report(await compareReading(bench, { ...reading, name: "repeated page of 100, 8 clients", clients: 8, goal }))
  const basic = { ...reading, target: await basicTarget(node, inbox) }
  const name = "repeated page of 100, 8 clients, Basic credentials"
  bench.report(await compareReading(bench, { ...basic, name, clients: 8 }))
}

async function emptyPoll(bench: Bench, { node, inbox, entries }: Library): Promise<void> {
  const newest = entries.at(-1)?.date_added ?? ""
  const paths = [`${inbox.objects}?added_after=${newest}`]
  const reading = { group, target: inbox.target, pid: node.pid, paths }
  const goal = { of: "ratio", atLeast: 0.5 } as const
  for (const clients of [1, 8]) {
    const name = `poll with nothing new, ${clients} ${clients === 1 ? "client" : "clients"}`
    bench.report(await compareReading(bench, { ...reading, name, clients, perRound: 6000, goal }))
  }
}

/** Each round starts one object later, so that no page was ever made before. */
async function everything(bench: Bench, { inbox, entries }: Library): Promise<void> {
  const { target } = inbox
  const cursors = await cursorsOf(inbox, 1000)
  const paths = cursors.map((cursor) => `${inbox.objects}?limit=1000&next=${encodeURIComponent(cursor)}`)
  const barePath = await bench.bare.capture("everything", target, [`${inbox.objects}?limit=1000`, ...paths])
  const pages = paths.length + 1
  let skipped = 0
  const node = async () => {
    const path = `${inbox.objects}?limit=1000&added_after=${entries[skipped]?.date_added}`
    skipped += 1
    const outcome = await bench.load.run({ kind: "walk", target, path })
    const expected = Math.ceil((entries.length - skipped) / 1000)
    if (outcome.requests !== expected) throw new Error(`a walk of ${outcome.requests} pages instead of ${expected}`)
    return (entries.length - skipped) / outcome.seconds
  }
  const bare = async () => {
    const where = { target: bench.bare.target, paths: [barePath], first: 0 }
    const outcome = await bench.load.run({ kind: "get", ...where, count: pages, clients: 1 })
    return entries.length / outcome.seconds
  }
  const rates = await alternate(roundsFor(bench), node, bare)
  bench.report({
    group,
    name: "page through everything, limit=1000, 1 client",
    value: rates.one,
    unit: "objects/s",
    baseline: { name: "bare node:http", value: rates.other },
    goal: { of: "figure", atLeast: 60_000 },
  })
}

/** Paths that differ from each other, so that each has to be answered anew. */
export function distinct(
  { entries }: Library,
  share: number,
  count: number,
  path: (after: string) => string,
): string[] {
  const early = entries.slice(0, Math.floor(entries.length * share))
  return evenly(range(early.length), count).map((at) => path(early[at]?.date_added ?? ""))
}

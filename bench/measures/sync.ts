import { setTimeout as pause } from "node:timers/promises"
import { silent } from "../../src/kernel/diagnostics.ts"
import { newId } from "../../src/kernel/ids.ts"
import { Releases, StandingRules } from "../../src/sharing/index.ts"
import { addRule } from "../../src/sharing/standing/rules.ts"
import { tlpMarkingId } from "../../src/stix/index.ts"
import { indicator } from "../../test/support/stix.ts"
import { comity, cpuSeconds, residentMiB, startNode } from "../comity.ts"
import { alternate } from "../compare.ts"
import type { Bench } from "../context.ts"
import { objects, type Source } from "../data.ts"
import { flood } from "../flood.ts"
import { median, range } from "../numbers.ts"
import { acquaint, type Furnished, fill, furnish, heldIn, release, share, sharedIn } from "../partners.ts"

const group = "sync"
const SOURCE: Source = { real: false, seed: 90 }
/** Behind the markings and authors that all generated sets share. */
const START = 100
const FEEDS = 100
const IDLE_SECONDS = 20
const RELEASED = 2000

/** From node to node: how fast a partner catches up, what waiting costs, and what a release costs by its audience. */
export async function measureSync(bench: Bench): Promise<void> {
  await measureCatchingUp(bench)
  await measureNeighbour(bench)
  await measureNews(bench)
  await measureIdle(bench)
  await measureAudience(bench)
  await measureStandingRule(bench)
}

/** As a daily flow is marked: what has no mark, or too strict a one, would be taken back as soon as a node runs. */
const textOf = (first: number, count: number) =>
  objects(SOURCE, first, count).map((object) => underGreen(object.toString("utf8")))

async function measureCatchingUp(bench: Bench): Promise<void> {
  const count = bench.options.quick ? 5000 : 30_000
  const { rate, peak } = await catchUp(bench, count, false)
  bench.report({
    ...{ group, name: `objects from node to node, ${count.toLocaleString("en-US")} behind` },
    ...{ value: rate, unit: "objects/s", goal: { of: "figure", atLeast: 5000 } },
    note: "pulled, verified, durable; from the first entry held to the last",
  })
  bench.report({ group, name: "largest memory of the node that catches up", value: peak, unit: "MiB" })
}

/** What one partner gets while another asks ten times what it may and holds 500 connections half open. */
async function measureNeighbour(bench: Bench): Promise<void> {
  const count = bench.options.quick ? 3000 : 15_000
  const rateOf = async (flooded: boolean) => (await catchUp(bench, count, flooded)).rate
  const rates = await alternate(
    bench.options.quick ? 1 : 3,
    () => rateOf(true),
    () => rateOf(false),
  )
  bench.report({
    ...{ group, name: "objects from node to node beside a hostile partner", value: rates.one, unit: "objects/s" },
    ...{ baseline: { name: "alone", value: rates.other }, goal: { of: "ratio", atLeast: 0.5 } },
    note: "200 signed requests/s against a quota of 20, 500 connections half open",
  })
}

async function catchUp(bench: Bench, count: number, flooded: boolean): Promise<{ rate: number; peak: number }> {
  const [owner, holder, hostile] = [await furnish("Owner"), await furnish("Holder"), await furnish("Hostile")]
  await acquaint(owner, holder)
  await acquaint(owner, hostile)
  const keys = await fill(owner, textOf(START, count))
  await release(owner, await share(owner, [holder.party]), keys)
  await close(owner, holder)
  const one = await startNode(owner.data, bench.options.profile, owner.port)
  await pause(5000) // the owner's index has read what is new
  const waves = flooded ? flood(hostile, owner) : null
  const other = await startNode(holder.data, bench.options.profile, holder.port)
  const { seconds, peak } = await untilHeld(holder.data, other.pid, keys.length)
  await waves?.stop()
  await Promise.all([one.stop(), other.stop(), close(hostile)])
  return { rate: keys.length / seconds, peak }
}

/** A look every 20 ms; the first entries are there before the clock starts, so that starting the node is not counted. */
async function untilHeld(data: string, pid: number, wanted: number): Promise<{ seconds: number; peak: number }> {
  let [begun, peak] = [0, 0]
  for (;;) {
    const held = heldIn(data)
    peak = Math.max(peak, residentMiB(pid))
    if (held > 0 && begun === 0) begun = performance.now()
    if (held >= wanted) return { seconds: (performance.now() - begun) / 1000, peak }
    await pause(20)
  }
}

/** From the entry at its owner, as a command made it, to the same at the partner: both are looked at every 2 ms. */
async function measureNews(bench: Bench): Promise<void> {
  const [owner, holder] = [await furnish("Owner"), await furnish("Holder")]
  await acquaint(owner, holder)
  const count = bench.options.quick ? 5 : 25
  const news = range(count).map((at) => indicator({ name: `news ${at}`, object_marking_refs: [tlpMarkingId("green")] }))
  await fill(
    owner,
    news.map((one) => JSON.stringify(one)),
  )
  const collection = await share(owner, [holder.party])
  await close(owner, holder)
  const one = await startNode(owner.data, null, owner.port)
  const other = await startNode(holder.data, null, holder.port)
  const took: number[] = []
  for (const [at, { id }] of news.entries()) {
    const order = comity(["release", collection, id, "--data", owner.data])
    await until(() => sharedIn(owner.data) > at)
    const begun = performance.now()
    await until(() => heldIn(holder.data) > at)
    if (at > 0) took.push(performance.now() - begun) // the first finds the new collection too
    await order
  }
  await Promise.all([one.stop(), other.stop()])
  const figure = { group, unit: "ms", goal: { of: "figure", atMost: 1000 } } as const
  const name = "from release to the partner's disk"
  bench.report({ ...figure, name: `${name}, median`, value: median(took) })
  bench.report({ ...figure, name: `${name}, slowest of ${took.length}`, value: Math.max(...took) })
}

async function until(so: () => boolean): Promise<void> {
  while (!so()) await pause(2)
}

async function measureIdle(bench: Bench): Promise<void> {
  const [owner, holder] = [await furnish("Owner"), await furnish("Holder")]
  await acquaint(owner, holder)
  const [key = 0] = await fill(owner, textOf(START, 1))
  for (let i = 0; i < FEEDS; i++) await release(owner, await share(owner, [holder.party]), [key])
  await close(owner, holder)
  const one = await startNode(owner.data, null, owner.port)
  const other = await startNode(holder.data, null, holder.port)
  await untilHeld(holder.data, other.pid, FEEDS)
  await pause(10_000)
  const before = cpuSeconds(other.pid) + cpuSeconds(one.pid)
  await pause(IDLE_SECONDS * 1000)
  const used = (cpuSeconds(other.pid) + cpuSeconds(one.pid) - before) / 2
  bench.report({
    ...{ group, name: `${FEEDS} feeds in which nothing happens, each of the two nodes` },
    ...{ value: (100 * used) / IDLE_SECONDS, unit: "% of a core", goal: { of: "figure", atMost: 1 } },
  })
  await Promise.all([one.stop(), other.stop()])
}

/** The same objects into collections of 2 and of 200 parties: the cost must not follow the number of members. */
async function measureAudience(bench: Bench): Promise<void> {
  const owner = await furnish("Owner")
  const keys = await fill(owner, textOf(START, bench.options.quick ? 500 : RELEASED))
  const into = async (members: number) => {
    const parties = Array.from({ length: members }, () => newId("identity"))
    return release(owner, await share(owner, parties), keys)
  }
  await into(2)
  const { one, other } = await alternate(
    5,
    () => into(200),
    () => into(2),
  )
  await owner.node.close()
  bench.report({
    ...{ group, name: `release of ${keys.length.toLocaleString("en-US")} objects to 200 parties` },
    ...{ value: one, unit: "s", baseline: { name: "to 2 parties", value: other }, goal: { of: "ratio", atMost: 1.3 } },
  })
}

/** The daily flow: all that an inbox holds goes through the decision and into a shared collection, by a standing rule. */
async function measureStandingRule(bench: Bench): Promise<void> {
  const count = bench.options.quick ? 5000 : 31_300
  const [owner, reader] = [await furnish("Owner"), await furnish("Reader")]
  await acquaint(owner, reader)
  await fill(owner, textOf(START, count))
  const { store, clock } = owner.node
  const collection = await share(owner, [reader.party])
  const wish = { title: "All", collection, types: null, markings: null, sectors: null, inboxes: null, existing: true }
  await addRule(store, wish, null)
  const releases = new Releases({ store, clock, diagnostics: silent })
  const standing = new StandingRules({ store, clock, releases, diagnostics: silent, takenBack: "" })
  const begun = performance.now()
  const [id = ""] = await standing.runAll()
  const { state, total, outcome } = await releases.settled(id)
  const seconds = (performance.now() - begun) / 1000
  const released = outcome[0]?.released ?? 0
  if (state !== "done" || released < 0.99 * total) throw new Error(`released ${released} of ${total} objects: ${state}`)
  await close(owner, reader)
  bench.report({
    ...{ group, name: `standing rule: ${count.toLocaleString("en-US")} objects decided on and released` },
    ...{ value: seconds, unit: "s", goal: { of: "figure", atMost: (10 * count) / 31_300 } },
    note: `found, decided, logged, durable; released ${released.toLocaleString("en-US")}, the others hold personal data`,
  })
}

function underGreen(text: string): string {
  const object = JSON.parse(text) as Record<string, unknown>
  const green = { ...object, granular_markings: undefined, object_marking_refs: [tlpMarkingId("green")] }
  return object.type === "marking-definition" ? text : JSON.stringify(green)
}

async function close(...all: Furnished[]): Promise<void> {
  for (const { node } of all) await node.close()
}

import { join } from "node:path"
import { PackedWriter } from "../../src/matching/lists/packed.ts"
import { count } from "../../src/matching/psi/counting.ts"
import type { Folder, Sections, Side } from "../../src/matching/psi/model.ts"
import { finishReceiving, partsOf, readPart, receive } from "../../src/matching/psi/parts.ts"
import { Pool } from "../../src/matching/psi/pool.ts"
import { prepare } from "../../src/matching/psi/preparing.ts"
import { remask } from "../../src/matching/psi/remasking.ts"
import { serveParent } from "../helper-process.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"
import { address, secondsSince } from "./suites.ts"

/** Both parties of one match of IPv4 addresses, half of them common, over files and without a network. */
export type MatchTask = { count: number; workers: number; provider: "native" | "wasm" }

/** What the proposer alone needed, but for `peakMiB`, which is the whole process: both parties, one after the other. */
export type MatchOutcome = {
  cpuSeconds: number
  wallSeconds: number
  common: number
  padded: number
  /** All that both sent, messages aside. */
  bytes: number
  peakMiB: number
}

const RUN = "match--00000000-0000-4000-8000-000000000007"

type Party = { folder: Folder; own: Sections; root: string; tagRoot: string; spend: Spend; sent: number }
type Spend = { cpu: number; wall: number }

serveParent<MatchTask, MatchOutcome>(async ({ count: items, workers, provider }) => {
  const root = temporaryFolder()
  const work = { pool: new Pool({ workers, provider }) }
  const [a, b] = [party(root, "proposer", items, 0), party(root, "acceptor", items, Math.floor(items / 2))]
  for (const one of [a, b]) {
    const prepared = await spent(one, () => prepare(one.folder, { types: ["ipv4"] }, work))
    one.own = prepared.sections.map(({ type, size }) => ({ type, size }))
    one.root = prepared.root
  }
  for (const [from, to] of [[a, b] as const, [b, a] as const]) {
    await carry(from, to, "own", "theirs", from.own)
    await spent(to, () => finishReceiving(to.folder, "theirs", from.own, from.root, work))
  }
  for (const [one, other] of [[a, b] as const, [b, a] as const])
    one.tagRoot = (await spent(one, () => remask(one.folder, other.own, work))).root
  for (const [from, to] of [[a, b] as const, [b, a] as const]) {
    await carry(from, to, "tags-out", "tags-in", to.own)
    await spent(to, () => finishReceiving(to.folder, "tags-in", to.own, from.tagRoot, work))
  }
  const counted = await spent(a, () => count(a.folder, { own: a.own, theirs: b.own }, work))
  await work.pool.close()
  removeFolder(root)
  return {
    ...{ cpuSeconds: a.spend.cpu, wallSeconds: a.spend.wall, common: counted[0]?.count ?? 0 },
    ...{ padded: a.own[0]?.size ?? 0, bytes: a.sent + b.sent, peakMiB: process.resourceUsage().maxRSS / 1024 },
  }
})

function party(root: string, side: Side, items: number, from: number): Party {
  const path = join(root, side)
  const writer = new PackedWriter(path)
  for (let i = from; i < from + items; i++) writer.add(address(i), [i])
  writer.finish()
  const folder = { path, run: RUN, side, secret: Buffer.alloc(32, side) }
  return { folder, own: [], root: "", tagRoot: "", spend: { cpu: 0, wall: 0 }, sent: 0 }
}

async function carry(from: Party, to: Party, out: "own" | "tags-out", into: "theirs" | "tags-in", sections: Sections) {
  for (let seq = 0; seq < partsOf(out, sections); seq++) {
    const bytes = await spent(from, () => readPart(from.folder, out, seq))
    await spent(to, () => receive(to.folder, into, sections, { seq, bytes }))
    from.sent += bytes.length
  }
}

async function spent<Result>({ spend }: Party, work: () => Promise<Result>): Promise<Result> {
  const [begun, used] = [performance.now(), process.cpuUsage()]
  const result = await work()
  spend.cpu += secondsSince(used)
  spend.wall += (performance.now() - begun) / 1000
  return result
}

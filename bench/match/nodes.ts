import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { sha256 } from "../../src/kernel/hash.ts"
import { addObjects, type Collection } from "../../src/library/index.ts"
import { tlpMarkingId } from "../../src/stix/index.ts"
import { prepared } from "../../test/support/node-in-process.ts"
import { indicator } from "../../test/support/stix.ts"
import { comity, type RunningNode, startNode } from "../comity.ts"
import type { Bench } from "../context.ts"
import type { Outcome } from "../load/jobs.ts"
import { evenly, range } from "../numbers.ts"
import { acquaint, type Furnished, furnish } from "../partners.ts"

const AT_ONCE = 1_000
const EVERY_MS = 5
const IDLE_MS = 4_000
const PATIENCE_MS = 600_000
/** In which nothing more is computed. */
const COUNTED = ["counted", "opening", "done"]

type Side = Furnished & { inbox: Collection; ids: string[] }

/** One small read every 5 ms of a node in whose library a match is computed, with the partner on the same machine. */
export async function readsDuringMatch(bench: Bench, count: number) {
  const [asked, other] = [await side("Asked", 0, count), await side("Other", Math.floor(count / 2), count)]
  await acquaint(asked, other)
  await Promise.all([asked.node.close(), other.node.close()])
  const nodes = [
    await startNode(asked.data, bench.options.profile, asked.port),
    await startNode(other.data, null, other.port),
  ] as const
  for (const { data } of nodes)
    await comity(["match", "selection", "add", "All", "--type", "indicator", "--data", data])
  const token = await comity(["token", "add", "reads", "--grant", `${asked.inbox.id}:r`, "--data", asked.data])
  const target = { port: asked.port, authorization: `Bearer ${token}` }
  const paths = evenly(asked.ids, 2_000).map((id) => `/taxii2/api/collections/${asked.inbox.id}/objects/${id}/`)
  const probing = async (work: () => Promise<void>): Promise<Outcome> => {
    await bench.load.run({ kind: "probe", target, paths, everyMs: EVERY_MS })
    await work()
    return bench.load.halt()
  }
  const idle = await probing(() => pause(IDLE_MS))
  const begun = performance.now()
  const during = await probing(() => matched(nodes, other.party, count))
  const seconds = (performance.now() - begun) / 1000
  const found = numberIn(asked.data)
  if (found !== count - Math.floor(count / 2)) throw new Error(`${found} common items of ${count}`)
  await Promise.all(nodes.map((node) => node.stop()))
  return { idle, during, seconds }
}

/** Indicators of files, so that nothing looks counted through. */
async function side(name: string, from: number, count: number): Promise<Side> {
  const furnished = await furnish(name)
  const inbox = await furnished.node.collection()
  const ids: string[] = []
  for (let at = from; at < from + count; at += AT_ONCE) {
    const some = range(Math.min(AT_ONCE, from + count - at)).map((i) =>
      indicator({
        pattern: `[file:hashes.'SHA-256' = '${sha256(`file ${at + i}`).toString("hex")}']`,
        object_marking_refs: [tlpMarkingId("green")],
      }),
    )
    ids.push(...some.map(({ id }) => String(id)))
    await addObjects(furnished.node.store, inbox, prepared(...some.map((one) => JSON.stringify(one))))
  }
  return { ...furnished, inbox, ids }
}

async function matched([asked, other]: readonly [RunningNode, RunningNode], party: string, most: number) {
  const wish = ["--items", `hash=${most}`, "--use", "investigation", "--basis", "bench"]
  const id = await comity(["match", "propose", party, "All", ...wish, "--data", asked.data])
  await until(() => stateIn(other.data) === "proposed")
  await comity(["match", "accept", id, "All", "--data", other.data])
  await until(() => [asked, other].every(({ data }) => COUNTED.includes(stateIn(data) ?? "")))
}

async function until(so: () => boolean): Promise<void> {
  for (const begun = performance.now(); !so(); await pause(100))
    if (performance.now() - begun > PATIENCE_MS) throw new Error("the match came to no end")
}

function stateIn(data: string): string | null {
  const state = cell(data, "select state as cell from match_run")
  if (typeof state === "string" && ["refused", "declined", "cancelled", "expired", "broken"].includes(state))
    throw new Error(`the match is ${state}: ${cell(data, "select reason as cell from match_run")}`)
  return typeof state === "string" ? state : null
}

function numberIn(data: string): number {
  return Number(cell(data, "select number as cell from match_type"))
}

/** Read beside the node that owns the folder: a command would take more of the machine than what is measured. */
function cell(data: string, query: string): unknown {
  const database = new DatabaseSync(join(data, "comity.db"), { readOnly: true })
  try {
    return database.prepare(query).get()?.cell
  } finally {
    database.close()
  }
}

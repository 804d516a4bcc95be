import sql from "sql-template-tag"
import { loadRelease } from "../../src/sharing/release/releasing.ts"
import { type Asked, noteAsked } from "./asking.ts"
import type { Machine, Person } from "./machine.ts"
import type { Operation } from "./operations.ts"
import type { Entry, Shared, Version } from "./oracle.ts"
import type { Asking } from "./oracle-approvals.ts"
import { FORBID } from "./oracle-terms.ts"
import { TOOL, write } from "./owning.ts"
import { collectionsFrom, mostlyTelling, predicted, thingsFrom } from "./predicting.ts"
import { releaseSomething } from "./restoring.ts"
import type { World } from "./world.ts"

// What people let out.

type Letting<Kind extends Operation["do"]> = Extract<Operation, { do: Kind }>

export async function release(world: World, machine: Machine, op: Letting<"release">): Promise<void> {
  if (world.blurred.has(machine.name)) return releaseSomething(machine, op.collection)
  if (machine.waits) return
  const person = machine.person(op.by)
  const first = mostlyTelling(toRelease(world, machine, op, person), op.thing)
  const tells = first !== undefined && first.prediction.size + first.asked.length > 0
  if (!tells && op.thing % 4 !== 3) await writeFitting(world, machine, op) // then there is something new
  const chosen = tells ? first : mostlyTelling(toRelease(world, machine, op, person), op.thing)
  if (chosen === undefined || !machine.isUp) return
  const { version, shared, prediction, asking, asked, inNeed } = chosen
  const work = () => letOut(machine, { thing: version.thing, shared, asking }, person)
  const outcome = await predicted(world, machine, prediction, work)
  // After a crash it may have gone.
  const { inNeed: needs } = world.oracle.approvals
  if (inNeed && !needs.has(machine.name)) needs.set(machine.name, outcome.done ? asking.at : -Infinity)
  if (!outcome.done) return
  const [put] = prediction.get(shared.id) ?? []
  if (put !== undefined) useYes(world, shared, put, asking)
  await noteAsked(world, machine, shared, { asking, asked })
}

/** Something that one of the collections lets go. */
async function writeFitting(world: World, machine: Machine, op: Letting<"release">): Promise<void> {
  const open = collectionsFrom(world, machine, op.collection).find(({ closed }) => !closed)
  if (open === undefined) return
  const { types, personal, ceiling } = open.terms
  const parts = PARTS[op.collection % PARTS.length] ?? "v"
  const fitting = personal === FORBID ? "v" : parts
  const thing = types?.includes("indicator") === false ? TOOL : op.thing
  await write(world, machine, { thing, mark: ceiling === 0 ? 0 : 1, parts: fitting })
}

const PARTS = ["vpq", "v", "vs", "vpqs"]

type Letter = { thing: string; shared: Shared; asking: Asking }

/** By the same steps as on the page: look, decide, let go. */
export async function letOut(machine: Machine, { thing, shared, asking }: Letter, person: Person): Promise<void> {
  const { store, releases } = machine.running()
  const row = await store.get<{ key: number }>(
    sql`select key from object where id = ${thing} and aside = 0 order by version desc limit 1`,
  )
  const { by, officer } = person
  const wish = { unmarked: null, again: asking.again, by, officer }
  const id = await releases.prepare({ ...wish, collections: [shared.id], objects: [row?.key ?? 0] })
  await releases.settled(id)
  const told = machine.people.findLast((one) => one.by !== by)?.by ?? ""
  await releases.start(id, { by, officer, urgent: asking.urgent ? { reason: "in need", told } : null })
  await releases.settled(id)
  await loadRelease(store, id)
}

function toRelease(world: World, machine: Machine, op: Letting<"release">, { actor }: Person) {
  const { oracle } = world
  const asking = { actor, at: oracle.now(machine.name), again: op.again, urgent: op.urgent }
  if (op.urgent && oracle.approvals.isReviewLate(machine.name, asking.at)) return []
  return thingsFrom(world, machine, op.thing).flatMap((thing) =>
    collectionsFrom(world, machine, op.collection).flatMap((shared) => {
      const version = oracle.versionsOf(thing).at(-1)
      return version === undefined ? [] : [{ version, shared, asking, ...entering(world, version, shared, asking) }]
    }),
  )
}

function entering({ oracle }: World, { token, thing }: Version, shared: Shared, asking: Asking) {
  const entered = oracle.enter(token, thing, shared, asking)
  const entries = entered !== null && "put" in entered ? [entered.put] : []
  const inNeed = entered !== null && "put" in entered && entered.inNeed
  const asked: Asked[] = entered !== null && "asks" in entered ? [{ token, body: thing, binding: entered.asks }] : []
  return { prediction: new Map(entries.length === 0 ? [] : [[shared.id, entries]]), asked, inNeed }
}

function useYes({ oracle }: World, shared: Shared, { token, parts }: Entry, asking: Asking): void {
  const version = oracle.version(token ?? -1)
  oracle.approvals.use(oracle.bindingOf(version.token, version.thing, shared, parts), asking.at)
}

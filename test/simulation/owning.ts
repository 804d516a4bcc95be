import sql from "sql-template-tag"
import { addObjects, loadCollection } from "../../src/library/index.ts"
import { erase, mark, recall } from "../../src/sharing/release/withdrawing.ts"
import { prepared } from "../support/node-in-process.ts"
import type { Machine } from "./machine.ts"
import { LEVELS, markOf, objectOf, reasonOf, tokensIn } from "./objects.ts"
import type { Operation } from "./operations.ts"
import type { Mark, Version } from "./oracle.ts"
import { collectionsFrom, mostlyTelling, predicted, slotOf, thingsFrom, uuid, whenKnown } from "./predicting.ts"
import { attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

// What people at a node do with what is theirs, by the operations that pages and commands use.

type Owning<Kind extends Operation["do"]> = Extract<Operation, { do: Kind }>

const THINGS_MOST = 4
/** The one thing of a node that is a tool. */
export const TOOL = 2

type Wish = Pick<Owning<"write">, "thing" | "mark" | "parts">

/** A new thing, or a new version of one. */
export async function write(world: World, machine: Machine, op: Wish): Promise<void> {
  const things = world.things.get(machine.name) ?? []
  const slot = op.thing % THINGS_MOST
  const fresh = things[slot] === undefined
  const type = slot === TOOL ? "tool" : "indicator"
  const thing = things[slot] ?? `${type}--${uuid(world)}`
  if (fresh) things.push(thing)
  await store(world, machine, { thing, mark: op.mark, revoked: false, parts: op.parts })
}

/** The last version of a thing: it says that it is not valid any more. */
export async function revoke(world: World, machine: Machine, op: Owning<"revoke">): Promise<void> {
  const thing = slotOf(world, machine, op.thing)
  const versions = world.oracle.versionsOf(thing ?? "")
  const last = versions.at(-1)
  if (thing === null || last === undefined || last.revoked) return
  await store(world, machine, { thing, mark: Math.min(last.mark, 1) as Mark, revoked: true, parts: "v" })
}

async function store(world: World, machine: Machine, of: Omit<Version, "token" | "owner">): Promise<void> {
  const { oracle } = world
  if (oracle.versionsOf(of.thing).at(-1)?.revoked === true) return // none follows a revoked one
  const version: Version = { ...of, token: oracle.versions.length, owner: machine.name }
  oracle.versions.push(version)
  oracle.ids.set(of.thing, of.thing)
  const inbox = world.inboxes.get(machine.name) ?? ""
  const outcome = await attempt(async () => {
    const { store } = machine.running()
    return addObjects(store, await loadCollection(store, inbox), prepared(objectOf(version)))
  })
  const taken = outcome.done && outcome.value[0]?.is === "accepted"
  if (!outcome.done && outcome.crashed) {
    const isThere = async () => {
      const rows = await machine
        .running()
        .store.all<{ bytes: Uint8Array }>(sql`select bytes from object where id = ${version.thing}`)
      if (!rows.some(({ bytes }) => tokensIn(bytes).includes(version.token))) forget(version)
    }
    whenKnown(world, machine, new Map(), isThere)
  } else if (!taken && !world.blurred.has(machine.name))
    throw new Violation("I4", `${machine.name} did not take its own version ${version.token}`)
}

/** Nobody holds it and nobody ever will. */
function forget(version: Version): void {
  version.thing = `lost ${version.token}`
}

export async function markThing(world: World, machine: Machine, op: Owning<"mark">): Promise<void> {
  const choices = thingsFrom(world, machine, op.thing).map((thing) => ({
    thing,
    prediction: world.oracle.mark(machine.name, thing, op.mark),
  }))
  const chosen = mostlyTelling(choices, op.thing)
  if (chosen === undefined) return
  const { thing, prediction } = chosen
  const raise = () => {
    for (const one of world.oracle.versionsOf(thing)) one.mark = Math.max(one.mark, op.mark) as Mark
  }
  const wish = { id: thing, marking: LEVELS[op.mark] }
  const isRaised = async () => {
    const rows = await machine
      .running()
      .store.all<{ marking: string | null }>(sql`select marking from object where id = ${thing}`)
    if (rows.every(({ marking }) => markOf(marking) >= op.mark)) raise()
  }
  const outcome = await predicted(world, machine, prediction, () => mark(machine.running().store, wish, null), isRaised)
  if (outcome.done) raise()
}

export async function recallThing(world: World, machine: Machine, op: Owning<"recall">, number: number): Promise<void> {
  const choices = thingsFrom(world, machine, op.thing).map((thing) => ({
    thing,
    prediction: world.oracle.recall(machine.name, thing),
  }))
  const chosen = mostlyTelling(choices, op.thing)
  if (chosen === undefined) return
  const { thing, prediction } = chosen
  const wish = { id: thing, reason: reasonOf(number) }
  world.reasons.set(number, { owner: machine.name, thing })
  await predicted(world, machine, prediction, () => recall(machine.running().store, wish, null))
}

export async function eraseThing(world: World, machine: Machine, op: Owning<"erase">): Promise<void> {
  const choices = thingsFrom(world, machine, op.thing).flatMap((thing) =>
    collectionsFrom(world, machine, op.collection).map((shared) => ({
      ...{ thing, shared },
      prediction: world.oracle.erase(shared, thing),
    })),
  )
  const chosen = mostlyTelling(choices, op.thing)
  if (chosen === undefined) return
  const { thing, shared, prediction } = chosen
  const wish = { id: thing, collection: shared.id }
  await predicted(world, machine, prediction, () => erase(machine.running().store, wish, null))
}

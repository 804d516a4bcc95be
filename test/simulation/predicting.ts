import type { Machine } from "./machine.ts"
import type { Prediction, Shared } from "./oracle.ts"
import { type Attempt, attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

// Before each thing that people do the oracle says what must come of it; after, what the node wrote is held against that.

/** Does it, and holds what was written against what had to be; after a crash once the node runs again. */
export async function predicted(
  world: World,
  machine: Machine,
  prediction: Prediction,
  work: () => Promise<unknown>,
  settled: (there: boolean) => Promise<void> = async () => {},
): Promise<Attempt<unknown>> {
  const outcome = await attempt(work)
  if (!machine.isUp) {
    whenKnown(world, machine, prediction, settled)
    return { done: false, crashed: true, code: "crash" }
  }
  const held = !outcome.done && machine.waits && outcome.code === "log.guarded"
  if (!outcome.done && prediction.size > 0 && !held)
    throw new Violation("I4", `${machine.name} refuses: ${outcome.code}`)
  await world.logs.learn(machine, held ? new Map() : prediction, "after")
  return outcome
}

/** After a crash: what is there once the node runs again; `again` brings to its end what is done in parts. */
export function whenKnown(
  world: World,
  machine: Machine,
  prediction: Prediction,
  settled: (there: boolean) => Promise<void>,
  again: (() => Promise<void>) | null = null,
): void {
  world.unsettled.set(machine, { prediction, settled, again })
}

/** Three times out of four the first choice of which something comes; else the one that was drawn. */
export function mostlyTelling<Choice extends { prediction: Prediction; asked?: readonly unknown[] }>(
  choices: readonly Choice[],
  number: number,
): Choice | undefined {
  const telling =
    number % 4 === 3 ? undefined : choices.find(({ prediction, asked = [] }) => prediction.size + asked.length > 0)
  return telling ?? choices[0]
}

export function thingsFrom(world: World, machine: Machine, number: number): string[] {
  return rotated(world.things.get(machine.name) ?? [], number)
}

export function collectionsFrom(world: World, machine: Machine, number: number): Shared[] {
  return rotated(world.oracle.ownedBy(machine.name), number)
}

export function rotated<T>(list: readonly T[], number: number): T[] {
  const at = number % Math.max(1, list.length)
  return [...list.slice(at), ...list.slice(0, at)]
}

export function slotOf(world: World, machine: Machine, number: number): string | null {
  return thingsFrom(world, machine, number)[0] ?? null
}

export function sharedOf(world: World, machine: Machine, number: number): Shared | null {
  return collectionsFrom(world, machine, number)[0] ?? null
}

export function uuid(world: World): string {
  const hex = world.network.dice.bytes(16).toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

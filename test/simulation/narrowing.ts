import { loadCollection, narrowTerms } from "../../src/library/index.ts"
import { keptTerms } from "../../src/policy/index.ts"
import type { Machine } from "./machine.ts"
import type { Shared, Terms } from "./oracle.ts"
import { realTerms } from "./playing-terms.ts"
import { whenKnown } from "./predicting.ts"
import { attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

/** The terms of the model in those of the node. */
export function real(world: World, terms: Terms) {
  return realTerms(terms, (name) => world.machines.find((one) => one.name === name)?.party ?? world.hostile.party)
}

/** Narrower terms hold at once; soon after the node looks what they take back. */
export async function narrowIn(world: World, machine: Machine, shared: Shared, terms: Terms): Promise<void> {
  const { oracle } = world
  const kept = keptTerms(real(world, terms))
  const change = await attempt(() =>
    machine.running().store.write(async (tx) => narrowTerms(tx, await loadCollection(tx, shared.id), kept, null)),
  )
  const holds = () => {
    shared.past.push(shared.terms)
    shared.terms = terms
    world.owesLook.add(machine)
    world.count("terms narrowed")
  }
  if (change.done) return holds()
  if (!change.crashed) throw new Violation("I4", `${machine.name} does not narrow ${shared.id}: ${change.code}`)
  whenKnown(world, machine, new Map(), async () => {
    const now = await loadCollection(machine.running().store, shared.id)
    if (now.terms?.hash === kept.hash && oracle.shared.has(shared.id)) holds()
  })
}

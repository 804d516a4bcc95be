import sql from "sql-template-tag"
import { eraseExpired } from "../../src/policy/index.ts"
import { eraseOutlived } from "../../src/sharing/index.ts"
import { decideAnew } from "../../src/sharing/release/reconsidering.ts"
import type { Machine } from "./machine.ts"
import { decidedAnew, outlived } from "./oracle-keeping.ts"
import { whenKnown } from "./predicting.ts"
import { attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

// What a node does by itself: soon after terms changed, or what partners say, and once an hour.

/** All of them that have to, and can. */
export async function lookAll(world: World): Promise<void> {
  for (const machine of world.owesLook) {
    const can = machine.isUp && !machine.waits && !world.unsettled.has(machine)
    if (world.blurred.has(machine.name)) world.owesLook.delete(machine)
    else if (can) await look(world, machine)
  }
}

/** What would not be let out now is taken back, and who may not read any more reads no further. */
async function look(world: World, machine: Machine): Promise<void> {
  const { store, parts } = machine.running()
  const prediction = decidedAnew(world.oracle, machine.name)
  const work = () => decideAnew({ store, clock: parts.clock }, "taken back")
  const outcome = await attempt(work)
  if (!machine.isUp)
    return whenKnown(
      world,
      machine,
      prediction,
      async () => {},
      () => lookAgain(world, machine),
    )
  if (!outcome.done) throw new Violation("I4", `${machine.name} does not decide anew: ${outcome.code}`)
  done(world, machine)
  await requireOut(world, machine)
  await world.logs.learn(machine, prediction, "after")
  for (const kind of new Set([...prediction.values()].flat().map((one) => one.kind))) world.count(`taken back: ${kind}`)
}

/** I1: whom terms leave out reads no further. */
async function requireOut(world: World, machine: Machine): Promise<void> {
  const rows = await machine
    .running()
    .store.all<{ id: string; party: string }>(
      sql`select c.id, a.party from audience a join collection c on c.key = a.collection where a.left_at is null`,
    )
  for (const { id, party } of rows) {
    const [name, parties] = [world.named(party)?.name ?? "", world.oracle.shared.get(id)?.terms.parties]
    if (parties?.includes(name) === false) throw new Violation("I1", `${name} still reads ${id} of ${machine.name}'s`)
  }
}

/** After a crash in the middle of it: what is done is done, and the rest is found again. */
async function lookAgain(world: World, machine: Machine): Promise<void> {
  const { store, parts } = machine.running()
  await decideAnew({ store, clock: parts.clock }, "taken back")
  done(world, machine)
}

function done(world: World, machine: Machine): void {
  world.owesLook.delete(machine)
  for (const { members, terms } of world.oracle.ownedBy(machine.name)) {
    for (const [name, how] of members)
      if (how === "reads" && terms.parties?.includes(name) === false) members.set(name, "left")
  }
}

/** What a partner lets it keep no longer is erased, and what its own readers keep no longer is served no longer. */
export async function sweepAll(world: World, machine: Machine): Promise<void> {
  await sweep(world, machine)
  if (!machine.isUp || machine.waits || world.unsettled.has(machine) || world.blurred.has(machine.name)) return
  const prediction = outlived(world.oracle, machine.name)
  const work = async () => {
    await eraseOutlived(machine.running().store)
  }
  const outcome = await attempt(work)
  if (!machine.isUp) return whenKnown(world, machine, prediction, async () => {}, work)
  if (!outcome.done) throw new Violation("I4", `${machine.name} keeps what it may not: ${outcome.code}`)
  await world.logs.learn(machine, prediction, "after")
  if (prediction.size > 0) world.count("outlived")
}

/** What a partner lets it keep no longer is erased. */
export async function sweep(world: World, machine: Machine): Promise<void> {
  const swept = await attempt(() => eraseExpired(machine.running().store))
  if (!swept.done) return
  world.oracle.swept.set(machine.name, world.oracle.now(machine.name))
  if (swept.value > 0) world.count("expired", swept.value)
  if (swept.value > 0 && world.relays.has(machine)) world.owesLook.add(machine)
}

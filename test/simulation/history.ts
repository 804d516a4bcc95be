import { withChance } from "../../src/kernel/chance.ts"
import { act, start } from "./acting.ts"
import { Dice, SeededChance } from "./dice.ts"
import type { Plan, Step } from "./operations.ts"
import { Violation } from "./violation.ts"
import { World } from "./world.ts"

/** What became of a history. `step` is the number in its list at which an invariant broke; -1 at the end of all. */
export type Outcome = { counts: ReadonlyMap<string, number> } & (
  | { violation: null }
  | { violation: Violation; step: number }
)

/** Plays a history; the same plan gives the same outcome. */
export function play(plan: Plan): Promise<Outcome> {
  const chance = new SeededChance(`${plan.seed} opening`)
  return withChance(chance, () => playUnder(plan, chance))
}

async function playUnder(plan: Plan, chance: SeededChance): Promise<Outcome> {
  const world = new World(plan.seed, chance)
  let at = -1
  try {
    await world.open(plan.nodes, new Dice(`${plan.seed} world`), plan.officers)
    for (const [index, step] of plan.steps.entries()) {
      at = index
      await act(world, step)
      await world.check()
      if (index === plan.steps.length >> 1) await world.searchAll()
    }
    at = -1
    await converge(world)
    return { violation: null, counts: world.counts }
  } catch (error) {
    const violation = error instanceof Violation ? error : new Violation("I0", String(error), error)
    return { violation, step: at, counts: world.counts }
  } finally {
    await world.close()
  }
}

const HOURS = 10 * 3600
const SWEEPS = 3

/** Faults stop, everybody runs, and all pull from all until nothing is left to come. */
export async function converge(world: World): Promise<void> {
  const end = (operation: Step["operation"], number: number) => act(world, { number: 1_000_000 + number, operation })
  await end({ do: "mend" }, 0)
  await end({ do: "let-go" }, 1)
  for (const machine of world.machines) if (!machine.isUp) await start(world, machine)
  for (const machine of world.machines) machine.crashAt(null)
  await end({ do: "late" }, 2)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    await end({ do: "wait", seconds: HOURS }, 3 + sweep)
    for (const machine of world.machines) {
      for (const other of world.machines) if (machine !== other) world.begin(machine, other)
      await world.settle()
    }
    await world.check()
  }
  await world.check(true)
}

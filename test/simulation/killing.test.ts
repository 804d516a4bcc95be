import assert from "node:assert/strict"
import { test } from "node:test"
import { withChance } from "../../src/kernel/chance.ts"
import { act, start } from "./acting.ts"
import { Dice, SeededChance } from "./dice.ts"
import { PLAIN } from "./drawing.ts"
import { converge } from "./history.ts"
import type { CrashPoint } from "./machine.ts"
import type { Operation } from "./operations.ts"
import { World } from "./world.ts"

const [OWNER, READER] = [0, 1]
/** In it all know one another. */
const SEED = 3

/** All that an owner does with what it shares, with what a reader answers, and the end of their relation. */
const STORY: readonly Operation[] = [
  { do: "write", node: OWNER, thing: 0, mark: 1, parts: "v" },
  { do: "write", node: OWNER, thing: 1, mark: 0, parts: "v" },
  { do: "share", node: OWNER, others: [READER], terms: PLAIN },
  { do: "release", node: OWNER, thing: 0, collection: 0, again: false, by: 0, urgent: false },
  { do: "release", node: OWNER, thing: 1, collection: 0, again: false, by: 0, urgent: false },
  { do: "round", node: READER, other: OWNER },
  { do: "round", node: OWNER, other: READER },
  { do: "mark", node: OWNER, thing: 1, mark: 2 },
  { do: "recall", node: OWNER, thing: 0 },
  { do: "round", node: OWNER, other: READER },
  { do: "round", node: READER, other: OWNER },
  { do: "write", node: OWNER, thing: 0, mark: 1, parts: "v" },
  { do: "release", node: OWNER, thing: 0, collection: 0, again: false, by: 0, urgent: false },
  { do: "widen", node: OWNER, collection: 0, other: 2 },
  { do: "round", node: READER, other: OWNER },
  { do: "rotate", node: OWNER },
  { do: "erase", node: OWNER, thing: 0, collection: 1 },
  { do: "narrow", node: OWNER, collection: 1, other: 2 },
  { do: "round", node: OWNER, other: READER },
  { do: "suspend", node: READER, other: OWNER },
  { do: "round", node: READER, other: OWNER },
  { do: "resume", node: READER, other: OWNER },
  { do: "leave", node: READER, other: OWNER },
  { do: "round", node: READER, other: OWNER },
]

/** False if the node did not come so far as to crash. */
async function tell(who: number, point: CrashPoint): Promise<boolean> {
  const chance = new SeededChance(`${SEED} killing`)
  return withChance(chance, async () => {
    const world = new World(SEED, chance)
    let crashed = false
    try {
      await world.open(3, new Dice(`${SEED} world`), 0)
      const machine = world.at(who)
      machine.crashAt(point)
      for (const [number, operation] of STORY.entries()) {
        await act(world, { number, operation })
        if (!machine.isUp) {
          crashed = true
          await start(world, machine)
          await world.settle()
        }
        await world.check()
      }
      machine.crashAt(null)
      await converge(world)
      return crashed
    } finally {
      await world.close()
    }
  })
}

for (const [name, who] of [
  ["an owner", OWNER],
  ["a reader", READER],
] as const) {
  for (const when of ["before-commit", "after-commit"] as const) {
    test(`${name} is killed ${when.replace("-", " ")}, at each of its writes: what was acknowledged is there, and all go on`, async (t) => {
      let commits = 1
      while (await tell(who, { when, commits })) commits += 1
      t.diagnostic(`${commits - 1} writes`)
      assert.ok(commits > 20)
    })
  }
}

import { Dice } from "../dice.ts"
import type { Machine } from "../machine.ts"
import { attempt } from "../violation.ts"
import type { World } from "../world.ts"
import { TWIST_NAMES } from "./answers.ts"
import { FORGERY_NAMES, forge } from "./forging.ts"
import { checkpoints, flood, garbage, huge, lyingReceipts, misname, overhear } from "./requests.ts"
import type { Trick } from "./tricks.ts"

/** The hostile node tries something with somebody; it may crash as others do. */
export async function tryTrick(world: World, trick: Trick, other: Machine, pick: number): Promise<void> {
  if (!world.hostile.isUp || other === world.hostile) return
  const tried = await attempt(() => tryOn(world, trick, other, new Dice(`${trick} ${pick}`)))
  world.count(`trick ${trick}${tried.done ? "" : `: ${tried.code}`}`)
}

async function tryOn(world: World, trick: Trick, other: Machine, dice: Dice): Promise<void> {
  switch (trick) {
    case "split":
      return split(world, other, dice)
    case "swap":
      world.swap(other)
      return world.begin(other, world.hostile)
    case "forge":
      return forge(world, world.hostile, dice.pick(FORGERY_NAMES), dice)
    case "distort":
      return distort(world, other, dice)
    case "claim":
      return claim(world, other, dice)
    case "stale":
      world.network.answerStale(world.hostile, other)
      return world.begin(other, world.hostile)
    case "misname":
      return misname(world, other, dice)
    case "overhear":
      return overhear(world, other, dice)
    case "receipts":
      return lyingReceipts(world, other, dice)
    case "flood":
      return flood(world, other, dice)
    case "huge":
      return huge(world, other, dice)
    case "garbage":
      return garbage(world, other, dice)
    case "checkpoints":
      return checkpoints(world, other, dice)
  }
}

/** The next answer is not what it should be. */
async function distort(world: World, other: Machine, dice: Dice): Promise<void> {
  const twist = dice.pick(TWIST_NAMES)
  // Then there is something to distort; but who forged is not known by what it withholds.
  if (!/^(?:withholds|blames)/.test(twist)) await forge(world, world.hostile, "an own object", dice)
  world.liar.arm(other.party, twist)
  world.begin(other, world.hostile)
}

/** Two histories under one name: each face goes on with something else, and shows it to some. */
async function split(world: World, other: Machine, dice: Dice): Promise<void> {
  await world.split([other, ...world.honest.filter(() => dice.happens(30))])
  if (world.twin === null) return
  await forge(world, world.hostile, "an own object", dice)
  await forge(world, world.twin, "an own object", dice)
}

/** Says that it shares a log which is another's. */
function claim(world: World, other: Machine, dice: Dice): void {
  const shared = [...world.oracle.shared.values()]
  const origin = shared.length === 0 ? undefined : world.logs.originOf(dice.pick(shared).id)
  world.misled.add(other)
  if (origin !== undefined) world.liar.arm(other.party, `claims ${origin}`)
  world.begin(other, world.hostile)
}

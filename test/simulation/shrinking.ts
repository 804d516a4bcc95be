import type { Outcome } from "./history.ts"
import type { Plan, Step } from "./operations.ts"

/**
 * The fewest operations of a history that still break the same invariant, as far as leaving out parts finds them (delta
 * debugging, Zeller 1999). `most` bounds how often the history is played.
 */
export async function shrink(
  plan: Plan,
  invariant: string,
  play: (plan: Plan) => Promise<Outcome>,
  most: number,
): Promise<Plan> {
  let played = 0
  const fails = async (steps: Step[]) => {
    played += 1
    const { violation } = await play({ ...plan, steps })
    return violation?.invariant === invariant
  }
  let steps = plan.steps
  for (let parts = 2; steps.length > 1 && played < most; ) {
    const size = Math.ceil(steps.length / parts)
    const shorter = await firstThat(cutsOf(steps, size), (cut) => (played < most ? fails(cut) : Promise.resolve(false)))
    if (shorter !== undefined) {
      steps = shorter
      parts = Math.max(2, parts - 1)
    } else if (size === 1) break
    else parts = Math.min(steps.length, 2 * parts)
  }
  return { ...plan, steps }
}

/** All that is left when one part of that size is taken out. */
function cutsOf(steps: readonly Step[], size: number): Step[][] {
  const cuts: Step[][] = []
  for (let at = 0; at < steps.length; at += size) cuts.push([...steps.slice(0, at), ...steps.slice(at + size)])
  return cuts
}

async function firstThat<T>(list: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of list) if (await holds(one)) return one
  return undefined
}

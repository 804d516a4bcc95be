import { PLAIN } from "./drawing.ts"
import type { Operation, Plan } from "./operations.ts"

/** A history that once failed, in as few operations as fail alike. */
export type Recorded = { what: string; plan: Plan }

function plan(seed: number, nodes: number, operations: Readonly<Record<number, Operation>>): Plan {
  const steps = Object.entries(operations).map(([number, operation]) => ({ number: Number(number), operation }))
  return { seed, nodes, officers: 0, steps: steps.sort((a, b) => order(a.number) - order(b.number)) }
}

/** What opens a history has numbers below 0, the first the highest. */
const order = (number: number) => (number < 0 ? -1000 - number : number)

const whole = { again: false, by: 0, urgent: false }

export const RECORDED: readonly Recorded[] = [
  {
    what: "a reader leaves while its owner, which crashed in a release, waits for a log of whose cosigners one is gone",
    plan: plan(1498, 3, {
      [-2]: { do: "share", node: 0, others: [2], terms: PLAIN },
      [-7]: { do: "write", node: 2, thing: 0, mark: 1, parts: "v" },
      [-8]: { do: "share", node: 2, others: [0, 1], terms: PLAIN },
      [-9]: { do: "release", node: 2, thing: 0, collection: 0, ...whole },
      [-11]: { do: "round", node: 0, other: 2 },
      5: { do: "leave", node: 1, other: 2 },
      8: { do: "crash", node: 2, when: "before-commit", commits: 6 },
      9: { do: "round", node: 2, other: 0 },
      11: { do: "round", node: 2, other: 0 },
      17: { do: "release", node: 2, thing: 3, collection: 2, ...whole, again: true },
    }),
  },
  {
    what: "the hostile node passes on what another owns, and then forges a last version of it in other words",
    plan: plan(2264, 5, {
      [-14]: { do: "share", node: 4, others: [0, 1, 2, 3], terms: PLAIN },
      11: { do: "write", node: 2, thing: 0, mark: 1, parts: "v" },
      22: { do: "trick", trick: "forge", other: 2, pick: 554 },
      68: { do: "trick", trick: "forge", other: 2, pick: 479 },
    }),
  },
]

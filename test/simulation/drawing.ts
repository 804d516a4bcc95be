import type { Dice } from "./dice.ts"
import type { DrawnTerms } from "./operations.ts"
import type { Mark, Parts } from "./oracle.ts"

// What is drawn of objects and terms: most of it is where terms decide something.

export function drawMark(dice: Dice): Mark {
  return dice.pick([0, 1, 1, 1, 2, 3] as const)
}

/** Beside its name: personal data in two places, a source, both, or nothing. */
export function drawParts(dice: Dice): Parts {
  return dice.pick(["v", "v", "v", "vpq", "vq", "vs", "vpqs"] as const)
}

/** Who lets out, as a number among those who can command a node, and whether in urgent need. */
export function drawAsking(dice: Dice): { by: number; urgent: boolean } {
  return { by: dice.pick([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3] as const), urgent: dice.happens(20) }
}

/** What holds where nobody agreed on anything. */
export const PLAIN: DrawnTerms = {
  ...{ ceiling: 1, personal: 2, hidden: false, types: null, parties: null },
  ...{ onward: 0, retention: null, end: null, urgent: false },
}

/**
 * Whoever may agree: at once, a day later, or after the terms changed; whoever asked; or somebody, as a number among
 * people.
 */
export type Agreeing = "may" | "late" | "changed" | "asked" | number

export function drawAgreeing(dice: Dice): Agreeing {
  return dice.pick(["may", "may", "may", "may", "may", "may", "late", "changed", "asked", "asked", 0, 1, 2, 3] as const)
}

type Draws = { readonly [Name in keyof DrawnTerms]: (dice: Dice, nodes: number) => DrawnTerms[Name] }

const TERMS: Draws = {
  ceiling: (dice) => dice.pick([0, 1, 1, 1, 1, 1, 2, 2, 3, 3] as const),
  personal: (dice) => dice.pick([0, 1, 1, 1, 1, 2, 2, 2] as const),
  hidden: (dice) => dice.happens(30),
  types: (dice) => dice.pick([null, null, null, null, null, ["indicator"], ["indicator"], ["tool"]] as const),
  parties: (dice, nodes) => (dice.happens(85) ? null : drawSome(dice, nodes)),
  onward: (dice) => dice.pick([0, 3, 3] as const),
  retention: (dice) => dice.pick([null, null, null, null, null, 1, 1, 2] as const),
  end: (dice) => dice.pick([null, null, null, null, null, null, null, null, 0, 1, 3] as const),
  urgent: (dice) => dice.happens(25),
}
const NAMES = Object.keys(TERMS) as (keyof DrawnTerms)[]

export function drawTerms(dice: Dice, nodes: number): DrawnTerms {
  return Object.fromEntries(NAMES.map((name) => [name, TERMS[name](dice, nodes)])) as DrawnTerms
}

/** Those that take back what went are drawn more often. */
const CHANGED: Readonly<Record<keyof DrawnTerms, number>> = {
  ...{ personal: 4, hidden: 3, ceiling: 3, types: 2, parties: 2, retention: 2, end: 1, onward: 1, urgent: 1 },
}

/** Other words for one or two terms: narrower or not. */
export function drawChange(dice: Dice, nodes: number): Partial<DrawnTerms> {
  const names = [dice.weighed(CHANGED), ...(dice.happens(30) ? [dice.weighed(CHANGED)] : [])]
  return Object.fromEntries(names.map((name) => [name, TERMS[name](dice, nodes)]))
}

/** All but one of the nodes. */
function drawSome(dice: Dice, nodes: number): number[] {
  const without = dice.below(nodes)
  return Array.from({ length: nodes }, (_, node) => node).filter((node) => node !== without)
}

import { Dice } from "./dice.ts"
import { type Agreeing, drawAgreeing, drawAsking, drawChange, drawMark, drawParts, drawTerms } from "./drawing.ts"
import { TRICKS, type Trick } from "./hostile/tricks.ts"
import { FAULTS, type Fault } from "./network.ts"
import type { Mark, Parts, Terms } from "./oracle.ts"

/** Terms with numbers of nodes in them. */
export type DrawnTerms = Omit<Terms, "parties"> & { parties: readonly number[] | null }

/**
 * Something that happens in a history. Nodes, things and collections are numbers that are taken modulo what there is, so
 * that an operation means something whatever was left out before it.
 */
export type Operation =
  | { do: "write"; node: number; thing: number; mark: Mark; parts: Parts }
  | { do: "revoke"; node: number; thing: number }
  | { do: "recall"; node: number; thing: number }
  | { do: "release"; node: number; thing: number; collection: number; again: boolean; by: number; urgent: boolean }
  | { do: "relay"; node: number; thing: number; collection: number }
  | { do: "agree"; node: number; request: number; by: Agreeing }
  | { do: "mark"; node: number; thing: number; mark: Mark }
  | { do: "erase"; node: number; thing: number; collection: number }
  | { do: "share"; node: number; others: number[]; terms: DrawnTerms }
  | { do: "terms"; node: number; collection: number; change: Partial<DrawnTerms> }
  | { do: "widen"; node: number; collection: number; other: number }
  | { do: "narrow"; node: number; collection: number; other: number }
  | { do: "join" | "suspend" | "resume" | "leave"; node: number; other: number }
  | { do: "round"; node: number; other: number }
  | { do: "rotate" | "recover"; node: number }
  | { do: "cut"; node: number; other: number }
  | { do: "fault"; node: number; other: number; fault: Fault }
  | { do: "mend" | "let-go" | "late" }
  | { do: "replay"; letter: number }
  | { do: "crash"; node: number; when: "before-commit" | "after-commit"; commits: number }
  | { do: "start" | "back-up" | "restore"; node: number }
  | { do: "wait"; seconds: number }
  | { do: "trick"; trick: Trick; other: number; pick: number }

/** Its number in the history that was drawn: what it draws itself depends on that alone. */
export type Step = { number: number; operation: Operation }

/** `officers`: who can decide at each node; null where that is drawn too. */
export type Plan = { seed: number; nodes: number; officers: number | null; steps: Step[] }

/** Operations of a history after its opening, where nothing else is said. */
export const STEPS = 60

const NODES_FEWEST = 3
const NODES_MOST = 7

/** How often each happens. Many writes and rounds in between, or nothing would ever be anywhere to go wrong. */
const WEIGHTS: Readonly<Record<Operation["do"], number>> = {
  ...{ write: 10, revoke: 2, release: 18, mark: 5, recall: 5, erase: 3, share: 4, widen: 3, narrow: 2 },
  ...{ agree: 10, terms: 8, relay: 5 },
  ...{ join: 2, suspend: 2, resume: 2, leave: 1, round: 30, rotate: 1, recover: 1 },
  ...{ cut: 1, fault: 8, mend: 2, "let-go": 3, late: 2, replay: 4 },
  ...{ crash: 4, start: 3, "back-up": 3, restore: 2, wait: 3, trick: 14 },
}

/** A history from one number: how many nodes, and what happens. The last node is the hostile one. */
export function draw(seed: number, length: number): Plan {
  const dice = new Dice(`history ${seed}`)
  const nodes = NODES_FEWEST + Math.min(dice.below(NODES_MOST - NODES_FEWEST + 1), dice.below(8))
  const steps = Array.from({ length }, (_, number) => ({ number, operation: drawOne(dice, nodes) }))
  return { seed, nodes, officers: null, steps: [...opening(dice, nodes), ...steps] }
}

/**
 * Without something to share there would be little history: each node writes, and shares with some others. What one of
 * them, which has two collections, wrote is read and cosigned when it is backed up.
 */
function opening(dice: Dice, nodes: number): Step[] {
  const everybody = Array.from({ length: nodes - 1 }, (_, node) => node)
  const operations = Array.from({ length: nodes }, (_, node): Operation[] => [
    { do: "write", node, thing: 0, mark: 1, parts: drawParts(dice) },
    {
      do: "share",
      node,
      others: node === nodes - 1 ? everybody : drawOthers(dice, nodes),
      terms: drawTerms(dice, nodes),
    },
    { do: "release", node, thing: 0, collection: 0, again: false, by: dice.below(2), urgent: false },
    { do: "agree", node, request: 0, by: "may" },
  ]).flat()
  const node = dice.below(nodes - 1)
  const others = Array.from({ length: nodes }, (_, other) => other).filter((other) => other !== node)
  const more: Operation[] = [
    { do: "share", node, others: drawOthers(dice, nodes), terms: drawTerms(dice, nodes) },
    { do: "release", node, thing: 0, collection: 1, again: false, by: 0, urgent: false },
    { do: "agree", node, request: 0, by: "may" },
  ]
  const rounds = [...others, ...others].map((other): Operation => ({ do: "round", node, other }))
  const all = [...operations, ...more, ...rounds, { do: "back-up", node } as const]
  return all.map((operation, at) => ({ number: -1 - at, operation }))
}

function drawOthers(dice: Dice, nodes: number): number[] {
  return Array.from({ length: 1 + dice.below(3) }, () => dice.below(nodes))
}

function drawOne(dice: Dice, nodes: number): Operation {
  const kind = dice.weighed(WEIGHTS)
  const [node, other, thing, collection] = [dice.below(nodes), dice.below(nodes), dice.below(4), dice.below(4)]
  switch (kind) {
    case "join":
    case "suspend":
    case "resume":
    case "leave":
    case "round":
    case "cut":
      return { do: kind, node, other }
    case "widen":
    case "narrow":
      return { do: kind, node, collection, other }
    case "fault":
      return { do: kind, node, other, fault: dice.pick(FAULTS) }
    case "trick":
      return { do: kind, trick: dice.pick(TRICKS), other, pick: dice.below(1000) }
    case "share":
      return { do: kind, node, others: drawOthers(dice, nodes), terms: drawTerms(dice, nodes) }
    case "terms":
      return { do: kind, node, collection, change: drawChange(dice, nodes) }
    case "replay":
    case "wait":
    case "mend":
    case "let-go":
    case "late":
      return drawAround(dice, kind)
    default:
      return drawAt(dice, kind, { node, thing, collection })
  }
}

type Around = "replay" | "wait" | "mend" | "let-go" | "late"

function drawAround(dice: Dice, kind: Around): Operation {
  if (kind === "replay") return { do: kind, letter: dice.below(1000) }
  if (kind === "wait") return { do: kind, seconds: dice.pick([1, 30, 90, 300, 4000, 90_000]) }
  return { do: kind }
}

type With = Extract<Operation, { other: number } | { others: number[] }>["do"] | "terms" | "trick"
type Alone = Exclude<Operation["do"], With | Around>

/** What a node does without another. */
function drawAt(dice: Dice, kind: Alone, at: { node: number; thing: number; collection: number }): Operation {
  const { node, thing, collection } = at
  switch (kind) {
    case "write":
      return { do: kind, node, thing, mark: drawMark(dice), parts: drawParts(dice) }
    case "release":
      return { do: kind, ...at, again: dice.happens(20), ...drawAsking(dice) }
    case "relay":
      return { do: kind, ...at }
    case "agree":
      return { do: kind, node, request: dice.below(3), by: drawAgreeing(dice) }
    case "mark":
      return { do: kind, node, thing, mark: dice.pick([1, 2, 2, 3, 4] as const) }
    case "revoke":
    case "recall":
      return { do: kind, node, thing }
    case "erase":
      return { do: kind, node, thing, collection }
    case "crash":
      return { do: kind, node, when: dice.pick(["before-commit", "after-commit"]), commits: 1 + dice.below(4) }
    case "start":
    case "back-up":
    case "restore":
    case "rotate":
    case "recover":
      return { do: kind, node }
  }
}

import { HOSTILE, NAMES } from "./names.ts"
import { LEVELS } from "./objects.ts"
import type { DrawnTerms, Operation, Plan, Step } from "./operations.ts"

/** A history in lines that a person reads, the number of each operation in front. */
export function sayPlan({ nodes, steps }: Pick<Plan, "nodes" | "steps">): string[] {
  const name = nameOf(nodes)
  return steps.map(({ number, operation }) => `${String(number).padStart(4)}  ${sayOperation(operation, name)}`)
}

export function sayStep({ operation }: Step, nodes: number): string {
  return sayOperation(operation, nameOf(nodes))
}

function nameOf(nodes: number): (node: number) => string {
  return (node) => [...NAMES.slice(0, nodes - 1), HOSTILE][node % nodes] ?? "?"
}

function sayOperation(op: Operation, name: (node: number) => string): string {
  switch (op.do) {
    case "write":
      return `${name(op.node)} writes thing ${op.thing}, or a new version of it, under ${LEVELS[op.mark]}: ${op.parts}`
    case "revoke":
      return `${name(op.node)} writes the last version of thing ${op.thing}: it is revoked`
    case "release":
      return `${name(op.node)} releases thing ${op.thing} into collection ${op.collection}${op.again ? ", recalled or not" : ""}, by person ${op.by}${op.urgent ? ", in need" : ""}`
    case "agree":
      return `${typeof op.by === "number" ? `person ${op.by}` : `who ${op.by}`} of ${name(op.node)} agrees to request ${op.request}`
    case "relay":
      return `${name(op.node)} passes thing ${op.thing} of somebody else on into collection ${op.collection}`
    case "mark":
      return `${name(op.node)} marks thing ${op.thing} as ${LEVELS[op.mark]}`
    case "recall":
      return `${name(op.node)} recalls thing ${op.thing}`
    case "erase":
      return `${name(op.node)} erases thing ${op.thing} in collection ${op.collection}`
    case "share":
      return `${name(op.node)} makes a collection for ${op.others.map(name).join(", ")} under ${sayTerms(op.terms)}`
    case "terms":
      return `${name(op.node)} changes the terms of collection ${op.collection}: ${sayTerms(op.change)}`
    case "widen":
      return `${name(op.node)} lets ${name(op.other)} read collection ${op.collection} too`
    case "narrow":
      return `${name(op.node)} takes ${name(op.other)} out of the audience of collection ${op.collection}`
    default:
      return sayRest(op, name)
  }
}

type Rest = Exclude<
  Operation,
  { do: "write" | "revoke" | "release" | "agree" | "relay" | "mark" | "recall" | "erase" | Sharing }
>
type Sharing = "share" | "terms" | "widen" | "narrow"

/** By node numbers. */
function sayTerms(terms: Partial<DrawnTerms>): string {
  return Object.entries(terms)
    .map(([name, term]) => `${name} ${JSON.stringify(term)}`)
    .join(", ")
}

function sayRest(op: Rest, name: (node: number) => string): string {
  switch (op.do) {
    case "join":
      return `${name(op.node)} invites ${name(op.other)}, and both compare`
    case "suspend":
    case "resume":
    case "leave":
      return `${name(op.node)} ${op.do}s ${op.do === "leave" ? "" : "with "}${name(op.other)}`
    case "round":
      return `${name(op.node)} goes to ${name(op.other)}: delivers, tells, pulls`
    case "rotate":
    case "recover":
      return `${name(op.node)} ${op.do}s its key`
    case "cut":
      return `nothing passes between ${name(op.node)} and ${name(op.other)}`
    case "fault":
      return `the next message of ${name(op.node)} to ${name(op.other)}: ${op.fault}`
    case "mend":
      return "the network is whole again"
    case "let-go":
      return "what the network held goes on"
    case "late":
      return "what was late arrives, in any order"
    case "replay":
      return `somebody sends recorded message ${op.letter} once more`
    case "crash":
      return `${name(op.node)} will crash at commit ${op.commits} from now, ${op.when === "before-commit" ? "before" : "after"} it is durable`
    case "start":
      return `${name(op.node)} is started anew`
    case "back-up":
      return `${name(op.node)} is backed up`
    case "restore":
      return `${name(op.node)} loses its disk, and the last backup is put in its place`
    case "wait":
      return `${op.seconds} seconds pass`
    case "trick":
      return `${HOSTILE} tries with ${name(op.other)}: ${op.trick} ${op.pick}`
  }
}

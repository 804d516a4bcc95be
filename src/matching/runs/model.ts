import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Purpose } from "../../policy/index.ts"
import type { ItemType } from "../items/types.ts"

/** How the items of both sides are hidden, and the size that is seen of a list. */
export { paddedSize, SUITE } from "../psi/model.ts"

/** Below this number the answer is "fewer than", unless both agree on another. */
export const SMALLEST_USUAL = 5
export const SMALLEST_MOST = 1000
export const PADDED_LEAST = 256
export const MATCH_MOST = 1_048_576
/** Text that says on what a match rests. */
export const BASIS_MOST = 2000

export type RunId = Id<"match">
export type RunRole = "proposer" | "acceptor"

/**
 * `drafted`: waits for a second person here; `proposed`: waits for the acceptor; `running`: the lists are compared;
 * `counted`: how many is known, and each side says whether it opens; `opening`: both do, and which these are is told.
 * The others are its ends; `done` is one in which all happened that was agreed.
 */
export const RUN_STATES = [
  ...["drafted", "proposed", "running", "counted", "opening", "done"],
  ...["refused", "declined", "cancelled", "expired", "broken"],
] as const
export type RunState = (typeof RUN_STATES)[number]

const ENDS: ReadonlySet<RunState> = new Set(["done", "refused", "declined", "cancelled", "expired", "broken"])
export function hasEnded({ state }: Pick<Run, "state">): boolean {
  return ENDS.has(state)
}

/** What this node does in a run, in this order; how far it is within one says the runner. */
export const PHASES = [
  ...["gather", "mask", "commit", "fetch", "remask", "tags", "fetch-tags", "count"],
  ...["consent", "open", "labels", "fetch-labels", "end"],
] as const
export type Phase = (typeof PHASES)[number]

/** Who gets to know which items are common, once both consent. Both always learn how many. */
export const LEARNERS = ["both", "proposer", "acceptor", "none"] as const
export type Learners = (typeof LEARNERS)[number]

/** Of one type of items in one run. Numbers of the own list stay here; the partner sees the padded size alone. */
export type RunType = {
  type: ItemType
  /** Largest list of either side. */
  most: number
  /** The smallest number that is told; below it the answer is "fewer than". */
  smallest: number
  /** Items of the own list that are used; null until they were gathered. */
  used: number | null
  /** Of the own list, left out because they stand on warning lists: everybody shares them. */
  warned: number | null
  /** Padded sizes, as committed. */
  own: number | null
  theirs: number | null
  count: Count
  /** Whether each side consented to open this type; null before it said anything. */
  ours: boolean | null
  partners: boolean | null
}

/** `fewer`: than the smallest number that is told, also none at all; the true number is kept nowhere. */
export type Count = { is: "unknown" } | { is: "fewer"; than: number } | { is: "number"; number: number }

export type Run = {
  key: number
  id: RunId
  /** Of the peer's row, and its party. */
  peer: number
  party: PartyId
  role: RunRole
  state: RunState
  phase: Phase
  /** Why it pauses at this side; null while it goes on. */
  paused: PauseReason | null
  /** Why it ended as it did: a code, of the partner's where `by` says so. */
  reason: string | null
  /** Which side ended it; null while it goes on, or where nobody did. */
  endedBy: "us" | "them" | null
  /** The own saved list; null as long as nobody here chose one. */
  list: string | null
  purpose: Purpose
  basis: string
  agreement: string | null
  learners: Learners
  types: readonly RunType[]
  createdAt: Instant
  expiresAt: Instant
  endedAt: Instant | null
  /** When keys and lists of the run were erased here. */
  erasedAt: Instant | null
}

/** `dense`: the own list holds so many neighbouring addresses that somebody must look before it is used. */
export const PAUSE_REASONS = ["person", "dense"] as const
export type PauseReason = (typeof PAUSE_REASONS)[number]

/** Who has to do something next so that it goes on; `machines`: nobody, it works. */
export type Waiting = "us" | "them" | "machines" | "nobody"

/** A common item and what each side knows about it; only what policy lets each tell the other. */
export type RunItem = {
  /** Its place in the result. */
  seq: number
  type: ItemType
  item: Buffer
  ours: Knowledge | null
  /** Null where the partner told nothing about it. */
  theirs: Knowledge | null
}

/** What a side knows about an item, as it stands in its library. Times as STIX writes them. */
export type Knowledge = {
  firstSeen: string | null
  lastSeen: string | null
  confidence: number | null
  labels: readonly string[]
  names: readonly string[]
  /** TLP, in small letters, the strictest of the objects from which this is. */
  marking: string | null
  /** Objects of the library from which this is; the partner is not told which these are. */
  objects: number
}

/** What is told of a number that was found. */
export function countOf(found: number, smallest: number): Count {
  return found < smallest ? { is: "fewer", than: smallest } : { is: "number", number: found }
}

/** Types whose number was told: only these can be opened. */
export function openable({ types }: Pick<Run, "types">): ItemType[] {
  return types.filter(({ count }) => count.is === "number" && count.number > 0).map(({ type }) => type)
}

/** Types that both sides consented to open. */
export function opened({ types }: Pick<Run, "types">): ItemType[] {
  return types.filter(({ ours, partners }) => ours === true && partners === true).map(({ type }) => type)
}

/** Whether a side gets to know which items are common. */
export function learns(side: RunRole, learners: Learners): boolean {
  return learners === "both" || learners === side
}

export function otherRole(role: RunRole): RunRole {
  return role === "proposer" ? "acceptor" : "proposer"
}

/** Whose turn it is. */
export function waitingFor({ state, role, paused, types }: Pick<Run, "state" | "role" | "paused" | "types">): Waiting {
  if (ENDS.has(state)) return "nobody"
  if (state === "drafted") return "us"
  if (state === "proposed") return role === "acceptor" ? "us" : "them"
  if (paused !== null) return "us"
  if (state === "counted") return types.some(({ ours }) => ours !== null) ? "them" : "us"
  return "machines"
}

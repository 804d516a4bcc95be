import type { ItemType } from "../items/types.ts"
import type { Said, Statement } from "./message.ts"
import { countOf, learns, openable, opened, paddedSize, type Run } from "./model.ts"

/** A code of what is wrong with a word of the partner's, as far as the run tells; null if nothing is. */
export type Fault = `match.${string}`

/** What is told of one item at most, and with the item itself as it travels. */
export const KNOWLEDGE_MOST = 8 * 1024
export const LABEL_MOST = 16 * 1024

/** What a partner may not say in this run, though it is well-formed and signed. */
export function faultIn(run: Run, said: Statement): Fault | null {
  switch (said.step) {
    case "commit":
      return faultInSizes(run, said)
    case "count":
      return faultInCounts(run, said)
    case "consent":
      return said.types.every((type) => openable(run).includes(type)) ? null : "match.not-openable"
    case "open":
      return sameTypes(said.seeds, learns(run.role, run.learners) ? opened(run) : []) ? null : "match.seeds"
    case "labels":
      return said.bytes <= labelsMost(run) ? null : "match.labels"
    default:
      return null
  }
}

function faultInSizes({ types }: Run, said: Said<"commit">): Fault | null {
  if (!sameTypes(said.types, namesOf(types))) return "match.types"
  const fits = types.every(({ type, most }) => {
    const size = said.types.find((one) => one.type === type)?.size ?? 0
    return size === paddedSize(size) && size <= paddedSize(most)
  })
  return fits ? null : "match.size"
}

function faultInCounts({ types }: Run, said: Said<"count">): Fault | null {
  if (!sameTypes(said.types, namesOf(types))) return "match.types"
  const fits = types.every(({ type, smallest, own, theirs }) => {
    const count = said.types.find((one) => one.type === type)?.count ?? null
    return count === null || (count >= smallest && count <= Math.min(own ?? 0, theirs ?? 0))
  })
  return fits ? null : "match.count"
}

/** Bytes that all labels of a run take at most; none where only one side learns which items are common. */
export function labelsMost(run: Run): number {
  if (run.learners !== "both") return 0
  const found = run.types.filter(({ type }) => opened(run).includes(type))
  return found.reduce((sum, { count }) => sum + (count.is === "number" ? count.number : 0), 0) * LABEL_MOST
}

/** What is told of numbers that were found. */
export function toldCounts(run: Run, found: ReadonlyMap<ItemType, number>): Said<"count">["types"] {
  return run.types.map(({ type, smallest }) => {
    const count = countOf(found.get(type) ?? 0, smallest)
    return { type, count: count.is === "number" ? count.number : null }
  })
}

/** Both sides must have found the same. */
export function sameCounts(one: Said<"count">, other: Said<"count">): boolean {
  return one.types.every(({ type, count }, i) => other.types[i]?.type === type && other.types[i]?.count === count)
}

/** An acceptance may make lists smaller, and nothing else. */
export function faultInAcceptance({ types }: Run, said: Said<"accept">, proposal: string): Fault | null {
  if (said.proposal !== proposal) return "match.transcript"
  if (!sameTypes(said.types, namesOf(types))) return "match.types"
  return said.types.every(({ most }, i) => most <= (types[i]?.most ?? 0)) ? null : "match.size"
}

function sameTypes(rows: readonly { type: ItemType }[], types: readonly ItemType[]): boolean {
  return rows.length === types.length && rows.every(({ type }, i) => type === types[i])
}

const namesOf = (rows: readonly { type: ItemType }[]) => rows.map(({ type }) => type)

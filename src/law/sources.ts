import type { Facts } from "./facts.ts"
import type { SourceClass, Sourced } from "./model.ts"

/** Where a fact was read: who stands behind the address, and how near to the act. */
export type Source = { class: SourceClass; name: string; known: boolean }

/** By the host of the address, or a name above it; one that nobody classed counts as secondary. */
export function sourceOf(facts: Facts, { source, own }: Pick<Sourced, "source" | "own">): Source {
  const host = URL.parse(source)?.hostname.replace(/^www\./, "") ?? ""
  if (own) return { class: "own", name: host, known: true }
  for (let name = host; name !== ""; name = name.includes(".") ? name.slice(name.indexOf(".") + 1) : "") {
    const found = facts.sources.get(name)
    if (found !== undefined) return { class: found.class, name: found.name, known: true }
  }
  return { class: "secondary", name: host === "" ? source : host, known: false }
}

/** Independent sources, by who stands behind them, that say the same of a place and an instrument. */
export function confirmations(facts: Facts, instrument: string, place: string): number {
  const rows = facts.participation.get(`${instrument}/${place}`) ?? []
  return new Set(rows.map((row) => sourceOf(facts, row).name)).size
}

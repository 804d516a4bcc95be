import type { Standing, VersionFilter } from "../../src/library/index.ts"

// TAXII 2.1 section 3.4 in the most naive way: lists, and every question answered by looking at everything.

export type NaiveEntry = Standing & { id: string; type: string; text: string }

export type NaiveQuery = {
  after: number
  types: readonly string[] | null
  ids: readonly string[] | null
  specs: readonly string[] | null
  versions: VersionFilter
}

/** The live entries that a reader should see, in order. */
export function naiveAnswer(live: readonly NaiveEntry[], query: NaiveQuery): NaiveEntry[] {
  return live
    .filter((entry) => query.ids === null || query.ids.includes(entry.id))
    .filter((entry) => query.types === null || query.types.includes(entry.type))
    .filter((entry) => entry.seq > query.after)
    .filter((entry) => {
      const versions = live.filter(({ id }) => id === entry.id)
      return naiveSelect(versions, query.specs, query.versions).includes(entry.seq)
    })
    .sort((a, b) => a.seq - b.seq)
}

/** The numbers of the chosen versions of one object; an entry's rank is how many stand before it. */
export function naiveSelect(
  entries: readonly Standing[],
  specs: readonly string[] | null,
  versions: VersionFilter,
): number[] {
  const wanted = specs ?? [entries.some(({ spec }) => spec === "2.1") ? "2.1" : "2.0"]
  const left = entries.filter(({ spec }) => wanted.includes(spec))
  const before = (a: Standing, b: Standing) => timeOf(a) < timeOf(b) || (timeOf(a) === timeOf(b) && a.seq < b.seq)
  const kept = left.filter((entry) => {
    const rank = left.filter((other) => before(other, entry)).length
    if (versions === "all") return true
    const named = versions.at.some((text) => Date.parse(`${text}Z`) === timeOf(entry))
    return named || (versions.first && rank === 0) || (versions.last && rank === left.length - 1)
  })
  return kept.map(({ seq }) => seq).sort((a, b) => a - b)
}

function timeOf({ stamp, dateAdded }: Standing): number {
  return stamp === null ? dateAdded / 1000 : Date.parse(stamp)
}

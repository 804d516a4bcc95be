import type { Knowledge } from "./model.ts"

/** What a side knows about an item, as commands give it to programs. */
export type ToldKnown = {
  first_seen: string | null
  last_seen: string | null
  confidence: number | null
  marking: string | null
  objects: number
  labels: string[]
  names: string[]
}

export function toldKnown(known: Knowledge | null): ToldKnown | null {
  if (known === null) return null
  const { firstSeen, lastSeen, confidence, labels, names, marking, objects } = known
  const lists = { labels: [...labels], names: [...names] }
  return { first_seen: firstSeen, last_seen: lastSeen, confidence, marking, objects, ...lists }
}

/** The same in one line. */
export function knownText({ names, labels, first_seen, last_seen, confidence, marking }: ToldKnown): string {
  const days = [first_seen, last_seen].flatMap((at) => (at === null ? [] : [at.slice(0, 10)]))
  const tlp = marking === null ? [] : [`TLP:${marking.toUpperCase()}`]
  const sure = confidence === null ? [] : [`${confidence} %`]
  return [...names, ...labels, [...new Set(days)].join(" – "), ...sure, ...tlp].filter((one) => one !== "").join(", ")
}

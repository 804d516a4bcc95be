import { EUROPEAN_UNION } from "../kernel/places.ts"
import type { Safeguard } from "./findings.ts"
import { type Channel, type SafeguardCode, type SafeguardFact, safeguardCodes } from "./model.ts"
import type { Query } from "./query.ts"
import type { Lookup } from "./standing.ts"

/** What a person must look at for each kind of channel, whether or not a fact about it is known. */
const ALWAYS: Readonly<Record<Channel["kind"], readonly SafeguardCode[]>> = {
  judicial: ["dual-criminality", "political-offence", "fundamental-rights", "use-limits"],
  provider: ["fundamental-rights", "blocking-statute", "use-limits"],
  police: ["political-offence", "fundamental-rights", "use-limits"],
  technical: ["use-limits"],
}

/** Data that speak of people need a ground for the way back; help without data needs none. */
function speaksOfPeople({ data, measure }: Query): boolean {
  return data !== "none" || measure === "spontaneous" || measure === "notify" || measure === "joint-team"
}

export function safeguardsOf(known: Lookup, channel: Channel, query: Query): Safeguard[] {
  const { facts } = known
  const there = lawsOf(known, query.to)
  const within = isMember(known, query.from) && isMember(known, query.to)
  const rows = [...(facts.safeguards.get(channel.instrument) ?? []), ...there, ...lawsOf(known, query.from)]
  const wanted = new Set(ALWAYS[channel.kind])
  if (channel.kind !== "technical" && speaksOfPeople(query)) wanted.add("data-protection")
  // What the Union forbids to hand to third countries says nothing among its members.
  const statutes = there.filter(
    ({ safeguard, place }) => safeguard === "blocking-statute" && !(within && place === EUROPEAN_UNION),
  )
  if (statutes.length > 0 && channel.kind !== "technical") wanted.add("blocking-statute")
  return safeguardCodes
    .filter((code) => wanted.has(code))
    .map((code) => {
      // A statute against handing over counts for the side that is asked; every other ground for both.
      const about = code === "blocking-statute" ? statutes : rows.filter(({ safeguard }) => safeguard === code)
      return { code, facts: [...new Set(about.map(({ ref }) => ref))] }
    })
}

/** What the law of a place says, and that of the European Union in its member States. */
function lawsOf(known: Lookup, place: string): readonly SafeguardFact[] {
  const { facts } = known
  const union = place !== EUROPEAN_UNION && isMember(known, place) ? facts.safeguards.get(EUROPEAN_UNION) : undefined
  return [...(facts.safeguards.get(place) ?? []), ...(union ?? [])]
}

function isMember({ standing }: Lookup, place: string): boolean {
  return place === EUROPEAN_UNION || standing("eu", place).state === "bound"
}

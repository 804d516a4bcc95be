import type { Facts } from "./facts.ts"
import type { Safeguard } from "./findings.ts"
import { type Channel, type SafeguardCode, safeguardCodes } from "./model.ts"
import type { Query } from "./query.ts"

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

export function safeguardsOf(facts: Facts, channel: Channel, query: Query): Safeguard[] {
  const rows = [
    ...(facts.safeguards.get(channel.instrument) ?? []),
    ...[query.to, query.from].flatMap((place) => facts.safeguards.get(place) ?? []),
  ]
  const wanted = new Set(ALWAYS[channel.kind])
  if (channel.kind !== "technical" && speaksOfPeople(query)) wanted.add("data-protection")
  const statute = rows.some(({ safeguard, place }) => safeguard === "blocking-statute" && place === query.to)
  if (statute && channel.kind !== "technical") wanted.add("blocking-statute")
  return safeguardCodes
    .filter((code) => wanted.has(code))
    .map((code) => ({
      code,
      facts: rows
        .filter(({ safeguard, place }) => safeguard === code && isAbout(code, place, query))
        .map(({ ref }) => ref),
    }))
}

/** A statute against handing over counts for the side that is asked; grounds for the way back, for both. */
function isAbout(code: SafeguardCode, place: string, { to }: Query): boolean {
  return code !== "blocking-statute" || place === "" || place === to
}

import type { Facts } from "./facts.ts"
import type { Missing, Reason } from "./findings.ts"
import type { Channel, Condition, FactRef } from "./model.ts"
import type { Query } from "./query.ts"

/** What a "no" means where the other side may still help: it may refuse, or help by courtesy alone. */
const DOUBTFUL: ReadonlySet<Condition> = new Set(["dual-criminality", "treaty-between"])

const PENALTIES: Readonly<Partial<Record<Condition, number>>> = { "penalty-3-years": 3, "penalty-4-years": 4 }

export type Considered = { reasons: Reason[]; missing: Missing[] }

/** What a channel needs beside its instrument, against what the person told of the case. */
export function considerNeeds(facts: Facts, channel: Channel, query: Query, further: readonly Condition[]): Considered {
  const needs = [...new Set([...channel.needs, ...further])]
  const out: Considered = { reasons: [], missing: [] }
  for (const need of needs) {
    const reason = considerOne(facts, channel, need, query)
    out.reasons.push(reason)
    const settled = reason.code !== "condition-open" && reason.code !== "offence-listing-reported"
    if (!settled) out.missing.push({ code: need, values: { channel: channel.id } })
  }
  return out
}

function considerOne(facts: Facts, channel: Channel, need: Condition, query: Query): Reason {
  const values = { condition: need, channel: channel.id }
  const cited = [channel.ref]
  const least = PENALTIES[need]
  if (least !== undefined) return considerPenalty(facts, channel, need, least, query)
  const told = query.answers[need]
  if (told === "yes") return { code: "condition-met", effect: "for", values, facts: cited }
  if (told === undefined) return { code: "condition-open", effect: "conditional", values, facts: cited }
  if (DOUBTFUL.has(need)) return { code: "condition-doubtful", effect: "conditional", values, facts: cited }
  return { code: "condition-unmet", effect: "closed", values, facts: cited }
}

/** An offence that the instrument lists needs no such penalty; one that only a report lists may need it. */
function considerPenalty(facts: Facts, channel: Channel, need: Condition, least: number, query: Query): Reason {
  const values = { condition: need, channel: channel.id }
  const { penaltyYears, class: offence } = query.offence
  const told = query.answers[need]
  const rows = (offence === null ? [] : (facts.offences.get(offence) ?? [])).filter(
    ({ instrument, listed }) => listed && instrument === channel.instrument,
  )
  const refs: FactRef[] = [channel.ref, ...rows.map(({ ref }) => ref)]
  if (told === "yes" || (penaltyYears !== null && penaltyYears >= least))
    return { code: "condition-met", effect: "for", values, facts: [channel.ref] }
  if (rows.some(({ verified }) => verified === "yes"))
    return { code: "offence-listed", effect: "for", values, facts: refs }
  if (rows.length > 0) return { code: "offence-listing-reported", effect: "conditional", values, facts: refs }
  const refuted = told === "no" || penaltyYears !== null
  const mayBeListed = offence === null && listsOffences(facts, channel.instrument)
  if (!refuted || mayBeListed) return { code: "condition-open", effect: "conditional", values, facts: [channel.ref] }
  return { code: "condition-unmet", effect: "closed", values, facts: [channel.ref] }
}

function listsOffences(facts: Facts, instrument: string): boolean {
  return facts.rows.offences.some((one) => one.listed && one.instrument === instrument)
}

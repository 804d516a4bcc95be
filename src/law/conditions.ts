import type { Facts } from "./facts.ts"
import type { Missing, Reason } from "./findings.ts"
import type { Channel, Condition, FactRef } from "./model.ts"
import type { Query } from "./query.ts"

/** What a "no" means where the other side may still help: it may refuse, or help by courtesy alone. */
const DOUBTFUL: ReadonlySet<Condition> = new Set(["dual-criminality", "treaty-between"])

const PENALTIES: Readonly<Partial<Record<Condition, number>>> = { "penalty-3-years": 3, "penalty-4-years": 4 }

export type Considered = { reasons: Reason[]; missing: Missing[] }

/** A condition, the row that sets it, and whether that row was read: one that was not closes nothing. */
export type Need = { condition: Condition; ref: FactRef; sure: boolean }

/** What a channel needs beside its instrument, against what the person told of the case. */
export function considerNeeds(facts: Facts, channel: Channel, query: Query, further: readonly Need[]): Considered {
  const own = channel.needs.map((condition) => ({ condition, ref: channel.ref, sure: channel.verified === "yes" }))
  const out: Considered = { reasons: [], missing: [] }
  for (const need of oncePerCondition([...own, ...further])) {
    const reason = considerOne(facts, channel, need, query)
    out.reasons.push(reason)
    const settled = reason.code !== "condition-open" && reason.code !== "offence-listing-reported"
    if (!settled) out.missing.push({ code: need.condition, values: { channel: channel.id } })
  }
  return out
}

/** Of several rows that set the same condition, one that was read counts. */
function oncePerCondition(needs: readonly Need[]): Need[] {
  const found = new Map<Condition, Need>()
  for (const need of needs) if (found.get(need.condition)?.sure !== true) found.set(need.condition, need)
  return [...found.values()]
}

function considerOne(facts: Facts, channel: Channel, need: Need, query: Query): Reason {
  const { condition, ref } = need
  const least = PENALTIES[condition]
  if (least !== undefined) return considerPenalty(facts, channel, need, least, query)
  const values = { condition, channel: channel.id }
  const told = query.answers[condition]
  if (told === "yes") return { code: "condition-met", effect: "for", values, facts: [ref] }
  if (told === undefined) return { code: "condition-open", effect: "conditional", values, facts: [ref] }
  if (DOUBTFUL.has(condition)) return { code: "condition-doubtful", effect: "conditional", values, facts: [ref] }
  return unmet(need, channel)
}

function unmet({ condition, ref, sure }: Need, { id }: Channel): Reason {
  const values = { condition, channel: id }
  return { code: "condition-unmet", effect: sure ? "closed" : "unknown", values, facts: [ref] }
}

/** An offence that the instrument lists needs no such penalty; one that only a report lists may need it. */
function considerPenalty(facts: Facts, channel: Channel, need: Need, least: number, query: Query): Reason {
  const { condition, ref } = need
  const values = { condition, channel: channel.id }
  const { penaltyYears, class: offence } = query.offence
  const told = query.answers[condition]
  const rows = (offence === null ? [] : (facts.offences.get(offence) ?? [])).filter(
    ({ instrument, listed }) => listed && instrument === channel.instrument,
  )
  const refs: FactRef[] = [ref, ...rows.map((row) => row.ref)]
  if (told === "yes" || (penaltyYears !== null && penaltyYears >= least))
    return { code: "condition-met", effect: "for", values, facts: [ref] }
  if (rows.some(({ verified }) => verified === "yes"))
    return { code: "offence-listed", effect: "for", values, facts: refs }
  if (rows.length > 0) return { code: "offence-listing-reported", effect: "conditional", values, facts: refs }
  const refuted = told === "no" || penaltyYears !== null
  const mayBeListed = offence === null && listsOffences(facts, channel.instrument)
  if (!refuted || mayBeListed) return { code: "condition-open", effect: "conditional", values, facts: [ref] }
  return unmet(need, channel)
}

function listsOffences(facts: Facts, instrument: string): boolean {
  return facts.rows.offences.some((one) => one.listed && one.instrument === instrument)
}

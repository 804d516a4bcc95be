import { type Considered, considerNeeds } from "./conditions.ts"
import type { Facts } from "./facts.ts"
import { type Answer, type Assessment, byRank, type Finding, type Missing, type Reason, verdictOf } from "./findings.ts"
import type { Channel, FactRef } from "./model.ts"
import { openingsOf } from "./openings.ts"
import { NO_REFUSALS, type OwnRefusals, type Query } from "./query.ts"
import { considerReservations } from "./reserving.ts"
import { safeguardsOf } from "./safeguards.ts"
import { type Lookup, lookup, type Standing } from "./standing.ts"

/**
 * By which channels one place may ask another, on a day, and why: one finding for every channel that knows the
 * measure. Pure: the same question and the same facts give the same answer. Only verified facts open or close.
 */
export function findPaths(query: Query, facts: Facts, refusals: OwnRefusals = NO_REFUSALS): Answer {
  return answerFrom(lookup(facts, query.date), query, refusals)
}

/** The same for many questions of one day, so that nothing is looked up twice. */
export function answerFrom(known: Lookup, query: Query, refusals: OwnRefusals = NO_REFUSALS): Answer {
  const found = ranked(known, query, refusals)
  const preservation = isVolatile(query) ? preserving(known, query, refusals) : null
  const findings = preservation === null ? found : found.map((one) => preservedFirst(one))
  return { query, findings, preservation }
}

function ranked(known: Lookup, query: Query, refusals: OwnRefusals): Finding[] {
  return channelsFor(known, query)
    .map((channel) => assess(known, channel, query, refusals))
    .toSorted(byRank)
    .map((assessment) => findingOf(known, assessment, query))
}

/** The best of them alone; null where no channel knows the measure. */
export function bestPath(known: Lookup, query: Query, refusals: OwnRefusals = NO_REFUSALS): Assessment | null {
  let best: Assessment | null = null
  for (const channel of channelsFor(known, query)) {
    const one = assess(known, channel, query, refusals)
    if (best === null || byRank(one, best) < 0) best = one
  }
  return best
}

function channelsFor({ facts, once }: Lookup, { measure }: Query): readonly Channel[] {
  return once(`channels/${measure}`, () => facts.channels.filter(({ measures }) => measures.includes(measure)))
}

/** Data go while a request is on its way: whoever asks to have them produced has them preserved first. */
function isVolatile({ measure, data }: Query): boolean {
  return data !== "none" && (measure === "produce" || measure === "disclose")
}

function preserving(known: Lookup, query: Query, refusals: OwnRefusals): Answer["preservation"] {
  const best = bestPath(known, { ...query, measure: "preserve" }, refusals)
  return best === null || best.verdict === "closed" || best.verdict === "unknown"
    ? null
    : { channel: best.channel.id, verdict: best.verdict }
}

/** Where the addressee of an order preserves the data itself, nobody needs to be asked for it before. */
function preservedFirst(finding: Finding): Finding {
  return finding.use === "evidence" && !finding.steps.includes("addressee-preserves")
    ? { ...finding, steps: ["preserve-first", ...finding.steps] }
    : finding
}

/** What one channel says to a question: the verdict, and all that it rests on. */
function assess(known: Lookup, channel: Channel, query: Query, refusals: OwnRefusals): Assessment {
  const parts = [
    considerPlaces(query, refusals),
    known.once(`channel/${channel.id}`, () => considerChannel(known.facts, channel)),
    // Within one place there is no path to ask for, whatever the instruments say.
    ...(query.from === query.to ? [] : consider(known, channel, query)),
  ]
  const reasons = parts.flatMap((part) => part.reasons)
  const missing = parts.flatMap((part) => part.missing)
  return { channel, verdict: verdictOf(reasons), reasons, missing, limit: limitOf(channel, query), use: channel.use }
}

function consider(known: Lookup, channel: Channel, query: Query): Considered[] {
  const { facts, once } = known
  const reserved = considerReservations(facts, channel, query)
  return [
    once(`force/${channel.instrument}`, () => considerForce(known, channel)),
    ...(channel.gate === "participants"
      ? [query.from, query.to].map((place) =>
          once(`place/${channel.instrument}/${place}`, () => considerPlace(known, channel, place)),
        )
      : [settledBetween(channel)]),
    reserved,
    considerData(channel, query),
    considerUrgency(channel, query),
    considerPrecedence(known, channel, query),
    considerNeeds(facts, channel, query, reserved.needs),
  ]
}

/** The shorter limit is for emergencies: whoever says that there is none has the usual one. */
function limitOf({ limit, urgentLimit }: Channel, { urgency, answers }: Query): string | null {
  return urgency === "urgent" && answers["threat-to-life"] !== "no" ? (urgentLimit ?? limit) : limit
}

function findingOf(known: Lookup, assessment: Assessment, query: Query): Finding {
  const { channel, reasons } = assessment
  return {
    ...assessment,
    opens: openingsOf(known, reasons),
    steps: channel.steps,
    safeguards: safeguardsOf(known, channel, query),
  }
}

const nothing: Considered = { reasons: [], missing: [] }

function one(reason: Reason, missing?: Missing): Considered {
  return { reasons: [reason], missing: missing === undefined ? [] : [missing] }
}

function considerPlaces({ from, to }: Query, refusals: OwnRefusals): Considered {
  if (from === to) return one({ code: "same-place", effect: "closed", values: { place: from }, facts: [] })
  const refused = [to, from].flatMap((place) => {
    const entry = refusals.get(place)
    return entry === undefined ? [] : [{ place, entry }]
  })
  const reasons = refused.map(
    ({ place, entry: { source, since } }): Reason => ({
      ...{ code: "own-refusal", effect: "closed", values: { place, text: source, date: since }, facts: [] },
    }),
  )
  return { reasons, missing: [] }
}

/** Is what the channel's own row says read in its source? The articles that were read are cited beside it. */
function considerChannel(facts: Facts, { ref, verified, id }: Channel): Considered {
  const values = { channel: id }
  const cited = [ref, ...(facts.articles.get(id) ?? []).map((article) => article.ref)]
  if (verified === "yes") return one({ code: "channel-read", effect: "for", values, facts: cited })
  const code = verified === "partly" ? "channel-partly" : "channel-reported"
  return one({ code, effect: "conditional", values, facts: cited }, { code: "channel", values })
}

function settledBetween({ ref, id }: Channel): Considered {
  return one({ code: "settled-between", effect: "note", values: { channel: id }, facts: [ref] })
}

function considerForce(known: Lookup, { instrument, ref }: Channel): Considered {
  const { state, day, facts } = known.force(instrument)
  const values = { instrument, ...(day === null ? {} : { date: day }) }
  const cited: readonly FactRef[] = facts.length === 0 ? [ref] : facts
  const missing: Missing = { code: "in-force", values }
  const practised = known.facts.instruments.get(instrument)?.status === "operating"
  switch (state) {
    case "yes":
      return one({ code: practised ? "operating" : "in-force", effect: "for", values, facts: cited })
    case "reported":
      return one({ code: "in-force-reported", effect: "conditional", values, facts: cited }, missing)
    case "unknown":
      return one({ code: "in-force-unknown", effect: "unknown", values, facts: cited }, missing)
    case "no": {
      const later = known.facts.instruments.get(instrument)?.inForceSince != null
      return one({ code: later ? "not-yet-in-force" : "not-in-force", effect: "closed", values, facts: cited })
    }
  }
}

const EFFECTS: Readonly<Record<Standing["state"], Reason["effect"]>> = {
  bound: "for",
  reported: "conditional",
  unknown: "unknown",
  "not-bound": "closed",
}

function considerPlace(known: Lookup, { instrument, ref }: Channel, place: string): Considered {
  const { state, code, facts, day } = known.standing(instrument, place)
  const values = { place, instrument, ...(day === null ? {} : { date: day }) }
  const reason: Reason = { code, effect: EFFECTS[state], values, facts: facts.length === 0 ? [ref] : facts }
  const isOpen = state === "reported" || state === "unknown"
  return one(reason, isOpen ? { code: "participation", values } : undefined)
}

/** What only a row says that nobody read in full closes nothing. */
function closing({ verified }: Channel): "closed" | "unknown" {
  return verified === "yes" ? "closed" : "unknown"
}

function considerData(channel: Channel, query: Query): Considered {
  const { data, id, ref } = channel
  if (data.includes(query.data)) return nothing
  // Where nobody said which data it is about, no channel is shut for it.
  if (query.data === "none") return nothing
  return one({
    code: "data-not-covered",
    effect: closing(channel),
    values: { channel: id, data: query.data },
    facts: [ref],
  })
}

/** An instrument that the channel's row names goes before it between parties to both, for the measures that it knows. */
function considerPrecedence(known: Lookup, channel: Channel, { from, to, measure }: Query): Considered {
  const { yieldsTo, id, ref } = channel
  const out: Considered = { reasons: [], missing: [] }
  for (const other of yieldsTo) {
    const knows = known.facts.channels.some((one) => one.instrument === other && one.measures.includes(measure))
    if (!knows) continue
    const both = [from, to].map((place) => known.standing(other, place))
    const force = known.force(other)
    if (both.some(({ state }) => state === "not-bound") || force.state === "no") continue
    const sure = both.every(({ state }) => state === "bound") && force.state === "yes"
    const values = { instrument: other, channel: id }
    const facts = [ref, ...both.flatMap((standing) => standing.facts)]
    out.reasons.push({
      code: sure ? "yields" : "may-yield",
      effect: sure ? closing(channel) : "conditional",
      values,
      facts,
    })
    if (!sure) out.missing.push({ code: "precedence", values })
  }
  return out
}

/** "Urgent" is a word of the person who asks; an emergency is what the instrument calls one. */
function considerUrgency(channel: Channel, { urgency, answers }: Query): Considered {
  const { emergencyOnly, urgentLimit, id, ref } = channel
  if (urgency === "urgent") {
    if (urgentLimit === null || answers["threat-to-life"] !== undefined) return nothing
    const reason: Reason = { code: "shorter-in-emergency", effect: "note", values: { channel: id }, facts: [ref] }
    return one(reason, { code: "threat-to-life", values: { channel: id } })
  }
  if (!emergencyOnly) return nothing
  return one({ code: "emergency-only", effect: closing(channel), values: { channel: id }, facts: [ref] })
}

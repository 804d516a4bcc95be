import type { Json } from "../kernel/canonical.ts"
import {
  type Answer,
  type FactRef,
  type Facts,
  type Finding,
  factsOf,
  type Query,
  sourceOf,
  type Verdict,
} from "../law/index.ts"
import { deadlineText, openingText, questionText, reasonText, type Speaker } from "./explaining.ts"

/** What programs get to read: codes for them, and beside each code its sentence. */
export type Told = {
  query: Query
  facts: { version: string; digest: string }
  findings: ToldFinding[]
  preservation: { channel: string; verdict: Verdict } | null
  /** `unknown: no channel recorded` where no channel knows the measure. */
  note: string | null
}

export type ToldFinding = {
  channel: string
  name: string
  instrument: string
  verdict: Verdict
  articles: string[]
  reasons: { code: string; effect: string; text: string; facts: string[] }[]
  missing: { code: string; question: string }[]
  firstDeadline: { limit: string | null; text: string } | null
  use: string
  steps: { code: string; text: string }[]
  opens: { code: string; text: string }[]
  safeguards: { code: string; text: string; facts: string[] }[]
  requester: string
  addressee: string
  /** Every fact that the finding rests on, with where it was read. */
  sources: ToldFact[]
}

export type ToldFact = {
  ref: string
  source: string
  class: string
  asOf: string
  readOn: string
  verified: string
}

export function tell(speak: Speaker, answer: Answer): Told {
  const { facts } = speak
  const { query, findings, preservation } = answer
  return {
    query,
    facts: { version: facts.version, digest: facts.digest },
    findings: findings.map((finding) => tellFinding(speak, finding, query)),
    preservation,
    note: findings.length === 0 ? speak.t("path.none") : null,
  }
}

function tellFinding(speak: Speaker, finding: Finding, query: Query): ToldFinding {
  const { t, facts } = speak
  const { channel, verdict, limit, use } = finding
  const deadline = deadlineText(speak, finding, query.urgency === "urgent")
  return {
    ...{ channel: channel.id, name: speak.channel(channel), instrument: channel.instrument, verdict, use },
    articles: [...channel.articles],
    reasons: finding.reasons.map((reason) => ({
      ...{ code: reason.code, effect: reason.effect, text: reasonText(speak, reason), facts: [...reason.facts] },
    })),
    missing: finding.missing.map((one) => ({ code: one.code, question: questionText(speak, one) })),
    firstDeadline: limit === null && deadline === "" ? null : { limit, text: deadline },
    steps: finding.steps.map((code) => ({ code, text: t(`law.step.${code}`) })),
    opens: finding.opens.map((one) => ({ code: one.code, text: openingText(speak, one) })),
    safeguards: finding.safeguards.map(({ code, facts: cited }) => ({
      ...{ code, text: t(`law.safeguard.${code}`), facts: [...cited] },
    })),
    requester: speak.word(channel, "requester"),
    addressee: speak.word(channel, "addressee"),
    sources: factsOf(finding).flatMap((ref) => toldFact(facts, ref) ?? []),
  }
}

function toldFact(facts: Facts, ref: FactRef): ToldFact | null {
  const row = facts.byRef.get(ref)
  if (row === undefined) return null
  const { source, asOf, readOn, verified } = row
  return { ref, source, class: sourceOf(facts, row).class, asOf, readOn, verified }
}

/** Only what JSON can carry is in it. */
export function asJson(told: Told): Json {
  return told as unknown as Json
}

import type { DataCategory, Use, Verdict } from "./codes.ts"
import { hoursOf } from "./dates.ts"
import type { Channel, Condition, FactRef, SafeguardCode, Step } from "./model.ts"
import type { Query } from "./query.ts"
import type { StandingCode } from "./standing.ts"

/** `for` and `note` leave the verdict as it is; of the others the hardest counts: closed, unknown, conditional. */
export type Effect = "for" | "note" | "conditional" | "unknown" | "closed"

export type ReasonCode =
  | StandingCode
  | "in-force"
  | "operating"
  | "in-force-reported"
  | "in-force-unknown"
  | "not-in-force"
  | "not-yet-in-force"
  | "channel-read"
  | "channel-partly"
  | "channel-reported"
  | "settled-between"
  | "data-not-covered"
  | "emergency-only"
  | "shorter-in-emergency"
  | "reservations-none"
  | "reservations-entered"
  | "reservations-not-entered"
  | "reservations-reported"
  | "excluded"
  | "excluded-reported"
  | "limited"
  | "limit-spares"
  | "declared"
  | "yields"
  | "may-yield"
  | "condition-met"
  | "condition-unmet"
  | "condition-open"
  | "condition-doubtful"
  | "offence-listed"
  | "offence-listing-reported"
  | "same-place"
  | "own-refusal"

/** What a sentence is completed with; codes, to be said in the reader's language. */
export type Values = {
  place?: string
  instrument?: string
  channel?: string
  article?: string
  condition?: Condition
  data?: DataCategory
  date?: string
  text?: string
}

export type Reason = { code: ReasonCode; effect: Effect; values: Values; facts: readonly FactRef[] }

/** A question that stands between the verdict and a better one. */
export type Missing = {
  code: Condition | "participation" | "in-force" | "channel" | "reservations" | "reservation" | "precedence"
  values: Values
}

/** What would open a closed channel. */
export type Opening = {
  code:
    | "ratify"
    | "conclude"
    | "union"
    | "opt-in"
    | "enter-into-force"
    | "withdraw"
    | "wait"
    | "other-data"
    | "emergency"
    | "answer"
    | "precedence"
    | "refusal"
  values: Values & { have?: number; needed?: number }
}

/** What a person must have looked at before this channel is used. */
export type Safeguard = { code: SafeguardCode; facts: readonly FactRef[] }

/** The verdict on one channel, with what it rests on. */
export type Assessment = {
  channel: Channel
  verdict: Verdict
  reasons: readonly Reason[]
  missing: readonly Missing[]
  /** The first deadline, ISO 8601; null where none is fixed. */
  limit: string | null
  use: Use
}

/** What one channel says to a question. */
export type Finding = Assessment & {
  opens: readonly Opening[]
  steps: readonly (Step | "preserve-first")[]
  safeguards: readonly Safeguard[]
}

export type Answer = {
  query: Query
  findings: readonly Finding[]
  /** Best way to have the data kept while the request is made; null where nothing volatile is asked for. */
  preservation: { channel: string; verdict: Verdict } | null
}

const HARDNESS: Readonly<Record<Effect, number>> = { for: 0, note: 0, conditional: 1, unknown: 2, closed: 3 }
const VERDICTS: readonly Verdict[] = ["open", "conditional", "unknown", "closed"]

export function verdictOf(reasons: readonly Reason[]): Verdict {
  let hardest = 0
  for (const { effect } of reasons) hardest = Math.max(hardest, HARDNESS[effect])
  return VERDICTS[hardest] as Verdict
}

/** Every fact that a finding rests on, each once. */
export function factsOf({ reasons, safeguards }: Finding): FactRef[] {
  return [...new Set([...reasons.flatMap(({ facts }) => facts), ...safeguards.flatMap(({ facts }) => facts)])]
}

const HOURS: Readonly<Record<Channel["pace"], number>> = { hours: 12, days: 120, weeks: 1_000, months: 7_200 }
const USES: readonly Use[] = ["evidence", "lead", "technical"]

/** What can be used first, then evidence, then speed, then fewest unknowns; the id settles what is level. */
export function byRank(a: Assessment, b: Assessment): number {
  return (
    VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
    USES.indexOf(a.use) - USES.indexOf(b.use) ||
    hoursTo(a) - hoursTo(b) ||
    a.missing.length - b.missing.length ||
    (a.channel.id < b.channel.id ? -1 : 1)
  )
}

function hoursTo({ limit, channel }: Assessment): number {
  return (limit === null ? null : hoursOf(limit)) ?? HOURS[channel.pace]
}

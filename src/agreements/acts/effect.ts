import { DAY, type Instant, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { type ClauseTerms, termsOf } from "../clause-terms.ts"
import { type AgreementText, negotiatorsOf, type TextParty } from "../model.ts"
import { narrowedByAll } from "../reserving.ts"
import type { Acted, Negotiation, Version } from "../tabled/negotiation.ts"
import type { Act } from "./model.ts"

/** Where a party stands towards one version. */
export type Binding = {
  party: TextParty
  is: "unsigned" | "waits" | "bound" | "suspended" | "withdrawn"
  signed: Acted | null
  instrument: Acted | null
  /** From when on it is no party any more. */
  until: Instant | null
}

/** What became of one version by what the parties did to it. */
export type Effect = {
  bindings: readonly Binding[]
  /** When the last signature or instrument that it needs was given; null if one is missing. */
  since: Instant | null
  is: "open" | "in-force" | "suspended" | "ended" | "followed"
}

/**
 * In force when every negotiator has signed exactly this text and given the instrument that it asks of it; ended on its
 * last day, or when fewer than two are left; followed when a version that goes on from it is in force.
 */
export function effectOf(negotiation: Negotiation, version: Version, now: Instant): Effect {
  const bindings = negotiatorsOf(version.text).map((party) => bindingOf(negotiation, version, party, now))
  const since = sinceOf(bindings)
  if (since === null || since > now) return { bindings, since: null, is: "open" }
  return { bindings, since, is: standingOf({ negotiation, version, since }, bindings, now) }
}

function standingOf(one: Standing, bindings: readonly Binding[], now: Instant): Effect["is"] {
  const remaining = bindings.filter(({ is }) => is !== "withdrawn")
  const { end } = termsOf(one.version.text)
  if (remaining.length < 2 || (end !== null && now >= plusMicroseconds(dayOf(end), DAY))) return "ended"
  if (isFollowed(one, now)) return "followed"
  return remaining.filter(({ is }) => is === "bound").length < 2 ? "suspended" : "in-force"
}

/**
 * Whether a version that goes on from this one, directly or not, took effect. Of two that are said to go on from each
 * other the one that took effect later follows.
 */
function isFollowed({ negotiation, version, since }: Standing, now: Instant): boolean {
  const { versions } = negotiation
  const before = ancestorsOf(versions, version.hash)
  return versions.some((one) => {
    if (one.hash === version.hash || !ancestorsOf(versions, one.hash).has(version.hash)) return false
    const begun = sinceOf(negotiatorsOf(one.text).map((party) => bindingOf(negotiation, one, party, now)))
    return begun !== null && begun <= now && (!before.has(one.hash) || begun > since)
  })
}

type Standing = { negotiation: Negotiation; version: Version; since: Instant }

/** All texts from which one goes on, over one or more bases. */
function ancestorsOf(versions: readonly Version[], hash: string): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [hash]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const base of versions.find((one) => one.hash === at)?.bases ?? []) {
      if (!found.has(base)) open.push(base)
      found.add(base)
    }
  }
  return found
}

function sinceOf(bindings: readonly Binding[]): Instant | null {
  const moments = bindings.flatMap(({ is, signed, instrument }) =>
    is === "unsigned" || is === "waits" ? [null] : [signed?.at ?? null, instrument?.at ?? 0],
  )
  return moments.includes(null) || moments.length === 0
    ? null
    : (Math.max(...moments.map((one) => one ?? 0)) as Instant)
}

function bindingOf(negotiation: Negotiation, { hash, text }: Version, party: TextParty, now: Instant): Binding {
  const own = negotiation.acts.filter((one) => one.party === party.party && one.says.statement.text === hash)
  const signed = own.find(isAct("sign")) ?? null
  const instrument = own.find(isAct("instrument")) ?? null
  const leaving = own.find(isAct("withdraw"))
  const until = leaving === undefined ? null : untilOf(leaving, termsOf(text).notice)
  const last = own.filter((one) => isAct("suspend")(one) || isAct("resume")(one)).at(-1)
  const common = { party, signed, instrument, until }
  if (signed === null) return { ...common, is: "unsigned" }
  if (party.instrument !== "" && instrument === null) return { ...common, is: "waits" }
  if (until !== null && until <= now) return { ...common, is: "withdrawn" }
  return { ...common, is: last !== undefined && isAct("suspend")(last) ? "suspended" : "bound" }
}

/** What is narrower for a party by the reservations with which it signed. */
export function narrowedFor(text: AgreementText, { signed }: Binding): ClauseTerms | null {
  const act = signed?.says.statement.act
  return act?.is === "sign" ? narrowedByAll(text, act.reservations) : null
}

const isAct = (is: Act["is"]) => (one: Acted) => one.says.statement.act.is === is

/** The day that was said, or when the notice has run out, whichever is later. */
function untilOf({ at, says }: Acted, notice: number): Instant {
  const { act } = says.statement
  const said = act.is === "withdraw" ? dayOf(act.from) : at
  return Math.max(said, plusMicroseconds(at, notice * DAY)) as Instant
}

function dayOf(date: string): Instant {
  return parseInstant(`${date}T00:00:00Z`) ?? (0 as Instant)
}

/** The version that governs now, if one does: the one that took effect last. */
export function governing(negotiation: Negotiation, now: Instant): { version: Version; effect: Effect } | null {
  const all = negotiation.versions.map((version) => ({ version, effect: effectOf(negotiation, version, now) }))
  const standing = all.filter(({ effect }) => effect.is === "in-force" || effect.is === "suspended")
  return standing.toSorted((a, b) => (b.effect.since ?? 0) - (a.effect.since ?? 0))[0] ?? null
}

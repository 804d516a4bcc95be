import { canonicalize } from "../../kernel/canonical.ts"
import { ACTIONS, CEILINGS, type MatchingRow, ONWARD, type TermName, type Terms } from "./model.ts"

type Compare = (a: Terms, b: Terms) => boolean

/** Whether each term of `a` allows no more than the same term of `b`. */
const PARTS: Readonly<Record<TermName, Compare>> = {
  parties: (a, b) => within(a.audience.parties, b.audience.parties),
  kinds: (a, b) => within(a.audience.kinds, b.audience.kinds),
  places: (a, b) => within(a.audience.places, b.audience.places),
  bound: (a, b) => b.audience.bound === null || within(b.audience.bound, a.audience.bound ?? []),
  confidential: (a, b) => a.audience.confidential || !b.audience.confidential,
  types: (a, b) => within(a.objects.types, b.objects.types),
  sectors: (a, b) => within(a.objects.sectors, b.objects.sectors),
  incidents: (a, b) => within(a.objects.incidents, b.objects.incidents),
  marking: (a, b) => CEILINGS.indexOf(a.marking) <= CEILINGS.indexOf(b.marking),
  actions: (a, b) =>
    b.actions === null || (a.actions !== null && ACTIONS.indexOf(a.actions) <= ACTIONS.indexOf(b.actions)),
  purposes: (a, b) => within(a.purposes, b.purposes),
  personal: (a, b) => keepsPersonal(a.personal, b.personal),
  attribution: (a, b) => a.attribution === "hidden" || b.attribution === "named",
  onward: (a, b) => ONWARD.indexOf(a.onward) <= ONWARD.indexOf(b.onward),
  retention: (a, b) => atMost(a.retention, b.retention),
  acknowledge: (a, b) => atMost(a.duties.acknowledge, b.duties.acknowledge),
  answer: (a, b) => atMost(a.duties.answer, b.duties.answer),
  sightings: (a, b) => atMost(a.duties.sightings, b.duties.sightings),
  start: (a, b) => b.start === null || (a.start !== null && a.start >= b.start),
  end: (a, b) => b.end === null || (a.end !== null && a.end <= b.end),
  notice: (a, b) => a.notice <= b.notice,
  urgent: (a, b) => !a.urgent || b.urgent,
  matching: (a, b) => within((a.matching ?? []).map(spelt), (b.matching ?? []).map(spelt)),
}

/**
 * Whether `a` allows nothing that `b` does not: a partial order, equal terms included. What is released under `a` is
 * released under `b` too. Terms of a collection may become narrower in place; anything else needs a successor
 * (design 2.2).
 */
export function isNarrower(a: Terms, b: Terms): boolean {
  return loosened(a, b).length === 0
}

/** The terms in which `a` allows what `b` does not; none if it is narrower. */
export function loosened(a: Terms, b: Terms): TermName[] {
  return termNames.filter((name) => !PARTS[name](a, b))
}

const termNames = Object.keys(PARTS) as TermName[]

/** A copy goes where an instrument would keep the whole, so taking out is no narrower than that. */
function keepsPersonal(a: Terms["personal"], b: Terms["personal"]): boolean {
  if (a.is === "forbid") return true
  if (b.is !== "allow") return a.is === "redact" && b.is === "redact"
  if (a.is === "redact") return b.instrument === null
  return a.safeguard === b.safeguard && (b.instrument === null || a.instrument === b.instrument)
}

function within(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return b === null || a?.every((one) => b.includes(one)) === true
}

/** Another basis or safeguard is another row: neither is narrower. */
function spelt(row: MatchingRow): string {
  return canonicalize(row)
}

function atMost(a: number | null, b: number | null): boolean {
  return b === null || (a !== null && a <= b)
}

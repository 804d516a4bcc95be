import { formatInstant } from "../../kernel/time.ts"
import { TLP_LEVELS, type Tlp } from "../../stix/index.ts"
import { ACTIONS, type TermName, type Terms } from "../terms/model.ts"
import { outsideLaw } from "./against-law.ts"
import type { Found, OtherMarking, ReleaseFacts, ReleaseObject, ReleaseReason, ReleaseReasonCode } from "./model.ts"
import { byTerm, reason } from "./reasons.ts"

/** What speaks against this object, whoever asks; empty if nothing does. */
export function againstObject(object: ReleaseObject, terms: Terms | null, facts: ReleaseFacts): ReleaseReason[] {
  const { refusals } = facts
  return [
    ...againstState(object, facts),
    ...[object.type, ...object.kinds].flatMap((kind) => {
      const found = refusals.kinds.get(kind)
      return found === undefined
        ? []
        : [reason("object.kind-refused", { kind, source: found.source, since: found.since })]
    }),
    ...(object.marking === null && !isDefinition(object) ? [reason("marking.none")] : []),
    ...object.others.flatMap(({ is, id }) =>
      is === "unknown" ? [reason("marking.without-rules", { marking: id })] : [],
    ),
    ...(terms === null ? [] : againstContent(object, terms, facts)),
  ]
}

/** A marking definition says how others may be handled and travels with them: it needs no mark and no type of its own. */
function isDefinition({ type }: ReleaseObject): boolean {
  return type === "marking-definition"
}

function againstState({ aside, withdrawn, recalledAt, revokedSince }: ReleaseObject, { again }: ReleaseFacts) {
  return [
    ...(aside ? [reason("object.aside")] : []),
    ...(withdrawn && (recalledAt === null || !again) ? [reason("object.withdrawn")] : []),
    ...(recalledAt !== null && !again ? [reason("object.recalled", { at: formatInstant(recalledAt) })] : []),
    ...(revokedSince ? [reason("object.revoked-since")] : []),
  ]
}

function againstContent(object: ReleaseObject, terms: Terms, facts: ReleaseFacts): ReleaseReason[] {
  return [
    ...(isDefinition(object) ? [] : outsideScope(object, terms, facts)),
    ...aboveCeiling([object.marking, ...object.others.map(({ marking }) => marking)], terms, facts),
    ...object.others.flatMap((other) => againstActions(other, terms, facts)),
    ...againstPersonal(object, terms, facts),
    ...(terms.attribution === "hidden" ? wholeOf(object.sources, facts, ["attribution", "source.whole"]) : []),
  ]
}

function outsideScope({ type, sectors, incidents }: ReleaseObject, { objects }: Terms, facts: ReleaseFacts) {
  return [
    ...(objects.types === null || objects.types.includes(type)
      ? []
      : [byTerm(facts, "types", "object.type-outside", { type })]),
    ...outsideList(sectors, objects.sectors, (sector) =>
      sector === null
        ? byTerm(facts, "sectors", "object.sector-none")
        : byTerm(facts, "sectors", "object.sector-outside", { sector }),
    ),
    ...outsideList(incidents, objects.incidents, (incident) =>
      incident === null
        ? byTerm(facts, "incidents", "object.incident-none")
        : byTerm(facts, "incidents", "object.incident-outside", { incident }),
    ),
  ]
}

/** Each that is not allowed; null where the object says nothing of what the terms limit. */
function outsideList(
  said: readonly string[],
  allowed: readonly string[] | null,
  outside: (one: string | null) => ReleaseReason,
): ReleaseReason[] {
  if (allowed === null) return []
  if (said.length === 0) return [outside(null)]
  return said.filter((one) => !allowed.includes(one)).map(outside)
}

function aboveCeiling(markings: readonly (Tlp | null)[], { marking: most }: Terms, facts: ReleaseFacts) {
  return [...new Set(markings)].flatMap((marking) =>
    marking !== null && !isWithin(marking, most) ? [byTerm(facts, "marking", "marking.above", { marking, most })] : [],
  )
}

/** A level that nobody knows is above every ceiling. */
function isWithin(marking: Tlp, most: Tlp): boolean {
  const at = TLP_LEVELS.indexOf(marking)
  return at >= 0 && at <= TLP_LEVELS.indexOf(most)
}

function againstActions(other: OtherMarking, { actions: most }: Terms, facts: ReleaseFacts): ReleaseReason[] {
  if (most === null || other.is !== "actions") return []
  const { actions, id } = other
  if (actions === null) return [byTerm(facts, "actions", "marking.actions-unknown", { marking: id })]
  if (ACTIONS.indexOf(actions) <= ACTIONS.indexOf(most)) return []
  return [byTerm(facts, "actions", "marking.actions-above", { actions, most })]
}

function againstPersonal({ personal }: ReleaseObject, terms: Terms, facts: ReleaseFacts): ReleaseReason[] {
  if (terms.personal.is === "allow") {
    const { instrument } = terms.personal
    if (instrument === null || personal.length === 0) return []
    return facts.audience.flatMap((recipient) => outsideLaw(recipient, instrument, SAFEGUARDED, facts))
  }
  if (terms.personal.is === "redact") return wholeOf(personal, facts, ["personal", "personal.whole"])
  return kindsIn(personal).map((what) => byTerm(facts, "personal", "personal.forbidden", { what }))
}

const SAFEGUARDED = { term: "personal", group: "personal" } as const

/** What would have to be taken out and cannot be. */
function wholeOf(found: readonly Found[], facts: ReleaseFacts, [term, code]: [TermName, ReleaseReasonCode]) {
  return kindsIn(found.filter(({ whole }) => whole)).map((what) => byTerm(facts, term, code, { what }))
}

function kindsIn(found: readonly Found[]): string[] {
  return [...new Set(found.map(({ what }) => what))]
}

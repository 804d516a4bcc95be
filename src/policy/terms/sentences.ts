import { type Format, type Translate, tlpText } from "../../http/index.ts"
import type { PartyId, PartyKind } from "../../parties/index.ts"
import { hasWord, INDUSTRY_SECTORS } from "../../stix/index.ts"
import type { Matched, Pap, Purpose, TermName, Terms } from "./model.ts"
import { safeguardText } from "./safeguard.ts"

/** How the reader's language writes lists and places, and what parties and instruments are called here. */
export type TermNames = Pick<Format, "list" | "place"> & { party(id: PartyId): string; instrument(id: string): string }
export type TermSentence = { term: TermName; text: string }

/** What the node does under these terms: one sentence for each, also for what they do not limit. */
export function termSentences(t: Translate, terms: Terms, names: TermNames): TermSentence[] {
  const said = { ...audience(t, terms, names), ...objects(t, terms, names), ...handling(t, terms, names) }
  return Object.entries({ ...said, ...duties(t, terms), ...times(t, terms), ...matching(t, terms, names) }).map(
    ([term, text]) => ({
      term: term as TermName,
      text,
    }),
  )
}

type Said<Name extends TermName> = Record<Name, string>

function audience(
  t: Translate,
  { audience: { parties, kinds, places, bound, confidential } }: Terms,
  { list, place, party, instrument }: TermNames,
): Said<"parties" | "kinds" | "places" | "bound" | "confidential"> {
  return {
    parties: parties === null ? t("terms.parties-any") : t("terms.parties", { parties: list(parties.map(party)) }),
    kinds:
      kinds === null
        ? t("terms.kinds-any")
        : t("terms.kinds", { kinds: list(kinds.map((one) => partyKindWord(t, one))) }),
    places: places === null ? t("terms.places-any") : t("terms.places", { places: list(places.map(place)) }),
    bound: bound === null ? t("terms.bound-any") : t("terms.bound", { instruments: list(bound.map(instrument)) }),
    confidential: confidential ? t("terms.confidential") : t("terms.confidential-no"),
  }
}

function objects(
  t: Translate,
  { objects: { types, sectors, incidents } }: Terms,
  { list }: TermNames,
): Said<"types" | "sectors" | "incidents"> {
  return {
    types:
      types === null ? t("terms.types-any") : t("terms.types", { types: list(types.map((one) => typeWord(t, one))) }),
    sectors:
      sectors === null
        ? t("terms.sectors-any")
        : t("terms.sectors", { sectors: list(sectors.map((one) => sectorWord(t, one))) }),
    incidents:
      incidents === null
        ? t("terms.incidents-any")
        : t("terms.incidents", { incidents: list(incidents.map((one) => t(`terms.incident.${one}`))) }),
  }
}

function handling(
  t: Translate,
  { marking, actions, purposes, personal, attribution, onward }: Terms,
  { list, instrument }: TermNames,
): Said<"marking" | "actions" | "purposes" | "personal" | "attribution" | "onward"> {
  const said = {
    forbid: () => t("terms.personal-forbid"),
    redact: () => t("terms.personal-redact"),
    allow: () => allowed(t, personal, instrument),
  }
  const passed = {
    none: () => t("terms.onward-none"),
    agreement: () => t("terms.onward-agreement"),
    constituents: () => t("terms.onward-constituents"),
    marked: () => t("terms.onward-marked"),
  }
  return {
    marking: t("terms.marking", { marking: tlpText(marking) }),
    actions: actions === null ? t("terms.actions-any") : t("terms.actions", { actions: papText(actions) }),
    purposes: t("terms.purposes", { purposes: list(purposes.map((one) => purposeWord(t, one))) }),
    personal: said[personal.is](),
    attribution: attribution === "named" ? t("terms.attribution-named") : t("terms.attribution-hidden"),
    onward: passed[onward](),
  }
}

function allowed(t: Translate, personal: Terms["personal"], name: TermNames["instrument"]): string {
  const { safeguard: written, instrument } = personal.is === "allow" ? personal : { safeguard: "", instrument: null }
  const safeguard = safeguardText(t, written)
  if (instrument === null) return t("terms.personal-allow", { safeguard })
  return t("terms.personal-allow-bound", { safeguard, instrument: name(instrument) })
}

function duties(
  t: Translate,
  { retention, duties: { acknowledge, answer, sightings } }: Terms,
): Said<"retention" | "acknowledge" | "answer" | "sightings"> {
  return {
    retention: retention === null ? t("terms.retention-any") : t("terms.retention", { days: retention }),
    acknowledge: acknowledge === null ? t("terms.acknowledge-no") : t("terms.acknowledge", { hours: acknowledge }),
    answer: answer === null ? t("terms.answer-no") : t("terms.answer", { hours: answer }),
    sightings: sightings === null ? t("terms.sightings-no") : t("terms.sightings", { days: sightings }),
  }
}

function times(t: Translate, { start, end, notice, urgent }: Terms): Said<"start" | "end" | "notice" | "urgent"> {
  return {
    start: start === null ? t("terms.start-any") : t("terms.start", { start }),
    end: end === null ? t("terms.end-any") : t("terms.end", { end }),
    notice: notice === 0 ? t("terms.notice-no") : t("terms.notice", { days: notice }),
    urgent: urgent ? t("terms.urgent") : t("terms.urgent-no"),
  }
}

function matching(t: Translate, { matching: rows = [] }: Terms, { list }: TermNames): Said<"matching"> {
  if (rows.length === 0) return { matching: t("terms.matching-none") }
  const said = rows.map(({ type, purpose, basis, safeguard }) => {
    const words = { type: matchedWord(t, type), purpose: purposeWord(t, purpose) }
    return t("terms.matching-row", { ...words, basis: safeguardText(t, basis), safeguard: safeguardText(t, safeguard) })
  })
  return { matching: t("terms.matching", { rows: list(said) }) }
}

export function matchedWord(t: Translate, type: Matched): string {
  const words = {
    person: t("match.type.person"),
    phone: t("match.type.phone"),
    case: t("match.type.case"),
  }
  return words[type]
}

/** The name of a term, as a heading. */
export function termWord(t: Translate, term: TermName): string {
  return t(`terms.name.${term}`)
}

/** As FIRST writes TLP. */
export function papText(level: Pap): string {
  return `PAP:${level.toUpperCase()}`
}

export function purposeWord(t: Translate, purpose: Purpose): string {
  const words = {
    defence: t("terms.purpose-defence"),
    investigation: t("terms.purpose-investigation"),
    evidence: t("terms.purpose-evidence"),
    research: t("terms.purpose-research"),
    notification: t("terms.purpose-notification"),
  }
  return words[purpose]
}

export function partyKindWord(t: Translate, kind: PartyKind): string {
  const words = {
    government: t("party.government"),
    company: t("party.company"),
    civil: t("party.civil"),
    international: t("party.international"),
  }
  return words[kind]
}

/** Sectors that are not of the standard too. */
export function sectorWord(t: Translate, sector: string): string {
  return INDUSTRY_SECTORS.some((one) => one === sector) ? t(`terms.sector.${sector}`) : sector
}

/** Types that are not of the standard are called what they are called. */
export function typeWord(t: Translate, type: string): string {
  return hasWord(type) ? t(`type.${type}`) : type
}

import { type Translate, tlpText } from "../../http/index.ts"
import { objectKindWord } from "../refusals/words.ts"
import { INCIDENT_CLASSES, type Pap, type Purpose, type TermName } from "../terms/model.ts"
import { papText, purposeWord, sectorWord, termWord, typeWord } from "../terms/sentences.ts"
import type { RedactedKind, ReleaseReason, ReleaseReasonCode } from "./model.ts"

/** What people call what a reason names. */
export type ReasonNames = {
  party(id: string): string
  place(code: string): string
  instrument(id: string): string
  time(instant: string): string
}

export const plainNames: ReasonNames = {
  ...{ party: (id) => id, place: (code) => code, instrument: (id) => id, time: (instant) => instant },
}

type Say = (t: Translate, values: Readonly<Record<string, string>>) => string

const sentences: Readonly<Record<ReleaseReasonCode, Say>> = {
  "decision.failed": (t) => t("release.why.failed"),
  "actor.not-officer": (t) => t("release.why.not-officer"),
  "collection.not-shared": (t) => t("release.why.not-shared"),
  "collection.closed": (t) => t("release.why.closed"),
  "terms.unknown": (t) => t("release.why.terms-unknown"),
  "terms.not-begun": (t, values) => t("release.why.not-begun", values),
  "terms.ended": (t, values) => t("release.why.terms-ended", values),
  "purpose.outside": (t, values) => t("release.why.purpose", values),
  "audience.empty": (t) => t("release.why.nobody"),
  "audience.stranger": (t, values) => t("release.why.stranger", values),
  "audience.not-active": (t, values) => t("release.why.not-active", values),
  "audience.refused": (t, values) => t("release.why.party-refused", values),
  "audience.place-refused": (t, values) => t("release.why.place-refused", values),
  "audience.place-unknown": (t, values) => t("release.why.place-unknown", values),
  "audience.not-named": (t, values) => t("release.why.not-named", values),
  "audience.kind-outside": (t, values) => t("release.why.kind-outside", values),
  "audience.kind-unknown": (t, values) => t("release.why.kind-unknown", values),
  "audience.place-outside": (t, values) => t("release.why.place-outside", values),
  "audience.place-unsaid": (t, values) => t("release.why.place-unsaid", values),
  "audience.bound-unsaid": (t, values) => t("release.why.bound-unsaid", values),
  "audience.not-bound": (t, values) => t("release.why.not-bound", values),
  "audience.bound-unverified": (t, values) => t("release.why.bound-unverified", values),
  "audience.bound-open": (t, values) => t("release.why.bound-open", values),
  "audience.bound-unknown": (t, values) => t("release.why.bound-unknown", values),
  "audience.instrument-unknown": (t, values) => t("release.why.instrument-unknown", values),
  "object.received": (t, values) => t("release.why.received", values),
  "onward.none": (t, values) => t("release.why.onward-none", values),
  "onward.agreement": (t, values) => t("release.why.onward-agreement", values),
  "onward.marked": (t, values) => t("release.why.onward-marked", values),
  "onward.wider": (t, values) => t("release.why.onward-wider", values),
  "onward.ended": (t, values) => t("release.why.onward-ended", values),
  "object.aside": (t) => t("release.why.aside"),
  "object.withdrawn": (t) => t("release.why.withdrawn"),
  "object.recalled": (t, values) => t("release.why.recalled", values),
  "object.revoked-since": (t) => t("release.why.revoked-since"),
  "object.kind-refused": (t, values) => t("release.why.kind-refused", values),
  "object.type-outside": (t, values) => t("release.why.type-outside", values),
  "object.sector-none": (t) => t("release.why.sector-none"),
  "object.sector-outside": (t, values) => t("release.why.sector-outside", values),
  "object.incident-none": (t) => t("release.why.incident-none"),
  "object.incident-outside": (t, values) => t("release.why.incident-outside", values),
  "marking.none": (t) => t("release.why.unmarked"),
  "marking.above": (t, values) => t("release.why.above", values),
  "marking.without-rules": (t, values) => t("release.why.without-rules", values),
  "marking.actions-above": (t, values) => t("release.why.actions-above", values),
  "marking.actions-unknown": (t, values) => t("release.why.actions-unknown", values),
  "personal.forbidden": (t, values) => t("release.why.personal", values),
  "personal.whole": (t, values) => t("release.why.personal-whole", values),
  "source.whole": (t) => t("release.why.source-whole"),
  "personal.bound-unsaid": (t, values) => personal(t, t("release.why.bound-unsaid", values)),
  "personal.not-bound": (t, values) => personal(t, t("release.why.not-bound", values)),
  "personal.bound-unverified": (t, values) => personal(t, t("release.why.bound-unverified", values)),
  "personal.bound-open": (t, values) => personal(t, t("release.why.bound-open", values)),
  "personal.bound-unknown": (t, values) => personal(t, t("release.why.bound-unknown", values)),
  "personal.instrument-unknown": (t, values) => personal(t, t("release.why.instrument-unknown", values)),
  "people.too-few": (t) => t("release.why.too-few"),
  "people.strict": (t) => t("release.why.two-strict"),
  "people.personal": (t, values) => t("release.why.two-personal", values),
  "people.looser": (t, values) => t("release.why.two-looser", values),
  "people.first": (t) => t("release.why.two-first"),
  "people.approved": (t, values) => t("release.why.approved", values),
  "people.urgent": (t, values) => t("release.why.urgent", values),
}

/** Only because of what is found does it matter who is bound. */
function personal(t: Translate, sentence: string): string {
  return t("release.why.personal-bound", { sentence })
}

/** What a reason says, as a sentence; where an agreement is what it rests on, with the article. */
export function reasonText(t: Translate, { code, values }: ReleaseReason, names: ReasonNames): string {
  const sentence = sentences[code](t, called(t, code, values, names))
  const { article } = values
  return article === undefined ? sentence : t("release.why.by-article", { sentence, article: articleText(t, article) })
}

/** As people cite it; what is no article and clause, as it is. */
export function articleText(t: Translate, place: string): string {
  const [, article, clause] = /^(\d+)\((\d+)\)$/.exec(place) ?? []
  return article === undefined || clause === undefined ? place : t("agreement.clause-number", { article, clause })
}

/** Types, levels and codes in the words of the reader. */
function called(
  t: Translate,
  code: ReleaseReasonCode,
  values: ReleaseReason["values"],
  names: ReasonNames,
): Record<string, string> {
  const words: Readonly<Record<string, (value: string) => string>> = {
    party: (value) => values.name ?? names.party(value),
    place: names.place,
    instrument: names.instrument,
    at: names.time,
    kind: (value) => objectKindWord(t, value),
    type: (value) => typeWord(t, value),
    from: tlpText,
    actions: (value) => papText(value as Pap),
    purpose: (value) => purposeWord(t, value as Purpose),
    sector: (value) => sectorWord(t, value),
    incident: (value) => (INCIDENT_CLASSES.some((one) => one === value) ? t(`terms.incident.${value}`) : value),
    term: (value) => termWord(t, value as TermName),
    what: (value) => redactedWord(t, value as RedactedKind),
    most: (value) => (code === "marking.actions-above" ? papText(value as Pap) : tlpText(value)),
    marking: (value) => (tlpText(value) === "" ? value : tlpText(value)),
  }
  const said = Object.entries(values).map(([name, value]) => [name, words[name]?.(value) ?? value] as const)
  return Object.fromEntries(said.map(([name, value]) => [name === "party" ? "name" : name, value]))
}

/** What is found or taken out, in words. */
export function redactedWord(t: Translate, what: RedactedKind): string {
  const words = {
    author: t("redacted.author"),
    source: t("redacted.source"),
    email: t("redacted.email"),
    account: t("redacted.account"),
    name: t("redacted.name"),
    unsaid: t("redacted.unsaid"),
    phone: t("redacted.phone"),
    contact: t("redacted.contact"),
    text: t("redacted.text"),
  }
  return words[what]
}

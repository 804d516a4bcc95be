import { type Translate, tlpText } from "../../http/index.ts"
import { objectKindWord, type ReleaseReason, type ReleaseReasonCode } from "../../policy/index.ts"

/** What people call what a reason names. */
export type ReasonNames = {
  party(id: string): string
  place(code: string): string
  time(instant: string): string
}

export const plainNames: ReasonNames = { party: (id) => id, place: (code) => code, time: (instant) => instant }

type Say = (t: Translate, values: Readonly<Record<string, string>>) => string

const sentences: Readonly<Record<ReleaseReasonCode, Say>> = {
  "actor.not-officer": (t) => t("release.why.not-officer"),
  "collection.not-shared": (t) => t("release.why.not-shared"),
  "collection.closed": (t) => t("release.why.closed"),
  "audience.empty": (t) => t("release.why.nobody"),
  "audience.stranger": (t, values) => t("release.why.stranger", values),
  "audience.not-active": (t, values) => t("release.why.not-active", values),
  "audience.refused": (t, values) => t("release.why.party-refused", values),
  "audience.place-refused": (t, values) => t("release.why.place-refused", values),
  "audience.place-unknown": (t, values) => t("release.why.place-unknown", values),
  "object.received": (t, values) => t("release.why.received", values),
  "object.aside": (t) => t("release.why.aside"),
  "object.withdrawn": (t) => t("release.why.withdrawn"),
  "object.recalled": (t, values) => t("release.why.recalled", values),
  "object.revoked-since": (t) => t("release.why.revoked-since"),
  "object.kind-refused": (t, values) => t("release.why.kind-refused", values),
  "marking.none": (t) => t("release.why.unmarked"),
  "marking.above": (t, values) => t("release.why.above", values),
  "marking.without-rules": (t, values) => t("release.why.without-rules", values),
}

/** Why something stays, as a sentence. */
export function reasonText(t: Translate, { code, values }: ReleaseReason, names: ReasonNames): string {
  const { party, place, at, marking, kind } = values
  const called = {
    ...values,
    ...(party === undefined ? {} : { name: values.name ?? names.party(party) }),
    ...(place === undefined ? {} : { place: names.place(place) }),
    ...(at === undefined ? {} : { at: names.time(at) }),
    ...(marking === undefined || code !== "marking.above" ? {} : { marking: tlpText(marking) }),
    ...(kind === undefined ? {} : { kind: objectKindWord(t, kind) }),
  }
  return sentences[code](t, called)
}

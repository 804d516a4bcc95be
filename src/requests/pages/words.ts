import type { Visit } from "../../accounts/index.ts"
import { type Html, html, type State, stateMark, type Translate } from "../../http/index.ts"
import { EUROPEAN_UNION, PLACE_CODES } from "../../kernel/places.ts"
import { type DataCategory, dataCategories, type Measure, measures } from "../../law/index.ts"
import { type IdentifierType, identifierTypes } from "../identifiers.ts"
import { type ClockKind, type ClockState, type EventKind, plainChannels, type ZonedInstant } from "../model.ts"

export type Choice = { value: string; label: string }

export function measureWord(t: Translate, measure: Measure): string {
  const words: Readonly<Record<Measure, string>> = {
    preserve: t("request.measure-preserve"),
    disclose: t("request.measure-disclose"),
    produce: t("request.measure-produce"),
    intercept: t("request.measure-intercept"),
    takedown: t("request.measure-takedown"),
    freeze: t("request.measure-freeze"),
    technical: t("request.measure-technical"),
    notify: t("request.measure-notify"),
    serve: t("request.measure-serve"),
    spontaneous: t("request.measure-spontaneous"),
    "joint-team": t("request.measure-joint-team"),
  }
  return words[measure]
}

export function categoryWord(t: Translate, category: DataCategory): string {
  const words: Readonly<Record<DataCategory, string>> = {
    subscriber: t("request.data-subscriber"),
    identification: t("request.data-identification"),
    traffic: t("request.data-traffic"),
    content: t("request.data-content"),
    none: t("request.data-none"),
  }
  return words[category]
}

export function typeWord(t: Translate, type: IdentifierType): string {
  const words: Readonly<Record<IdentifierType, string>> = {
    ipv4: t("request.type-ipv4"),
    ipv6: t("request.type-ipv6"),
    email: t("request.type-email"),
    url: t("request.type-url"),
    account: t("request.type-account"),
    phone: t("request.type-phone"),
    domain: t("request.type-domain"),
  }
  return words[type]
}

/** A channel of the path finder by its id: what it is called, its own pages say. */
export function channelWord(t: Translate, channel: string): string {
  const words: Readonly<Record<string, string>> = {
    post: t("diary.channel-post"),
    telephone: t("diary.channel-telephone"),
    "e-mail": t("diary.channel-e-mail"),
    "in-person": t("diary.channel-in-person"),
    other: t("diary.channel-other"),
  }
  return Object.hasOwn(words, channel) ? (words[channel] ?? channel) : channel
}

export function eventWord(t: Translate, kind: EventKind): string {
  const words: Readonly<Record<EventKind, string>> = {
    acknowledged: t("diary.event-acknowledged"),
    answered: t("diary.event-answered"),
    partly: t("diary.event-partly"),
    refused: t("diary.event-refused"),
    "information-asked": t("diary.event-information-asked"),
    extended: t("diary.event-extended"),
    note: t("diary.event-note"),
  }
  return words[kind]
}

export function clockWord(t: Translate, kind: ClockKind): string {
  const words: Readonly<Record<ClockKind, string>> = {
    preservation: t("diary.clock-preservation"),
    extension: t("diary.clock-extension"),
    reminder: t("diary.clock-reminder"),
    deadline: t("diary.clock-deadline"),
  }
  return words[kind]
}

const MARKS: Readonly<Record<ClockState, State>> = {
  running: "open",
  warning: "conditional",
  overdue: "closed",
  met: "unknown",
}

export function clockMark(t: Translate, state: ClockState): Html {
  const words: Readonly<Record<ClockState, string>> = {
    running: t("diary.state-running"),
    warning: t("diary.state-warning"),
    overdue: t("diary.state-overdue"),
    met: t("diary.state-met"),
  }
  return state === "met" ? html`<span class="quiet">✓ ${words.met}</span>` : stateMark(MARKS[state], words[state])
}

/** The reader's own time, and in which zone it was told. */
export function zonedTime({ t, format }: Visit, { at, zone }: ZonedInstant): Html {
  return html`${format.time(at)} <span class="quiet">${t("diary.told-in", { zone })}</span>`
}

export function measureChoices(t: Translate): Choice[] {
  return measures.map((value) => ({ value, label: measureWord(t, value) }))
}

export function categoryChoices(t: Translate): Choice[] {
  return dataCategories.map((value) => ({ value, label: categoryWord(t, value) }))
}

export function typeChoices(t: Translate): Choice[] {
  return identifierTypes.map((value) => ({ value, label: typeWord(t, value) }))
}

export function channelChoices(t: Translate): Choice[] {
  return plainChannels.map((value) => ({ value, label: channelWord(t, value) }))
}

export function placeChoices({ t, format }: Pick<Visit, "t" | "format">): Choice[] {
  const places = [...PLACE_CODES, EUROPEAN_UNION]
    .map((value) => ({ value, label: format.place(value) }))
    .toSorted((a, b) => format.compare(a.label, b.label))
  return [{ value: "", label: t("request.choose") }, ...places]
}

/** Languages in which requests are mostly asked for; every other can be named by its code in the legal basis' letter. */
const LANGUAGES =
  "ar az be bg bn bs ca cs da de el en es et fa fi fr ga he hi hr hu hy id is it ja ka kk km ko ky lo lt lv mk mn ms mt my nb ne nl pl pt ro ru si sk sl sq sr sv sw ta tg th tk tr uk ur uz vi zh-Hans zh-Hant"

export function languageChoices({ t, format }: Pick<Visit, "t" | "format">): Choice[] {
  const found = LANGUAGES.split(" ")
    .map((value) => ({ value, label: format.languageName(value) }))
    .toSorted((a, b) => format.compare(a.label, b.label))
  return [{ value: "", label: t("request.choose") }, ...found]
}

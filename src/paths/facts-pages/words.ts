import {
  type Choice,
  type Column,
  type Html,
  html,
  nothing,
  type Piece,
  type Translate,
  visible,
  visibleText,
} from "../../http/index.ts"
import { isPlace } from "../../kernel/places.ts"
import {
  type Channel,
  type FactRef,
  type Instrument,
  measures,
  oneOf,
  type Sourced,
  shortName,
  sourceOf,
  worded,
} from "../../law/index.ts"
import type { Look } from "./look.ts"

export const FACTS = "/find/facts"

/** Every fact that is shown leads to the page of its row: where it was read, and how it is corrected. */
export function rowHref(ref: string): string {
  return `${FACTS}/row?ref=${encodeURIComponent(ref)}`
}

export function placeHref(code: string): string {
  return `/find/places/${code}`
}

export function instrumentHref(id: string): string {
  return `/find/instruments/${id}`
}

/** Name of a country or territory; of an organisation that is none, what its row calls it. */
export function placeName({ visit }: Look, code: string, name = ""): string {
  return code === "" ? name : visit.format.place(code)
}

export function placeLink(look: Look, code: string, name = ""): Html {
  const shown = visible(placeName(look, code, name))
  return isPlace(code) ? html`<a href="${placeHref(code)}">${shown}</a>` : shown
}

export function placeLinks(look: Look, codes: readonly string[]): Html {
  return html`${codes.map((code, i) => html`${i > 0 ? ", " : ""}${placeLink(look, code)}`)}`
}

export function textOf({ facts, visit }: Look, ref: FactRef, part: string, english: string): string {
  return worded(facts, ref, part, english, visit.viewer.language)
}

export function instrumentTitle(look: Look, { ref, title }: Instrument): string {
  return textOf(look, ref, "title", title)
}

export function instrumentName({ facts, visit }: Look, id: string): string {
  return shortName(facts, id, visit.viewer.language)
}

export function instrumentLink(look: Look, id: string): Html {
  return html`<a href="${instrumentHref(id)}">${visible(instrumentName(look, id))}</a>`
}

export function channelName(look: Look, { ref, id, texts }: Channel): string {
  return textOf(look, ref, "name", texts.name) || id
}

export function measureWords(t: Translate, channel: Channel): string {
  return channel.measures.map((code) => t(`law.measure.${code}`)).join(" · ")
}

export function measureOf(text: string | null) {
  return text === null ? null : oneOf(measures, text)
}

/** Words of a code that may hold blanks; each has its sentence in the locale files. */
export function codeKey(code: string): string {
  return code.replaceAll(/[ _]/g, "-")
}

export function statusWord(t: Translate, status: string): string {
  return t(`fact.status.${codeKey(status)}`)
}

type Verified = Sourced["verified"]

export function verifiedMark(t: Translate, verified: Verified): Html {
  const [state, shape] = { yes: ["open", "●"], partly: ["conditional", "◐"], no: ["unknown", "?"] }[verified] as [
    string,
    string,
  ]
  return html`<span class="state ${state}"><span aria-hidden="true">${shape}</span> ${t(`law.verified.${verified}`)}</span>`
}

/** How near its source is to the act; the way to the row, where the source itself stands. */
export function sourceCell(look: Look, row: Sourced): Html {
  const source = sourceOf(look.facts, row)
  return html`<a href="${rowHref(row.ref)}" title="${visibleText(source.name)}">${look.visit.t(`law.source.${source.class}`)}</a>`
}

export function asOfCell({ visit: { t } }: Look, { asOf, readOn, asOfNote }: Sourced): Html {
  const title = asOfNote === "" ? nothing : html` title="${visibleText(asOfNote)}"`
  return html`<span${title}>${asOf === "" ? t("fact.read-on", { date: readOn }) : asOf}</span>`
}

/** What every table of facts ends with. */
export function sourceColumns<Row>(look: Look, fact: (row: Row) => Sourced): Column<Row>[] {
  const { t } = look.visit
  return [
    { label: t("fact.source"), kind: "quiet", cell: (row) => sourceCell(look, fact(row)) },
    { label: t("fact.as-of"), kind: "quiet", cell: (row) => asOfCell(look, fact(row)) },
    { label: t("fact.verified"), cell: (row) => verifiedMark(t, fact(row).verified) },
  ]
}

/** An address of the web can be followed, and does not learn where one came from; anything else is text. */
export function addressText({ t }: { t: Translate }, address: string): Html {
  const { protocol, host } = URL.parse(address) ?? { protocol: "", host: "" }
  if (!/^https?:$/.test(protocol) || /\s/.test(address)) return visible(address)
  return html`<a class="wrap" href="${address}" rel="noopener noreferrer" title="${visibleText(address)}">${visible(host)}</a><span class="unseen"> ${t("object.elsewhere")}</span>`
}

/** A longer text in a cell. */
export function wrapped(text: Piece): Html {
  return html`<span class="told">${text}</span>`
}

/** Choices of a filter, the first of which is all of them. */
export function choicesOf(all: string, codes: readonly string[], word: (code: string) => string): Choice[] {
  return [{ value: "", label: all }, ...codes.map((value) => ({ value, label: word(value) }))]
}

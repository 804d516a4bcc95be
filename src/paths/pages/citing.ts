import { type Html, html, nothing, visible, visibleText } from "../../http/index.ts"
import { confirmations, type FactRef, type Reason, type Sourced, sourceOf } from "../../law/index.ts"
import type { Look } from "./look.ts"

/** Sources as notes of one page: each is told where it is used, and once at the end with its address. */
export type Citing = {
  /** How near the source is to the act, how old, whether it was read there, and the way to it. */
  cite(facts: readonly FactRef[]): Html
  /** The same for a reason; where it is about who takes part, also how many sources say so. */
  because(reason: Reason): Html
  /** Every source that was cited so far, by its number. */
  list(): Html
}

type Note = { number: number; row: Sourced }

/** On paper nothing is followed: there a source is its number alone, told in the list below. */
export function citing(look: Look, where: "screen" | "paper" = "screen"): Citing {
  const notes = new Map<string, Note>()
  const noteOf = (row: Sourced): Note => {
    const key = [row.source, row.own, row.asOf, row.asOf === "" ? row.readOn : "", row.verified].join(" ")
    const note = notes.get(key) ?? { number: notes.size + 1, row }
    notes.set(key, note)
    return note
  }
  const cite = (refs: readonly FactRef[]): Html => {
    const rows = refs.flatMap((ref) => look.facts.byRef.get(ref) ?? [])
    const cited = [...new Map(rows.map((row) => noteOf(row)).map((note) => [note.number, note])).values()]
    return cited.length === 0
      ? nothing
      : html`<span class="cite">${cited.map((note) => (where === "paper" ? html`<span>[${note.number}]</span>` : mark(look, note)))}</span>`
  }
  return {
    cite,
    because: (reason) => html`${cite(reason.facts)}${where === "paper" ? nothing : confirmed(look, reason)}`,
    list: () =>
      html`<ol class="sources">${[...notes.values()].map((note) => html`<li${where === "paper" ? nothing : html` id="source-${note.number}"`}>${entry(look, note)}</li>`)}</ol>`,
  }
}

function confirmed({ visit: { t, format }, facts }: Look, { code, values }: Reason): Html {
  const { instrument, place } = values
  if (!code.startsWith("takes-part") || instrument === undefined || place === undefined) return nothing
  const count = format.number(confirmations(facts, instrument, place))
  return html`<span class="cite">${t("path.confirmations", { count })}</span>`
}

function mark(look: Look, { number, row }: Note): Html {
  const { t } = look.visit
  const told = `${classWord(look, row)} · ${ageText(look, row)} · ${verifiedWord(look, row)}`
  return html`<span>${told} <a class="note" href="#source-${number}" aria-label="${t("path.source-number", { number })}">[${number}]</a></span>`
}

function entry(look: Look, { row }: Note): Html {
  const { name } = sourceOf(look.facts, row)
  const about = `${classWord(look, row)} · ${ageText(look, row)} · ${verifiedWord(look, row)}`
  const note = row.asOfNote === "" ? nothing : html` <span class="quiet">(${visible(row.asOfNote)})</span>`
  return html`${visible(name)} <span class="quiet">${about}</span>${note} ${address(row.source)}`
}

/** An address of the web can be followed and does not learn where one came from; anything else is text. */
function address(source: string): Html {
  if (!/^https?:\/\/\S+$/.test(source) || !URL.canParse(source)) return visible(source)
  return html`<a class="source" href="${source}" rel="noopener noreferrer">${visibleText(source)}</a>`
}

function classWord({ visit: { t }, facts }: Look, row: Sourced): string {
  return t(`law.source.${sourceOf(facts, row).class}`)
}

function ageText({ visit: { t } }: Look, { asOf, readOn }: Sourced): string {
  return asOf === "" ? t("path.read-on", { date: readOn }) : t("path.as-of", { date: asOf })
}

function verifiedWord({ visit: { t } }: Look, { verified }: Sourced): string {
  return t(`law.verified.${verified}`)
}

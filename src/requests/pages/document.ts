import {
  type Format,
  facts,
  type Html,
  html,
  nothing,
  type Piece,
  prose,
  type Translate,
  visible,
} from "../../http/index.ts"
import { formatInstant } from "../../kernel/time.ts"
import { dataCategories, measures, oneOf } from "../../law/index.ts"
import { type Item, pathIn, type RequestCore } from "../core.ts"
import { type FormId, type FormRow, isForAddressee, isRendered, OWN_FIELDS, rowsOf, sectionsOf } from "../forms.ts"
import { identifierTypes } from "../identifiers.ts"
import { isLanguage } from "../rules.ts"
import { readEnd, readTime } from "../times.ts"
import { ownLabel, rowLabel, WHO_PARTS } from "./field-labels.ts"
import { categoryWord, measureWord, typeWord } from "./words.ts"

/** Whose words a document is in: those of the addressee, whatever the viewer reads. */
export type Wording = { t: Translate; format: Format }

/**
 * A request as its addressee gets it, under the headings of the form. What was typed stands as it was typed. What is
 * not to the addressee is left out here, so that no page can put it in; what nobody has seen in the original form is
 * marked.
 */
export function documentBody(form: FormId, core: RequestCore, wording: Wording): Html {
  const { t } = wording
  const rows = rowsOf(form).filter(isForAddressee)
  const parts = sectionsOf(rows).map(({ key, rows }) => part(t(key), rows, core, wording))
  const own = isRendered(form) ? OWN_FIELDS[form] : []
  const beside = facts(own.map((path) => [ownLabel(t, path), wordsOf(path, core, wording)]))
  const more = own.some((path) => wordsOf(path, core, wording) !== null)
  return html`${parts}${more ? html`<section><h2>${t("request.further")}</h2>${beside}</section>` : nothing}`
}

function part(title: string, rows: readonly FormRow[], core: RequestCore, wording: Wording): Html {
  const pairs = rows.map((row) => [labelled(row, wording), shownOf(row, core, wording)] as const)
  if (pairs.every(([, value]) => value === null)) return nothing
  return html`<section><h2>${title}</h2>${facts(pairs)}</section>`
}

function labelled(row: FormRow, { t }: Wording): Html {
  const mark = row.verified === "yes" ? nothing : html` <span title="${t("request.unverified")}">†</span>`
  return html`${rowLabel(t, row)}${mark}`
}

/** A line to sign on is there even where nobody has typed who signs. */
function shownOf(row: FormRow, core: RequestCore, wording: Wording): Piece {
  if (row.core === "") return null
  if (row.core === "signature") return html`${prose(core.signature)}<span class="sign-here"></span>`
  return wordsOf(row.core, core, wording)
}

/** What stands in a field, in words; null if nothing does. */
function wordsOf(path: string, core: RequestCore, wording: Wording): Piece {
  const { t, format } = wording
  if (path === "items")
    return core.items.length === 0 ? null : html`${core.items.map((item) => itemText(item, wording))}`
  if (path === "offences") return offences(core, wording)
  if (path === "who")
    return facts(WHO_PARTS.map((name) => [t(`form-field.${name}`), plain(`who.${name}`, core, wording)]))
  if (path === "urgency") return urgency(core, wording)
  if (path === "whom.place") return core.whom.place === "" ? null : format.place(core.whom.place)
  if (path === "language") return languageText(core.language, format)
  if (path === "measure") {
    const measure = oneOf(measures, core.measure)
    return measure === null ? null : measureWord(t, measure)
  }
  if (path === "provider.confirmed") return core.provider.confirmed ? t("request.controller-confirmed") : null
  return plain(path, core, wording)
}

/** What is no code of a language is shown as it was typed. */
function languageText(code: string, format: Format): Piece {
  if (code === "") return null
  return isLanguage(code) ? format.languageName(code) : visible(code)
}

function plain(path: string, core: RequestCore, { t }: Wording): Piece {
  const value = pathIn(core, path)
  if (typeof value === "boolean") return value ? t("request.yes") : null
  if (typeof value !== "string" || value === "") return null
  if (path === "status") return statusWord(t, value)
  if (path === "who.reply") return value === "email" ? t("request.reply-email") : t("request.reply-other")
  return prose(value)
}

function statusWord(t: Translate, status: string): string {
  if (status === "extension") return t("request.status-extension")
  if (status === "follow-up-mla") return t("request.status-follow-up-mla")
  return status === "new" ? t("request.status-new") : t("request.status-follow-up-preservation")
}

function urgency({ urgency: { level, reason } }: RequestCore, { t }: Wording): Piece {
  if (level === "") return null
  const word = level === "urgent" ? t("request.urgency-urgent") : t("request.urgency-normal")
  return html`${word}${reason === "" ? nothing : html`<br>${prose(reason)}`}`
}

function offences(core: RequestCore, { t }: Wording): Piece {
  if (core.offences.length === 0) return null
  return html`${core.offences.map(({ name, law, penalty }) =>
    facts([
      [t("request.offence-name"), name === "" ? null : prose(name)],
      [t("request.offence-law"), law === "" ? null : prose(law)],
      [t("request.offence-penalty"), penalty === "" ? null : prose(penalty)],
    ]),
  )}`
}

/** Indicators as they are: the addressee looks for exactly this in its files. */
function itemText(item: Item, { t }: Wording): Html {
  const type = oneOf(identifierTypes, item.type)
  const category = oneOf(dataCategories, item.category)
  return facts([
    [
      type === null ? t("request.item-value") : typeWord(t, type),
      html`<span class="mono">${visible(item.value)}</span>`,
    ],
    [t("request.item-port"), item.port],
    [t("request.item-shared"), item.shared ? t("request.yes") : null],
    [t("request.item-from"), timeText(item.from, item.zone, readTime)],
    [t("request.item-to"), timeText(item.to, item.zone, readEnd)],
    [t("request.item-category"), category === null ? null : categoryWord(t, category)],
    [t("request.item-reason"), item.reason === "" ? null : prose(item.reason)],
  ])
}

/** As typed, and in UTC behind it: a reader in a third zone must not have to count. */
function timeText(time: string, zone: string, read: typeof readTime): Piece {
  if (time === "") return null
  const instant = read(time, zone)
  const utc = instant === null ? nothing : html` (${formatInstant(instant).slice(0, 19).replace("T", " ")} UTC)`
  return html`${visible(time)} ${visible(zone)}${utc}`
}

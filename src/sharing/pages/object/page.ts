import type { Visit } from "../../../accounts/index.ts"
import {
  facts,
  type Html,
  html,
  notice,
  type PageContent,
  type Piece,
  section,
  stateMark,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import type { Hit } from "../../../library/index.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { defangedText } from "../../../stix/index.ts"
import { objectPath, typeWord } from "../named.ts"
import { catalogueRows } from "./catalogues.ts"
import type { Gathered } from "./gathering.ts"
import { handlingShown } from "./handling.ts"
import { keptAsideShown } from "./kept-aside.ts"
import { namedByShown } from "./naming.ts"
import { patternShown } from "./pattern.ts"
import { CONTAINERS, otherRows, type Row, rowsOf } from "./properties.ts"
import { relationsShown } from "./relating.ts"
import { remarksShown, sightingsShown } from "./remarks.ts"
import { sharedNotices } from "./shared.ts"
import { isObject, newRoom, type Showing, textAt } from "./showing.ts"
import { sideColumn } from "./side-column.ts"
import { titleOf } from "./title.ts"
import { type Translation, translationShown, translationsFor } from "./translations.ts"
import { standingMark, standingOf, validityShown } from "./validity.ts"
import { shown } from "./values.ts"
import { labelOf } from "./words.ts"

/** What the parts of a page share. */
export function showingFor({ t, format, viewer, now, instrument }: Visit, names: ReadonlyMap<string, Hit>): Showing {
  return { t, format, language: viewer.language, now, instrument, names, room: newRoom() }
}

/**
 * The readable view: left what the object says, right what is known about it. `tabled`: what it says in words, if it was
 * tabled in a negotiation.
 */
export function objectPage(visit: Visit, gathered: Gathered, tabled: Html | null): PageContent {
  const showing = showingFor(visit, gathered.names)
  const officer = visit.may("role:officer")
  const { t } = showing
  const { object, type, key, marking } = gathered.shown
  const { text, heading } = titleOf(t, type, object, gathered.names)
  const standing = standingOf(object, showing.now)
  const label = marking === null ? null : tlpLabel(marking)
  const older = key === gathered.versions[0]?.key ? null : olderNotice(showing, gathered)
  return {
    ...{ title: text, heading, place: "library" },
    state: html`<span class="quiet">${typeWord(t, type)}</span>${standing === null ? null : standingMark(t, standing)}${label}`,
    body: html`${older}${negotiationNotice(showing, object, type)}${sharedNotices(showing, gathered, officer)}${warningsShown(showing, gathered)}<div class="columns object"><div>${tabled === null ? leftColumn(showing, gathered) : tabledColumn(showing, gathered, tabled)}</div>${sideColumn(showing, gathered, officer)}</div>`,
  }
}

function olderNotice({ t }: Showing, { shown: { id } }: Gathered): Html {
  return notice(html`${t("object.older-version")} <a href="${objectPath(id)}">${t("object.to-newest")}</a>`, "warning")
}

/** What was tabled is read where the negotiation is, with all that was said beside it. */
function negotiationNotice({ t }: Showing, object: JsonObject, type: string): Piece {
  const negotiation = type === "comity-agreement" ? textAt(object, "negotiation_ref") : null
  if (negotiation === null) return null
  const link = html`<a href="/agree/negotiations/${encodeURIComponent(negotiation)}">${t("object.to-negotiation")}</a>`
  return notice(html`${t("object.negotiation")} ${link}`)
}

/** A value that belongs to many is no sign of one attacker: said before anybody acts on it. */
function warningsShown({ t }: Showing, { warned }: Gathered): Piece {
  if (warned.length === 0) return null
  const items = warned
    .slice(0, 10)
    .map(
      ({ list, description, value }) =>
        html`<li><span class="mono">${visible(defangedText(value))}</span> · ${visible(list)}<div class="small quiet">${visible(description)}</div></li>`,
    )
  return notice(
    html`${stateMark("conditional", t("object.warned"))} ${t("object.warned-hint")}<ul class="plain-list">${items}</ul>`,
    "warning",
  )
}

function leftColumn(showing: Showing, gathered: Gathered): Html {
  const { t } = showing
  const { object, type } = gathered.shown
  const translations = translationsFor(gathered.translations, object, showing.language)
  return html`${type === "indicator" ? indicatorShown(showing, object) : null}
${saysShown(showing, gathered, translations)}
${CONTAINERS.has(type) ? propertySection(showing, gathered, "object_refs") : null}
${propertySection(showing, gathered, "external_references")}
${sightingsShown(showing, gathered)}
${remarksShown(showing, gathered)}
${relationsShown(showing, gathered)}
${namedByShown(showing, gathered.shown.id, gathered.namedBy)}
${handlingShown(showing, object, gathered.markings)}
${extensionsShown(showing, object, type)}
${rowsSection(showing, t("object.other"), [...longName(showing, gathered), ...otherRows(showing, object, type)])}
${keptAsideShown(showing, gathered)}`
}

/** In place of its properties, which are made for programs; the source has them. */
function tabledColumn(showing: Showing, gathered: Gathered, tabled: Html): Html {
  const { object, id } = gathered.shown
  // What else was tabled stands where the negotiation is.
  const others = gathered.namedBy.filter(({ label }) => label !== "negotiation_ref")
  return html`${section(showing.t("object.says"), tabled, "says")}
${namedByShown(showing, id, others)}
${handlingShown(showing, object, gathered.markings)}
${keptAsideShown(showing, gathered)}`
}

function indicatorShown(showing: Showing, object: Gathered["shown"]["object"]): Html {
  const { t } = showing
  const pattern = textAt(object, "pattern")
  const language = textAt(object, "pattern_type") ?? "stix"
  const version = textAt(object, "pattern_version")
  const name = html`<p class="quiet small">${t("property.pattern_type")} · ${visible(language)}${version === null ? null : html` ${visible(version)}`}</p>`
  const what =
    pattern === null
      ? null
      : section(t("property.pattern"), html`${patternShown(showing, pattern, language)}${name}`, "pattern")
  return html`${what}${section(t("object.validity"), validityShown(showing, object), "validity")}`
}

/** What the type says, each with its translation into the reader's language where somebody made one. */
function saysShown(showing: Showing, gathered: Gathered, translations: ReadonlyMap<string, Translation>): Piece {
  const { t } = showing
  const { object, type } = gathered.shown
  const rows = rowsOf(showing, object, type)
  const inRows = new Set(rows.map(([name]) => name))
  const others = [...translations].filter(([name]) => !inRows.has(name))
  const pairs = [
    ...catalogueRows(showing, object),
    ...others.map(
      ([name, translation]) => [labelShown(showing, name), translationShown(showing, type, name, translation)] as const,
    ),
    ...rows.map(([name, , value]) => {
      const translation = translations.get(name)
      const translated = translation === undefined ? null : translationShown(showing, type, name, translation)
      return [labelShown(showing, name), html`${inItsLanguage(object, name, value)}${translated}`] as const
    }),
  ]
  return pairs.length === 0 ? null : section(t("object.says"), facts(pairs), "says")
}

/** What people wrote, in the language that the object names: fonts and screen readers go by it. */
function inItsLanguage(object: Gathered["shown"]["object"], name: string, value: Piece): Piece {
  const lang = textAt(object, "lang")
  return lang === null || !WRITTEN.has(name) ? value : html`<div lang="${lang}">${value}</div>`
}
const WRITTEN: ReadonlySet<string> = new Set(["abstract", "content", "description", "explanation", "objective"])

function labelShown({ t }: Showing, name: string): Piece {
  return labelOf(t, name) ?? html`<code>${visible(name)}</code>`
}

function propertySection(showing: Showing, gathered: Gathered, name: string): Piece {
  const { object, type } = gathered.shown
  const value = object[name]
  return value === undefined ? null : section(labelShown(showing, name), shown(showing, type, name, value), name)
}

function rowsSection(showing: Showing, title: string, rows: readonly Row[]): Piece {
  if (rows.length === 0) return null
  return section(title, facts(rows.map(([name, , value]) => [labelShown(showing, name), value])))
}

/** The heading is one line; a name that is more stands in full among the other properties. */
function longName(showing: Showing, { shown: { object, type } }: Gathered): Row[] {
  const { name } = object
  const whole = typeof name === "string" && name.length <= 200 && name === name.replace(/\s+/g, " ").trim()
  return name === undefined || whole ? [] : [["name", null, shown(showing, type, "name", name)]]
}

/** Each extension under its definition's name (STIX 2.1 section 7.3). */
function extensionsShown(showing: Showing, object: Gathered["shown"]["object"], type: string): Piece {
  if (!isObject(object.extensions)) return null
  const rows = Object.entries(object.extensions).map(([id, value]): readonly [Piece, Piece] => {
    const definition = showing.names.get(id)
    const name =
      definition === undefined
        ? html`<code>${visible(id)}</code>`
        : html`<a href="${objectPath(id)}">${visible(definition.name ?? id)}</a>`
    return [name, shown(showing, type, id, value)]
  })
  return section(labelShown(showing, "extensions"), facts(rows), "extensions")
}

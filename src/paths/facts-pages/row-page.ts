import {
  errorSummary,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  facts as pairs,
  type Reply,
  section,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type RawRow, type TableName, tableNames } from "../../law/index.ts"
import { tableWord, WRITER, withdrawHref } from "./facts-page.ts"
import { checkOf, type FactPageParts, type Look } from "./look.ts"
import { findRow, type ShownRow } from "./raw-rows.ts"
import { columnLabel, columnsOf, rowForm, type Sent } from "./row-form.ts"
import { questionLink } from "./rule-words.ts"
import { addressText, FACTS, instrumentLink, placeLink, rowHref } from "./words.ts"

/** One row with every column, where it was read, and, for officers, the form that corrects it at this node. */
export async function rowPage(parts: FactPageParts, look: Look, sent: Sent = noForm): Promise<Reply> {
  const { visit } = look
  const ref = sent.given.ref?.[0] ?? visit.ask.query.get("ref") ?? ""
  const wanted = sent.given.table?.[0] ?? visit.ask.query.get("table") ?? ""
  const table = tableNames.find((name) => name === wanted)
  if (ref === "" && table !== undefined && visit.may(WRITER)) return newRowPage(look, table, sent)
  const shown = await findRow(parts, look.facts, ref)
  if (shown === null) throw new ComityError("not-found", "facts.no-row", { ref: visibleText(ref.slice(0, 200)) })
  return shownPage(look, ref, shown, sent)
}

function shownPage(look: Look, ref: string, shown: ShownRow, sent: Sent): Reply {
  const { visit } = look
  const { t } = visit
  const { row, correction } = shown
  const name = correction === null ? ref : (correction.replaces ?? tableWord(look, correction.table))
  const told = correction?.cells == null ? ([shown.before ?? row, null] as const) : ([row, shown.before] as const)
  const faulty = Object.keys(sent.faults).length > 0
  const form =
    visit.may(WRITER) && correction === null
      ? section(t("fact.correct"), rowForm(look, { row, sent }), "correct")
      : nothing
  const officers = visit.may(WRITER) || correction !== null ? nothing : html`<p class="quiet">${t("fact.officers")}</p>`
  return visit.page({
    ...{ title: visibleText(name), heading: html`<span class="row-name">${visible(name)}</span>`, place: "facts" },
    ...(faulty ? { status: 400 } : {}),
    body: html`${errorSummary(t, sent.faults)}${done(look)}${correction === null ? nothing : correctionNotice(look, shown)}
${about(look, told[0])}${cells(look, ...told)}${problems(look, row.ref)}${form}${officers}<p class="actions"><a href="${FACTS}">${t("fact.facts-back")}</a></p>`,
  })
}

function done({ visit: { t, ask } }: Look): Html {
  return ask.method === "GET" && ask.query.get("done") === "corrected" ? notice(t("fact.done-corrected")) : nothing
}

/** What this node did to the row, why, and how it is taken back. */
function correctionNotice(look: Look, { row, correction, counts }: ShownRow): Html {
  if (correction === null) return nothing
  const { t, format } = look.visit
  const { id, cells: own, replaces, reason, addedAt } = correction
  const other = counts ? replaces : own === null ? null : `own/${id}`
  const link =
    other === null || other === row.ref
      ? nothing
      : html`<p><a href="${rowHref(other)}">${t(counts ? "fact.see-before" : "fact.see-own")}</a></p>`
  const back = look.visit.may(WRITER)
    ? html`<p class="actions"><a href="${withdrawHref(id)}">${t("fact.withdraw")}</a></p>`
    : nothing
  const what =
    own === null
      ? t("fact.is-dropped")
      : counts
        ? t(replaces === null ? "fact.is-added" : "fact.is-own")
        : t("fact.is-replaced")
  return html`<p><strong>${what}</strong></p>${pairs([
    [t("fact.reason"), visible(reason)],
    [t("fact.entered-at"), format.time(addedAt)],
  ])}${link}${back}`
}

/** The pages of what the row is about. */
function about(look: Look, { cells: { instrument, place, jurisdiction, question } }: RawRow): Html {
  const links = [
    ...(instrument ? [instrumentLink(look, instrument)] : []),
    ...(place || jurisdiction ? [placeLink(look, place || jurisdiction || "")] : []),
    ...(question ? [questionLink(look, question)] : []),
  ]
  return links.length === 0 ? nothing : html`<p>${links.map((link, i) => html`${i > 0 ? " · " : ""}${link}`)}</p>`
}

/** Every column; beside what this node says, what the set says. */
function cells(look: Look, { table, cells: now }: RawRow, before: RawRow | null): Html {
  const { t } = look.visit
  const names = [...new Set([...columnsOf(table).keys(), ...Object.keys(now)])]
  const value = (name: string, text: string) => (name === "source_url" ? addressText({ t }, text) : visible(text))
  const rows = names.map((name) => {
    const [own, old] = [now[name] ?? "", before?.cells[name] ?? ""]
    const was =
      before === null
        ? nothing
        : html`<td${own === old ? html` class="quiet"` : nothing}><span class="told">${value(name, old)}</span></td>`
    return html`<tr><th scope="row">${columnLabel(look, name)}</th><td><span class="told">${value(name, own)}</span></td>${was}</tr>`
  })
  const heads = before === null ? [t("fact.cell")] : [t("fact.here"), t("fact.in-set")]
  return section(
    t(`fact.table.${table}`),
    html`<div class="scroll" tabindex="0" role="region" aria-label="${t(`fact.table.${table}`)}"><table class="list row-cells"><caption class="unseen">${t(`fact.table.${table}`)}</caption><thead><tr><th scope="col">${t("fact.column")}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`,
  )
}

function problems(look: Look, ref: string): Html {
  const { t } = look.visit
  const own = checkOf(look).problems.filter((one) => one.ref === ref)
  if (own.length === 0) return nothing
  return section(
    t("fact.problems"),
    html`<ul>${own.map(({ code, column }) => html`<li>${t(`facts.problem.${code}`)} <span class="quiet mono">${visible(column)}</span></li>`)}</ul>`,
  )
}

function newRowPage(look: Look, table: TableName, sent: Sent): Reply {
  const { visit } = look
  const { t } = visit
  const faulty = Object.keys(sent.faults).length > 0
  const row: RawRow = { table, ref: "" as RawRow["ref"], line: 0, cells: {} }
  return visit.page({
    ...{
      title: t("fact.add-to", { table: t(`fact.table.${table}`) }),
      place: "facts",
      ...(faulty ? { status: 400 } : {}),
    },
    body: html`${errorSummary(t, sent.faults)}<p>${t("fact.add-what")}</p>${rowForm(look, { row, sent })}<p class="actions"><a href="${FACTS}">${t("fact.facts-back")}</a></p>`,
  })
}

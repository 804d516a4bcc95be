import {
  type Column,
  copyable,
  emptyState,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  facts as pairs,
  type Reply,
  section,
  selectField,
  table,
  visible,
} from "../../http/index.ts"
import {
  type Correction,
  type Coverage,
  corrections,
  type FactSet,
  listFactSets,
  newestSet,
  shippedFacts,
  tableNames,
} from "../../law/index.ts"
import { checkOf, type FactPageParts, type Look } from "./look.ts"
import { problemList } from "./problems.ts"
import { columnsOf } from "./row-form.ts"
import { codeKey, FACTS, rowHref } from "./words.ts"

export const WRITER = "role:officer"

/** What the node knows of the law, in which version, how well, and what is wrong with it. */
export async function factsPage(parts: FactPageParts, look: Look): Promise<Reply> {
  const { visit } = look
  const { t } = visit
  const [own, sets, newest] = [await corrections(parts), await listFactSets(parts.store), await newestSet(parts.store)]
  const check = checkOf(look)
  const officer = visit.may(WRITER)
  const doing = officer
    ? html`<p class="actions"><a class="button" href="${FACTS}/import">${t("fact.import")}</a></p>`
    : nothing
  return visit.page({
    ...{ title: t("nav.facts"), place: "facts" },
    body: html`${done(look)}<p>${t("fact.facts-what")}</p>${counting(look, newest)}${doing}
${section(t("fact.problems"), problemList(look, check.problems), "problems")}
${section(t("fact.coverage"), coverage(look, check.coverage, officer), "coverage")}
${section(t("fact.corrections"), correctionTable(look, own, officer), "corrections")}
${section(t("fact.sets"), setTable(look, sets, newest), "sets")}`,
  })
}

function done({ visit: { t, ask } }: Look): Html {
  const which = ask.query.get("done")
  if (which === "imported") return notice(t("fact.done-imported"))
  if (which === "older") return notice(t("fact.done-older"), "warning")
  return which === "withdrawn" ? notice(t("fact.done-withdrawn")) : nothing
}

function counting({ visit: { t, format }, facts }: Look, newest: FactSet | null): Html {
  return pairs([
    [t("fact.version"), facts.version],
    [
      t("fact.came"),
      newest === null ? t("fact.came-shipped") : html`${t("fact.came-imported")} ${format.time(newest.importedAt)}`,
    ],
    [t("fact.digest"), copyable(t, html`<span class="wrap">${facts.digest}</span>`, facts.digest)],
  ])
}

function coverage({ visit: { t, format } }: Look, rows: readonly Coverage[], officer: boolean): Html {
  const add = (name: string) =>
    html`<a href="${FACTS}/row?table=${name}" aria-label="${t("fact.add-to", { table: t(`fact.table.${name}`) })}">${t("fact.add-row")}</a>`
  const columns: Column<Coverage>[] = [
    {
      label: t("fact.table"),
      kind: "name",
      cell: ({ table: name }) => html`${t(`fact.table.${name}`)} <span class="quiet mono">${name}.csv</span>`,
    },
    { label: t("fact.rows"), kind: "number", cell: (row) => format.number(row.rows) },
    {
      label: t("fact.rows-verified"),
      kind: "number",
      cell: ({ table: name, verified }) => (canBeVerified(name) ? format.number(verified) : ""),
    },
    { label: t("fact.rows-own"), kind: "number", cell: ({ own }) => format.number(own) },
    ...(officer
      ? [
          {
            label: html`<span class="unseen">${t("fact.add-row")}</span>`,
            cell: ({ table: name }: Coverage) => add(name),
          },
        ]
      : []),
  ]
  return table({ caption: t("fact.coverage"), columns, rows, empty: emptyState(t("fact.no-facts")) })
}

/** Some tables say nothing that a source could confirm: regions, translations, names of sources. */
function canBeVerified(name: string): boolean {
  return tableNames.some((table) => table === name && columnsOf(table).has("verified"))
}

function correctionTable(look: Look, rows: readonly Correction[], officer: boolean): Html {
  const { t, format } = look.visit
  const columns: Column<Correction>[] = [
    {
      label: t("fact.row"),
      kind: "name",
      cell: ({ id, replaces, table: name }) =>
        html`<a class="told" href="${rowHref(`own/${id}`)}">${visible(replaces ?? tableWord(look, name))}</a>`,
    },
    {
      label: t("fact.what-was-done"),
      cell: ({ replaces, cells }) =>
        t(cells === null ? "fact.did-drop" : replaces === null ? "fact.did-add" : "fact.did-correct"),
    },
    { label: t("fact.reason"), cell: ({ reason }) => html`<span class="told">${visible(reason)}</span>` },
    { label: t("fact.entered-at"), kind: "quiet", cell: ({ addedAt }) => format.time(addedAt) },
    ...(officer
      ? [
          {
            label: html`<span class="unseen">${t("fact.withdraw")}</span>`,
            cell: ({ id }: Correction) => html`<a href="${withdrawHref(id)}">${t("fact.withdraw")}</a>`,
          },
        ]
      : []),
  ]
  return html`<p class="quiet">${t("fact.corrections-what")}</p>${table({ caption: t("fact.corrections"), columns, rows, empty: emptyState(t("fact.no-corrections")) })}`
}

export function withdrawHref(id: string): string {
  return `${FACTS}/corrections/${id}/withdraw`
}

/** A table that this version does not know has no word. */
export function tableWord({ visit: { t } }: Pick<Look, "visit">, name: string): string {
  const known = tableNames.find((one) => one === name)
  return known === undefined ? name : t(`fact.table.${codeKey(known)}`)
}

type SetRow = { name: string; version: string; digest: string; when: Html; counts: boolean }

function setTable(look: Look, sets: readonly FactSet[], newest: FactSet | null): Html {
  const { t, format } = look.visit
  const { version, digest } = shippedFacts()
  const shipped: SetRow = {
    name: "shipped",
    version,
    digest,
    when: html`${t("fact.came-shipped")}`,
    counts: newest === null,
  }
  const rows: SetRow[] = [
    shipped,
    ...sets.map((one) => ({
      ...{ name: String(one.key), version: one.version, digest: one.digest },
      ...{ when: format.time(one.importedAt), counts: one.key === newest?.key },
    })),
  ]
  const columns: Column<SetRow>[] = [
    { label: t("fact.set"), kind: "name", cell: ({ name }) => setWord(look, name) },
    { label: t("fact.version"), cell: (row) => row.version },
    { label: t("fact.came"), kind: "quiet", cell: ({ when }) => when },
    {
      label: t("fact.digest"),
      kind: "mono",
      cell: (row) => html`<span title="${row.digest}">${row.digest.slice(0, 12)}…</span>`,
    },
    { label: t("fact.status"), cell: ({ counts }) => (counts ? t("fact.set-counts") : "") },
  ]
  return html`${table({ caption: t("fact.sets"), columns, rows, empty: nothing })}${
    rows.length < 2
      ? nothing
      : compareForm(
          look,
          rows.map(({ name }) => name),
        )
  }`
}

export function setWord({ visit: { t } }: Pick<Look, "visit">, name: string): string {
  return name === "shipped" ? t("fact.set-shipped") : t("fact.set-import", { number: name })
}

export function compareForm(look: Look, names: readonly string[], old = names[0], now = names[1]): Html {
  const shown = { ...noForm, t: look.visit.t }
  const choices = names.map((value) => ({ value, label: setWord(look, value) }))
  const one = (name: string, label: string, value = "") => selectField(shown, { name, label, choices, value })
  return html`<form class="bar" method="get" action="${FACTS}/compare">${one("old", shown.t("fact.old"), old)}${one("new", shown.t("fact.new"), now)}<button>${shown.t("fact.compare")}</button></form>`
}

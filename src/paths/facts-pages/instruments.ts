import {
  type Column,
  emptyState,
  type Html,
  html,
  noForm,
  nothing,
  type Reply,
  selectField,
  table,
  visible,
} from "../../http/index.ts"
import { type Instrument, instrumentFields, instrumentKinds } from "../../law/index.ts"
import { checkOf, type Look } from "./look.ts"
import { choicesOf, codeKey, instrumentHref, instrumentName, instrumentTitle, sourceColumns, wrapped } from "./words.ts"

/** What one may rest a request on: every instrument, body and list of which facts are kept. */
export async function instrumentsPage(look: Look): Promise<Reply> {
  const { visit, facts } = look
  const { t, format } = visit
  const field = instrumentFields.find((one) => one === visit.ask.query.get("field")) ?? ""
  const kind = instrumentKinds.find((one) => one === visit.ask.query.get("kind")) ?? ""
  const rows = facts.rows.instruments
    .filter((one) => (field === "" || one.field === field) && (kind === "" || one.kind === kind))
    .toSorted(
      (a, b) =>
        instrumentFields.indexOf(a.field) - instrumentFields.indexOf(b.field) || format.compare(a.short, b.short),
    )
  const shown = { ...noForm, t }
  const fields = choicesOf(t("fact.all-fields"), instrumentFields, (code) => t(`fact.field.${code}`))
  const kinds = choicesOf(t("fact.all-kinds"), instrumentKinds, (code) => t(`fact.kind.${code}`))
  return visit.page({
    ...{ title: t("nav.instruments"), place: "instruments" },
    body: html`<p>${t("fact.instruments-what")} <a href="/find/places">${t("fact.places-link")}</a></p>
<form class="bar" method="get">${selectField(shown, { name: "field", label: t("fact.field"), choices: fields, value: field })}${selectField(shown, { name: "kind", label: t("fact.kind"), choices: kinds, value: kind })}<button>${t("fact.show")}</button></form>
${list(look, rows)}`,
  })
}

function list(look: Look, rows: readonly Instrument[]): Html {
  const { t, format } = look.visit
  const coverage = new Map(checkOf(look).instruments.map((one) => [one.instrument, one]))
  const count = (id: string) => {
    const taking = takePart(look, id)
    return taking === 0 && coverage.get(id)?.completeAsOf == null ? "" : format.number(taking)
  }
  const columns: Column<Instrument>[] = [
    {
      label: t("fact.instrument"),
      kind: "name",
      cell: (row) =>
        html`<a href="${instrumentHref(row.id)}">${visible(instrumentName(look, row.id))}</a>${besides(look, row)}`,
    },
    {
      label: html`${t("fact.field")} · ${t("fact.kind")}`,
      kind: "quiet",
      cell: ({ field, kind }) => wrapped(`${t(`fact.field.${field}`)} · ${t(`fact.kind.${kind}`)}`),
    },
    { label: t("fact.status"), cell: ({ status }) => t(`fact.status.${codeKey(status)}`) },
    { label: t("fact.in-force-since"), kind: "quiet", cell: ({ inForceSince }) => inForceSince ?? "" },
    { label: t("fact.participants"), kind: "number", cell: ({ id }) => count(id) },
    {
      label: t("fact.complete-as-of"),
      kind: "quiet",
      cell: ({ id }) => coverage.get(id)?.completeAsOf ?? t("fact.not-known"),
    },
    ...sourceColumns<Instrument>(look, (row) => row).slice(-1),
  ]
  return table({ caption: t("nav.instruments"), columns, rows, empty: emptyState(t("fact.no-instruments")) })
}

/** How many take part today, verified or reported. */
function takePart({ facts, at }: Look, id: string): number {
  const rows = facts.rows.participation.filter(({ instrument }) => instrument === id)
  const places = new Set(rows.map(({ place }) => place).filter((place) => place !== ""))
  const bound = [...places].filter((place) => /^(?:bound|reported)$/.test(at.standing(id, place).state))
  const others = rows.filter(({ place, status }) => place === "" && /^(?:in force|ratified|member)$/.test(status))
  return bound.length + new Set(others.map(({ name }) => name)).size
}

/** What the short name stands for, where it says more. */
function besides(look: Look, row: Instrument): Html {
  const name = instrumentName(look, row.id)
  const other = name === instrumentTitle(look, row) ? row.short : instrumentTitle(look, row)
  return other === name ? nothing : html`<span class="told quiet">${visible(other)}</span>`
}

import {
  type Column,
  emptyState,
  type Html,
  html,
  noForm,
  type Reply,
  section,
  selectField,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { EUROPEAN_UNION, isPlace, PLACE_CODES } from "../../kernel/places.ts"
import { placesIn, regionChoices, regionCodes, regionsOf, WORLD } from "../regions.ts"
import type { Look } from "./look.ts"
import { answersOf, channelsOf, participationOf, reservationsOf, safeguardsOf } from "./place-parts.ts"
import { placeHref } from "./words.ts"

const PLACES = "/find/places"

type Counted = { code: string; name: string; regions: readonly string[]; instruments: number }

/** Every country and territory by its name, with in how much it takes part. */
export async function placesPage(look: Look): Promise<Reply> {
  const { visit, facts } = look
  const { t, format } = visit
  const wanted = visit.ask.query.get("region") ?? ""
  const region = regionCodes(look).includes(wanted) ? wanted : WORLD
  const inside = new Set(placesIn(facts, region))
  const rows = counted(look).filter(({ code }) => inside.has(code))
  const columns: Column<Counted>[] = [
    {
      label: t("fact.place"),
      kind: "name",
      cell: ({ code, name }) => html`<a href="${placeHref(code)}">${visible(name)}</a>`,
    },
    { label: t("fact.code"), kind: "quiet", cell: ({ code }) => code },
    {
      label: t("fact.region"),
      kind: "quiet",
      wide: true,
      cell: ({ regions }) => regions.map((code) => format.region(code)).join(" · "),
    },
    { label: t("fact.takes-part-in"), kind: "number", cell: ({ instruments }) => format.number(instruments) },
  ]
  const choices = regionChoices(look, t("fact.all-regions"))
  return visit.page({
    ...{ title: t("fact.places"), place: "instruments" },
    body: html`<p>${t("fact.places-what")}</p><form class="bar" method="get">${selectField({ ...noForm, t }, { name: "region", label: t("fact.region"), choices, value: region })}<button>${t("fact.show")}</button></form>
${table({ caption: t("fact.places"), columns, rows, empty: emptyState(t("fact.none-here")) })}`,
  })
}

function counted({ visit: { format }, facts, at }: Look): Counted[] {
  const instruments = new Set(facts.rows.participation.map(({ instrument }) => instrument))
  return [...PLACE_CODES, EUROPEAN_UNION]
    .map((code) => ({
      ...{ code, name: format.place(code), regions: Object.values(regionsOf(facts, code) ?? {}) },
      instruments: [...instruments].filter((id) => /^(?:bound|reported)$/.test(at.standing(id, code).state)).length,
    }))
    .toSorted((a, b) => format.compare(a.name, b.name))
}

/** What is recorded of one country or territory; of its status beyond that nothing is kept or shown. */
export async function placePage(look: Look): Promise<Reply> {
  const { visit } = look
  const { t, format } = visit
  const code = visit.ask.params.place ?? ""
  if (!isPlace(code)) throw new ComityError("not-found", "fact.no-place", { place: visibleText(code.slice(0, 20)) })
  return visit.page({
    ...{ title: visibleText(format.place(code)), heading: heading(look, code), place: "instruments" },
    body: html`<p class="actions"><a class="button" href="/find/paths?from=${code}">${t("fact.ask-from")}</a> <a class="button" href="/find/paths?to=${code}">${t("fact.ask-to")}</a></p>
${section(t("fact.takes-part-in"), participationOf(look, code), "participation")}
${section(t("fact.reservations"), reservationsOf(look, code), "reservations")}
${section(t("fact.channels"), channelsOf(look, code), "channels")}
${section(t("fact.safeguards"), safeguardsOf(look, code), "safeguards")}
${section(t("fact.answers"), answersOf(look, code), "answers")}
<p class="actions"><a href="${PLACES}">${t("fact.places-back")}</a></p>`,
  })
}

function heading({ visit: { format } }: Look, code: string): Html {
  return html`${visible(format.place(code))} <span class="quiet">${code}</span>`
}

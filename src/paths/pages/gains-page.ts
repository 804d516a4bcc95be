import type { Visit } from "../../accounts/index.ts"
import { type Column, emptyState, type Html, html, type Reply, stateMark, table } from "../../http/index.ts"
import { type Gain, gainsOf, type Query } from "../../law/index.ts"
import { instrumentLink, type Look, lookOf, type PathPageParts } from "./look.ts"
import { placesIn, WORLD } from "./regions.ts"

const SHOWN_PLACES = 6

/** Which ratification would open most: for the own side alone, since nobody is told here what others lack. */
export async function gainsPage(parts: PathPageParts, gains: Gains, visit: Visit): Promise<Reply> {
  const look = await lookOf(parts, visit)
  const { t, format } = visit
  const { own } = look
  const title = t("nav.gains")
  if (own === null) return visit.page({ title, place: "gains", body: emptyState(t("path.gains-no-place")) })
  const found = await gains.of(look, own)
  const useful = found.filter(({ better }) => better > 0)
  const body = html`<p>${t("path.gains-what", { place: format.place(own) })}</p>${list(look, useful)}${useless(look, found)}
<p class="quiet">${t("path.gains-counted", { place: format.place(own) })}</p><p class="quiet">${t("path.not-advice")}</p>`
  return visit.page({ title, place: "gains", body })
}

function list(look: Look, rows: readonly Gain[]): Html {
  const { t, format } = look.visit
  const columns: Column<Gain>[] = [
    { label: t("path.instrument"), kind: "name", cell: ({ instrument }) => instrumentLink(look, instrument) },
    { label: t("path.better-pairs"), kind: "number", cell: ({ better }) => format.number(better) },
    {
      label: t("path.better-places"),
      cell: ({ places }) => html`<span class="wrap">${placesText(look, places)}</span>`,
    },
    {
      label: t("path.measures"),
      cell: ({ measures }) =>
        html`<span class="wrap">${measures.map((code) => t(`law.measure.${code}`)).join(" · ")}</span>`,
    },
    { label: t("path.force"), cell: (row) => forceText(look, row) },
  ]
  return table({ caption: t("nav.gains"), columns, rows, empty: emptyState(t("path.gains-none")) })
}

/** The number, and some of them by name. */
function placesText({ visit: { t, format } }: Look, places: readonly string[]): string {
  const named = places
    .map((code) => format.place(code))
    .toSorted(format.compare)
    .slice(0, SHOWN_PLACES)
  const rest = places.length - named.length
  const names =
    rest > 0 ? t("path.and-more", { names: named.join(", "), count: format.number(rest) }) : named.join(", ")
  return `${format.number(places.length)}: ${names}`
}

function forceText({ visit: { t } }: Look, { waiting }: Gain): Html {
  if (waiting === null) return stateMark("open", t("path.in-force"))
  return stateMark("closed", t("path.waiting", { have: waiting.have, needed: waiting.needed }))
}

function useless(look: Look, found: readonly Gain[]): Html {
  const none = found.filter(({ better }) => better === 0)
  if (none.length === 0) return html``
  const links = none.map(({ instrument }, i) => html`${i > 0 ? " · " : ""}${instrumentLink(look, instrument)}`)
  return html`<p>${look.visit.t("path.gains-nothing")} ${links}</p>`
}

/** Counting takes long enough to be kept until the facts or the day change. */
export class Gains {
  #key = ""
  #kept: readonly Gain[] = []

  async of({ facts, today }: Look, place: string): Promise<readonly Gain[]> {
    const key = `${facts.digest} ${today} ${place}`
    if (key === this.#key) return this.#kept
    const places = placesIn(facts, WORLD)
    const query: Omit<Query, "measure" | "to"> = {
      ...{ from: place, provider: false, data: "none", urgency: "normal", date: today, answers: {} },
      offence: { class: null, penaltyYears: null },
    }
    this.#kept = gainsOf(facts, query, places)
    this.#key = key
    return this.#kept
  }
}

import { setImmediate as turn } from "node:timers/promises"
import type { Visit } from "../../accounts/index.ts"
import { type Column, emptyState, type Html, html, type Reply, stateMark, table } from "../../http/index.ts"
import { type Day, type Facts, type Gain, gainsOf, measures, type Query } from "../../law/index.ts"
import { placesIn, WORLD } from "../regions.ts"
import { instrumentLink, type Look, lookOf, type PathPageParts } from "./look.ts"

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
      cell: (row) =>
        html`<span class="wrap">${row.measures.map((code) => t(`law.measure.${code}`)).join(" · ")}</span>`,
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

/** Places that are counted before others have their turn: some tens of milliseconds. */
const AT_ONCE = 25

/** Counting takes long enough to be done in slices, and to be kept until the facts or the day change. */
export class Gains {
  #key = ""
  #kept: Promise<readonly Gain[]> = Promise.resolve([])

  of({ facts, today }: Look, place: string): Promise<readonly Gain[]> {
    const key = `${facts.digest} ${today} ${place}`
    if (key !== this.#key) this.#kept = counted(facts, today, place)
    this.#key = key
    return this.#kept
  }
}

async function counted(facts: Facts, date: Day, from: string): Promise<Gain[]> {
  const query: Omit<Query, "measure" | "to"> = {
    ...{ from, provider: false, data: "none", urgency: "normal", date, answers: {} },
    offence: { class: null, penaltyYears: null },
  }
  const places = placesIn(facts, WORLD)
  const sums = new Map<string, Gain>()
  for (let at = 0; at < places.length; at += AT_ONCE) {
    for (const gain of gainsOf(facts, query, places.slice(at, at + AT_ONCE))) {
      sums.set(gain.instrument, summed(sums.get(gain.instrument), gain))
    }
    await turn()
  }
  return [...sums.values()].toSorted((a, b) => b.better - a.better || (a.instrument < b.instrument ? -1 : 1))
}

function summed(before: Gain | undefined, gain: Gain): Gain {
  if (before === undefined) return gain
  const helped = new Set([...before.measures, ...gain.measures])
  return {
    ...gain,
    better: before.better + gain.better,
    places: [...before.places, ...gain.places],
    measures: measures.filter((code) => helped.has(code)),
  }
}

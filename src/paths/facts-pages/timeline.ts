import { type Html, html, nothing } from "../../http/index.ts"
import type { Day, Instrument, Participation } from "../../law/index.ts"
import { countsFrom } from "../../law/index.ts"
import type { Look } from "./look.ts"

/** Year by year how many takes part, by the rows that have a date; what has none is counted apart. */
export type Timeline = { years: readonly { year: number; count: number }[]; undated: number; unverified: number }

const JOINING: ReadonlySet<string> = new Set(["in force", "ratified", "member"])
const LEAVING: ReadonlySet<string> = new Set(["denounced", "not bound"])
const HEIGHT = 112

export function timelineOf(instrument: Instrument | undefined, rows: readonly Participation[], today: Day): Timeline {
  const changes: { day: Day; by: 1 | -1 }[] = []
  let [undated, unverified] = [0, 0]
  for (const own of Map.groupBy(rows, ({ place, name }) => place || name).values()) {
    const joined = own.filter(({ status }) => JOINING.has(status))
    if (joined.length === 0) continue
    if (!joined.some(({ verified }) => verified === "yes")) unverified += 1
    const days = joined.filter(({ date }) => date !== null).map((row) => countsFrom(row, instrument))
    const [first] = days.toSorted()
    if (first === undefined) {
      undated += 1
      continue
    }
    changes.push({ day: first, by: 1 })
    // As where the finder judges: a report of leaving ends nothing, it contradicts.
    const left = own.filter(({ status, date, verified }) => LEAVING.has(status) && date !== null && verified === "yes")
    const [gone] = left
      .map((row) => countsFrom(row, instrument))
      .filter((day) => day >= first)
      .toSorted()
    if (gone !== undefined && !days.some((day) => day > gone)) changes.push({ day: gone, by: -1 })
  }
  return {
    years: yearsOf(
      changes.filter(({ day }) => day <= today),
      today,
    ),
    undated,
    unverified,
  }
}

function yearsOf(changes: readonly { day: Day; by: number }[], today: Day): Timeline["years"] {
  const years = changes.map(({ day }) => Number(day.slice(0, 4)))
  if (years.length === 0) return []
  const first = Math.min(...years)
  const until = Number(today.slice(0, 4))
  return Array.from({ length: until - first + 1 }, (_, i) => {
    const year = first + i
    const count = changes.reduce((sum, { by }, at) => sum + ((years[at] ?? 0) <= year ? by : 0), 0)
    return { year, count }
  })
}

/** Steps from zero, drawn in shares so that they fit any width; both ends and the number stand beside in words. */
export function timelineChart(
  { visit: { t, format } }: Look,
  { years, undated, unverified }: Timeline,
  caption: string,
): Html {
  const [first, last] = [years[0], years.at(-1)]
  const all = (last?.count ?? 0) + undated
  const apart = [
    ...(undated > 0 && last !== undefined ? [t("fact.timeline-all", { count: format.number(all) })] : []),
    ...(undated > 0 ? [t("fact.timeline-undated", { count: format.number(undated) })] : []),
    ...(unverified > 0 ? [t("fact.timeline-unverified", { count: format.number(unverified) })] : []),
  ]
  const besides = apart.length === 0 ? nothing : html`<p class="quiet">${apart.join(" ")}</p>`
  if (first === undefined || last === undefined) return html`<p class="quiet">${t("fact.timeline-none")}</p>${besides}`
  const most = Math.max(1, ...years.map(({ count }) => count))
  const step = 100 / years.length
  const rects = years.map(({ year, count }, i) => {
    const height = count === 0 ? 0 : Math.max(1, Math.round((count / most) * (HEIGHT - 2)))
    return html`<rect x="${share(i * step)}%" y="${HEIGHT - 1 - height}" width="${share(step * 0.86)}%" height="${height}"><title>${year}: ${format.number(count)}</title></rect>`
  })
  const line = html`<line class="base" x1="0" x2="100%" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}"/>`
  const label = t("fact.timeline-label", { from: first.year, to: last.year, count: format.number(last.count) })
  return html`<figure class="timeline"><svg class="days" width="100%" height="${HEIGHT}" role="img" aria-label="${label}">${rects}${line}</svg><p class="ends"><span>${first.year}: ${format.number(first.count)}</span><span>${last.year}: <strong>${format.number(last.count)}</strong></span></p><figcaption>${caption}</figcaption></figure>${besides}`
}

function share(value: number): number {
  return Math.round(value * 100) / 100
}

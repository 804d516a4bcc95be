import { type Html, html, nothing, type Viewer } from "../http/index.ts"
import { DAY, type Instant } from "../kernel/time.ts"

/** So many objects came in on the UTC day that begins at `day`. */
export type DayCount = { day: Instant; objects: number }

const HEIGHT = 96

/** The last `count` days up to `now`, days without anything included. */
export function lastDays(days: readonly DayCount[], now: Instant, count: number): DayCount[] {
  const known = new Map(days.map(({ day, objects }) => [day, objects]))
  const today = now - (now % DAY)
  return Array.from({ length: count }, (_, i) => {
    const day = (today - (count - 1 - i) * DAY) as Instant
    return { day, objects: known.get(day) ?? 0 }
  })
}

/** Bars from zero, the ends of the axis and the largest day in words; drawn in shares, so that it fits any width. */
export function daysChart(days: readonly DayCount[], { format, t }: Pick<Viewer, "format" | "t">): Html {
  const most = Math.max(1, ...days.map(({ objects }) => objects))
  const step = 100 / Math.max(1, days.length)
  const rects = days.map(({ day, objects }, i) => {
    const height = objects === 0 ? 0 : Math.max(1, Math.round((objects / most) * (HEIGHT - 2)))
    return html`<rect x="${share(i * step)}%" y="${HEIGHT - 1 - height}" width="${share(step * 0.8)}%" height="${height}"><title>${format.dateText(day)}: ${format.number(objects)}</title></rect>`
  })
  const caption = t("overview.days", { days: days.length })
  const line = html`<line class="base" x1="0" x2="100%" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}"/>`
  const largest = days.find(({ objects }) => objects === most)
  const peak =
    largest === undefined
      ? nothing
      : t("overview.peak", { count: format.number(most), day: format.dateText(largest.day) })
  const [first, last] = [days[0], days.at(-1)]
  const ends =
    first === undefined || last === undefined
      ? nothing
      : html`<p class="ends"><span>${format.dateText(first.day)}</span><span>${format.dateText(last.day)}</span></p>`
  return html`<figure><svg class="days" width="100%" height="${HEIGHT}" role="img" aria-label="${caption}">${rects}${line}</svg>${ends}<figcaption>${caption} ${peak}</figcaption></figure>`
}

function share(value: number): number {
  return Math.round(value * 100) / 100
}

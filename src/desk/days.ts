import { type Format, type Html, html } from "../http/index.ts"
import { DAY, type Instant } from "../kernel/time.ts"

/** So many objects came in on the UTC day that begins at `day`. */
export type DayCount = { day: Instant; objects: number }

const WIDTH = 560
const HEIGHT = 120
const TOP = 18
const BOTTOM = 20
const GAP = 3

/** The last `count` days up to `now`, days without anything included. */
export function lastDays(days: readonly DayCount[], now: Instant, count: number): DayCount[] {
  const known = new Map(days.map(({ day, objects }) => [day, objects]))
  const today = now - (now % DAY)
  return Array.from({ length: count }, (_, i) => {
    const day = (today - (count - 1 - i) * DAY) as Instant
    return { day, objects: known.get(day) ?? 0 }
  })
}

/** Bars from zero; the ends of the axis and the largest bar carry their figure, the table below carries all. */
export function daysChart(days: readonly DayCount[], format: Format, caption: string): Html {
  const most = Math.max(1, ...days.map(({ objects }) => objects))
  const step = WIDTH / Math.max(1, days.length)
  const room = HEIGHT - TOP - BOTTOM
  const largest = days.findIndex(({ objects }) => objects === most)
  const columns = days.map(({ day, objects }, i) => {
    const height = objects === 0 ? 0 : Math.max(1, Math.round((objects / most) * room))
    const x = Math.round(i * step * 10) / 10
    const bar = html`<rect x="${x}" y="${HEIGHT - BOTTOM - height}" width="${Math.round((step - GAP) * 10) / 10}" height="${height}"><title>${format.dateText(day)}: ${format.number(objects)}</title></rect>`
    const anchor = i > days.length / 2 ? "end" : "start"
    const at = anchor === "end" ? x + step - GAP : x
    const figure =
      i === largest
        ? html`<text x="${at}" y="${HEIGHT - BOTTOM - height - 5}" text-anchor="${anchor}">${format.number(objects)}</text>`
        : null
    return [bar, figure]
  })
  const [first, last] = [days[0], days.at(-1)]
  const y = HEIGHT - 4
  return html`<figure><svg class="days" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${caption}">${columns}<line class="base" x1="0" x2="${WIDTH}" y1="${HEIGHT - BOTTOM + 0.5}" y2="${HEIGHT - BOTTOM + 0.5}"/>
<text x="0" y="${y}">${first === undefined ? "" : format.dateText(first.day)}</text><text x="${WIDTH}" y="${y}" text-anchor="end">${last === undefined ? "" : format.dateText(last.day)}</text></svg><figcaption>${caption}</figcaption></figure>`
}

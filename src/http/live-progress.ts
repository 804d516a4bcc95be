import type { ServerEvent } from "./events.ts"
import { type Html, html } from "./html.ts"
import type { Translate } from "./locale.ts"

/** How far some work is. `value` is null as long as nobody can tell; `slots` are ready sentences by name. */
export type Progress = { value: number | null; max: number; slots: Readonly<Record<string, string>> }

/**
 * What shows the progress of work that goes on when the page is closed (web/scripts/progress.js): a bar, a line for
 * each slot, and a word for a line that is lost. The page needs the script `progress.js`; without scripts there is a
 * link that asks again. A page whose work is over must not have it: it would be asked for again at once.
 */
export function liveProgress(t: Translate, events: string, label: string, { value, max, slots }: Progress): Html {
  const lines = Object.entries(slots).map(([name, text]) => html`<p data-slot="${name}">${text}</p>`)
  const known = value === null ? null : html` value="${value}"`
  return html`<div class="progress" data-events="${events}"><progress aria-label="${label}" max="${Math.max(max, 1)}"${known}></progress>
${lines}<p data-lost role="status" hidden>${t("progress.lost")}</p><noscript><p><a href="">${t("progress.refresh")}</a></p></noscript></div>`
}

export function progressEvent(progress: Progress): ServerEvent {
  return { event: "progress", data: progress }
}

/** The page is asked for again, or the one at `to`. */
export function endEvent(to?: string): ServerEvent {
  return { event: "end", data: to === undefined ? {} : { to } }
}

import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing } from "../../http/index.ts"
import type { Channel, Query, Step } from "../../law/index.ts"

/** The form that a step names; the pages of requests know these ids. */
const FORMS: Readonly<Partial<Record<Step, string>>> = {
  "form-29-30": "budapest-29",
  "form-31": "budapest-31",
  "form-mla": "mla",
  "form-epoc": "epoc",
}

/** Where the work goes on once a path is chosen: its form, and the diary with what is known filled in. */
export function onward({ t, format }: Visit, query: Query, channel: Pick<Channel, "id" | "steps">): Html {
  const form = channel.steps.map((step) => FORMS[step]).find((id) => id !== undefined)
  const { measure, data, to } = query
  const title = `${t(`law.measure.${measure}`)}, ${format.place(to)}`
  const entry = new URLSearchParams({ channel: channel.id, measure, category: data, place: to, title })
  const fill = form === undefined ? nothing : html`<a href="/respond/forms/${form}">${t("path.fill-form")}</a>`
  return html`${fill}<a href="/respond/diary/new?${String(entry)}">${t("path.note-diary")}</a>`
}

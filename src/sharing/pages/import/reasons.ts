import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing, section } from "../../../http/index.ts"
import { problem } from "../../status.ts"

/** Each reason with how often it was found, the most frequent first. */
export function reasonList({ t, format }: Visit, title: string, counts: Readonly<Record<string, number>>): Html {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a)
  if (rows.length === 0) return nothing
  const items = rows.map(
    ([code, count]) => html`<li>${problem(t, code, "")} <span class="quiet">× ${format.number(count)}</span></li>`,
  )
  return section(title, html`<ul>${items}</ul>`)
}

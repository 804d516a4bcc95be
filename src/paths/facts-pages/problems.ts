import { emptyState, type Html, html, nothing, visible } from "../../http/index.ts"
import type { Problem } from "../../law/index.ts"
import type { Look } from "./look.ts"
import { rowHref } from "./words.ts"

/** So many rows of one kind stand on the page; the command tells all. */
const SHOWN_MOST = 50
const OPEN_MOST = 5

/** Problems by kind, errors first; long ones folded away. */
export function problemList(look: Look, problems: readonly Problem[]): Html {
  const { t, format } = look.visit
  if (problems.length === 0) return emptyState(t("fact.no-problems"))
  const kinds = [...Map.groupBy(problems, ({ severity, code }) => `${severity} ${code}`).values()]
  const sorted = kinds.toSorted((a, b) => rank(a) - rank(b) || b.length - a.length)
  const errors = problems.filter(({ severity }) => severity === "error").length
  const counts = t("facts.checked", { errors: format.number(errors), notices: format.number(problems.length - errors) })
  return html`<p>${counts}</p>${sorted.map((list) => group(look, list))}`
}

function rank([first]: readonly Problem[]): number {
  return first?.severity === "error" ? 0 : 1
}

function group({ visit: { t, format } }: Look, list: readonly Problem[]): Html {
  const [first] = list
  if (first === undefined) return nothing
  const error = first.severity === "error"
  const mark = html`<span class="state ${error ? "closed" : "unknown"}"><span aria-hidden="true">${error ? "○" : "?"}</span> ${t(`facts.severity.${first.severity}`)}</span>`
  const rest = list.length - SHOWN_MOST
  const more =
    rest <= 0
      ? nothing
      : html`<p class="quiet">${t("fact.more-rows", { count: format.number(rest) })} <code>comity facts check --all</code></p>`
  const open = list.length <= OPEN_MOST ? html` open` : nothing
  return html`<details class="recipe"${open}><summary>${mark} ${t(`facts.problem.${first.code}`)} <span class="quiet">${format.number(list.length)}</span></summary><ul>${list.slice(0, SHOWN_MOST).map(item)}</ul>${more}</details>`
}

/** Names of rows are far shorter; a longer one is a fault of its own, and no row is called so. */
const NAME_MOST = 700

export function item({ ref, table, line, column }: Problem): Html {
  const where =
    ref === ""
      ? visible(table)
      : ref.length > NAME_MOST
        ? visible(shortened(ref))
        : html`<a class="wrap" href="${rowHref(ref)}">${visible(ref)}</a>`
  const at = [line > 0 ? String(line) : "", shortened(column)].filter((part) => part !== "").join(" · ")
  return html`<li>${where} <span class="quiet mono">${visible(at)}</span></li>`
}

function shortened(text: string): string {
  return text.length > NAME_MOST ? `${text.slice(0, NAME_MOST).toWellFormed()}…` : text
}

import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing } from "../../../http/index.ts"
import type { Found } from "../../../library/index.ts"
import { EXPORT_MOST } from "../../selection.ts"
import type { SelectionFormat } from "../../selection-writing.ts"
import { TICKS } from "./rows.ts"
import { addressOf, hrefOf, type View } from "./view.ts"

/** How many TLP:RED objects are among what was found. */
export type Reds = { total: number; isLeast: boolean }

/** What may be taken along, how much of it is RED, and how much a file holds at most: said before the click. */
export function exportMenu(visit: Visit, view: View, found: Found, reds: Reds): Html {
  const { t, format } = visit
  const all = { ...view, after: null }
  const link = (as: SelectionFormat, label: string) =>
    html`<a class="button" href="${exportHref(all, as)}" download>${label}</a>`
  const officer = visit.may("role:officer")
  const shareFound = officer
    ? html`<a class="button" href="/share/release?${String(new URLSearchParams({ found: addressOf(all) }))}">${t("release.share-found")}</a>`
    : nothing
  const shareTicked = officer
    ? html`<button formaction="/share/release" formmethod="get">${t("release.share-ticked")}</button>`
    : nothing
  const onPage = found.hits.filter(({ marking }) => marking === "red").length
  return html`<details class="menu export"><summary>${t("library.export")}</summary><div>
<h2>${t("library.export-found", { count: countText(visit, found.total, found.totalIsLeast) })}</h2>
${redNote(visit, reds)}<p class="actions">${link("stix", t("library.as-stix"))}${link("csv", t("library.as-csv"))}${shareFound}</p>
<p class="hint">${t("library.export-most", { most: format.number(EXPORT_MOST) })}</p>
<h2>${t("library.export-ticked")} <output class="quiet needs-script" data-ticked="${t("library.ticked")}"></output></h2>
${onPage === 0 ? nothing : html`<p class="small" data-ticked-red="${t("library.ticked-red")}">${t("library.red-on-page", { count: format.number(onPage) })}</p>`}
<form id="${TICKS}" method="post" action="/share/library/export"><input type="hidden" name="view" value="${addressOf(view)}">
<p class="actions"><button name="format" value="stix">${t("library.as-stix")}</button><button name="format" value="csv">${t("library.as-csv")}</button>${shareTicked}</p></form>
<p class="hint">${t("library.tick-hint")}</p><p class="hint">${t("library.export-bytes")}</p></div></details>`
}

function redNote(visit: Visit, { total, isLeast }: Reds): Html {
  if (total === 0) return nothing
  const { t } = visit
  return html`<p class="small">${t("library.export-red", { count: countText(visit, total, isLeast) })}</p>`
}

/** "1,204", or "10,000+" where counting stopped. */
export function countText({ format }: Visit, total: number, isLeast: boolean): string {
  return `${format.number(total)}${isLeast ? "+" : ""}`
}

function exportHref(view: View, format: SelectionFormat): string {
  const href = hrefOf(view, {}, "/share/library/export")
  return `${href}${href.includes("?") ? "&" : "?"}format=${format}`
}

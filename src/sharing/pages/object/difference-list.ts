import { type Html, html, type Piece, type Translate, visible } from "../../../http/index.ts"
import type { Json } from "../../../kernel/canonical.ts"
import type { Difference } from "./differences.ts"
import { ITEMS_MOST, itemList, type Showing } from "./showing.ts"
import { shown } from "./values.ts"
import { labelOf } from "./words.ts"

/** Property by property: what was there before and what is there now, side by side. */
export function differencesShown(showing: Showing, type: string, differences: readonly Difference[]): Html {
  const { t } = showing
  if (differences.length === 0) return html`<p class="quiet">${t("object.differences.none")}</p>`
  const rows = differences.map(
    (one) =>
      html`<tr><th scope="row">${pathLabel(t, one.path)}<div class="quiet small">${kindOf(t, one)}</div></th>${cells(showing, type, one)}</tr>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${t("object.differences")}"><table class="differences"><caption class="unseen">${t("object.differences")}</caption><thead><tr><th scope="col">${t("object.differences.property")}</th><th scope="col">${t("object.differences.before")}</th><th scope="col">${t("object.differences.now")}</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

/** The first step in words, the others as they are. */
function pathLabel(t: Translate, path: string): Html {
  const [first = "", ...rest] = path.split(".")
  const label = labelOf(t, first)
  if (label === null) return html`<code>${visible(path)}</code>`
  return rest.length === 0 ? html`${label}` : html`${label} <code>${visible(rest.join("."))}</code>`
}

function kindOf(t: Translate, difference: Difference): string {
  switch (difference.is) {
    case "added":
      return t("object.differences.added")
    case "removed":
      return t("object.differences.removed")
    case "changed":
      return t("object.differences.changed")
    case "items":
      return t("object.differences.items")
  }
}

function cells(showing: Showing, type: string, difference: Difference): Piece {
  const name = difference.path.split(".").at(-1) ?? ""
  const value = (json: Json) => shown(showing, type, name, json)
  const none = html`<td class="quiet">—</td>`
  switch (difference.is) {
    case "added":
      return html`${none}<td><ins>${value(difference.now)}</ins></td>`
    case "removed":
      return html`<td><del>${value(difference.before)}</del></td>${none}`
    case "changed":
      return html`<td><del>${value(difference.before)}</del></td><td><ins>${value(difference.now)}</ins></td>`
    case "items":
      return html`<td>${items(showing, difference.removed, value, "del")}</td><td>${items(showing, difference.added, value, "ins")}</td>`
  }
}

function items(showing: Showing, list: readonly Json[], value: (json: Json) => Piece, tag: "ins" | "del"): Piece {
  if (list.length === 0) return html`<span class="quiet">—</span>`
  const some = list
    .slice(0, ITEMS_MOST)
    .map((json) => (tag === "ins" ? html`<ins>${value(json)}</ins>` : html`<del>${value(json)}</del>`))
  return itemList(showing, some, list.length)
}

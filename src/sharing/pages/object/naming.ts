import { emptyState, type Html, html, type Piece, section, type Translate, visible } from "../../../http/index.ts"
import type { Hit, References } from "../../../library/index.ts"
import { objectPath, reference } from "../named.ts"
import type { NamedBy } from "./gathering.ts"
import type { Showing } from "./showing.ts"
import { labelOf } from "./words.ts"

/** By what other objects it is named: reports, observations, what it created; the newest of each. */
export function namedByShown(showing: Showing, id: string, namedBy: readonly NamedBy[]): Piece {
  const { t, format } = showing
  if (namedBy.length === 0) return null
  const parts = namedBy.map(({ label, objects, newest }) => {
    const count = format.number(objects)
    const more =
      objects > newest.length ? html`<p><a href="${namingPath(id, label)}">${t("object.all", { count })}</a></p>` : null
    return html`<h3>${namedByLabel(t, label)} <span class="quiet">(${count})</span></h3>${hitList(t, newest)}${more}`
  })
  return section(t("object.named-by"), html`<p class="quiet">${t("object.named-by-hint")}</p>${parts}`, "named-by")
}

/** The property, said from the side of what it names. */
export function namedByLabel(t: Translate, label: string): Html {
  switch (label) {
    case "object_refs":
      return html`${t("object.named-by.containers")}`
    case "created_by_ref":
      return html`${t("object.named-by.created")}`
    case "where_sighted_refs":
      return html`${t("object.named-by.seen")}`
    default:
      return html`${labelOf(t, label) ?? html`<code>${visible(label)}</code>`}`
  }
}

function namingPath(id: string, label: string): string {
  return `${objectPath(id)}?${new URLSearchParams({ named: label })}`
}

function hitList(t: Translate, hits: readonly Hit[]): Html {
  const items = hits.map((hit) => html`<li>${reference(t, hit.id, hit)}</li>`)
  return html`<ul class="plain-list">${items}</ul>`
}

/** One page of the objects that name it by that property. */
export function namingPageShown({ t }: Showing, id: string, label: string, { references, next }: References): Html {
  const hits = references.flatMap(({ hit }) => hit ?? [])
  const back = { href: objectPath(id), label: t("object.back") }
  if (hits.length === 0) return emptyState(t("object.nobody-names-it"), back)
  const older = next === null ? null : html`<a href="${namingPath(id, label)}&after=${next}">${t("object.older")}</a>`
  return html`${hitList(t, hits)}<p class="paging"><a href="${back.href}">${back.label}</a>${older}</p>`
}

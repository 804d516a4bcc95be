import { html, type Piece, section, type Translate, visible } from "../../../http/index.ts"
import type { KeptAside } from "../../../library/index.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { objectPath } from "../named.ts"
import { differencesShown } from "./difference-list.ts"
import { differencesOf } from "./differences.ts"
import type { Gathered } from "./gathering.ts"
import type { Showing } from "./showing.ts"

/** Contents that contradict what is held: why, since when, and in what they differ. They are served to nobody. */
export function keptAsideShown(showing: Showing, gathered: Gathered): Piece {
  const { t, format } = showing
  const { aside, asideCount, shown } = gathered
  if (asideCount === 0) return null
  const items = aside.map((one) => html`<li>${oneAside(showing, shown.id, shown.object, one)}</li>`)
  const left = asideCount - aside.length
  const more =
    left > 0 ? html`<li class="quiet small">${t("object.and-more", { count: format.number(left) })}</li>` : null
  const head = html`<p>${t("object.aside.hint")}</p>`
  return section(
    t("object.aside", { count: format.number(asideCount) }),
    html`${head}<ul class="remarks">${items}${more}</ul>`,
    "aside",
  )
}

/** Compared with the version that it would have been only where that is the one on the page. */
function oneAside(showing: Showing, id: string, held: JsonObject, aside: KeptAside): Piece {
  const { t, format } = showing
  const { reason, receivedAt, title, object, against } = aside
  const differences = differencesOf(held, object)
  const version =
    against === null ? null : html` · <a href="${objectPath(id)}?version=${against}">${t("object.aside.held")}</a>`
  return html`<div><strong>${reasonOf(t, reason)}</strong></div><div class="quiet small">${format.time(receivedAt)} · ${visible(title)}${version}</div>
<details><summary>${t("object.aside.differences", { count: format.number(differences.length) })}</summary>${differencesShown(showing, String(held.type), differences)}</details>`
}

function reasonOf(t: Translate, reason: KeptAside["reason"]): string {
  switch (reason) {
    case "content":
      return t("object.aside.content")
    case "creator":
      return t("object.aside.creator")
    case "revoked":
      return t("object.aside.revoked")
    case "owner":
      return t("object.aside.owner")
  }
}

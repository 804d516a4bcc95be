import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing, prose } from "../../http/index.ts"
import type { Says } from "../tabled/item.ts"
import type { Negotiation } from "../tabled/negotiation.ts"
import type { Saying } from "../tabled/queries.ts"
import { addressOf, query } from "./parts.ts"
import { positionMark, reserves } from "./stands.ts"

/** Something that is kept at home, with the ways to change it and to be rid of it. */
export function sayingShown(visit: Visit, negotiation: Negotiation, { id, says }: Saying): Html {
  const { t, may } = visit
  const edits = may("role:analyst") && "on" in says
  const part = says.is === "comment" ? (says.part ?? "") : "clause" in says ? says.clause : ""
  const edit = edits
    ? html`<a href="${addressOf(negotiation, `/say${query({ version: says.on, part, saying: id })}`)}">${t("agreement.edit")}</a>`
    : nothing
  const drop = edits
    ? html`<form class="in-line" method="post" action="${addressOf(negotiation, "/drop")}"><input type="hidden" name="saying" value="${id}"><button class="plain">${t("agreement.drop")}</button></form>`
    : nothing
  return html`<span class="quiet">${t("agreement.only-here")} ${edit} ${drop}</span>${saysShown(visit, negotiation, says)}`
}

export function saysShown(visit: Visit, negotiation: Negotiation, says: Says): Html {
  const { t } = visit
  switch (says.is) {
    case "comment":
      return html`<div class="said">${prose(says.text)}</div>`
    case "position": {
      const why = says.text === "" ? nothing : html`<div class="said">${prose(says.text)}</div>`
      const version = negotiation.versions.find(({ hash }) => hash === says.on)
      const nodes = version === undefined ? nothing : reserves(visit, version.text, { says })
      return html`<div>${positionMark(t, says.position)}</div>${why}${nodes}`
    }
    case "alternative":
      return html`${Object.entries(says.text).map(([language, words]) => html`<div class="bracketed" lang="${language}">${prose(words)}</div>`)}${says.reason === "" ? nothing : html`<div class="said">${prose(says.reason)}</div>`}`
    default:
      return nothing
  }
}

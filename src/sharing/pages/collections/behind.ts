import type { Visit } from "../../../accounts/index.ts"
import { type Html, html } from "../../../http/index.ts"
import type { Behind } from "../../release/behind.ts"

/** A word beside its kind, since all that come of one agreement bear its title. */
export function behindWord({ t }: Pick<Visit, "t">, one: Behind): string {
  if (one === null) return ""
  return one === "negotiation" ? t("shared.of-negotiation") : t("shared.of-agreement")
}

export function behindShown({ t }: Pick<Visit, "t">, one: Behind, closed: boolean): Html | null {
  if (one === null) return null
  if (one === "negotiation")
    return html`<p>${t("shared.negotiation")} <a href="/agree">${t("shared.to-negotiations")}</a></p>`
  const sets = closed ? t("shared.by-agreement-before") : t("shared.by-agreement")
  return html`<p>${sets} <a href="/agree/negotiations/${encodeURIComponent(one.agreement)}">${t("shared.to-agreement")}</a></p>`
}

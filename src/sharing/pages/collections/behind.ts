import type { Visit } from "../../../accounts/index.ts"
import { type Html, html } from "../../../http/index.ts"
import type { Collection } from "../../../library/index.ts"
import { feedSaid } from "../../../peering/index.ts"
import { governing, readTerms } from "../../../policy/index.ts"
import type { Reader } from "../../../store/index.ts"

/** What a collection came of other than a person's wish: an agreement in force, or negotiations. */
export type Behind = { agreement: string } | "negotiation" | null

export async function behind(reader: Reader, collection: Collection): Promise<Behind> {
  if (collection.kind === "inbox") return null
  const said = collection.kind === "received" ? await feedSaid(reader, collection.key) : null
  const agreement = said === null ? (await governing(reader, collection.id))?.agreement : said.agreement
  if (agreement != null) return { agreement }
  return isNegotiation((said === null ? collection.terms?.text : said.terms) ?? null) ? "negotiation" : null
}

/** Under these terms goes what is tabled in negotiations, and nothing else. */
export function isNegotiation(text: string | null): boolean {
  const types = text === null ? null : readTerms(text)?.objects.types
  return types?.length === 1 && types[0] === "comity-agreement"
}

/** A word beside its kind, since all that come of one agreement bear its title. */
export function behindWord({ t }: Pick<Visit, "t">, one: Behind): string {
  if (one === null) return ""
  return one === "negotiation" ? t("shared.of-negotiation") : t("shared.of-agreement")
}

export function behindShown({ t }: Pick<Visit, "t">, one: Behind): Html | null {
  if (one === null) return null
  if (one === "negotiation")
    return html`<p>${t("shared.negotiation")} <a href="/agree">${t("shared.to-negotiations")}</a></p>`
  return html`<p>${t("shared.by-agreement")} <a href="/agree/negotiations/${encodeURIComponent(one.agreement)}">${t("shared.to-agreement")}</a></p>`
}

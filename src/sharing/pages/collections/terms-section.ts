import type { Visit } from "../../../accounts/index.ts"
import { facts, type Html, html, notice, section, visible } from "../../../http/index.ts"
import type { Collection } from "../../../library/index.ts"
import { feedSaid } from "../../../peering/index.ts"
import { DEFAULT_TERMS, readTerms, type Terms, termSentences, termsHash, termWord } from "../../../policy/index.ts"
import type { Reader } from "../../../store/index.ts"
import { cameOf } from "../../release/behind.ts"
import { type Partners, partnerShown, partnersOf } from "../partners.ts"
import { behindShown } from "./behind.ts"

/** The terms of a shared collection, one sentence for each; of a partner's, as that one says them. */
export async function termsSection(reader: Reader, visit: Visit, collection: Collection): Promise<Html> {
  if (collection.kind === "inbox") return html``
  const said = collection.kind === "received" ? await feedSaid(reader, collection.key) : null
  const text = said === null ? (collection.terms?.text ?? null) : said.terms
  const partners = await partnersOf(reader)
  const { t } = visit
  const roster = said?.readers == null ? html`` : readersShown(visit, said.readers, partners)
  if (text === null) return section(t("shared.terms"), html`<p class="quiet">${t("shared.terms-unsaid")}</p>${roster}`)
  const terms = readTerms(text)
  if (terms === null) return section(t("shared.terms"), html`${notice(t("shared.terms-unknown"), "warning")}${roster}`)
  return section(
    t("shared.terms"),
    html`${behindShown(visit, await cameOf(reader, collection), collection.closedAt !== null)}${sentencesShown(visit, terms, partners)}${roster}<p class="quiet small">${t("shared.terms-hash")} <span class="mono">${termsHash(text)}</span></p>`,
    "terms",
  )
}

/** Those first in which these terms differ from what holds where nobody agreed; the others under "more". */
function sentencesShown(visit: Visit, terms: Terms, partners: Partners): Html {
  const { t, format, instrument } = visit
  const names = { ...format, instrument, party: (id: string) => partners.get(id) ?? id }
  const usual = new Map(termSentences(t, DEFAULT_TERMS, names).map(({ term, text }) => [term, text]))
  const all = termSentences(t, terms, names)
  const always = new Set<string>(["marking", "purposes", "personal", "onward"])
  const isFirst = ({ term, text }: (typeof all)[number]) => always.has(term) || usual.get(term) !== text
  const rows = (some: typeof all) => facts(some.map(({ term, text }) => [termWord(t, term), visible(text)]))
  const rest = all.filter((one) => !isFirst(one))
  const more =
    rest.length === 0 ? html`` : html`<details><summary>${t("shared.more-terms")}</summary>${rows(rest)}</details>`
  return html`${rows(all.filter(isFirst))}${more}`
}

function readersShown({ t }: Visit, readers: readonly string[], partners: Partners): Html {
  const items = readers.map((id) => html`<li>${partnerShown(partners, id)}</li>`)
  return html`<h3>${t("shared.readers-told")}</h3><ul class="plain-list">${items}</ul>`
}

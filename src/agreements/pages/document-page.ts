import type { Visit } from "../../accounts/index.ts"
import { html, notice, type Reply, visibleText } from "../../http/index.ts"
import { ownParty } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import { effectOf } from "../acts/effect.ts"
import type { Draft } from "../draft-queries.ts"
import { lackingIn } from "../lacking.ts"
import { saidIn } from "../model.ts"
import { sheet } from "./document.ts"
import { actsShown, effectMark } from "./effect-shown.ts"
import { draftName } from "./list-page.ts"
import { type AgreementParts, addressOf, query } from "./parts.ts"
import { seen, titleOf } from "./seen.ts"
import { partyName } from "./stands.ts"
import type { Wording } from "./text.ts"

/** A draft on paper says that it is one: paper cannot be asked whether it was tabled. */
export async function draftDocument(store: Store, visit: Visit, { id, text }: Draft): Promise<Reply> {
  const { t, format, viewer, now, instruments } = visit
  const own = await ownParty(store)
  const lacking = lackingIn(text, own?.id ?? null).length
  const warning = notice(
    lacking === 0 ? t("agreement.document-draft") : t("agreement.document-lacking", { count: format.number(lacking) }),
    "warning",
  )
  return visit.page({
    ...{ title: visibleText(saidIn(text, text.title, viewer.language)) || t("agreement.untitled"), bare: true },
    heading: draftName(visit, text),
    body: html`<p class="no-print"><a href="/agree/${id}">${t("agreement.back-to-draft")}</a></p>${warning}${sheet(viewer.language, { text, party: own?.name ?? "", now, instruments })}`,
  })
}

/** A version that was tabled, with who tabled it. */
export async function versionDocument(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, viewer, now, instruments } = visit
  const { negotiation, version } = await seen(parts, visit)
  const { text } = version
  const party = (await ownParty(parts.store))?.name ?? ""
  const back = addressOf(negotiation, query({ version: version.hash }))
  const told = notice(t("agreement.document-tabled", { names: visibleText(partyName(negotiation, version.party)) }))
  const more = (wording: Wording) =>
    html`<h3>${wording.t("agreement.signatures")}</h3><p>${effectMark(wording.t, effectOf(negotiation, version, now))}</p>${actsShown(wording, negotiation, version)}`
  return visit.page({
    ...{ title: titleOf(text, viewer.language), bare: true },
    body: html`<p class="no-print"><a href="${back}">${t("agreement.back-to-negotiation")}</a></p>${told}${sheet(viewer.language, { text, party, now, more, instruments })}`,
  })
}

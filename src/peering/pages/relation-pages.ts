import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  errorSummary,
  facts,
  html,
  inputField,
  noForm,
  type Reply,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { loadPeer } from "../../parties/index.ts"
import { giveCard } from "../cards.ts"
import { moveTo, takeName } from "../joining/moving.ts"
import { leave, resume, suspend } from "../joining/operations.ts"
import { deliver } from "../outbox.ts"
import { cardOf } from "./list-page.ts"
import { type PartnerParts, type Shown, statusOf } from "./parts.ts"
import { givenTo } from "./queries.ts"

const PLACE = "partners"
const Change = z.object({ to: z.enum(["suspended", "active", "give-card", "keep-card"]) })
const Address = z.object({ address: z.string().trim().min(1).max(300) })
const Nothing = z.object({})

export async function changed(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const party = visit.ask.params.party ?? ""
  const form = await visit.form(Change)
  const by = visit.person().commitment
  if (form.ok) {
    const { to } = form.value
    if (to === "suspended") await suspend(parts.peering, party, by)
    else if (to === "active") await resume(parts.peering, party, by)
    else await giveCard(parts.peering, party, to === "give-card", by)
    void deliver(parts.peering, parts.couriers, (await loadPeer(parts.store, party)).key)
  }
  return visit.redirect(`/share/partners/${party}`)
}

/** What ends with it, and what does not. */
export async function leavePage(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const peer = await loadPeer(parts.store, visit.ask.params.party ?? "")
  const home = `/share/partners/${peer.party}`
  const reads = (await givenTo(parts.store, peer.party)).filter(({ leftAt }) => leftAt === null)
  const body = html`<div class="decision"><ul><li>${t("partner.leave-audience", { count: reads.length })}</li><li>${t("partner.leave-recall")}</li><li>${t("partner.leave-keeps")}</li><li>${t("partner.leave-again")}</li></ul>
<form method="post" action="${home}/leave">${actions(t("partner.leave"), { href: home, label: t("partner.stay") }, "danger")}</form></div>`
  return visit.page({ title: t("partner.leave-title", { name: visibleText(peer.name) }), place: PLACE, body })
}

export async function left(parts: PartnerParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const peer = await leave(parts.peering, visit.ask.params.party ?? "", visit.person().commitment)
  void deliver(parts.peering, parts.couriers, peer.key)
  return visit.redirect("/share/partners?done=left")
}

/** Where the partner is called from now on; it counts only if the partner's key answers there. */
export async function movePage(parts: PartnerParts, visit: Visit, sent: Shown = noForm): Promise<Reply> {
  const { t } = visit
  const peer = await loadPeer(parts.store, visit.ask.params.party ?? "")
  const home = `/share/partners/${peer.party}`
  const said = (await cardOf(parts.store, peer))?.endpoint ?? peer.endpoint
  const shown = { t, ...sent }
  const value = said === peer.endpoint ? "" : said
  const body = html`${errorSummary(t, sent.faults)}<p>${t("partner.move-what")}</p>${facts([[t("partner.move-from"), visible(peer.endpoint)]])}
<form method="post" action="${home}/move">${inputField(shown, { name: "address", label: t("partner.move-to"), hint: t("partner.move-hint"), type: "url", most: 300, required: true, value })}
${actions(t("partner.take-address"), { href: home, label: t("partner.stay-here") })}</form>`
  const title = t("partner.move-title", { name: visibleText(peer.name) })
  return visit.page({ title, place: PLACE, body, status: statusOf(sent) })
}

export async function moved(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Address)
  if (!form.ok) return movePage(parts, visit, form)
  const party = visit.ask.params.party ?? ""
  try {
    await moveTo(parts.peering, party, form.value.address, visit.person().commitment)
  } catch (error) {
    if (!(error instanceof ComityError) || !/^(?:peer|key)\./.test(error.code)) throw error
    const fault = { key: `error.${error.code}`, values: error.details }
    return movePage(parts, visit, { given: form.given, faults: { address: fault } })
  }
  return visit.redirect(`/share/partners/${party}?done=moved`)
}

export async function renamed(parts: PartnerParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const party = visit.ask.params.party ?? ""
  await takeName(parts.peering, party, visit.person().commitment)
  return visit.redirect(`/share/partners/${party}?done=renamed`)
}

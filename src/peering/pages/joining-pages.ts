import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  copyable,
  errorSummary,
  facts,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  textField,
  visible,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { accept, invite, withdrawInvitation } from "../joining/operations.ts"
import { deliver } from "../outbox.ts"
import { type PartnerParts, type Shown, statusOf } from "./parts.ts"

const PLACE = "partners"
const Label = z.object({ label: z.string().trim().min(1).max(200) })
const Pasted = z.object({
  invitation: z
    .string()
    .trim()
    .min(1)
    .max(256 * 1024),
})
const Nothing = z.object({})

export function invitePage(visit: Visit, sent: Shown = noForm): Reply {
  const { t } = visit
  const shown = { t, ...sent }
  const body = html`${errorSummary(t, sent.faults)}<p>${t("partner.invite-what")}</p><form method="post" action="/share/partners/invite">
${inputField(shown, { name: "label", label: t("partner.label"), hint: t("partner.label-hint"), most: 200, required: true })}
${actions(t("partner.invite-go"), { href: "/share/partners", label: t("partner.back") })}</form>`
  return visit.page({ title: t("partner.invite"), place: PLACE, body, status: statusOf(sent) })
}

/** The link stands on this page alone, once: of its token only the hash is kept. */
export async function invited(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const form = await visit.form(Label)
  if (!form.ok) return invitePage(visit, form)
  const { link, text, expires } = await invite(parts.peering, form.value.label, visit.person().commitment)
  const file = `data:application/json;base64,${Buffer.from(text).toString("base64")}`
  const whole = html`<textarea class="mono" rows="4" readonly spellcheck="false" aria-label="${t("partner.link")}">
${link}</textarea>`
  const body = html`${notice(t("partner.is-invited"))}<ol><li>${t("partner.hand-over")}</li><li>${t("partner.they-accept")}</li><li>${t("partner.then-call")}</li></ol>
${facts([
  [t("partner.link"), html`${whole}${copyable(t, nothing, link)}`],
  [t("partner.file"), html`<a href="${file}" download="invitation.json">invitation.json</a>`],
  [t("partner.expires"), format.time(expires)],
])}<p><a href="/share/partners">${t("partner.back")}</a></p>`
  return visit.page({ title: t("partner.invite"), place: PLACE, body })
}

export async function uninvite(parts: PartnerParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  await withdrawInvitation(parts.peering, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect("/share/partners")
}

export function acceptPage(visit: Visit, sent: Shown = noForm): Reply {
  const { t } = visit
  const shown = { t, ...sent }
  const body = html`${errorSummary(t, sent.faults)}<p>${t("partner.accept-what")}</p><form method="post" action="/share/partners/accept">
${textField(shown, { name: "invitation", label: t("partner.pasted"), hint: t("partner.pasted-hint"), rows: 6, required: true })}
${actions(t("partner.accept-go"), { href: "/share/partners", label: t("partner.back") })}</form>`
  return visit.page({ title: t("partner.accept"), place: PLACE, body, status: statusOf(sent) })
}

export async function accepted(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Pasted)
  if (!form.ok) return acceptPage(visit, form)
  try {
    const peer = await accept(parts.peering, form.value.invitation, visit.person().commitment)
    void deliver(parts.peering, parts.couriers, peer.key)
    return visit.redirect(`/share/partners/${peer.party}/compare`)
  } catch (error) {
    if (!(error instanceof ComityError) || !/^(?:invitation|peer|key)\./.test(error.code)) throw error
    const fault = { key: `error.${error.code}`, values: error.details }
    return acceptPage(visit, { given: form.given, faults: { invitation: fault } })
  }
}

/** Where the link of an invitation leads whoever opens it in a browser; what follows its `#` stays there. */
export function joinPage(visit: Visit): Reply {
  const { t, viewer } = visit
  const who = viewer.party === "" ? nothing : html`<p><strong>${visible(viewer.party)}</strong></p>`
  return visit.page({ title: t("partner.join-title"), body: html`${who}<p>${t("partner.join-what")}</p>`, bare: true })
}

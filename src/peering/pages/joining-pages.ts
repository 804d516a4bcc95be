import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  checkField,
  copyable,
  errorSummary,
  type Form,
  facts,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  textField,
  visible,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Fingerprint, loadPeer, type Peer, saysWord } from "../../parties/index.ts"
import { accept, compared, fingerprints, invite, withdrawInvitation } from "../joining/operations.ts"
import { deliver } from "../outbox.ts"
import type { PartnerParts } from "./routes.ts"

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

type Shown = { given: Form<never>["given"]; faults: (Form<never> & { ok: false })["faults"] }

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
  const body = html`${notice(t("partner.is-invited"))}<ol><li>${t("partner.hand-over")}</li><li>${t("partner.they-accept")}</li><li>${t("partner.then-call")}</li></ol>
${facts([
  [t("partner.link"), copyable(t, html`<span class="breaks">${visible(`${link.slice(0, 60)}…`)}</span>`, link)],
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
    return visit.redirect(`/share/partners/${peer.party}/compare`)
  } catch (error) {
    if (!(error instanceof ComityError) || !/^(?:invitation|peer|key)\./.test(error.code)) throw error
    const fault = { key: `error.${error.code}`, values: error.details }
    return acceptPage(visit, { given: form.given, faults: { invitation: fault } })
  }
}

/** Three of the twelve, others each time, so that nobody confirms without having listened. */
function askedFor(peer: Peer, by: string): number[] {
  const seed = [...`${peer.party}${peer.changedAt}${by}`].reduce(
    (sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 9973,
    7,
  )
  const first = 1 + (seed % 4)
  return [first, first + 4, first + 8]
}

export async function comparePage(parts: PartnerParts, visit: Visit, sent: Shown = noForm): Promise<Reply> {
  const { t } = visit
  const peer = await loadPeer(parts.store, visit.ask.params.party ?? "")
  if (peer.state !== "invited") return visit.redirect(`/share/partners/${peer.party}`)
  const { ours } = await fingerprints(parts.store, peer)
  const shown = { t, ...sent }
  const fields = askedFor(peer, visit.person().commitment).map((number) =>
    inputField(shown, {
      ...{ name: `word-${number}`, label: t("partner.word", { number }), required: true, size: "short", most: 20 },
      ...{ autocomplete: "off", spellcheck: false },
    }),
  )
  const body = html`${errorSummary(t, sent.faults)}<p>${t("partner.compare-what", { name: peer.name })}</p>
${section(t("partner.step-read"), html`<p>${t("partner.step-read-how")}</p>${wordList(ours)}<p class="quiet">${t("partner.as-digits")} <span class="mono">${ours.digits}</span></p>`)}
${section(
  t("partner.step-hear"),
  html`<p>${t("partner.step-hear-how", { name: peer.name })}</p><form method="post" action="/share/partners/${peer.party}/compare" class="decision">${fields}
${checkField(shown, { name: "card", label: t("partner.give-card"), hint: t("partner.give-card-hint"), value: "yes", checked: true })}
<p>${t("partner.compare-follows")}</p>${actions(t("partner.compare-go"), { href: `/share/partners/${peer.party}`, label: t("partner.later") })}</form>`,
)}`
  return visit.page({ title: t("partner.compare", { name: peer.name }), place: PLACE, body, status: statusOf(sent) })
}

/** Large, in groups of three, as one reads them out. */
export function wordList({ words }: Fingerprint): Html {
  return html`<ol class="words">${words.map((word) => html`<li>${word}</li>`)}</ol>`
}

export async function comparedHere(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const peer = await loadPeer(parts.store, visit.ask.params.party ?? "")
  const { theirs } = await fingerprints(parts.store, peer)
  const asked = askedFor(peer, visit.person().commitment)
  const fields = Object.fromEntries(asked.map((number) => [`word-${number}`, z.string().trim().min(1).max(20)]))
  const form = await visit.form(z.object({ ...fields, card: z.literal("yes").optional() }))
  if (!form.ok) return comparePage(parts, visit, form)
  const given: Record<string, unknown> = form.value
  if (!asked.every((number) => saysWord(theirs, number, String(given[`word-${number}`])))) {
    const fault = { key: "error.peer.fingerprint-differs" }
    return comparePage(parts, visit, { given: {}, faults: { [`word-${asked[0]}`]: fault } })
  }
  await compared(parts.peering, peer.party, given.card === "yes", visit.person().commitment)
  void deliver(parts.peering, parts.couriers, peer.key)
  return visit.redirect(`/share/partners/${peer.party}?done=compared`)
}

/** Where the link of an invitation leads whoever opens it in a browser; what follows its `#` stays there. */
export function joinPage(visit: Visit): Reply {
  const { t, viewer } = visit
  const who = viewer.party === "" ? nothing : html`<p><strong>${visible(viewer.party)}</strong></p>`
  return visit.page({ title: t("partner.join-title"), body: html`${who}<p>${t("partner.join-what")}</p>`, bare: true })
}

function statusOf({ faults }: Shown): number {
  return Object.keys(faults).length === 0 ? 200 : 400
}

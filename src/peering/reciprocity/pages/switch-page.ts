import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import { actions, html, type Reply } from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { isActive, loadPeer } from "../../../parties/index.ts"
import { loadExchange, switchCounts } from "../exchange.ts"
import { FIRST_CLASS, TOLD_OF_LEAST } from "../message.ts"
import type { ReciprocityParts } from "./section.ts"

const Switch = z.object({ on: z.enum(["yes", "no"]) })

/** What would be told, what it could show, and what ends with it. */
export async function switchPage({ store }: ReciprocityParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const peer = await loadPeer(store, visit.ask.params.party ?? "")
  const { name, party } = peer
  const { ours } = await loadExchange(store, peer)
  if (!ours && !isActive(peer)) throw new ComityError("conflict", "peer.not-active")
  const home = `/share/reciprocity/${party}`
  const classes = { first: format.number(FIRST_CLASS), least: format.number(TOLD_OF_LEAST) }
  const told = [
    t("reciprocity.on-what", { name }),
    t("reciprocity.on-seen", classes),
    t("reciprocity.on-never"),
    t("reciprocity.on-when", { name }),
    t("reciprocity.on-risk"),
    t("reciprocity.if-off"),
  ]
  const ends = [
    t("reciprocity.off-stops", { name }),
    t("reciprocity.off-deletes", { name }),
    t("reciprocity.off-knows", { name }),
  ]
  const points = (ours ? ends : told).map((sentence) => html`<li>${sentence}</li>`)
  const verb = ours ? t("reciprocity.switch-off") : t("reciprocity.switch-on")
  return visit.page({
    title: ours ? t("reciprocity.off-title", { name }) : t("reciprocity.on-title", { name }),
    place: "reciprocity",
    body: html`<div class="decision"><ul>${points}</ul>
<form method="post" action="${home}/exchange"><input type="hidden" name="on" value="${ours ? "no" : "yes"}">${actions(verb, { href: home, label: t("reciprocity.leave-it") })}</form></div>`,
  })
}

export async function switched({ store }: ReciprocityParts, visit: Visit): Promise<Reply> {
  const peer = await loadPeer(store, visit.ask.params.party ?? "")
  const form = await visit.form(Switch)
  if (!form.ok) return visit.redirect(`/share/reciprocity/${peer.party}/exchange`)
  const on = form.value.on === "yes"
  await switchCounts(store, peer, on, visit.person().commitment)
  return visit.redirect(`/share/reciprocity/${peer.party}?done=${on ? "on" : "off"}#exchange`)
}

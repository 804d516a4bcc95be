import type { Visit } from "../../accounts/index.ts"
import { facts, type Html, html, nothing, section, shortId, visible } from "../../http/index.ts"
import { type Card, digitsAloud, getsCard, type Peer, wordsAloud } from "../../parties/index.ts"
import { fingerprints } from "../joining/comparing.ts"
import { countDiffered } from "../joining/queries.ts"
import { countWaiting } from "../queries.ts"
import { cardOf } from "./list-page.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"
import { failureText, kindWord, roleWord } from "./words.ts"

/** Beside what went each way: who the partner is, what is known of its node, what may be done with the relation. */
export async function aboutPartner(parts: PartnerParts, visit: Visit, peer: Peer): Promise<Html> {
  const said = await cardOf(parts.store, peer)
  return html`${saysOtherwise(visit, peer, said)}${card(visit, said)}${await known(parts, visit, peer)}${await doings(parts, visit, peer)}`
}

/** Name and address that the card tells and that nobody here took over yet. */
function saysOtherwise(visit: Visit, peer: Peer, said: Card | null): Html {
  const { t } = visit
  if (said === null || (said.name === peer.name && said.endpoint === peer.endpoint)) return nothing
  const path = `/share/partners/${peer.party}`
  const officer = visit.may(OFFICER)
  const rename = officer
    ? html`<form method="post" action="${path}/rename"><button>${t("partner.take-name")}</button></form>`
    : nothing
  const move = officer ? html`<p><a class="button" href="${path}/move">${t("partner.take-address")}</a></p>` : nothing
  return section(
    t("partner.otherwise"),
    html`<p>${t("partner.otherwise-what")}</p>${facts([
      [t("partner.name"), said.name === peer.name ? null : html`${visible(said.name)}${rename}`],
      [t("partner.address"), said.endpoint === peer.endpoint ? null : html`${visible(said.endpoint)}${move}`],
    ])}`,
  )
}

function card({ t, format }: Visit, card: Awaited<ReturnType<typeof cardOf>>): Html {
  if (card === null) return section(t("partner.card"), html`<p class="quiet">${t("partner.no-card")}</p>`)
  const { desk } = card
  const list = (items: readonly string[]) => (items.length === 0 ? null : visible(items.join(", ")))
  const hours = [desk.hours, desk.zone].filter((one) => one !== "").join(" · ")
  return section(
    t("partner.card"),
    facts([
      [t("partner.kind"), kindWord(t, card.kind)],
      [t("partner.places"), format.list(card.places.map((place) => format.place(place)))],
      [t("partner.roles"), format.list(card.roles.map((role) => roleWord(t, role)))],
      [t("partner.languages"), list(card.languages)],
      [t("partner.desk"), desk.name === "" ? null : visible(desk.name)],
      [t("partner.phone"), desk.phone === "" ? null : visible(desk.phone)],
      [t("partner.email"), desk.email === "" ? null : visible(desk.email)],
      [t("partner.hours"), hours === "" ? null : visible(hours)],
      [t("partner.networks"), list(card.networks)],
      [t("partner.domains"), list(card.domains)],
      [t("partner.card-of"), format.time(card.modified)],
      [t("partner.card-got"), format.time(card.got)],
    ]),
  )
}

async function known(parts: PartnerParts, visit: Visit, peer: Peer): Promise<Html> {
  const { t, format } = visit
  const { store } = parts
  const [waiting, failed] = [await countWaiting(store, peer.key), await countDiffered(store, peer.key)]
  const messages = t("partner.messages", { count: format.number(waiting.number) })
  const why = waiting.failure === null ? nothing : html`<p class="quiet">${failureText(visit, waiting.failure)}</p>`
  const queue = waiting.number === 0 ? null : html`${messages}${why}`
  return section(
    t("partner.known"),
    html`${facts([
      [t("partner.address"), visible(peer.endpoint)],
      [t("partner.id"), shortId(t, peer.party)],
      [t("partner.since"), format.time(peer.createdAt)],
      [t("partner.failed"), failed === 0 ? null : format.number(failed)],
      [t("partner.waiting"), queue],
      [t("partner.waits-since"), waiting.since === null ? null : format.time(waiting.since)],
    ])}${await fingerprint(parts, visit, peer)}`,
  )
}

/** Shown once somebody compared: before that it is to be heard, not read. */
async function fingerprint({ store }: PartnerParts, { t }: Visit, peer: Peer): Promise<Html> {
  if (peer.state === "invited") return nothing
  const { theirs } = await fingerprints(store, peer)
  return html`<details><summary>${t("partner.fingerprint")}</summary>${wordsAloud(theirs)}${digitsAloud(theirs)}</details>`
}

/** What officers may do with the relation. */
async function doings({ store }: PartnerParts, visit: Visit, peer: Peer): Promise<Html> {
  const { t } = visit
  if (!visit.may(OFFICER)) return nothing
  const path = `/share/partners/${peer.party}`
  const button = (to: string, label: string) =>
    html`<form method="post" action="${path}/state"><input type="hidden" name="to" value="${to}"><button>${label}</button></form>`
  const gets = await getsCard(store, peer.key)
  const buttons: Html[] = [
    peer.state === "active" ? button("suspended", t("partner.pause")) : nothing,
    peer.state === "suspended" ? button("active", t("partner.go-on")) : nothing,
    peer.state === "active"
      ? button(gets ? "keep-card" : "give-card", gets ? t("partner.keep-card") : t("partner.give-card"))
      : nothing,
  ]
  const met = peer.state !== "invited" && peer.state !== "compared"
  const move = met ? html`<p><a href="${path}/move">${t("partner.move")}</a></p>` : nothing
  const end = peer.state === "left" ? nothing : html`<p><a href="${path}/leave">${t("partner.leave")}</a></p>`
  const bar = buttons.every((one) => one === nothing) ? nothing : html`<div class="actions">${buttons}</div>`
  return section(t("partner.do"), html`${bar}${move}${end}`)
}

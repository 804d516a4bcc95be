import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  type Column,
  emptyState,
  facts,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  shortId,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { type Card, getsCard, loadPeer, type Peer } from "../../parties/index.ts"
import { giveCard } from "../cards.ts"
import { fingerprints } from "../joining/comparing.ts"
import { leave, resume, suspend } from "../joining/operations.ts"
import { deliver } from "../outbox.ts"
import { countWaiting } from "../queries.ts"
import { type Due, isOverdue, receiptsOf } from "../receipt-queries.ts"
import { wordList } from "./compare-page.ts"
import { cardOf, OFFICER } from "./list-page.ts"
import { type GivenRow, type GotRow, givenTo, gotFrom } from "./queries.ts"
import type { PartnerParts } from "./routes.ts"
import { answerMark, askedWord, feedMark, kindWord, relationMark, roleWord } from "./words.ts"

const PLACE = "partners"
const RECEIPTS_MOST = 50
const Change = z.object({ to: z.enum(["suspended", "active", "give-card", "keep-card"]) })

/** One partner: who it is, how the relation stands, what went each way, and what is owed. */
export async function partnerPage(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const { t, now } = visit
  const { store } = parts
  const peer = await loadPeer(store, visit.ask.params.party ?? "")
  const due = await receiptsOf(store, peer.party, RECEIPTS_MOST)
  const late = due.filter((one) => isOverdue(one, now)).length
  const body = html`${done(visit)}<p>${relationMark(t, peer)}</p>${next(visit, peer)}${late > 0 ? notice(t("partner.owes", { count: late }), "warning") : nothing}
<div class="halves"><div>${section(t("partner.given"), given(visit, await givenTo(store, peer.party)))}${section(t("partner.got"), got(visit, await gotFrom(store, peer.party)))}${section(t("partner.receipts"), receipts(visit, due))}${await parts.more(visit, peer)}</div>
<div>${card(visit, await cardOf(store, peer))}${await known(parts, visit, peer)}${await doings(parts, visit, peer)}</div></div>`
  return visit.page({ title: visibleText(peer.name), heading: visible(peer.name), place: PLACE, body })
}

function done({ t, ask }: Visit): Html {
  return ask.query.get("done") === "compared" ? notice(t("partner.is-compared")) : nothing
}

/** What stands between this relation and the next step. */
function next(visit: Visit, { state, theirs, party, ...peer }: Peer): Html {
  const { t } = visit
  const name = visibleText(peer.name)
  if (state === "invited") {
    const link = visit.may(OFFICER)
      ? html` <a class="button" href="/share/partners/${party}/compare">${t("partner.compare-now")}</a>`
      : nothing
    return html`<p>${t("partner.next-compare", { name })}${link}</p>`
  }
  if (state === "compared") return html`<p>${t("partner.next-they", { name })}</p>`
  if (state === "suspended") return html`<p>${t("partner.next-paused")}</p>`
  if (state === "left") return html`<p>${t("partner.next-left")}</p>`
  return theirs === "suspended" ? html`<p>${t("partner.next-they-paused", { name })}</p>` : nothing
}

function given({ t, format }: Visit, rows: readonly GivenRow[]): Html {
  const columns: Column<GivenRow>[] = [
    {
      label: t("partner.collection"),
      kind: "name",
      cell: ({ id, title }) => html`<a href="/share/collections/${id}">${visible(title)}</a>`,
    },
    {
      label: t("partner.served"),
      kind: "number",
      cell: ({ served, size }) => `${format.number(served)} / ${format.number(size)}`,
    },
    {
      label: t("partner.since"),
      kind: "quiet",
      cell: ({ addedAt, leftAt }) =>
        leftAt === null ? format.date(addedAt) : html`${t("partner.until")} ${format.date(leftAt)}`,
    },
  ]
  return table({ caption: t("partner.given"), columns, rows, empty: emptyState(t("partner.given-nothing")) })
}

export function gotColumns({ t, format }: Visit): Column<GotRow>[] {
  return [
    {
      label: t("partner.collection"),
      kind: "name",
      cell: ({ id, title }) => html`<a href="/share/collections/${id}">${visible(title)}</a>`,
    },
    { label: t("feed.state"), cell: (row) => feedMark(t, row) },
    {
      label: t("feed.held"),
      kind: "number",
      cell: ({ held, target }) => `${format.number(held)} / ${format.number(Math.max(held, target))}`,
    },
    {
      label: t("feed.pulled"),
      kind: "quiet",
      wide: true,
      cell: ({ pulledAt }) => (pulledAt === null ? nothing : format.time(pulledAt)),
    },
  ]
}

function got(visit: Visit, rows: readonly GotRow[]): Html {
  const { t } = visit
  const list = table({
    ...{ caption: t("partner.got"), columns: gotColumns(visit), rows },
    empty: emptyState(t("partner.got-nothing")),
  })
  return rows.length === 0 ? list : html`${list}<p><a href="/share/feeds">${t("nav.feeds")}</a></p>`
}

function receipts({ t, format, now }: Visit, rows: readonly Due[]): Html {
  const columns: Column<Due>[] = [
    { label: t("partner.asked"), kind: "name", cell: ({ kind }) => askedWord(t, kind) },
    { label: t("partner.asked-at"), kind: "quiet", cell: ({ toldAt }) => format.time(toldAt) },
    {
      label: t("partner.answer"),
      cell: (row) => answerMark(t, row, isOverdue(row, now)),
    },
  ]
  return table({ caption: t("partner.receipts"), columns, rows, empty: emptyState(t("partner.receipts-nothing")) })
}

function card({ t, format }: Visit, card: Card | null): Html {
  if (card === null) return section(t("partner.card"), html`<p class="quiet">${t("partner.no-card")}</p>`)
  const { desk } = card
  const list = (items: readonly string[]) => (items.length === 0 ? null : visible(items.join(", ")))
  const hours = [desk.hours, desk.zone].filter((one) => one !== "").join(" · ")
  return section(
    t("partner.card"),
    facts([
      [t("partner.kind"), kindWord(t, card.kind)],
      [t("partner.places"), list(card.places.map((place) => format.place(place)))],
      [t("partner.roles"), list(card.roles.map((role) => roleWord(t, role)))],
      [t("partner.languages"), list(card.languages)],
      [t("partner.desk"), desk.name === "" ? null : visible(desk.name)],
      [t("partner.phone"), desk.phone === "" ? null : visible(desk.phone)],
      [t("partner.email"), desk.email === "" ? null : visible(desk.email)],
      [t("partner.hours"), hours === "" ? null : visible(hours)],
      [t("partner.networks"), list(card.networks)],
      [t("partner.domains"), list(card.domains)],
      [t("partner.card-of"), format.time(card.modified)],
    ]),
  )
}

async function known({ store }: PartnerParts, visit: Visit, peer: Peer): Promise<Html> {
  const { t, format } = visit
  const { theirs } = await fingerprints(store, peer)
  const waiting = await countWaiting(store, peer.key)
  const queue = waiting.number === 0 ? null : t("partner.messages", { count: format.number(waiting.number) })
  return section(
    t("partner.known"),
    html`${facts([
      [t("partner.address"), visible(peer.endpoint)],
      [t("partner.id"), shortId(t, peer.party)],
      [t("partner.since"), format.time(peer.createdAt)],
      [t("partner.waiting"), queue],
    ])}<details><summary>${t("partner.fingerprint")}</summary>${wordList(theirs)}<p class="mono small">${theirs.digits}</p></details>`,
  )
}

/** What officers may do with the relation. */
async function doings({ store }: PartnerParts, visit: Visit, peer: Peer): Promise<Html> {
  const { t } = visit
  if (!visit.may(OFFICER) || peer.state === "left") return nothing
  const path = `/share/partners/${peer.party}`
  const button = (to: string, label: string) =>
    html`<form method="post" action="${path}/state"><input type="hidden" name="to" value="${to}"><button>${label}</button></form>`
  const gets = await getsCard(store, peer.key)
  const buttons = [
    peer.state === "active" ? button("suspended", t("partner.pause")) : nothing,
    peer.state === "suspended" ? button("active", t("partner.go-on")) : nothing,
    peer.state === "active"
      ? button(gets ? "keep-card" : "give-card", gets ? t("partner.keep-card") : t("partner.give-card"))
      : nothing,
  ]
  return section(
    t("partner.do"),
    html`<div class="actions">${buttons}</div><p><a href="${path}/leave">${t("partner.leave")}</a></p>`,
  )
}

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
  await visit.form(z.object({}))
  const peer = await leave(parts.peering, visit.ask.params.party ?? "", visit.person().commitment)
  void deliver(parts.peering, parts.couriers, peer.key)
  return visit.redirect("/share/partners?done=left")
}

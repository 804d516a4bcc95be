import type { Visit } from "../../accounts/index.ts"
import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { loadPeer, type Peer } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { type Due, isOverdue, receiptsOf } from "../receipt-queries.ts"
import { aboutPartner } from "./about-partner.ts"
import { faults, gotColumns } from "./feeds-page.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"
import { type GivenRow, type GotRow, givenTo, gotFrom } from "./queries.ts"
import { answerMark, askedWord, relationMark } from "./words.ts"

const PLACE = "partners"
const RECEIPTS_MOST = 50

/** One partner: who it is, how the relation stands, what went each way, and what is owed. */
export async function partnerPage(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const { t, now } = visit
  const { store } = parts
  const peer = await loadPeer(store, visit.ask.params.party ?? "")
  const due = await receiptsOf(store, peer.party, RECEIPTS_MOST)
  const late = due.filter((one) => isOverdue(one, now)).length
  const onTheWay = peer.state === "invited" || peer.state === "compared"
  const left = onTheWay
    ? way(visit, peer)
    : html`${await exchanged(store, visit, peer.party, due)}${await parts.more(visit, peer)}`
  const body = html`${done(visit)}<p>${relationMark(t, peer)}</p>${next(visit, peer)}${late > 0 ? notice(t("partner.owes", { count: late }), "warning") : nothing}
<div class="halves"><div>${left}</div>
<div>${await aboutPartner(parts, visit, peer)}</div></div>`
  return visit.page({ title: visibleText(peer.name), heading: visible(peer.name), place: PLACE, body })
}

function done({ t, ask }: Visit): Html {
  const told: Readonly<Record<string, () => string>> = {
    compared: () => t("partner.is-compared"),
    moved: () => t("partner.is-moved"),
    renamed: () => t("partner.is-renamed"),
  }
  const tell = told[ask.query.get("done") ?? ""]
  return tell === undefined ? nothing : notice(tell())
}

/** What stands between this relation and the next step. */
function next(visit: Visit, { state, theirs, party, ...peer }: Peer): Html {
  const { t } = visit
  const name = visibleText(peer.name)
  if (state === "invited") {
    const link = visit.may(OFFICER)
      ? html`<p class="actions"><a class="button primary" href="/share/partners/${party}/compare">${t("partner.compare-now")}</a></p>`
      : nothing
    return html`<p>${t("partner.next-compare", { name })}</p>${link}`
  }
  if (state === "compared") return html`<p>${t("partner.next-they", { name })}</p>`
  if (state === "suspended") return html`<p>${t("partner.next-paused")}</p>`
  if (state === "left") return html`<p>${t("partner.next-left")}</p>`
  return theirs === "suspended" ? html`<p>${t("partner.next-they-paused", { name })}</p>` : nothing
}

/** Before a relation is active: how far the way is gone. */
function way({ t }: Visit, { state, theirs }: Peer): Html {
  const step = (done: boolean, what: string) =>
    html`<li>${stateMark(done ? "open" : "conditional", done ? t("partner.step-done") : t("partner.step-open"))} ${what}</li>`
  return section(
    t("partner.way"),
    html`<ol>${step(true, t("partner.way-met"))}${step(state === "compared", t("partner.way-ours"))}${step(theirs === "compared", t("partner.way-theirs"))}</ol>`,
  )
}

/** What went each way, and what is owed for it. */
async function exchanged(reader: Reader, visit: Visit, party: string, due: readonly Due[]): Promise<Html> {
  const { t } = visit
  return html`${section(t("partner.given"), given(visit, await givenTo(reader, party)))}${section(t("partner.got"), got(visit, party, await gotFrom(reader, party)))}${section(t("partner.receipts"), receipts(visit, party, due))}`
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

function got(visit: Visit, party: string, rows: readonly GotRow[]): Html {
  const { t, format } = visit
  const pulled: Column<GotRow> = {
    label: t("feed.pulled"),
    kind: "quiet",
    wide: true,
    cell: ({ pulledAt }) => (pulledAt === null ? nothing : format.date(pulledAt)),
  }
  const list = table({
    ...{ caption: t("partner.got"), columns: [...gotColumns(visit), pulled], rows },
    empty: emptyState(t("partner.got-nothing")),
  })
  if (rows.length === 0) return list
  return html`${list}${faults(visit, rows)}<p><a href="/share/feeds?party=${encodeURIComponent(party)}">${t("partner.got-all")}</a></p>`
}

function receipts(visit: Visit, party: string, rows: readonly Due[]): Html {
  const { t, format, now } = visit
  const opens = visit.may("role:analyst")
  const columns: Column<Due>[] = [
    {
      label: t("partner.asked"),
      kind: "name",
      cell: ({ kind, object }) =>
        object === null || !opens
          ? askedWord(t, kind)
          : html`<a href="/share/receipts?object=${encodeURIComponent(object)}">${askedWord(t, kind)}</a>`,
    },
    { label: t("partner.asked-at"), kind: "quiet", wide: true, cell: ({ toldAt }) => format.time(toldAt) },
    {
      label: t("partner.answer"),
      cell: (row) => answerMark(visit, row, isOverdue(row, now)),
    },
  ]
  const list = table({
    ...{ caption: t("partner.receipts"), columns, rows },
    empty: emptyState(t("partner.receipts-nothing")),
  })
  if (rows.length === 0 || !opens) return list
  return html`${list}<p><a href="/share/receipts?party=${encodeURIComponent(party)}">${t("partner.receipts-all")}</a></p>`
}

import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  table,
  visible,
} from "../../../http/index.ts"
import type { Instant } from "../../../kernel/time.ts"
import { isActive, loadPeer, type Peer } from "../../../parties/index.ts"
import { type Exchange, loadExchange } from "../exchange.ts"
import { type Days, SPANS } from "../model.ts"
import { report, toldOf } from "./report.ts"
import { type Row, rowsOf } from "./rows.ts"
import { DEFAULT_DAYS, figuresOf, type ReciprocityParts } from "./section.ts"
import { spreadsheet } from "./spreadsheet.ts"
import { switched, switchPage } from "./switch-page.ts"
import { inTimeText, seenAgainText, seenThereShort, spanWord } from "./words.ts"

const HOME = "/share/reciprocity"
const PLACE = "reciprocity"
const OFFICER = "role:officer"

/** The report over all partners and of one, as page and file; the switch for telling a partner. */
export function reciprocityPages(parts: ReciprocityParts): PageRoute[] {
  const read = { method: "GET", who: "role:reader" } as const
  const one = `${HOME}/:party`
  return [
    { ...read, path: HOME, handle: (visit) => list(parts, visit) },
    { ...read, path: `${HOME}.csv`, handle: (visit) => file(parts, visit) },
    { ...read, path: one, handle: (visit) => onePage(parts, visit) },
    { method: "GET", who: OFFICER, stepUp: true, path: `${one}/exchange`, handle: (visit) => switchPage(parts, visit) },
    { method: "POST", who: OFFICER, stepUp: true, path: `${one}/exchange`, handle: (visit) => switched(parts, visit) },
  ]
}

/** An address that names no span gets the usual one. */
function daysIn({ ask }: Visit): Days {
  const wanted = ask.query.get("days")
  if (wanted === "all") return null
  return SPANS.find((days) => String(days) === wanted) ?? DEFAULT_DAYS
}

async function list(parts: ReciprocityParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const days = daysIn(visit)
  const { rows, missing } = await rowsOf(parts, "page")
  const save = html`<p class="actions no-print"><a class="button" href="${HOME}.csv?days=${days ?? "all"}" download>${t("reciprocity.file")}</a></p>`
  const oldest = rows.length === 0 ? visit.now : (Math.min(...rows.map(({ at }) => at)) as Instant)
  return visit.page({
    title: t("nav.reciprocity"),
    place: PLACE,
    body: html`<p>${t("reciprocity.what")}</p>${spans(visit, HOME, days)}${missing === 0 ? nothing : notice(t("reciprocity.counting", { partners: format.number(missing) }), "warning")}${rows.length === 0 && missing > 0 ? nothing : listTable(visit, rows, days)}
<p class="quiet">${t("reciprocity.list-what")}</p><p class="quiet">${t("reciprocity.counted")} ${format.time(oldest)}</p>${rows.length === 0 ? nothing : save}`,
  })
}

async function file(parts: ReciprocityParts, visit: Visit): Promise<Reply> {
  return spreadsheet(visit, daysIn(visit), (await rowsOf(parts, "file")).rows)
}

function spans(visit: Visit, path: string, wanted: Days): Html {
  const { t } = visit
  const links = SPANS.map((days) => {
    const here = days === wanted ? html` aria-current="true"` : nothing
    return html`<li class="chip"><a href="${path}?days=${days ?? "all"}"${here}>${spanWord(visit, days)}</a></li>`
  })
  return html`<nav class="no-print" aria-label="${t("reciprocity.spans")}"><ul class="chips">${links}</ul></nav>`
}

function listTable(visit: Visit, rows: readonly Row[], days: Days): Html {
  const { t, format } = visit
  const of = ({ all }: Row) => figuresOf(all, days)
  const columns: Column<Row>[] = [
    {
      label: t("partner.name"),
      kind: "name",
      cell: ({ peer }) => html`<a href="${HOME}/${peer.party}?days=${days ?? "all"}">${visible(peer.name)}</a>`,
    },
    { label: t("reciprocity.column-here"), cell: (row) => seenAgainText(visit, of(row).seenAgain) },
    {
      label: t("reciprocity.column-there"),
      wide: true,
      cell: (row) => seenThereShort(visit, toldOf({ figures: of(row), exchange: row.exchange })),
    },
    { label: t("reciprocity.column-theirs"), cell: (row) => inTimeText(visit, of(row).theirAnswers) },
    { label: t("reciprocity.column-ours"), cell: (row) => inTimeText(visit, of(row).ourAnswers) },
    { label: t("reciprocity.column-given"), kind: "number", cell: (row) => format.number(of(row).given.objects) },
    { label: t("reciprocity.column-received"), kind: "number", cell: (row) => format.number(of(row).received.objects) },
  ]
  const empty = emptyState(t("reciprocity.none"), { href: "/share/partners", label: t("nav.partners") })
  return table({ caption: t("nav.reciprocity"), columns, rows, empty })
}

async function onePage(parts: ReciprocityParts, visit: Visit): Promise<Reply> {
  const { t, format, ask } = visit
  const peer = await loadPeer(parts.store, ask.params.party ?? "")
  const counted = await parts.counting.recent([peer.party])[0]
  const days = daysIn(visit)
  const exchange = await loadExchange(parts.store, peer)
  const figures = figuresOf(counted?.figures ?? [], days)
  const path = `${HOME}/${peer.party}`
  return visit.page({
    title: t("reciprocity.with", { name: peer.name }),
    place: PLACE,
    body: html`${done(visit)}${spans(visit, path, days)}<p class="quiet">${spanWord(visit, days)} · ${t("reciprocity.counted")} ${format.time(counted?.at ?? visit.now)}</p>
${report({ visit, peer, figures, exchange })}${exchangeState(visit, peer, exchange)}
<p class="no-print"><a href="/share/partners/${peer.party}">${t("reciprocity.to-partner", { name: peer.name })}</a></p>`,
  })
}

function done({ t, ask }: Visit): Html {
  const what = ask.query.get("done")
  if (what === "on") return notice(t("reciprocity.is-on"))
  return what === "off" ? notice(t("reciprocity.is-off")) : nothing
}

/** What each side said of telling the other, and the way to change ours. */
function exchangeState(visit: Visit, peer: Peer, exchange: Exchange): Html {
  const { t, format } = visit
  const { name, party } = peer
  const { ours, theirs, toldAt, told } = exchange
  const sentence = ours
    ? theirs
      ? t("reciprocity.both-on", { name })
      : t("reciprocity.ours-on", { name })
    : theirs
      ? t("reciprocity.theirs-on", { name })
      : t("reciprocity.both-off", { name })
  const times = html`${toldAt === null || !theirs ? nothing : html`<li>${t("reciprocity.we-told")} ${format.time(toldAt)}</li>`}${told === null ? nothing : html`<li>${t("reciprocity.told-at", { name })} ${format.time(told.at)}</li>`}`
  const mayChange = ours || isActive(peer)
  const way = !mayChange
    ? nothing
    : visit.may(OFFICER)
      ? html`<p class="actions no-print"><a class="button" href="${HOME}/${party}/exchange">${ours ? t("reciprocity.switch-off") : t("reciprocity.switch-on")}</a></p>`
      : html`<p class="quiet">${t("reciprocity.officers")}</p>`
  return section(
    t("reciprocity.exchange"),
    html`<p>${sentence}</p><ul>${times}${ours ? html`<li>${t("reciprocity.if-off")}</li>` : nothing}</ul>${way}`,
    "exchange",
  )
}

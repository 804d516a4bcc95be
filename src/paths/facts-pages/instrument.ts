import {
  type Column,
  emptyState,
  type Html,
  html,
  noForm,
  nothing,
  type Piece,
  facts as pairs,
  type Reply,
  section,
  selectField,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import {
  type Channel,
  channelTexts,
  type Instrument,
  type Participation,
  participationStatuses,
} from "../../law/index.ts"
import { checkOf, type Look } from "./look.ts"
import { reservationTable, standingMark } from "./place-parts.ts"
import { timelineChart, timelineOf } from "./timeline.ts"
import {
  addressText,
  asOfCell,
  channelName,
  choicesOf,
  codeKey,
  instrumentHref,
  instrumentName,
  instrumentTitle,
  measureWords,
  placeLink,
  placeName,
  rowHref,
  sourceCell,
  sourceColumns,
  statusWord,
  textOf,
  verifiedMark,
} from "./words.ts"

/** One instrument: what it is, who takes part since when, with which reservations, and which paths rest on it. */
export async function instrumentPage(look: Look): Promise<Reply> {
  const { visit, facts } = look
  const { t } = visit
  const id = visit.ask.params.id ?? ""
  const instrument = facts.instruments.get(id)
  const rows = facts.rows.participation.filter((row) => row.instrument === id)
  if (instrument === undefined && rows.length === 0) {
    throw new ComityError("not-found", "fact.no-instrument", { id: visibleText(id.slice(0, 60)) })
  }
  const title = instrument === undefined ? id : instrumentTitle(look, instrument)
  const reserved = facts.rows.reservations.filter((row) => row.instrument === id)
  const channels = facts.channels.filter((one) => one.instrument === id)
  const who = ({ place }: { place: string }) => placeLink(look, place)
  return visit.page({
    ...{ title: visibleText(title), heading: visible(title), place: "instruments" },
    body: html`${instrument === undefined ? html`<p>${t("fact.instrument-unknown")}</p>` : about(look, instrument)}
${section(t("fact.participation"), participation(look, instrument, id, rows), "participation")}
${conflicts(look, id)}
${section(t("fact.complete"), completeness(look, id), "complete")}
${section(t("fact.reservations"), reservationTable(look, reserved, "place", who), "reservations")}
${section(t("fact.channels"), channelList(look, channels), "channels")}
<p class="actions"><a href="/find/instruments">${t("fact.instruments-back")}</a></p>`,
  })
}

function about(look: Look, row: Instrument): Html {
  const { t, format } = look.visit
  const { adopted, inForceSince, delay, needed, depositary, source } = row
  return pairs([
    [t("fact.field"), t(`fact.field.${row.field}`)],
    [t("fact.kind"), t(`fact.kind.${row.kind}`)],
    [t("fact.status"), t(`fact.status.${codeKey(row.status)}`)],
    [t("fact.depositary"), depositary === "" ? null : visible(depositary)],
    [t("fact.adopted"), adopted],
    [t("fact.in-force-since"), inForceSince],
    [t("fact.needed"), needed === null ? null : format.number(needed)],
    [t("fact.delay"), delay === null ? null : delayText(look, delay)],
    [t("fact.admits"), row.reservations === "none" ? t("fact.admits-none") : t("fact.admits-possible")],
    [t("fact.source"), html`${addressText({ t }, source)} · ${sourceCell(look, row)}`],
    [t("fact.as-of"), asOfCell(look, row)],
    [t("fact.verified"), verifiedMark(t, row.verified)],
  ])
}

function delayText({ visit: { t } }: Look, { days, months, firstOfMonth }: NonNullable<Instrument["delay"]>): string {
  if (firstOfMonth) return t("fact.delay-month", { months })
  return months > 0 ? t("fact.delay-months", { months }) : t("fact.delay-days", { days })
}

function participation(
  look: Look,
  instrument: Instrument | undefined,
  id: string,
  rows: readonly Participation[],
): Html {
  const { visit, today } = look
  const { t } = visit
  const caption = instrument?.status === "not in force" ? t("fact.timeline-ratified") : t("fact.timeline-bound")
  const chart = rows.length === 0 ? nothing : timelineChart(look, timelineOf(instrument, rows, today), caption)
  const statuses = participationStatuses.filter((status) => rows.some((row) => row.status === status))
  const status = statuses.find((one) => one === visit.ask.query.get("status")) ?? ""
  const choices = choicesOf(t("fact.all-statuses"), statuses, (code) => statusWord(t, code))
  const filter =
    statuses.length < 2
      ? nothing
      : html`<form class="bar" method="get" action="${instrumentHref(id)}#participation">${selectField({ ...noForm, t }, { name: "status", label: t("fact.status"), choices, value: status })}<button>${t("fact.show")}</button></form>`
  return html`${chart}${filter}${participants(
    look,
    rows.filter((row) => status === "" || row.status === status),
  )}`
}

function participants(look: Look, rows: readonly Participation[]): Html {
  const { t, format } = look.visit
  const sorted = rows.toSorted((a, b) =>
    format.compare(placeName(look, a.place, a.name), placeName(look, b.place, b.name)),
  )
  const columns: Column<Participation>[] = [
    { label: t("fact.participant"), kind: "name", cell: ({ place, name }) => placeLink(look, place, name) },
    { label: t("fact.status"), cell: ({ status }) => statusWord(t, status) },
    { label: t("fact.date"), kind: "quiet", cell: ({ date, dateKind }) => dated(date ?? t("fact.undated"), dateKind) },
    ...sourceColumns<Participation>(look, (row) => row),
  ]
  return table({ caption: t("fact.participants"), columns, rows: sorted, empty: emptyState(t("fact.no-participants")) })
}

function dated(date: string, kind: string): Html {
  return kind === "" ? html`${date}` : html`<span title="${visibleText(kind)}">${date}</span>`
}

/** Places of which sources, or rows, contradict each other; every row of them stays, with what follows from it today. */
function conflicts(look: Look, id: string): Html {
  const { visit, facts, at } = look
  const { t } = visit
  const told = new Set(
    checkOf(look)
      .problems.filter(({ code }) => code === "contradiction")
      .map(({ ref }) => ref),
  )
  const places = facts.rows.participation
    .filter((row) => row.instrument === id && row.place !== "" && told.has(row.ref))
    .map(({ place }) => place)
  if (places.length === 0) return nothing
  const blocks = places.map(
    (place) => html`<h3>${placeLink(look, place)}</h3><p>${standingMark(look, at.standing(id, place))}</p>
${conflictRows(look, facts.participation.get(`${id}/${place}`) ?? [])}`,
  )
  return section(t("fact.conflicts"), html`<p>${t("fact.conflicts-what")}</p>${blocks}`, "conflicts")
}

function conflictRows(look: Look, rows: readonly Participation[]): Html {
  const { t } = look.visit
  const items = rows.map(
    (row) =>
      html`<li>${statusWord(t, row.status)}, ${row.date ?? t("fact.undated")} · ${sourceCell(look, row)} · ${verifiedMark(t, row.verified)}${row.note === "" ? nothing : html`<br><span class="quiet">${visible(row.note)}</span>`}</li>`,
  )
  return html`<ul>${items}</ul>`
}

function completeness(look: Look, id: string): Html {
  const { visit, facts } = look
  const { t } = visit
  const lists = facts.lists.get(id) ?? []
  if (lists.length === 0) return html`<p>${t("fact.complete-unknown")}</p>`
  return html`${lists.map((list) => {
    const since = list.since === null ? null : t("fact.complete-since", { date: list.since })
    const silent =
      list.silentOn.length === 0
        ? nothing
        : html`<details><summary>${t("fact.silent-on", { count: visit.format.number(list.silentOn.length) })}</summary><p>${list.silentOn.map((code, i) => html`${i > 0 ? ", " : ""}${placeLink(look, code)}`)}</p></details>`
    return html`<p>${t("fact.complete-until", { date: list.until })} ${since} ${sourceCell(look, list)} · ${verifiedMark(t, list.verified)}</p>${silent}`
  })}`
}

function channelList(look: Look, channels: readonly Channel[]): Html {
  const { t } = look.visit
  if (channels.length === 0) return emptyState(t("fact.no-channels-rest"))
  return html`${channels.map((one) => channelBlock(look, one))}`
}

/** A channel as its row tells it, column by column; how it is judged, the finder says. */
function channelBlock(look: Look, channel: Channel): Html {
  const { t } = look.visit
  const told = channelTexts
    .filter((part) => part !== "name" && part !== "status" && channel.texts[part] !== "")
    .map((part): readonly [Piece, Piece] => [
      t(`fact.column.${codeKey(part)}`),
      visible(textOf(look, channel.ref, part, channel.texts[part])),
    ])
  const { ref, use, yieldsTo } = channel
  const articles = look.facts.rows.articles
    .filter((one) => one.channel === channel.id)
    .map(
      (one) =>
        html`<li>${visible(one.article)}: ${visible(textOf(look, one.ref, "text", one.text))} <span class="quiet">${sourceCell(look, one)} · ${verifiedMark(t, one.verified)}</span></li>`,
    )
  return html`<details class="recipe"><summary>${visible(channelName(look, channel))} <span class="quiet">${channel.id}</span> ${verifiedMark(t, channel.verified)}</summary>${pairs(
    [
      [t("fact.articles"), visible(channel.articles.join("; "))],
      [t("fact.measures"), measureWords(t, channel)],
      ...told,
      [t("fact.use"), t(`law.use.${use}`)],
      [t("fact.what-articles-say"), articles.length === 0 ? null : html`<ul class="plain-list">${articles}</ul>`],
      [t("fact.yields-to"), yieldsTo.map((id) => instrumentName(look, id)).join(" · ")],
      [t("fact.source"), html`<a href="${rowHref(ref)}">${t("fact.row-link")}</a>`],
    ],
  )}</details>`
}

import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  type Piece,
  stateMark,
  table,
  visible,
} from "../../http/index.ts"
import {
  type Channel,
  countsFrom,
  type Participation,
  type Reservation,
  type RuleAnswer,
  type SafeguardFact,
  type Sourced,
  type Standing,
} from "../../law/index.ts"
import type { Look } from "./look.ts"
import { answerValue, questionLink } from "./rule-words.ts"
import {
  channelName,
  instrumentLink,
  instrumentName,
  measureWords,
  rowHref,
  sourceColumns,
  statusWord,
  textOf,
  wrapped,
} from "./words.ts"

/** Every row of the place, by the name of the instrument: where sources differ, all of what they say. */
export function participationOf(look: Look, place: string): Html {
  const { t, format } = look.visit
  const rows = look.facts.rows.participation
    .filter((row) => row.place === place)
    .toSorted((a, b) => format.compare(instrumentName(look, a.instrument), instrumentName(look, b.instrument)))
  const columns: Column<Participation>[] = [
    { label: t("fact.instrument"), kind: "name", cell: ({ instrument }) => instrumentLink(look, instrument) },
    { label: t("fact.today"), cell: ({ instrument }) => todayMark(look, instrument, place) },
    { label: t("fact.status"), cell: ({ status }) => statusWord(t, status) },
    { label: t("fact.since"), kind: "quiet", cell: (row) => since(look, row) },
    ...sourceColumns<Participation>(look, (row) => row),
  ]
  return html`${table({ caption: t("fact.takes-part-in"), columns, rows, empty: emptyState(t("fact.no-participation")) })}${notOnLists(look, place)}`
}

/** The day of the row; where a deposit binds only later, the day on which it does. */
function since({ visit: { t }, facts }: Look, row: Participation): Piece {
  if (row.date === null) return t("fact.undated")
  const day = countsFrom(row, facts.instruments.get(row.instrument))
  return day === row.date ? row.date : html`${row.date}<br>${t("fact.binds-from", { day })}`
}

/** Whoever joined what is not in force yet is bound by nothing today. */
function todayMark(look: Look, instrument: string, place: string): Html {
  const standing = look.at.standing(instrument, place)
  const waiting = standing.state === "bound" && look.at.force(instrument).state === "no"
  return waiting ? stateMark("closed", look.visit.t("fact.standing-waiting")) : standingMark(look, standing)
}

/** Where the place stands, in a word and a shape. */
export function standingMark({ visit: { t } }: Look, { state, code }: Standing): Html {
  const [name, shape, word] = {
    bound: ["open", "●", t("fact.standing-bound")],
    reported: ["conditional", "◐", t("fact.standing-reported")],
    unknown: ["unknown", "?", t("fact.standing-unknown")],
    "not-bound": ["closed", "○", t("fact.standing-not-bound")],
  }[state] as [string, string, string]
  const differ = code === "disputed" || code === "takes-part-disputed"
  return html`<span class="state ${name}"><span aria-hidden="true">${shape}</span> ${differ ? t("fact.standing-disputed") : word}</span>`
}

/** What complete lists say by leaving the place out. */
function notOnLists(look: Look, place: string): Html {
  const { visit, facts, at } = look
  const absent = [...facts.instruments.keys()].flatMap((id) => {
    const { code, day } = at.standing(id, place)
    return code === "not-on-list" ? [html`${instrumentLink(look, id)} (${day})`] : []
  })
  if (absent.length === 0) return nothing
  return html`<p class="quiet">${visit.t("fact.not-on-lists")} ${separated(absent)}</p>`
}

function separated(pieces: readonly Html[]): Html {
  return html`${pieces.map((piece, i) => html`${i > 0 ? " · " : ""}${piece}`)}`
}

export function reservationsOf(look: Look, place: string): Html {
  const { visit, facts, at } = look
  const rows = facts.rows.reservations.filter((row) => row.place === place)
  const open = [...facts.instruments.values()].filter(
    ({ id, reservations }) =>
      reservations === "possible" &&
      /^(?:bound|reported)$/.test(at.standing(id, place).state) &&
      !facts.lists.has(`${id}/${place}`),
  )
  const notEntered =
    open.length === 0
      ? nothing
      : html`<p class="quiet">${visit.t("fact.not-entered")} ${separated(open.map(({ id }) => instrumentLink(look, id)))}</p>`
  return html`${reservationTable(look, rows, "instrument")}${notEntered}`
}

/** Reservations and declarations; on the page of an instrument each by its place. */
export function reservationTable(
  look: Look,
  rows: readonly Reservation[],
  name: "instrument" | "place",
  who?: (row: Reservation) => Piece,
): Html {
  const { t } = look.visit
  const first: Column<Reservation> =
    name === "instrument"
      ? { label: t("fact.instrument"), kind: "name", cell: ({ instrument }) => instrumentLink(look, instrument) }
      : { label: t("fact.place"), kind: "name", cell: (row) => who?.(row) ?? row.place }
  const columns: Column<Reservation>[] = [
    first,
    { label: t("fact.article"), cell: ({ article }) => visible(article) },
    { label: t("fact.effect"), cell: ({ effect }) => t(`fact.effect.${effect}`) },
    { label: t("fact.what-it-says"), cell: ({ ref, text }) => wrapped(visible(textOf(look, ref, "text", text))) },
    { label: t("fact.since"), kind: "quiet", cell: ({ date }) => date ?? t("fact.undated") },
    ...sourceColumns<Reservation>(look, (row) => row),
  ]
  return table({ caption: t("fact.reservations"), columns, rows, empty: emptyState(t("fact.no-reservations")) })
}

/** Paths that exist for the place today, by its own side alone: the other side is asked in the finder. */
export function channelsOf(look: Look, place: string): Html {
  const { t } = look.visit
  const rows = look.facts.channels.filter(
    ({ gate, instrument }) =>
      gate === "settled" || /^(?:bound|reported)$/.test(look.at.standing(instrument, place).state),
  )
  const finder = ({ measures: [measure] }: Channel, side: "from" | "to") =>
    `/find/paths?${side}=${place}${measure === undefined ? "" : `&measure=${measure}`}`
  const columns: Column<Channel>[] = [
    {
      label: t("fact.channel"),
      kind: "name",
      cell: (row) => html`<a class="told" href="${rowHref(row.ref)}">${visible(channelName(look, row))}</a>`,
    },
    { label: t("fact.rests-on"), cell: ({ instrument }) => instrumentLink(look, instrument) },
    { label: t("fact.measures"), kind: "quiet", cell: (row) => wrapped(measureWords(t, row)) },
    {
      label: t("fact.finder"),
      cell: (row) =>
        html`<a href="${finder(row, "from")}">${t("fact.from-here")}</a> · <a href="${finder(row, "to")}">${t("fact.to-here")}</a>`,
    },
  ]
  return html`<p class="quiet">${t("fact.channels-what")}</p>${table({ caption: t("fact.channels"), columns, rows, empty: emptyState(t("fact.no-channels")) })}`
}

export function safeguardsOf(look: Look, place: string): Html {
  const { t } = look.visit
  const columns: Column<SafeguardFact>[] = [
    { label: t("fact.safeguard"), cell: ({ safeguard }) => t(`fact.safeguard.${safeguard}`) },
    { label: t("fact.law"), kind: "name", cell: (row) => lawCell(row) },
    { label: t("fact.what-it-says"), cell: ({ ref, text }) => wrapped(visible(textOf(look, ref, "text", text))) },
    ...sourceColumns<SafeguardFact>(look, (row) => row),
  ]
  const rows = look.facts.safeguards.get(place) ?? []
  return table({ caption: t("fact.safeguards"), columns, rows, empty: emptyState(t("fact.no-safeguards")) })
}

export function lawCell({ law, article, ref }: { law: string; article: string } & Pick<Sourced, "ref">): Html {
  return html`<a class="told" href="${rowHref(ref)}">${visible([law, article].filter((part) => part !== "").join(", "))}</a>`
}

export function answersOf(look: Look, place: string): Html {
  const { t } = look.visit
  const columns: Column<RuleAnswer>[] = [
    { label: t("fact.question"), kind: "name", cell: ({ question }) => questionLink(look, question) },
    { label: t("fact.answer"), cell: (row) => wrapped(answerValue(look, row.question, row.value)) },
    { label: t("fact.law"), cell: (row) => lawCell(row) },
    ...sourceColumns<RuleAnswer>(look, (row) => row),
  ]
  const rows = look.facts.rows.answers.filter(({ jurisdiction }) => jurisdiction === place)
  return table({ caption: t("fact.answers"), columns, rows, empty: emptyState(t("fact.no-answers")) })
}

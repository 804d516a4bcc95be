import type { Visit } from "../../../accounts/index.ts"
import { type Column, type Html, html, nothing, type Piece, section, table, visible } from "../../../http/index.ts"
import type { Instant } from "../../../kernel/time.ts"
import type { Peer } from "../../../parties/index.ts"
import type { Exchange } from "../exchange.ts"
import type { Told } from "../message.ts"
import { dueOf, type Figures } from "../model.ts"
import { inTimeOf, inTimeText, medianText, seenAgainText, seenThereText, unknown, waysText } from "./words.ts"

/** A figure for both directions: what it is called, what is counted, what went there and what came. */
type Row = { name: string; what?: string; there: Piece; here: Piece }

export type Shown = { visit: Visit; peer: Peer; figures: Figures; exchange: Exchange }

/** What the partner told of the same span. */
export function toldOf({ figures, exchange }: Pick<Shown, "figures" | "exchange">): Told | null {
  return exchange.told?.counts.find(({ days }) => days === figures.days) ?? null
}

/** Use first, volume last; beside each figure what it counts. */
export function report(shown: Shown): Html {
  return html`${use(shown)}${answers(shown)}${objects(shown)}${volume(shown)}${comparison(shown)}`
}

function use(shown: Shown): Html {
  const { visit, figures } = shown
  const { t } = visit
  const seen = figures.seenAgain
  const ways =
    seen === null || seen.again === 0 ? nothing : html`<br><span class="quiet">${waysText(visit, seen)}</span>`
  const row: Row = {
    name: t("reciprocity.seen"),
    what: t("reciprocity.seen-what"),
    there: seenThereText(visit, shown.exchange, toldOf(shown)),
    here: html`${seenAgainText(visit, seen)}${ways}`,
  }
  return section(t("reciprocity.use"), directions(shown, t("reciprocity.use"), [row]))
}

function answers({ visit, peer, figures }: Shown): Html {
  const { t, format } = visit
  const { theirAnswers: theirs, ourAnswers: ours } = figures
  const counted = (name: string, what: string, key: "late" | "overdue" | "running"): Row => ({
    ...{ name, what, there: format.number(theirs[key]), here: format.number(ours[key]) },
  })
  const rows: Row[] = [
    {
      ...{ name: t("reciprocity.in-time"), what: t("reciprocity.in-time-what") },
      ...{ there: inTimeText(visit, theirs), here: inTimeText(visit, ours) },
    },
    {
      ...{ name: t("reciprocity.median"), what: t("reciprocity.median-what") },
      ...{ there: medianText(visit, theirs), here: medianText(visit, ours) },
    },
    counted(t("reciprocity.late"), t("reciprocity.late-what"), "late"),
    counted(t("reciprocity.overdue"), t("reciprocity.overdue-what"), "overdue"),
    counted(t("reciprocity.running"), t("reciprocity.running-what"), "running"),
  ]
  const heads: [string, string] = [
    t("reciprocity.asked-there", { name: peer.name }),
    t("reciprocity.asked-here", { name: peer.name }),
  ]
  return section(t("reciprocity.answers"), rowsTable(t, t("reciprocity.answers"), heads, rows))
}

function objects(shown: Shown): Html {
  const { visit, figures } = shown
  const { t, format } = visit
  const { given, received } = figures
  const notTold = unknown(t, t("reciprocity.never-told"))
  const one = (name: string, what: string, there: number | null, here: number | null): Row => ({
    ...{ name, what },
    there: there === null ? notTold : format.number(there),
    here: here === null ? notTold : format.number(here),
  })
  const rows = [
    one(t("reciprocity.objects"), t("reciprocity.objects-what"), given.objects, received.objects),
    one(t("reciprocity.recalled"), t("reciprocity.recalled-what"), given.recalled, received.recalled),
    { ...one(t("reciprocity.erased"), t("reciprocity.erased-what"), given.erased, 0), here: "–" },
    one(t("reciprocity.empty"), t("reciprocity.empty-what"), null, received.empty),
    one(t("reciprocity.conflicts"), t("reciprocity.conflicts-what"), null, received.conflicts),
    one(t("reciprocity.unread"), t("reciprocity.unread-what"), null, received.unread),
  ]
  return section(t("reciprocity.flow"), directions(shown, t("reciprocity.flow"), rows))
}

function volume(shown: Shown): Html {
  const { visit, figures } = shown
  const { t, format } = visit
  const { given, received } = figures
  const rows: Row[] = [
    {
      ...{ name: t("reciprocity.versions"), what: t("reciprocity.versions-what") },
      ...{ there: format.number(given.versions), here: format.number(received.versions) },
    },
    {
      ...{ name: t("reciprocity.bytes"), what: t("reciprocity.bytes-what") },
      ...{ there: format.bytes(given.bytes), here: format.bytes(received.bytes) },
    },
  ]
  return section(t("reciprocity.volume"), directions(shown, t("reciprocity.volume"), rows))
}

/** Both counts of what both can count, side by side; it is for people to say why they differ. */
function comparison(shown: Shown): Html {
  const { visit, peer, figures, exchange } = shown
  const told = toldOf(shown)
  if (told === null || exchange.told === null) return nothing
  const { t, format } = visit
  const { name } = peer
  const { given, received, theirAnswers, ourAnswers } = figures
  const number = (label: string, ours: number, theirs: number): Row => ({
    ...{ name: label, there: format.number(ours), here: format.number(theirs) },
  })
  const inTime = (label: string, ours: typeof theirAnswers, theirs: Told["ours"]): Row => ({
    name: label,
    there: inTimeOf(visit, { due: dueOf(ours), inTime: ours.inTime }),
    here: inTimeOf(visit, { due: theirs.due, inTime: theirs.in_time }),
  })
  const rows = [
    number(t("reciprocity.compare-given", { name }), given.objects, told.received.objects),
    number(t("reciprocity.compare-given-recalled", { name }), given.recalled, told.received.recalled),
    number(t("reciprocity.compare-received", { name }), received.objects, told.given.objects),
    number(t("reciprocity.compare-received-recalled", { name }), received.recalled, told.given.recalled),
    inTime(t("reciprocity.compare-theirs", { name }), theirAnswers, told.ours),
    inTime(t("reciprocity.compare-ours"), ourAnswers, told.yours),
  ]
  const heads: [string, string] = [t("reciprocity.we-count"), t("reciprocity.they-count", { name })]
  const title = t("reciprocity.compare")
  return section(
    title,
    html`<p>${t("reciprocity.compare-what")} ${t("reciprocity.told-at", { name })} ${timeOf(visit, exchange.told.at)}</p>${rowsTable(t, title, heads, rows)}`,
  )
}

function timeOf({ format }: Visit, at: Instant): Html {
  return format.time(at)
}

function directions({ visit: { t }, peer: { name } }: Shown, caption: string, rows: readonly Row[]): Html {
  return rowsTable(t, caption, [t("reciprocity.there", { name }), t("reciprocity.here", { name })], rows)
}

function rowsTable(t: Visit["t"], caption: string, [there, here]: [string, string], rows: readonly Row[]): Html {
  const columns: Column<Row>[] = [
    { label: t("reciprocity.figure"), kind: "name", cell: ({ name, what }) => figureName(name, what) },
    { label: visible(there), cell: (row) => row.there },
    { label: visible(here), cell: (row) => row.here },
  ]
  return html`<div class="report">${table({ caption, columns, rows, empty: nothing })}</div>`
}

function figureName(name: string, what: string | undefined): Html {
  const told = what === undefined ? nothing : html`<br><span class="quiet">${what}</span>`
  return html`<span class="wrap"><strong>${name}</strong>${told}</span>`
}

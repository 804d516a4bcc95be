import type { PageRoute, Visit } from "../../accounts/index.ts"
import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  type Reply,
  reply,
  table,
  visible,
} from "../../http/index.ts"
import { oneOf } from "../../law/index.ts"
import type { Reader } from "../../store/index.ts"
import { calendarOf } from "../calendar.ts"
import { diary, loadEntry } from "../diary.ts"
import { CLOSED_MOST } from "../diary-queries.ts"
import { type DiaryEntry, type DiaryState, diaryStates, nextDue } from "../model.ts"
import { channelWord, clockMark, clockWord, measureWord } from "./words.ts"

export function diaryListPages(reader: Reader): PageRoute[] {
  const who = "role:analyst"
  return [
    { method: "GET", path: "/respond/diary", who, handle: (visit) => list(reader, visit) },
    { method: "GET", path: "/respond/diary.ics", who, handle: (visit) => wholeCalendar(reader, visit) },
    { method: "GET", path: "/respond/diary/:id/calendar.ics", who, handle: (visit) => oneCalendar(reader, visit) },
  ]
}

async function list(reader: Reader, visit: Visit): Promise<Reply> {
  const { t, ask, now } = visit
  const wanted = oneOf(diaryStates, ask.query.get("state") ?? "")
  // Nothing asked for: the open ones first, and the closed ones behind.
  const state: DiaryState = wanted ?? "all"
  const rows = await diary(reader, state, now)
  return visit.page({
    ...{ title: t("nav.diary"), place: "diary" },
    body: html`<p>${t("diary.what")}</p><p class="actions"><a class="button primary" href="/respond/diary/new">${t("diary.note")}</a><a href="/respond/diary.ics">${t("diary.calendar-file")}</a></p>${filters(visit, wanted)}${entryTable(visit, rows)}${cut(visit, rows)}`,
  })
}

/** A list that is cut says so. */
function cut({ t, format }: Visit, rows: readonly DiaryEntry[]): Html {
  if (rows.filter(({ request }) => request.closedAt !== null).length < CLOSED_MOST) return nothing
  return html`<p class="quiet">${t("diary.closed-most", { count: format.number(CLOSED_MOST) })}</p>`
}

function filters({ t }: Visit, wanted: DiaryState | null): Html {
  const words: Readonly<Record<DiaryState, string>> = {
    open: t("diary.show-open"),
    overdue: t("diary.show-overdue"),
    closed: t("diary.show-closed"),
    all: t("diary.show-all"),
  }
  const links = diaryStates.map((state) => {
    const here = state === (wanted ?? "all") ? html` aria-current="true"` : nothing
    return html`<li class="chip"><a href="/respond/diary?state=${state}"${here}>${words[state]}</a></li>`
  })
  return html`<nav aria-label="${t("diary.filter")}"><ul class="chips">${links}</ul></nav>`
}

function entryTable(visit: Visit, rows: readonly DiaryEntry[]): Html {
  const { t, format } = visit
  const columns: Column<DiaryEntry>[] = [
    {
      label: t("diary.title"),
      kind: "name",
      cell: ({ request: { id, title } }) => html`<a href="/respond/diary/${id}">${visible(title)}</a>`,
    },
    { label: t("diary.state"), cell: (entry) => standing(visit, entry) },
    { label: t("diary.due"), kind: "quiet", wide: true, cell: (entry) => dueCell(visit, entry) },
    { label: t("diary.place"), kind: "quiet", wide: true, cell: ({ request }) => format.place(request.place) },
    { label: t("diary.measure"), kind: "quiet", wide: true, cell: ({ request }) => measureWord(t, request.measure) },
    {
      label: t("diary.channel"),
      kind: "quiet",
      wide: true,
      cell: ({ request: { channel } }) => visible(channelWord(t, channel)),
    },
    { label: t("diary.sent"), kind: "quiet", wide: true, cell: ({ request }) => format.date(request.sent.at) },
  ]
  const empty = emptyState(t("diary.none"), { href: "/respond/diary/new", label: t("diary.note") })
  return table({ caption: t("nav.diary"), columns, rows, empty })
}

/** How an entry stands, by the clock that is due first. */
export function standing({ t, now }: Visit, entry: DiaryEntry): Html {
  if (entry.request.closedAt !== null) return html`<span class="quiet">✓ ${t("diary.state-closed")}</span>`
  const next = nextDue(entry, now)
  return next === null ? html`<span class="quiet">${t("diary.state-no-clock")}</span>` : clockMark(t, next.state)
}

function dueCell({ t, format, now }: Visit, entry: DiaryEntry): Html {
  const next = entry.request.closedAt === null ? nextDue(entry, now) : null
  return next === null ? nothing : html`${format.date(next.due)} ${clockWord(t, next.clock.kind)}`
}

async function wholeCalendar(reader: Reader, visit: Visit): Promise<Reply> {
  return calendarReply(visit, await diary(reader, "open", visit.now), "diary.ics")
}

async function oneCalendar(reader: Reader, visit: Visit): Promise<Reply> {
  const entry = await loadEntry(reader, visit.ask.params.id ?? "")
  return calendarReply(visit, [entry], `${entry.request.id}.ics`)
}

function calendarReply({ t, viewer, now, site }: Visit, entries: readonly DiaryEntry[], name: string): Reply {
  const text = calendarOf(entries, { t, language: viewer.language, now, origin: site.origin })
  return reply("text/calendar; charset=utf-8", text, 200, {
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  })
}

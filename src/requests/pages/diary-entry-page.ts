import { z } from "zod"
import { namesByCommitment, type PageRoute, type Visit } from "../../accounts/index.ts"
import {
  actions,
  copyable,
  errorSummary,
  type Faults,
  type Form,
  facts,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  prose,
  type Reply,
  section,
  selectField,
  textField,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import type { Store } from "../../store/index.ts"
import { addEvent, closeRequest, extendClock, loadEntry, setClock } from "../diary.ts"
import { nameKey, parseForm } from "../forms.ts"
import { type DiaryEntry, EXTENSION_DAYS, type RequestEvent, type Timed, timed, warnedDay } from "../model.ts"
import { Extend, eventFields, NewEvent, SetClock } from "./diary-forms.ts"
import { standing } from "./diary-list-page.ts"
import { categoryWord, channelWord, clockMark, clockWord, eventWord, measureWord, zonedTime } from "./words.ts"

const ONE = "/respond/diary/:id"
const Nothing = z.object({})

export function diaryEntryPages(store: Store): PageRoute[] {
  const who = "role:analyst"
  const officer = "role:officer"
  return [
    { method: "GET", path: ONE, who, handle: (visit) => page(store, visit, noForm) },
    { method: "POST", path: `${ONE}/events`, who, handle: (visit) => note(store, visit) },
    { method: "POST", path: `${ONE}/extend`, who, handle: (visit) => extend(store, visit) },
    { method: "POST", path: `${ONE}/clocks`, who, handle: (visit) => set(store, visit) },
    { method: "GET", path: `${ONE}/close`, who: officer, handle: (visit) => closing(store, visit) },
    { method: "POST", path: `${ONE}/close`, who: officer, handle: (visit) => close(store, visit) },
  ]
}

type Look = { given: Given; faults: Faults }

function idOf({ ask }: Visit): string {
  return ask.params.id ?? ""
}

async function page(store: Store, visit: Visit, look: Look, status = 200): Promise<Reply> {
  const { t } = visit
  const entry = await loadEntry(store, idOf(visit))
  const names = await namesByCommitment(store)
  const { request } = entry
  const forms = request.closedAt === null ? openForms(visit, entry, look) : nothing
  return visit.page({
    ...{ title: visibleText(request.title), heading: visible(request.title), place: "diary", status },
    state: standing(visit, entry),
    body: html`${errorSummary(t, look.faults)}<div class="columns"><div>${clocks(visit, entry)}${events(visit, entry, names)}${forms}</div>
<aside>${known(visit, entry, names)}${next(visit, entry)}</aside></div>`,
  })
}

type Names = Awaited<ReturnType<typeof namesByCommitment>>

function known(visit: Visit, { request }: DiaryEntry, names: Names): Html {
  const { t, format } = visit
  const { document } = request
  const form = document === null ? null : t(nameKey(parseForm(document.form)))
  return facts([
    [t("diary.measure"), measureWord(t, request.measure)],
    [t("diary.category"), categoryWord(t, request.category)],
    [t("diary.place"), format.place(request.place)],
    [t("diary.authority"), prose(request.authority)],
    [t("diary.channel"), visible(channelWord(t, request.channel))],
    [
      t("diary.reference"),
      request.reference === "" ? null : copyable(t, visible(request.reference), request.reference),
    ],
    [t("diary.basis"), request.basis === "" ? null : prose(request.basis)],
    [t("diary.sent"), zonedTime(visit, request.sent)],
    [t("diary.document"), form],
    [t("diary.document-hash"), document === null ? null : copyable(t, `${document.hash.slice(0, 12)}…`, document.hash)],
    [t("diary.noted"), format.time(request.notedAt)],
    [t("diary.noted-by"), nameOf(t, request.account, names)],
    [t("diary.closed-at"), request.closedAt === null ? null : format.time(request.closedAt)],
  ])
}

function nameOf(t: Visit["t"], account: string | null, names: Names): Html {
  if (account === null) return html`${t("ledger.by-node")}`
  const name = names.get(account)
  return name === undefined ? html`${t("ledger.nameless", { commitment: account.slice(0, 8) })}` : visible(name)
}

function next({ t, may }: Visit, { request }: DiaryEntry): Html {
  const home = `/respond/diary/${request.id}`
  const end =
    request.closedAt === null && may("role:officer")
      ? html`<p><a class="button" href="${home}/close">${t("diary.close")}</a></p>`
      : nothing
  const why =
    request.closedAt === null && !may("role:officer") ? html`<p class="quiet">${t("diary.close-who")}</p>` : nothing
  return html`${section(t("request.next"), html`<p><a href="${home}/calendar.ics">${t("diary.calendar-file")}</a></p>${end}${why}`)}`
}

function clocks(visit: Visit, entry: DiaryEntry): Html {
  const { t, now } = visit
  const rows = timed(entry, now)
  if (rows.length === 0) return section(t("diary.clocks"), html`<p class="quiet">${t("diary.no-clocks")}</p>`)
  return section(t("diary.clocks"), html`<ul class="clocks">${rows.map((one) => clockLine(visit, one))}</ul>`)
}

function clockLine({ t, format, now }: Visit, { clock, due, state }: Timed): Html {
  const day = state === "warning" ? warnedDay(clock, now) : null
  const passed =
    day === null
      ? nothing
      : html` <span class="quiet">${t("diary.day-passed", { day: format.number(day), days: format.number(clock.days ?? 0) })}</span>`
  const from = { days: format.number(clock.days ?? 0), date: format.dateText(clock.start) }
  const counted = clock.days === null ? nothing : html` <span class="quiet">${t("diary.counted", from)}</span>`
  return html`<li>${clockMark(t, state)} <strong>${clockWord(t, clock.kind)}</strong> ${format.time(due)} <span class="quiet">${format.ago(due, now)}</span>${counted}${passed}</li>`
}

function events(visit: Visit, { events }: DiaryEntry, names: Names): Html {
  const { t } = visit
  if (events.length === 0) return section(t("diary.events"), html`<p class="quiet">${t("diary.no-events")}</p>`)
  return section(t("diary.events"), html`<ol class="remarks">${events.map((one) => eventLine(visit, one, names))}</ol>`)
}

function eventLine(visit: Visit, event: RequestEvent, names: Names): Html {
  const { t } = visit
  const said = event.text === "" ? nothing : html`<br>${prose(event.text)}`
  return html`<li><strong>${eventWord(t, event.kind)}</strong> ${zonedTime(visit, event.when)} <span class="quiet">${nameOf(t, event.account, names)}</span>${said}</li>`
}

function openForms(visit: Visit, { request }: DiaryEntry, { given, faults }: Look): Html {
  const { t, now } = visit
  const shown = { t, given, faults }
  const home = `/respond/diary/${request.id}`
  const at = formatInstant(now).slice(0, 16).replace("T", " ")
  const code = { size: "short", spellcheck: false } as const
  const kinds = [
    { value: "reminder", label: clockWord(t, "reminder") },
    { value: "deadline", label: clockWord(t, "deadline") },
  ]
  const extending = html`<form method="post" action="${home}/extend"><p class="hint">${t("diary.extend-what")}</p>
${inputField(shown, { ...code, name: "days", label: t("diary.extend-days"), value: String(EXTENSION_DAYS), inputmode: "numeric" })}
${inputField(shown, { ...code, name: "start", label: t("diary.extend-from"), hint: t("diary.extend-from-hint") })}
${inputField(shown, { ...code, name: "start-zone", label: t("diary.zone"), hint: t("request.zone-hint"), value: "UTC" })}
${textField(shown, { name: "why", label: t("diary.event-text"), rows: 2, most: 4000 })}<p><button>${t("diary.extend-go")}</button></p></form>`
  const setting = html`<form method="post" action="${home}/clocks">${selectField(shown, { name: "clock", label: t("diary.clock"), choices: kinds })}
${inputField(shown, { ...code, name: "due", label: t("diary.due-at"), hint: t("diary.time-hint") })}
${inputField(shown, { ...code, name: "due-zone", label: t("diary.zone"), hint: t("request.zone-hint"), value: "UTC" })}<p><button>${t("diary.clock-go")}</button></p></form>`
  return html`${section(t("diary.add-event"), html`<form method="post" action="${home}/events">${eventFields(visit, shown, at)}<p><button class="primary">${t("diary.event-go")}</button></p></form>`)}
<details class="recipe"${isOpen(faults, ["days", "start", "start-zone", "why"])}><summary>${t("diary.extend")}</summary>${extending}</details>
<details class="recipe"${isOpen(faults, ["due", "due-zone"])}><summary>${t("diary.clock-set")}</summary>${setting}</details>`
}

/** A fault must not stand where it is folded away. */
function isOpen(faults: Faults, fields: readonly string[]): Html {
  return fields.some((field) => faults[field] !== undefined) ? html` open` : nothing
}

/** What is wrong with a time can be said beside its field. */
const TIMES: ReadonlySet<string> = new Set(["request.not-yet", "request.year"])

/** Does what a form asks, or shows the entry again with what was typed and what was wrong with it. */
async function act<Value>(
  store: Store,
  visit: Visit,
  form: Form<Value>,
  field: string,
  work: (value: Value) => Promise<void>,
): Promise<Reply> {
  if (!form.ok) return page(store, visit, form, 400)
  try {
    await work(form.value)
  } catch (error) {
    if (!(error instanceof ComityError) || !TIMES.has(error.code)) throw error
    return page(store, visit, { ...form, faults: { [field]: { key: `error.${error.code}` } } }, 400)
  }
  return visit.redirect(`/respond/diary/${idOf(visit)}`)
}

async function note(store: Store, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewEvent)
  return act(store, visit, form, "at", (event) => addEvent(store, idOf(visit), event, visit.person().commitment))
}

async function extend(store: Store, visit: Visit): Promise<Reply> {
  const form = await visit.form(Extend)
  return act(store, visit, form, "start", (given) => extendClock(store, idOf(visit), given, visit.person().commitment))
}

async function set(store: Store, visit: Visit): Promise<Reply> {
  const form = await visit.form(SetClock)
  return act(store, visit, form, "due", (clock) => setClock(store, idOf(visit), clock, visit.person().commitment))
}

async function closing(store: Store, visit: Visit): Promise<Reply> {
  const { t } = visit
  const { request } = await loadEntry(store, idOf(visit))
  const home = `/respond/diary/${request.id}`
  return visit.page({
    ...{ title: t("diary.close-title"), place: "diary" },
    body: html`<div class="decision"><p>${visible(request.title)}</p><ul><li>${t("diary.close-clocks")}</li><li>${t("diary.close-kept")}</li></ul>
<form method="post" action="${home}/close">${actions(t("diary.close"), { href: home, label: t("diary.keep-open") })}</form></div>`,
  })
}

async function close(store: Store, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  await closeRequest(store, idOf(visit), visit.person().commitment)
  return visit.redirect(`/respond/diary/${idOf(visit)}`)
}

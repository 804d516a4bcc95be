import { existsSync, writeFileSync } from "node:fs"
import { z } from "zod"
import { type Declaration, type Handlers, type Translate, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { isPlace } from "../kernel/places.ts"
import { type Clock, formatInstant, type Instant, parseInstant } from "../kernel/time.ts"
import { parseDataCategory, parseMeasure } from "../law/index.ts"
import type { Store } from "../store/index.ts"
import { calendarOf } from "./calendar.ts"
import { addEvent, closeRequest, diary, extendClock, loadEntry, type NewClock, noteRequest } from "./diary.ts"
import {
  DAYS_MOST,
  type DiaryEntry,
  diaryStates,
  EXTENSION_DAYS,
  eventKinds,
  nextDue,
  timed,
  type ZonedInstant,
} from "./model.ts"

const word = (value: string, required = false) => ({ type: "string", value, required }) as const

export const requestDeclarations: readonly Declaration[] = [
  {
    name: "diary add",
    positionals: ["TITLE"],
    options: {
      ...{ measure: word("MEASURE", true), category: word("CATEGORY"), to: word("PLACE", true) },
      ...{ authority: word("NAME", true), channel: word("CHANNEL", true), sent: word("TIME", true) },
      ...{ reference: word("TEXT"), basis: word("TEXT"), preserve: word("DAYS") },
      ...{ deadline: word("TIME"), reminder: word("TIME") },
    },
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "diary list", positionals: [], options: { state: word("STATE") }, show: showEntries },
  {
    name: "diary event",
    positionals: ["REQUEST", "KIND"],
    options: { at: word("TIME"), text: word("TEXT"), days: word("DAYS") },
    show: () => [],
  },
  { name: "diary close", positionals: ["REQUEST"], options: {}, show: () => [] },
  {
    name: "diary export",
    positionals: ["FILE"],
    paths: ["FILE"],
    options: { request: word("REQUEST") },
    show: (t, result) => [t("diary.exported", result as { file: string })],
  },
]

/** A time with its zone, since a command runs where nobody knows the zone of who typed it. */
const time = z.string().transform((given, context): ZonedInstant => {
  const at = parseInstant(given)
  if (at !== null) return { at, zone: /[+-]\d\d:\d\d$/.exec(given)?.[0] ?? "UTC" }
  context.addIssue({ code: "custom", message: "time" })
  return z.NEVER
})
const days = z.coerce.number().int().min(1).max(DAYS_MOST)
const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u)

const Add = z.strictObject({
  TITLE: line(200).min(1),
  ...{ measure: z.string().transform(parseMeasure), category: z.string().default("none").transform(parseDataCategory) },
  ...{
    to: z.string().refine(isPlace),
    authority: line(500).min(1),
    channel: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/),
  },
  ...{ sent: time, reference: line(200).default(""), basis: line(2000).default("") },
  ...{ preserve: days.optional(), deadline: time.optional(), reminder: time.optional() },
})
const List = z.strictObject({ state: z.enum(diaryStates).default("open") })
const Event = z.strictObject({
  ...{
    REQUEST: z.string(),
    KIND: z.enum(eventKinds),
    at: time.optional(),
    text: z.string().trim().max(4000).default(""),
  },
  days: days.optional(),
})
const One = z.strictObject({ REQUEST: z.string() })
const Export = z.strictObject({ FILE: z.string(), request: z.string().optional() })

export type RequestParts = { store: Store; clock: Clock; origin(): string }

export function requestHandlers({ store, clock, origin }: RequestParts): Handlers {
  return {
    "diary add": async (call) => {
      const { TITLE: title, to: place, preserve, deadline, reminder, ...rest } = Add.parse(call.arguments)
      const clocks = clocksOf(rest.sent.at, preserve, deadline?.at, reminder?.at)
      // As the page has it: what was due before the request was sent is a slip of the hand.
      const early = clocks.filter(({ start }) => start < rest.sent.at).map(({ kind }) => kind)
      if (early.length > 0) throw new ComityError("invalid", "command.value", { names: early.join(", ") })
      return { id: await noteRequest(store, { title, place, ...rest, clocks, document: null }, null) }
    },
    "diary list": async (call) => {
      const { state } = List.parse(call.arguments)
      const now = clock.now()
      return (await diary(store, state, now)).map((entry) => entryJson(entry, now))
    },
    "diary event": async (call) => {
      const { REQUEST: id, KIND: kind, at, text, days } = Event.parse(call.arguments)
      if (kind === "extended") {
        await extendClock(store, id, { days: days ?? EXTENSION_DAYS, start: at ?? null, text }, null)
      } else {
        if (text === "" && (kind === "refused" || kind === "note"))
          throw new ComityError("invalid", "request.no-reason")
        await addEvent(store, id, { kind, when: at ?? { at: clock.now(), zone: "UTC" }, text }, null)
      }
      return {}
    },
    "diary close": async (call) => {
      await closeRequest(store, One.parse(call.arguments).REQUEST, null)
      return {}
    },
    "diary export": async (call) => {
      const { FILE: file, request } = Export.parse(call.arguments)
      const now = clock.now()
      const entries = request === undefined ? await diary(store, "open", now) : [await loadEntry(store, request)]
      writeNew(file, calendarOf(entries, { t: translator("en"), language: "en", now, origin: origin() }))
      return { file, requests: entries.length }
    },
  }
}

function clocksOf(sent: Instant, preserve?: number, deadline?: Instant, reminder?: Instant): NewClock[] {
  return [
    ...(preserve === undefined ? [] : [{ kind: "preservation", start: sent, days: preserve } as const]),
    ...(deadline === undefined ? [] : [{ kind: "deadline", start: deadline, days: null } as const]),
    ...(reminder === undefined ? [] : [{ kind: "reminder", start: reminder, days: null } as const]),
  ]
}

/** What lies there already may be somebody's calendar. */
function writeNew(file: string, text: string): void {
  if (existsSync(file)) throw new ComityError("conflict", "request.file-exists", { file })
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 })
  } catch (error) {
    throw new ComityError("invalid", "request.file-unwritable", { file }, error)
  }
}

function entryJson(entry: DiaryEntry, now: Instant): Json {
  const { request, events } = entry
  const { id, title, measure, category, place, authority, channel, reference, basis, sent } = request
  return {
    ...{ id, title, measure, category, to: place, authority, channel, reference, basis },
    sent: formatInstant(sent.at),
    closed: request.closedAt === null ? null : formatInstant(request.closedAt),
    state: request.closedAt === null ? (nextDue(entry, now)?.state ?? "no-clock") : "closed",
    clocks: timed(entry, now).map(({ clock, due, state }) => ({ kind: clock.kind, due: formatInstant(due), state })),
    events: events.map(({ kind, when, text }) => ({ kind, at: formatInstant(when.at), text })),
  }
}

type Listed = { id: string; title: string; state: string; to: string; clocks: { due: string; state: string }[] }

function showEntries(t: Translate, result: Json): string[] {
  const rows = result as Listed[]
  if (rows.length === 0) return [t("diary.none")]
  return rows.map(({ id, title, state, to, clocks }) => {
    const due = clocks.find((one) => one.state !== "met")?.due ?? "-"
    return [id, state, due, to, title].join("\t")
  })
}

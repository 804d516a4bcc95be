import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import { type Html, html, inputField, type Shown, selectField, textField } from "../../http/index.ts"
import { isPlace } from "../../kernel/places.ts"
import type { Instant } from "../../kernel/time.ts"
import { dataCategories, measures } from "../../law/index.ts"
import type { NewClock } from "../diary.ts"
import { DAYS_MOST, eventKinds, isMeant, PRESERVATION_DAYS, plainChannels, type ZonedInstant } from "../model.ts"
import { isZone, readTime } from "../times.ts"
import { categoryChoices, channelChoices, eventWord, measureChoices, placeChoices } from "./words.ts"

export const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u)
export const text = (most: number) => z.string().trim().max(most)
export const days = z.coerce.number().int().min(1).max(DAYS_MOST)
const noDays = z.preprocess((given) => (given === "" || given === undefined ? null : given), days.nullable())
const zone = line(64).refine(isZone, "diary.fault-zone")
const time = line(40)

/** What a person says of a request that was sent; times are read with the zone of the form. */
export const NewEntry = z
  .object({
    ...{ title: line(200).min(1), measure: z.enum(measures), category: z.enum(dataCategories) },
    ...{ place: z.string().refine(isPlace), authority: text(500).min(1), reference: line(200), basis: text(2000) },
    ...{ channel: z.enum(plainChannels).or(z.literal("by-id")), "channel-id": line(60), zone },
    ...{ sent: time.min(1), preserve: noDays, deadline: time, reminder: time, draft: z.string().optional() },
  })
  .transform((given, context) => {
    const read = (field: "sent" | "deadline" | "reminder") => instantIn(given[field], given.zone, field, context)
    const [sent, deadline, reminder] = [read("sent"), read("deadline"), read("reminder")]
    const channel = given.channel === "by-id" ? given["channel-id"] : given.channel
    if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(channel)) {
      context.addIssue({ code: "custom", message: "diary.fault-channel", path: ["channel-id"] })
    }
    for (const [field, at] of [
      ["deadline", deadline],
      ["reminder", reminder],
    ] as const) {
      if (at === null || sent === null || at >= sent) continue
      context.addIssue({ code: "custom", message: "diary.fault-before-sent", path: [field] })
    }
    const { title, measure, category, place, authority, reference, basis, draft } = given
    const about = { title, measure, category, place, authority, channel, reference, basis }
    const at = sent ?? (0 as Instant)
    return {
      ...{ ...about, draft: draft === undefined || draft === "" ? null : draft },
      sent: { at, zone: given.zone } satisfies ZonedInstant,
      clocks: clocksOf(at, given.preserve, deadline, reminder),
    }
  })

function clocksOf(sent: Instant, preserve: number | null, deadline: Instant | null, reminder: Instant | null) {
  const found: NewClock[] = []
  if (preserve !== null) found.push({ kind: "preservation", start: sent, days: preserve })
  if (deadline !== null) found.push({ kind: "deadline", start: deadline, days: null })
  if (reminder !== null) found.push({ kind: "reminder", start: reminder, days: null })
  return found
}

function instantIn(
  given: string,
  inZone: string,
  field: string,
  context: { addIssue(issue: { code: "custom"; message: string; path: string[] }): void },
): Instant | null {
  if (given === "") return null
  const found = readTime(given, inZone)
  const wrong = found === null ? "diary.fault-time" : isMeant(found) ? null : "error.request.year"
  if (wrong !== null) context.addIssue({ code: "custom", message: wrong, path: [field] })
  return found
}

/** A refusal says why, and a note says something. */
export const NewEvent = z
  .object({ kind: z.enum(eventKinds).exclude(["extended"]), at: time.min(1), zone, text: text(4000) })
  .transform(({ kind, at, zone, text }, context) => {
    const when = instantIn(at, zone, "at", context) ?? (0 as Instant)
    if (text === "" && (kind === "refused" || kind === "note")) {
      context.addIssue({ code: "custom", message: "diary.fault-reason", path: ["text"] })
    }
    return { kind, when: { at: when, zone }, text }
  })

export const Extend = z
  .object({ days, start: time, "start-zone": zone, why: text(4000) })
  .transform(({ days, start, "start-zone": zone, why }, context) => {
    const at = instantIn(start, zone, "start", context)
    return { days, start: at === null ? null : { at, zone }, text: why }
  })

export const SetClock = z
  .object({ clock: z.enum(["reminder", "deadline"]), due: time.min(1), "due-zone": zone })
  .transform(({ clock, due, "due-zone": zone }, context): NewClock => {
    const start = instantIn(due, zone, "due", context) ?? (0 as Instant)
    return { kind: clock, start, days: null }
  })

export function entryFields(visit: Visit, shown: Shown): Html {
  const { t } = visit
  const none = { value: "", label: t("request.choose") }
  const channels = [none, ...channelChoices(t), { value: "by-id", label: t("diary.channel-by-id") }]
  const when = { size: "short", spellcheck: false } as const
  return html`${inputField(shown, { name: "title", label: t("diary.title"), hint: t("diary.title-hint"), required: true, most: 200, size: "long" })}
${selectField(shown, { name: "measure", label: t("diary.measure"), choices: [none, ...measureChoices(t)], required: true })}
${selectField(shown, { name: "category", label: t("diary.category"), choices: [none, ...categoryChoices(t)], required: true })}
${selectField(shown, { name: "place", label: t("diary.place"), choices: placeChoices(visit), required: true })}
${textField(shown, { name: "authority", label: t("diary.authority"), rows: 2, most: 500, required: true })}
${selectField(shown, { name: "channel", label: t("diary.channel"), hint: t("diary.channel-hint"), choices: channels, required: true })}
${inputField(shown, { name: "channel-id", label: t("diary.channel-id"), hint: t("diary.channel-id-hint"), most: 60, size: "short", spellcheck: false })}
${inputField(shown, { name: "reference", label: t("diary.reference"), most: 200, spellcheck: false })}
${textField(shown, { name: "basis", label: t("diary.basis"), rows: 2, most: 2000 })}
${inputField(shown, { ...when, name: "sent", label: t("diary.sent"), hint: t("diary.time-hint"), required: true })}
${inputField(shown, { ...when, name: "zone", label: t("diary.zone"), hint: t("request.zone-hint"), value: "UTC", required: true })}
${inputField(shown, { name: "preserve", label: t("diary.preserve-days"), hint: t("diary.preserve-days-hint", { days: PRESERVATION_DAYS }), inputmode: "numeric", size: "short" })}
${inputField(shown, { ...when, name: "deadline", label: t("diary.own-deadline"), hint: t("diary.time-hint") })}
${inputField(shown, { ...when, name: "reminder", label: t("diary.own-reminder"), hint: t("diary.time-hint") })}`
}

export function eventFields({ t }: Visit, shown: Shown, now: string): Html {
  const kinds = eventKinds.filter((kind) => kind !== "extended").map((value) => ({ value, label: eventWord(t, value) }))
  return html`${selectField(shown, { name: "kind", label: t("diary.event"), choices: kinds })}
${inputField(shown, { name: "at", label: t("diary.event-at"), hint: t("diary.time-hint"), value: now, size: "short", spellcheck: false })}
${inputField(shown, { name: "zone", label: t("diary.zone"), hint: t("request.zone-hint"), value: "UTC", size: "short", spellcheck: false })}
${textField(shown, { name: "text", label: t("diary.event-text"), hint: t("diary.event-text-hint"), rows: 3, most: 4000 })}`
}

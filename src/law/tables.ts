import { z } from "zod"
import { dataCategories, measures, uses } from "./codes.ts"
import { type AsOf, type Day, hoursOf, readAsOf, readDay, readDelay } from "./dates.ts"
import {
  channelKinds,
  channelTexts,
  conditions,
  type FactRef,
  gates,
  instrumentFields,
  instrumentKinds,
  paces,
  participationStatuses,
  questionFields,
  questionKinds,
  questionRules,
  reservationEffects,
  safeguardCodes,
  sourceClasses,
  steps,
} from "./model.ts"

/** Row of a table as it stands in its file: every cell a text. */
export type Cells = Readonly<Record<string, string>>

const text = (most: number) => z.string().trim().max(most)
const named = (most: number) => text(most).min(1, "missing")
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, "code")
const slugOrNone = z.union([z.literal(""), slug])
const place = z.string().regex(/^[A-Z]{2}$/, "place")
const placeOrNone = z.union([z.literal(""), place])
const parsed = <Value>(read: (text: string) => Value | null, message: string) =>
  z.string().transform((given, context): Value => {
    const value = read(given.trim())
    if (value !== null) return value
    context.addIssue({ code: "custom", message })
    return z.NEVER
  })
const day = parsed<Day>(readDay, "date")
const dayOrNone = parsed<{ day: Day | null }>((given) => {
  const found = given === "" ? null : readDay(given)
  return given !== "" && found === null ? null : { day: found }
}, "date").transform(({ day }) => day)
const asOf = parsed<AsOf>(readAsOf, "date")
const codes = <Code extends string>(known: readonly [Code, ...Code[]] | readonly Code[]) =>
  z
    .string()
    .transform((given) => given.split(/\s+/).filter((one) => one !== ""))
    .pipe(z.array(z.enum(known as readonly [Code, ...Code[]], "code")))
const list = z.string().transform((given) => given.split(/\s+/).filter((one) => one !== ""))
const numberOrNone = z
  .string()
  .regex(/^\d{0,5}$/, "number")
  .transform((given) => (given === "" ? null : Number(given)))
const durationOrNone = z
  .string()
  .refine((given) => given === "" || hoursOf(given) !== null, "duration")
  .transform((given) => (given === "" ? null : given))
const flag = z.enum(["", "yes", "no"], "code").transform((given) => given === "yes")

const sourced = {
  // A row without a source says nothing for sure; `checking.ts` tells of it.
  source_url: text(1000),
  as_of: asOf,
  as_of_note: text(300),
  read_on: day,
  verified: z.enum(["yes", "partly", "no"], "code"),
  note: text(1000),
}

type SourcedCells = {
  source_url: string
  as_of: AsOf
  as_of_note: string
  read_on: Day
  verified: "yes" | "partly" | "no"
}

function withSource<Row extends SourcedCells>({ source_url, as_of, as_of_note, read_on, ...rest }: Row) {
  return { ...rest, source: source_url, asOf: as_of, asOfNote: as_of_note, readOn: read_on }
}

const channelWords = Object.fromEntries(channelTexts.map((name) => [name, text(500)])) as Record<
  (typeof channelTexts)[number],
  ReturnType<typeof text>
>

/** Every table of the facts: its columns with what may stand in them, and the columns that name a row. */
export const tables = {
  instruments: {
    key: ["id"],
    row: z
      .strictObject({
        ...{ id: slug, title: named(300), short: named(80), kind: z.enum(instrumentKinds, "code") },
        ...{ field: z.enum(instrumentFields, "code"), depositary: text(200), adopted: dayOrNone },
        ...{ in_force_since: dayOrNone, status: z.enum(["in force", "not in force", "operating"], "code") },
        ...{ needed: numberOrNone, delay: z.union([z.literal(""), parsed(readDelay, "duration")]) },
        ...{ reservations: z.enum(["possible", "none"], "code"), ...sourced },
      })
      .transform(({ in_force_since, delay, ...rest }) =>
        withSource({ ...rest, inForceSince: in_force_since, delay: delay === "" ? null : delay }),
      ),
  },
  participation: {
    key: ["instrument", "place", "name", "status"],
    row: z
      .strictObject({
        ...{ instrument: slug, place: placeOrNone, name: named(200) },
        ...{ status: z.enum(participationStatuses, "code"), date: dayOrNone, date_kind: text(80), ...sourced },
      })
      .transform(({ date_kind, ...rest }) => withSource({ ...rest, dateKind: date_kind })),
  },
  lists: {
    key: ["instrument", "what", "place"],
    row: z
      .strictObject({
        ...{ instrument: slug, what: z.enum(["participation", "reservations"], "code"), place: placeOrNone },
        ...{ complete_since: dayOrNone, complete_as_of: day, silent_on: list, ...sourced },
      })
      .transform(({ complete_since, complete_as_of, silent_on, ...rest }) =>
        withSource({ ...rest, since: complete_since, until: complete_as_of, silentOn: silent_on }),
      ),
  },
  reservations: {
    key: ["instrument", "place", "article", "effect"],
    row: z
      .strictObject({
        ...{ instrument: slug, place, article: text(60), clause: text(60), effect: z.enum(reservationEffects, "code") },
        ...{ condition: z.union([z.literal(""), z.enum(conditions)], "code"), spares: text(60), text: text(400) },
        ...{ date: dayOrNone, until: dayOrNone, ...sourced },
      })
      .transform(({ condition, ...rest }) => withSource({ ...rest, condition: condition === "" ? null : condition })),
  },
  channels: {
    key: ["channel_id"],
    row: z
      .strictObject({
        ...{ channel_id: slug, instrument: slug, articles: text(200), ...channelWords },
        ...{ measures: codes(measures), data: codes(dataCategories), kind: z.enum(channelKinds, "code") },
        ...{ use: z.enum(uses, "code"), pace: z.enum(paces, "code"), limit: durationOrNone },
        ...{ urgent_limit: durationOrNone, emergency_only: flag, gate: z.enum(gates, "code") },
        ...{ needs: codes(conditions), yields_to: list, steps: codes(steps), ...sourced },
      })
      .transform((row) => {
        const { channel_id, articles, urgent_limit, emergency_only, yields_to, ...rest } = row
        const texts = Object.fromEntries(channelTexts.map((name) => [name, row[name]])) as Record<
          (typeof channelTexts)[number],
          string
        >
        return withSource({
          ...rest,
          id: channel_id,
          articles: articles.split(/;\s*/).filter((one) => one !== ""),
          urgentLimit: urgent_limit,
          emergencyOnly: emergency_only,
          yieldsTo: yields_to,
          texts,
        })
      }),
  },
  articles: {
    key: ["channel", "article"],
    row: z.strictObject({ channel: slug, article: named(80), text: named(300), ...sourced }).transform(withSource),
  },
  offences: {
    key: ["offence", "instrument", "article"],
    row: z
      .strictObject({
        ...{ offence: slug, instrument: slug, article: named(60), text: text(300), listed: flag, ...sourced },
      })
      .transform(withSource),
  },
  safeguards: {
    key: ["safeguard", "instrument", "place", "law", "article"],
    row: z
      .strictObject({
        ...{ safeguard: z.enum(safeguardCodes, "code"), instrument: slugOrNone, place: placeOrNone },
        ...{ law: text(200), article: text(80), text: named(400), ...sourced },
      })
      .refine(({ instrument, place }) => (instrument === "") !== (place === ""), { path: ["place"], message: "place" })
      .transform(withSource),
  },
  questions: {
    key: ["id"],
    row: z.strictObject({
      ...{ id: slug, field: z.enum(questionFields, "code"), kind: z.enum(questionKinds, "code") },
      ...{ rule: z.enum(questionRules, "code"), choices: list, text: named(300) },
    }),
  },
  choices: { key: ["question", "code"], row: z.strictObject({ question: slug, code: slug, text: named(200) }) },
  answers: {
    key: ["question", "jurisdiction", "value"],
    row: z
      .strictObject({
        ...{ question: slug, jurisdiction: place, value: named(200), law: named(200), article: text(100) },
        ...{ quote: text(200), valid_from: dayOrNone, valid_to: dayOrNone, ...sourced },
      })
      .transform(({ valid_from, valid_to, ...rest }) => withSource({ ...rest, from: valid_from, until: valid_to })),
  },
  sources: {
    key: ["host"],
    row: z.strictObject({
      ...{ host: named(200), name: named(200), class: z.enum(sourceClasses, "code") },
    }),
  },
  regions: {
    key: ["place"],
    row: z.strictObject({ place, region: z.string().regex(/^\d{3}$/, "code"), subregion: z.string().regex(/^\d{3}$/) }),
  },
  words: {
    key: ["ref", "part"],
    // The row that is translated; a row's own name is `ref` too.
    row: z
      .strictObject({ ref: named(300), part: named(60), zh_hant: named(600), zh_hans: named(600) })
      .transform(({ ref, ...rest }) => ({ ...rest, of: ref })),
  },
  forms: {
    key: ["form", "id"],
    row: z
      .strictObject({
        ...{ form: slug, id: slug, section: text(120), field: named(200), type: named(80), required: named(80) },
        ...{ core: text(60), source_url: named(300), read_on: day, verified: z.enum(["yes", "partly", "no"], "code") },
      })
      .transform(({ source_url, read_on, ...rest }) => ({ ...rest, source: source_url, readOn: read_on })),
  },
} as const satisfies Record<string, { key: readonly string[]; row: z.ZodType }>

export type TableName = keyof typeof tables
export const tableNames = Object.keys(tables) as TableName[]
export type RowOf<Name extends TableName> = z.infer<(typeof tables)[Name]["row"]> & { ref: FactRef; own: boolean }

/** What names a row: rows that would be named alike are told apart by a number behind. */
export function refOf(table: TableName, cells: Cells): string {
  return [table, ...tables[table].key.map((column) => cells[column] ?? "")].join("/")
}

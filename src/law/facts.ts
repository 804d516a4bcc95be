import { canonicalize } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import { type Day, readDay } from "./dates.ts"
import type {
  Article,
  Channel,
  Complete,
  FactRef,
  Instrument,
  Offence,
  Participation,
  Reservation,
  SafeguardFact,
  Sourced,
  SourceHost,
  Words,
} from "./model.ts"
import { type FactFiles, type Problem, parseRows, type RawRow, type Rows, readFiles } from "./reading.ts"

/** A row entered at this node: beside the others, or in place of the one that `replaces` names (empty cells: without it). */
export type OverlayRow = { raw: RawRow; replaces: FactRef | null; dropped: boolean }

/** All facts of one moment, ready to be asked. Never changed. */
export type Facts = {
  /** Day of the release of the rows that were shipped or imported. */
  version: Day
  /** Hex SHA-256 over every row, the own ones included: the same digest gives the same answers. */
  digest: string
  rows: Rows
  instruments: ReadonlyMap<string, Instrument>
  channels: readonly Channel[]
  /** By `instrument/place`. */
  participation: ReadonlyMap<string, readonly Participation[]>
  reservations: ReadonlyMap<string, readonly Reservation[]>
  /** By `instrument` for participants, `instrument/place` for reservations. */
  lists: ReadonlyMap<string, readonly Complete[]>
  /** By the channel that rests on them. */
  articles: ReadonlyMap<string, readonly Article[]>
  offences: ReadonlyMap<string, readonly Offence[]>
  /** By the instrument or the place in which they stand. */
  safeguards: ReadonlyMap<string, readonly SafeguardFact[]>
  /** By host, without `www.` in front. */
  sources: ReadonlyMap<string, SourceHost>
  /** By `ref/part`. */
  words: ReadonlyMap<string, Words>
  byRef: ReadonlyMap<string, Sourced>
  problems: readonly Problem[]
}

/** Reads files and overlay into facts; what cannot be read is among `problems` and decides nothing. */
export function factsFrom(files: FactFiles, overlay: readonly OverlayRow[] = []): Facts {
  const version = readDay((files.VERSION ?? "").trim())
  const read = readFiles(files)
  const replaced = new Set(overlay.map(({ replaces }) => replaces).filter((ref) => ref !== null))
  const own = overlay.filter(({ dropped }) => !dropped).map(({ raw }) => ({ ...raw, own: true }))
  const raw = [...read.rows.filter(({ ref }) => !replaced.has(ref)), ...own]
  const { rows, problems } = parseRows(raw)
  const noVersion: Problem = { code: "version", severity: "error", table: "VERSION", line: 1, ref: "", column: "" }
  return {
    version: version ?? ("0001-01-01" as Day),
    digest: digestOf(version ?? "", raw),
    rows,
    problems: [...(version === null ? [noVersion] : []), ...read.problems, ...problems, ...astray(read.rows, overlay)],
    ...indexed(rows),
    words: wordsOf(rows, [...read.rows, ...own], overlay),
  }
}

/** Corrections of rows that the set does not have, or calls otherwise now: what they say counts beside it. */
function astray(rows: readonly RawRow[], overlay: readonly OverlayRow[]): Problem[] {
  const known = new Set(rows.map(({ ref }) => ref))
  const found = overlay.filter(({ replaces }) => replaces !== null && !known.has(replaces))
  return found.map(({ raw: { table, ref } }) => ({
    ...{ code: "correction-astray", severity: "notice", table, line: 0, ref, column: "" },
  }))
}

/** A corrected row keeps the translations of what it does not change. */
function wordsOf(rows: Rows, raw: readonly RawRow[], overlay: readonly OverlayRow[]): Map<string, Words> {
  const words = new Map(
    rows.words.map(({ of, part, zh_hant, zh_hans }) => [`${of}/${part}`, { "zh-Hant": zh_hant, "zh-Hans": zh_hans }]),
  )
  const cells = new Map(raw.map((row) => [row.ref, row.cells]))
  for (const { raw: own, replaces, dropped } of overlay) {
    const before = replaces === null || dropped ? undefined : cells.get(replaces)
    for (const [part, text] of Object.entries(before ?? {})) {
      const kept = own.cells[part] === text ? words.get(`${replaces}/${part}`) : undefined
      if (kept !== undefined) words.set(`${own.ref}/${part}`, kept)
    }
  }
  return words
}

function digestOf(version: string, raw: readonly (RawRow & { own?: boolean })[]): string {
  const told = raw.map(({ table, ref, cells, own }) => [table, ref, own === true, { ...cells }])
  return sha256(Buffer.from(canonicalize([version, told]))).toString("hex")
}

function indexed(rows: Rows): Omit<Facts, "version" | "digest" | "rows" | "problems" | "words"> {
  const { participation, reservations, lists, safeguards } = rows
  const sourced: Sourced[] = [
    ...[rows.instruments, participation, lists, reservations, rows.channels],
    ...[rows.articles, rows.offences, safeguards, rows.answers],
  ].flat()
  return {
    instruments: new Map(rows.instruments.map((one) => [one.id, one])),
    channels: rows.channels,
    participation: grouped(participation, ({ instrument, place }) => `${instrument}/${place}`),
    reservations: grouped(reservations, ({ instrument, place }) => `${instrument}/${place}`),
    lists: grouped(lists, ({ instrument, what, place }) =>
      what === "participation" ? instrument : `${instrument}/${place}`,
    ),
    articles: grouped(rows.articles, ({ channel }) => channel),
    offences: grouped(rows.offences, ({ offence }) => offence),
    safeguards: grouped(safeguards, ({ instrument, place }) => (place === "" ? instrument : place)),
    sources: new Map(rows.sources.map((one) => [one.host, one])),
    byRef: new Map(sourced.map((one) => [one.ref, one])),
  }
}

function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const out = new Map<string, Row[]>()
  for (const row of rows) {
    const name = key(row)
    const before = out.get(name)
    if (before === undefined) out.set(name, [row])
    else before.push(row)
  }
  return out
}

/** A text of a fact in the reader's language; English where nobody translated it. */
export function worded(facts: Facts, ref: string, part: string, english: string, language: string): string {
  const words = language === "zh-Hant" || language === "zh-Hans" ? facts.words.get(`${ref}/${part}`) : undefined
  return words === undefined ? english : words[language as keyof Words]
}

/**
 * What people call an instrument for short; its id where no row tells of it. Where only the title was translated, that: a
 * name in the reader's language says more than a short one in another.
 */
export function shortName(facts: Facts, id: string, language: string): string {
  const found = facts.instruments.get(id)
  if (found === undefined) return id
  const [short, title] = (["short", "title"] as const).map((part) =>
    worded(facts, found.ref, part, found[part], language),
  ) as [string, string]
  return short === found.short && title !== found.title ? title : short
}

/** Every instrument by its id, with the name that people know and the id by which terms name it. */
export function instrumentNames(facts: Facts, language: string): Map<string, string> {
  return new Map([...facts.instruments.keys()].map((id) => [id, `${shortName(facts, id, language)} (${id})`]))
}

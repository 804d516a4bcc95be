import { csvLine } from "../../src/http/index.ts"
import { type Facts, factsFrom } from "../../src/law/facts.ts"
import type { Query } from "../../src/law/query.ts"
import type { FactFiles } from "../../src/law/reading.ts"
import type { Cells, TableName } from "../../src/law/tables.ts"

const sourced = {
  source_url: "https://depositary.example/list",
  as_of: "2026-01",
  as_of_note: "",
  read_on: "2026-11-22",
  verified: "yes",
  note: "",
}

/** A row of each table that says as little as it may; tests name what they are about. */
const usual = {
  instruments: {
    ...{ id: "treaty", title: "A treaty", short: "Treaty", kind: "treaty", field: "cybercrime", depositary: "" },
    ...{ adopted: "", in_force_since: "2004-07-01", status: "in force", needed: "", delay: "" },
    ...{ reservations: "none", ...sourced },
  },
  participation: {
    ...{ instrument: "treaty", place: "DE", name: "a place", status: "in force", date: "", date_kind: "", ...sourced },
  },
  lists: {
    ...{ instrument: "treaty", what: "participation", place: "", complete_since: "", complete_as_of: "2026-01-31" },
    ...{ silent_on: "", ...sourced },
  },
  reservations: {
    ...{
      instrument: "treaty",
      place: "BR",
      article: "29",
      clause: "",
      effect: "excludes",
      condition: "",
      spares: "",
      text: "",
    },
    ...{ date: "", until: "", ...sourced },
  },
  channels: {
    ...{ channel_id: "way", instrument: "treaty", name: "A way", articles: "29; 35(1)(b)", measures: "preserve" },
    ...{ data: "subscriber traffic content none", kind: "judicial", use: "evidence", pace: "days", limit: "" },
    ...{ urgent_limit: "", emergency_only: "", gate: "participants", needs: "", yields_to: "", steps: "" },
    ...{ measure: "", data_category: "", requester: "", addressee: "", form: "", deadline: "", urgent_deadline: "" },
    ...{ dual_criminality: "", conditions: "", bilateral_gate: "", status: "", ...sourced },
  },
  articles: { channel: "way", article: "29(1)", text: "x", ...sourced },
  offences: { offence: "fraud", instrument: "treaty", article: "8", text: "", listed: "", ...sourced },
  safeguards: {
    safeguard: "use-limits",
    instrument: "treaty",
    place: "",
    law: "",
    article: "28",
    text: "x",
    ...sourced,
  },
  questions: {
    id: "deadline",
    field: "cybersecurity",
    kind: "duration",
    rule: "least",
    choices: "",
    text: "How long?",
  },
  choices: { question: "deadline", code: "a", text: "A" },
  answers: {
    ...{ question: "deadline", jurisdiction: "BR", value: "P3D", law: "A law", article: "1", quote: "" },
    ...{ valid_from: "", valid_to: "", ...sourced },
  },
  sources: { host: "depositary.example", name: "Depositary", class: "depositary" },
  regions: { place: "DE", region: "150", subregion: "155" },
  words: { ref: "channels/way", part: "name", zh_hant: "路徑", zh_hans: "路径" },
  forms: {
    ...{ form: "f", id: "a", section: "1", field: "a", type: "text", required: "yes", core: "" },
    ...{ source_url: "https://depositary.example/", read_on: "2026-11-22", verified: "yes" },
  },
} as const satisfies Record<TableName, Cells>

export type FactRows = { [Name in TableName]?: Partial<Record<keyof (typeof usual)[Name], string>>[] }

/** A set of facts as files. Without rows of their own, there is one treaty with one channel, and its source. */
export function factFiles(rows: FactRows, version = "2026-11-27"): FactFiles {
  const all: FactRows = { instruments: [{}], channels: [{}], sources: [{}], ...rows }
  const files = Object.entries(all).map(([table, list]) => {
    const columns = Object.keys(usual[table as TableName])
    const lines = list.map((one) => {
      const cells: Cells = { ...usual[table as TableName], ...one }
      return csvLine(columns.map((name) => cells[name] ?? ""))
    })
    return [`${table}.csv`, csvLine(columns) + lines.join("")]
  })
  return { VERSION: `${version}\n`, ...Object.fromEntries(files) }
}

export function someFacts(rows: FactRows): Facts {
  return factsFrom(factFiles(rows))
}

/** Germany asks Brazil to preserve traffic data, on a day of November 2026. */
export function someQuery(change: Partial<Query> = {}): Query {
  return {
    ...{ from: "DE", to: "BR", provider: false, measure: "preserve", data: "traffic", urgency: "normal" },
    ...{ offence: { class: null, penaltyYears: null }, answers: {}, date: "2026-11-22" as Query["date"] },
    ...change,
  }
}

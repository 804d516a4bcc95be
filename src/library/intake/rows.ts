import { formatInstant, parseInstant } from "../../kernel/time.ts"
import { parseTlp } from "../../stix/index.ts"
import type { Row } from "./compose.ts"
import { kindOfWord, type Line, type Mapping, type Role } from "./table.ts"
import { readValue } from "./values.ts"

/** Why a line of a table gives no object; their sentences stand in the locale files. */
export const ROW_FAULT_CODES = [
  "intake.value-missing",
  "intake.value-unknown",
  "intake.value-kind",
  "intake.range-too-wide",
  "intake.confidence",
  "intake.time",
  "intake.time-order",
  "intake.tlp",
  "intake.value-repeated",
  "intake.special-address",
  "intake.left-out",
] as const

export type RowFault = (typeof ROW_FAULT_CODES)[number]

export type RowOutcome = { line: number; text: string } & ({ ok: true; row: Row } | { ok: false; code: RowFault })

const TEXT_MOST = 20_000
const NAME_MOST = 500
const LABELS_MOST = 100

/** What a line says: one outcome for each value in it. Cells are texts and nothing else, whatever they begin with. */
export function readLine({ line, cells }: Line, mapping: Mapping): RowOutcome[] {
  const cell = (role: Role) => (cells[mapping.roles.indexOf(role)] ?? "").trim()
  const filled = mapping.roles.flatMap((role, i) =>
    role === "value" && (cells[i] ?? "").trim() !== "" ? [cells[i] ?? ""] : [],
  )
  if (filled.length === 0)
    return [{ line, text: cells.join(" ").slice(0, NAME_MOST), ok: false, code: "intake.value-missing" }]
  const said = readFacts(cell)
  return filled.map((written): RowOutcome => {
    const text = written.slice(0, NAME_MOST)
    if (typeof said === "string") return { line, text, ok: false, code: said }
    const value = readValue(written, kindOfWord(cell("type"), written))
    return value.ok ? { line, text, ok: true, row: { value: value.value, ...said } } : { line, text, ...value }
  })
}

type Facts = Omit<Row, "value">

function readFacts(cell: (role: Role) => string): Facts | RowFault {
  const [confidence, validFrom, validUntil] = [
    readConfidence(cell("confidence")),
    readTime(cell("valid_from")),
    readTime(cell("valid_until")),
  ]
  const tlp = cell("tlp") === "" ? null : parseTlp(cell("tlp"))
  if (confidence === "bad") return "intake.confidence"
  if (validFrom === "bad" || validUntil === "bad") return "intake.time"
  if (validFrom !== null && validUntil !== null && validFrom >= validUntil) return "intake.time-order"
  if (tlp === null && cell("tlp") !== "") return "intake.tlp"
  return {
    name: textOf(cell("name"), NAME_MOST),
    description: textOf(cell("description"), TEXT_MOST),
    labels: labelsOf(cell("labels")),
    confidence,
    validFrom,
    validUntil,
    tlp,
  }
}

/** No lone surrogates: what no UTF-8 can carry would make the object no JSON. */
function textOf(cell: string, most: number): string | null {
  const text = cell.slice(0, most).toWellFormed()
  return text === "" ? null : text
}

function labelsOf(cell: string): string[] {
  const labels = cell.split(/[;,|、，；]/).map((label) => textOf(label.trim(), NAME_MOST))
  return [...new Set(labels.filter((label) => label !== null))].slice(0, LABELS_MOST)
}

/** STIX 2.1 appendix A: the scale of None, Low, Medium, High. */
const CONFIDENCE_WORDS: ReadonlyMap<string, number> = new Map([
  ["none", 0],
  ["low", 15],
  ["medium", 50],
  ["med", 50],
  ["moderate", 50],
  ["high", 85],
  ["低", 15],
  ["中", 50],
  ["高", 85],
])

function readConfidence(cell: string): number | null | "bad" {
  if (cell === "") return null
  const word = CONFIDENCE_WORDS.get(cell.toLowerCase())
  if (word !== undefined) return word
  const number = /^\d{1,3}(?:\.\d+)?%?$/.test(cell) ? Math.round(Number.parseFloat(cell)) : -1
  return number >= 0 && number <= 100 ? number : "bad"
}

/** RFC 3339, a date, or date and time without a zone, which is read as UTC. */
function readTime(cell: string): string | null | "bad" {
  if (cell === "") return null
  const plain = cell.replaceAll("/", "-").replace(/ UTC$/i, "Z")
  const [, date, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|[+-]\d\d:\d\d)?)?$/i.exec(plain) ?? []
  if (date === undefined) return "bad"
  const seconds = time === undefined ? "00:00:00" : time.length === 5 ? `${time}:00` : time
  const instant = parseInstant(`${date}T${seconds}${zone ?? "Z"}`)
  return instant === null ? "bad" : `${formatInstant(instant).slice(0, 23)}Z`
}

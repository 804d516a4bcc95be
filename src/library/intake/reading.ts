import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import type { JsonObject } from "../../stix/index.ts"
import { type Author, composeObject, ownId } from "./compose.ts"
import { extractIndicators, type Sighted } from "./extract.ts"
import { type RowFault, type RowOutcome, readLine } from "./rows.ts"
import { type Mapping, readTable } from "./table.ts"

/** The outcomes of a table, line by line. `ragged` counts lines of another width than the first. */
export async function* tableRows(
  input: AsyncIterable<string>,
  mapping: Mapping,
  counts: { ragged: number },
): AsyncGenerator<RowOutcome> {
  let first = mapping.header
  for await (const line of readTable(input, mapping.delimiter)) {
    if (!first && line.cells.length !== mapping.roles.length) counts.ragged += 1
    if (!first) yield* readLine(line, mapping)
    first = false
  }
}

/** A value of a text with the words around its first place. */
export type Finding = Sighted & { line: number; before: string; shown: string; after: string; times: number }

const TEXT_MOST = 16 * 1024 * 1024
const PIECE = 32 * 1024
const AROUND = 60

/** The different values of a text, in order of their first place. Throws `too-large intake.text-too-large`. */
export async function readFindings(input: AsyncIterable<string>): Promise<Finding[]> {
  const found = new Map<string, Finding>()
  let [size, line, rest] = [0, 1, ""]
  const take = (piece: string) => {
    for (const finding of findingsIn(piece, line)) {
      const key = `${finding.kind} ${finding.value}`
      const known = found.get(key)
      if (known === undefined) found.set(key, finding)
      else known.times += 1
    }
    line += countBreaks(piece, piece.length)
  }
  for await (const text of input) {
    size += text.length
    if (size > TEXT_MOST) throw new ComityError("too-large", "intake.text-too-large", { limit: TEXT_MOST })
    rest += text
    while (rest.length > PIECE) {
      const cut = cutAt(rest)
      take(rest.slice(0, cut))
      rest = rest.slice(cut)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  take(rest)
  return [...found.values()]
}

/** Behind the last line break of the piece, or the last blank: a value stands within one line. */
function cutAt(text: string): number {
  const lineEnd = text.lastIndexOf("\n", PIECE) + 1
  return lineEnd > 0 ? lineEnd : text.lastIndexOf(" ", PIECE) + 1 || PIECE
}

function findingsIn(piece: string, firstLine: number): Finding[] {
  let [line, counted] = [firstLine, 0]
  return extractIndicators(piece).map((sighted) => {
    line += countBreaks(piece.slice(counted, sighted.start), sighted.start - counted)
    counted = sighted.start
    const lineStart = piece.lastIndexOf("\n", sighted.start - 1) + 1
    const lineEnd = piece.indexOf("\n", sighted.end)
    const before = piece.slice(Math.max(lineStart, sighted.start - AROUND), sighted.start)
    const after = piece
      .slice(sighted.end, Math.min(lineEnd < 0 ? piece.length : lineEnd, sighted.end + AROUND))
      .trimEnd()
    return { ...sighted, line, before, shown: piece.slice(sighted.start, sighted.end), after, times: 1 }
  })
}

function countBreaks(text: string, end: number): number {
  let count = 0
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count++
  return count
}

/** What a text says of its values: nothing but that they stand in it. */
export function* findingRows(findings: readonly Finding[]): Generator<RowOutcome> {
  for (const { kind, value, special, line } of findings) {
    const row = {
      name: null,
      description: null,
      labels: [],
      confidence: null,
      validFrom: null,
      validUntil: null,
      tlp: null,
    }
    yield { line, text: value, ok: true, row: { value: { kind, value, special }, ...row } }
  }
}

/** A line or value that gives no object, and why. */
export type RowProblem = { line: number; text: string; code: RowFault }

/** What composing noticed; `lines` tells the line of each object by its position in the bytes. */
export type Composed = {
  lines: number[]
  refused: number
  repeated: number
  /** By the person's choice. */
  leftOut: number
  /** Lines of another width than the first. */
  ragged: number
  problems: RowProblem[]
}

export function noneComposed(): Composed {
  return { lines: [], refused: 0, repeated: 0, leftOut: 0, ragged: 0, problems: [] }
}

export type Composer = {
  author: Author
  /** The newest version of an object of our own here. */
  before(id: string): Promise<JsonObject | null>
  /** Leave out addresses that name nobody on the public network. */
  skipSpecial: boolean
  /** Values that the person does not want. */
  leftOut: ReadonlySet<string>
}

const PROBLEMS_MOST = 1000
/** As many as one transaction takes at most. */
const OBJECTS_AT_ONCE = 500
const OBJECTS_A_TURN = 32

/** Rows as the bytes of a TAXII envelope, so that they go the way of every import. A value counts once. */
export async function* composeRows(
  rows: AsyncIterable<RowOutcome> | Iterable<RowOutcome>,
  composer: Composer,
  composed: Composed,
): AsyncGenerator<Uint8Array> {
  const seen = new Set<number>()
  let texts: string[] = []
  let opening = '{"objects":['
  for await (const outcome of rows) {
    const refusal = refusalOf(outcome, composer, seen)
    if (refusal !== null) note(composed, { line: outcome.line, text: outcome.text, code: refusal })
    if (refusal !== null || !outcome.ok) continue
    const before = await composer.before(ownId(composer.author, outcome.row.value))
    texts.push(JSON.stringify(composeObject(composer.author, outcome.row, before)))
    composed.lines.push(outcome.line)
    if (texts.length % OBJECTS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    if (texts.length < OBJECTS_AT_ONCE) continue
    yield Buffer.from(opening + texts.join(","))
    opening = ","
    texts = []
  }
  yield Buffer.from(`${texts.length > 0 || opening !== "," ? opening : ""}${texts.join(",")}]}`)
}

/** Hashes of 48 bits: enough to tell a few million values apart, and small. */
function refusalOf(outcome: RowOutcome, composer: Composer, seen: Set<number>): RowFault | null {
  if (!outcome.ok) return outcome.code
  const { kind, value, special } = outcome.row.value
  if (composer.leftOut.has(value)) return "intake.left-out"
  if (composer.skipSpecial && special !== null && special !== "documentation") return "intake.special-address"
  const hash = sha256(`${kind} ${value}`).readUIntBE(0, 6)
  if (seen.has(hash)) return "intake.value-repeated"
  seen.add(hash)
  return null
}

function note(composed: Composed, problem: RowProblem): void {
  if (problem.code === "intake.value-repeated") composed.repeated += 1
  else if (problem.code === "intake.left-out" || problem.code === "intake.special-address") composed.leftOut += 1
  else composed.refused += 1
  if (composed.problems.length < PROBLEMS_MOST) composed.problems.push({ ...problem, text: problem.text.slice(0, 200) })
}

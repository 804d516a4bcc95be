import type { Visit } from "../../accounts/index.ts"
import {
  BYTE_ORDER_MARK,
  csvLine,
  errorSummary,
  type Faults,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  reply,
  type Shown,
  selectField,
  visible,
} from "../../http/index.ts"
import { type MatrixCell, type Query, type Verdict, verdicts } from "../../law/index.ts"
import type { Matrices, Matrix } from "../matrices.ts"
import { placesIn, regionChoices, regionCodes, regionsOf, WORLD } from "../regions.ts"
import { measureSelects } from "./finder-form.ts"
import { questionLine } from "./finder-page.ts"
import { finderHref, type Look, lookOf, MATRIX, type PathPageParts, verdictMark, verdictWord } from "./look.ts"
import { readWithDefaults } from "./reading.ts"

/** More cells than that nobody reads; a spreadsheet does. */
const CELLS_MOST = 4_000
/** Places from one region of the world where the own party has none. */
const DEFAULT = "154"

type Sides = { rows: string; columns: string; faults: Faults }

/** Places by places: the best channel of each pair for a measure. */
export async function matrixPage(parts: PathPageParts, matrices: Matrices, visit: Visit): Promise<Reply> {
  const look = await lookOf(parts, visit)
  const { t } = visit
  const read = readWithDefaults(look, { from: "EU", to: "EU" })
  const sides = sidesOf(look)
  const faults = { ...read.faults, ...sides.faults }
  const given = { ...read.given, rows: [sides.rows], columns: [sides.columns] }
  const faulty = Object.keys(faults).length > 0
  const found = read.query === null || faulty ? nothing : await foundIn(look, matrices, read.query, sides)
  return visit.page({
    ...{ title: t("nav.matrix"), place: "matrix", ...(faulty ? { status: 400 } : {}) },
    body: html`${errorSummary(t, faults)}<p>${t("path.matrix-what")}</p>${filters(look, { t, given, faults })}${found}<p class="quiet">${t("path.not-advice")}</p>`,
  })
}

function sidesOf(look: Look): Sides {
  const { query } = look.visit.ask
  const home = (look.own === null ? null : regionsOf(look.facts, look.own))?.subregion ?? DEFAULT
  const known = new Set([...regionCodes(look), WORLD])
  const sides = { rows: home, columns: home }
  const faults: Record<string, { key: string }> = {}
  for (const side of ["rows", "columns"] as const) {
    const [asked = "", ...more] = query.getAll(side)
    if (known.has(asked)) sides[side] = asked
    if (more.length > 0) faults[side] = { key: "path.repeated" }
    else if (asked !== "" && !known.has(asked)) faults[side] = { key: "path.no-region" }
  }
  return { ...sides, faults }
}

function filters(look: Look, shown: Shown): Html {
  const { t } = look.visit
  const regions = regionChoices(look, t("path.world"))
  return html`<form method="get" action="${MATRIX}" class="bar filters">${measureSelects(shown)}
${selectField(shown, { name: "rows", label: t("path.rows"), choices: regions })}${selectField(shown, { name: "columns", label: t("path.columns"), choices: regions })}
<button>${t("path.show")}</button></form>`
}

async function foundIn(look: Look, matrices: Matrices, query: Query, sides: Sides): Promise<Html> {
  const { t, format } = look.visit
  const byName = (places: string[]) => places.toSorted((a, b) => format.compare(format.place(a), format.place(b)))
  const [rows, columns] = [byName(placesIn(look.facts, sides.rows)), byName(placesIn(look.facts, sides.columns))]
  const matrix = await matrices.of({ facts: look.facts, refusals: look.refusals, question: query }, rows)
  const file = html`<p class="actions no-print"><a class="button" href="${fileHref(query)}" download>${t("path.matrix-file")}</a></p>`
  const summary = counts(look, matrix, rows, columns)
  if (rows.length * columns.length > CELLS_MOST) {
    const most = format.number(CELLS_MOST)
    return html`${questionLine(look, query)}${summary}${notice(t("path.matrix-large", { most }), "warning")}${file}`
  }
  return html`${questionLine(look, query)}${summary}${grid(look, matrix, query, rows, columns)}${file}`
}

function counts(look: Look, matrix: Matrix, rows: readonly string[], columns: readonly string[]): Html {
  const { t, format } = look.visit
  const tally: Record<Verdict, number> = { open: 0, conditional: 0, unknown: 0, closed: 0 }
  const channels = new Map<string, number>()
  let none = 0
  for (const from of rows) {
    for (const [i, cell] of matrix.row(from, columns).entries()) {
      if (cell === null) none += columns[i] === from ? 0 : 1
      else {
        tally[cell.verdict] += 1
        if (cell.verdict !== "closed") channels.set(cell.channel, (channels.get(cell.channel) ?? 0) + 1)
      }
    }
  }
  const items = verdicts.map((one) => html`<li>${verdictMark(look, one)} ${format.number(tally[one])}</li>`)
  const without = none === 0 ? nothing : html`<li>${t("path.none-recorded")} ${format.number(none)}</li>`
  return html`<ul class="counts" aria-label="${t("path.pairs")}">${items}${without}</ul>${byChannel(look, channels)}`
}

/** Which paths are the best ones, the most frequent first; closed ones lead nowhere. */
function byChannel(look: Look, channels: ReadonlyMap<string, number>): Html {
  if (channels.size === 0) return nothing
  const { t, format } = look.visit
  const items = [...channels]
    .toSorted(([, a], [, b]) => b - a)
    .map(([id, count]) => {
      const channel = look.facts.channels.find((one) => one.id === id)
      return html`<li>${visible(channel === undefined ? id : look.speak.channel(channel))} <code>${id}</code> ${format.number(count)}</li>`
    })
  return html`<ul class="counts quiet" aria-label="${t("path.pairs-by-path")}">${items}</ul>`
}

const SHAPES: Readonly<Record<Verdict, string>> = { open: "●", conditional: "◐", unknown: "?", closed: "○" }

function grid(look: Look, matrix: Matrix, query: Query, rows: readonly string[], columns: readonly string[]): Html {
  const { t, format } = look.visit
  const head = columns.map((code) => html`<th scope="col"><abbr title="${format.place(code)}">${code}</abbr></th>`)
  const body = rows.map((from) => {
    const cells = matrix
      .row(from, columns)
      .map((cell, i) => cellOf(look, { ...query, from, to: columns[i] ?? "" }, cell))
    return html`<tr><th scope="row"><a href="/find/places/${from}">${format.place(from)}</a></th>${cells}</tr>`
  })
  const caption = t("path.matrix-caption", { measure: t(`law.measure.${query.measure}`) })
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="${caption}"><table class="matrix"><caption class="unseen">${caption}</caption><thead><tr><th scope="col"><span class="unseen">${t("path.from")}</span></th>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

function cellOf(look: Look, query: Query, cell: MatrixCell | null): Html {
  const { t, format } = look.visit
  if (query.from === query.to) return html`<td class="self"></td>`
  const [from, to] = [format.place(query.from), format.place(query.to)]
  if (cell === null) return html`<td class="self" title="${t("path.cell-none", { from, to })}">–</td>`
  const says = t("path.cell", { from, to, verdict: verdictWord(look, cell.verdict), channel: cell.channel })
  return html`<td><a class="state ${cell.verdict}" href="${finderHref(query)}" title="${says}" aria-label="${says}">${SHAPES[cell.verdict]}</a></td>`
}

function fileHref({ measure, data, urgency }: Query): string {
  return `${MATRIX}.csv?${new URLSearchParams({ measure, category: data, urgency })}`
}

/** All places with all places as a spreadsheet, a line for each pair, sent as the rows are found. */
export async function matrixFile(parts: PathPageParts, matrices: Matrices, visit: Visit): Promise<Reply> {
  const look = await lookOf(parts, visit)
  const read = readWithDefaults(look, { from: "EU", to: "EU" })
  if (read.query === null) return matrixPage(parts, matrices, visit)
  const { query } = read
  const { facts, refusals } = look
  const name = `matrix-${query.measure}-${query.data}-${query.date}.csv`
  const headers = { "content-disposition": `attachment; filename="${name}"`, "cache-control": "no-store" }
  async function* lines(gone: AbortSignal): AsyncIterable<Uint8Array> {
    const places = placesIn(facts, WORLD)
    yield Buffer.from(`${BYTE_ORDER_MARK}${csvLine(headOf(look))}`)
    for (const from of places) {
      if (gone.aborted) return
      const matrix = await matrices.of({ facts, refusals, question: query }, [from])
      yield Buffer.from(linesOf(look, query, matrix, from, places))
    }
  }
  return { ...reply("text/csv; charset=utf-8", "", 200, headers), stream: lines }
}

function headOf({ visit: { t } }: Look): string[] {
  return [
    ...[t("path.from-code"), t("path.from"), t("path.to-code"), t("path.to"), t("path.measure")],
    ...[t("path.verdict"), t("path.channel"), t("path.channel-name")],
  ]
}

function linesOf(look: Look, query: Query, matrix: Matrix, from: string, places: readonly string[]): string {
  const { format, t } = look.visit
  const names = new Map(look.facts.channels.map((channel) => [channel.id, look.speak.channel(channel)]))
  const cells = matrix.row(from, places)
  return places
    .flatMap((to, i) => {
      if (to === from) return []
      const cell = cells[i] ?? null
      const said =
        cell === null
          ? [t("path.none-recorded"), "", ""]
          : [verdictWord(look, cell.verdict), cell.channel, names.get(cell.channel) ?? ""]
      return [csvLine([from, format.place(from), to, format.place(to), t(`law.measure.${query.measure}`), ...said])]
    })
    .join("")
}

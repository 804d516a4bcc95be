import { z } from "zod"
import type { Fault, Given, Reply } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { correct, type FactRef, parseRows, type TableName, tableNames } from "../../law/index.ts"
import type { FactPageParts, Look } from "./look.ts"
import { findRow } from "./raw-rows.ts"
import { CELL, CELL_MOST, columnsOf, REASON_MOST } from "./row-form.ts"
import { rowPage } from "./row-page.ts"
import { rowHref } from "./words.ts"

const Wish = z
  .object({
    ref: z.string().max(500).default(""),
    table: z.string().max(40).default(""),
    act: z.enum(["correct", "drop"]).default("correct"),
    reason: z.string().trim().min(1).max(REASON_MOST),
  })
  .catchall(z.string().max(CELL_MOST))

/** Corrects, leaves out or adds a row at this node; a cell that cannot be read is told at its field. */
export async function correctRow(parts: FactPageParts, look: Look): Promise<Reply> {
  const { visit, facts } = look
  const form = await visit.form(Wish)
  if (!form.ok) return rowPage(parts, look, form)
  const { ref, act, reason } = form.value
  const found = ref === "" ? null : await findRow(parts, facts, ref)
  if (ref !== "" && found === null) throw new ComityError("not-found", "facts.no-row", { ref })
  if (found !== null && found.correction !== null) return corrected(parts, look, form.given, ref)
  const table = found?.row.table ?? tableNames.find((name) => name === form.value.table)
  if (table === undefined) throw new ComityError("invalid", "intake.form")
  const cells = act === "drop" ? null : cellsOf(table, form.value)
  const faults = cells === null ? {} : faultsOf(table, cells)
  if (Object.keys(faults).length > 0) return rowPage(parts, look, { given: form.given, faults })
  const wish = { table, replaces: ref === "" ? null : (ref as FactRef), cells, reason }
  try {
    const id = await correct(parts, wish, visit.person().commitment)
    return visit.redirect(`${rowHref(`own/${id}`)}&done=corrected`)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "facts.corrected") throw error
    return corrected(parts, look, form.given, ref)
  }
}

/** One correction a row: the one that is there is taken back first. */
function corrected(parts: FactPageParts, look: Look, given: Given, ref: string): Promise<Reply> {
  return rowPage(parts, look, { given, faults: { "": { key: "error.facts.corrected", values: { ref } } } })
}

function cellsOf(table: TableName, sent: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries([...columnsOf(table).keys()].map((name) => [name, (sent[`${CELL}${name}`] ?? "").trim()]))
}

function faultsOf(table: TableName, cells: Record<string, string>): Record<string, Fault> {
  const { problems } = parseRows([{ table, ref: "" as FactRef, line: 0, cells }])
  return Object.fromEntries(
    problems.map(({ code, column }) => [`${CELL}${column}`, { key: `facts.problem.${code}` } satisfies Fault]),
  )
}

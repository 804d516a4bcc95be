import { z } from "zod"
import {
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  selectField,
  type Translate,
  textField,
  visible,
} from "../../http/index.ts"
import { type RawRow, type TableName, tableNames, tables } from "../../law/index.ts"
import type { Look } from "./look.ts"
import { codeKey, FACTS } from "./words.ts"

export const CELL = "cell."
export const CELL_MOST = 2000
export const REASON_MOST = 500
/** Longer cells get a field of several lines. */
const LONG = 90

export type Sent = { given: Given; faults: Faults }

/** The columns of a table in the order of its schema, each with the codes that it knows, where it knows only some. */
export function columnsOf(table: TableName): Map<string, readonly string[]> {
  const { row } = tables[table]
  const shape: Record<string, z.ZodType> = "shape" in row ? row.shape : row.in.shape
  return new Map(
    Object.entries(shape).map(([name, cell]) => [name, cell instanceof z.ZodEnum ? cell.options.map(String) : []]),
  )
}

/** Name of a column in words, and as it stands in the file. */
export function columnLabel({ visit: { t } }: Pick<Look, "visit">, name: string): Html {
  return html`${columnWord(t, name)} <span class="quiet mono">${visible(name)}</span>`
}

/** A column of an imported set that this version does not know has no word. */
function columnWord(t: Translate, name: string): string {
  const known = tableNames.some((table) => columnsOf(table).has(name))
  return known ? t(`fact.column.${codeKey(name)}`) : ""
}

/** Every column of the row is a field; nothing changes but at this node. */
export function rowForm(look: Look, { row, sent }: { row: RawRow; sent: Sent }): Html {
  const { t } = look.visit
  const shown = { t, ...sent }
  const fields = [...columnsOf(row.table)].map(([name, codes]) => {
    const field = { name: `${CELL}${name}`, label: columnLabel(look, name) }
    const value = row.cells[name] ?? ""
    if (codes.length > 0) {
      const choices = [...(codes.includes(value) ? [] : [value]), ...codes].map((code) => ({
        value: code,
        label: code,
      }))
      return selectField(shown, { ...field, choices, value })
    }
    if (value.length > LONG) return textField(shown, { ...field, value, rows: 3, most: CELL_MOST })
    return inputField(shown, { ...field, value, size: "long", most: CELL_MOST, spellcheck: false })
  })
  const drop = row.ref === "" ? "" : html`<button name="act" value="drop">${t("fact.drop-go")}</button>`
  const go = row.ref === "" ? t("fact.add-go") : t("fact.correct-go")
  return html`<form method="post" action="${FACTS}/row" class="decision"><input type="hidden" name="ref" value="${row.ref}"><input type="hidden" name="table" value="${row.table}">
<p>${t("fact.correct-what")}</p>${fields}
${inputField(shown, { name: "reason", label: t("fact.reason"), hint: t("fact.reason-hint"), required: true, most: REASON_MOST, size: "long" })}
<p class="actions"><button class="primary" name="act" value="correct">${go}</button>${drop}</p></form>`
}

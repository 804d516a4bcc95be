/** RFC 4180 ends each line so; the mark in front tells spreadsheets that the text is UTF-8. */
const LINE_END = "\r\n"
export const BYTE_ORDER_MARK = "\ufeff"

/**
 * Where a spreadsheet would begin a formula: at the start of a cell, and behind what another country's spreadsheet
 * takes for the border of a cell. Full-width signs are formulas where Chinese or Japanese is set.
 */
const FORMULA = /^(?=[\t\r\n])|(?<=^|[;\t\r\n])(?=[=+\-@＝＋－＠])/gu
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/

/** One line of a table for spreadsheets. No cell becomes a formula: an apostrophe in front makes it text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}${LINE_END}`
}

function csvCell(value: string): string {
  const text = value.toWellFormed().replace(FORMULA, "'")
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

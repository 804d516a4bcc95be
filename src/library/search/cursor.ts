/** Where a page begins or ends. `key`: by age, beyond this one; `offset`: in a list that was sorted. */
export type Cursor = { key: number; back: boolean } | { offset: number }

/** Short and without signs that a URL would change. */
export function cursorText(cursor: Cursor): string {
  if ("offset" in cursor) return `o${cursor.offset}`
  return `${cursor.back ? "b" : "k"}${cursor.key}`
}

/** Null for what no answer ever contained. */
export function parseCursor(text: string | null): Cursor | null {
  const match = /^([okb])(\d{1,15})$/.exec(text ?? "")
  if (match === null) return null
  const number = Number(match[2])
  return match[1] === "o" ? { offset: number } : { key: number, back: match[1] === "b" }
}

import { isAskable } from "../../asking/model.ts"
import { typed } from "../../items/canonical.ts"
import type { ItemRefusal } from "../../items/refusals.ts"
import type { OpenType } from "../../items/types.ts"

/** `restricted`: of a type that is never asked about this way. */
export type RefusedLine = { line: number; text: string; why: ItemRefusal | "restricted" }
type Askable = { type: OpenType; item: Buffer }
/** Items in the order in which they stand, each once; `twice`: how many stood there again. */
export type ReadLines = { items: readonly Askable[]; refused: readonly RefusedLine[]; twice: number }

/** Of which type lines are; null: of the one that each can only be. */
export type ReadAs = OpenType | null

/**
 * What somebody typed or pasted, a line an item. A line of several is read only if each of them is one: no item has
 * blanks, and what is half understood is not asked.
 */
export function readLines(text: string, as: ReadAs): ReadLines {
  const items = new Map<string, Askable>()
  const refused: RefusedLine[] = []
  let all = 0
  for (const [i, given] of text.split("\n").entries()) {
    const line = given.trim()
    if (line === "") continue
    const read = readLine(line, as)
    if (typeof read === "string") refused.push({ line: i + 1, text: line, why: read })
    else {
      all += read.length
      for (const one of read) items.set(one.item.toString("latin1"), one)
    }
  }
  return { items: [...items.values()], refused, twice: all - items.size }
}

function readLine(line: string, as: ReadAs): Askable[] | RefusedLine["why"] {
  const whole = readOne(line, as)
  const parts = line.split(/[\s,;]+/).filter((part) => part !== "")
  if (typeof whole !== "string") return [whole]
  if (whole === "restricted" || parts.length < 2) return whole
  const each = parts.map((part) => readOne(part, as))
  return each.every((one) => typeof one !== "string") ? each : whole
}

function readOne(text: string, as: ReadAs): Askable | RefusedLine["why"] {
  const read = typed(text, as)
  if ("refused" in read) return RESTRICTED.has(read.refused) ? "restricted" : read.refused
  return isAskable(read.type) ? { type: read.type, item: read.bytes } : "restricted"
}

const RESTRICTED: ReadonlySet<ItemRefusal> = new Set(["match-item.person", "match-item.phone", "match-item.case"])

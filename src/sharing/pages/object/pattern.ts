import { copyable, type Html, html, visible } from "../../../http/index.ts"
import { defangedText } from "../../../stix/index.ts"
import { beginning, type Showing, TEXT_MOST, theRest } from "./showing.ts"

/** A line of a pattern and how deep in brackets it stands. */
export type PatternLine = { depth: number; text: string }

const WORD = /(?:AND|OR|FOLLOWEDBY|WITHIN|REPEATS|START)(?![\w:-])/y
const LINES_MOST = 500

/**
 * A STIX pattern (STIX 2.1 section 9) broken before each operator that joins two parts or narrows an observation. Only
 * white space is changed, and none within quotes. Other languages have lines of their own.
 */
export function patternLines(pattern: string): PatternLine[] {
  const lines: PatternLine[] = []
  let [start, depth, lineDepth, at] = [0, 0, 0, 0]
  const endLine = (end: number) => {
    const text = pattern.slice(start, end).trim()
    if (text !== "") lines.push({ depth: lineDepth, text })
    start = end
    lineDepth = depth
  }
  while (at < pattern.length && lines.length < LINES_MOST) {
    const sign = pattern[at] as string
    if (sign === "'") {
      at = quoteEnd(pattern, at)
      continue
    }
    if (sign === "(" || sign === "[") depth++
    else if (sign === ")" || sign === "]") depth = Math.max(0, depth - 1)
    else if (/[AORFWS]/.test(sign) && /[\s)\]]/.test(pattern[at - 1] ?? "")) {
      WORD.lastIndex = at
      const word = WORD.exec(pattern)?.[0]
      if (word !== undefined) {
        endLine(at)
        at += word.length
        continue
      }
    }
    at++
  }
  endLine(pattern.length)
  return lines
}

/** Behind the closing quote; a backslash takes the next character with it. */
function quoteEnd(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++
    else if (pattern[at] === "'") return at + 1
  }
  return pattern.length
}

/** Defanged and in lines to the eye, copied as it is. `language` is the pattern's. */
export function patternShown(showing: Showing, pattern: string, language = "stix"): Html {
  const text = beginning(pattern)
  const lines =
    language === "stix" ? patternLines(text) : text.split(/\r\n|\r|\n/).map((line) => ({ depth: 0, text: line }))
  const shown = lines.map(
    (line, i) => html`${i > 0 ? "\n" : ""}${"  ".repeat(Math.min(line.depth, 12))}${visible(defangedText(line.text))}`,
  )
  const rest = pattern.length > TEXT_MOST ? theRest(showing, "characters", pattern.length - TEXT_MOST) : null
  const block = html`<span class="pattern">${shown}</span>`
  return rest === null ? copyable(showing.t, block, pattern) : html`<span class="mono">${block}</span> ${rest}`
}

import { type Html, html, type Piece } from "./html.ts"

/**
 * Characters that nobody sees but that change what is seen: controls, directions, joiners, blanks of no width, and the
 * empty Braille cell, which is a sign to every rule and a blank to every eye.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u
const UNSEEN_ALL = new RegExp(UNSEEN, "gu")
/** In running text a line break is what it seems to be. */
const LINES = /\r\n|\r|\n|\t/g

const NAMES: Readonly<Record<string, string>> = {
  "\u{200B}": "ZWSP",
  "\u{200C}": "ZWNJ",
  "\u{200D}": "ZWJ",
  "\u{200E}": "LRM",
  "\u{200F}": "RLM",
  "\u{061C}": "ALM",
  "\u{202A}": "LRE",
  "\u{202B}": "RLE",
  "\u{202C}": "PDF",
  "\u{202D}": "LRO",
  "\u{202E}": "RLO",
  "\u{2060}": "WJ",
  "\u{2066}": "LRI",
  "\u{2067}": "RLI",
  "\u{2068}": "FSI",
  "\u{2069}": "PDI",
  "\u{FEFF}": "BOM",
  "\u{00AD}": "SHY",
}

function nameOf(sign: string): string {
  const point = sign.codePointAt(0) ?? 0
  return NAMES[sign] ?? `U+${point.toString(16).toUpperCase().padStart(4, "0")}`
}

/** Letters of these scripts are made to look like one another; a word in two of them is shown with a mark. */
const ALIKE = [/\p{sc=Latin}/u, /\p{sc=Cyrillic}/u, /\p{sc=Greek}/u, /\p{sc=Armenian}/u, /\p{sc=Cherokee}/u]

/** True if one word mixes scripts whose letters look alike, as `pаypal` with a Cyrillic letter does. */
export function mixesScripts(text: string): boolean {
  return text.split(/[^\p{L}\p{M}\p{N}]+/u).some((word) => ALIKE.filter((script) => script.test(word)).length > 1)
}

/**
 * A short text from outside (name, value, id) on one line, as it really is: what cannot be seen is shown as a mark
 * with its name, and a word of mixed scripts carries a mark. Isolated, so that it cannot turn what stands around it.
 */
export function visible(text: string, mixedTitle = "mixed scripts"): Html {
  const mark = mixesScripts(text) ? html`<span class="mark" title="${mixedTitle}">≠</span>` : null
  return html`<bdi>${marked(text)}</bdi>${mark}`
}

/** A longer text from outside, with its own line breaks; the style keeps them. */
export function prose(text: string): Html {
  const lines = text.replace(LINES, (sign) => (sign === "\t" ? " " : "\n"))
  return html`<span class="prose" dir="auto">${lines.split("\n").map((line, i) => [i > 0 ? "\n" : "", marked(line)])}</span>`
}

/** The same as plain text, for titles and attributes. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN_ALL, (sign) => `⟨${nameOf(sign)}⟩`)
}

function marked(text: string): Piece {
  if (!UNSEEN.test(text)) return text
  const pieces: Piece[] = []
  let at = 0
  for (const { 0: sign, index } of text.matchAll(UNSEEN_ALL)) {
    pieces.push(text.slice(at, index), html`<span class="mark">${nameOf(sign)}</span>`)
    at = index + sign.length
  }
  return [...pieces, text.slice(at)]
}

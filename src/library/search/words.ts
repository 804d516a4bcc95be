/**
 * What is looked for and what is looked at pass through the same functions here, so that the two meet. The tokenizer
 * of FTS5 cuts at everything that is no letter, digit or private-use character; of the last kind are our own marks,
 * and none is left in text from outside.
 */

/** Between two parts of a text, so that no phrase reaches from one into the other. */
export const BREAK = "\ue001"
/** Before the first letters of a word of a name. */
const HEAD = "\ue002"
/** Before what an object is filtered by. */
const FACET = "\ue003"
/** Before the object that another one names, and between it and the property. */
const REFERENCE = "\ue004"
const BY = "\ue005"
/** Before a value by which objects of different ids speak of the same thing. */
const VALUE = "\ue006"

/** Heads are so many letters and fewer; longer beginnings of words are looked up as such. */
export const HEAD_MOST = 3

/** Scripts written without blanks between words, and the sign that lengthens a vowel in two of them. */
const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+/gu
const BEYOND_ASCII = /[^\n\r\t -~]/
/** Controls, what is not seen, private use, halves of characters; signs that choose between shapes of a character. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Variation_Selector}]/gu
const BLANK = /[\n\r\t]/g
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u

/** One spelling for what looks the same: full-width and composed forms alike, nothing unseen. */
export function plain(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text
  return text.replace(BLANK, " ").normalize("NFKC").replace(UNSEEN, "")
}

/** A part of a text: a run without blanks between its words, or something else. */
export type Part = { run: boolean; text: string }

/** Cuts plain text where one way of writing meets the other. */
export function partsOf(text: string): Part[] {
  if (!BEYOND_ASCII.test(text)) return [{ run: false, text }]
  const parts: Part[] = []
  let at = 0
  for (const match of text.matchAll(RUN)) {
    if (match.index > at) parts.push({ run: false, text: text.slice(at, match.index) })
    parts.push({ run: true, text: match[0] })
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push({ run: false, text: text.slice(at) })
  return parts
}

/** A run as overlapping pairs; one character alone stays as it is. */
export function pairsOf(run: string): string {
  const characters = [...run]
  if (characters.length < 2) return run
  return characters
    .slice(1)
    .map((character, i) => `${characters[i]}${character}`)
    .join(" ")
}

/** Plain text in the order of its tokens; each run is closed by a break. `singles` takes the characters of the runs. */
export function sequenceOf(text: string, singles: Set<string> | null): string {
  if (!BEYOND_ASCII.test(text)) return text
  return text.replace(RUN, (run) => {
    if (singles !== null) for (const character of run) singles.add(character)
    return ` ${pairsOf(run)} ${BREAK} `
  })
}

/** Words as the tokenizer will cut them, but for letters that only one of the two knows. */
export function wordsOf(text: string): string[] {
  return text.split(BETWEEN_WORDS).filter((word) => word !== "")
}

/** Stands for every word of a name that begins so. */
export function headToken(start: string): string {
  return `${HEAD}${start}`
}

const HEADED_MOST = 40

/** The beginnings of the words of a name: one letter suffices to find it. */
export function headsOf(name: string): string[] {
  const heads = new Set<string>()
  for (const word of wordsOf(name.replace(RUN, " ")).slice(0, HEADED_MOST)) {
    const letters = [...word.slice(0, 2 * HEAD_MOST + 2)]
    for (let length = 1; length <= HEAD_MOST && length < letters.length; length++) {
      heads.add(headToken(letters.slice(0, length).join("")))
    }
  }
  return [...heads]
}

export type FacetKind = "type" | "marking" | "origin" | "collection" | "revoked"

/** A token for a value of any spelling: its bytes in hex. */
export function facetToken(kind: FacetKind, value: string): string {
  return `${FACET}${kind}${Buffer.from(value).toString("hex")}`
}

/** The object of that hash is named, by that property. */
export function referenceToken(target: number, label: string): string {
  return `${REFERENCE}${target.toString(36)}${BY}${Buffer.from(label).toString("hex")}`
}

/** Every token for an object that is named stands from the first to the second of these. */
export function referenceRange(target: number): [first: string, last: string] {
  const start = `${REFERENCE}${target.toString(36)}${BY}`
  return [start, `${start}g`]
}

/** The property in such a token. */
export function labelIn(token: string): string {
  return Buffer.from(token.slice(token.indexOf(BY) + BY.length), "hex").toString("utf8")
}

/** An object has the value of that hash. */
export function valueToken(hash: number): string {
  return `${VALUE}${hash.toString(36)}`
}

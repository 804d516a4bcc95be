import { type AgreementText, type Article, type Cited, type Clause, citedIn, type Words } from "./model.ts"

/** A piece of two texts: in both, or in one of them. */
export type Piece = { is: "same" | "gone" | "new"; text: string }

/** More steps than that and the whole is shown as gone and new: nobody reads a patchwork. */
const STEPS_MOST = 4_000_000

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" })

/** What changed from one text to the other, word by word; in Chinese and Japanese by the words that Unicode knows. */
export function differences(before: string, after: string): Piece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const [middleA, middleB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  return joined([
    { is: "same", text: a.slice(0, start).join("") },
    ...middle(middleA, middleB),
    { is: "same", text: a.slice(a.length - end).join("") },
  ])
}

function wordsOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

function middle(a: readonly string[], b: readonly string[]): Piece[] {
  if (a.length * b.length > STEPS_MOST || a.length === 0 || b.length === 0) {
    return [
      { is: "gone", text: a.join("") },
      { is: "new", text: b.join("") },
    ]
  }
  return walked(a, b, longest(a, b))
}

/** How many words the rests of both have in common, for each pair of places. */
function longest(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, next] = [rows[i] as Uint16Array, rows[i + 1] as Uint16Array]
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return rows
}

function walked(a: readonly string[], b: readonly string[], common: readonly Uint16Array[]): Piece[] {
  const pieces: Piece[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && left === right) {
      pieces.push({ is: "same", text: left })
      i++
      j++
    } else if (left !== undefined && (right === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      pieces.push({ is: "gone", text: left })
      i++
    } else {
      pieces.push({ is: "new", text: right ?? "" })
      j++
    }
  }
  return pieces
}

function at(common: readonly Uint16Array[], i: number, j: number): number {
  return common[i]?.[j] ?? 0
}

/** Neighbours of one kind become one piece; between two changes what is gone stands first. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = []
  for (const piece of pieces) {
    if (piece.text === "") continue
    const last = all.at(-1)
    if (last?.is === piece.is) all[all.length - 1] = { is: last.is, text: last.text + piece.text }
    else if (last?.is === "new" && piece.is === "gone") putBefore(all, piece)
    else all.push(piece)
  }
  return all
}

function putBefore(all: Piece[], gone: Piece): void {
  const before = all.at(-2)
  if (before?.is === "gone") all[all.length - 2] = { is: "gone", text: before.text + gone.text }
  else all.splice(all.length - 1, 0, gone)
}

/** What became of an article or a clause from one version to the other; both places, as people cite them. */
export type Change<Part> = { is: "new" | "gone" | "changed" | "moved"; before: Part | null; after: Part | null }
export type ClauseChange = Change<Clause> & { from: Cited | null; to: Cited | null }
export type ArticleChange = Change<Article> & { from: number | null; to: number | null }

/** In the order of the later version, what is gone at its end. */
export function clauseChanges(before: AgreementText, after: AgreementText): ClauseChange[] {
  const [from, to] = [citedIn(before), citedIn(after)]
  const [old, now] = [clausesById(before), clausesById(after)]
  const ids = [...now.keys(), ...[...old.keys()].filter((id) => !now.has(id))]
  return ids.flatMap((id): ClauseChange[] => {
    const [left, right] = [old.get(id) ?? null, now.get(id) ?? null]
    const places = { from: from.get(id) ?? null, to: to.get(id) ?? null }
    const same = left !== null && right !== null && sameWords(left.text, right.text) && sameTerms(left, right)
    const moved = JSON.stringify(places.from) !== JSON.stringify(places.to)
    if (same && !moved) return []
    const is = left === null ? "new" : right === null ? "gone" : same ? "moved" : "changed"
    return [{ is, before: left, after: right, ...places }]
  })
}

/** Articles that are new, gone, or whose heading changed. */
export function articleChanges(before: AgreementText, after: AgreementText): ArticleChange[] {
  const place = (text: AgreementText, id: string) => {
    const found = text.articles.findIndex((one) => one.id === id)
    return found < 0 ? null : found + 1
  }
  const ids = [...new Set([...after.articles, ...before.articles].map(({ id }) => id))]
  return ids.flatMap((id): ArticleChange[] => {
    const left = before.articles.find((one) => one.id === id) ?? null
    const right = after.articles.find((one) => one.id === id) ?? null
    if (left !== null && right !== null && sameWords(left.heading, right.heading)) return []
    const is = left === null ? "new" : right === null ? "gone" : "changed"
    return [{ is, before: left, after: right, from: place(before, id), to: place(after, id) }]
  })
}

function clausesById({ articles }: AgreementText): Map<string, Clause> {
  return new Map(articles.flatMap(({ clauses }) => clauses.map((one) => [one.id, one] as const)))
}

export function sameWords(a: Words, b: Words): boolean {
  const languages = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...languages].every((language) => (a[language] ?? "") === (b[language] ?? ""))
}

function sameTerms(a: Clause, b: Clause): boolean {
  return JSON.stringify(a.terms) === JSON.stringify(b.terms)
}

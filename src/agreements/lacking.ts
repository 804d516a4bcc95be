import type { TermName } from "../policy/index.ts"
import { settledTwice } from "./clause-terms.ts"
import { type AgreementText, canonicalText, citedIn, negotiatorsOf, TEXT_MOST, type Words } from "./model.ts"

/** Why a draft cannot be tabled, with what its sentence needs; `language` is a code, `article` and `clause` are numbers. */
export type Lack =
  | { is: "title"; language: string }
  | { is: "heading"; language: string; article: number }
  | { is: "clause"; language: string; article: number; clause: number }
  | { is: "empty-article"; article: number }
  | { is: "settled-twice"; term: TermName }
  | { is: "articles" | "negotiators" | "own-part" | "too-long" }
  | { is: "binder" | "treaty-instrument"; party: string }

/** Everything that a draft lacks to be a text that others can take a position on. */
export function lackingIn(text: AgreementText, own: string | null): Lack[] {
  const twice = settledTwice(text).map((term) => ({ is: "settled-twice", term }) as const)
  return [...partLacks(text, own), ...wordLacks(text), ...twice]
}

function partLacks(text: AgreementText, own: string | null): Lack[] {
  const negotiators = negotiatorsOf(text)
  return [
    ...(negotiators.length < 2 ? [{ is: "negotiators" } as const] : []),
    ...(negotiators.some(({ party }) => party === own) ? [] : [{ is: "own-part" } as const]),
    ...negotiators.filter(({ binder }) => binder === "").map(({ name }) => ({ is: "binder", party: name }) as const),
    ...negotiators
      .filter(({ instrument }) => text.nature === "treaty" && instrument === "")
      .map(({ name }) => ({ is: "treaty-instrument", party: name }) as const),
  ]
}

function wordLacks(text: AgreementText): Lack[] {
  const { languages, title, articles } = text
  const silent = (words: Words) => languages.filter((language) => (words[language] ?? "") === "")
  const cited = citedIn(text)
  return [
    ...silent(title).map((language) => ({ is: "title", language }) as const),
    ...(articles.length === 0 ? [{ is: "articles" } as const] : []),
    ...articles.flatMap(({ heading, clauses }, i): Lack[] => [
      ...silent(heading).map((language) => ({ is: "heading", language, article: i + 1 }) as const),
      ...(clauses.length === 0 ? [{ is: "empty-article", article: i + 1 } as const] : []),
      ...clauses.flatMap(({ id, text: words }) => {
        const at = cited.get(id) ?? { article: i + 1, clause: 0 }
        return silent(words).map((language) => ({ is: "clause", language, ...at }) as const)
      }),
    ]),
    ...(Buffer.byteLength(canonicalText(text)) > TEXT_MOST ? [{ is: "too-long" } as const] : []),
  ]
}

import { z } from "zod"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import type { PartyId } from "../parties/index.ts"
import { ClauseTerms } from "./clause-terms.ts"

// docs/protocol/agreements.md

/** What an agreement is in law. The node treats all alike: it says to people what a signature is worth. */
export const natures = ["treaty", "arrangement", "contract", "rules"] as const
export type Nature = (typeof natures)[number]

/** Negotiators propose, take positions and sign; observers read and comment. */
export const partRoles = ["negotiator", "observer"] as const
export type PartRole = (typeof partRoles)[number]

export const LANGUAGES_MOST = 6
export const PARTIES_MOST = 60
export const ARTICLES_MOST = 100
export const CLAUSES_MOST = 60
export const LINE_MOST = 500
export const CLAUSE_MOST = 10_000
/** Bytes of a whole text: it travels as one object. */
export const TEXT_MOST = 500_000

const LANGUAGE = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/
export const LanguageCode = z.string().regex(LANGUAGE)

const PARTY = /^identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const isParty = (text: string): text is PartyId => PARTY.test(text)
export const Party = z.string().refine(isParty)

/** Names an article or a clause in all versions. */
export const Part = z.string().regex(/^[0-9a-f]{8}$/)

/** Line breaks are all that is not a sign: what nobody sees must not change what is signed. */
const CONTROL = /(?!\n)\p{Cc}/u
export const textOf = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.isWellFormed() && !CONTROL.test(text) && text === text.trim())
export const lineOf = (most: number) => textOf(most).refine((text) => !text.includes("\n"))

/** One text in each authentic language; a draft may still lack some. */
const wordsOf = (text: z.ZodString) => z.record(LanguageCode, text)

const TextParty = z.strictObject({
  party: Party,
  name: lineOf(200).min(1),
  role: z.enum(partRoles),
  /** Who may bind this party. */
  binder: lineOf(LINE_MOST),
  /** By what instrument beside the signature, such as a ratification; empty where none is needed. */
  instrument: lineOf(LINE_MOST),
})
export type TextParty = z.output<typeof TextParty>

const Clause = z.strictObject({
  id: Part,
  text: wordsOf(textOf(CLAUSE_MOST)),
  /** What of it the nodes enforce; null where people alone keep it. */
  terms: ClauseTerms.nullable(),
})
export type Clause = z.output<typeof Clause>

const Article = z.strictObject({
  id: Part,
  heading: wordsOf(lineOf(LINE_MOST)),
  clauses: z.array(Clause).max(CLAUSES_MOST),
})
export type Article = z.output<typeof Article>

/** Whatever of an agreement is agreed: nothing of it stands elsewhere. Ids of articles and clauses outlive versions. */
export const AgreementText = z
  .strictObject({
    v: z.literal(1),
    nature: z.enum(natures),
    languages: z.array(LanguageCode).min(1).max(LANGUAGES_MOST).refine(isUnlike),
    title: wordsOf(lineOf(LINE_MOST)),
    parties: z
      .array(TextParty)
      .max(PARTIES_MOST)
      .refine((parties) => isUnlike(parties.map(({ party }) => party))),
    articles: z.array(Article).max(ARTICLES_MOST),
  })
  .refine(({ articles }) => isUnlike(articles.flatMap(({ id, clauses }) => [id, ...clauses.map((one) => one.id)])))
export type AgreementText = z.output<typeof AgreementText>

/** Base64 SHA-256. */
export const TextHash = z.string().regex(/^[A-Za-z0-9+/]{43}=$/)

export type Words = Readonly<Record<string, string>>

function isUnlike(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

/** A name for an article or clause, which stays when numbers change. */
export function newPart(): string {
  return random(4).toString("hex")
}

/** The one spelling of a text, RFC 8785. */
export function canonicalText(text: AgreementText): string {
  return canonicalize(text as Json)
}

/** What positions and signatures bind to: base64 SHA-256. */
export function textHash(text: AgreementText): string {
  return sha256("comity/agreement/v1\n", canonicalText(text)).toString("base64")
}

/** Throws `invalid agreement.text` for what is no text of this version. */
export function parseText(value: unknown): AgreementText {
  const parsed = AgreementText.safeParse(value)
  if (!parsed.success) throw new ComityError("invalid", "agreement.text")
  return parsed.data
}

/** Articles and clauses as people cite them: 4 and 2 of "Art. 4(2)". */
export type Cited = { article: number; clause: number }

export function citedIn(text: AgreementText): ReadonlyMap<string, Cited> {
  return new Map(
    text.articles.flatMap(({ clauses }, i) =>
      clauses.map(({ id }, j) => [id, { article: i + 1, clause: j + 1 }] as const),
    ),
  )
}

export function clausesOf(text: AgreementText): Clause[] {
  return text.articles.flatMap(({ clauses }) => clauses)
}

export function negotiatorsOf(text: AgreementText): TextParty[] {
  return text.parties.filter(({ role }) => role === "negotiator")
}

/** What it says in the authentic language that suits the reader best, else in the first that has words. */
export function saidIn(text: Pick<AgreementText, "languages">, words: Words, wanted: string): string {
  const first = text.languages.find((language) => (words[language] ?? "") !== "") ?? ""
  return words[languageFor(text, wanted)] || words[first] || ""
}

/** The authentic language that suits a reader best. */
export function languageFor({ languages }: Pick<AgreementText, "languages">, wanted: string): string {
  const [primary] = wanted.split("-")
  return (
    languages.find((one) => one === wanted) ??
    languages.find((one) => one.split("-")[0] === primary) ??
    (languages[0] as string)
  )
}

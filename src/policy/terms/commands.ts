import { z } from "zod"
import { type Declaration, formatOf, type Handlers, languages, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import { factsNow, instrumentNames, shippedFacts } from "../../law/index.ts"
import { loadCollection } from "../../library/index.ts"
import { listPeers } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { DEFAULT_TERMS, keptTerms, readTerms, Terms } from "./model.ts"
import { type TermNames, termSentences } from "./sentences.ts"

export const termsDeclarations: readonly Declaration[] = [
  {
    name: "terms show",
    positionals: ["COLLECTION?"],
    options: {},
    alone: (given) => shown(null, given),
    show: (_, result) => JSON.stringify((result as { terms: Json }).terms, null, 2).split("\n"),
  },
  {
    ...{ name: "terms check", positionals: ["FILE"], contents: ["FILE"], options: {}, speaks: true },
    alone: (given) => checked(null, given),
    show: (_, result) => (result as { sentences: { text: string }[] }).sentences.map(({ text }) => text),
  },
]

const Show = z.strictObject({ COLLECTION: z.string().nullable().default(null) })
const Check = z.strictObject({ FILE: z.string(), language: z.enum(languages) })

export function termsHandlers(reader: Reader): Handlers {
  return {
    "terms show": (call) => shown(reader, call.arguments),
    "terms check": (call) => checked(reader, call.arguments),
  }
}

/** Those of a collection, or those from which one starts. Throws `refused terms.none`. */
async function shown(reader: Reader | null, given: Json): Promise<Json> {
  const { COLLECTION: name } = Show.parse(given)
  if (name === null) return told(DEFAULT_TERMS)
  if (reader === null) throw new ComityError("not-found", "collection.unknown")
  const { terms } = await loadCollection(reader, name)
  if (terms === null) throw new ComityError("refused", "terms.none")
  const read = readTerms(terms.text)
  if (read === null) throw new ComityError("refused", "terms.unknown")
  return told(read)
}

function told(terms: Terms) {
  return { hash: keptTerms(terms).hash, terms: terms as Json }
}

async function checked(reader: Reader | null, given: Json): Promise<Json> {
  const { FILE: text, language } = Check.parse(given)
  const terms = termsIn(text)
  const peers = new Map<string, string>(
    (reader === null ? [] : await listPeers(reader)).map((one) => [one.party, one.name]),
  )
  const known = instrumentNames(reader === null ? shippedFacts() : await factsNow(reader), language)
  const instrument = (id: string) => known.get(id) ?? id
  const names: TermNames = { ...formatOf(language, "UTC"), party: (id) => peers.get(id) ?? id, instrument }
  return { ...told(terms), sentences: termSentences(translator(language), terms, names) }
}

/**
 * Terms that somebody wrote: JSON in any spelling, every member there. Throws `invalid terms.not-json`, `invalid
 * terms.wrong` with the members that are wrong.
 */
export function termsIn(text: string): Terms {
  const read = Terms.safeParse(valueIn(text))
  if (read.success) return read.data
  const at = read.error.issues.flatMap((issue) => {
    const names = issue.code === "unrecognized_keys" ? issue.keys : [null]
    return names.map((name) => [...issue.path, ...(name === null ? [] : [name])].join("."))
  })
  throw new ComityError("invalid", "terms.wrong", { members: at.map((one) => one || "-").join(", ") }, read.error)
}

function valueIn(text: string): Json {
  try {
    return parseStrictJson(Buffer.from(text))
  } catch (error) {
    throw new ComityError("invalid", "terms.not-json", {}, error)
  }
}

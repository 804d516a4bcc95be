import { type Collection, findCollection } from "../../library/index.ts"
import { feedSaid } from "../../peering/index.ts"
import { governing, readTerms } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"

/** What a collection came of other than a person's wish: an agreement in force, or negotiations. */
export type Behind = { agreement: string } | "negotiation" | null

export async function behind(reader: Reader, collection: Collection): Promise<Behind> {
  if (collection.kind === "inbox") return null
  const said = collection.kind === "received" ? await feedSaid(reader, collection.key) : null
  const agreement = said === null ? (await governing(reader, collection.id))?.agreement : said.agreement
  if (agreement != null) return { agreement }
  return isNegotiation((said === null ? collection.terms?.text : said.terms) ?? null) ? "negotiation" : null
}

/** The same, of a closed one too: an agreement governs the last of its collections, and those before by what went on for them. */
export async function cameOf(reader: Reader, collection: Collection): Promise<Behind> {
  const seen = new Set<string>()
  for (let one: Collection | null = collection; one !== null && !seen.has(one.id); ) {
    seen.add(one.id)
    const found: Behind = await behind(reader, one)
    if (found !== null) return found
    one = one.successor === null ? null : await findCollection(reader, one.successor)
  }
  return null
}

/** Under these terms goes what is tabled in negotiations, and nothing else. */
export function isNegotiation(text: string | null): boolean {
  const types = text === null ? null : readTerms(text)?.objects.types
  return types?.length === 1 && types[0] === "comity-agreement"
}

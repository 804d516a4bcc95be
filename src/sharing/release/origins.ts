import sql from "sql-template-tag"
import type { Origin } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { type ReleaseOrigin, readTerms } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"

type Row = { terms: string | null; agreement: string | null }

/**
 * Whose an object version is. A partner's may stand in several of its collections: each lets it be passed on or not by
 * terms of its own. Where it stands in none any more (recalled, erased, its time over), no terms let it be passed on.
 */
export async function originsOf(
  reader: Reader,
  { key, origin }: { key: number; origin: Origin },
): Promise<ReleaseOrigin[]> {
  if (origin === "own") return [origin]
  const party = origin as PartyId
  const rows = await reader.all<Row>(
    sql`select distinct t.text as terms, f.agreement from entry e join collection c on c.key = e.collection
        left join terms t on t.key = c.terms left join feed f on f.collection = c.key
        where e.object = ${key} and c.party = ${party} order by c.key`,
  )
  if (rows.length === 0) return [{ party, terms: null, agreement: null }]
  return rows.map(({ terms, agreement }) => ({ party, terms: terms === null ? null : readTerms(terms), agreement }))
}

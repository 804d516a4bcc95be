import sql, { type Sql } from "sql-template-tag"
import type { PartyId } from "../../parties/index.ts"
import { readTerms } from "../terms/model.ts"
import type { ReleaseOrigin } from "./model.ts"

export type OriginRow = { terms: string | null; agreement: string | null }

/** The collections of its owner in which an object version of a partner stands here, with what each says of it. */
export function originQuery(object: number, party: PartyId): Sql {
  return sql`select distinct t.text as terms, f.agreement from entry e join collection c on c.key = e.collection
        left join terms t on t.key = c.terms left join feed f on f.collection = c.key
        where e.object = ${object} and c.party = ${party} order by c.key`
}

/**
 * Whose an object version is. A partner's may stand in several of its collections: each lets it be passed on or not by
 * terms of its own. Where it stands in none any more (recalled, erased, its time over), no terms let it be passed on.
 */
export function originsIn(party: PartyId, rows: readonly OriginRow[]): ReleaseOrigin[] {
  if (rows.length === 0) return [{ party, terms: null, agreement: null }]
  return rows.map(({ terms, agreement }) => ({ party, terms: terms === null ? null : readTerms(terms), agreement }))
}

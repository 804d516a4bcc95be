import sql from "sql-template-tag"
import { audienceOf, type CollectionId, loadCollection } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { readTerms, type TermName, type Terms } from "../terms/model.ts"

/** Where an agreement settles terms: `4(2)` for the second clause of article 4; each reader gets it as the own language cites. */
export type TermArticles = Readonly<Partial<Record<TermName, string>>>

/**
 * An agreement that governs a shared collection of this node. `part`: which of its collections it is, for readers for
 * whom other terms count by their reservations; empty for that of all others.
 */
export type InForce = {
  agreement: string
  part: string
  collection: CollectionId
  text: string
  articles: TermArticles
}

type Row = Omit<InForce, "articles"> & { articles: string }

function inForceOf({ articles, ...row }: Row): InForce {
  return { ...row, articles: JSON.parse(articles) as TermArticles } // as `saveInForce` wrote it
}

/** The agreement that governs a collection; null for one that people made. */
export async function governing(reader: Reader, collection: string): Promise<InForce | null> {
  const row = await reader.get<Row>(
    sql`select agreement, part, collection, text, articles from in_force where collection = ${collection}`,
  )
  return row === undefined ? null : inForceOf(row)
}

/** The collections in which an agreement governs, that without reservations first; none for one that does not yet. */
export async function governedBy(reader: Reader, agreement: string): Promise<InForce[]> {
  const rows = await reader.all<Row>(
    sql`select agreement, part, collection, text, articles from in_force where agreement = ${agreement} order by part`,
  )
  return rows.map(inForceOf)
}

/** An agreement in force here that binds one party too, and the terms that count between the two, reservations and all. */
export type Between = { agreement: string; terms: Terms; articles: TermArticles }

/** Those with one party; `agreement`: only this one. Whoever left or suspended it is bound by none. */
export async function inForceWith(reader: Reader, party: PartyId, agreement: string | null = null): Promise<Between[]> {
  const only = agreement === null ? sql`1 = 1` : sql`agreement = ${agreement}`
  const rows = await reader.all<Row>(
    sql`select agreement, part, collection, text, articles from in_force where ${only} order by agreement, part`,
  )
  const found: Between[] = []
  for (const { agreement: id, collection: name, articles } of rows.map(inForceOf)) {
    const collection = await loadCollection(reader, name)
    const terms = collection.terms === null ? null : readTerms(collection.terms.text)
    if (terms === null || collection.closedAt !== null) continue
    const members = await audienceOf(reader, collection)
    if (members.some((one) => one.party === party)) found.push({ agreement: id, terms, articles })
  }
  return found
}

/** From now on decisions for the collection rest on this text. */
export async function saveInForce(tx: Tx, { agreement, part, collection, text, articles }: InForce): Promise<void> {
  await tx.run(
    sql`insert into in_force (agreement, part, collection, text, articles)
        values (${agreement}, ${part}, ${collection}, ${text}, ${JSON.stringify(articles)})
        on conflict (agreement, part) do update set collection = excluded.collection, text = excluded.text,
          articles = excluded.articles`,
  )
}

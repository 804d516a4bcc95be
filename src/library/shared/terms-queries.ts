import sql from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"
import type { TermsText } from "../model.ts"

/** The key of a text of terms; each is kept once. */
export async function keepTerms(tx: Tx, { hash, text }: TermsText): Promise<number> {
  await tx.run(sql`insert into terms (hash, text) values (${hash}, ${text}) on conflict do nothing`)
  const row = await tx.get<{ key: number }>(sql`select key from terms where hash = ${hash}`)
  return (row as { key: number }).key
}

export async function setTerms(tx: Tx, collection: number, terms: number): Promise<void> {
  await tx.run(sql`update collection set terms = ${terms} where key = ${collection}`)
  await noteTerms(tx, collection, terms, true)
}

async function noteTerms(tx: Tx, collection: number, terms: number, held: boolean): Promise<void> {
  await tx.run(
    sql`insert into stood_under (collection, terms, held) values (${collection}, ${terms}, ${held ? 1 : 0})
        on conflict (collection, terms) do update set held = max(held, excluded.held)`,
  )
}

/** What the owner of a mirror said of it, and what is not followed. */
export async function noteSaidTerms(tx: Tx, collection: number, terms: TermsText): Promise<void> {
  await noteTerms(tx, collection, await keepTerms(tx, terms), false)
}

/** Terms under which a collection stood, in their order; of a mirror also what its owner said and nobody followed. */
export async function termsOver(reader: Reader, collection: number): Promise<(TermsText & { held: boolean })[]> {
  const rows = await reader.all<TermsText & { held: number }>(
    sql`select t.hash, t.text, s.held from stood_under s join terms t on t.key = s.terms
        where s.collection = ${collection} order by s.key`,
  )
  return rows.map((row) => ({ ...row, held: row.held === 1 }))
}

/** What holds for a mirror, as its owner says; null where nobody here knows. */
export async function setSaidTerms(tx: Tx, collection: number, terms: TermsText | null): Promise<void> {
  if (terms !== null) return setTerms(tx, collection, await keepTerms(tx, terms))
  await tx.run(sql`update collection set terms = null where key = ${collection}`)
}

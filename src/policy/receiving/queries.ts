import sql from "sql-template-tag"
import type { Reader } from "../../store/index.ts"
import type { TermArticles } from "../in-force/in-force.ts"

/** Where the agreement under which a partner shares a collection settles its terms, if it is in force here too. */
export async function articlesUnder(reader: Reader, mirror: string): Promise<TermArticles> {
  const row = await reader.get<{ articles: string }>(
    sql`select i.articles from collection c join feed f on f.collection = c.key
        join in_force i on i.agreement = f.agreement where c.id = ${mirror} order by i.part limit 1`,
  )
  return row === undefined ? {} : (JSON.parse(row.articles) as TermArticles) // as `saveInForce` wrote it
}

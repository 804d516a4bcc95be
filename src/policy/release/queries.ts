import sql, { type Sql } from "sql-template-tag"

/** TLP levels in their order, of a column: none before CLEAR. */
function strictestOf(column: Sql): Sql {
  return sql`case ${column} when 'red' then 4 when 'amber+strict' then 3 when 'amber' then 2 when 'green' then 1
    when 'clear' then 0 else -1 end desc`
}

/** Of object `o`, the strictest mark under which an earlier version of it was held here. */
export const strictestBefore: Sql = sql`(select n.marking from object n
  where o.stamp is not null and n.id_hash = o.id_hash and n.id = o.id and n.aside = 0 and n.version < o.version
  order by ${strictestOf(sql`n.marking`)} limit 1)`

/** Of object `o`, the strictest mark of the newest versions of our own reports and groupings that hold it. */
export const strictestAround: Sql = sql`(select c.marking from contained k join object c on c.key = k.container
  where k.member = o.id and c.origin = 'own' and c.aside = 0 and not exists (select 1 from object n
    where n.id_hash = c.id_hash and n.id = c.id and n.aside = 0 and n.version > c.version)
  order by ${strictestOf(sql`c.marking`)} limit 1)`

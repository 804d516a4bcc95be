import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { Rule } from "./model.ts"

type Row = Omit<Rule, "active" | "types" | "markings" | "sectors" | "inboxes"> & {
  active: number
  types: string | null
  markings: string | null
  sectors: string | null
  inboxes: string | null
}

const columns = sql`key, id, title, active, collection, types, markings, sectors, inboxes, made_by as "madeBy",
  made_at as "madeAt", last_run_at as "lastRunAt", last_release as "lastRelease"`

function ruleOf({ active, types, markings, sectors, inboxes, ...row }: Row): Rule {
  return {
    ...{ ...row, active: active === 1 },
    ...{ types: listOf<string>(types), markings: listOf<Tlp>(markings) },
    ...{ sectors: listOf<string>(sectors), inboxes: listOf<CollectionId>(inboxes) },
  }
}

function listOf<Item>(text: string | null): Item[] | null {
  return text === null ? null : (JSON.parse(text) as Item[])
}

function textOf(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list)
}

export async function listRules(reader: Reader): Promise<Rule[]> {
  return (await reader.all<Row>(sql`select ${columns} from release_rule order by key`)).map(ruleOf)
}

export async function selectRule(reader: Reader, id: string): Promise<Rule | null> {
  const row = await reader.get<Row>(sql`select ${columns} from release_rule where id = ${id}`)
  return row === undefined ? null : ruleOf(row)
}

export async function insertRule(tx: Tx, rule: Omit<Rule, "key">): Promise<number> {
  const { id, title, active, collection, types, markings, sectors, inboxes, madeBy, madeAt } = rule
  const row = await tx.get<{ key: number }>(
    sql`insert into release_rule (id, title, active, collection, types, markings, sectors, inboxes, made_by, made_at)
        values (${id}, ${title}, ${active ? 1 : 0}, ${collection}, ${textOf(types)}, ${textOf(markings)},
          ${textOf(sectors)}, ${textOf(inboxes)}, ${madeBy}, ${madeAt}) returning key`,
  )
  return (row as { key: number }).key
}

/** Who switches it on decides from then on. */
export async function setActive(tx: Tx, key: number, active: boolean, by: string | null): Promise<void> {
  if (!active) await tx.run(sql`update release_rule set active = 0 where key = ${key}`)
  else await tx.run(sql`update release_rule set active = 1, made_by = ${by}, made_at = ${tx.now} where key = ${key}`)
}

export async function setRun(tx: Tx, key: number, release: string | null): Promise<void> {
  await tx.run(
    sql`update release_rule set last_run_at = ${tx.now}, last_release = coalesce(${release}, last_release)
        where key = ${key}`,
  )
}

export async function deleteRule(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`delete from release_rule where key = ${key}`)
}

export async function readCursors(reader: Reader, rule: number): Promise<Map<number, number>> {
  const rows = await reader.all<{ collection: number; seq: number }>(
    sql`select collection, seq from release_rule_cursor where rule = ${rule}`,
  )
  return new Map(rows.map(({ collection, seq }) => [collection, seq]))
}

export async function setCursor(tx: Tx, rule: number, collection: number, seq: number): Promise<void> {
  await tx.run(
    sql`insert into release_rule_cursor (rule, collection, seq) values (${rule}, ${collection}, ${seq})
        on conflict (rule, collection) do update set seq = excluded.seq`,
  )
}

export type NewRow = { seq: number; key: number; type: string; marking: Tlp | null; bytes: Uint8Array | null }

/** The newest version of each object that an inbox serves, behind entry `after`; bytes only where they are looked at. */
export async function readNew(
  reader: Reader,
  collection: number,
  { after, most, withBytes }: { after: number; most: number; withBytes: boolean },
): Promise<NewRow[]> {
  const bytes = withBytes ? sql`o.bytes` : sql`null`
  return reader.all<NewRow>(
    sql`select e.seq, o.key, o.type, o.marking, ${bytes} as bytes from entry e join object o on o.key = e.object
        where e.collection = ${collection} and e.is_last = 1 and e.seq > ${after} order by e.seq limit ${most} + 0`,
  )
}

/** Whether a collection was made later than that. */
export async function isNewer(reader: Reader, collection: number, than: Instant): Promise<boolean> {
  const found = await reader.get(sql`select key from collection where key = ${collection} and created_at > ${than}`)
  return found !== undefined
}

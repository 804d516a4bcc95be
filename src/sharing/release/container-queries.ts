import sql, { join } from "sql-template-tag"
import { idHash } from "../../library/index.ts"
import { strictestAround } from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"

const DUE_MOST = 1000

/** Reports and groupings of our own that came or changed since what they hold was looked at, behind one. */
export async function containersDue(reader: Reader, after: number): Promise<{ number: number; container: number }[]> {
  return reader.all<{ number: number; container: number }>(
    sql`select number, container from container_due where number > ${after} order by number limit ${DUE_MOST} + 0`,
  )
}

export async function deleteDue(tx: Tx, numbers: readonly number[]): Promise<void> {
  await tx.run(sql`delete from container_due where number in (${join(numbers)})`)
}

/** Ids of what a report or grouping holds, in their order, behind one. */
export async function membersBehind(reader: Reader, container: number, after: string, most: number): Promise<string[]> {
  const rows = await reader.all<{ member: string }>(
    sql`select member from contained where container = ${container} and member > ${after}
        order by member limit ${most} + 0`,
  )
  return rows.map(({ member }) => member)
}

/** The strictest mark of the newest reports and groupings of our own that hold an object; null if there is none. */
export async function markAroundOf(reader: Reader, id: string): Promise<Tlp | null> {
  const row = await reader.get<{ marking: Tlp | null }>(
    sql`select ${strictestAround} as marking from object o where o.id_hash = ${idHash(id)} and o.id = ${id} limit 1`,
  )
  return row?.marking ?? null
}

import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader } from "../../store/index.ts"
import type { ItemType } from "../items/types.ts"

/** Places that lists of a partner took since then, by type. */
export async function selectPlacesTaken(reader: Reader, peer: number, since: Instant): Promise<Map<ItemType, number>> {
  const rows = await reader.all<{ type: ItemType; places: number }>(
    sql`select t.type, sum(t.reserved) as places from match_run r join match_type t on t.run = r.key
        where r.peer = ${peer} and r.accepted_at > ${since} and (r.ended_at is null or t.their_size is not null)
        group by t.type`,
  )
  return new Map(rows.map(({ type, places }) => [type, places]))
}

/**
 * Numbers that were told to a partner since then, and those that are on their way. Whoever was owed tags could count by
 * itself, whatever became of the run. That a list is the same as before is the partner's word, so such a run counts too.
 */
export async function selectCountsTold(reader: Reader, peer: number, since: Instant): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from match_run r join match_type t on t.run = r.key
        where r.peer = ${peer} and (r.counted_at > ${since} or (r.counted_at is null and r.accepted_at > ${since}
          and (r.ended_at is null or exists (select 1 from match_message m
            where m.run = r.key and m.side = 'theirs' and m.step = 'tags'))))`,
  )
  return row?.number ?? 0
}

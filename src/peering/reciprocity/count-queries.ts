import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { SyncReader } from "../../store/index.ts"
import { ANSWER_WITHIN } from "../receipts.ts"
import type { Asked, Passed } from "./model.ts"

/** SQL of whole collections: only ever in a thread of its own. */

/** Versions whose content left for a party, those of one object together. */
export function readGiven(reader: SyncReader, party: string): IterableIterator<Passed> {
  return reader.iterate<Passed>(
    sql`select o.id_hash as hash, v.first, v.standing, v.recalled, v.bytes from
          (select coalesce(e.object, e.kept) as object, min(s.at) as first,
              max(case when e.object is null then 0 else 1 end) as standing,
              max(case when w.kind = 'recall' then 1 else 0 end) as recalled, max(e.size) as bytes
            from served s cross join entry e on e.collection = s.collection and e.seq >= s.first and e.seq < s.next
            left join entry w on w.collection = e.collection and w.seq = e.withdrawn_by
            where s.party = ${party} and e.kind in ('put', 'revoke') and coalesce(e.object, e.kept) is not null
              and not exists (select 1 from served_without_content n
                where n.party = s.party and n.collection = e.collection and n.seq = e.seq)
            group by 1) v
          join object o on o.key = v.object order by o.id_hash`,
  )
}

/** When entries left that held something then and were erased since. */
export function readGivenErased(reader: SyncReader, party: string): IterableIterator<{ at: Instant }> {
  return reader.iterate<{ at: Instant }>(
    sql`select s.at from served s
          cross join entry e on e.collection = s.collection and e.seq >= s.first and e.seq < s.next
        where s.party = ${party} and e.kind in ('put', 'revoke') and e.erased_by is not null
          and not exists (select 1 from served_without_content n
            where n.party = s.party and n.collection = e.collection and n.seq = e.seq)`,
  )
}

/** Versions that came from a party and were taken, those of one object together. */
export function readReceived(reader: SyncReader, party: string): IterableIterator<Passed> {
  return reader.iterate<Passed>(
    sql`select o.id_hash as hash, v.first, v.standing, v.recalled, v.bytes from
          (select coalesce(e.object, e.kept) as object, min(e.date_added) as first,
              max(case when e.object is null then 0 else 1 end) as standing,
              max(case when w.kind = 'recall' then 1 else 0 end) as recalled, max(e.size) as bytes
            from collection c cross join entry e on e.collection = c.key
            left join entry w on w.collection = e.collection and w.seq = e.withdrawn_by
            where c.party = ${party} and e.kind in ('put', 'revoke')
              and (e.object is not null or e.withdrawn_by is not null)
              and coalesce(e.object, e.kept) is not null
            group by 1) v
          join object o on o.key = v.object order by o.id_hash`,
  )
}

/** An entry of a party's collection that gave no version: aside in conflict, or its content unread, or none. */
export type Odd = { at: Instant; kind: "conflict" | "unread" | "empty" }

export function readOdd(reader: SyncReader, party: string): IterableIterator<Odd> {
  return reader.iterate<Odd>(
    sql`select e.date_added as at, case when e.kept is not null then 'conflict'
            when e.note is not null then 'unread' else 'empty' end as kind
        from collection c cross join entry e on e.collection = c.key
        where c.party = ${party} and e.kind in ('put', 'revoke') and e.object is null
          and (e.kept is null or e.withdrawn_by is null)`,
  )
}

/** What a party was asked to answer for. */
export function readAskedOfThem(reader: SyncReader, party: string): Asked[] {
  return reader.all<Asked>(
    sql`select told_at as told, due_at as due,
          case when state in ('applied', 'refused') then answered_at end as answered,
          case when state = 'pending' then until end as until
        from receipt_due where party = ${party} and kind <> 'put'`,
  )
}

/** What this node was asked to answer for by a party. */
export function readAskedOfUs(reader: SyncReader, party: string): Asked[] {
  return reader.all<Asked>(
    sql`select r.told_at as told, r.told_at + ${ANSWER_WITHIN} as due, r.answered_at as answered, null as until
        from collection c cross join receipt_owed r on r.collection = c.key where c.party = ${party}`,
  )
}

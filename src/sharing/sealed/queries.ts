import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { CardRecipient, Sealed } from "./model.ts"

const columns = sql`s.key, s.id, s.direction, s.peer, p.party, s.remote, s.state, s.tlp, s.purpose, s.name, s.sha256,
  s.size, s.note, s.receipt, s.reason, s.restarts, s.account, s.created_at as "createdAt", s.settled_at as "settledAt",
  s.removed_at as "removedAt"`

/** Who looks: an officer sees all that was received, anybody else what one of the own keys or of a desk opens. */
export type Looker = { commitment: string; officer: boolean; desk: boolean }

const visibleTo = ({ commitment, officer, desk }: Looker) =>
  sql`(${Number(officer)} = 1 or exists (select 1 from sealed_recipient r join sealing_key k on k.recipient = r.recipient
    where r.sealed = s.key and (k.owner = ${commitment} or (k.kind = 'desk' and ${Number(desk)} = 1))))`

export async function selectReceived(reader: Reader, looker: Looker, before: number, most: number): Promise<Sealed[]> {
  return reader.all<Sealed>(
    sql`select ${columns} from sealed s join peer p on p.key = s.peer
        where s.direction = 'received' and s.key < ${before} and ${visibleTo(looker)}
        order by s.key desc limit ${most} + 0`,
  )
}

export async function selectSent(reader: Reader, before: number, most: number): Promise<Sealed[]> {
  return reader.all<Sealed>(
    sql`select ${columns} from sealed s join peer p on p.key = s.peer
        where s.direction = 'sent' and s.key < ${before} and s.state <> 'sealing' order by s.key desc limit ${most} + 0`,
  )
}

/** What was sent is an officer's to see. */
export async function selectSealed(reader: Reader, id: string, looker: Looker): Promise<Sealed | undefined> {
  return reader.get<Sealed>(
    sql`select ${columns} from sealed s join peer p on p.key = s.peer where s.id = ${id} and s.state <> 'sealing'
          and (${Number(looker.officer)} = 1 or (s.direction = 'received' and ${visibleTo(looker)}))`,
  )
}

export async function selectByRemote(
  reader: Reader,
  peer: number,
  direction: Sealed["direction"],
  remote: string,
): Promise<Sealed | undefined> {
  return reader.get<Sealed>(
    sql`select ${columns} from sealed s join peer p on p.key = s.peer
        where s.peer = ${peer} and s.direction = ${direction} and s.remote = ${remote}`,
  )
}

export async function selectRecipients(reader: Reader, sealed: number): Promise<CardRecipient[]> {
  return reader.all<CardRecipient>(
    sql`select name, kind, recipient from sealed_recipient where sealed = ${sealed} order by seq`,
  )
}

export type FreshSealed = Pick<
  Sealed,
  "id" | "direction" | "peer" | "remote" | "state" | "tlp" | "purpose" | "name" | "sha256" | "size" | "note" | "account"
>

export async function insertSealed(tx: Tx, one: FreshSealed, recipients: readonly CardRecipient[]): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into sealed (id, direction, peer, remote, state, tlp, purpose, name, sha256, size, note, account,
          restarts, created_at)
        values (${one.id}, ${one.direction}, ${one.peer}, ${one.remote}, ${one.state}, ${one.tlp}, ${one.purpose},
          ${one.name}, ${one.sha256}, ${one.size}, ${one.note}, ${one.account}, 0, ${tx.now}) returning key`,
  )
  const { key } = row as { key: number }
  for (const [seq, { kind, name, recipient }] of recipients.entries()) {
    await tx.run(
      sql`insert into sealed_recipient (sealed, seq, kind, name, recipient)
          values (${key}, ${seq}, ${kind}, ${name}, ${recipient})`,
    )
  }
  return key
}

type Changeable = "state" | "name" | "sha256" | "size" | "note" | "receipt" | "reason" | "restarts" | "settledAt"

export async function updateSealed(tx: Tx, one: Pick<Sealed, "key" | Changeable>): Promise<void> {
  await tx.run(
    sql`update sealed set state = ${one.state}, name = ${one.name}, sha256 = ${one.sha256}, size = ${one.size},
          note = ${one.note}, receipt = ${one.receipt}, reason = ${one.reason}, restarts = ${one.restarts},
          settled_at = ${one.settledAt} where key = ${one.key}`,
  )
}

export async function deleteSealed(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`delete from sealed_part where sealed = ${key}`)
  await tx.run(sql`delete from sealed_recipient where sealed = ${key}`)
  await tx.run(sql`delete from sealed where key = ${key}`)
}

export async function insertPart(tx: Tx, sealed: number, seq: number, bytes: Uint8Array): Promise<void> {
  await tx.run(sql`insert into sealed_part (sealed, seq, bytes) values (${sealed}, ${seq}, ${bytes})`)
}

export async function selectPart(reader: Reader, sealed: number, seq: number): Promise<Buffer | null> {
  const row = await reader.get<{ bytes: Uint8Array }>(
    sql`select bytes from sealed_part where sealed = ${sealed} and seq = ${seq}`,
  )
  return row === undefined ? null : Buffer.from(row.bytes.buffer, row.bytes.byteOffset, row.bytes.byteLength)
}

export async function countParts(reader: Reader, sealed: number): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from sealed_part where sealed = ${sealed}`,
  )
  return row?.number ?? 0
}

/** The ciphertext goes; what is known of it stays. */
export async function markRemoved(tx: Tx, sealed: number): Promise<void> {
  await tx.run(sql`update sealed set removed_at = ${tx.now} where key = ${sealed}`)
}

/** One part at a time: what is deleted is overwritten, and 64 MiB at once would hold up everybody. */
export async function dropPart(tx: Tx, sealed: number): Promise<number> {
  return tx.run(sql`delete from sealed_part where key = (select max(key) from sealed_part where sealed = ${sealed})`)
}

/** What one peer's files take up here, whole ones and those on their way. */
export async function heldFrom(reader: Reader, peer: number): Promise<{ bytes: number; arriving: number }> {
  const row = await reader.get<{ bytes: number; arriving: number }>(
    sql`select coalesce(sum(size), 0) as bytes, coalesce(sum(case when state = 'arriving' then 1 else 0 end), 0) as arriving
        from sealed where peer = ${peer} and direction = 'received' and removed_at is null`,
  )
  return row ?? { bytes: 0, arriving: 0 }
}

/** Files that were begun and never finished or decided about. */
export async function selectAbandoned(reader: Reader, drafts: Instant, arriving: Instant): Promise<number[]> {
  const rows = await reader.all<{ key: number }>(
    sql`select key from sealed where (state in ('sealing', 'draft') and created_at < ${drafts})
          or (state = 'arriving' and created_at < ${arriving}) limit 20`,
  )
  return rows.map(({ key }) => key)
}

import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { ApprovalGrounds, ApprovalRequest } from "./model.ts"

type Row = Omit<ApprovalRequest, "audience" | "grounds" | "again"> & {
  audience: string
  grounds: string
  again: number
}

const columns = sql`key, id, kind, state, release, went, collection, terms, audience, unmarked, again, objects, digest,
  grounds, asked_by as "askedBy", asked_at as "askedAt", expires_at as "expiresAt", reason, told, decided_by as "decidedBy",
  decided_at as "decidedAt", note`

function approvalOf({ audience, grounds, again, ...row }: Row): ApprovalRequest {
  return {
    ...{ ...row, again: again === 1 },
    ...{ audience: JSON.parse(audience) as PartyId[], grounds: JSON.parse(grounds) as ApprovalGrounds[] },
  }
}

export async function selectApproval(reader: Reader, id: string): Promise<ApprovalRequest | null> {
  const row = await reader.get<Row>(sql`select ${columns} from approval where id = ${id}`)
  return row === undefined ? null : approvalOf(row)
}

/** What one release asks or did in need, by collection. */
export async function selectOfRelease(reader: Reader, release: string): Promise<ApprovalRequest[]> {
  const rows = await reader.all<Row>(sql`select ${columns} from approval where release = ${release} order by key`)
  return rows.map(approvalOf)
}

export async function selectWaiting(reader: Reader): Promise<ApprovalRequest[]> {
  const rows = await reader.all<Row>(sql`select ${columns} from approval where state = 'waiting' order by key`)
  return rows.map(approvalOf)
}

/** Those that are decided in whatever way, the newest first. */
export async function selectDecided(reader: Reader, most: number): Promise<ApprovalRequest[]> {
  const rows = await reader.all<Row>(
    sql`select ${columns} from approval where state not in ('open', 'waiting') order by key desc limit ${most} + 0`,
  )
  return rows.map(approvalOf)
}

export async function insertApproval(tx: Tx, approval: Omit<ApprovalRequest, "key">): Promise<number> {
  const { id, kind, state, release, collection, terms, audience, unmarked, again, objects, grounds } = approval
  const { askedBy, askedAt, expiresAt, reason, told } = approval
  const row = await tx.get<{ key: number }>(
    sql`insert into approval (id, kind, state, release, collection, terms, audience, unmarked, again, objects, grounds,
          asked_by, asked_at, expires_at, reason, told)
        values (${id}, ${kind}, ${state}, ${release}, ${collection}, ${terms}, ${JSON.stringify(audience)}, ${unmarked},
          ${again ? 1 : 0}, ${objects}, ${JSON.stringify(grounds)}, ${askedBy}, ${askedAt}, ${expiresAt}, ${reason}, ${told})
        returning key`,
  )
  return (row as { key: number }).key
}

export async function updateApproval(tx: Tx, approval: ApprovalRequest): Promise<void> {
  const { key, state, went, objects, digest, grounds, askedAt, expiresAt, decidedBy, decidedAt, note } = approval
  await tx.run(
    sql`update approval set state = ${state}, went = ${went}, objects = ${objects}, digest = ${digest},
          grounds = ${JSON.stringify(grounds)}, asked_at = ${askedAt}, expires_at = ${expiresAt},
          decided_by = ${decidedBy}, decided_at = ${decidedAt}, note = ${note}
        where key = ${key}`,
  )
}

export async function deleteApproval(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`delete from approval where key = ${key}`)
}

export async function insertItem(tx: Tx, approval: number, object: number, tag: Uint8Array): Promise<void> {
  await tx.run(
    sql`insert into approval_item (approval, object, tag, used) values (${approval}, ${object}, ${tag}, 0)
        on conflict (approval, object) do nothing`,
  )
}

export type Item = { object: number; tag: Uint8Array }

/** Items by the keys of their objects, behind one. */
export async function selectItems(reader: Reader, approval: number, after: number, most: number): Promise<Item[]> {
  return reader.all<Item>(
    sql`select object, tag from approval_item where approval = ${approval} and object > ${after}
        order by object limit ${most} + 0`,
  )
}

/** A yes that holds for exactly this, and whose it is. */
export type Yes = { approval: number; id: string; askedBy: string | null; decidedBy: string; at: Instant }

export async function selectYes(reader: Reader, tag: Uint8Array, now: Instant): Promise<Yes | null> {
  const row = await reader.get<Yes>(
    sql`select a.key as approval, a.id, a.asked_by as "askedBy", a.decided_by as "decidedBy",
          a.decided_at as at
        from approval_item i join approval a on a.key = i.approval
        where i.tag = ${tag} and i.used = 0 and a.kind = 'ask' and a.state = 'approved' and a.expires_at > ${now}
        order by a.key limit 1`,
  )
  return row ?? null
}

/** One yes lets out one version once. */
export async function setUsed(tx: Tx, approval: number, object: number): Promise<void> {
  await tx.run(sql`update approval_item set used = 1 where approval = ${approval} and object = ${object}`)
}

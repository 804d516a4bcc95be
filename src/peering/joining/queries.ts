import sql from "sql-template-tag"
import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PeerState } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"

export type InvitationId = Id<"peer-invitation">

/** An invitation that we gave out; of its token only the hash is kept. */
export type Given = {
  id: InvitationId
  label: string
  createdAt: Instant
  expiresAt: Instant
  /** Party that came in by it. */
  usedBy: string | null
}

const columns = sql`id, label, created_at as "createdAt", expires_at as "expiresAt", used_by as "usedBy"`

export async function insertInvitation(
  tx: Tx,
  given: Pick<Given, "id" | "label" | "expiresAt"> & { tokenHash: Buffer; by: string | null },
): Promise<void> {
  await tx.run(
    sql`insert into peer_invitation (id, token_hash, label, created_by, created_at, expires_at)
        values (${given.id}, ${given.tokenHash}, ${given.label}, ${given.by}, ${tx.now}, ${given.expiresAt})`,
  )
}

export async function findInvitation(reader: Reader, tokenHash: Buffer): Promise<Given | null> {
  return (await reader.get<Given>(sql`select ${columns} from peer_invitation where token_hash = ${tokenHash}`)) ?? null
}

/** Open ones first, then the newest. */
export async function listInvitations(reader: Reader): Promise<Given[]> {
  return reader.all<Given>(
    sql`select ${columns} from peer_invitation order by used_by is not null, created_at desc limit 200`,
  )
}

export async function setUsed(tx: Tx, id: InvitationId, party: string): Promise<void> {
  await tx.run(sql`update peer_invitation set used_by = ${party} where id = ${id}`)
}

/** False if it was used, or is not there. */
export async function deleteInvitation(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(sql`delete from peer_invitation where id = ${id} and used_by is null`)) === 1
}

/** False for a message about an earlier moment than what is known. */
export async function setTheirs(tx: Tx, peer: number, theirs: PeerState, at: Instant): Promise<boolean> {
  const changed = await tx.run(
    sql`update peer set theirs = ${theirs}, theirs_at = ${at}, changed_at = ${tx.now}
        where key = ${peer} and theirs_at <= ${at}`,
  )
  return changed === 1
}

/** One more comparison that failed. */
export async function setDiffered(tx: Tx, peer: number): Promise<void> {
  await tx.run(sql`update peer set differed = differed + 1 where key = ${peer}`)
}

/** How many comparisons failed since the partner was met. */
export async function countDiffered(reader: Reader, peer: number): Promise<number> {
  return (await reader.get<{ differed: number }>(sql`select differed from peer where key = ${peer}`))?.differed ?? 0
}

/** Both sides compared; it says nothing of when theirs did. */
export async function setBothActive(tx: Tx, peer: number): Promise<void> {
  await tx.run(sql`update peer set theirs = 'active' where key = ${peer}`)
}

/** The way is gone anew from its beginning: both sides compare again. */
export async function restart(tx: Tx, peer: number, said: { name: string; endpoint: string }): Promise<void> {
  await tx.run(
    sql`update peer set state = 'invited', theirs = 'invited', theirs_at = 0, name = ${said.name},
          endpoint = ${said.endpoint}, gets_card = 0, differed = 0, changed_at = ${tx.now} where key = ${peer}`,
  )
}

/** Met twice on the way; what either side said of comparing stands. */
export async function meetAgain(tx: Tx, peer: number, said: { name: string; endpoint: string }): Promise<void> {
  await tx.run(
    sql`update peer set name = ${said.name}, endpoint = ${said.endpoint}, changed_at = ${tx.now} where key = ${peer}`,
  )
}

/** Of which moment the last word of the other side was; older ones change nothing. */
export async function setTheirsAt(tx: Tx, peer: number, at: Instant): Promise<void> {
  await tx.run(sql`update peer set theirs_at = ${at} where key = ${peer}`)
}

/** Partners with whom nobody here compared yet. */
export async function countUncompared(reader: Reader): Promise<number> {
  return (await reader.get<{ n: number }>(sql`select count(1) as n from peer where state = 'invited'`))?.n ?? 0
}

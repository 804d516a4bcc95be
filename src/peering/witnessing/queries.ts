import sql from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"

/** A shared collection that grew since a party was told of it. `seen`: the newest checkpoint that it surely verified. */
export type Untold = { key: number; log: number; seen: number }

/** Who left is told only while it owes an answer: that a collection grows is nothing to it. */
export async function readUntold(reader: Reader, party: string): Promise<Untold[]> {
  return reader.all<Untold>(
    sql`select c.key, c.log, a.seen from audience a join collection c on c.key = a.collection join log l on l.key = c.log
        where a.party = ${party} and a.told < l.size and l.guarded = 0 and (a.left_at is null or exists (select 1 from receipt_due r
          where r.collection = c.key and r.party = a.party and r.state = 'due' and r.seq >= a.told))
        order by c.key`,
  )
}

/** It answered for a checkpoint of this size, in whatever way; `failure` says why it did not cosign. */
export async function setTold(
  tx: Tx,
  of: { collection: number; party: string },
  answer: { size: number; failure: string | null; unmet: boolean },
): Promise<void> {
  await tx.run(
    sql`update audience set told = max(told, ${answer.size}), cosign_failure = ${answer.failure},
          unmet = ${answer.unmet ? 1 : 0} where collection = ${of.collection} and party = ${of.party}`,
  )
}

export async function setCosigned(tx: Tx, of: { collection: number; party: string }, size: number): Promise<void> {
  await tx.run(
    sql`update audience set cosigned = max(cosigned, ${size}), seen = max(seen, ${size})
        where collection = ${of.collection} and party = ${of.party}`,
  )
}

/** A checkpoint of this size is on its way to a reader. One that had not known the log is told again once it has it all. */
export async function setSeen(
  tx: Tx,
  of: { collection: number; party: string },
  { size, whole }: { size: number; whole: boolean },
): Promise<void> {
  await tx.run(
    sql`update audience set seen = max(seen, ${size}),
          told = case when ${whole ? 1 : 0} = 1 and unmet = 1 then min(told, cosigned) else told end,
          unmet = case when ${whole ? 1 : 0} = 1 then 0 else unmet end
        where collection = ${of.collection} and party = ${of.party} and (seen < ${size} or unmet = 1)`,
  )
}

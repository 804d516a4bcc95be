import sql from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"
import type { MatchApproval } from "./model.ts"

const columns = sql`key, id, run, act, state, text, digest, asked_by as "askedBy", asked_at as "askedAt",
  expires_at as "expiresAt", decided_by as "decidedBy", decided_at as "decidedAt", note`

export async function selectApproval(reader: Reader, id: string): Promise<MatchApproval | null> {
  return (await reader.get<MatchApproval>(sql`select ${columns} from match_approval where id = ${id}`)) ?? null
}

/** What waits for a second person in one act of a run. */
export async function selectWaiting(
  reader: Reader,
  { run, act }: Pick<MatchApproval, "run" | "act">,
): Promise<MatchApproval | null> {
  const row = await reader.get<MatchApproval>(
    sql`select ${columns} from match_approval where run = ${run} and act = ${act} and state = 'waiting'`,
  )
  return row ?? null
}

/** All of one run, the newest first. */
export async function selectOfRun(reader: Reader, run: number): Promise<MatchApproval[]> {
  return reader.all<MatchApproval>(sql`select ${columns} from match_approval where run = ${run} order by key desc`)
}

/** What waits in runs that go on. */
export async function selectAllWaiting(reader: Reader): Promise<MatchApproval[]> {
  return reader.all<MatchApproval>(
    sql`select ${columns} from match_approval
        where state = 'waiting' and run in (select key from match_run where ended_at is null) order by key`,
  )
}

export async function insertApproval(
  tx: Tx,
  one: Pick<MatchApproval, "id" | "run" | "act" | "text" | "digest" | "askedBy" | "expiresAt">,
): Promise<void> {
  await tx.run(
    sql`insert into match_approval (id, run, act, state, text, digest, asked_by, asked_at, expires_at)
        values (${one.id}, ${one.run}, ${one.act}, 'waiting', ${one.text}, ${one.digest}, ${one.askedBy}, ${tx.now},
          ${one.expiresAt})`,
  )
}

export async function updateState(
  tx: Tx,
  { key, state, decidedBy, note }: Pick<MatchApproval, "key" | "state" | "decidedBy" | "note">,
): Promise<void> {
  await tx.run(
    sql`update match_approval set state = ${state}, decided_by = ${decidedBy}, decided_at = ${tx.now}, note = ${note}
        where key = ${key}`,
  )
}

/** Roots over the sets to which both sides are committed in a run; they say nothing of what is in them. */
export async function selectSets(reader: Reader, run: number): Promise<{ own: string | null; theirs: string | null }> {
  const row = await reader.get<{ own: string | null; theirs: string | null }>(
    sql`select own_set as own, their_set as theirs from match_run where key = ${run}`,
  )
  return { own: row?.own ?? null, theirs: row?.theirs ?? null }
}

import sql, { join } from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"
import type { ItemType } from "../items/types.ts"
import { keptStatement, type Said, type Statement, type Step } from "./message.ts"
import type { Count, Run, RunState, RunType } from "./model.ts"

/** What both sides signed in a run, by side and step. */
export type Words = { own: Partial<Record<Step, string>>; theirs: Partial<Record<Step, string>> }
export type Side = keyof Words

const columns = sql`r.key, r.id, r.peer, p.party, r.role, r.state, r.phase, r.paused, r.reason, r.ended_by as "endedBy",
  r.list, r.purpose, r.basis, r.agreement, r.learners, r.created_at as "createdAt", r.expires_at as "expiresAt",
  r.ended_at as "endedAt", r.erased_at as "erasedAt"`

type RunRow = Omit<Run, "types">
type TypeRow = Omit<RunType, "count" | "ours" | "partners"> & {
  run: number
  counted: number
  number: number | null
  ours: number | null
  partners: number | null
}

/** The newest first. */
export async function selectRuns(reader: Reader, before: number, most: number): Promise<Run[]> {
  const rows = await reader.all<RunRow>(
    sql`select ${columns} from match_run r join peer p on p.key = r.peer
        where r.key < ${before} order by r.key desc limit ${most} + 0`,
  )
  return withTypes(reader, rows)
}

export async function selectRun(reader: Reader, id: string): Promise<Run | null> {
  const row = await reader.get<RunRow>(
    sql`select ${columns} from match_run r join peer p on p.key = r.peer where r.id = ${id}`,
  )
  return (await withTypes(reader, row === undefined ? [] : [row]))[0] ?? null
}

/** Those that have not ended. */
export async function selectUnderWay(reader: Reader): Promise<Run[]> {
  const rows = await reader.all<RunRow>(
    sql`select ${columns} from match_run r join peer p on p.key = r.peer where r.ended_at is null order by r.key`,
  )
  return withTypes(reader, rows)
}

/** Those of which keys or lists may still be here. */
export async function selectUnerased(reader: Reader): Promise<Run[]> {
  const rows = await reader.all<RunRow>(
    sql`select ${columns} from match_run r join peer p on p.key = r.peer where r.erased_at is null order by r.key`,
  )
  return withTypes(reader, rows)
}

async function withTypes(reader: Reader, runs: readonly RunRow[]): Promise<Run[]> {
  if (runs.length === 0) return []
  const keys = runs.map(({ key }) => key)
  const rows = await reader.all<TypeRow>(
    sql`select run, type, most, smallest, used, warned, own_size as "own", their_size as "theirs", counted, number, ours, partners
        from match_type where run in (${join(keys)}) order by run, seq`,
  )
  return runs.map((run) => ({ ...run, types: rows.filter((row) => row.run === run.key).map(typeOf) }))
}

function typeOf({ run: _, counted, number, ours, partners, ...row }: TypeRow): RunType {
  return { ...row, count: countIn(row, counted, number), ours: yesNo(ours), partners: yesNo(partners) }
}

function countIn({ smallest }: { smallest: number }, counted: number, number: number | null): Count {
  if (counted === 0) return { is: "unknown" }
  return number === null ? { is: "fewer", than: smallest } : { is: "number", number }
}

function yesNo(value: number | null): boolean | null {
  return value === null ? null : value === 1
}

export type FreshRun = Pick<
  Run,
  "id" | "peer" | "role" | "state" | "list" | "purpose" | "basis" | "agreement" | "learners" | "expiresAt"
>

export async function insertRun(
  tx: Tx,
  run: FreshRun,
  types: readonly { type: ItemType; most: number; smallest: number }[],
): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into match_run (id, peer, role, state, phase, list, purpose, basis, agreement, learners, created_at,
          expires_at)
        values (${run.id}, ${run.peer}, ${run.role}, ${run.state}, 'gather', ${run.list}, ${run.purpose}, ${run.basis},
          ${run.agreement}, ${run.learners}, ${tx.now}, ${run.expiresAt}) returning key`,
  )
  const { key } = row as { key: number }
  for (const [seq, { type, most, smallest }] of types.entries()) {
    await tx.run(
      sql`insert into match_type (run, seq, type, most, smallest, reserved)
          values (${key}, ${seq}, ${type}, ${most}, ${smallest}, 0)`,
    )
  }
  return key
}

type Changeable = Pick<Run, "state" | "phase" | "paused" | "reason" | "endedBy" | "list" | "endedAt">

/** Writes what of a run may change, as it stands in `run`. */
export async function updateRun(tx: Tx, run: Changeable & Pick<Run, "key">): Promise<void> {
  await tx.run(
    sql`update match_run set state = ${run.state}, phase = ${run.phase}, paused = ${run.paused}, reason = ${run.reason},
          ended_by = ${run.endedBy}, list = ${run.list}, ended_at = ${run.endedAt} where key = ${run.key}`,
  )
}

/** From here on the partner's list counts against its quota. */
export async function setAccepted(
  tx: Tx,
  run: number,
  types: readonly { type: ItemType; most: number; reserved: number }[],
) {
  await tx.run(sql`update match_run set accepted_at = ${tx.now} where key = ${run}`)
  for (const { type, most, reserved } of types) {
    await tx.run(
      sql`update match_type set most = ${most}, reserved = ${reserved} where run = ${run} and type = ${type}`,
    )
  }
}

export async function setUsed(
  tx: Tx,
  run: number,
  type: ItemType,
  { used, warned }: { used: number; warned: number },
): Promise<void> {
  await tx.run(sql`update match_type set used = ${used}, warned = ${warned} where run = ${run} and type = ${type}`)
}

/** A committed list takes exactly its places. */
export async function setCommitted(
  tx: Tx,
  run: number,
  side: Side,
  { set, types }: Pick<Said<"commit">, "set" | "types">,
): Promise<void> {
  const own = side === "own"
  await tx.run(
    own
      ? sql`update match_run set own_set = ${set.root} where key = ${run}`
      : sql`update match_run set their_set = ${set.root} where key = ${run}`,
  )
  for (const { type, size } of types) {
    await tx.run(
      own
        ? sql`update match_type set own_size = ${size} where run = ${run} and type = ${type}`
        : sql`update match_type set their_size = ${size}, reserved = ${size} where run = ${run} and type = ${type}`,
    )
  }
}

export async function setCounted(tx: Tx, run: number, types: Said<"count">["types"]): Promise<void> {
  await tx.run(sql`update match_run set counted_at = ${tx.now} where key = ${run}`)
  for (const { type, count } of types) {
    await tx.run(sql`update match_type set counted = 1, number = ${count} where run = ${run} and type = ${type}`)
  }
}

/** Which types a side consents to open; the others it does not. */
export async function setConsent(tx: Tx, run: number, side: Side, types: readonly ItemType[]): Promise<void> {
  const chosen = types.length === 0 ? sql`0` : sql`case when type in (${join([...types])}) then 1 else 0 end`
  await tx.run(
    side === "own"
      ? sql`update match_type set ours = ${chosen} where run = ${run}`
      : sql`update match_type set partners = ${chosen} where run = ${run}`,
  )
}

export async function setSeenDense(tx: Tx, run: number): Promise<void> {
  await tx.run(sql`update match_run set seen_dense = 1 where key = ${run}`)
}

export async function wasDenseSeen(reader: Reader, run: number): Promise<boolean> {
  const row = await reader.get<{ seen: number }>(sql`select seen_dense as seen from match_run where key = ${run}`)
  return row?.seen === 1
}

export async function setErased(tx: Tx, run: number): Promise<void> {
  await tx.run(sql`update match_run set erased_at = ${tx.now} where key = ${run} and erased_at is null`)
}

export async function selectWords(reader: Reader, run: number): Promise<Words> {
  const rows = await reader.all<{ side: Side; step: Step; note: string }>(
    sql`select side, step, note from match_message where run = ${run}`,
  )
  const words: Words = { own: {}, theirs: {} }
  for (const { side, step, note } of rows) words[side][step] = note
  return words
}

/** `outbox`: the message by which an own word goes to the partner. */
export async function insertWord(
  tx: Tx,
  run: number,
  { side, step, note, outbox }: { side: Side; step: Step; note: string; outbox: number | null },
): Promise<void> {
  await tx.run(
    sql`insert into match_message (run, side, step, note, outbox, at)
        values (${run}, ${side}, ${step}, ${note}, ${outbox}, ${tx.now})`,
  )
}

/** Own words of a run that is over, but for those that tell the partner so. */
export async function selectPointless(reader: Reader, run: number): Promise<number[]> {
  const rows = await reader.all<{ outbox: number }>(
    sql`select outbox from match_message where run = ${run} and outbox is not null
          and step not in ('refuse', 'consent', 'decline', 'cancel', 'broken', 'close')`,
  )
  return rows.map(({ outbox }) => outbox)
}

/** What was said by this step, if it was. */
export function saidIn<Name extends Step>(words: Words[Side], step: Name): Said<Name> | null {
  const note = words[step]
  if (note === undefined) return null
  const said: Statement = keptStatement(note)
  return said.step === step ? (said as Said<Name>) : null
}

export async function countProposed(reader: Reader, peer: number): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from match_run where peer = ${peer} and role = 'acceptor' and state = 'proposed'`,
  )
  return row?.number ?? 0
}

/** Runs that wait for a person here, of those that go on. */
export async function selectStates(reader: Reader): Promise<{ state: RunState; number: number }[]> {
  return reader.all<{ state: RunState; number: number }>(
    sql`select state, count(1) as number from match_run where ended_at is null group by state`,
  )
}

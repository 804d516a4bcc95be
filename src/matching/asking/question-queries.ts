import sql, { join } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { OpenType } from "../items/types.ts"
import type { Held, HeldState, Mode, Part, PartState, Question, QuestionId } from "./model.ts"

const heldColumns = sql`h.key, h.peer, p.party, h.epoch, h.mode, h.type, h.public as "publicKey", h.since, h.until, h.records,
  h.pulled, h.head, h.quota, h.remaining as "left", h.told_at as "toldAt", h.state`

type RawHeld = Omit<Held, "publicKey" | "head"> & { publicKey: Uint8Array; head: Uint8Array }

function heldOf(row: RawHeld): Held {
  return { ...row, publicKey: Buffer.from(row.publicKey), head: Buffer.from(row.head) }
}

/** What partners let us ask; of one of them, or of all. */
export async function selectHeld(reader: Reader, peer: number | null): Promise<Held[]> {
  const rows = await reader.all<RawHeld>(
    sql`select ${heldColumns} from match_held h join peer p on p.key = h.peer
        where h.state = 'current' and (${peer} is null or h.peer = ${peer}) order by h.peer, h.key`,
  )
  return rows.map(heldOf)
}

export async function selectHeldEpoch(reader: Reader, peer: number, epoch: string): Promise<Held | null> {
  const row = await reader.get<RawHeld>(
    sql`select ${heldColumns} from match_held h join peer p on p.key = h.peer
        where h.peer = ${peer} and h.epoch = ${epoch}`,
  )
  return row === undefined ? null : heldOf(row)
}

export type FreshHeld = Omit<Held, "key" | "party" | "pulled" | "state" | "toldAt"> & { note: string }

/** What the partner says of an epoch now; how many of its records are here stays as it was. */
export async function saveHeld(tx: Tx, held: FreshHeld): Promise<void> {
  const { peer, epoch, mode, type, publicKey, since, until, records, head, quota, left, note } = held
  await tx.run(
    sql`insert into match_held (peer, epoch, mode, type, public, since, until, records, pulled, head, quota, remaining,
          note, told_at, state)
        values (${peer}, ${epoch}, ${mode}, ${type}, ${publicKey}, ${since}, ${until}, ${records}, 0, ${head}, ${quota},
          ${left}, ${note}, ${tx.now}, 'current')
        on conflict (peer, epoch) do update set records = excluded.records, quota = excluded.quota,
          remaining = excluded.remaining, note = excluded.note, told_at = excluded.told_at`,
  )
}

export async function setPulled(tx: Tx, key: number, pulled: number, head: Buffer): Promise<void> {
  await tx.run(sql`update match_held set pulled = ${pulled}, head = ${head} where key = ${key}`)
}

export async function setHeldState(tx: Tx, key: number, state: HeldState): Promise<void> {
  await tx.run(sql`update match_held set state = ${state} where key = ${key}`)
}

/** One of which nothing was ever fetched. */
export async function deleteHeld(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`delete from match_held where key = ${key}`)
}

export async function setLeft(tx: Tx, key: number, left: number): Promise<void> {
  await tx.run(sql`update match_held set remaining = ${left} where key = ${key}`)
}

const columns = sql`q.key, q.id, q.mode, q.by, q.created_at as "createdAt", q.ended_at as "endedAt",
  (select count(1) from match_question_item i where i.question = q.key) as items`

type QuestionRow = Omit<Question, "parts">

export async function selectQuestions(reader: Reader, before: number, most: number): Promise<Question[]> {
  const rows = await reader.all<QuestionRow>(
    sql`select ${columns} from match_question q where q.key < ${before} order by q.key desc limit ${most} + 0`,
  )
  return withParts(reader, rows)
}

export async function selectQuestion(reader: Reader, id: string): Promise<Question | null> {
  const row = await reader.get<QuestionRow>(sql`select ${columns} from match_question q where q.id = ${id}`)
  return (await withParts(reader, row === undefined ? [] : [row]))[0] ?? null
}

export async function selectUnanswered(reader: Reader): Promise<Question[]> {
  const rows = await reader.all<QuestionRow>(
    sql`select ${columns} from match_question q where q.ended_at is null order by q.key`,
  )
  return withParts(reader, rows)
}

async function withParts(reader: Reader, rows: readonly QuestionRow[]): Promise<Question[]> {
  if (rows.length === 0) return []
  const parts = await reader.all<Part & { question: number }>(
    sql`select t.question, t.peer, p.party, p.name, t.type, t.items, t.evaluations, t.state, t.reason,
          t.remaining as "left", t.found, t.at
        from match_question_part t join peer p on p.key = t.peer
        where t.question in (${join(rows.map(({ key }) => key))}) order by t.question, p.name, t.type`,
  )
  return rows.map((row) => ({
    ...row,
    parts: parts.flatMap(({ question, ...part }) => (question === row.key ? [part] : [])),
  }))
}

export type FreshItem = { type: OpenType; item: Buffer; subject: number | null }
export type FreshQuestion = { id: QuestionId; mode: Mode; seed: Buffer; by: string | null } & {
  items: readonly FreshItem[]
  peers: readonly number[]
}

export async function insertQuestion(tx: Tx, { id, mode, seed, by, items, peers }: FreshQuestion): Promise<void> {
  const row = await tx.get<{ key: number }>(
    sql`insert into match_question (id, mode, seed, by, created_at) values (${id}, ${mode}, ${seed}, ${by}, ${tx.now})
        returning key`,
  )
  const { key } = row as { key: number }
  const counts = new Map<OpenType, number>()
  for (const [seq, { type, item, subject }] of items.entries()) {
    counts.set(type, (counts.get(type) ?? 0) + 1)
    await tx.run(
      sql`insert into match_question_item (question, seq, type, item, subject)
          values (${key}, ${seq}, ${type}, ${item}, ${subject})`,
    )
  }
  for (const peer of peers) {
    for (const [type, number] of counts) {
      await tx.run(
        sql`insert into match_question_part (question, peer, type, items, evaluations, state)
            values (${key}, ${peer}, ${type}, ${number}, 0, 'waiting')`,
      )
    }
  }
}

/** From which everything random of the question is derived, so that said again it is the same bytes. */
export async function selectSeed(reader: Reader, question: number): Promise<Buffer> {
  const row = await reader.get<{ seed: Uint8Array }>(sql`select seed from match_question where key = ${question}`)
  return Buffer.from(row?.seed ?? Buffer.alloc(0))
}

export type QuestionItem = FreshItem & { seq: number }

export async function selectQuestionItems(reader: Reader, question: number): Promise<QuestionItem[]> {
  const rows = await reader.all<Omit<QuestionItem, "item"> & { item: Uint8Array }>(
    sql`select seq, type, item, subject from match_question_item where question = ${question} order by seq`,
  )
  return rows.map((row) => ({ ...row, item: Buffer.from(row.item) }))
}

type Settled = Pick<Part, "peer" | "type" | "reason" | "left" | "found" | "evaluations"> & {
  question: number
  state: PartState
}

export async function setPart(tx: Tx, part: Settled): Promise<void> {
  const { question, peer, type, state, reason, left, found, evaluations } = part
  await tx.run(
    sql`update match_question_part set state = ${state}, reason = ${reason}, remaining = ${left}, found = ${found},
          evaluations = ${evaluations}, at = ${tx.now}
        where question = ${question} and peer = ${peer} and type = ${type} and state = 'waiting'`,
  )
}

/** True if no part waits any more: then the seed goes too. */
export async function endIfSettled(tx: Tx, question: number): Promise<boolean> {
  const ended = await tx.run(
    sql`update match_question set ended_at = ${tx.now}, seed = ${Buffer.alloc(0)}
        where key = ${question} and ended_at is null and not exists
          (select 1 from match_question_part where question = ${question} and state = 'waiting')`,
  )
  return ended === 1
}

export type Finding = { seq: number; peer: number; epoch: string; output: Buffer | null }

export async function insertFinding(tx: Tx, question: number, { seq, peer, epoch, output }: Finding): Promise<void> {
  await tx.run(
    sql`insert into match_finding (question, seq, peer, epoch, output)
        values (${question}, ${seq}, ${peer}, ${epoch}, ${output}) on conflict do nothing`,
  )
}

/** Which items which partners have. */
export async function selectFindings(
  reader: Reader,
  question: number,
): Promise<(Finding & { party: PartyId; type: OpenType; item: Buffer })[]> {
  const rows = await reader.all<
    Omit<Finding, "output"> & { output: Uint8Array | null; party: PartyId; type: OpenType; item: Uint8Array }
  >(
    sql`select f.seq, f.peer, f.epoch, f.output, p.party, i.type, i.item from match_finding f
          join peer p on p.key = f.peer join match_question_item i on i.question = f.question and i.seq = f.seq
        where f.question = ${question} order by f.seq, p.name`,
  )
  return rows.map((row) => ({
    ...row,
    output: row.output === null ? null : Buffer.from(row.output),
    item: Buffer.from(row.item),
  }))
}

/** Outputs of keys whose time is over open nothing any more. */
export async function forgetOutputs(tx: Tx, before: Instant): Promise<number> {
  return tx.run(
    sql`update match_finding set output = null where output is not null and not exists
          (select 1 from match_held h where h.peer = match_finding.peer and h.epoch = match_finding.epoch
            and h.until >= ${before})`,
  )
}

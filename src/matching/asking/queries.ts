import sql, { join } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { OpenType } from "../items/types.ts"
import type { Answers, Asked, Epoch, EpochId, Usage } from "./model.ts"

const columns = sql`key, id, mode, list, title, agreement, key_days as "keyDays", opened_by as "openedBy",
  opened_at as "openedAt", closed_by as "closedBy", closed_at as "closedAt"`

type AnswersRow = Omit<Answers, "partners" | "types">

/** The newest first; `open`: those that answer. */
export async function selectAnswers(reader: Reader, { open }: { open: boolean }): Promise<Answers[]> {
  const rows = await reader.all<AnswersRow>(
    sql`select ${columns} from match_answers where ${Number(open)} = 0 or closed_at is null order by key desc limit 500`,
  )
  return complete(reader, rows)
}

export async function selectAnswersOf(reader: Reader, id: string): Promise<Answers | null> {
  const row = await reader.get<AnswersRow>(sql`select ${columns} from match_answers where id = ${id}`)
  return (await complete(reader, row === undefined ? [] : [row]))[0] ?? null
}

export async function selectAnswersByKey(reader: Reader, key: number): Promise<Answers | null> {
  const row = await reader.get<AnswersRow>(sql`select ${columns} from match_answers where key = ${key}`)
  return (await complete(reader, row === undefined ? [] : [row]))[0] ?? null
}

/** Open ones that a partner may ask. */
export async function selectAnswersFor(reader: Reader, peer: number): Promise<Answers[]> {
  const open = await selectAnswers(reader, { open: true })
  return open.filter(({ partners }) => partners.some((one) => one.peer === peer))
}

async function complete(reader: Reader, rows: readonly AnswersRow[]): Promise<Answers[]> {
  if (rows.length === 0) return []
  const keys = join(rows.map(({ key }) => key))
  const types = await reader.all<{ answers: number; type: OpenType; quota: number }>(
    sql`select answers, type, quota from match_answers_type where answers in (${keys}) order by answers, seq`,
  )
  const partners = await reader.all<{ answers: number; peer: number; party: PartyId; name: string }>(
    sql`select a.answers, a.peer, p.party, p.name from match_answers_partner a join peer p on p.key = a.peer
        where a.answers in (${keys}) order by a.answers, p.name`,
  )
  return rows.map((row) => ({
    ...row,
    types: types.filter(({ answers }) => answers === row.key).map(({ type, quota }) => ({ type, quota })),
    partners: partners
      .filter(({ answers }) => answers === row.key)
      .map(({ peer, party, name }) => ({ peer, party, name })),
  }))
}

export type FreshAnswers = Pick<
  Answers,
  "id" | "mode" | "list" | "title" | "agreement" | "keyDays" | "types" | "openedBy"
> & {
  peers: readonly number[]
}

export async function insertAnswers(tx: Tx, fresh: FreshAnswers): Promise<number> {
  const { id, mode, list, title, agreement, keyDays, openedBy } = fresh
  const row = await tx.get<{ key: number }>(
    sql`insert into match_answers (id, mode, list, title, agreement, key_days, opened_by, opened_at)
        values (${id}, ${mode}, ${list}, ${title}, ${agreement}, ${keyDays}, ${openedBy}, ${tx.now}) returning key`,
  )
  const { key } = row as { key: number }
  for (const [seq, { type, quota }] of fresh.types.entries()) {
    await tx.run(
      sql`insert into match_answers_type (answers, seq, type, quota) values (${key}, ${seq}, ${type}, ${quota})`,
    )
  }
  for (const peer of fresh.peers) {
    await tx.run(sql`insert into match_answers_partner (answers, peer) values (${key}, ${peer})`)
  }
  return key
}

export async function setAnswersClosed(tx: Tx, key: number, by: string | null): Promise<void> {
  await tx.run(sql`update match_answers set closed_at = ${tx.now}, closed_by = ${by} where key = ${key}`)
}

/** Since when comparing its items with the library fails, and why; null where it works again. */
export async function setChecked(tx: Tx, key: number, failure: string | null): Promise<void> {
  await tx.run(sql`update match_answers set checked_at = ${tx.now}, failure = ${failure} where key = ${key}`)
}

export async function selectChecked(
  reader: Reader,
  key: number,
): Promise<{ checkedAt: Instant | null; failure: string | null }> {
  const row = await reader.get<{ checkedAt: Instant | null; failure: string | null }>(
    sql`select checked_at as "checkedAt", failure from match_answers where key = ${key}`,
  )
  return row ?? { checkedAt: null, failure: null }
}

const epochColumns = sql`key, id, answers, type, public as "publicKey", state, since, until, items, records, head, note,
  generation`

/** `generation`: counts the sets of files that were made for it; only those of the last one count. */
export type EpochRow = Epoch & { generation: number }
type RawEpoch = Omit<EpochRow, "publicKey" | "head"> & { publicKey: Uint8Array; head: Uint8Array }

function epochOf(row: RawEpoch): EpochRow {
  return { ...row, publicKey: Buffer.from(row.publicKey), head: Buffer.from(row.head) }
}

/** Those that have not ended. */
export async function selectEpochs(reader: Reader, answers: number): Promise<EpochRow[]> {
  const rows = await reader.all<RawEpoch>(
    sql`select ${epochColumns} from match_epoch where answers = ${answers} and state <> 'ended' order by key`,
  )
  return rows.map(epochOf)
}

export async function selectEpoch(reader: Reader, id: string): Promise<EpochRow | null> {
  const row = await reader.get<RawEpoch>(sql`select ${epochColumns} from match_epoch where id = ${id}`)
  return row === undefined ? null : epochOf(row)
}

/** The private key, as it is kept. */
export async function selectSecret(reader: Reader, epoch: number): Promise<Buffer | null> {
  const row = await reader.get<{ secret: Uint8Array | null }>(sql`select secret from match_epoch where key = ${epoch}`)
  return row?.secret == null ? null : Buffer.from(row.secret)
}

export type FreshEpoch = Pick<Epoch, "id" | "answers" | "type" | "publicKey" | "until" | "head"> & { secret: Buffer }

export async function insertEpoch(tx: Tx, fresh: FreshEpoch): Promise<void> {
  const { id, answers, type, secret, publicKey, until, head } = fresh
  await tx.run(
    sql`insert into match_epoch (id, answers, type, secret, public, state, since, until, items, records, head, generation)
        values (${id}, ${answers}, ${type}, ${secret}, ${publicKey}, 'building', ${tx.now}, ${until}, 0, 0, ${head}, 0)`,
  )
}

type Change = Pick<EpochRow, "key" | "state" | "items" | "records" | "head" | "generation" | "note">

export async function updateEpoch(tx: Tx, change: Change): Promise<void> {
  const { key, state, items, records, head, generation, note } = change
  await tx.run(
    sql`update match_epoch set state = ${state}, items = ${items}, records = ${records}, head = ${head},
          generation = ${generation}, note = ${note} where key = ${key}`,
  )
}

/** Its private key is gone with it. */
export async function setEpochEnded(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`update match_epoch set state = 'ended', secret = null where key = ${key}`)
}

/** Ids of those that have not ended: only of these there are files. */
export async function selectLivingEpochs(reader: Reader): Promise<EpochId[]> {
  const rows = await reader.all<{ id: EpochId }>(sql`select id from match_epoch where state <> 'ended'`)
  return rows.map(({ id }) => id)
}

/** What one partner had evaluated since, by type. */
export async function selectUsed(
  reader: Reader,
  { answers, peer, since }: { answers: number; peer: number; since: Instant },
): Promise<Map<OpenType, { used: number; lastAt: Instant }>> {
  const rows = await reader.all<{ type: OpenType; used: number; lastAt: Instant }>(
    sql`select type, sum(evaluations) as used, max(at) as "lastAt" from match_asked
        where answers = ${answers} and peer = ${peer} and at > ${since} group by type`,
  )
  return new Map(rows.map(({ type, used, lastAt }) => [type, { used, lastAt }]))
}

export type FreshAsked = { answers: number; epoch: number; peer: number; type: OpenType } & {
  digest: Buffer
  evaluations: number
}

/** How often these bytes were answered before; they are not counted again. */
export async function countSaid(
  tx: Tx,
  { epoch, peer, digest }: Pick<FreshAsked, "epoch" | "peer" | "digest">,
): Promise<number> {
  const row = await tx.get<{ said: number }>(
    sql`select said from match_asked where epoch = ${epoch} and peer = ${peer} and digest = ${digest}`,
  )
  return row?.said ?? 0
}

export async function insertAsked(tx: Tx, asked: FreshAsked): Promise<void> {
  const { answers, epoch, peer, type, digest, evaluations } = asked
  await tx.run(
    sql`insert into match_asked (answers, epoch, peer, type, digest, evaluations, said, at)
        values (${answers}, ${epoch}, ${peer}, ${type}, ${digest}, ${evaluations}, 1, ${tx.now})
        on conflict (epoch, peer, digest) do update set said = match_asked.said + 1`,
  )
}

/** What was asked long ago stands in the ledger. */
export async function deleteAskedBefore(tx: Tx, instant: Instant): Promise<number> {
  return tx.run(sql`delete from match_asked where at < ${instant}`)
}

/** What was asked here, the newest first. */
export async function selectAsked(
  reader: Reader,
  { answers, most }: { answers: number; most: number },
): Promise<Asked[]> {
  return reader.all<Asked>(
    sql`select p.party, p.name, a.mode, q.type, q.evaluations, q.at from match_asked q
        join match_answers a on a.key = q.answers join peer p on p.key = q.peer
        where q.answers = ${answers} order by q.key desc limit ${most} + 0`,
  )
}

export function usageOf(
  { types }: Pick<Answers, "types">,
  peer: number,
  used: ReadonlyMap<OpenType, { used: number; lastAt: Instant }>,
): Usage[] {
  return types.map(({ type, quota }) => {
    const one = used.get(type)
    const sum = one?.used ?? 0
    return { peer, type, used: sum, quota, left: Math.max(0, quota - sum), lastAt: one?.lastAt ?? null }
  })
}

import sql, { join } from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"

/** False if this peer used the nonce before; else it was heard now. */
export async function takeNonce(tx: Tx, peer: number, nonce: string, expires: Instant): Promise<boolean> {
  const taken = await tx.run(
    sql`insert into peer_nonce (peer, nonce, expires_at) values (${peer}, ${nonce}, ${expires}) on conflict do nothing`,
  )
  if (taken === 1) await setHeard(tx, peer)
  return taken === 1
}

/** A message or an answer came that the peer signed. */
async function setHeard(tx: Tx, peer: number): Promise<void> {
  await tx.run(sql`update peer set heard_at = ${tx.now} where key = ${peer}`)
}

/** Returns how many: at most so many at once. */
export async function deleteNoncesBefore(tx: Tx, instant: Instant, most: number): Promise<number> {
  return tx.run(
    sql`delete from peer_nonce where (peer, nonce) in
          (select peer, nonce from peer_nonce where expires_at < ${instant} order by expires_at limit ${most} + 0)`,
  )
}

/** A message that waits. */
export type Waiting = { key: number; peer: number; kind: string; body: Uint8Array; tries: number; nextAt: Instant }

export async function insertWaiting(tx: Tx, peer: number, kind: string, body: Buffer): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into outbox (peer, kind, body, created_at, next_at, tries)
        values (${peer}, ${kind}, ${body}, ${tx.now}, ${tx.now}, 0) returning key`,
  )
  return (row as { key: number }).key
}

/** What is due for a peer, the oldest first. */
export async function readWaiting(reader: Reader, peer: number, now: Instant, most: number): Promise<Waiting[]> {
  return reader.all<Waiting>(
    sql`select key, peer, kind, body, tries, next_at as "nextAt" from outbox
        where peer = ${peer} and delivered_at is null and next_at <= ${now} order by key limit ${most} + 0`,
  )
}

/** Messages of one kind that were not delivered yet, whenever they are due, the oldest first. */
export async function waitingOf(
  reader: Reader,
  peer: number,
  kind: string,
  most: number,
): Promise<Pick<Waiting, "key" | "body">[]> {
  return reader.all<Pick<Waiting, "key" | "body">>(
    sql`select key, body from outbox where peer = ${peer} and kind = ${kind} and delivered_at is null
        order by key limit ${most} + 0`,
  )
}

export async function setDelivered(tx: Tx, { key, peer }: Pick<Waiting, "key" | "peer">): Promise<void> {
  await setHeard(tx, peer)
  await tx.run(
    sql`update outbox set delivered_at = ${tx.now}, failure = null, body = ${Buffer.alloc(0)} where key = ${key}`,
  )
}

export async function setFailed(tx: Tx, key: number, next: Instant, failure: string): Promise<void> {
  await tx.run(
    sql`update outbox set tries = tries + 1, next_at = ${next}, failure = ${failure} where key = ${key} and delivered_at is null`,
  )
}

/** Takes back what was not said yet. */
export async function dropWaiting(tx: Tx, peer: number, kinds: readonly string[]): Promise<void> {
  await tx.run(sql`delete from outbox where peer = ${peer} and delivered_at is null and kind in (${join(kinds)})`)
}

/** Takes back single messages that were not said yet. */
export async function takeBack(tx: Tx, keys: readonly number[]): Promise<void> {
  if (keys.length === 0) return
  await tx.run(sql`delete from outbox where delivered_at is null and key in (${join([...keys])})`)
}

/** What the peer refused, or did not hear, is said again now: something has changed at its side. */
export async function hurryWaiting(tx: Tx, peer: number): Promise<void> {
  await tx.run(sql`update outbox set next_at = ${tx.now} where peer = ${peer} and delivered_at is null`)
}

/** How many messages of one kind wait for a peer. */
export async function countWaitingOf(reader: Reader, peer: number, kind: string): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from outbox where peer = ${peer} and delivered_at is null and kind = ${kind}`,
  )
  return row?.number ?? 0
}

/** Whether the same message waits for a peer already. */
export async function waits(reader: Reader, peer: number, kind: string, body: Buffer): Promise<boolean> {
  const row = await reader.get(
    sql`select 1 as found from outbox
        where peer = ${peer} and delivered_at is null and kind = ${kind} and body = ${body} limit 1`,
  )
  return row !== undefined
}

/** Messages to a peer that were not delivered yet: how many, since when, and why the first of them waits. */
export async function countWaiting(
  reader: Reader,
  peer: number,
): Promise<{ number: number; since: Instant | null; failure: string | null }> {
  const row = await reader.get<{ number: number; since: Instant | null; failure: string | null }>(
    sql`select count(1) as number, min(created_at) as since,
          (select failure from outbox where peer = ${peer} and delivered_at is null order by key limit 1) as failure
        from outbox where peer = ${peer} and delivered_at is null`,
  )
  return row ?? { number: 0, since: null, failure: null }
}

/** Peers that are asked from time to time; who left may still have something to recall. */
export async function peersThatShare(reader: Reader): Promise<number[]> {
  const rows = await reader.all<{ key: number }>(
    sql`select key from peer where (state = 'active' and theirs = 'active')
          or (state = 'left' and exists (select 1 from feed where feed.peer = peer.key))`,
  )
  return rows.map(({ key }) => key)
}

/** Peers for which a message is due, that were not told yet how large a collection is, or to be asked about a guarded one. */
export async function peersToTell(reader: Reader, now: Instant): Promise<number[]> {
  const rows = await reader.all<{ key: number }>(
    sql`select distinct peer as key from outbox where delivered_at is null and next_at <= ${now}
        union
        select p.key from audience a join collection c on c.key = a.collection join log l on l.key = c.log
          join peer p on p.party = a.party
        where a.told < l.size and l.guarded = 0 and ((a.left_at is null and p.state = 'active' and p.theirs = 'active')
          or exists (select 1 from receipt_due r where r.collection = c.key and r.party = a.party
            and r.state = 'due' and r.seq >= a.told))
        union
        select p.key from guard g join collection c on c.log = g.log join audience a on a.collection = c.key
          join peer p on p.party = a.party
        where ((p.state = 'active' and p.theirs = 'active') or p.state = 'left')
          and not exists (select 1 from guard_answer w where w.log = g.log and w.party = a.party)`,
  )
  return rows.map(({ key }) => key)
}

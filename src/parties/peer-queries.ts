import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, SyncReader, Tx } from "../store/index.ts"
import type { PartyId, Peer, PeerState } from "./model.ts"

const columns = sql`key, party, name, endpoint, state, theirs, created_at as "createdAt", changed_at as "changedAt"`

export async function findPeer(reader: Reader, party: string): Promise<Peer | null> {
  return (await reader.get<Peer>(sql`select ${columns} from peer where party = ${party}`)) ?? null
}

export async function findPeerByKey(reader: Reader, key: number): Promise<Peer | null> {
  return (await reader.get<Peer>(sql`select ${columns} from peer where key = ${key}`)) ?? null
}

export async function listPeers(reader: Reader): Promise<Peer[]> {
  return reader.all<Peer>(sql`select ${columns} from peer order by name, party`)
}

export async function insertPeer(
  tx: Tx,
  peer: { party: PartyId; name: string; endpoint: string; state: PeerState; theirs: PeerState },
): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into peer (party, name, endpoint, state, theirs, created_at, changed_at)
        values (${peer.party}, ${peer.name}, ${peer.endpoint}, ${peer.state}, ${peer.theirs}, ${tx.now}, ${tx.now})
        returning key`,
  )
  return (row as { key: number }).key
}

export async function updatePeerState(tx: Tx, key: number, state: PeerState): Promise<void> {
  await tx.run(sql`update peer set state = ${state}, changed_at = ${tx.now} where key = ${key}`)
}

export async function updateTheirState(tx: Tx, key: number, theirs: PeerState): Promise<void> {
  await tx.run(sql`update peer set theirs = ${theirs}, changed_at = ${tx.now} where key = ${key}`)
}

/** The statements of a peer's key log, in order, each as it was signed. */
export async function readStatements(reader: Reader, peer: number): Promise<Buffer[]> {
  const rows = await reader.all<{ body: Uint8Array }>(sql`select body from peer_key where peer = ${peer} order by seq`)
  return rows.map(({ body }) => Buffer.from(body))
}

/** The same for a scan in another thread; none for a party that is no peer. */
export function statementsIn(reader: SyncReader, party: string): Buffer[] {
  const rows = reader.all<{ body: Uint8Array }>(
    sql`select k.body from peer_key k join peer p on p.key = k.peer where p.party = ${party} order by k.seq`,
  )
  return rows.map(({ body }) => Buffer.from(body))
}

export async function insertStatement(tx: Tx, peer: number, seq: number, body: Buffer): Promise<void> {
  await tx.run(sql`insert into peer_key (peer, seq, body) values (${peer}, ${seq}, ${body})`)
}

/** A partner's card as it sent it, and when; null if it sent none. */
export async function readPeerCard(reader: Reader, peer: number): Promise<{ bytes: Buffer; at: Instant } | null> {
  const row = await reader.get<{ card: Uint8Array | null; at: Instant }>(
    sql`select card, card_at as at from peer where key = ${peer}`,
  )
  return row?.card == null ? null : { bytes: Buffer.from(row.card), at: row.at }
}

/** Name and endpoint that it tells change nothing here: people take them over, or do not. */
export async function savePeerCard(tx: Tx, peer: number, bytes: Buffer): Promise<void> {
  await tx.run(sql`update peer set card = ${bytes}, card_at = ${tx.now} where key = ${peer}`)
}

export async function saveName(tx: Tx, peer: number, name: string): Promise<void> {
  await tx.run(sql`update peer set name = ${name} where key = ${peer}`)
}

export async function saveEndpoint(tx: Tx, peer: number, endpoint: string): Promise<void> {
  await tx.run(sql`update peer set endpoint = ${endpoint} where key = ${peer}`)
}

/** Whether the own card goes to this partner. */
export async function getsCard(reader: Reader, peer: number): Promise<boolean> {
  return (await reader.get<{ gets: number }>(sql`select gets_card as gets from peer where key = ${peer}`))?.gets === 1
}

export async function setGetsCard(tx: Tx, peer: number, gets: boolean): Promise<void> {
  await tx.run(sql`update peer set gets_card = ${gets ? 1 : 0} where key = ${peer}`)
}

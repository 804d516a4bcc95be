import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"

/** A peer's shared collection as it is mirrored here. */
export type Feed = {
  key: number
  peer: number
  /** Id of the collection at the peer. */
  remote: string
  /** Key of its mirror. */
  collection: number
  /** Size and note of the newest checkpoint that was verified; more than is held while entries are on their way. */
  target: number
  checkpoint: string
  state: "open" | "paused" | "closed" | "broken"
  pulledAt: Instant | null
  verifiedAt: Instant | null
  failure: string | null
  failures: number
  /** Entries that came without content, and entries that could not be taken. */
  withheld: number
  refused: number
  /** Text of its terms, as its owner says them; null if it says none. */
  terms: string | null
  /** Party ids, JSON: who else reads it, where its owner tells; else null. */
  readers: string | null
  /** Id of the agreement under which its owner shares it; null if it names none. */
  agreement: string | null
  /** 1 if the peer says that we left the collection's audience. */
  hasLeft: 0 | 1
}

const columns = sql`key, peer, remote, collection, target, checkpoint, state, pulled_at as "pulledAt",
  verified_at as "verifiedAt", failure, failures, withheld, refused, terms, readers, agreement, has_left as "hasLeft"`

export async function findFeed(reader: Reader, peer: number, remote: string): Promise<Feed | null> {
  return (await reader.get<Feed>(sql`select ${columns} from feed where peer = ${peer} and remote = ${remote}`)) ?? null
}

export async function findFeedOf(reader: Reader, collection: number): Promise<Feed | null> {
  return (await reader.get<Feed>(sql`select ${columns} from feed where collection = ${collection}`)) ?? null
}

/** The feed that mirrors the log of this origin, whoever owns it: there is one at most. */
export async function feedOfOrigin(reader: Reader, origin: string): Promise<Feed | null> {
  const feed = await reader.get<Feed>(
    sql`select ${columns} from feed where collection =
          (select c.key from collection c join log l on l.key = c.log where l.origin = ${origin})`,
  )
  return feed ?? null
}

export async function loadFeed(reader: Reader, key: number): Promise<Feed> {
  const feed = await reader.get<Feed>(sql`select ${columns} from feed where key = ${key}`)
  if (feed === undefined) throw new Error(`no feed ${key}`)
  return feed
}

export async function feedsOf(reader: Reader, peer: number): Promise<Feed[]> {
  return reader.all<Feed>(sql`select ${columns} from feed where peer = ${peer} order by key`)
}

export async function insertFeed(tx: Tx, peer: number, remote: string, collection: number): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into feed (peer, remote, collection, target, checkpoint, state, failures, withheld, refused)
        values (${peer}, ${remote}, ${collection}, 0, '', 'open', 0, 0, 0) returning key`,
  )
  return (row as { key: number }).key
}

/** A newer checkpoint was verified: from now on every later one must follow from it. */
export async function setTarget(tx: Tx, key: number, target: number, checkpoint: string): Promise<void> {
  await tx.run(
    sql`update feed set target = ${target}, checkpoint = ${checkpoint}, verified_at = ${tx.now} where key = ${key}`,
  )
}

export async function addCounts(tx: Tx, key: number, more: { withheld: number; refused: number }): Promise<void> {
  await tx.run(
    sql`update feed set withheld = withheld + ${more.withheld}, refused = refused + ${more.refused} where key = ${key}`,
  )
}

export async function setPulled(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`update feed set pulled_at = ${tx.now}, failure = null, failures = 0 where key = ${key}`)
}

export async function setPullFailed(tx: Tx, key: number, failure: string): Promise<void> {
  await tx.run(sql`update feed set failure = ${failure}, failures = failures + 1 where key = ${key}`)
}

export async function setHasLeft(tx: Tx, key: number, hasLeft: boolean): Promise<void> {
  await tx.run(sql`update feed set has_left = ${hasLeft ? 1 : 0} where key = ${key}`)
}

export async function setFeedState(tx: Tx, key: number, state: Feed["state"]): Promise<void> {
  await tx.run(sql`update feed set state = ${state} where key = ${key}`)
}

/** Own collections that a party reads or once read; `follows` as `succeed` wrote it. */
export type Offered = {
  id: string
  title: string
  origin: string
  size: number
  left: number
  follows: string | null
  terms: string | null
}

export async function offeredTo(reader: Reader, party: string): Promise<Offered[]> {
  return reader.all<Offered>(
    sql`select c.id, c.title, l.origin, l.size, a.left_at is not null as left, c.follows, t.text as terms
        from audience a join collection c on c.key = a.collection join log l on l.key = c.log
          left join terms t on t.key = c.terms
        where a.party = ${party} order by c.key`,
  )
}

/** What a partner says of its collection that is mirrored here: terms, agreement, and who else reads it where it tells. */
export async function feedSaid(
  reader: Reader,
  collection: number,
): Promise<{ terms: string | null; agreement: string | null; readers: string[] | null }> {
  const feed = await findFeedOf(reader, collection)
  const readers = feed?.readers ?? null
  const { terms = null, agreement = null } = feed ?? {}
  return { terms, agreement, readers: readers === null ? null : (JSON.parse(readers) as string[]) }
}

/** Collections of partners that these share under an agreement, as far as they are open and mirrored here. */
export async function mirrorsUnder(reader: Reader, agreement: string): Promise<{ id: CollectionId; party: PartyId }[]> {
  return reader.all<{ id: CollectionId; party: PartyId }>(
    sql`select c.id, c.party from feed f join collection c on c.key = f.collection
        where f.agreement = ${agreement} and c.party is not null and f.state <> 'closed' order by c.key`,
  )
}

/** What its owner says of it now. */
export async function setSaid(
  tx: Tx,
  feed: number,
  said: Pick<Feed, "terms" | "readers" | "agreement">,
): Promise<void> {
  const { terms, readers, agreement } = said
  await tx.run(
    sql`update feed set terms = ${terms}, readers = ${readers}, agreement = ${agreement} where key = ${feed}`,
  )
}

export async function hasOrigin(reader: Reader, origin: string): Promise<boolean> {
  return (await reader.get(sql`select 1 as found from log where origin = ${origin}`)) !== undefined
}

/** Feeds that were stopped, since what came contradicts what was verified before. */
export async function countBroken(reader: Reader): Promise<number> {
  return (await reader.get<{ n: number }>(sql`select count(1) as n from feed where state = 'broken'`))?.n ?? 0
}

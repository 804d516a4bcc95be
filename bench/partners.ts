import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { systemClock } from "../src/kernel/time.ts"
import { ownStatements } from "../src/ledger/index.ts"
import { addObjects, addShared, type CollectionId, loadCollection, putShared } from "../src/library/index.ts"
import { addOwnParty, insertPeer, insertStatement, type PartyId } from "../src/parties/index.ts"
import { DEFAULT_TERMS, keptTerms } from "../src/policy/index.ts"
import { type InProcess, openInProcess, prepared } from "../test/support/node-in-process.ts"
import { freePort, temporaryFolder } from "./workspace.ts"

/** A data folder of a node with a party of its own; nothing runs on it yet. */
export type Furnished = { data: string; port: number; party: PartyId; statements: Buffer[]; node: InProcess }

/** Opened by the same operations that the program calls, in this process: only what is measured runs in another. */
export async function furnish(name: string): Promise<Furnished> {
  const data = join(temporaryFolder(), "d")
  const node = await openInProcess({ path: data })
  node.clock.set(systemClock.now())
  const own = await node.store.write((tx) => addOwnParty(tx, { name, kind: "government", place: "FI" }, null))
  return { data, port: await freePort(), party: own.id, statements: await ownStatements(node.store), node }
}

/** As if the people of both had compared their fingerprints. */
export async function acquaint(one: Furnished, other: Furnished): Promise<void> {
  await know(one, other)
  await know(other, one)
}

async function know(one: Furnished, { party, port, statements }: Furnished): Promise<void> {
  const peer = { party, name: party, endpoint: `http://localhost:${port}`, state: "active", theirs: "active" } as const
  await one.node.store.write(async (tx) => {
    const key = await insertPeer(tx, peer)
    for (const [seq, body] of statements.entries()) await insertStatement(tx, key, seq, body)
  })
}

const SLICE = 100

/** Objects of a new inbox, and their keys in the order in which they came. */
export async function fill({ node }: Furnished, objects: readonly string[]): Promise<number[]> {
  const inbox = await node.collection()
  for (let at = 0; at < objects.length; at += 1000) {
    await addObjects(node.store, inbox, prepared(...objects.slice(at, at + 1000)))
  }
  const rows = node.meddle("select object as key from entry where collection = ? order by seq", inbox.key)
  return rows.map(({ key }) => Number(key))
}

export async function share({ node }: Furnished, audience: readonly PartyId[]): Promise<CollectionId> {
  return addShared(node.store, { title: "Bench", alias: null, audience, terms: keptTerms(DEFAULT_TERMS) }, null)
}

/** Puts objects into a shared collection as a release does, in short transactions; seconds that it took. */
export async function release({ node }: Furnished, collection: CollectionId, keys: readonly number[]): Promise<number> {
  const start = performance.now()
  for (let at = 0; at < keys.length; at += SLICE) {
    await node.store.write(async (tx) => {
      const shared = await loadCollection(tx, collection)
      for (const key of keys.slice(at, at + SLICE)) await putShared(tx, shared, key)
    })
  }
  return (performance.now() - start) / 1000
}

/** Entries that a data folder holds of partners' collections, read beside the node that owns it. */
export function heldIn(data: string): number {
  return sumOf(
    data,
    "select sum(l.size) as size from collection c join log l on l.key = c.log where c.party is not null",
  )
}

/** Entries of its own shared collections. */
export function sharedIn(data: string): number {
  return sumOf(
    data,
    "select sum(l.size) as size from collection c join log l on l.key = c.log where c.kind = 'shared' and c.party is null",
  )
}

function sumOf(data: string, query: string): number {
  const database = new DatabaseSync(join(data, "comity.db"), { readOnly: true })
  try {
    return Number(database.prepare(query).get()?.size ?? 0)
  } finally {
    database.close()
  }
}

import assert from "node:assert/strict"
import sql from "sql-template-tag"
import {
  addObjects,
  addShared,
  type Collection,
  listCollections,
  loadCollection,
  putShared,
} from "../../src/library/index.ts"
import type { Tx } from "../../src/store/index.ts"
import type { Federation, Member } from "./federation.ts"
import { prepared } from "./node-in-process.ts"
import { indicator, type Stix } from "./stix.ts"
import { PLAIN_TERMS } from "./terms.ts"

/** A shared collection of a node for these. */
export function share(from: Member, ...audience: Member[]): Promise<string> {
  return addShared(
    from.store,
    { title: "Shared", alias: null, terms: PLAIN_TERMS, audience: audience.map(({ party }) => party) },
    null,
  )
}

/** Adds objects to an inbox of the node and puts them into a shared collection, a second later than what was before. */
export async function put(
  { clock }: Pick<Federation, "clock">,
  node: Member,
  id: string,
  ...objects: Stix[]
): Promise<void> {
  await addObjects(node.store, await node.collection(), prepared(...objects))
  clock.forward(1_000_000)
  await node.store.write(async (tx) => {
    const shared = await loadCollection(tx, id)
    for (const object of objects) await putShared(tx, shared, await newestKey(tx, object.id))
  })
}

/** So many new indicators. */
export function indicators(number: number): Stix[] {
  return Array.from({ length: number }, (_, i) => indicator({ name: `n${i}` }))
}

async function newestKey(tx: Tx, id: string): Promise<number> {
  const row = await tx.get<{ key: number }>(sql`select key from object where id = ${id} order by key desc limit 1`)
  return row?.key ?? 0
}

/** The mirror of a collection at one of its readers: the one of that log; the only one, if none is named. */
export async function mirrorAt(node: Member, origin: string | null = null): Promise<Collection> {
  const mirrors = (await listCollections(node.store)).filter(({ kind }) => kind === "received")
  const mirror = mirrors.find((one) => origin === null || one.origin === origin)
  assert.ok(mirror)
  return mirror
}

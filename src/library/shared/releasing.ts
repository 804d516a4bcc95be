import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { openLog, SALT_BYTES } from "../../ledger/index.ts"
import { joinTlp, type Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { putEntry } from "../adding.ts"
import type { Collection, Prepared } from "../model.ts"
import { entriesOf, idHash, insertObject, loadKept, settleWithdrawn, versionsOf } from "../queries.ts"
import { newestAbout } from "./queries.ts"
import { settleUnshared } from "./unshared.ts"

/** The entry that now serves the version. */
export type Put = { seq: number; revokes: boolean }

/**
 * Puts a version that the library holds into a shared collection; null if it is there already. Whether it may go there
 * was decided before: nothing else calls this. `marking`: the stricter one under which it was decided, and now travels.
 */
export async function putShared(
  tx: Tx,
  collection: Collection,
  object: number,
  marking: Tlp | null = null,
): Promise<Put | null> {
  const held = await loadKept(tx, object)
  const kept = { ...held, marking: joinTlp(held.marking, marking) }
  const others = await entriesOf(tx, collection.key, kept.id)
  if (others.some((entry) => entry.object === object)) return null
  const target = { collection, log: await openLog(tx, collection.log), salt: random(SALT_BYTES) }
  const seq = target.log.edge.size
  await putEntry(tx, target, kept, object, { others, previous: await newestAbout(tx, collection.key, kept.id) })
  await settleWithdrawn(tx, object)
  await settleUnshared(tx, collection.key, kept.id, object)
  return { seq, revokes: kept.revoked }
}

/**
 * Puts an object that this node made itself straight into a shared collection: no inbox holds it. Whether it may go
 * there was decided before. Returns the key of the version. Throws `conflict object.exists` if the library knows one of
 * that id.
 */
export async function publishShared(tx: Tx, collection: Collection, object: Prepared): Promise<number> {
  const hash = idHash(object.id)
  if ((await versionsOf(tx, object.id, hash)).length > 0) throw new ComityError("conflict", "object.exists")
  const key = await insertObject(tx, hash, object, { origin: "own", aside: false })
  await putShared(tx, collection, key)
  return key
}

/**
 * Puts a copy that this node made of an object into a shared collection, under the copy's own id; null if the same
 * version is there already. Throws `conflict object.exists` where another text is held as that version.
 */
export async function putCopy(tx: Tx, collection: Collection, copy: Prepared): Promise<Put | null> {
  const hash = idHash(copy.id)
  const known = await versionsOf(tx, copy.id, hash)
  const same = known.find(({ spec, version }) => spec === copy.spec && version === copy.version)
  if (same !== undefined && !copy.canonical.equals(same.canonical)) throw new ComityError("conflict", "object.exists")
  const key = same?.key ?? (await insertObject(tx, hash, copy, { origin: "own", aside: false }))
  return putShared(tx, collection, key)
}

/** How a copy stands to what is held: there already, another text under the same version, or neither. */
export async function standingOfCopy(
  reader: Reader,
  collection: Collection,
  copy: Prepared,
): Promise<"there" | "other" | "new"> {
  const known = await versionsOf(reader, copy.id, idHash(copy.id))
  const same = known.find(({ spec, version }) => spec === copy.spec && version === copy.version)
  if (same === undefined) return "new"
  if (!copy.canonical.equals(same.canonical)) return "other"
  const there = (await entriesOf(reader, collection.key, copy.id)).some(({ object }) => object === same.key)
  return there ? "there" : "new"
}

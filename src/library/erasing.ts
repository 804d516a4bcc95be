import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { formatInstant } from "../kernel/time.ts"
import { appendEntry, entryHash, headerText, nextInstant, openLog, record, SALT_BYTES } from "../ledger/index.ts"
import type { Store, Tx } from "../store/index.ts"
import { settleStanding } from "./adding.ts"
import { type Collection, select, type VersionFilter } from "./model.ts"
import { deleteConflicts, deleteUnheldObject, emptyEntry, entriesOf, type Fact, insertEntry } from "./queries.ts"

export type Erasure = { id: string; specs: readonly string[] | null; versions: VersionFilter; by: string | null }

/**
 * The collection no longer serves these versions of an object: body, header and salt of each entry go in the same
 * transaction in which an `erase` entry says so; with the last version go the contents that were kept aside for it.
 * Returns how many there were, null if the object is unknown here. Throws `refused collection.forbidden` for what was
 * received: there its owner erases.
 */
export async function eraseObject(store: Store, collection: Collection, erasure: Erasure): Promise<number | null> {
  if (collection.kind === "received") throw new ComityError("refused", "collection.forbidden")
  return store.write(async (tx) => {
    const entries = await entriesOf(tx, collection.key, erasure.id)
    if (entries.length === 0) return null
    const wanted = chosen(entries, erasure)
    for (const entry of wanted) await eraseEntry(tx, collection, entry)
    const erased = new Set(wanted)
    const kept = entries.filter((entry) => !erased.has(entry))
    await settleStanding(tx, collection.key, entries, kept)
    if (wanted.length === entries.length) await deleteConflicts(tx, collection.key, erasure.id)
    const facts = { collection: collection.id, entries: wanted.map(({ seq }) => seq) }
    if (wanted.length > 0) await record(tx, { what: "object.erased", by: erasure.by, facts })
    return wanted.length
  })
}

/** Without any filter the whole object goes, in all specification versions: who deletes means it. */
function chosen(entries: readonly Fact[], { specs, versions }: Erasure): Fact[] {
  return versions === "all" && specs === null ? [...entries] : select(entries, specs, versions)
}

async function eraseEntry(tx: Tx, collection: Collection, entry: Fact): Promise<void> {
  const log = await openLog(tx, collection.log)
  const dateAdded = nextInstant(tx, log)
  const erased = { kind: "erase", id: null, spec: null, version: null, marking: null, terms: null } as const
  const header = headerText({ ...erased, date_added: formatInstant(dateAdded), previous: null, erases: entry.seq })
  const salt = random(SALT_BYTES)
  const h = entryHash(salt, header, Buffer.alloc(0))
  const seq = appendEntry(log, h)
  const place = { collection: collection.key, seq, kind: "erase", object: null, type: null, marking: null } as const
  await insertEntry(tx, { ...place, dateAdded, size: 0, salt, h, previous: null, erases: entry.seq, served: false })
  await emptyEntry(tx, collection.key, entry.seq, seq)
  await deleteUnheldObject(tx, entry.object)
}

import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import type { Store, SyncReader } from "../../store/index.ts"
import type { Sought } from "../values.ts"
import { compileLookup, type Hit, type Lookup } from "./lookup.ts"
import { parseWarningList, type WarningList } from "./model.ts"
import { deleteList, type ListSummary, listSummaries, loadLists, readLists, upsertList } from "./queries.ts"

/** A list in a file: MISP's largest has some 30 MB. */
export const LIST_BYTES_MOST = 48 * 1024 * 1024

/** All lists for a worker that asks often, in its own memory. */
export function warningLookup(reader: SyncReader): Lookup {
  return compileLookup(readLists(reader))
}

/** The operator's warning lists; made ready when they are first asked, and given back when the node rests. */
export class WarningLists {
  readonly #store: Store
  #ready: Promise<Lookup> | null = null

  constructor(store: Store) {
    this.#store = store
  }

  /** A list of the same name is replaced. Throws what `parseWarningList` throws. */
  async add(text: string, by: string | null): Promise<Pick<WarningList, "name" | "version"> & { size: number }> {
    const list = parseWarningList(text)
    const size = list.entries.length
    await this.#store.write(async (tx) => {
      await upsertList(tx, list)
      await record(tx, { what: "warning-list.added", by, facts: { name: list.name, version: list.version, size } })
    })
    this.#ready = null
    return { name: list.name, version: list.version, size }
  }

  /** Throws `not-found warning-list.unknown`. */
  async remove(name: string, by: string | null): Promise<void> {
    await this.#store.write(async (tx) => {
      if ((await deleteList(tx, name)) === 0) throw new ComityError("not-found", "warning-list.unknown", { name })
      await record(tx, { what: "warning-list.removed", by, facts: { name } })
    })
    this.#ready = null
  }

  list(): Promise<ListSummary[]> {
    return listSummaries(this.#store)
  }

  lookup(): Promise<Lookup> {
    this.#ready ??= loadLists(this.#store).then(compileLookup)
    return this.#ready
  }

  /** Which lists these values stand on. */
  async warningsFor(values: readonly Sought[]): Promise<Hit[]> {
    const lookup = await this.lookup()
    return values.flatMap((value) => lookup.hits(value))
  }

  /** Lets the entries go; the next question brings them back. */
  rest(): void {
    this.#ready = null
  }
}

import type { Person } from "../accounts/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { newUuid } from "../kernel/ids.ts"
import { record } from "../ledger/index.ts"
import { type Store, scan } from "../store/index.ts"
import type { SelectionFormat, SelectionOrder } from "./selection-writing.ts"

export type Selection = { keys: readonly number[]; format: SelectionFormat }

/** So many objects leave in one file. */
export const EXPORT_MOST = 100_000
/** Each is a thread of its own. */
const UNDER_WAY_MOST = 4

/** Hands out chosen objects as files. */
export class Selections {
  readonly #store: Store
  readonly #database: string
  #underWay = 0

  constructor(parts: { store: Store; database: string }) {
    this.#store = parts.store
    this.#database = parts.database
  }

  /**
   * The bytes of a selection, after the ledger knows who took how much: what left is on record even where the file
   * did not arrive. Throws `unavailable http.busy`.
   */
  async export(person: Person, { keys, format }: Selection): Promise<() => AsyncGenerator<Uint8Array>> {
    if (this.#underWay >= UNDER_WAY_MOST) throw new ComityError("unavailable", "http.busy")
    const facts = { count: keys.length, format }
    await this.#store.write((tx) => record(tx, { what: "library.exported", by: person.commitment, facts }))
    return () => this.#pieces({ keys, format, bundleId: newUuid() })
  }

  async *#pieces(order: SelectionOrder): AsyncGenerator<Uint8Array> {
    this.#underWay += 1
    try {
      yield* scan<Uint8Array>(new URL("./selection-worker.ts", import.meta.url), this.#database, order)
    } finally {
      this.#underWay -= 1
    }
  }
}

import { ComityError } from "../../kernel/errors.ts"
import { ownParty } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { type Item, readItem } from "./item.ts"
import { type Negotiation, negotiationsIn } from "./negotiation.ts"
import { ownKeys, readObject, standingKeys } from "./queries.ts"

/** What was read of objects of agreements, which never change: each is parsed once. */
export class Shelf {
  readonly #read = new Map<number, Item | null>()
  #keys: readonly number[] = []

  /** Every negotiation of which this node holds the first text. */
  async negotiations(reader: Reader): Promise<Negotiation[]> {
    return negotiationsIn(await this.items(reader))
  }

  /** Throws `not-found agreement.no-negotiation`. */
  async negotiation(reader: Reader, id: string): Promise<Negotiation> {
    const found = (await this.negotiations(reader)).find((one) => one.id === id)
    if (found === undefined) throw new ComityError("not-found", "agreement.no-negotiation")
    return found
  }

  /** Keys of what this node tabled in a negotiation, in the order in which it did. */
  async ownItems(reader: Reader, negotiation: string): Promise<{ key: number; item: Item }[]> {
    const own = (await ownParty(reader))?.id ?? ""
    const items = await Promise.all(
      (await ownKeys(reader)).map(async (key) => ({ key, item: await this.#item(reader, key, own) })),
    )
    return items.flatMap(({ key, item }) => (item !== null && item.negotiation === negotiation ? [{ key, item }] : []))
  }

  async items(reader: Reader): Promise<Item[]> {
    const own = (await ownParty(reader))?.id ?? ""
    const keys = await standingKeys(reader)
    if (keys.length < this.#keys.length) this.#forget(new Set(keys))
    this.#keys = keys
    const items: Item[] = []
    for (const key of keys) {
      const item = await this.#item(reader, key, own)
      if (item !== null) items.push(item)
    }
    return items
  }

  async #item(reader: Reader, key: number, own: string): Promise<Item | null> {
    const known = this.#read.get(key)
    if (known !== undefined) return known
    const row = await readObject(reader, key)
    if (row === null) return null
    const item = readItem(row.bytes, row.origin === "own" ? own : row.origin)
    this.#read.set(key, item)
    return item
  }

  #forget(standing: ReadonlySet<number>): void {
    for (const key of this.#read.keys()) if (!standing.has(key)) this.#read.delete(key)
  }
}

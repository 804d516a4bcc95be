import { ComityError } from "../../kernel/errors.ts"
import { keyStateOf, ownStatements } from "../../ledger/index.ts"
import { findPeer, ownParty, readStatements } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { type Item, readItem } from "./item.ts"
import { type Negotiation, negotiationsIn } from "./negotiation.ts"
import { ownKeys, readObject, type Standing, standing } from "./queries.ts"

/**
 * So much of one author is read, the oldest first: who tables more than anybody negotiates fills neither the memory
 * nor takes the place of others.
 */
const MOST = { items: 5000, bytes: 32 * 1024 * 1024 }

type Held = { item: Item | null; bytes: number }
type Spent = { items: number; bytes: number }

/** What was read of objects of agreements, which never change: each is parsed once. */
export class Shelf {
  readonly #read = new Map<number, Held>()
  readonly #most: Spent
  #known: readonly Standing[] = []

  constructor(most: Spent = MOST) {
    this.#most = most
  }

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
    const all = await Promise.all(
      (await ownKeys(reader)).map(async (key) => ({
        key,
        held: await this.#held(reader, { key, origin: "own" }, own),
      })),
    )
    return all.flatMap(({ key, held }) => (held?.item?.negotiation === negotiation ? [{ key, item: held.item }] : []))
  }

  async items(reader: Reader): Promise<Item[]> {
    const own = (await ownParty(reader))?.id ?? ""
    const rows = await standing(reader)
    if (rows.length < this.#known.length) this.#forget(new Set(rows.map(({ key }) => key)))
    this.#known = rows
    const spent = new Map<string, Spent>()
    const keys = new KeysOf(reader)
    const latest = new Map<string, number>()
    const items: Item[] = []
    for (const row of rows) {
      const before = spent.get(row.origin) ?? { items: 0, bytes: 0 }
      if (before.items >= this.#most.items || before.bytes >= this.#most.bytes) continue
      const held = await this.#held(reader, row, own)
      if (held === null) continue
      spent.set(row.origin, { items: before.items + 1, bytes: before.bytes + held.bytes })
      if (held.item === null || !(await keys.made(held.item, row.origin))) continue
      // In the order of the author's log: what is dated back there would come before what it follows on.
      const place = `${row.origin} ${held.item.negotiation}`
      if (held.item.at <= (latest.get(place) ?? Number.NEGATIVE_INFINITY)) continue
      latest.set(place, held.item.at)
      items.push(held.item)
    }
    return items
  }

  /** Null for what was erased since. */
  async #held(reader: Reader, { key, origin }: Standing, own: string): Promise<Held | null> {
    const known = this.#read.get(key)
    if (known !== undefined) return known
    const bytes = await readObject(reader, key)
    if (bytes === null) return null
    const held = { item: readItem(bytes, origin === "own" ? own : origin), bytes: bytes.length }
    this.#read.set(key, held)
    return held
  }

  #forget(there: ReadonlySet<number>): void {
    for (const key of this.#read.keys()) if (!there.has(key)) this.#read.delete(key)
  }
}

/** Whose key signed is asked each time: a partner's change of keys may be learnt after what the new key signed. */
class KeysOf {
  readonly #reader: Reader
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>()

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** An act counts only with a key of its party's node: with another one nobody could prove later who signed. */
  async made({ says }: Item, origin: string): Promise<boolean> {
    if (says.is !== "act") return true
    const known = this.#known.get(origin) ?? this.#read(origin)
    this.#known.set(origin, known)
    return (await known).has(says.key)
  }

  async #read(origin: string): Promise<ReadonlySet<string>> {
    const peer = origin === "own" ? null : await findPeer(this.#reader, origin)
    if (origin !== "own" && peer === null) return new Set()
    const statements = peer === null ? await ownStatements(this.#reader) : await readStatements(this.#reader, peer.key)
    if (statements.length === 0) return new Set()
    const { current, former } = keyStateOf(statements)
    return new Set(
      [current, ...former.map(({ publicKey }) => publicKey)].flatMap((key) => key?.toString("base64") ?? []),
    )
  }
}

const shelves = new WeakMap<object, Shelf>()

/** The one shelf of a node's store: pages, commands and what makes agreements take effect read from it. */
export function shelfOf(store: object): Shelf {
  const known = shelves.get(store) ?? new Shelf()
  shelves.set(store, known)
  return known
}

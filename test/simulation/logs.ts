import sql from "sql-template-tag"
import type { Machine } from "./machine.ts"
import { markOf, tokensIn } from "./objects.ts"
import type { Entry, Kind, Prediction } from "./oracle.ts"
import { readNote, statedIn, Tree } from "./tree.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

type LogRow = {
  key: number
  origin: string
  size: number
  checkpoint: string
  guarded: number
  collection: number | null
  id: string
}
type EntryRow = { kind: Kind; marking: string | null; about: number | null; bytes: Uint8Array | null }

/**
 * The logs of all nodes, remembered entry by entry: I3, no log ever takes anything back; I4, what was acknowledged is
 * there, and what a log says is what the oracle predicted; I9, every checkpoint is signed over what the log holds.
 */
export class Logs {
  /** By origin; of a hostile node only what it showed. */
  readonly #trees = new Map<string, Tree>()
  readonly #origins = new Map<string, string>()
  readonly #signers = new Map<string, string>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** What is known of a log by its origin; undefined for one that no honest node of ours writes. */
  tree(origin: string): Tree | undefined {
    return this.#trees.get(origin)
  }

  /** Logs that a node signs. */
  originsOf({ name }: Machine): string[] {
    return [...this.#signers].flatMap(([origin, signer]) => (signer === name ? [origin] : []))
  }

  /** What came after nobody saw, who could tell. */
  truncate(origin: string, size: number): void {
    const tree = this.#trees.get(origin)
    if (tree !== undefined) this.#trees.set(origin, tree.before(size))
  }

  originOf(collection: string): string | undefined {
    return this.#origins.get(collection)
  }

  /** Every log that a node signs has grown, if at all, and its checkpoint is that of what it holds. */
  async check(machine: Machine): Promise<void> {
    const { store } = machine.running()
    const rows = await store.all<LogRow>(
      sql`select l.key, l.origin, l.size, l.checkpoint, l.guarded, c.key as collection, coalesce(c.id, l.kind) as id
          from log l left join collection c on c.log = l.key where c.party is null`,
    )
    for (const row of rows) {
      const tree = this.#trees.get(row.origin) ?? new Tree()
      this.#trees.set(row.origin, tree)
      this.#origins.set(row.id, row.origin)
      this.#signers.set(row.origin, machine.name)
      if (row.size > tree.hashes.length) await this.#grow(machine, row, tree)
      this.#checkpoint(machine, row, tree)
    }
    if (rows.length < 3) throw new Violation("I4", `${machine.name} has lost its logs`)
  }

  /**
   * A log that is shorter than it was goes on with nothing: it is guarded until it has all back, or it has ended. What is
   * on its way back is not signed anew.
   */
  #checkpoint(machine: Machine, { id, origin, size, checkpoint, guarded }: LogRow, tree: Tree): void {
    if (size < tree.hashes.length && guarded === 0) {
      throw new Violation("I3", `${machine.name}'s log ${id} goes on from an older state`)
    }
    const notes = machine.publicKeys.map((key) => readNote(checkpoint, origin, key))
    const stated = statedIn(notes.find(({ signed }) => signed)?.text ?? "")
    if (stated.origin !== origin) throw new Violation("I9", `${machine.name}'s checkpoint of ${id} is not signed by it`)
    const whole = guarded === 0 ? stated.size === size : stated.size <= size
    if (!whole || tree.root(stated.size)?.equals(stated.root) !== true) {
      throw new Violation("I3", `${machine.name}'s checkpoint of ${id} is not that of its entries`)
    }
  }

  async #grow(machine: Machine, { key, collection, size, id }: LogRow, tree: Tree): Promise<void> {
    const from = tree.hashes.length
    const { store } = machine.running()
    const rows =
      collection === null
        ? await store.all<{ h: Uint8Array }>(
            sql`select h from journal_entry where log = ${key} and seq >= ${from} order by seq`,
          )
        : await store.all<{ h: Uint8Array }>(
            sql`select h from entry where collection = ${collection} and seq >= ${from} order by seq`,
          )
    if (rows.length !== size - from) throw new Violation("I4", `${machine.name}'s log ${id} lacks entries`)
    for (const { h } of rows) tree.append(h)
  }

  /**
   * What an owner wrote since the last time, held against what it had to write. `either`: it crashed meanwhile, so all
   * of it or nothing is there. Returns whether it is there.
   */
  async learn(machine: Machine, prediction: Prediction, mode: "after" | "either"): Promise<boolean> {
    let there = 0
    for (const shared of this.#world.oracle.ownedBy(machine.name)) {
      const expected = prediction.get(shared.id) ?? []
      const written = await this.#entries(machine, shared.id, shared.entries.length)
      if (written.length > 0 || (expected.length > 0 && mode === "after")) {
        const problem = difference(expected, written)
        if (problem !== null) throw new Violation("I4", `${machine.name} wrote into ${shared.id}: ${problem}`)
        there += 1
      }
      for (const { kind } of written) this.#world.count(`entry ${kind}`)
      shared.entries.push(...written.map((entry, at) => ({ ...entry, token: expected[at]?.token ?? entry.token })))
      if (written.some(({ kind }) => kind === "closed")) shared.closed = true
    }
    if (there !== 0 && there !== prediction.size) throw new Violation("I4", `${machine.name} did half of something`)
    return there > 0
  }

  async #entries(machine: Machine, id: string, from: number): Promise<Entry[]> {
    const rows = await machine.running().store.all<EntryRow>(
      sql`select e.kind, e.marking, coalesce(e.erases, e.about) as about, o.bytes
          from entry e join collection c on c.key = e.collection left join object o on o.key = coalesce(e.object, e.kept)
          where c.id = ${id} and e.seq >= ${from} order by e.seq`,
    )
    return rows.map(({ kind, marking, about, bytes }) => ({
      ...{ kind, about, mark: marking === null ? null : markOf(marking) },
      token: bytes === null ? null : (tokensIn(bytes)[0] ?? null),
    }))
  }
}

/** Null if the entries are those that were expected; of recalls and erasures the mark says nothing. */
function difference(expected: readonly Entry[], written: readonly Entry[]): string | null {
  const say = (entries: readonly Entry[]) =>
    entries.map(({ kind, token, mark, about }) => {
      const marked = kind === "put" || kind === "revoke" || kind === "mark"
      return `${kind} ${token ?? ""}${about === null ? "" : `of #${about}`}${marked ? ` under ${mark}` : ""}`
    })
  const [wanted, found] = [say(expected).join(", "), say(written).join(", ")]
  return wanted === found ? null : `[${found}] instead of [${wanted}]`
}

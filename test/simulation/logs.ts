import sql from "sql-template-tag"
import { START } from "../support/node-in-process.ts"
import type { Machine } from "./machine.ts"
import { markOf, partsIn, tokensIn } from "./objects.ts"
import type { Entry, Kind, Prediction, Shared } from "./oracle.ts"
import { outSince } from "./oracle-logs.ts"
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
type EntryRow = {
  kind: Kind
  marking: string | null
  about: number | null
  at: number
  object: string | null
  original: string | null
  bytes: Uint8Array | null
}

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

  /** How much of a partner's log a node has read. */
  heldOf(machine: Machine, { id }: Shared): number {
    return machine.heldOf(this.#origins.get(id) ?? "")
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
   * of it or nothing is there; `part`: the rest comes later, and is then what is left of the prediction. What it passes on of partners follows what they say, so it is held against what they
   * let it. Returns whether what had to be written is there.
   */
  async learn(machine: Machine, prediction: Prediction, mode: "after" | "either" | "part"): Promise<boolean> {
    let there = 0
    for (const shared of this.#world.oracle.ownedBy(machine.name)) {
      const expected = prediction.get(shared.id) ?? []
      const all = await this.#entries(machine, shared)
      const foreign = all.map((entry) => this.#isForeign(shared, all, entry))
      const written = all.filter((_, at) => foreign[at] === false)
      if (written.length > 0 || (expected.length > 0 && mode === "after")) {
        const problem = difference(mode === "part" ? expected.slice(0, written.length) : expected, written)
        if (problem !== null) throw new Violation("I4", `${machine.name} wrote into ${shared.id}: ${problem}`)
        there += 1
      }
      for (const [at, entry] of all.entries()) if (foreign[at]) this.#passedOn(machine, shared, entry)
      for (const { kind, token, parts } of written) {
        this.#world.count(`entry ${kind}`)
        if (token !== null && parts !== this.#world.oracle.version(token).parts) this.#world.count("copy")
      }
      shared.entries.push(...all)
      if (all.some(({ kind }) => kind === "closed")) shared.closed = true
      if (mode !== "part") continue
      if (expected.length > written.length) prediction.set(shared.id, expected.slice(written.length))
      else prediction.delete(shared.id)
    }
    if (mode !== "part" && there !== 0 && there !== prediction.size)
      throw new Violation("I4", `${machine.name} did half of something`)
    return there > 0
  }

  /** Of what a partner owns, or about such an entry. */
  #isForeign({ owner, entries }: Shared, more: readonly Entry[], { token, about }: Entry): boolean {
    const spokenOf = about === null ? null : [...entries, ...more][about]?.token
    const version = this.#world.oracle.versions[token ?? spokenOf ?? -1]
    return version !== undefined && version.owner !== owner
  }

  /** I1: what a partner owns is passed on by its terms alone. */
  #passedOn(machine: Machine, shared: Shared, { kind, token, body }: Entry): void {
    const { oracle, passedOn } = this.#world
    this.#world.count(`passed on: ${kind}`)
    if (token === null || body === null) return
    const may = this.#world.isAnybodys(token) || oracle.mayRelay(token, shared, (from) => this.heldOf(machine, from))
    if (!may) throw new Violation("I1", `${machine.name} passes on version ${token}, which it may not`)
    for (const what of [oracle.ids.get(body) ?? body, token]) passedOn.add(`${machine.party} ${what}`)
  }

  async #entries(machine: Machine, { id, entries }: Shared): Promise<Entry[]> {
    const rows = await machine.running().store.all<EntryRow>(
      sql`select e.kind, e.marking, coalesce(e.erases, e.about) as about, e.date_added as at, o.id as object, o.bytes,
            (select k.original from object_copy k where k.copy = o.id limit 1) as original
          from entry e join collection c on c.key = e.collection left join object o on o.key = coalesce(e.object, e.kept)
          where c.id = ${id} and e.seq >= ${entries.length} order by e.seq`,
    )
    const shared = this.#world.oracle.shared.get(id)
    return rows.map(({ kind, marking, about, at, object, original, bytes }) => {
      const mark = marking === null ? null : markOf(marking)
      const token = bytes === null ? null : (tokensIn(bytes)[0] ?? null)
      const body = token === null ? null : this.#bodyOf(id, token, object ?? "", original)
      const parts = bytes === null ? "" : partsIn(bytes)
      const above = kind === "mark" && (mark ?? 0) > (shared?.terms.ceiling ?? 0)
      const since = token === null ? 0 : outSince(shared?.follows ?? null, token, at - START)
      return { kind, about, mark, token, body, parts, at: at - START, since, above }
    })
  }

  /** A copy has one name in a collection for all its versions, which says nothing of the thing. */
  #bodyOf(shared: string, token: number, id: string, original: string | null): string {
    const { ids } = this.#world.oracle
    const { thing } = this.#world.oracle.version(token)
    if (id === thing) return thing
    for (const [body, known] of ids) if (known === id) return body
    const of = [...ids].find(([, known]) => known === original)?.[0] ?? thing
    const body = `${of}@${shared}`
    if (ids.has(body)) throw new Violation("I4", `a second copy of ${of} in ${shared}`)
    ids.set(body, id)
    return body
  }
}

/** Null if the entries are those that were expected; of recalls and erasures the mark says nothing. */
function difference(expected: readonly Entry[], written: readonly Entry[]): string | null {
  const say = (entries: readonly Entry[]) =>
    entries.map(({ kind, token, mark, about, parts, body }) => {
      const marked = kind === "put" || kind === "revoke" || kind === "mark"
      const what = token === null ? "" : `${token}${parts} as ${body}`
      return `${kind} ${what}${about === null ? "" : `of #${about}`}${marked ? ` under ${mark}` : ""}`
    })
  const [wanted, found] = [say(expected).join(", "), say(written).join(", ")]
  return wanted === found ? null : `[${found}] instead of [${wanted}]`
}

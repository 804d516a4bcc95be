import sql from "sql-template-tag"
import type { Machine } from "./machine.ts"
import { readNote, statedIn, Tree } from "./tree.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

type ConflictRow = { origin: string; party: string; file: Uint8Array }
type MirrorRow = { key: number; origin: string; party: string; size: number; checkpoint: string }
type Mirror = { origin: string; hashes: string[] }

/**
 * I3 and I9 at holders: whatever is mirrored is what its owner signed, and is never replaced by another history. I11: two
 * histories end in a file that shows it, at everybody who saw one of them and met somebody who saw the other; and no
 * file accuses an honest node.
 */
export class Evidence {
  readonly #world: World
  readonly #seen = new Map<string, Mirror>()
  /** What the hostile node published of any object: where somebody else is its owner, it must stand beside. */
  readonly claims: { h: string; id: string; body: string }[] = []

  constructor(world: World) {
    this.#world = world
  }

  async check(machine: Machine): Promise<void> {
    const { store } = machine.running()
    const rows = await store.all<MirrorRow>(
      sql`select c.key, l.origin, c.party, l.size, l.checkpoint from collection c join log l on l.key = c.log
          where c.party is not null`,
    )
    for (const row of rows) await this.#mirror(machine, row)
    for (const row of await this.#conflicts(machine)) this.#file(machine, row)
    await this.#contradictions(machine)
  }

  /** I10: what somebody who is not its owner says of an object is kept aside, and never passed over in silence. */
  async #contradictions(machine: Machine): Promise<void> {
    const { hostile } = this.#world
    if (this.claims.length === 0) return
    const rows = await machine.running().store.all<{ h: Uint8Array; id: string }>(
      sql`select e.h, json_extract(e.header, '$.id') as id from entry e join collection c on c.key = e.collection
          where c.party = ${hostile.party} and e.salt is not null and e.header is not null`,
    )
    const held = new Set(rows.map(({ h }) => Buffer.from(h).toString("base64")))
    for (const { h, id, body } of this.claims) {
      if (!held.has(h) || (await this.#agrees(machine, id, body))) continue
      const row = await machine
        .running()
        .store.get(sql`select 1 as found from conflict where id = ${id} and bytes = ${Buffer.from(body)}
            union select 1 from entry where h = ${Buffer.from(h, "base64")} and refused is not null`)
      if (row === undefined)
        throw new Violation("I10", `${machine.name} says nothing of what ${hostile.name} says of ${id}`)
    }
  }

  /** Nobody else owns it there, it is what the owner says too, or it is nothing that can be read. */
  async #agrees(machine: Machine, id: string, body: string): Promise<boolean> {
    const rows = await machine
      .running()
      .store.all<{ origin: string; bytes: Uint8Array }>(
        sql`select origin, bytes from object where id = ${id} and aside = 0`,
      )
    const others = rows.filter(({ origin }) => origin !== this.#world.hostile.party)
    if (others.length === 0 || !isObject(body, id)) return true
    return others.some(({ bytes }) => Buffer.from(bytes).toString("utf8") === body)
  }

  /** What a node held is another thing after its backup was brought back. */
  forget({ name: holder }: Machine): void {
    for (const name of this.#seen.keys()) if (name.startsWith(`${holder} `)) this.#seen.delete(name)
  }

  async #mirror(machine: Machine, { key, origin, party, size, checkpoint }: MirrorRow): Promise<void> {
    const rows = await machine
      .running()
      .store.all<{ h: Uint8Array }>(sql`select h from entry where collection = ${key} order by seq`)
    const hashes = rows.map(({ h }) => Buffer.from(h).toString("base64"))
    const name = `${machine.name} ${origin}`
    const before = this.#seen.get(name)?.hashes ?? []
    if (before.some((h, at) => hashes[at] !== h)) {
      throw new Violation("I3", `${machine.name}'s mirror of ${this.#name(party)}'s log changed its past`)
    }
    this.#seen.set(name, { origin, hashes })
    if (checkpoint === "") return
    const keys = this.#world.named(party)?.publicKeys ?? []
    const note = keys.map((one) => readNote(checkpoint, origin, one)).find(({ signed }) => signed)
    const stated = statedIn(note?.text ?? "")
    const tree = new Tree()
    for (const { h } of rows.slice(0, stated.size)) tree.append(h)
    if (note === undefined || stated.size > size || tree.root(stated.size)?.equals(stated.root) !== true) {
      throw new Violation("I9", `${machine.name}'s mirror of ${this.#name(party)}'s log is not what that signed`)
    }
  }

  async #conflicts(machine: Machine): Promise<ConflictRow[]> {
    return machine.running().store.all<ConflictRow>(
      sql`select l.origin, c.party, x.file from conflicting_checkpoints x join log l on l.key = x.log
          join collection c on c.log = l.key`,
    )
  }

  /** A file says that a log has two histories, signed by its owner. */
  #file(machine: Machine, { origin, party, file }: ConflictRow): void {
    const { hostile } = this.#world
    if (this.#world.unprotected.has(origin)) return
    if (party !== hostile.party) throw new Violation("I11", `${machine.name} accuses ${this.#name(party)}`)
    const { first, second } = JSON.parse(Buffer.from(file).toString("utf8")) as { first: string; second: string }
    const notes = [first, second].map((note) =>
      hostile.publicKeys.map((key) => readNote(note, origin, key)).find(({ signed }) => signed),
    )
    const [one, other] = notes.map((note) => statedIn(note?.text ?? ""))
    const contradict = one?.size !== other?.size || one?.root.equals(other?.root ?? Buffer.alloc(0)) === false
    if (notes.includes(undefined) || !contradict)
      throw new Violation("I11", `${machine.name} holds a file that shows nothing`)
  }

  /** At the end, when all have met: who saw one history and knows somebody who saw another holds the file. */
  async checkFound(): Promise<void> {
    const up = this.#world.honest.filter(({ isUp }) => isUp)
    const files = new Map<Machine, Set<string>>()
    for (const machine of up) files.set(machine, new Set((await this.#conflicts(machine)).map(({ origin }) => origin)))
    for (const one of up) {
      for (const other of up) {
        if (one === other || !this.#arePartners(one, other)) continue
        for (const origin of this.#apart(one, other)) {
          if (files.get(one)?.has(origin) !== true) {
            throw new Violation(
              "I11",
              `${one.name} and ${other.name} hold two histories, and ${one.name} no file of it`,
            )
          }
        }
      }
    }
  }

  #arePartners(one: Machine, other: Machine): boolean {
    const { oracle } = this.#world
    return oracle.active(one.name, other.name) && oracle.active(other.name, one.name)
  }

  /** Logs of which two nodes hold different entries at the same place. */
  #apart(one: Machine, other: Machine): string[] {
    return [...this.#seen]
      .filter(([name]) => name.startsWith(`${one.name} `))
      .map(([, mirror]) => ({ mine: mirror, theirs: this.#seen.get(`${other.name} ${mirror.origin}`) }))
      .filter(({ mine, theirs }) => theirs?.hashes.some((h, at) => at < mine.hashes.length && mine.hashes[at] !== h))
      .map(({ mine }) => mine.origin)
  }

  #name(party: string): string {
    return this.#world.named(party)?.name ?? party
  }
}

function isObject(body: string, id: string): boolean {
  try {
    return (JSON.parse(body) as { id?: unknown }).id === id
  } catch {
    return false
  }
}

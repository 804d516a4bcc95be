import sql from "sql-template-tag"
import { type Collection, listCollections, loadNewest, readPage } from "../../src/library/index.ts"
import { START } from "../support/node-in-process.ts"
import type { Machine } from "./machine.ts"
import { markOf, partsIn, tokensIn } from "./objects.ts"
import type { Parts, Place, Shared } from "./oracle.ts"
import { placesIn, thingOf } from "./oracle-logs.ts"
import { attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

type ObjectRow = {
  key: number
  id: string
  version: string
  size: number
  marking: string | null
  origin: string
  withdrawn: number
}
type Held = ObjectRow & { token: number | null; parts: Parts }
type FeedRow = { collection: number; remote: string; peer: string; state: string }

const ALL = { after: -1, types: null, ids: null, specs: null, versions: "all", limit: 10_000, bytesMost: 1e9 } as const

/**
 * What each node shows of what it holds: I2, under no laxer mark than its owner's; I5, what follows from its owners'
 * logs up to where it read them; I8, of each object only its owner's versions; I10, a contradiction beside what it
 * contradicts and never in its place.
 */
export class Holders {
  readonly #world: World
  readonly #tokens = new Map<string, Pick<Held, "token" | "parts">>()

  constructor(world: World) {
    this.#world = world
  }

  async check(machine: Machine): Promise<void> {
    const { store } = machine.running()
    const held = await this.#held(machine)
    const feeds = await store.all<FeedRow>(
      sql`select f.collection, f.remote, p.party as peer, f.state from feed f join peer p on p.key = f.peer`,
    )
    const shown = new Set<number>()
    for (const collection of await listCollections(store)) {
      const { rows } = await readPage(store, { ...ALL, collection })
      for (const { object } of rows) shown.add(object)
      const listed = rows.map(({ seq, object, dateAdded }) => ({
        seq,
        held: held.get(object),
        came: dateAdded - START,
      }))
      const feed = feeds.find((one) => one.collection === collection.key)
      if (feed !== undefined) await this.#mirror(machine, collection, { feed, listed, held })
      else if (collection.kind === "shared") this.#own(machine, collection, listed)
    }
    for (const one of held.values()) {
      if ((one.withdrawn === 0) !== shown.has(one.key)) {
        throw new Violation("I5", `${machine.name} shows ${one.id} in its library and not in its collections`)
      }
    }
    this.#ownedByOne(machine, held)
  }

  /** I5: at the end every reader that is a partner holds all of every log that it reads. */
  async checkWhole(machine: Machine): Promise<void> {
    const { oracle, misled, hostile, unmasked } = this.#world
    if (misled.has(machine) || machine.isOutdated) return // a log that somebody else claimed first is not mirrored
    const rows = await machine
      .running()
      .store.all<{ remote: string; size: number }>(
        sql`select f.remote, l.size from feed f join collection c on c.key = f.collection join log l on l.key = c.log`,
      )
    const held = new Map(rows.map(({ remote, size }) => [remote, size]))
    for (const shared of oracle.shared.values()) {
      const { id, owner, members, entries } = shared
      if (oracle.isOver(shared)) continue
      const partners = oracle.active(owner, machine.name) && oracle.active(machine.name, owner)
      const served = this.#world.machines.some((one) => one.name === owner && one.isUp && !one.isOutdated)
      if (members.get(machine.name) !== "reads" || !partners || !served || (owner === hostile.name && unmasked))
        continue
      if (held.get(id) !== entries.length) {
        throw new Violation("I5", `${machine.name} holds ${held.get(id)} of ${entries.length} entries of ${owner}'s`)
      }
    }
  }

  /** I7: at the end nobody passes on what its owner took back, or what it may keep no longer. */
  checkPassedOn(machine: Machine): void {
    const { oracle, relays, blurred, logs } = this.#world
    if (!relays.has(machine) || blurred.has(machine.name) || machine.waits) return
    for (const shared of oracle.ownedBy(machine.name)) {
      for (const { token, state } of placesIn(shared)) {
        if (state !== "served" || oracle.version(token).owner === machine.name) continue
        if (this.#world.isAnybodys(token)) continue
        if (oracle.isTakenBack(token, machine.name, (from) => logs.heldOf(machine, from)))
          throw new Violation("I7", `${machine.name} still passes on version ${token}`)
      }
    }
  }

  /** At the end every object is also asked for by its id, and no bytes lie about that nothing holds. */
  async checkById(machine: Machine): Promise<void> {
    const stray = await machine.running().store.get<{ id: string }>(
      sql`select id from object where not exists (select 1 from entry where object = object.key)
          and not exists (select 1 from entry where kept = object.key) limit 1`,
    )
    if (stray !== undefined)
      throw new Violation("I5", `${machine.name} keeps bytes of ${stray.id}, which nothing holds`)
    for (const { id, withdrawn } of (await this.#held(machine)).values()) {
      const found = await attempt(() => loadNewest(machine.running().store, id))
      const others = withdrawn === 0
      if (others && !found.done) throw new Violation("I5", `${machine.name} does not find ${id} by its id`)
    }
    for (const things of this.#world.things.values()) {
      for (const id of things) {
        const found = await attempt(() => loadNewest(machine.running().store, id))
        const held = [...(await this.#held(machine)).values()].some((one) => one.id === id && one.withdrawn === 0)
        if (found.done !== held) throw new Violation("I5", `${machine.name} finds ${id} by its id: ${found.done}`)
      }
    }
  }

  async #held(machine: Machine): Promise<Map<number, Held>> {
    const { store } = machine.running()
    const rows = await store.all<ObjectRow>(
      sql`select key, id, version, length(bytes) as size, marking, origin, withdrawn from object where aside = 0`,
    )
    const held = new Map<number, Held>()
    for (const row of rows) held.set(row.key, { ...row, ...(await this.#taintOf(machine, row)) })
    return held
  }

  /** The bytes of a version never change; the key of what was erased may be given again. */
  async #taintOf(machine: Machine, { key, id, version, size }: ObjectRow): Promise<Pick<Held, "token" | "parts">> {
    const name = `${machine.name} ${machine.restores} ${key} ${id} ${version} ${size}`
    const known = this.#tokens.get(name)
    if (known !== undefined) return known
    const row = await machine
      .running()
      .store.get<{ bytes: Uint8Array }>(sql`select bytes from object where key = ${key}`)
    const bytes = row?.bytes ?? Buffer.alloc(0)
    const taint = { token: tokensIn(bytes)[0] ?? null, parts: partsIn(bytes) }
    this.#tokens.set(name, taint)
    return taint
  }

  /** An owner's own collection serves exactly what the oracle says. */
  #own(machine: Machine, { id }: Collection, listed: readonly Listed[]): void {
    const shared = this.#world.oracle.shared.get(id)
    if (shared === undefined) return
    const served = placesIn(shared).filter(({ state }) => state === "served")
    const say = (one: Pick<Held, "token" | "parts"> | undefined) => `${one?.token}${one?.parts}`
    const [wanted, found] = [served.map(say), listed.map(({ held }) => say(held))]
    if (wanted.join() !== found.join()) {
      throw new Violation("I4", `${machine.name} serves versions ${found} and not ${wanted} in ${id}`)
    }
  }

  async #mirror(machine: Machine, collection: Collection, { feed, listed, held: all }: Mirrored): Promise<void> {
    await this.#sameLog(machine, collection, feed)
    const shared = this.#world.oracle.shared.get(feed.remote)
    if (shared === undefined) return this.#foreign(machine, feed, listed)
    const may = this.#world.oracle.shown(shared, machine.name, collection.size)
    // Who left can be kept from what came before, and from what became of it, by an owner that does so.
    const reads = shared.members.get(machine.name) === "reads" && !this.#world.oracle.isOver(shared)
    const atMercy = shared.owner === this.#world.hostile.name && !reads
    for (const { seq, held, came } of listed) {
      const found = may.find(({ place }) => place.seq === seq)
      if (found?.over === true && came < (this.#world.oracle.swept.get(machine.name) ?? 0))
        throw new Violation(
          "I5",
          `${machine.name} keeps version ${held?.token} of ${shared.owner}'s longer than it may`,
        )
      if (found === undefined && atMercy) continue
      if (found === undefined || held === undefined || !isWhat(held, found.place)) {
        throw new Violation(
          "I5",
          `${machine.name} shows version ${held?.token} at #${seq} of ${shared.owner}'s, which it may not`,
        )
      }
      if (markOf(held.marking) < found.place.mark) {
        const marks = `${held.marking} and not ${found.place.mark}`
        throw new Violation("I2", `${machine.name} shows version ${held.token} under ${marks}`)
      }
      const { mark, thing } = this.#world.oracle.version(found.place.token)
      if (markOf(held.marking) > mark && !this.#world.relayed.has(thing) && !this.#isPassedOn(feed.peer, held)) {
        throw new Violation("I8", `${machine.name} shows version ${held.token} under a mark that is nobody's`)
      }
    }
    for (const { place, must } of may) {
      if (!must || atMercy || listed.some(({ seq }) => seq === place.seq)) continue
      await this.#keptAside(machine, shared, place, all)
    }
  }

  /** What must be shown and is not contradicts something that was there before: then it stands beside it. */
  async #keptAside(machine: Machine, shared: Shared, place: Place, held: ReadonlyMap<number, Held>): Promise<void> {
    const { token, body } = place
    const called = this.#world.oracle.ids.get(body) ?? body
    const origins = new Set([...held.values()].filter(({ id }) => id === called).map(({ origin }) => origin))
    const rows = await machine
      .running()
      .store.all<{ bytes: Uint8Array }>(sql`select bytes from conflict where id = ${called}`)
    const said = rows.some(({ bytes }) => tokensIn(bytes).includes(token))
    // What it contradicted may be gone by now, and it stays aside all the same.
    if (origins.has(this.#partyOf(shared.owner) ?? "") || (origins.size === 0 && !said)) {
      throw new Violation("I5", `${machine.name} does not show version ${token} of ${shared.owner}'s`)
    }
    if (!said) {
      throw new Violation("I10", `${machine.name} says nothing of the contradiction by version ${token}`)
    }
  }

  /** Of a party that publishes what nobody can predict: at least it is all its own. */
  #foreign(machine: Machine, feed: FeedRow, listed: readonly Listed[]): void {
    for (const { held } of listed) {
      const token = held?.token ?? null
      const version = token === null ? undefined : this.#world.oracle.versions[token]
      const honest = version !== undefined && version.owner !== this.#world.hostile.name
      if (held === undefined || (held.origin !== feed.peer && !honest)) {
        throw new Violation("I8", `${machine.name} shows ${held?.id} as if it came from ${feed.peer}`)
      }
    }
  }

  /** A mirror holds the very log that its owner wrote, up to where it is. */
  async #sameLog(machine: Machine, { key, size, origin }: Collection, feed: FeedRow): Promise<void> {
    const owner = this.#world.named(feed.peer)
    if (owner === undefined || owner === this.#world.hostile || this.#world.unprotected.has(origin)) return
    const tree = this.#world.logs.tree(origin)
    const rows = await machine
      .running()
      .store.all<{ h: Uint8Array }>(sql`select h from entry where collection = ${key} order by seq`)
    const same = rows.every(({ h }, seq) => tree?.hashes[seq]?.equals(h) === true)
    if (rows.length !== size || !same) throw new Violation("I5", `${machine.name}'s mirror is not ${owner.name}'s log`)
  }

  /** An object is its owner's: whoever else brings versions of it, they stand beside. */
  #ownedByOne(machine: Machine, held: ReadonlyMap<number, Held>): void {
    const owners = new Map<string, string>()
    for (const { id, origin, token } of held.values()) {
      if (owners.get(id) !== undefined && owners.get(id) !== origin) {
        throw new Violation("I8", `${machine.name} holds versions of ${id} from ${origin} and from ${owners.get(id)}`)
      }
      owners.set(id, origin)
      const version = token === null ? undefined : this.#world.oracle.versions[token]
      const party = origin === "own" ? machine.party : origin
      const forged = version !== undefined && version.thing !== id && !this.#isCopyOf(version.thing, id)
      const hostile = party === this.#world.hostile.party
      const owns = this.#partyOf(version?.owner ?? "") === party || this.#isPassedOn(party, { id })
      if (forged || (!hostile && !owns)) {
        throw new Violation("I8", `${machine.name} holds a version of ${id} that is not its owner's`)
      }
    }
  }

  #isCopyOf(thing: string, id: string): boolean {
    return [...this.#world.oracle.ids].some(([body, known]) => known === id && thingOf(body) === thing)
  }

  /** By somebody whose owner let it. */
  #isPassedOn(party: string, { id }: Pick<Held, "id">): boolean {
    return this.#world.passedOn.has(`${party} ${id}`)
  }

  #partyOf(name: string): string | undefined {
    return this.#world.machines.find((machine) => machine.name === name)?.party
  }
}

type Listed = { seq: number; held: Held | undefined; came: number }
type Mirrored = { feed: FeedRow; listed: readonly Listed[]; held: ReadonlyMap<number, Held> }

const isWhat = (held: Held, { token, parts }: Place) => held.token === token && held.parts === parts

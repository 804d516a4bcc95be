import { rmSync } from "node:fs"
import sql from "sql-template-tag"
import { ComityError } from "../../src/kernel/errors.ts"
import { ownStatements } from "../../src/ledger/index.ts"
import { addCollection } from "../../src/library/index.ts"
import { findPeer, insertPeer, insertStatement } from "../../src/parties/index.ts"
import { couriersOf, round } from "../../src/peering/index.ts"
import type { Store } from "../../src/store/index.ts"
import { type FakeClock, fakeClock, START } from "../support/node-in-process.ts"
import { Dice, type SeededChance } from "./dice.ts"
import { Evidence } from "./evidence.ts"
import { Holders } from "./holders.ts"
import { Liar } from "./hostile/answers.ts"
import { Logs } from "./logs.ts"
import { Crash, emptyDatabase, Machine, simulationFolder } from "./machine.ts"
import { HOSTILE, NAMES } from "./names.ts"
import { Network, type Tap } from "./network.ts"
import { Oracle, type Prediction } from "./oracle.ts"
import { Receipts } from "./receipts.ts"
import { search } from "./searches.ts"
import { attempt, Violation } from "./violation.ts"
import { Wire } from "./wire.ts"

/** What an operation would have written whose node crashed meanwhile: all of it or nothing is there after the start. */
export type Unsettled = {
  prediction: Prediction
  settled: (there: boolean) => Promise<void>
  again: (() => Promise<void>) | null
}

const KNOWN_AT_FIRST = 85

/** Some nodes, the network between them, one clock, and the oracle beside them. The last node is the hostile one. */
export class World {
  readonly machines: Machine[] = []
  readonly network: Network
  readonly oracle = new Oracle()
  readonly clock: FakeClock = fakeClock()
  readonly seed: number
  readonly chance: SeededChance
  /** Ids of the things that each node made, by its name. */
  readonly things = new Map<string, string[]>()
  readonly inboxes = new Map<string, string>()
  readonly unsettled = new Map<Machine, Unsettled>()
  /** Other processes of the hostile node, and who meets them. */
  twin: Machine | null = null
  readonly meetsTwin = new Set<string>()
  /** From when on nothing that the hostile node publishes can be predicted. */
  unmasked = false
  readonly #relations = new Map<string, { state: string; theirs: string }>()
  readonly #rounds = new Map<string, Promise<void>>()
  readonly #woken: [Machine, number][] = []
  /** Why something was recalled, by the number of the reason. */
  readonly reasons = new Map<number, { owner: string; thing: string }>()
  /** Pairs of which one ever left the other. */
  readonly parted = new Set<string>()
  /** What the hostile node passed on as its own: whose owner it is depends on who heard it first from whom. */
  readonly relayed = new Set<string>()
  readonly liar = new Liar(new Dice(""))
  /** Copies of folders, the last of each node. */
  readonly backups = new Map<Machine, string>()
  /** Nodes that went back to a backup: what they still hold and know of themselves is nothing to predict. */
  readonly blurred = new Set<string>()
  /** Who was told by the hostile node that it shares a log which is another's. */
  readonly misled = new Set<Machine>()
  /** Logs that nobody had cosigned, as far as the backup knows: nothing protects them from going another way. */
  readonly unprotected = new Set<string>()
  /** Nodes whose terms changed since all that they serve was decided on. */
  readonly owesLook = new Set<Machine>()
  /** Nodes that put what partners own into collections of theirs. */
  readonly relays = new Set<Machine>()
  /** Who honestly passed on what: party, and id or version. */
  readonly passedOn = new Set<string>()
  readonly counts = new Map<string, number>()
  readonly wire = new Wire(this)
  readonly logs = new Logs(this)
  readonly holders = new Holders(this)
  readonly receipts = new Receipts(this)
  readonly evidence = new Evidence(this)
  readonly #checked = new WeakMap<Store, number>()
  readonly #root = simulationFolder()
  #ended = 0

  constructor(seed: number, chance: SeededChance) {
    this.seed = seed
    this.chance = chance
    const tap: Tap = (...heard) => this.wire.hear(...heard)
    this.network = new Network(tap, (host, asker) => this.#answering(host, asker), new Dice(""))
    this.network.unheard = (owner, party) => this.oracle.doubtful.add(`${owner.name} ${party.name}`)
    this.oracle.active = (owner, party) => {
      const relation = this.#relations.get(`${owner} ${party}`)
      return relation?.state === "active" && relation.theirs === "active"
    }
    this.oracle.now = (owner) => (this.#called(owner)?.clock.now() ?? 0) - START
    this.oracle.officers = (owner) => this.#called(owner)?.officers ?? 0
  }

  async open(nodes: number, dice: Dice, officers: number | null = null): Promise<void> {
    const empty = await emptyDatabase(this.#root)
    const people = new Dice(`${this.seed} people`)
    for (const name of [...NAMES.slice(0, nodes - 1), HOSTILE]) {
      const machine = this.#machine(name, dice.pick([0, 0, 0, 25_000_000, -25_000_000]))
      this.machines.push(machine)
      await machine.install(empty, officers ?? people.pick([0, 1, 2, 2, 2, 3]))
      this.inboxes.set(name, await addCollection(machine.running().store, { title: "In", id: null, alias: null }))
      this.things.set(name, [])
    }
    for (const one of this.machines) {
      for (const other of this.machines) {
        if (one.name < other.name && dice.happens(KNOWN_AT_FIRST)) await introduce(one, other)
      }
    }
    await this.refresh()
  }

  #machine(name: string, skew: number): Machine {
    const machine: Machine = new Machine({
      ...{ name, skew, root: this.#root, clock: this.clock },
      twist: name === HOSTILE ? (verbs) => this.liar.twisted(verbs) : (verbs) => verbs,
      send: (request) => this.network.send(machine, request),
      wake: (peer) => this.#woken.push([machine, peer]),
    })
    return machine
  }

  get hostile(): Machine {
    return this.machines.at(-1) as Machine
  }

  get honest(): Machine[] {
    return this.machines.slice(0, -1)
  }

  at(number: number): Machine {
    return this.machines[number % this.machines.length] as Machine
  }

  named(party: string): Machine | undefined {
    return this.machines.find((machine) => machine.party === party)
  }

  #called(name: string): Machine | undefined {
    return this.machines.find((machine) => machine.name === name)
  }

  #answering(host: string, asker: Machine): Machine | null {
    const found = this.machines.find(({ name }) => host === `${name}.example`) ?? null
    return found === this.hostile && this.meetsTwin.has(asker.name) ? this.twin : found
  }

  /** Two faces from now on: some meet one process, some another on a copy of what the first held. */
  async split(others: readonly Machine[]): Promise<void> {
    this.unmask()
    this.twin ??= await this.hostile.twin(() => {})
    for (const { name } of others) this.meetsTwin.add(name)
  }

  /** Somebody who met one face meets the other. */
  swap({ name }: Machine): void {
    if (this.twin === null) return
    if (!this.meetsTwin.delete(name)) this.meetsTwin.add(name)
  }

  /** What happened how often: a simulation in which something never happens proves nothing about it. */
  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times)
  }

  backUp(machine: Machine): void {
    this.backups.set(machine, machine.backUp())
  }

  /** From here on only what holds of every owner is asked of this one: what most of its cosigners saw stays true. */
  blur(machine: Machine): void {
    this.blurred.add(machine.name)
    for (const { id } of this.oracle.ownedBy(machine.name)) this.oracle.shared.delete(id)
    this.oracle.approvals.forget(machine.name)
    this.evidence.forget(machine)
    const cosigners = Map.groupBy(machine.cosigners(), ({ origin }) => origin)
    for (const origin of this.logs.originsOf(machine)) {
      const held = this.machines.map((other) => (other === machine ? 0 : other.heldOf(origin)))
      const witnesses = (cosigners.get(origin) ?? []).map(({ party }) => {
        const other = this.named(party)
        return other === undefined || other === this.hostile ? 0 : other.heldOf(origin)
      })
      // Half of those who cosigned can keep a log from going on without what they saw.
      const safe = witnesses.sort((a, b) => b - a)[Math.ceil(witnesses.length / 2) - 1] ?? 0
      this.logs.truncate(origin, safe)
      if (Math.max(...held) > safe) this.unprotected.add(origin)
    }
  }

  /** Whether a version could come from a log that the model knows no more. */
  isAnybodys(token: number): boolean {
    const unknown = this.machines.filter((one) => this.blurred.has(one.name) || (one === this.hostile && this.unmasked))
    const { owner } = this.oracle.version(token)
    return unknown.some(({ name, party }) => owner === name || this.passedOn.has(`${party} ${token}`))
  }

  unmask(): void {
    this.unmasked = true
    for (const { id } of this.oracle.ownedBy(this.hostile.name)) this.oracle.shared.delete(id)
  }

  /** Begins what the courier would do with another node now; one round with each at a time. */
  begin(machine: Machine, other: Machine): void {
    const name = `${machine.name} ${machine.starts} ${other.name}`
    if (!machine.isUp || this.#rounds.has(name)) return
    const done = this.#round(machine, other).finally(() => {
      this.#ended += 1
      this.#rounds.delete(name)
    })
    this.#rounds.set(name, done)
  }

  async #round(machine: Machine, other: Machine): Promise<void> {
    try {
      const { parts, store } = machine.running()
      const peer = await findPeer(store, other.party)
      if (peer !== null) await round(parts, couriersOf(), peer.key, true)
      this.count("round done")
    } catch (error) {
      if (error instanceof ComityError) this.count(`round ended by ${error.code}`)
      else if (error instanceof Crash) this.count("round ended by a crash")
      else this.network.mistakes.push(error)
    }
  }

  /** Waits until nothing happens any more but what the network holds; who was woken by a hint asks. */
  async settle(): Promise<void> {
    for (;;) {
      await this.#quiet()
      const woken = this.#woken.splice(0)
      if (woken.length === 0) break
      for (const [machine, key] of woken) {
        const row = await attempt(() =>
          machine.running().store.get<{ party: string }>(sql`select party from peer where key = ${key}`),
        )
        const other = row.done ? this.named(row.value?.party ?? "") : undefined
        if (other !== undefined) this.begin(machine, other)
      }
    }
    const [mistake] = this.network.mistakes
    if (mistake !== undefined) throw new Violation("I0", `a node met a mistake of its own: ${String(mistake)}`, mistake)
    await this.refresh()
  }

  /** All work here is done in the thread of the simulation, so what stands still for some turns has come to rest. */
  async #quiet(): Promise<void> {
    for (let seen = -1, turns = 0; turns < 8; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      const now = this.#activity()
      if (now !== seen) turns = 0
      seen = now
    }
  }

  #activity(): number {
    const all = this.twin === null ? this.machines : [...this.machines, this.twin]
    return all.reduce((sum, { life }) => sum + (life?.store.work ?? 0), this.network.sent + this.#ended)
  }

  /** What owners last heard of their partners; with the end of a relation, by whomever, a party leaves every audience. */
  async refresh(): Promise<void> {
    for (const machine of this.machines) {
      if (!machine.isUp) continue
      const { store } = machine.running()
      const rows = await store.all<{ party: string; state: string; theirs: string }>(
        sql`select party, state, theirs from peer`,
      )
      for (const { party, ...relation } of rows) {
        const other = this.named(party)
        if (other !== undefined) this.#relations.set(`${machine.name} ${other.name}`, relation)
      }
      if (this.parted.size > 0 || this.owesLook.has(machine)) await this.#whoLeft(machine)
    }
  }

  /** Whose relation has ended reads nothing any more. */
  #requireGone(machine: Machine): void {
    for (const { members, id } of this.oracle.ownedBy(machine.name)) {
      for (const [party, how] of members) {
        if (how === "reads" && this.#relations.get(`${machine.name} ${party}`)?.state === "left") {
          throw new Violation("I1", `${party} left ${machine.name} and still reads ${id}`)
        }
      }
    }
  }

  async #whoLeft(machine: Machine): Promise<void> {
    const rows = await machine.running().store.all<{ id: string; party: string }>(
      sql`select c.id, a.party from audience a join collection c on c.key = a.collection
          where a.left_size is not null`,
    )
    for (const { id, party } of rows) {
      const [shared, other] = [this.oracle.shared.get(id), this.named(party)]
      if (shared?.members.get(other?.name ?? "") !== "reads" || other === undefined) continue
      const leftOut = shared.terms.parties?.includes(other.name) === false
      const parted = leftOut || this.parted.has(pairOf(machine, other))
      if (!parted && this.unsettled.has(machine)) continue // it may have been taken out in the crash
      if (!parted) throw new Violation("I1", `${other.name} never left ${machine.name}`)
      shared.members.set(other.name, "left")
    }
    this.#requireGone(machine)
  }

  /** The invariants, at every node that wrote something since the last time; logs first, mirrors are held against them. */
  async check(all = false): Promise<void> {
    this.wire.check()
    const changed = this.machines.filter((machine) => {
      if (!machine.isUp || (machine === this.hostile && this.unmasked)) return false
      const { store } = machine.running()
      return all || this.#checked.get(store) !== store.commits
    })
    for (const machine of changed) await this.logs.check(machine)
    for (const machine of changed) {
      await this.holders.check(machine)
      await this.receipts.check(machine, all)
      if (machine !== this.hostile) await this.evidence.check(machine)
      if (all) await this.holders.checkById(machine)
      if (all) await this.holders.checkWhole(machine)
      if (all) this.holders.checkPassedOn(machine)
      if (all) await search(machine)
      const { store } = machine.running()
      this.#checked.set(store, store.commits)
    }
    if (all) await this.evidence.checkFound()
  }

  /** In the middle of everything the indexes are read on too: what they forget later they must have known. */
  async searchAll(): Promise<void> {
    for (const machine of this.machines) if (machine.isUp) await search(machine)
  }

  async close(): Promise<void> {
    this.network.letGo()
    for (const machine of this.machines) if (machine.isUp) machine.end()
    if (this.twin?.isUp === true) this.twin.end()
    await this.#quiet()
    for (const machine of this.machines) await machine.stop()
    await this.twin?.stop()
    rmSync(this.#root, { recursive: true, force: true })
  }
}

export function pairOf(one: Machine, other: Machine): string {
  return [one.name, other.name].sort().join(" ")
}

/** As if the people of both had compared their fingerprints before the history began. */
async function introduce(one: Machine, other: Machine): Promise<void> {
  for (const [knower, known] of [
    [one, other],
    [other, one],
  ] as const) {
    const statements = await ownStatements(known.running().store)
    const { party, name, endpoint } = known
    await knower.running().store.write(async (tx) => {
      const peer = await insertPeer(tx, { party, name, endpoint, state: "active", theirs: "active" })
      for (const [seq, body] of statements.entries()) await insertStatement(tx, peer, seq, body)
    })
  }
}

import sql from "sql-template-tag"
import { countOverdue } from "../../src/peering/index.ts"
import type { Machine } from "./machine.ts"
import { readNote } from "./tree.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

type DueRow = {
  remote: string
  seq: number
  party: string
  kind: string
  state: string
  receipt: string | null
  told: number
  until: number | null
}

const DAY = 86_400_000_000

/**
 * What owners are owed for what they took back: I7, everybody whom a version ever reached has answered or stands open,
 * late ones as overdue; I9, no answer counts that its party did not sign, or that it could not have given yet.
 */
export class Receipts {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  async check(machine: Machine, atEnd: boolean): Promise<void> {
    const { oracle } = this.#world
    const rows = await machine.running().store.all<DueRow>(
      sql`select c.id as remote, r.seq, r.party, r.kind, r.state, r.receipt, r.told_at as told, r.until
          from receipt_due r join collection c on c.key = r.collection`,
    )
    const byPlace = new Map(rows.map((row) => [`${row.remote} ${row.seq} ${row.party}`, row]))
    for (const shared of oracle.ownedBy(machine.name)) {
      for (const [seq, { kind, about }] of shared.entries.entries()) {
        if (about === null) continue
        for (const [place, size] of shared.given) {
          const [number, name] = place.split(" ")
          if (Number(number) !== about || size > seq) continue // not of this one, or it came with the word itself
          const party = this.#world.machines.find((one) => one.name === name)?.party
          const row = byPlace.get(`${shared.id} ${seq} ${party}`)
          if (row?.kind !== kind)
            throw new Violation("I7", `${machine.name} expects no answer of ${name} to #${seq} ${kind}`)
        }
      }
    }
    for (const row of rows) await this.#answered(machine, row)
    await this.#overdue(machine, rows)
    if (!atEnd) return
    for (const row of rows) {
      this.#world.count(`receipt ${row.state}`)
      await this.#arrived(machine, row)
    }
  }

  /** Nobody who took the word and is a partner still stands open when all have met. */
  async #arrived(machine: Machine, { state, party, remote, seq }: DueRow): Promise<void> {
    const { named, hostile, oracle, blurred } = this.#world
    const other = named.call(this.#world, party)
    if (state !== "due" || other === undefined || other === hostile || blurred.has(other.name) || !other.isUp) return
    if (machine === hostile || machine.isOutdated) return // what it never said, or nobody believes, nobody answers
    if (!oracle.active(machine.name, other.name) || !oracle.active(other.name, machine.name)) return
    if ((await this.#heldOf(other, remote)) > seq)
      throw new Violation("I7", `${other.name} never answered ${machine.name} for #${seq}`)
  }

  async #heldOf(machine: Machine, remote: string): Promise<number> {
    const row = await machine.running().store.get<{ size: number }>(
      sql`select l.size from feed f join collection c on c.key = f.collection join log l on l.key = c.log
          where f.remote = ${remote}`,
    )
    return row?.size ?? 0
  }

  async #answered(machine: Machine, row: DueRow): Promise<void> {
    const { state, receipt, party, remote, seq, kind } = row
    if (state === "due") return
    const answerer = this.#world.named(party)
    if (answerer === undefined || receipt === null) throw new Violation("I9", `an answer of nobody at ${machine.name}`)
    const keys = answerer.publicKeys
    const found = keys.map((key) => readNote(receipt, party, key)).find(({ signed }) => signed)
    if (found === undefined)
      throw new Violation("I9", `${machine.name} took an answer that ${answerer.name} did not sign`)
    if (answerer === this.#world.hostile || !answerer.isUp || this.#world.blurred.has(answerer.name)) return
    const said = JSON.parse(found.text.split("\n")[1] ?? "") as Said
    const about = said.receipts.some((one) => one.seq === seq && one.kind === kind && one.result === state)
    if (!about || said.collection !== remote) {
      throw new Violation("I9", `${machine.name} took ${answerer.name}'s answer for another than #${seq}`)
    }
    if ((await this.#heldOf(answerer, remote)) <= seq) {
      throw new Violation("I7", `${answerer.name} is said to have applied #${seq} and has not`)
    }
  }

  async #overdue(machine: Machine, rows: readonly DueRow[]): Promise<void> {
    const now = machine.clock.now()
    const late = rows.filter(({ state, told, until }) => {
      if (state === "due") return told + DAY < now
      return state === "pending" && (until ?? told + DAY) < now
    })
    const counted = await countOverdue(machine.running().store, now)
    if (counted !== late.length) {
      throw new Violation("I7", `${machine.name} counts ${counted} overdue answers, and there are ${late.length}`)
    }
  }
}

type Said = { collection: string; receipts: { seq: number; kind: string; result: string }[] }

import type { Outgoing } from "../../src/peering/index.ts"
import type { Machine } from "./machine.ts"
import { reasonsIn, type Taint, taintsIn } from "./objects.ts"
import { placesIn } from "./oracle-logs.ts"
import { Violation } from "./violation.ts"
import type { World } from "./world.ts"

const ANSWER_MOST = 8 * 1024 * 1024

/**
 * Listens to everything that honest nodes send: I1, no bytes of a version and no reason for a recall go to a party that
 * may not have them at that moment; I12, no answer is larger than anybody needs.
 */
export class Wire {
  readonly #world: World
  #violation: Violation | null = null

  constructor(world: World) {
    this.#world = world
  }

  /** Nothing is thrown at the node that sends: it is told at the end of the step. */
  hear(from: Machine, to: Machine, bytes: readonly Buffer[], asked: Outgoing | null): void {
    const world = this.#world
    const honest = from.party !== world.hostile.party
    const size = bytes.reduce((sum, part) => sum + part.length, 0)
    if (honest && size > ANSWER_MOST) this.#violation ??= new Violation("I12", `${from.name} sends ${size} bytes`)
    const [, collection] = /"collection":"([0-9a-f-]{36})"/.exec(asked?.body.toString("latin1") ?? "") ?? []
    const text = bytes.map((part) => part.toString("latin1")).join("\n")
    for (const taint of bytes.flatMap(taintsIn)) {
      if (honest) this.#version(from, to, taint)
      const isIn = (body: string) => text.includes(world.oracle.ids.get(body) ?? body)
      if (collection !== undefined && taint.part === "v") world.oracle.give(collection, taint.token, to.name, isIn)
    }
    if (honest) this.#names(from, to, text)
    if (honest) for (const number of bytes.flatMap(reasonsIn)) this.#reason(from, to, number)
  }

  #version(from: Machine, to: Machine, { token, part }: Taint): void {
    const { oracle, blurred, hostile, unmasked, passedOn } = this.#world
    const version = oracle.versions[token]
    if (blurred.has(from.name) || (version?.owner === hostile.name && unmasked)) return
    if (version?.owner === to.name || passedOn.has(`${to.party} ${token}`)) return // its own entries, which it lost
    if (version !== undefined && oracle.mayRead(from.name, token, part, to.name)) return
    this.#violation ??= new Violation("I1", `${from.name} gives version ${token}${part} to ${to.name}`)
  }

  /** Who gets copies alone is not told of what. */
  #names(from: Machine, to: Machine, text: string): void {
    const { oracle, blurred } = this.#world
    if (blurred.has(from.name)) return
    for (const [id] of text.matchAll(/(?:indicator|tool)--[0-9a-f-]{36}/g)) {
      const version = oracle.versionsOf(id)[0]
      if (version?.owner !== from.name || oracle.mayKnow(from.name, id, to.name)) continue
      this.#violation ??= new Violation("I1", `${from.name} tells ${to.name} of ${id}`)
    }
  }

  #reason(from: Machine, to: Machine, number: number): void {
    const world = this.#world
    const reason = world.reasons.get(number)
    if (reason?.owner === to.name) return // its own entries, which it lost
    if (reason?.owner === from.name && world.blurred.has(from.name)) return
    const told = world.oracle.ownedBy(from.name).some((shared) => {
      const about = placesIn(shared).some(({ token }) => world.oracle.version(token).thing === reason?.thing)
      return about && shared.members.has(to.name)
    })
    if (reason?.owner !== from.name || !told) {
      this.#violation ??= new Violation("I1", `${from.name} tells ${to.name} why ${reason?.owner} recalled`)
    }
  }

  check(): void {
    if (this.#violation !== null) throw this.#violation
  }
}

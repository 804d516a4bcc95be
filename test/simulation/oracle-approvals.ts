import type { Actor } from "./oracle-terms.ts"

// What people agreed to, and until when a yes counts; nothing of `src` is imported here.

/** Who lets out, when that was begun, and how. */
export type Asking = { actor: Actor; at: number; again: boolean; urgent: boolean }

export type Item = { token: number; body: string; binding: string; used: boolean }

/** What waits for a second person at a node. */
export type Request = {
  id: string
  /** Of the collection. */
  shared: string
  owner: string
  items: Item[]
  asking: Asking
  state: "waiting" | "agreed" | "over"
  agreedBy: string | null
}

const DAY = 86_400_000_000

export class Approvals {
  readonly requests: Request[] = []

  waitingAt(owner: string): Request[] {
    return this.requests.filter((one) => one.owner === owner && one.state === "waiting")
  }

  isOpen({ state, asking }: Request, now: number): boolean {
    return state === "waiting" && now < asking.at + DAY
  }

  /** An officer who is not who asked. */
  mayAgree({ asking }: Request, by: Actor): boolean {
    if (by.is !== "officer") return false
    return asking.actor.is !== "officer" || asking.actor.name !== by.name
  }

  /** Somebody else's yes to exactly this, not used yet and not older than a day. */
  isAgreed(binding: string, { actor, at }: Asking): boolean {
    const [yes] = this.#yeses(binding, at)
    return yes !== undefined && (actor.is !== "officer" || yes.agreedBy !== actor.name)
  }

  /** It went: one yes lets it out once. */
  use(binding: string, at: number): void {
    const item = this.#yeses(binding, at)[0]?.items.find((one) => one.binding === binding && !one.used)
    if (item !== undefined) item.used = true
  }

  #yeses(binding: string, now: number): Request[] {
    const holds = (one: Item) => one.binding === binding && !one.used
    return this.requests.filter(
      ({ state, asking, items }) => state === "agreed" && now < asking.at + DAY && items.some(holds),
    )
  }

  /** When something first went in need at a node, at which nobody looked since. */
  readonly inNeed = new Map<string, number>()

  /** Nothing more goes in need while nobody looked in time at what went before. */
  isReviewLate(owner: string, now: number): boolean {
    const first = this.inNeed.get(owner)
    return first !== undefined && now >= first + DAY
  }

  /** Nobody knows any more what became of what was asked for at a node. */
  forget(owner: string): void {
    for (const one of this.requests) if (one.owner === owner) one.state = "over"
  }
}

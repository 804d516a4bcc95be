import { ComityError } from "../kernel/errors.ts"

/** Requests that one peer may have under way, and how many it may begin at once and then each second. */
const UNDER_WAY_MOST = 4
const BURST = 200
const PER_SECOND = 20
/** What is asked in somebody's name without a proof is paid by the address that asks. */
const UNPROVEN_BURST = 30
const UNPROVEN_PER_SECOND = 1
/** All that comes from one address without a proof, in whatever names: names cost nothing to make up. */
const ADDRESS_UNDER_WAY_MOST = 64
const ADDRESS_BURST = 300
const ADDRESS_PER_SECOND = 10
/** Of what a peer says, that of which something stays: entries of the ledger, whatever it is worth. */
const LASTING_BURST = 200
const LASTING_PER_SECOND = 1
const KEPT_MOST = 10_000

/** A request under way; `proven` when its signature holds: from there on the peer itself pays. */
export type Ticket = { proven(party: string, lasting: boolean): void; done(): void }

type Account = { tokens: number; at: number; underWay: number }

/**
 * What each peer may ask of this node, so that one that asks too much waits for itself alone. Names that nobody proved
 * yet are paid by their address: else anybody could use up a peer's quota.
 */
export class Quotas {
  readonly #peers = new Map<string, Account>()
  readonly #addresses = new Map<string, Account>()
  readonly #now: () => number

  /** `now` in milliseconds, on a clock that does not jump. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Throws `slow-down peer.quota`. The ticket is given back when the request has ended, however it did. */
  enter(party: string | null, address: string): Ticket {
    const account = this.#account(this.#addresses, `${party ?? ""} ${address}`, UNPROVEN_BURST, UNPROVEN_PER_SECOND)
    const whole = this.#account(this.#addresses, address, ADDRESS_BURST, ADDRESS_PER_SECOND)
    if (account.tokens < 1 || account.underWay >= UNDER_WAY_MOST) throw slowDown()
    if (whole.tokens < 1 || whole.underWay >= ADDRESS_UNDER_WAY_MOST) throw slowDown()
    for (const one of [account, whole]) {
      one.tokens -= 1
      one.underWay += 1
    }
    return {
      proven: (peer, lasting) => {
        for (const one of [account, whole]) one.tokens += 1
        pay(this.#account(this.#peers, peer, BURST, PER_SECOND))
        if (lasting) pay(this.#account(this.#peers, `${peer} lasting`, LASTING_BURST, LASTING_PER_SECOND))
      },
      done: () => {
        for (const one of [account, whole]) one.underWay -= 1
      },
    }
  }

  #account(accounts: Map<string, Account>, name: string, burst: number, perSecond: number): Account {
    const now = this.#now()
    const known = accounts.get(name) ?? { tokens: burst, at: now, underWay: 0 }
    known.tokens = Math.min(burst, known.tokens + ((now - known.at) * perSecond) / 1000)
    known.at = now
    accounts.delete(name)
    accounts.set(name, known)
    if (accounts.size > KEPT_MOST) accounts.delete(accounts.keys().next().value as string)
    return known
  }
}

function pay(account: Account): void {
  if (account.tokens < 1) throw slowDown()
  account.tokens -= 1
}

function slowDown(): ComityError {
  return new ComityError("slow-down", "peer.quota", { seconds: 1 })
}

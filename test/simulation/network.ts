import type { Row } from "../../src/http/index.ts"
import { ComityError } from "../../src/kernel/errors.ts"
import type { Incoming, Outgoing } from "../../src/peering/index.ts"
import type { Dice } from "./dice.ts"
import { Crash, type Machine } from "./machine.ts"

/** What the network does once with the next message of a link. */
export const FAULTS = [
  ...(["lose-request", "lose-answer", "twice", "late"] as const),
  ...(["spoil-request", "spoil-answer", "hold-request", "hold-answer"] as const),
] as const
export type Fault = (typeof FAULTS)[number]

/** A message that once went from one node to another, as whoever listens could keep it. */
export type Letter = { from: Machine; to: Machine; request: Outgoing; answer: Incoming | null }

/** Everything that leaves a node, with whom it is for, and what it answers. */
export type Tap = (from: Machine, to: Machine, bytes: readonly Buffer[], asked: Outgoing | null) => void

const LETTERS_KEPT = 80

/**
 * The network between the nodes of a simulation: it delivers at once, unless it was told to lose, double, delay, hold or
 * spoil. What a node sends is heard by the tap before anything happens to it.
 */
export class Network {
  readonly letters: Letter[] = []
  /** Requests that come after their sender has given up. */
  readonly #late: Letter[] = []
  readonly #faults = new Map<string, Fault[]>()
  readonly #cut = new Set<string>()
  readonly #held: (() => void)[] = []
  readonly #tap: Tap
  /** Who answers at a host, which for a node with two faces depends on who asks. */
  readonly #answering: (host: string, asker: Machine) => Machine | null
  /** Errors that are no answer but a mistake of the node. */
  readonly mistakes: unknown[] = []
  /** A node crashed while it answered another. */
  unheard: (answerer: Machine, asker: Machine) => void = () => {}
  dice: Dice
  sent = 0
  #plain = false
  readonly #stale = new Set<string>()

  constructor(tap: Tap, answering: (host: string, asker: Machine) => Machine | null, dice: Dice) {
    this.#tap = tap
    this.#answering = answering
    this.dice = dice
  }

  /** Nothing passes between the two until `mend`. */
  cut(one: Machine, other: Machine): void {
    for (const link of [linkOf(one, other), linkOf(other, one)]) this.#cut.add(link)
  }

  mend(): void {
    this.#cut.clear()
    this.#faults.clear()
  }

  /** For the next message that the first sends to the second. */
  arm(from: Machine, to: Machine, fault: Fault): void {
    const link = linkOf(from, to)
    this.#faults.set(link, [...(this.#faults.get(link) ?? []), fault])
  }

  /** Nothing is done to messages meanwhile: the simulation itself waits for their answers. */
  async plainly<T>(work: () => Promise<T>): Promise<T> {
    this.#plain = true
    try {
      return await work()
    } finally {
      this.#plain = false
    }
  }

  /** The next answer of one to another is one that it once gave to another question. */
  answerStale(from: Machine, to: Machine): void {
    this.#stale.add(linkOf(from, to))
  }

  /** What was late of a node does not come any more. */
  forget(from: Machine): void {
    const rest = this.#late.filter((letter) => letter.from !== from)
    this.#late.splice(0, this.#late.length, ...rest)
  }

  /** What was held goes on, the oldest first. */
  letGo(): void {
    for (const go of this.#held.splice(0)) go()
  }

  /** What was late comes now, in any order; its senders do not wait for it any more. */
  async deliverLate(): Promise<void> {
    while (this.#late.length > 0) {
      const [letter] = this.#late.splice(this.dice.below(this.#late.length), 1)
      if (letter !== undefined) await this.deliver(letter.from, letter.request).catch(unreachableOnly)
    }
  }

  /** The way of a message from a node of ours to another. */
  async send(from: Machine, request: Outgoing): Promise<Incoming> {
    const to = this.#answering(new URL(request.url).host, from)
    if (to === null) throw unreachable()
    const link = linkOf(from, to)
    this.#tap(from, to, [Buffer.from(JSON.stringify([request.url, request.headers])), request.body], null)
    if (this.#cut.has(link)) throw unreachable()
    const fault = this.#plain ? null : (this.#faults.get(link)?.shift() ?? null)
    if (fault === "late") this.#late.push({ from, to, request, answer: null })
    if (fault === "late" || fault === "lose-request") throw unreachable()
    if (fault === "hold-request") await this.#hold()
    const passed = fault === "spoil-request" ? this.#spoiltRequest(request) : request
    if (fault === "twice") await this.deliver(from, request).catch(unreachableOnly)
    const answer = await this.deliver(from, passed)
    if (fault === "lose-answer") throw unreachable()
    if (fault === "hold-answer") await this.#hold()
    if (answer.body.length > request.bytesMost) throw new ComityError("too-large", "peer.answer-large")
    return fault === "spoil-answer" ? this.#spoiltAnswer(answer) : answer
  }

  /** Hands a request over as it is, whoever made it, and returns the answer. */
  async deliver(from: Machine, request: Outgoing): Promise<Incoming> {
    this.sent += 1
    const { host, pathname } = new URL(request.url)
    const to = this.#answering(host, from)
    const life = to?.life ?? null
    if (to === null || life === null || life.pulse.ended) throw unreachable()
    const row = life.rows.find(({ path }) => path === pathname)
    if (row === undefined) throw unreachable()
    const answer = await this.#answerOf(row, request, addressOf(from))
    if (life.pulse.ended) this.unheard(to, from)
    if (life.pulse.ended) throw unreachable()
    this.#tap(to, from, [Buffer.from(answer.rawHeaders.join("\n")), answer.body], request)
    const old = this.#stale.delete(linkOf(to, from)) ? this.#answerOnce(to, from, request.url) : null
    this.#keep({ from, to, request, answer })
    return old ?? answer
  }

  async #answerOf(row: Row, request: Outgoing, address: string): Promise<Incoming> {
    const rawHeaders = Object.entries(request.headers).flat()
    const ask = {
      ...{ actor: undefined, method: "POST", path: row.path, params: {}, query: new URLSearchParams() },
      header: (name: string) => request.headers[name],
      address: () => address,
      body: async (most: number) => {
        if (request.body.length > most) throw new ComityError("too-large", "body.too-large", { limit: most })
        return request.body
      },
      incoming: { rawHeaders },
    }
    const answer = await row.answer(ask as never).catch((error: unknown) => {
      if (!(error instanceof ComityError || error instanceof Crash)) this.mistakes.push(error)
      return row.refuse(error, ask as never)
    })
    const { status, headers, body } = answer
    return { status, rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body as Uint8Array) }
  }

  #answerOnce(from: Machine, to: Machine, url: string): Incoming | null {
    const asked = this.letters.find((one) => one.from === to && one.to === from && one.request.url === url)
    return asked?.answer ?? null
  }

  #keep(letter: Letter): void {
    this.letters.push(letter)
    if (this.letters.length > LETTERS_KEPT) this.letters.shift()
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve))
  }

  #spoiltRequest(request: Outgoing): Outgoing {
    const names = Object.keys(request.headers)
    if (request.body.length > 0 && this.dice.happens(50)) return { ...request, body: this.#spoilt(request.body) }
    const name = this.dice.pick(names)
    const spoilt = this.#spoilt(Buffer.from(request.headers[name] ?? "")).toString("latin1")
    return { ...request, headers: { ...request.headers, [name]: spoilt } }
  }

  #spoiltAnswer(answer: Incoming): Incoming {
    if (answer.body.length > 0 && this.dice.happens(60)) return { ...answer, body: this.#spoilt(answer.body) }
    if (this.dice.happens(30)) return { ...answer, status: answer.status === 200 ? 403 : 200 }
    const rawHeaders = [...answer.rawHeaders]
    const at = this.dice.below(rawHeaders.length)
    rawHeaders[at] = this.#spoilt(Buffer.from(rawHeaders[at] ?? "")).toString("latin1")
    return { ...answer, rawHeaders }
  }

  /** One bit is another, or the end is missing. */
  #spoilt(bytes: Buffer): Buffer {
    if (bytes.length === 0) return bytes
    if (this.dice.happens(20)) return bytes.subarray(0, this.dice.below(bytes.length))
    const copy = Buffer.from(bytes)
    const at = this.dice.below(copy.length)
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << this.dice.below(8)), at)
    return copy
  }
}

function linkOf(from: Machine, to: Machine): string {
  return `${from.name}>${to.name}`
}

/** Of the network for documentation (RFC 5737); each node has its own. */
function addressOf({ name }: Machine): string {
  return `192.0.2.${[...name].reduce((sum, sign) => (31 * sum + sign.charCodeAt(0)) % 251, 0)}`
}

function unreachable(): ComityError {
  return new ComityError("unavailable", "peer.unreachable")
}

function unreachableOnly(error: unknown): void {
  if (!(error instanceof ComityError) && !(error instanceof Crash)) throw error
}

// What must be true, written from the design and not from the code: nothing of `src` is imported here. It knows what
// owners did, entry by entry, and says from that alone what may leave, what must follow, and what each holder shows.

import { Approvals, type Asking } from "./oracle-approvals.ts"
import {
  aboutEach,
  DAY,
  type Entry,
  type Place,
  type Prediction,
  placesIn,
  type Say,
  type Shared,
  stricter,
  thingOf,
  typeOf,
  type Version,
  WRITTEN,
} from "./oracle-logs.ts"
import { type Answer, decide, type Mark, mayPassOn, type Parts } from "./oracle-terms.ts"

export {
  CLOSED,
  type Entry,
  type Kind,
  type Place,
  type Prediction,
  type Shared,
  typeOf,
  type Version,
} from "./oracle-logs.ts"
export type { Mark, Parts, Terms } from "./oracle-terms.ts"

/** Clocks of owners and receivers differ by less. */
const SKEW = 120_000_000

/** `asks`: what a second person would agree to. */
export type Entered = { put: Entry; inNeed: boolean } | { asks: string } | null

export class Oracle {
  /** By token. */
  readonly versions: Version[] = []
  readonly shared = new Map<string, Shared>()
  readonly approvals = new Approvals()
  /** Under which id an object stands: things have it in their name, copies are learnt. */
  readonly ids = new Map<string, string>()
  /** Owner and party, where an answer may have been written down that nobody heard. */
  readonly doubtful = new Set<string>()
  /** When a party last erased what it may keep no longer. */
  readonly swept = new Map<string, number>()
  /** Whether an owner and a party were partners both ways when the owner last heard. */
  active: (owner: string, party: string) => boolean = () => false
  /** The clock of a node, in microseconds since the world began. */
  now: (owner: string) => number = () => 0
  /** Who can decide at a node. */
  officers: (owner: string) => number = () => 0

  version(token: number): Version {
    return this.versions[token] as Version
  }

  versionsOf(thing: string): Version[] {
    return this.versions.filter((one) => one.thing === thing)
  }

  ownedBy(owner: string): Shared[] {
    return [...this.shared.values()].filter((one) => one.owner === owner)
  }

  readersOf({ members }: Shared): string[] {
    return [...members].flatMap(([party, how]) => (how === "reads" ? [party] : []))
  }

  #placesBy(owner: string): Place[] {
    return this.ownedBy(owner).flatMap((shared) => placesIn(shared))
  }

  /** May a version, as a thing or as a copy of one, enter a collection, and what of it? */
  ask(token: number, body: string, shared: Shared, asking: Asking): Answer {
    const { owner, terms, closed, entries } = shared
    const version = this.version(token)
    const all = this.#placesBy(owner)
    const isCopy = body !== version.thing
    const standing = all.filter((place) => place.body === body && place.state !== "erased")
    const parts = this.#held(token, body, owner)
    const others = isCopy ? standing.map((place) => this.version(place.token)) : this.versionsOf(version.thing)
    return decide({
      ...{ terms, closed, readers: this.readersOf(shared), active: (reader) => this.active(owner, reader) },
      ...{ thing: { type: typeOf(version), mark: version.mark, parts }, day: Math.floor(this.now(owner) / DAY) },
      withdrawn: isCopy && !standing.some((place) => place.token === token && place.state === "served"),
      recalled: this.#isRecalled(token, body, all),
      revokedSince: others.some((one) => one.token > token && one.revoked),
      looser: others.some((one) => one.token < token && one.mark > version.mark),
      first: !entries.some(({ kind, at }) => (kind === "put" || kind === "revoke") && at < asking.at),
      ...{ again: asking.again, officers: this.officers(owner), actor: asking.actor, urgent: asking.urgent },
    })
  }

  /** It or a copy of it was recalled, and let out nowhere since. What was erased is recalled in all its versions. */
  #isRecalled(token: number, body: string, all: readonly Place[]): boolean {
    const bodies = new Set(all.map((place) => place.body).filter((one) => one === body || one.startsWith(`${body}@`)))
    return [...bodies].some((one) => {
      const places = all.filter((place) => place.body === one)
      if (places.some((place) => place.token === token && place.state === "served")) return false
      return places.some((place) => (place.token === token ? place.recalled : place.nameless))
    })
  }

  /** What a version becomes in a collection: an entry, or something to agree to first; null if it does not enter. */
  enter(token: number, body: string, shared: Shared, asking: Asking, agreed = false): Entered {
    const answer = this.ask(token, body, shared, asking)
    if (answer.is === "no") return null
    const { mark, revoked } = this.version(token)
    const made = answer.parts === this.#held(token, body, shared.owner) ? body : `${body}@${shared.id}`
    const known = this.#placesBy(shared.owner).filter((one) => one.body === made && one.token === token)
    const standing = known.filter(({ state }) => state !== "erased")
    const isCopy = made !== body
    if (isCopy && standing.some((one) => one.parts !== answer.parts || one.under !== mark)) return null // another text
    const here = placesIn(shared).filter((one) => one.body === made && one.token === token)
    if (here.some(({ state }) => state === "served")) return null
    const binding = this.bindingOf(token, body, shared, answer.parts)
    if (answer.is === "ask" && !agreed && !this.approvals.isAgreed(binding, asking)) return { asks: binding }
    const kind = revoked ? "revoke" : "put"
    const inNeed = answer.is === "go" && answer.inNeed
    return { put: { ...WRITTEN, kind, token, mark, body: made, parts: answer.parts }, inNeed }
  }

  /** What stands in an object of a node: in a copy only what was left. */
  #held(token: number, body: string, owner: string): Parts {
    const { thing, parts } = this.version(token)
    if (body === thing) return parts
    const standing = this.#placesBy(owner).filter((place) => place.body === body && place.state !== "erased")
    return standing.find((place) => place.token === token)?.parts ?? "v"
  }

  /** Exactly what a person agrees to. */
  bindingOf(token: number, body: string, shared: Shared, parts: Parts): string {
    const { mark } = this.version(token)
    return JSON.stringify([token, body, parts, mark, shared.id, shared.terms, this.readersOf(shared).sort()])
  }

  /** The newest version of each object that a collection serves. */
  carried(shared: Shared): { token: number; body: string }[] {
    const served = placesIn(shared).filter(({ state }) => state === "served")
    return served.filter(({ body, token }) => !served.some((other) => other.body === body && other.token > token))
  }

  /** Every version that is served or held back gets an entry, in every collection; only upwards. */
  mark(owner: string, thing: string, to: Mark): Prediction {
    if (this.versionsOf(thing).every(({ mark }) => mark >= to)) return new Map()
    return this.#inEach(owner, thing, (place) => {
      const { mark } = this.version(place.token)
      return place.state === "erased" ? null : { kind: "mark", mark: stricter(mark, to) }
    })
  }

  /** Everything that was ever let out and not recalled yet, in every collection, closed ones too. */
  recall(owner: string, thing: string): Prediction {
    return this.#inEach(owner, thing, (place) => (place.recalled ? null : { kind: "recall", mark: null }))
  }

  erase(shared: Shared, thing: string): Prediction {
    const gone = { kind: "erase", mark: null } as const
    const all = this.#inEach(shared.owner, thing, ({ state }) => (state === "erased" ? null : gone))
    return new Map([...all].filter(([id]) => id === shared.id))
  }

  /** Of a thing and its copies: served ones first, then those that are held back, then what was erased. */
  #inEach(owner: string, thing: string, say: Say): Prediction {
    const prediction: Prediction = new Map()
    for (const shared of this.ownedBy(owner)) {
      const places = placesIn(shared).filter(({ body }) => thingOf(body) === thing)
      const bodies = [...new Set(places.map(({ body }) => body))].sort((a, b) =>
        this.#rankOf(a) < this.#rankOf(b) ? -1 : 1,
      )
      const entries = bodies.flatMap((body) => aboutEach(places, body, say))
      if (entries.length > 0) prediction.set(shared.id, entries)
    }
    return prediction
  }

  /** A thing before its copies, these by their ids. */
  #rankOf(body: string): string {
    return body.includes("@") ? `1${this.ids.get(body)}` : "0"
  }

  /** Whether a partner's version, as far as its logs were read, may be put into a collection. */
  mayRelay(token: number, into: Shared, read: (shared: Shared) => number): boolean {
    const day = Math.floor(this.now(into.owner) / DAY)
    return [...this.shared.values()].some((from) => {
      if (from.owner === into.owner || !from.members.has(into.owner)) return false
      const place = placesIn(from, read(from)).find((one) => one.token === token && one.state !== "erased")
      if (place === undefined || place.state === "recalled") return false
      return [from.terms, ...from.past].some(
        (under) => (under.end === null || day <= under.end) && mayPassOn(into.terms, under, place.under),
      )
    })
  }

  /** Whether what a node passes on stands nowhere any more, as far as it read; false if nobody can tell. */
  isTakenBack(token: number, by: string, read: (shared: Shared) => number): boolean {
    const from = [...this.shared.values()].filter(({ owner, members }) => owner !== by && members.has(by))
    const stands = from.flatMap((shared) =>
      placesIn(shared, read(shared))
        .filter((place) => place.token === token)
        .map(
          (place) =>
            (place.state === "served" || place.state === "withheld") && this.#timeOf(shared, by, place) !== "over",
        ),
    )
    return stands.length > 0 && !stands.includes(true)
  }

  /** Whether a node may send a party this part of a version now. */
  mayRead(owner: string, token: number, part: string, party: string): boolean {
    return this.ownedBy(owner).some((shared) =>
      placesIn(shared).some(
        (p) => p.token === token && p.state === "served" && p.parts.includes(part) && this.#isFor(shared, party, p.seq),
      ),
    )
  }

  /** Whether a party ever could get the thing itself, and not only a copy of it, so that it may know its name. */
  mayKnow(owner: string, thing: string, party: string): boolean {
    return this.ownedBy(owner).some(
      (shared) => shared.members.has(party) && placesIn(shared).some(({ body }) => body === thing),
    )
  }

  /** The last day of its terms is over. */
  isOver({ owner, terms: { end } }: Shared): boolean {
    return end !== null && Math.floor(this.now(owner) / DAY) > end
  }

  /** Who left gets again what it was given before, and nothing else. An owner that crashed may have given it unheard. */
  #isFor(shared: Shared, party: string, seq: number): boolean {
    const { members, given, owner } = shared
    if (members.get(party) === "reads" && !this.isOver(shared)) return true
    return members.has(party) && (given.has(`${seq} ${party}`) || this.doubtful.has(`${owner} ${party}`))
  }

  /** What is in these entries goes to a party by this collection. */
  give(id: string, token: number, party: string, isIn: (body: string) => boolean): void {
    const shared = this.shared.get(id)
    if (shared === undefined) return
    for (const place of placesIn(shared)) {
      if (place.token !== token || place.state !== "served" || !isIn(place.body)) continue
      const name = `${place.seq} ${party}`
      if (!shared.given.has(name)) shared.given.set(name, shared.entries.length)
    }
  }

  /** What a holder of the first `size` entries may show, what of that it must, and what of it its time is over. */
  shown(shared: Shared, party: string, size: number): { place: Place; must: boolean; over: boolean }[] {
    const now = new Map(placesIn(shared).map((place) => [place.seq, place.state]))
    const reads = shared.members.get(party) === "reads" && !this.isOver(shared)
    return placesIn(shared, size)
      .filter(({ state, seq }) => (state === "served" || state === "withheld") && this.#isFor(shared, party, seq))
      .map((place) => {
        const time = this.#timeOf(shared, party, place)
        const sure = (reads || shared.given.has(`${place.seq} ${party}`)) && time === "there"
        return { place, must: sure && now.get(place.seq) === "served", over: time === "over" }
      })
  }

  /** Whether a party may keep what it had when it last looked; `perhaps` by terms of which it may not have heard yet. */
  #timeOf({ terms, past }: Shared, party: string, { at }: Pick<Place, "at">): "there" | "perhaps" | "over" {
    const swept = this.swept.get(party) ?? 0
    const over = [terms, ...past].map(({ retention }) => (retention === null ? Infinity : at + retention * DAY))
    if (over.every((until) => until <= swept)) return "over"
    return over.some((until) => until - SKEW <= swept) ? "perhaps" : "there"
  }
}

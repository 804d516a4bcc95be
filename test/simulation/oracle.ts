// What must be true, written from the design and not from the code: nothing of `src` is imported here. It knows what
// owners did, entry by entry, and says from that alone what may leave, what must follow, and what each holder shows.

/** CLEAR, GREEN, AMBER, AMBER+STRICT, RED. */
export type Mark = 0 | 1 | 2 | 3 | 4
const GREEN: Mark = 1

/** One version of a thing; its token stands in its bytes and nowhere else in the world. */
export type Version = { token: number; thing: string; owner: string; mark: Mark; revoked: boolean }

export type Kind = "put" | "revoke" | "mark" | "recall" | "erase" | "closed"
/** What an entry of a log says; `about` is the number of the entry of which it speaks. */
export type Entry = { kind: Kind; token: number | null; mark: Mark | null; about: number | null }

/** What became of a version in a collection. */
export type Place = {
  seq: number
  token: number
  mark: Mark
  state: "served" | "withheld" | "recalled" | "erased"
  recalled: boolean
  /** Recalled after it was erased. */
  nameless: boolean
}

/** A shared collection: its log, who reads it or did until they left, and to whom each entry went when. */
export type Shared = {
  id: string
  owner: string
  entries: Entry[]
  members: Map<string, "reads" | "left">
  /** By number and party: how long the log was when what is in the entry first left for the party. */
  given: Map<string, number>
  closed: boolean
}

/** What an operation must write into which collection. */
export type Prediction = Map<string, Entry[]>

export class Oracle {
  /** By token. */
  readonly versions: Version[] = []
  readonly shared = new Map<string, Shared>()
  /** Owner and party, where an answer may have been written down that nobody heard. */
  readonly doubtful = new Set<string>()
  /** Whether an owner and a party were partners both ways when the owner last heard. */
  active: (owner: string, party: string) => boolean = () => false

  version(token: number): Version {
    return this.versions[token] as Version
  }

  versionsOf(thing: string): Version[] {
    return this.versions.filter((one) => one.thing === thing)
  }

  ownedBy(owner: string): Shared[] {
    return [...this.shared.values()].filter((one) => one.owner === owner)
  }

  /** What the first `size` entries of a log make of its versions. */
  places({ entries }: Shared, size = entries.length): Place[] {
    const places = new Map<number, Place>()
    for (const [seq, { kind, token, mark, about }] of entries.slice(0, size).entries()) {
      if (kind === "put" || kind === "revoke") {
        places.set(seq, { seq, token: token ?? -1, mark: mark ?? 0, state: "served", recalled: false, nameless: false })
      }
      const place = about === null ? undefined : places.get(about)
      if (place === undefined) continue
      if (kind === "mark") {
        place.mark = stricter(place.mark, mark ?? 0)
        if (place.mark > GREEN && place.state === "served") place.state = "withheld"
      }
      if (kind === "recall") {
        place.recalled = true
        if (place.state === "erased") place.nameless = true
        else place.state = "recalled"
      }
      if (kind === "erase") place.state = "erased"
    }
    return [...places.values()]
  }

  /** The default terms: an own version, GREEN at most, for active partners alone, not recalled, not revoked since. */
  mayRelease(version: Version, shared: Shared, again: boolean): boolean {
    const readers = [...shared.members].filter(([, how]) => how === "reads")
    if (shared.closed || readers.length === 0 || !readers.every(([one]) => this.active(shared.owner, one))) return false
    if (version.owner !== shared.owner || version.mark > GREEN) return false
    const others = this.versionsOf(version.thing)
    if (others.some((one) => one.token > version.token && one.revoked)) return false
    if (others.some((one) => one.token < version.token && one.mark > version.mark)) return false // asks two people
    return again || !this.#isRecalled(version)
  }

  /** Recalled, and let out nowhere since. What was erased is recalled without a word of which version it was. */
  #isRecalled({ token, thing, owner }: Version): boolean {
    const places = this.ownedBy(owner).flatMap((shared) => this.places(shared))
    if (places.some((place) => place.token === token && place.state === "served")) return false
    return places.some((place) => {
      if (place.token === token) return place.recalled
      return place.nameless && this.version(place.token).thing === thing
    })
  }

  release(version: Version, shared: Shared, again: boolean): Prediction {
    const there = this.places(shared).some(({ token, state }) => token === version.token && state === "served")
    if (there || !this.mayRelease(version, shared, again)) return new Map()
    return new Map([[shared.id, [put(version)]]])
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

  /** Served ones first, then those that are held back, then what was erased. */
  #inEach(owner: string, thing: string, say: (place: Place) => Pick<Entry, "kind" | "mark"> | null): Prediction {
    const order = ["served", "held", "erased"]
    const rank = ({ state }: Place) => order.indexOf(state === "withheld" || state === "recalled" ? "held" : state)
    const prediction: Prediction = new Map()
    for (const shared of this.ownedBy(owner)) {
      const places = this.places(shared).filter(({ token }) => this.version(token).thing === thing)
      const entries = places
        .sort((a, b) => rank(a) - rank(b) || a.seq - b.seq)
        .flatMap((place) => {
          const said = say(place)
          return said === null ? [] : [{ ...said, token: null, about: place.seq }]
        })
      if (entries.length > 0) prediction.set(shared.id, entries)
    }
    return prediction
  }

  /** The newest version of each thing that a collection serves, decided anew for its successor. */
  carriedOver(shared: Shared, successor: Shared): Entry[] {
    const served = this.places(shared).filter(({ state }) => state === "served")
    const versions = served.map(({ token }) => this.version(token))
    return versions
      .filter(({ thing, token }) => !versions.some((other) => other.thing === thing && other.token > token))
      .filter((version) => this.mayRelease(version, successor, false))
      .map(put)
  }

  /** Whether a party may be sent the bytes of a version now. */
  mayRead(token: number, party: string): boolean {
    return [...this.shared.values()].some((shared) =>
      this.places(shared).some((p) => p.token === token && p.state === "served" && this.#isFor(shared, party, p.seq)),
    )
  }

  /** Who left gets again what it was given before, and nothing else. An owner that crashed may have given it unheard. */
  #isFor({ members, given, owner }: Shared, party: string, seq: number): boolean {
    const how = members.get(party)
    if (how !== "left") return how === "reads"
    return given.has(`${seq} ${party}`) || this.doubtful.has(`${owner} ${party}`)
  }

  /** The bytes of a version go to a party by this collection. */
  give(id: string, token: number, party: string): void {
    const shared = this.shared.get(id)
    if (shared === undefined) return
    const place = this.places(shared).find((one) => one.token === token && one.state === "served")
    const name = `${place?.seq} ${party}`
    if (!shared.given.has(name)) shared.given.set(name, shared.entries.length)
  }

  /** What a holder of the first `size` entries may show, and what of that it must. */
  shown(shared: Shared, party: string, size: number): { place: Place; must: boolean }[] {
    const now = new Map(this.places(shared).map((place) => [place.seq, place.state]))
    return this.places(shared, size)
      .filter(({ state, seq }) => (state === "served" || state === "withheld") && this.#isFor(shared, party, seq))
      .map((place) => {
        const sure = shared.members.get(party) === "reads" || shared.given.has(`${place.seq} ${party}`)
        return { place, must: sure && now.get(place.seq) === "served" }
      })
  }
}

const put = ({ token, mark, revoked }: Version): Entry => ({
  kind: revoked ? "revoke" : "put",
  token,
  mark,
  about: null,
})
const stricter = (a: Mark, b: Mark): Mark => (a >= b ? a : b)

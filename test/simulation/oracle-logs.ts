// What logs say and what that makes of the versions in them; nothing of `src` is imported here.

import type { Mark, Parts, Terms } from "./oracle-terms.ts"

/** One version of a thing; its tokens stand in its bytes and nowhere else in the world. */
export type Version = { token: number; thing: string; owner: string; mark: Mark; revoked: boolean; parts: Parts }

export type Kind = "put" | "revoke" | "mark" | "recall" | "erase" | "closed"

/**
 * What an entry of a log says; `about` is the number of the entry of which it speaks. `body`: the object that it holds,
 * a thing or a copy of one, and what stands in that; `at`: when its owner wrote it.
 */
export type Entry = {
  kind: Kind
  token: number | null
  mark: Mark | null
  about: number | null
  body: string | null
  parts: Parts
  at: number
  /** When its owner first let it out, by this collection or one in whose place this goes on. */
  since: number
  /** Of a mark: the collection may not serve it any more. */
  above: boolean
}

/** What became of a version in a collection. */
export type Place = {
  seq: number
  token: number
  mark: Mark
  body: string
  parts: Parts
  at: number
  since: number
  /** The mark under which it was put there. */
  under: Mark
  state: "served" | "withheld" | "recalled" | "erased"
  recalled: boolean
  /** Recalled after it was erased. */
  nameless: boolean
}

/** A shared collection: its terms, its log, who reads it or did until they left, and to whom each entry went when. */
export type Shared = {
  id: string
  owner: string
  terms: Terms
  /** Wider ones that held before. */
  past: Terms[]
  entries: Entry[]
  members: Map<string, "reads" | "left">
  /** By number and party: how long the log was when what is in the entry first left for the party. */
  given: Map<string, number>
  closed: boolean
  /** In whose place it goes on. */
  follows: Shared | null
}

/** What an operation must write into which collection. */
export type Prediction = Map<string, Entry[]>

/** A day, in microseconds. */
export const DAY = 86_400_000_000
/** An entry of which nothing was said yet. */
export const WRITTEN: Pick<Entry, "token" | "mark" | "about" | "body" | "parts" | "at" | "since" | "above"> = {
  ...{ token: null, mark: null, about: null, body: null, parts: "", at: 0, since: 0, above: false },
}
export const CLOSED: Entry = { ...WRITTEN, kind: "closed" }

/** What the first `size` entries of a log make of its versions. */
export function placesIn({ entries }: Pick<Shared, "entries">, size = entries.length): Place[] {
  const places = new Map<number, Place>()
  for (const [seq, { kind, token, mark, about, body, parts, at, since, above }] of entries.slice(0, size).entries()) {
    if (kind === "put" || kind === "revoke") {
      const under = mark ?? 0
      const fresh = { state: "served", recalled: false, nameless: false } as const
      places.set(seq, { seq, token: token ?? -1, mark: under, under, body: body ?? "", parts, at, since, ...fresh })
    }
    const place = about === null ? undefined : places.get(about)
    if (place === undefined) continue
    if (kind === "mark") {
      place.mark = stricter(place.mark, mark ?? 0)
      if (above && place.state === "served") place.state = "withheld"
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

export type Say = (place: Place) => Pick<Entry, "kind" | "mark"> | null
const ORDER = { served: 0, withheld: 1, recalled: 1, erased: 2 } as const

/** One object after another: served ones first, then those that are held back, then what was erased. */
export function aboutEach(all: readonly Place[], body: string, say: Say): Entry[] {
  const places = all.filter((place) => place.body === body)
  const sorted = places.sort((a, b) => ORDER[a.state] - ORDER[b.state] || a.seq - b.seq)
  return sorted.flatMap((place) => {
    const said = say(place)
    return said === null ? [] : [{ ...WRITTEN, ...said, about: place.seq }]
  })
}

export const thingOf = (body: string) => body.split("@")[0] ?? ""
export const typeOf = ({ thing }: Pick<Version, "thing">) => thing.split("--")[0] ?? ""
export const stricter = (a: Mark, b: Mark): Mark => (a >= b ? a : b)

/** Since when a version, as a thing or as a copy of one, is out by a collection and those before it. */
export function outSince(shared: Shared | null, token: number, at: number): number {
  if (shared === null) return at
  const held = placesIn(shared).filter((place) => place.token === token && place.state !== "erased")
  return Math.min(outSince(shared.follows, token, at), ...held.map(({ since }) => since))
}

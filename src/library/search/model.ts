import type { Instant } from "../../kernel/time.ts"
import type { Tlp } from "../../stix/index.ts"
import type { CollectionId } from "../model.ts"
import type { AgainPage, AgainQuery } from "./again.ts"
import type { RelationGroup, RelationPage, RelationQuery } from "./relations.ts"

export type Sort = "newest" | "oldest" | "name" | "modified"

/** What a person looks for. Empty lists and nulls do not restrict. */
export type SearchQuery = {
  /** Words, all of which must occur; `"a phrase"` in quotes; the last word may be a beginning. Or an object's id. */
  text: string
  types: readonly string[]
  markings: readonly (Tlp | "none")[]
  origins: readonly string[]
  collections: readonly CollectionId[]
  /** When it was added: `from ≤ added < to`. */
  from: Instant | null
  to: Instant | null
  revoked: "any" | "no" | "yes"
  sort: Sort
  /** The `next` or `previous` of an answer; anything else is the first page. */
  after: string | null
  limit: number
}

/** The newest version of an object, as a line of a list shows it. */
export type Hit = {
  /** Of that version; rises with every version that comes in. */
  key: number
  id: string
  type: string
  /** What a person would call it: name, value, or pattern; the kind of a relationship. */
  name: string | null
  /** One quiet line: the beginning of a description, what a relationship joins. */
  detail: string | null
  marking: Tlp | null
  origin: string
  /** `modified`, else `created`, as sent. */
  modified: string | null
  added: Instant
  revoked: boolean
  /** That hold any version of it. */
  collections: CollectionId[]
}

export type Found = {
  hits: Hit[]
  total: number
  /** There are at least `total`; counting stopped there. */
  totalIsLeast: boolean
  /** Sorted are only so many of the newest; null if all are. */
  sortedAmong: number | null
  next: string | null
  previous: string | null
  /** Entries of collections that the index has not read yet. */
  behind: number
}

export type Keys = { keys: number[]; more: boolean }

/** One property of one object that names another one. */
export type Reference = {
  /** Name of the property: `object_refs`. */
  label: string
  /** The object on the other side, and how it is listed here, if it is here. */
  id: string
  hit: Hit | null
  /** Where the object that refers is a relationship: its kind and its other end. */
  relation: { type: string; outward: boolean; id: string; hit: Hit | null } | null
}

export type References = { references: Reference[]; next: number | null }

export type ReferringOptions = {
  /** Only by these properties; empty = by any. */
  labels: readonly string[]
  limit: number
  /** `next` of the answer before. */
  after: number | null
}

export type Edge = { from: string; to: string; label: string; id: string | null }
/** `cut`: there is more than was asked for. */
export type Neighbourhood = { nodes: Hit[]; edges: Edge[]; cut: boolean }
export type NeighbourhoodOptions = { limit: number; types: readonly string[] }

export type Tally = { value: string; objects: number }
/** Objects by what they are, each once, as its newest version says it. */
export type Tallies = {
  objects: number
  types: Tally[]
  /** `none` where there is no TLP. */
  markings: Tally[]
  origins: Tally[]
  collections: { id: CollectionId; objects: number }[]
  revoked: number
  /** By the UTC day on which the newest version was added, ascending: the instant at which the day begins. */
  days: { day: Instant; objects: number }[]
}

export type SearchState = {
  /** Objects in the index. */
  indexed: number
  /** Entries of collections not read yet. */
  behind: number
  /** It is being made from the beginning. */
  rebuilding: boolean
}

/** What the worker is asked, and what it answers. */
export type Questions = {
  find: { given: SearchQuery; answer: Found }
  keys: { given: { query: SearchQuery; most: number }; answer: Keys }
  names: { given: readonly string[]; answer: Map<string, Hit> }
  recent: { given: number; answer: Hit[] }
  referring: { given: ReferringOptions & { id: string }; answer: References }
  referringLabels: { given: string; answer: Tally[] }
  referred: { given: string; answer: Reference[] }
  relations: { given: string; answer: RelationGroup[] }
  relationPage: { given: RelationQuery; answer: RelationPage }
  neighbourhood: { given: NeighbourhoodOptions & { ids: readonly string[] }; answer: Neighbourhood }
  tallies: { given: null; answer: Tallies }
  seenAgain: { given: AgainQuery; answer: AgainPage }
}

import type { Json } from "../../kernel/canonical.ts"
import { type Instant, monotonic, parseInstant, timestampKey } from "../../kernel/time.ts"
import type { JsonObject } from "../../stix/index.ts"
import type { Derived } from "../../store/index.ts"
import { idHash } from "../queries.ts"
import { exactValuesOf } from "../values.ts"
import { extract } from "./extract.ts"
import {
  addOwed,
  addToMinute,
  addToTally,
  clearOwed,
  type Doc,
  deleteDoc,
  type Holding,
  hasStrangePlace,
  insertDoc,
  isAheadOfExpired,
  isHeld,
  type Minute,
  readBytes,
  readDocs,
  readExpired,
  readHoldings,
  readOwed,
  readPlaces,
  readSteps,
  rewriteSome,
  type Step,
  saveExpiry,
  saveHeld,
  savePlace,
  takeHeld,
} from "./index-queries.ts"
import { facetToken, referenceToken, valueToken } from "./words.ts"

const STEPS_AT_ONCE = 100
const PAGES_AT_ONCE = 50
/** In microseconds. */
export const MINUTE = 60_000_000

/** False if the index was made from another database, or from a later state of this one: a backup was brought back. */
export function fits(index: Derived): boolean {
  return !hasStrangePlace(index) && !isAheadOfExpired(index) && readPlaces(index).every(({ same }) => same === 1)
}

/**
 * Reads on in the collections for some milliseconds, in a transaction that stays open: the longer it is, the fewer
 * pages are written twice. The collections themselves say what changed: every entry, also one that erases another, is
 * one step. True if there is more to read.
 */
export function readOn(index: Derived, milliseconds: number): boolean {
  const until = monotonic() + milliseconds
  return index.extend(() => {
    const changes = new Changes(index)
    let more = false
    for (const place of readPlaces(index)) {
      while (place.seq < place.size - 1 && monotonic() < until) {
        const steps = readSteps(index, place, STEPS_AT_ONCE)
        const last = steps.at(-1)
        if (last === undefined) break
        savePlace(index, place.collection, last.seq, last.h)
        follow(index, place.collection, steps, changes)
        place.seq = last.seq
      }
      more ||= place.seq < place.size - 1
    }
    more = forgetExpired(index, changes, until) || more
    changes.save()
    return more
  })
}

/** True if there is more. What was not read yet when it expired is read without content later. */
function forgetExpired(index: Derived, changes: Changes, until: number): boolean {
  while (monotonic() < until) {
    const rows = readExpired(index, STEPS_AT_ONCE)
    const last = rows.at(-1)
    if (last === undefined) return false
    const hashes = new Set<number>()
    for (const { collection, seq } of rows) {
      const held = takeHeld(index, collection, seq)
      if (held === null) continue
      hashes.add(held)
      addOwed(index)
    }
    for (const doc of settle(index, [...hashes], changes).sort((a, b) => a.key - b.key)) add(index, doc, changes)
    saveExpiry(index, last.number)
  }
  return true
}

/** Objects that these entries are about are brought to what the database now says of them in what was read so far. */
function follow(index: Derived, collection: number, steps: readonly Step[], changes: Changes): void {
  const hashes = new Set<number>()
  for (const { seq, hash, changes: changed } of steps) {
    if (hash !== null) {
      saveHeld(index, collection, seq, hash)
      hashes.add(hash)
    }
    const about = changed === null ? null : takeHeld(index, collection, changed)
    if (about === null) continue
    hashes.add(about)
    if (isHeld(index, collection, changed as number)) saveHeld(index, collection, changed as number, about)
    else addOwed(index)
  }
  const wanted = settle(index, [...hashes], changes)
  // Ascending: FTS5 begins a new segment whenever a key is lower than the one before.
  for (const doc of wanted.sort((a, b) => a.key - b.key)) add(index, doc, changes)
}

/** Takes out what does not stand any more, and returns what should stand instead. */
function settle(index: Derived, hashes: readonly number[], changes: Changes): Doc[] {
  const holdings = Map.groupBy(readHoldings(index, hashes), ({ id }) => id)
  const docs = new Map(readDocs(index, hashes).map((doc) => [doc.id, doc]))
  const wanted: Doc[] = []
  for (const id of new Set([...holdings.keys(), ...docs.keys()])) {
    const held = holdings.get(id)
    const [now, before] = [held === undefined ? null : docOf(held), docs.get(id)]
    const same = now !== null && before?.key === now.key && before.collections === now.collections
    if (same && before.added === now.added && before.marking === now.marking) continue
    if (before !== undefined) {
      deleteDoc(index, before.key)
      changes.count(before, -1)
    }
    if (now !== null) wanted.push(now)
  }
  return wanted
}

/** The newest version, in all collections that hold any. Its name is not known yet. */
function docOf(holdings: readonly Holding[]): Doc {
  const newest = holdings.reduce((best, one) => (isNewer(one, best) ? one : best))
  const added = holdings.filter(({ key }) => key === newest.key).map((one) => one.added)
  const collections = [...new Set(holdings.map(({ collection }) => collection))].sort((a, b) => a - b)
  const { hash, key, id, type, stamp, marking, origin, revoked } = newest
  return {
    ...{ key, hash, id, type, name: null, detail: null, marking, origin, revoked, source: null, target: null },
    added: Math.min(...added) as Instant,
    modified: stamp === null ? null : parseInstant(stamp),
    collections: collections.join(","),
  }
}

/** By specification version, then by `modified`; of observables the one that came last. */
function isNewer(one: Holding, other: Holding): boolean {
  if (one.spec !== other.spec) return one.spec > other.spec
  const [a, b] = [orderOf(one), orderOf(other)]
  return a === b ? one.key > other.key : a > b
}

function orderOf({ stamp }: Holding): string {
  return (stamp === null ? null : timestampKey(stamp)) ?? ""
}

function add(index: Derived, doc: Doc, changes: Changes): void {
  const bytes = readBytes(index, doc.key)
  const object = bytes === null ? null : parsed(bytes)
  if (object === null) return
  const { name, detail, text, references } = extract(object)
  const hashed = references.map(({ label, id }) => ({ label, target: knownHash(id) }))
  const naming = hashed.map(({ label, target }) => referenceToken(target, label))
  const tokens = [...facetsOf(doc), ...naming, ...valueTokensOf(object)]
  const end = (...labels: string[]) => hashed.find(({ label }) => labels.includes(label))?.target ?? null
  const joins = doc.type === "relationship" || doc.type === "sighting"
  const ends = joins ? { source: end("source_ref"), target: end("target_ref", "sighting_of_ref") } : null
  insertDoc(index, { ...doc, ...ends, name, detail }, `${text} ${tokens.join(" ")}`)
  changes.count(doc, 1)
}

/** By these objects are found that have the same value under other ids. */
export function valueTokensOf(object: JsonObject): string[] {
  const values = exactValuesOf(object).map(({ kind, value }) => valueToken(idHash(`${kind} ${value}`)))
  return [...new Set(values)]
}

const HASHES_MOST = 20_000
const hashes = new Map<string, number>()

/** Some objects are named by half of a library. */
function knownHash(id: string): number {
  const known = hashes.get(id)
  if (known !== undefined) return known
  if (hashes.size >= HASHES_MOST) hashes.clear()
  const hash = idHash(id)
  hashes.set(id, hash)
  return hash
}

/** What is stored was read strictly when it came. */
export function parsed(bytes: Uint8Array): JsonObject | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
  const value = JSON.parse(text) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null
}

function facetsOf({ type, marking, origin, revoked, collections }: Doc): string[] {
  return [
    facetToken("type", type),
    facetToken("marking", marking ?? "none"),
    facetToken("origin", origin),
    facetToken("revoked", revoked === 1 ? "yes" : "no"),
    ...collections.split(",").map((collection) => facetToken("collection", collection)),
  ]
}

/** What one transaction changes in the tallies, written once at its end. */
class Changes {
  readonly #index: Derived
  readonly #tallies = new Map<string, { kind: string; value: string; more: number }>()
  readonly #minutes = new Map<number, Minute>()

  constructor(index: Derived) {
    this.#index = index
  }

  count(doc: Doc, more: 1 | -1): void {
    this.#tally("object", "", more)
    this.#tally("type", doc.type, more)
    this.#tally("marking", doc.marking ?? "none", more)
    this.#tally("origin", doc.origin, more)
    if (doc.revoked === 1) this.#tally("revoked", "yes", more)
    for (const collection of doc.collections.split(",")) this.#tally("collection", collection, more)
    const minute = Math.floor(doc.added / MINUTE)
    const known = this.#minutes.get(minute) ?? { minute, least: doc.key, most: doc.key, objects: 0 }
    const [least, most] = [Math.min(known.least, doc.key), Math.max(known.most, doc.key)]
    this.#minutes.set(minute, { minute, least, most, objects: known.objects + more })
  }

  save(): void {
    for (const { kind, value, more } of this.#tallies.values()) {
      if (more !== 0) addToTally(this.#index, kind, value, more)
    }
    for (const minute of this.#minutes.values()) addToMinute(this.#index, minute)
  }

  #tally(kind: string, value: string, more: number): void {
    const name = `${kind} ${value}`
    const known = this.#tallies.get(name) ?? { kind, value, more: 0 }
    known.more += more
    this.#tallies.set(name, known)
  }
}

/**
 * FTS5 keeps the tokens of a deleted row until it rewrites them. After an erasure everything is rewritten, some
 * pages at a time, until nothing of the erased object is in the file.
 */
export class Forgetting {
  readonly #index: Derived
  /** How much was owed when the rewriting that is under way began. */
  #begun = 0

  constructor(index: Derived) {
    this.#index = index
  }

  /** Works for some milliseconds; true if there is more to do. */
  workOn(milliseconds: number): boolean {
    const until = monotonic() + milliseconds
    return this.#index.extend(() => {
      const owed = readOwed(this.#index)
      if (owed === 0) return false
      while (monotonic() < until) {
        const first = this.#begun !== owed
        this.#begun = owed
        if (rewriteSome(this.#index, first ? -PAGES_AT_ONCE : PAGES_AT_ONCE)) continue
        this.#begun = 0
        clearOwed(this.#index)
        return false
      }
      return true
    })
  }
}

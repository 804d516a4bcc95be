import { type Instant, parseInstant } from "../../kernel/time.ts"
import { type Lookup, nameOf, warningLookup } from "../../library/index.ts"
import {
  bestOf,
  type Decision,
  decider,
  parsedObject,
  readTriedByKey,
  TriedObjects,
  type TriedRow,
} from "../../policy/index.ts"
import type { JsonObject } from "../../stix/index.ts"
import type { SyncReader } from "../../store/index.ts"
import { canonicalItem, plainItem, typeOfKind } from "../items/canonical.ts"
import { exactValues, type Named } from "../items/objects.ts"
import { type ItemType, isRestricted, type RestrictedType, readItem } from "../items/types.ts"
import type { Example, Exclusion, Gathered, GatherJob, GatherStep, PartyQuestion } from "./model.ts"
import { keepNewest, PackedWriter } from "./packed.ts"
import { isCopy } from "./queries.ts"
import { type Group, ItemSorter } from "./sorting.ts"
import { ListTally } from "./tally.ts"

/** So many objects between two looks at how far it is. */
const STEP = 500

/** Looks at every object of a selection, and at the end says what came out; with `keep`, in files, too. */
export function* gatherSteps(reader: SyncReader, job: GatherJob): Generator<GatherStep> {
  const total = job.keys.length
  const sorter = new ItemSorter(job.folder)
  try {
    const look = new Look(reader, job, sorter)
    for (let done = 0; done < total; done++) {
      look.at(job.keys[done] as number)
      if (done % STEP === STEP - 1) yield { done: done + 1, total, gathered: null }
    }
    yield { done: total, total, gathered: new Outcome(reader, job, look.tally).of(sorter, look) }
  } finally {
    sorter.close()
  }
}

/** Everything about single objects. */
class Look {
  readonly tally = new ListTally()
  objects = 0
  without = 0
  until: Instant | null = null
  readonly #reader: SyncReader
  readonly #job: GatherJob
  readonly #sorter: ItemSorter
  readonly #tried: TriedObjects
  readonly #deciders: readonly ReturnType<typeof decider>[]
  readonly #types: ReadonlySet<ItemType>

  constructor(reader: SyncReader, job: GatherJob, sorter: ItemSorter) {
    this.#reader = reader
    this.#job = job
    this.#sorter = sorter
    this.#tried = new TriedObjects(reader, job.self)
    this.#deciders = job.questions.map((question) => decider({ ...question, time: job.time }))
    this.#types = new Set(job.types.map(({ type }) => type))
  }

  at(key: number): void {
    const row = readTriedByKey(this.#reader, key)
    if (row === undefined) return // erased since it was chosen
    this.objects += 1
    const json = parsedObject(row.bytes)
    const found = exactValues(json)
    if (found.is === "nothing") this.without += 1
    else if (found.is === "not-exact")
      this.#note("others", { code: "match-list.not-exact", values: {} }, exampleOf(row, json))
    else this.#values(row, json, found.values)
  }

  #values(row: TriedRow, json: JsonObject, values: readonly Named[]): void {
    const against = this.#againstState(row, json) ?? this.#againstPolicy(row, json)
    const example = exampleOf(row, json)
    for (const { kind, value, chain } of values) {
      const item = canonicalItem(kind, value, chain)
      if ("refused" in item) {
        this.#note(typeOfKind(kind) ?? "others", { code: item.refused, values: {} }, example)
        continue
      }
      const reason = this.#againstType(item.type) ?? against
      const verdict = reason === null ? 0 : this.tally.number(reason)
      if (verdict !== 0) this.tally.show(item.type, verdict, example)
      else this.#lasts(json)
      this.#sorter.add({ item: item.bytes, verdict, key: row.key })
    }
  }

  /** What has no bytes is counted where it is found. */
  #note(place: ItemType | "others", reason: Exclusion, example: Example): void {
    const number = this.tally.number(reason)
    this.tally.exclude(place, number)
    this.tally.show(place, number, example)
  }

  #againstType(type: ItemType): Exclusion | null {
    if (isRestricted(type) && !this.#isPermitted(type)) return { code: "match-list.restricted", values: {} }
    return this.#types.has(type) ? null : { code: "match-list.type", values: {} }
  }

  /** Two people agreed, and so does what counts between us and each of these parties. */
  #isPermitted(type: RestrictedType): boolean {
    const { questions, approved } = this.#job
    const says = ({ terms, purpose }: PartyQuestion) =>
      (terms?.matching ?? []).some((row) => row.type === type && row.purpose === purpose)
    return approved && questions.every(says)
  }

  #lasts(json: JsonObject): void {
    const until = untilOf(json)
    if (until !== null && (this.until === null || until < this.until)) this.until = until
  }

  #againstState({ id }: TriedRow, json: JsonObject): Exclusion | null {
    if (json.revoked === true) return { code: "match-list.revoked", values: {} }
    const until = untilOf(json)
    if (until !== null && until <= this.#job.time) return { code: "match-list.expired", values: {} }
    return isCopy(this.#reader, id) ? { code: "match-list.copy", values: {} } : null
  }

  /** Policy's own decision for each party: what could not be let go to all of them is not offered to any. */
  #againstPolicy(row: TriedRow, json: JsonObject): Exclusion | null {
    const object = this.#tried.read(row, json)
    const origins = this.#tried.origins(row)
    for (const decide of this.#deciders) {
      const decision = bestOf(decide, object, origins)
      if (!this.#goes(decision)) return decision.reasons[0] ?? { code: "decision.failed", values: {} }
    }
    return this.#deciders.length === 0 ? { code: "audience.empty", values: {} } : null
  }

  #goes({ is }: Decision): boolean {
    return is === "release" || is === "redact" || (is === "hold" && this.#job.approved)
  }
}

/** Everything about single items, when all objects were looked at. */
class Outcome {
  readonly #reader: SyncReader
  readonly #job: GatherJob
  readonly #tally: ListTally
  readonly #warnings: Lookup

  constructor(reader: SyncReader, job: GatherJob, tally: ListTally) {
    this.#reader = reader
    this.#job = job
    this.#tally = tally
    this.#warnings = warningLookup(reader)
  }

  of(sorter: ItemSorter, { objects, without, until }: Look): Gathered {
    const { folder, keep, cut } = this.#job
    const writer = keep ? new PackedWriter(folder) : null
    for (const group of sorter.groups()) this.#group(group, writer)
    writer?.finish()
    this.#limit()
    const [types, others] = [this.#tally.types(), this.#tally.others()]
    return { types, objects, without, others, cut, until }
  }

  #group({ item, entries }: Group, writer: PackedWriter | null): void {
    const { type } = readItem(item)
    const keys = entries.filter(({ verdict }) => verdict === 0).map(({ key }) => key)
    if (keys.length === 0) this.#tally.exclude(type, Math.min(...entries.map(({ verdict }) => verdict)))
    else if (this.#isWarned(item)) this.#warn(type, keys)
    else {
      this.#tally.use(type)
      writer?.add(item, keys)
    }
  }

  #isWarned(item: Buffer): boolean {
    return this.#warnings.size > 0 && this.#warnings.hits(plainItem(item)).length > 0
  }

  #warn(type: ItemType, keys: readonly number[]): void {
    const number = this.#tally.number({ code: "match-list.warned", values: {} })
    this.#tally.exclude(type, number)
    const row = this.#tally.wants(type, number) ? readTriedByKey(this.#reader, keys.at(-1) ?? 0) : undefined
    if (row !== undefined) this.#tally.show(type, number, exampleOf(row, parsedObject(row.bytes)))
  }

  /** More than both sides agreed on are not used: those stay that came last. */
  #limit(): void {
    const { types, folder, keep } = this.#job
    if (keep) keepNewest(folder, new Map(types.map(({ type, most }) => [type, most])))
    for (const { type, most } of types) {
      const over = this.#tally.usedOf(type) - most
      const reason: Exclusion = { code: "match-list.most", values: { most: String(most) } }
      if (over > 0) this.#tally.unuse(type, this.#tally.number(reason), over)
    }
  }
}

function untilOf({ valid_until: until }: JsonObject): Instant | null {
  return typeof until === "string" ? parseInstant(until) : null
}

function exampleOf({ key, id, type }: TriedRow, json: JsonObject): Example {
  return { key, id, type, name: nameOf(json, type) ?? "" }
}

import { DAY } from "../../src/kernel/time.ts"

type Entry = {
  is: "entry"
  object: string
  version: number
  clash: boolean
  bytes: number
  /** At the giver. */
  now: "served" | "marked" | "recalled" | "erased"
  gone: { at: number; content: boolean } | null
  /** At the reader. */
  here: "stands" | "recalled" | "conflict" | "empty" | null
  came: number
}
type Word = { is: "word"; kind: "recall" | "mark" | "erase"; about: Entry; named: boolean; told: number }
type Asked = { told: number; answered: number | null; word: Word }

/**
 * What went between two nodes, told again in the plainest way: a giver's collections as lists, and what a reader made
 * of them. Written apart from the code that counts, so that the two check each other (docs/reciprocity.md).
 */
export class ExchangeModel {
  readonly #logs: (Entry | Word)[][] = [[], []]
  readonly #read = [0, 0]
  readonly #left: (number | null)[] = [null, null]
  /** How far it had read when it left. */
  readonly #had: number[] = [0, 0]
  readonly #asked: Asked[] = []
  readonly #owed: Asked[] = []
  readonly #unanswered: Word[] = []
  /** When words came of which the reader got only the hash. */
  readonly #hollow: number[] = []

  put(collection: number, entry: Pick<Entry, "object" | "version" | "clash" | "bytes">): void {
    this.#logs[collection]?.push({ is: "entry", ...entry, now: "served", gone: null, here: null, came: 0 })
  }

  /** The giver's words about an object, as `recallObject`, `markObject` and `eraseShared` make them. */
  say(collection: number, kind: Word["kind"], object: string, withdrawn: boolean, told: number): void {
    const log = this.#logs[collection] ?? []
    const recalled = new Set(log.flatMap((one) => (one.is === "word" && one.kind === "recall" ? [one.about] : [])))
    const known = entriesOf(log).filter((one) => one.object === object)
    const spokenOf = known.filter((about) =>
      kind === "recall"
        ? about.now !== "recalled" && !(about.now === "erased" && recalled.has(about))
        : about.now !== "erased",
    )
    for (const about of spokenOf) {
      this.#tell(collection, { is: "word", kind, about, named: about.now !== "erased", told })
      if (kind === "erase") about.now = "erased"
      else if (kind === "recall" && about.now !== "erased") about.now = "recalled"
      else if (kind === "mark" && withdrawn && about.now === "served") about.now = "marked"
    }
  }

  #tell(collection: number, word: Word): void {
    const log = this.#logs[collection] ?? []
    const at = log.indexOf(word.about)
    log.push(word)
    const left = this.#left[collection] ?? null
    if ((left === null ? (this.#read[collection] ?? 0) : (this.#had[collection] ?? 0)) > at) {
      this.#asked.push({ told: word.told, answered: null, word })
    }
  }

  leave(collection: number): void {
    if (this.#left[collection] !== null) return
    this.#left[collection] = this.#logs[collection]?.length ?? 0
    this.#had[collection] = this.#read[collection] ?? 0
  }

  pull(now: number, receipts: boolean): void {
    for (const [collection, log] of this.#logs.entries()) {
      for (let at = this.#read[collection] ?? 0; at < log.length; at++) {
        const one = log[at] as Entry | Word
        const belongs = this.#left[collection] === null
        if (one.is === "entry") this.#arrive(one, now, belongs)
        else if (belongs || log.indexOf(one.about) < (this.#had[collection] ?? 0)) this.#take(log, one)
        else this.#hollow.push(now) // not for who left: a hash like any other
      }
      this.#read[collection] = log.length
    }
    if (!receipts) return
    for (const list of [this.#asked, this.#owed]) {
      for (const one of list) if (this.#unanswered.includes(one.word)) one.answered ??= now
    }
    this.#unanswered.length = 0
  }

  #arrive(entry: Entry, now: number, belongs: boolean): void {
    const content = belongs && entry.now === "served"
    entry.gone = { at: now, content }
    entry.came = now
    entry.here = !content ? "empty" : entry.clash ? "conflict" : "stands"
  }

  #take(log: readonly (Entry | Word)[], word: Word): void {
    const { kind, about, named, told } = word
    const versions = entriesOf(log)
      .filter(({ object, version }) => object === about.object && version === about.version)
      .filter(({ here }) => here === "stands" || here === "recalled")
    const held = kind === "erase" ? (about.here === "empty" ? [] : [about]) : named ? versions : []
    const since = Math.min(...held.map(({ came }) => came))
    if (since <= told) this.#owed.push({ told, answered: null, word })
    this.#unanswered.push(word)
    const standing = versions.find(({ here }) => here === "stands")
    if (kind === "recall" && named && standing !== undefined) standing.here = "recalled"
    if (kind === "erase") about.here = "empty"
  }

  figures(days: number | null, now: number) {
    const from = days === null ? Number.NEGATIVE_INFINITY : now - days * DAY
    const entries = entriesOf(this.#logs.flat())
    const given = entries.flatMap((one) => (one.gone?.content === true ? [{ ...one, at: one.gone.at }] : []))
    const came = entries.filter(({ here, came: at }) => here !== null && at >= from)
    const kept = given.filter(({ now: state }) => state !== "erased")
    const here = entries.filter((one) => one.here === "stands" || one.here === "recalled")
    return {
      days,
      given: {
        ...flow(
          kept.map((one) => ({ ...one, stands: one.now === "served", recalled: one.now === "recalled" })),
          from,
        ),
        erased: given.filter((one) => one.now === "erased" && one.at >= from).length,
      },
      received: {
        ...flow(
          here.map((one) => ({
            ...one,
            at: one.came,
            stands: one.here === "stands",
            recalled: one.here === "recalled",
          })),
          from,
        ),
        conflicts: came.filter((one) => one.here === "conflict").length,
        unread: 0,
        empty: came.filter((one) => one.here === "empty").length + this.#hollow.filter((at) => at >= from).length,
      },
      theirAnswers: answers(
        this.#asked.filter(({ told }) => told >= from),
        now,
      ),
      ourAnswers: answers(
        this.#owed.filter(({ told }) => told >= from),
        now,
      ),
      seenAgain: null,
    }
  }
}

function entriesOf(log: readonly (Entry | Word)[]): Entry[] {
  return log.filter((one) => one.is === "entry")
}

type Passed = Pick<Entry, "object" | "version" | "bytes"> & { at: number; stands: boolean; recalled: boolean }

function flow(passed: readonly Passed[], from: number) {
  const versions = [...Map.groupBy(passed, ({ object, version }) => `${object} ${version}`).values()]
  const firsts = versions.map((all) => ({ ...(all[0] as Passed), at: Math.min(...all.map(({ at }) => at)) }))
  const counted = firsts.filter(({ at }) => at >= from)
  const objects = [...new Set(counted.map(({ object }) => object))]
  const gone = (object: string) => {
    const all = passed.filter((one) => one.object === object)
    return all.every(({ stands }) => !stands) && all.some(({ recalled }) => recalled)
  }
  return {
    versions: counted.length,
    objects: objects.length,
    recalled: objects.filter(gone).length,
    bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

function answers(asked: readonly Asked[], now: number) {
  const took = asked.flatMap(({ told, answered }) => (answered === null ? [] : [answered - told]))
  const open = asked.filter(({ answered }) => answered === null)
  const sorted = took.toSorted((a, b) => a - b)
  const overdue = open.filter(({ told }) => told + DAY < now).length
  return {
    asked: asked.length,
    inTime: took.filter((one) => one <= DAY).length,
    late: took.filter((one) => one > DAY).length,
    overdue,
    running: open.length - overdue,
    median: sorted.length === 0 ? null : (sorted[Math.ceil(sorted.length / 2) - 1] ?? null),
  }
}

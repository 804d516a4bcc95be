import { setImmediate as turn } from "node:timers/promises"
import { type Facts, type MatrixCell, matrixRows, type OwnRefusals, type Query, verdicts } from "../law/index.ts"

/** What a matrix is about; who asks whom is each of its cells. */
export type MatrixQuestion = Pick<Query, "measure" | "data" | "urgency" | "date">

export type Matrix = {
  places: readonly string[]
  /** Best channel of each of `to`, in their order; null where it is the same place, or nothing is recorded. */
  row(from: string, to: readonly string[]): (MatrixCell | null)[]
}

/** Small: one number of two bytes a cell, 125 kB for all places. */
const KEPT_MOST = 8

type Kept = { cells: Uint16Array; done: Uint8Array; busy: Promise<void> }
type Inputs = { facts: Facts; refusals: OwnRefusals; question: MatrixQuestion }

/**
 * Matrices of all places, row by row as they are asked for, kept until the facts, the own refusal list or the day
 * change. While rows are found, others have their turn between them, and who asks for few rows does not wait for all of
 * somebody else's.
 */
export class Matrices {
  readonly #kept = new Map<string, Kept>()
  #epoch = ""
  #line: Promise<void> = Promise.resolve()
  #found = 0

  /** Rows that were found, not taken from what is kept. */
  get found(): number {
    return this.#found
  }

  /** The matrix with at least the rows of `from`. */
  async of(inputs: Inputs, from: readonly string[]): Promise<Matrix> {
    const { facts, question } = inputs
    const places = [...new Set(facts.rows.regions.map(({ place }) => place))]
    const kept = this.#keptFor(inputs, places.length)
    // One after the other: who asks for the same rows at the same time finds them ready.
    const done = kept.busy.then(() => this.#fill(kept, inputs, places, from))
    kept.busy = done.catch(() => {})
    await done
    const index = new Map(places.map((place, i) => [place, i]))
    const channels = channelIds(facts, question)
    return {
      places,
      row(asking, to) {
        const at = (index.get(asking) ?? Number.NaN) * places.length
        return to.map((place) => cellOf(kept.cells[at + (index.get(place) ?? Number.NaN)] ?? 0, channels))
      },
    }
  }

  #keptFor({ facts, refusals, question }: Inputs, size: number): Kept {
    const epoch = JSON.stringify([facts.digest, question.date, [...refusals].toSorted()])
    if (epoch !== this.#epoch) this.#kept.clear()
    this.#epoch = epoch
    const key = [question.measure, question.data, question.urgency].join(" ")
    const kept = this.#kept.get(key) ?? {
      ...{ cells: new Uint16Array(size * size), done: new Uint8Array(size), busy: Promise.resolve() },
    }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_MOST && oldest !== undefined) this.#kept.delete(oldest)
    return kept
  }

  async #fill(kept: Kept, inputs: Inputs, places: readonly string[], from: readonly string[]): Promise<void> {
    const { facts, refusals, question } = inputs
    const index = new Map(places.map((place, i) => [place, i]))
    const missing = from.filter((place) => kept.done[index.get(place) ?? Number.NaN] === 0)
    const channels = new Map(channelIds(facts, question).map((id, i) => [id, i]))
    const query: Query = {
      ...{ ...question, from: "", to: "", provider: false, offence: { class: null, penaltyYears: null }, answers: {} },
    }
    const rows = matrixRows(facts, query, missing, places, refusals)
    const fillNext = (): boolean => {
      const next = rows.next()
      if (next.done === true) return false
      const row = next.value
      const at = index.get(row.from) ?? 0
      kept.cells.set(
        row.cells.map((cell) => numberOf(cell, channels)),
        at * places.length,
      )
      kept.done[at] = 1
      this.#found += 1
      return true
    }
    while (await this.#inLine(fillNext));
  }

  /** However many ask, of whatever days: one row is found, then everybody else has a turn. */
  async #inLine<Value>(work: () => Value): Promise<Value> {
    const done = this.#line.then(async () => {
      await turn()
      return work()
    })
    this.#line = done.then(
      () => {},
      () => {},
    )
    return done
  }
}

/** 0 where there is no cell; else which verdict, and which of the channels that know the measure. */
function numberOf(cell: MatrixCell | null, channels: ReadonlyMap<string, number>): number {
  return cell === null ? 0 : 1 + verdicts.indexOf(cell.verdict) + verdicts.length * (channels.get(cell.channel) ?? 0)
}

function cellOf(number: number, channels: readonly string[]): MatrixCell | null {
  if (number === 0) return null
  const verdict = verdicts[(number - 1) % verdicts.length]
  const channel = channels[Math.floor((number - 1) / verdicts.length)]
  return verdict === undefined || channel === undefined ? null : { verdict, channel }
}

function channelIds({ channels }: Facts, { measure }: MatrixQuestion): string[] {
  return channels.filter(({ measures }) => measures.includes(measure)).map(({ id }) => id)
}

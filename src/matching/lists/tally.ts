import { ITEM_TYPES, type ItemType } from "../items/types.ts"
import type { Example, Excluded, Exclusion, TypeTally } from "./model.ts"

const EXAMPLES_MOST = 5
/** Then values are passed over: a million objects must not make a million reasons. */
const REASONS_MOST = 500

type Noted = { count: number; examples: Example[] }
type Place = ItemType | "others"

/** What is used and what not, while it is counted. Reasons have numbers from 1. */
export class ListTally {
  readonly #reasons: Exclusion[] = []
  readonly #numbers = new Map<string, number>()
  readonly #used = new Map<ItemType, number>()
  readonly #noted = new Map<string, Noted>()

  /** The number of a reason, for where numbers are kept. */
  number(reason: Exclusion): number {
    const full = JSON.stringify([reason.code, reason.values])
    const name = this.#numbers.has(full) || this.#numbers.size < REASONS_MOST ? full : reason.code
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#reasons.push(reason)
    this.#numbers.set(name, this.#reasons.length)
    return this.#reasons.length
  }

  use(type: ItemType): void {
    this.#used.set(type, (this.#used.get(type) ?? 0) + 1)
  }

  /** So many that were used are not after all. */
  exclude(place: Place, number: number, count = 1): void {
    this.#note(place, number).count += count
  }

  unuse(type: ItemType, number: number, count: number): void {
    this.#used.set(type, (this.#used.get(type) ?? 0) - count)
    this.exclude(type, number, count)
  }

  /** Whether one more object would be shown for this reason. */
  wants(place: Place, number: number): boolean {
    return this.#note(place, number).examples.length < EXAMPLES_MOST
  }

  show(place: Place, number: number, example: Example): void {
    const { examples } = this.#note(place, number)
    if (examples.length < EXAMPLES_MOST && !examples.some(({ key }) => key === example.key)) examples.push(example)
  }

  types(): TypeTally[] {
    return ITEM_TYPES.flatMap((type) => {
      const tally = { type, used: this.#used.get(type) ?? 0, excluded: this.#of(type) }
      return tally.used === 0 && tally.excluded.length === 0 ? [] : [tally]
    })
  }

  others(): Excluded[] {
    return this.#of("others")
  }

  usedOf(type: ItemType): number {
    return this.#used.get(type) ?? 0
  }

  /** The most frequent first. */
  #of(place: Place): Excluded[] {
    const all = this.#reasons.flatMap((reason, i) => {
      const noted = this.#noted.get(`${place} ${i + 1}`)
      return noted === undefined || noted.count === 0
        ? []
        : [{ ...reason, count: noted.count, examples: [...noted.examples] }]
    })
    return all.toSorted((a, b) => b.count - a.count)
  }

  #note(place: Place, number: number): Noted {
    const name = `${place} ${number}`
    const noted = this.#noted.get(name) ?? { count: 0, examples: [] }
    this.#noted.set(name, noted)
    return noted
  }
}

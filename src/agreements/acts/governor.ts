import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Clock } from "../../kernel/time.ts"
import { type Shelf, shelfOf } from "../tabled/shelf.ts"
import { type GoverningParts, govern } from "./governing.ts"

/** How often it looks whether something was written; and after how long a date may have come. */
const LOOK_MS = 500
const DATES_MS = 60_000

export type GovernorParts = Omit<GoverningParts, "shelf"> & { clock: Clock; diagnostics: Diagnostics }

/** Lets agreements take effect: soon after an act came in or was signed, or a day came. The only timer of the module. */
export class Governor {
  readonly #parts: GovernorParts & { shelf: Shelf }
  #timer: NodeJS.Timeout | null = null
  #working: Promise<void> | null = null
  #seen = -1
  #looks = 0

  constructor(parts: GovernorParts) {
    this.#parts = { ...parts, shelf: shelfOf(parts.store) }
  }

  start(): this {
    this.#timer = setInterval(() => {
      this.#working ??= this.#look().finally(() => {
        this.#working = null
      })
    }, LOOK_MS)
    this.#timer.unref()
    return this
  }

  /** What is under way ends first. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#working
  }

  async #look(): Promise<void> {
    const { commits } = this.#parts.store
    this.#looks += 1
    if (commits === this.#seen && this.#looks * LOOK_MS < DATES_MS) return
    this.#seen = commits
    this.#looks = 0
    await governAll(this.#parts)
  }
}

/** Each agreement for itself: what is wrong with one holds up no other. */
export async function governAll(parts: GovernorParts & { shelf: Shelf }): Promise<void> {
  const { store, shelf, clock, diagnostics } = parts
  try {
    for (const negotiation of await shelf.negotiations(store)) {
      try {
        await govern(parts, negotiation, clock.now())
      } catch (error) {
        const code = error instanceof ComityError ? error.code : "bug"
        diagnostics.warn("agreement.not-governed", { agreement: negotiation.id, code })
      }
    }
  } catch (error) {
    diagnostics.warn("agreement.not-governed", { code: error instanceof ComityError ? error.code : "bug" })
  }
}

import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, formatInstant } from "../../kernel/time.ts"
import { sectorsOf } from "../../policy/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { parsed } from "../release/candidates.ts"
import { findRelease } from "../release/queries.ts"
import { decideAnew } from "../release/reconsidering.ts"
import type { Releases } from "../release/releases.ts"
import { insertChosen, RELEASE_MOST, recordBegun, targetOf } from "../release/releasing.ts"
import { halted } from "./following.ts"
import { fits, type Rule } from "./model.ts"
import { listRules, type NewRow, readCursors, readNew, setCursor, setRun } from "./queries.ts"
import { inboxesOf } from "./rules.ts"

const ROWS_AT_ONCE = 1000
const PAUSE_MS = 2000

/** What fits a rule of what came in since it looked last, and how far it looked now. */
export type Found = { keys: number[]; cursors: ReadonlyMap<number, number> }

/** `since`: by inbox the entry behind which it looks; none looks from the beginning. */
export async function findFitting(reader: Reader, rule: Rule, since: ReadonlyMap<number, number>): Promise<Found> {
  const keys: number[] = []
  const cursors = new Map<number, number>()
  for (const { key: inbox } of await inboxesOf(reader, rule)) {
    for (let after = since.get(inbox) ?? -1; keys.length < RELEASE_MOST - ROWS_AT_ONCE; ) {
      const wish = { after, most: ROWS_AT_ONCE, withBytes: rule.sectors !== null }
      const rows = await readNew(reader, inbox, wish)
      keys.push(...rows.filter((row) => fitsRule(rule, row)).map(({ key }) => key))
      after = rows.at(-1)?.seq ?? after
      if (rows.length > 0) cursors.set(inbox, after)
      if (rows.length < ROWS_AT_ONCE) break
      await new Promise((resolve) => setImmediate(resolve)) // others have their turn
    }
  }
  return { keys, cursors }
}

function fitsRule(rule: Rule, { type, marking, bytes }: NewRow): boolean {
  const sectors = bytes === null ? [] : sectorsOf(parsed(bytes))
  return fits(rule, { type, marking, sectors })
}

/**
 * Begins to let out what came in for a rule since: its cursors move in the transaction that writes the release down, so
 * that nothing goes twice and nothing is passed over. Null if there is nothing, or its last release is still under way.
 */
export async function runRule(store: Store, releases: Releases, rule: Rule): Promise<string | null> {
  if (!rule.active || (await halted(store, rule)) !== null) return null
  const last = rule.lastRelease === null ? null : await findRelease(store, rule.lastRelease)
  if (last?.state === "running") return null
  const { keys, cursors } = await findFitting(store, rule, await readCursors(store, rule.key))
  if (cursors.size === 0) return null
  const begun = await store.write(async (tx) => {
    for (const [inbox, seq] of cursors) await setCursor(tx, rule.key, inbox, seq)
    if (keys.length === 0) return null
    const targets = [await targetOf(tx, rule.collection)]
    const by = { by: rule.madeBy, officer: rule.madeBy !== null }
    const release = await insertChosen(tx, { objects: keys, targets, unmarked: null, again: false, ...by }, "running")
    await setRun(tx, rule.key, release.id)
    await recordBegun(tx, release, { rule: rule.id })
    return release
  })
  if (begun !== null) releases.run(begun)
  return begun?.id ?? null
}

/** `takenBack`: what readers are told where something is recalled since facts changed. */
export type StandingParts = {
  store: Store
  clock: Clock
  releases: Releases
  diagnostics: Diagnostics
  takenBack: string
}

/** Looks whether something came in for a rule, as long as the node runs. */
export class StandingRules {
  readonly #parts: StandingParts
  #timer: NodeJS.Timeout | null = null
  #seen = -1
  #day = ""
  #now: Promise<string[]> = Promise.resolve([])

  constructor(parts: StandingParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#parts.store.commits === this.#seen && this.#today() === this.#day) return
      void this.runAll()
    }, PAUSE_MS)
    this.#timer.unref()
  }

  /** Ids of the releases that were begun. A rule that fails holds no other one up. */
  runAll(): Promise<string[]> {
    this.#now = this.#now.then(() => this.#all())
    return this.#now
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#now
  }

  /** Facts of law and terms begin and end with a day, whether or not anybody writes anything. */
  #today(): string {
    return formatInstant(this.#parts.clock.now()).slice(0, 10)
  }

  /** Before anything more goes out. */
  async #anew(): Promise<void> {
    try {
      await decideAnew(this.#parts, this.#parts.takenBack)
    } catch (error) {
      const code = error instanceof ComityError ? error.code : "internal"
      this.#parts.diagnostics.error("release.not-decided-anew", { code })
    }
  }

  async #all(): Promise<string[]> {
    const { store, releases, diagnostics } = this.#parts
    this.#seen = store.commits
    this.#day = this.#today()
    await this.#anew()
    const begun: string[] = []
    for (const rule of await listRules(store)) {
      try {
        const id = await runRule(store, releases, rule)
        if (id !== null) begun.push(id)
      } catch (error) {
        const code = error instanceof ComityError ? error.code : "internal"
        diagnostics.error("rule.failed", { rule: rule.id, code })
      }
    }
    return begun
  }
}

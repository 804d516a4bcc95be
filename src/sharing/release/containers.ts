import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import { type Collection, listCollections, markAround, ownHolding } from "../../library/index.ts"
import { ceilingOf } from "../../policy/index.ts"
import { compareTlp } from "../../stix/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { containersDue, deleteDue, markAroundOf, membersBehind } from "./container-queries.ts"
import { withCopies } from "./copies.ts"
import { inEach, nothingDone } from "./withdrawing.ts"

const AT_ONCE = 50

/**
 * What reports and groupings of our own hold that came, or got a stricter mark, since this was last called: where it went
 * out under a looser mark, readers are told the stricter one, and collections that may not serve it under that one
 * withdraw it, as for a mark on the object itself. `takeBack` comes before, for what may not go on at all under that mark.
 * After a crash all is looked at again.
 */
export async function followContainers(store: Store, takeBack: (id: string) => Promise<void>): Promise<void> {
  const ours = new Set<number>()
  for (let after = -1; ; ) {
    const due = await containersDue(store, after)
    if (due.length === 0) return
    if (after < 0) for (const { kind, key } of await listCollections(store)) if (kind === "shared") ours.add(key)
    const done: number[] = []
    for (const { number, container } of due) {
      if (ours.size === 0 || (await followOne(store, container, { ours, takeBack }))) done.push(number)
    }
    if (done.length > 0) await store.write((tx) => deleteDue(tx, done))
    after = due.at(-1)?.number ?? after
  }
}

type Following = { ours: ReadonlySet<number>; takeBack: (id: string) => Promise<void> }

/** False if a log that is guarded could not be told yet. */
async function followOne(store: Store, container: number, { ours, takeBack }: Following): Promise<boolean> {
  let all = true
  for (let after = "", more = true; more; ) {
    const members = await membersBehind(store, container, after, AT_ONCE)
    const shared: string[] = []
    for (const id of members) {
      const held = await Promise.all((await withCopies(store, id)).map((one) => ownHolding(store, one)))
      if (held.flat().some((key) => ours.has(key))) shared.push(id)
    }
    for (const id of shared) await takeBack(id)
    if (shared.length > 0) {
      const told = await store.write(async (tx) => {
        const each: boolean[] = []
        for (const id of shared) each.push(await tellAround(tx, id))
        return each
      })
      all &&= !told.includes(false)
    }
    after = members.at(-1) ?? after
    more = members.length === AT_ONCE
    await new Promise((resolve) => setImmediate(resolve)) // others have their turn
  }
  return all
}

async function tellAround(tx: Tx, id: string): Promise<boolean> {
  const marking = await markAroundOf(tx, id)
  if (marking === null) return true
  const done = nothingDone()
  let all = true
  for (const one of await withCopies(tx, id)) {
    const tell = async (collection: Collection) => {
      if (collection.kind !== "shared") return []
      return markAround(tx, collection, one, {
        marking,
        withdrawn: compareTlp(marking, ceilingOf(collection.terms)) > 0,
      })
    }
    for (const key of await ownHolding(tx, one)) {
      try {
        await inEach(tx, [key], "mark", tell, done)
      } catch (error) {
        if (!(error instanceof ComityError) || error.code !== "log.guarded") throw error
        all = false // its log says nothing until it is free again
      }
    }
  }
  if (done.entries > 0) await record(tx, { what: "object.marked", by: null, facts: { ...done, marking } })
  return all
}

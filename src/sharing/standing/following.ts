import { officers } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import { audienceOf, type Collection, loadCollection } from "../../library/index.ts"
import { governedBy, governing } from "../../policy/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import type { Rule, RuleId } from "./model.ts"
import { deleteRule, insertRule, isNewer, listRules, readCursors, setCursor } from "./queries.ts"
import { factsOf, loadRule, requireRoom } from "./rules.ts"

/** Why a rule lets nothing out though it is on; null if it does. */
export type Halt = "no-officer" | "closed" | "nobody"

export async function halted(reader: Reader, rule: Rule): Promise<Halt | null> {
  if (rule.madeBy !== null && !(await officers(reader)).has(rule.madeBy)) return "no-officer"
  const collection = await loadCollection(reader, rule.collection)
  if (collection.closedAt !== null) return "closed"
  return (await audienceOf(reader, collection)).length === 0 ? "nobody" : null
}

/**
 * Collections that go on with what a rule's collection was when an officer decided on the rule, and into which no rule
 * lets the same: its successor, and those that an agreement made for readers with reservations. A rule never goes there
 * by itself: other people read there, or under other terms.
 */
export async function goesOnIn(reader: Reader, rule: Rule): Promise<Collection[]> {
  const before = await loadCollection(reader, rule.collection)
  const last = await lastAfter(reader, before)
  const inForce = await governing(reader, last.id)
  const parts = inForce === null ? [] : await governedBy(reader, inForce.agreement)
  const ids = new Set([last.id, ...parts.map(({ collection }) => collection)])
  ids.delete(rule.collection)
  const others = (await listRules(reader)).filter(({ active }) => active)
  const found: Collection[] = []
  for (const id of ids) {
    const one = await loadCollection(reader, id)
    const served = others.some((other) => other.collection === id && chooseAlike(other, rule))
    const open = one.kind === "shared" && one.closedAt === null && (await audienceOf(reader, one)).length > 0
    // What stood beside it already was left out on purpose.
    const meant = before.closedAt !== null || (await isNewer(reader, one.key, rule.madeAt))
    if (open && !served && meant) found.push(one)
  }
  return found
}

async function lastAfter(reader: Reader, collection: Collection): Promise<Collection> {
  let last = collection
  while (last.successor !== null) last = await loadCollection(reader, last.successor)
  return last
}

function chooseAlike(a: Rule, b: Rule): boolean {
  const chosen = ({ types, markings, sectors, inboxes }: Rule) => JSON.stringify([types, markings, sectors, inboxes])
  return chosen(a) === chosen(b)
}

/** Rules that are on and let nothing out, or not into all that their collection became. */
export async function rulesStandingStill(reader: Reader): Promise<Rule[]> {
  const active = (await listRules(reader)).filter((rule) => rule.active)
  const still = await Promise.all(
    active.map(async (rule) => (await halted(reader, rule)) !== null || (await goesOnIn(reader, rule)).length > 0),
  )
  return active.filter((_, i) => still[i])
}

/**
 * An officer lets the same go into a collection that goes on: by a rule of its own, which begins where the old one
 * stopped, so that nothing is passed over. A rule whose collection is closed is then no more. Throws `conflict
 * rule.not-next` for a collection that is none of those, and what `loadRule` and `requireRoom` throw.
 */
export async function followRule(store: Store, id: string, collection: string, by: string | null): Promise<RuleId> {
  return store.write(async (tx) => {
    const rule = await loadRule(tx, id)
    const next = await goesOnIn(tx, rule)
    const into = next.find((one) => one.id === collection || one.alias === collection)
    if (into === undefined) throw new ComityError("conflict", "rule.not-next")
    await requireRoom(tx)
    const { key, ...same } = rule
    const made = { active: true, madeBy: by, madeAt: tx.now, lastRunAt: null, lastRelease: null }
    const fresh = { ...same, ...made, id: newId("rule"), collection: into.id }
    const added = { ...fresh, key: await insertRule(tx, fresh) }
    for (const [inbox, seq] of await readCursors(tx, key)) await setCursor(tx, added.key, inbox, seq)
    await record(tx, { what: "rule.added", by, facts: factsOf(added) })
    const isOver = (await loadCollection(tx, rule.collection)).closedAt !== null && next.length === 1
    if (isOver) {
      await deleteRule(tx, key)
      await record(tx, { what: "rule.removed", by, facts: factsOf(rule) })
    }
    return added.id
  })
}

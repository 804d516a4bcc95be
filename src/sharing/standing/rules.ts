import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import { type Collection, type CollectionId, listCollections, loadCollection } from "../../library/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import type { Fits, Rule, RuleWish } from "./model.ts"
import { deleteRule, insertRule, listRules, selectRule, setActive, setCursor } from "./queries.ts"

const RULES_MOST = 100
const SWITCHED = { on: { what: "rule.on" }, off: { what: "rule.off" } } as const

/**
 * Makes a rule that is on from now. Throws `refused collection.not-shared`, `conflict collection.closed`,
 * `invalid rule.inbox`, `too-large rule.too-many`.
 */
export async function addRule(store: Store, wish: RuleWish, by: string | null): Promise<Rule> {
  return store.write(async (tx) => {
    await requireRoom(tx)
    const target = await loadCollection(tx, wish.collection)
    if (target.kind !== "shared") throw new ComityError("refused", "collection.not-shared")
    if (target.closedAt !== null) throw new ComityError("conflict", "collection.closed")
    const { title, types, markings, sectors } = wish
    const chosen = { types, markings, sectors, inboxes: await inboxIds(tx, wish.inboxes) }
    const made = { active: true, madeBy: by, madeAt: tx.now, lastRunAt: null, lastRelease: null }
    const fresh = { ...chosen, ...made, id: newId("rule"), title, collection: target.id }
    const rule = { ...fresh, key: await insertRule(tx, fresh) }
    if (!wish.existing) await skipToEnd(tx, rule)
    await record(tx, { what: "rule.added", by, facts: factsOf(rule) })
    return rule
  })
}

/** Throws `too-large rule.too-many`. */
export async function requireRoom(reader: Reader): Promise<void> {
  if ((await listRules(reader)).length < RULES_MOST) return
  throw new ComityError("too-large", "rule.too-many", { most: RULES_MOST })
}

async function inboxIds(reader: Reader, names: readonly string[] | null): Promise<CollectionId[] | null> {
  if (names === null) return null
  const found = await Promise.all(names.map((name) => loadCollection(reader, name)))
  if (found.some(({ kind }) => kind !== "inbox")) throw new ComityError("invalid", "rule.inbox")
  return found.map(({ id }) => id)
}

/** The inboxes in which a rule looks. */
export async function inboxesOf(reader: Reader, { inboxes }: Pick<Fits, "inboxes">): Promise<Collection[]> {
  const own = (await listCollections(reader)).filter(({ kind, party }) => kind === "inbox" && party === null)
  return own.filter(({ id }) => inboxes === null || inboxes.includes(id))
}

/** What is there already does not go. */
async function skipToEnd(tx: Tx, rule: Rule): Promise<void> {
  for (const { key, size } of await inboxesOf(tx, rule)) await setCursor(tx, rule.key, key, size - 1)
}

/** Throws `not-found rule.unknown`. */
export async function loadRule(reader: Reader, id: string): Promise<Rule> {
  const found = await selectRule(reader, id)
  if (found === null) throw new ComityError("not-found", "rule.unknown")
  return found
}

/** On: by the decision of who switches it on, and for what comes in from then on. Throws `not-found rule.unknown`. */
export async function switchRule(store: Store, id: string, active: boolean, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const rule = await loadRule(tx, id)
    await setActive(tx, rule.key, active, by)
    if (active && !rule.active) await skipToEnd(tx, rule)
    await record(tx, { ...SWITCHED[active ? "on" : "off"], by, facts: factsOf(rule) })
  })
}

/** What it let out stays out. Throws `not-found rule.unknown`. */
export async function removeRule(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const rule = await loadRule(tx, id)
    await deleteRule(tx, rule.key)
    await record(tx, { what: "rule.removed", by, facts: factsOf(rule) })
  })
}

/** What the ledger says of a rule. */
export function factsOf({ id, collection, types, markings, sectors, inboxes }: Rule) {
  const list = (items: readonly string[] | null) => (items === null ? null : [...items])
  return {
    rule: id,
    collection,
    types: list(types),
    markings: list(markings),
    sectors: list(sectors),
    inboxes: list(inboxes),
  }
}

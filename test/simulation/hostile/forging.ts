import sql from "sql-template-tag"
import { canonicalize, type Json } from "../../../src/kernel/canonical.ts"
import { formatInstant } from "../../../src/kernel/time.ts"
import { appendEntry, entryHash, nextInstant, openLog } from "../../../src/ledger/index.ts"
import { insertEntry } from "../../../src/library/queries.ts"
import { day, prepared } from "../../support/node-in-process.ts"
import { indicator, type Stix } from "../../support/stix.ts"
import type { Dice } from "../dice.ts"
import type { Machine } from "../machine.ts"
import { objectOf } from "../objects.ts"
import type { World } from "../world.ts"

/** A header as a hostile node may sign it: anything. */
type Forged = { header: { [name: string]: Json }; body: string }
type Forgery = (world: World, dice: Dice) => Forged | null

const NOTHING = { id: null, spec: null, version: null, marking: null, terms: null, previous: null, erases: null }

/** An object as its header must say it. */
function truly(object: Stix, changes: { [name: string]: Json } = {}): Forged {
  const [first] = prepared(object)
  if (first === undefined) throw new Error("an object that cannot be kept")
  const { id, spec, version, marking, revoked } = first
  const header = { ...NOTHING, kind: revoked ? "revoke" : "put", id, spec, version, marking, ...changes }
  return { header, body: JSON.stringify(object) }
}

function victim(world: World, dice: Dice): Stix | null {
  const versions = world.oracle.versions.filter(
    ({ owner, thing }) => owner !== world.hostile.name && !/^lost/.test(thing),
  )
  // Mostly of what somebody holds.
  const given = new Set(
    [...world.oracle.shared.values()].flatMap(({ given, entries }) =>
      [...given.keys()].map((name) => entries[Number.parseInt(name, 10)]?.token),
    ),
  )
  const held = versions.filter(({ token }) => given.has(token))
  return versions.length === 0 ? null : objectOf(dice.pick(held.length > 0 && dice.happens(80) ? held : versions))
}

const about = (world: World, dice: Dice, kind: string, marking: string | null): Forged | null => {
  const object = victim(world, dice)
  if (object === null) return null
  return { header: { ...truly(object).header, kind, marking }, body: '{"reason":"because"}' }
}

const FORGERIES: Readonly<Record<string, Forgery>> = {
  "an own object": (_, dice) => truly(indicator({ id: ownId(dice), name: "mallory's" })),
  "a version of what is not its own": (world, dice) => {
    const object = victim(world, dice)
    return object === null ? null : truly({ ...object, name: "forged", modified: day(5000 + dice.below(1000)) })
  },
  "another content for the same version": (world, dice) => {
    const object = victim(world, dice)
    return object === null ? null : truly({ ...object, name: "forged" })
  },
  "the end of what is not its own": (world, dice) => {
    const object = victim(world, dice)
    return object === null ? null : truly({ ...object, name: "forged", modified: day(9000), revoked: true })
  },
  "a relayed object": (world, dice) => {
    const object = victim(world, dice)
    if (object === null) return null
    world.relayed.add(object.id)
    return truly(object)
  },
  "a recall of what is not its own": (world, dice) => about(world, dice, "recall", null),
  "a mark on what is not its own": (world, dice) => about(world, dice, "mark", "red"),
  "an erasure of what never was": (_, dice) => ({
    header: { ...NOTHING, kind: "erase", erases: dice.below(40) },
    body: "",
  }),
  "no object": (_, dice) => ({ header: truly(indicator({ id: ownId(dice) })).header, body: "{ no object" }),
  "a header that says otherwise": (_, dice) => truly(indicator({ id: ownId(dice) }), { id: ownId(dice) }),
  "a laxer mark than the body's": (world, dice) => {
    const [version] = world.oracle.versions
    return version === undefined
      ? null
      : truly(objectOf({ ...version, thing: ownId(dice), mark: 3 }), { marking: "clear" })
  },
  "a kind that nobody knows": (_, dice) => truly(indicator({ id: ownId(dice) }), { kind: "explode" }),
  "a time that never was": (_, dice) => truly(indicator({ id: ownId(dice) }), { date_added: "soon" }),
  "two objects in one": (_, dice) => {
    const { header, body } = truly(indicator({ id: ownId(dice) }))
    return { header, body: `${body},${body}` }
  },
  "an end, and more after it": () => ({ header: { ...NOTHING, kind: "closed" }, body: '{"successor":"everything"}' }),
}
export const FORGERY_NAMES = Object.keys(FORGERIES)

function ownId(dice: Dice): string {
  const hex = dice.bytes(16).toString("hex")
  return `indicator--${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** Signs into one of the hostile node's collections what no honest program would write there. */
export async function forge(world: World, machine: Machine, name: string, dice: Dice): Promise<void> {
  const forged = FORGERIES[name]?.(world, dice) ?? null
  const { store } = machine.running()
  const rows = await store.all<{ key: number; log: number; terms: string }>(
    sql`select c.key, c.log, t.hash as terms from collection c join terms t on t.key = c.terms
        where c.kind = 'shared' and c.party is null order by c.key`,
  )
  const target = rows[dice.below(Math.max(1, rows.length))]
  if (forged === null || target === undefined) return
  world.unmask()
  await store.write(async (tx) => {
    const log = await openLog(tx, target.log)
    const dateAdded = nextInstant(tx, log)
    const header = canonicalize({ date_added: formatInstant(dateAdded), ...forged.header, terms: target.terms })
    const [salt, note] = [dice.bytes(32), Buffer.from(forged.body)]
    const h = entryHash(salt, header, note)
    const place = { collection: target.key, seq: appendEntry(log, h), kind: "put", dateAdded } as const
    const nothing = { object: null, type: null, marking: null, previous: null, erases: null, served: false }
    await insertEntry(tx, { ...place, ...nothing, size: note.length, salt, h, header, note })
    const { id, kind } = forged.header
    if (kind !== "put" && kind !== "revoke") return
    world.evidence.claims.push({ h: h.toString("base64"), id: String(id), body: forged.body })
  })
}

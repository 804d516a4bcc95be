import sql from "sql-template-tag"
import { follow, loadCollection } from "../../src/library/index.ts"
import { keptTerms } from "../../src/policy/index.ts"
import { carryOver, narrowAudience, shareCollection, widenAudience } from "../../src/sharing/release/audiences.ts"
import { type Asked, noteAsked } from "./asking.ts"
import type { Machine } from "./machine.ts"
import { narrowIn, real } from "./narrowing.ts"
import type { DrawnTerms, Operation } from "./operations.ts"
import { CLOSED, type Entry, type Prediction, type Shared, type Terms, typeOf } from "./oracle.ts"
import { placesIn } from "./oracle-logs.ts"
import { FORBID, isNarrower, REDACT } from "./oracle-terms.ts"
import { collectionsFrom, sharedOf, whenKnown } from "./predicting.ts"
import { type Attempt, attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

// Who reads, and under which terms.

type Sharing<Kind extends Operation["do"]> = Extract<Operation, { do: Kind }>

export async function share(world: World, machine: Machine, op: Sharing<"share">): Promise<void> {
  const others = [...new Set(op.others.map((other) => world.at(other)))].filter((other) => other !== machine)
  if (others.length === 0) return
  const terms = { ...op.terms, parties: namesIn(world, op.terms.parties) }
  const may = others.every(({ name }) => world.oracle.active(machine.name, name) && isNamed(terms, name))
  const parties = others.map(({ party }) => party)
  const plan = { title: `of ${machine.name}`, alias: null, parties, terms: real(world, terms) }
  const made = await attempt(() =>
    shareCollection(machine.running().store, plan, { by: null, now: machine.clock.now() }),
  )
  if (!made.done && made.crashed) return // if it is there after all, nobody was told of it and nothing enters it
  if (made.done !== may) throw new Violation("I1", `${machine.name} shares with ${others.map(({ name }) => name)}`)
  if (made.done) add(world, machine, made.value, { readers: others, terms })
}

function namesIn(world: World, parties: DrawnTerms["parties"]): Terms["parties"] {
  return parties?.map((node) => world.at(node).name) ?? null
}

const isNamed = ({ parties }: Terms, name: string) => parties?.includes(name) !== false

/** The old collection is closed; what it serves is decided anew for all who read on. */
export async function widen(world: World, machine: Machine, op: Sharing<"widen">): Promise<void> {
  const { oracle } = world
  if (machine.waits) return
  const [shared, other] = [sharedOf(world, machine, op.collection), world.at(op.other)]
  if (shared === null || other === machine) return
  const present = [...shared.members].flatMap(([party, how]) => (how === "reads" ? [party] : []))
  const audience = [...present, other.name]
  const may =
    !shared.closed &&
    !present.includes(other.name) &&
    audience.every((party) => oracle.active(machine.name, party) && isNamed(shared.terms, party))
  const made = await attempt(async () => {
    const { store, releases } = machine.running()
    const wish = { collection: shared.id, party: other.party }
    const { successor, release } = await widenAudience(store, releases, wish, { by: null, officer: false })
    await releases.settled(release.id)
    machine.running()
    return successor
  })
  await carried(world, machine, { shared, audience, terms: shared.terms, made, may })
}

/** A successor goes on: the old collection is closed. */
type Going = { shared: Shared; audience: readonly string[]; terms: Terms; made: Attempt<string>; may: boolean }

async function carried(world: World, machine: Machine, { shared, audience, terms, made, may }: Going): Promise<void> {
  const readers = audience.map((name) => world.machines.find((one) => one.name === name)).filter((one) => !!one)
  const closing: Prediction = new Map([[shared.id, [CLOSED]]])
  const goesOn = async (successor: string) => {
    shared.closed = true
    const next = add(world, machine, successor, { readers, terms, follows: shared })
    if (next !== null) await decidedFor(world, machine, shared, next)
  }
  if (!made.done && made.crashed) {
    const settled = async (happened: boolean) => {
      const row = await machine
        .running()
        .store.get<{ id: string }>(sql`select successor as id from collection where id = ${shared.id}`)
      if (happened) await goesOn(row?.id ?? "")
    }
    return whenKnown(world, machine, may ? closing : new Map(), settled)
  }
  if (made.done !== may) throw new Violation("I1", `${machine.name} goes on for ${audience}`)
  if (!made.done) return
  await world.logs.learn(machine, closing, "after")
  await goesOn(made.value)
}

async function decidedFor(world: World, machine: Machine, shared: Shared, next: Shared): Promise<void> {
  const { oracle } = world
  const operator = { is: "operator" } as const
  const asking = { actor: operator, at: oracle.now(machine.name), again: false, urgent: false }
  const [entries, asked]: [Entry[], Asked[]] = [[], []]
  for (const { token, body } of oracle.carried(shared)) {
    if (oracle.version(token).owner !== machine.name) continue
    const entered = oracle.enter(token, body, next, asking)
    if (entered !== null && "put" in entered) entries.push(entered.put)
    else if (entered !== null) asked.push({ token, body, binding: entered.asks })
  }
  await world.logs.learn(machine, new Map(entries.length === 0 ? [] : [[next.id, entries]]), "after")
  await noteAsked(world, machine, next, { asking, asked })
}

export async function narrow(world: World, machine: Machine, op: Sharing<"narrow">): Promise<void> {
  const [shared, other] = [sharedOf(world, machine, op.collection), world.at(op.other)]
  if (shared === null || other === machine) return
  const may = shared.members.get(other.name) === "reads"
  const left = () => shared.members.set(other.name, "left")
  const wish = { collection: shared.id, party: other.party }
  const done = await attempt(() => narrowAudience(machine.running().store, wish, null))
  if (!done.done && done.crashed) {
    const isMember = async () => {
      const row = await machine.running().store.get<{ left: number | null }>(
        sql`select a.left_at as left from audience a join collection c on c.key = a.collection
            where c.id = ${shared.id} and a.party = ${other.party}`,
      )
      if (may && row?.left !== null) left()
    }
    return whenKnown(world, machine, new Map(), isMember)
  }
  if (done.done !== may) throw new Violation("I1", `${machine.name} narrows for ${other.name}`)
  if (may) left()
}

/** Terms become narrower in place; anything else closes the collection, and a successor goes on. */
export async function changeTerms(world: World, machine: Machine, op: Sharing<"terms">): Promise<void> {
  const open = collectionsFrom(world, machine, op.collection).filter(({ closed }) => !closed)
  const serving = open.filter(({ entries }) => entries.length > 0)
  const rests = (one: Shared) =>
    world.oracle.readersOf(one).some((reader) => !world.oracle.active(machine.name, reader))
  const shared = serving.find(rests) ?? serving[0] ?? open[0]
  if (shared === undefined || world.blurred.has(machine.name) || machine.waits) return
  const { parties, ...rest } = op.change
  const named = parties === undefined ? {} : { parties: namesIn(world, parties) }
  const terms: Terms = { ...shared.terms, ...(bitingIn(world, shared, op) ?? { ...rest, ...named }) }
  if (JSON.stringify(terms) === JSON.stringify(shared.terms)) return
  if (isNarrower(terms, shared.terms)) return narrowIn(world, machine, shared, terms)
  const audience = world.oracle.readersOf(shared).filter((name) => isNamed(terms, name))
  if (audience.length === 0) return
  const made = await attempt(() => goOnUnder(world, machine, shared, { terms, audience }))
  await carried(world, machine, { shared, audience, terms, made, may: true })
}

/** Half of all changes take back something that the collection serves. */
function bitingIn(
  { oracle, machines }: World,
  shared: Shared,
  { collection }: Sharing<"terms">,
): Partial<Terms> | null {
  const [first, ...others] = oracle.readersOf(shared)
  if (collection === 3 && others.length > 0) {
    const names = machines.map(({ name }) => name)
    return { parties: names.filter((name) => name !== first && isNamed(shared.terms, name)) }
  }
  const place = placesIn(shared).find(({ state }) => state === "served")
  if (place === undefined || collection % 2 === 0) return null
  if (/[pq]/.test(place.parts)) return { personal: collection === 1 ? FORBID : REDACT }
  if (place.parts.includes("s")) return { hidden: true }
  return { types: typeOf(oracle.version(place.token)) === "tool" ? ["indicator"] : ["tool"] }
}

/** As an agreement does whose terms are wider than before. */
async function goOnUnder(
  world: World,
  machine: Machine,
  { id }: Shared,
  { terms, audience }: { terms: Terms; audience: readonly string[] },
): Promise<string> {
  const { store, releases } = machine.running()
  const parties = world.machines.filter(({ name }) => audience.includes(name)).map(({ party }) => party)
  const { successor, release } = await store.write(async (tx) => {
    const before = await loadCollection(tx, id)
    const successor = await follow(tx, before, { audience: parties, terms: keptTerms(real(world, terms)) }, null)
    return { successor, release: await carryOver(tx, before, successor, { by: null, officer: false }) }
  })
  releases.run(release)
  await releases.settled(release.id)
  machine.running()
  world.count("terms widened")
  return successor
}

type Rest = { readers: readonly Machine[]; terms: Terms; follows?: Shared }

function add(world: World, machine: Machine, id: string, { readers, terms, follows }: Rest): Shared | null {
  if ((world.unmasked && machine === world.hostile) || world.blurred.has(machine.name)) return null
  const members = new Map(readers.map(({ name }) => [name, "reads" as const]))
  const fresh = { entries: [], past: [], given: new Map(), closed: false, follows: follows ?? null }
  const shared: Shared = { id, owner: machine.name, terms, members, ...fresh }
  world.oracle.shared.set(id, shared)
  return shared
}

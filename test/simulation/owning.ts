import sql from "sql-template-tag"
import { addObjects, loadCollection } from "../../src/library/index.ts"
import { DEFAULT_TERMS } from "../../src/policy/index.ts"
import { narrowAudience, shareCollection, widenAudience } from "../../src/sharing/release/audiences.ts"
import { loadRelease } from "../../src/sharing/release/releasing.ts"
import { erase, mark, recall } from "../../src/sharing/release/withdrawing.ts"
import { prepared } from "../support/node-in-process.ts"
import type { Machine } from "./machine.ts"
import { LEVELS, markOf, objectOf, reasonOf, tokensIn } from "./objects.ts"
import type { Operation } from "./operations.ts"
import type { Entry, Mark, Prediction, Shared, Version } from "./oracle.ts"
import { releaseSomething } from "./restoring.ts"
import { type Attempt, attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

// What people at a node do with what is theirs, by the operations that pages and commands use. Before each, the oracle
// says what must come of it; after, what the node wrote is held against that.

type Owning<Kind extends Operation["do"]> = Extract<Operation, { do: Kind }>

const THINGS_MOST = 4
const SECOND = 1_000_000

/** A new thing, or a new version of one. */
export async function write(world: World, machine: Machine, op: Owning<"write">): Promise<void> {
  const things = world.things.get(machine.name) ?? []
  const slot = op.thing % THINGS_MOST
  const fresh = things[slot] === undefined
  const thing = things[slot] ?? `indicator--${uuid(world)}`
  if (fresh) things.push(thing)
  await store(world, machine, { thing, mark: op.mark, revoked: false })
}

/** The last version of a thing: it says that it is not valid any more. */
export async function revoke(world: World, machine: Machine, op: Owning<"revoke">): Promise<void> {
  const thing = thingOf(world, machine, op.thing)
  const versions = world.oracle.versionsOf(thing ?? "")
  const last = versions.at(-1)
  if (thing === null || last === undefined || last.revoked) return
  await store(world, machine, { thing, mark: Math.min(last.mark, 1) as Mark, revoked: true })
}

async function store(world: World, machine: Machine, of: Pick<Version, "thing" | "mark" | "revoked">): Promise<void> {
  const { oracle } = world
  if (oracle.versionsOf(of.thing).at(-1)?.revoked === true) return // none follows a revoked one
  const version: Version = { ...of, token: oracle.versions.length, owner: machine.name }
  oracle.versions.push(version)
  const inbox = world.inboxes.get(machine.name) ?? ""
  const outcome = await attempt(async () => {
    const { store } = machine.running()
    return addObjects(store, await loadCollection(store, inbox), prepared(objectOf(version)))
  })
  const taken = outcome.done && outcome.value[0]?.is === "accepted"
  if (!outcome.done && outcome.crashed) {
    const isThere = async () => {
      const rows = await machine
        .running()
        .store.all<{ bytes: Uint8Array }>(sql`select bytes from object where id = ${version.thing}`)
      if (!rows.some(({ bytes }) => tokensIn(bytes).includes(version.token))) forget(version)
    }
    whenKnown(world, machine, new Map(), isThere)
  } else if (!taken && !world.blurred.has(machine.name))
    throw new Violation("I4", `${machine.name} did not take its own version ${version.token}`)
}

/** Nobody holds it and nobody ever will. */
function forget(version: Version): void {
  version.thing = `lost ${version.token}`
}

export async function release(world: World, machine: Machine, op: Owning<"release">): Promise<void> {
  if (world.blurred.has(machine.name)) return releaseSomething(machine, op.collection)
  if (machine.waits) return
  const first = mostlyTelling(toRelease(world, machine, op), op.thing)
  if (first === undefined) return
  if (first.prediction.size === 0 && op.thing % 2 === 0) {
    await store(world, machine, { thing: first.version.thing, mark: 1, revoked: false }) // then there is something new
    if (!machine.isUp) return
  }
  const chosen = mostlyTelling(toRelease(world, machine, op), op.thing) ?? first
  const { version, shared, prediction } = chosen
  await predicted(world, machine, prediction, async () => {
    const { store, releases } = machine.running()
    const row = await store.get<{ key: number }>(
      sql`select key from object where id = ${version.thing} and aside = 0 order by version desc limit 1`,
    )
    const wish = { unmarked: null, again: op.again, by: null, officer: false }
    const id = await releases.prepare({ ...wish, collections: [shared.id], objects: [row?.key ?? 0] })
    await releases.settled(id)
    await releases.start(id, wish)
    await releases.settled(id)
    await loadRelease(store, id)
  })
}

function toRelease(world: World, machine: Machine, op: Owning<"release">) {
  const { oracle } = world
  return thingsFrom(world, machine, op.thing).flatMap((thing) =>
    collectionsFrom(world, machine, op.collection).flatMap((shared) => {
      const version = oracle.versionsOf(thing).at(-1)
      return version === undefined ? [] : [{ version, shared, prediction: oracle.release(version, shared, op.again) }]
    }),
  )
}

export async function markThing(world: World, machine: Machine, op: Owning<"mark">): Promise<void> {
  const choices = thingsFrom(world, machine, op.thing).map((thing) => ({
    thing,
    prediction: world.oracle.mark(machine.name, thing, op.mark),
  }))
  const chosen = mostlyTelling(choices, op.thing)
  if (chosen === undefined) return
  const { thing, prediction } = chosen
  const raise = () => {
    for (const one of world.oracle.versionsOf(thing)) one.mark = Math.max(one.mark, op.mark) as Mark
  }
  const wish = { id: thing, marking: LEVELS[op.mark] }
  const isRaised = async () => {
    const rows = await machine
      .running()
      .store.all<{ marking: string | null }>(sql`select marking from object where id = ${thing}`)
    if (rows.every(({ marking }) => markOf(marking) >= op.mark)) raise()
  }
  const outcome = await predicted(world, machine, prediction, () => mark(machine.running().store, wish, null), isRaised)
  if (outcome.done) raise()
}

export async function recallThing(world: World, machine: Machine, op: Owning<"recall">, number: number): Promise<void> {
  const choices = thingsFrom(world, machine, op.thing).map((thing) => ({
    thing,
    prediction: world.oracle.recall(machine.name, thing),
  }))
  const chosen = mostlyTelling(choices, op.thing)
  if (chosen === undefined) return
  const { thing, prediction } = chosen
  const wish = { id: thing, reason: reasonOf(number) }
  world.reasons.set(number, { owner: machine.name, thing })
  await predicted(world, machine, prediction, () => recall(machine.running().store, wish, null))
}

export async function eraseThing(world: World, machine: Machine, op: Owning<"erase">): Promise<void> {
  const choices = thingsFrom(world, machine, op.thing).flatMap((thing) =>
    collectionsFrom(world, machine, op.collection).map((shared) => ({
      ...{ thing, shared },
      prediction: world.oracle.erase(shared, thing),
    })),
  )
  const chosen = mostlyTelling(choices, op.thing)
  if (chosen === undefined) return
  const { thing, shared, prediction } = chosen
  const wish = { id: thing, collection: shared.id }
  await predicted(world, machine, prediction, () => erase(machine.running().store, wish, null))
}

export async function share(world: World, machine: Machine, op: Owning<"share">): Promise<void> {
  const others = [...new Set(op.others.map((other) => world.at(other)))].filter((other) => other !== machine)
  if (others.length === 0) return
  const may = others.every(({ name }) => world.oracle.active(machine.name, name))
  const parties = others.map(({ party }) => party)
  const plan = { title: `of ${machine.name}`, alias: null, parties, terms: DEFAULT_TERMS }
  const made = await attempt(() =>
    shareCollection(machine.running().store, plan, { by: null, now: machine.clock.now() }),
  )
  if (!made.done && made.crashed) return // if it is there after all, nobody was told of it and nothing enters it
  if (made.done !== may) throw new Violation("I1", `${machine.name} shares with ${others.map(({ name }) => name)}`)
  if (made.done) add(world, machine, made.value, others)
}

/** The old collection is closed; what it serves is decided anew for all who read on. */
export async function widen(world: World, machine: Machine, op: Owning<"widen">): Promise<void> {
  const { oracle } = world
  if (machine.waits) return
  const [shared, other] = [sharedOf(world, machine, op.collection), world.at(op.other)]
  if (shared === null || other === machine) return
  const present = [...shared.members].flatMap(([party, how]) => (how === "reads" ? [party] : []))
  const audience = [...present, other.name]
  const may =
    !shared.closed && !present.includes(other.name) && audience.every((party) => oracle.active(machine.name, party))
  const made = await attempt(async () => {
    const { store, releases } = machine.running()
    const wish = { collection: shared.id, party: other.party }
    const { successor, release } = await widenAudience(store, releases, wish, { by: null, officer: false })
    await releases.settled(release.id)
    machine.running()
    return successor
  })
  const readers = audience.map((name) => world.machines.find((one) => one.name === name)).filter((one) => !!one)
  if (!made.done && made.crashed) {
    const settled = async (happened: boolean) => {
      const row = await machine
        .running()
        .store.get<{ id: string }>(sql`select successor as id from collection where id = ${shared.id}`)
      if (happened) await carriedOver(world, machine, { shared, successor: row?.id ?? "", readers })
    }
    return whenKnown(world, machine, may ? new Map([[shared.id, [CLOSED]]]) : new Map(), settled)
  }
  if (made.done !== may) throw new Violation("I1", `${machine.name} widens for ${other.name}`)
  if (!made.done) return
  await world.logs.learn(machine, new Map([[shared.id, [CLOSED]]]), "after")
  await carriedOver(world, machine, { shared, successor: made.value, readers })
}

const CLOSED: Entry = { kind: "closed", token: null, mark: null, about: null }

async function carriedOver(
  world: World,
  machine: Machine,
  { shared, successor, readers }: { shared: Shared; successor: string; readers: Machine[] },
): Promise<void> {
  shared.closed = true
  const next = add(world, machine, successor, readers)
  if (next !== null)
    await world.logs.learn(machine, new Map([[successor, world.oracle.carriedOver(shared, next)]]), "after")
}

export async function narrow(world: World, machine: Machine, op: Owning<"narrow">): Promise<void> {
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

function add(world: World, machine: Machine, id: string, readers: readonly Machine[]): Shared | null {
  if ((world.unmasked && machine === world.hostile) || world.blurred.has(machine.name)) return null
  const members = new Map(readers.map(({ name }) => [name, "reads" as const]))
  const shared: Shared = { id, owner: machine.name, entries: [], members, given: new Map(), closed: false }
  world.oracle.shared.set(id, shared)
  return shared
}

/** Does it, and holds what was written against what had to be; after a crash once the node runs again. */
async function predicted(
  world: World,
  machine: Machine,
  prediction: Prediction,
  work: () => Promise<unknown>,
  settled: (there: boolean) => Promise<void> = async () => {},
): Promise<Attempt<unknown>> {
  world.clock.forward(SECOND)
  const outcome = await attempt(work)
  if (!machine.isUp) {
    whenKnown(world, machine, prediction, settled)
    return { done: false, crashed: true, code: "crash" }
  }
  const held = !outcome.done && machine.waits && outcome.code === "log.guarded"
  if (!outcome.done && prediction.size > 0 && !held)
    throw new Violation("I4", `${machine.name} refuses: ${outcome.code}`)
  await world.logs.learn(machine, held ? new Map() : prediction, "after")
  return outcome
}

/** After a crash: what is there once the node runs again. */
function whenKnown(
  world: World,
  machine: Machine,
  prediction: Prediction,
  settled: (there: boolean) => Promise<void>,
): void {
  world.unsettled.set(machine, { prediction, settled })
}

/** Three times out of four the first choice of which something comes; else the one that was drawn. */
function mostlyTelling<Choice extends { prediction: Prediction }>(
  choices: readonly Choice[],
  number: number,
): Choice | undefined {
  const telling = number % 4 === 3 ? undefined : choices.find(({ prediction }) => prediction.size > 0)
  return telling ?? choices[0]
}

function thingsFrom(world: World, machine: Machine, number: number): string[] {
  return rotated(world.things.get(machine.name) ?? [], number)
}

function collectionsFrom(world: World, machine: Machine, number: number): Shared[] {
  return rotated(world.oracle.ownedBy(machine.name), number)
}

function rotated<T>(list: readonly T[], number: number): T[] {
  const at = number % Math.max(1, list.length)
  return [...list.slice(at), ...list.slice(0, at)]
}

function thingOf(world: World, machine: Machine, number: number): string | null {
  return thingsFrom(world, machine, number)[0] ?? null
}

function sharedOf(world: World, machine: Machine, number: number): Shared | null {
  return collectionsFrom(world, machine, number)[0] ?? null
}

function uuid(world: World): string {
  const hex = world.network.dice.bytes(16).toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

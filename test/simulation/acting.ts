import { recoverKey, rotateKey } from "../../src/ledger/index.ts"
import { loadPeer } from "../../src/parties/index.ts"
import {
  accept,
  compare,
  couriersOf,
  deliver,
  fingerprints,
  invite,
  leave,
  resume,
  suspend,
} from "../../src/peering/index.ts"
import { agree } from "./asking.ts"
import { changeTerms, narrow, share, widen } from "./audiences.ts"
import { Dice } from "./dice.ts"
import { tryTrick } from "./hostile/tricking.ts"
import { lookAll, sweep, sweepAll } from "./keeping.ts"
import { release } from "./letting-out.ts"
import type { Machine } from "./machine.ts"
import type { Operation, Step } from "./operations.ts"
import { eraseThing, markThing, recallThing, revoke, write } from "./owning.ts"
import { relay } from "./relaying.ts"
import { replay } from "./replaying.ts"
import { releaseSomething, restore } from "./restoring.ts"
import { attempt } from "./violation.ts"
import { pairOf, type World } from "./world.ts"

const SECOND = 1_000_000

/** Does one operation, and waits until all that follows from it has come to rest. */
export async function act(world: World, { number, operation }: Step): Promise<void> {
  world.chance.reseed(`${world.seed} ${number} chance`)
  world.network.dice = new Dice(`${world.seed} ${number} network`)
  world.liar.dice = new Dice(`${world.seed} ${number} liar`)
  world.clock.forward(2 * SECOND)
  await perform(world, operation, number)
  await world.settle()
  for (const machine of world.machines) if (machine.isUp && machine.waits) await attempt(() => goOn(world, machine))
  if (operation.do === "round" || operation.do === "wait")
    for (const machine of world.relays) world.owesLook.add(machine)
  await lookAll(world)
}

async function perform(world: World, op: Operation, number: number): Promise<void> {
  const machine = "node" in op ? world.at(op.node) : null
  if (machine !== null && world.unsettled.has(machine) && isOwning(op)) return // nobody knows yet what there is
  if (machine !== null && op.do !== "start" && op.do !== "cut" && op.do !== "fault" && !machine.isUp) return
  switch (op.do) {
    case "write":
      return write(world, world.at(op.node), op)
    case "revoke":
      return revoke(world, world.at(op.node), op)
    case "release":
      return release(world, world.at(op.node), op)
    case "mark":
      return markThing(world, world.at(op.node), op)
    case "recall":
      return recallThing(world, world.at(op.node), op, number)
    case "erase":
      return eraseThing(world, world.at(op.node), op)
    case "share":
      return share(world, world.at(op.node), op)
    case "widen":
      return widen(world, world.at(op.node), op)
    case "narrow":
      return narrow(world, world.at(op.node), op)
    case "terms":
      return changeTerms(world, world.at(op.node), op)
    case "agree":
      return agree(world, op)
    case "relay":
      return relay(world, world.at(op.node), op)
    default:
      return beyond(world, op, number)
  }
}

function isOwning({ do: what }: Operation): boolean {
  const about = ["write", "revoke", "release", "mark", "recall", "erase", "agree", "relay"]
  return [...about, "share", "widen", "narrow", "terms"].includes(what)
}

/** What is not about objects: relations, the network, processes, time, and the hostile node. */
async function beyond(world: World, op: Operation, number: number): Promise<void> {
  switch (op.do) {
    case "join":
    case "suspend":
    case "resume":
    case "leave":
      return world.network.plainly(() => relate(world, world.at(op.node), world.at(op.other), op.do))
    case "round":
      return world.begin(world.at(op.node), world.at(op.other))
    case "rotate":
    case "recover":
      return changeKey(world, world.at(op.node), op.do)
    case "cut":
      return world.network.cut(world.at(op.node), world.at(op.other))
    case "fault":
      return world.network.arm(world.at(op.node), world.at(op.other), op.fault)
    case "mend":
      return world.network.mend()
    case "let-go":
      return world.network.letGo()
    case "late":
      return world.network.plainly(() => world.network.deliverLate())
    case "replay":
      return replay(world, op.letter)
    case "crash":
      return world.at(op.node).crashAt({ when: op.when, commits: op.commits })
    case "start":
      return start(world, world.at(op.node))
    case "back-up":
      return world.backUp(world.at(op.node))
    case "restore":
      return world.at(op.node) === world.hostile ? undefined : bringBack(world, world.at(op.node), number)
    case "wait":
      return wait(world, op.seconds)
    case "trick":
      return tryTrick(world, op.trick, world.at(op.other), op.pick)
  }
}

const HOUR = 3600

/** Nodes look once an hour at what they may keep no longer. */
async function wait(world: World, seconds: number): Promise<void> {
  world.clock.forward(seconds * SECOND)
  if (seconds < HOUR) return
  for (const machine of world.machines) if (machine.isUp) await sweepAll(world, machine)
}

/** The last backup takes the place of a broken disk, and people go on at once as if nothing had been in between. */
async function bringBack(world: World, machine: Machine, number: number): Promise<void> {
  await restore(world, machine)
  if (machine.life === null) await start(world, machine)
  if (world.blurred.has(machine.name)) await releaseSomething(machine, number)
}

/** A process that runs is ended in good order first; one that crashed is started again, and what it left is looked at. */
export async function start(world: World, machine: Machine): Promise<void> {
  await machine.stop()
  await machine.start()
  await sweep(world, machine)
  await goOn(world, machine)
}

/** What a crash left is known at once, but for a release that waits for a guarded log. */
async function goOn(world: World, machine: Machine): Promise<void> {
  await machine.goOn()
  if (machine.waits && (await machine.isReleasing())) return
  const unsettled = world.unsettled.get(machine)
  if (machine.waits && unsettled?.again) {
    await world.logs.learn(machine, unsettled.prediction, "part")
    return
  }
  await unsettled?.again?.()
  world.unsettled.delete(machine)
  const mode = unsettled?.again ? "after" : "either"
  const there = await world.logs.learn(machine, unsettled?.prediction ?? new Map(), mode)
  await unsettled?.settled(there)
  if (machine.waits) return
  world.count(unsettled === undefined ? "start" : `start after a crash, ${there ? "done" : "not done"}`)
}

/** The keys that lie off the machine are fetched for it; the passphrase is another test's matter. */
async function changeKey(world: World, machine: Machine, how: "rotate" | "recover"): Promise<void> {
  if (machine === world.hostile && world.twin !== null) return // then each face has keys of its own, and proves nothing
  const { store, files, ring } = machine.running()
  const offline = { next: files.load("next"), recovery: files.load("recovery") }
  const change = { store, files, ring, offline, passphrase: null }
  await attempt(() => (how === "rotate" ? rotateKey(change) : recoverKey(change)))
  if (machine.isUp) machine.noteKey()
}

async function relate(
  world: World,
  one: Machine,
  other: Machine,
  change: "join" | "suspend" | "resume" | "leave",
): Promise<void> {
  if (one === other) return
  const { parts } = one.running()
  if (change === "suspend") await attempt(() => suspend(parts, other.party, null))
  if (change === "resume") await attempt(() => resume(parts, other.party, null))
  if (change === "leave") world.parted.add(pairOf(one, other))
  if (change === "leave") await attempt(() => leave(parts, other.party, null))
  if (change === "join" && other.isUp) await attempt(() => join(one, other))
}

/** Two people do all of it at once; the messages go when the nodes next meet. */
async function join(one: Machine, other: Machine): Promise<void> {
  const { link } = await invite(one.running().parts, "for a friend", null)
  const known = await accept(other.running().parts, link, null)
  await deliver(other.running().parts, couriersOf(), known.key)
  for (const [machine, whom] of [
    [one, other],
    [other, one],
  ] as const) {
    const { parts, store } = machine.running()
    const { theirs } = await fingerprints(store, await loadPeer(store, whom.party))
    await compare(parts, whom.party, { words: theirs.words.join(" ") }, null)
  }
}

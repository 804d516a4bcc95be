import sql from "sql-template-tag"
import { sayYes } from "./asking.ts"
import { share } from "./audiences.ts"
import { letOut } from "./letting-out.ts"
import type { Machine } from "./machine.ts"
import { tokensIn } from "./objects.ts"
import type { Operation } from "./operations.ts"
import type { Shared } from "./oracle.ts"
import { collectionsFrom, predicted, rotated } from "./predicting.ts"
import type { World } from "./world.ts"

type Relay = Extract<Operation, { do: "relay" }>

/** What a node got of others it puts into a collection of its own; what comes of it their terms say. */
export async function relay(world: World, machine: Machine, op: Relay): Promise<void> {
  if (machine.waits || world.blurred.has(machine.name)) return
  const held = rotated(await heldOfOthers(world, machine), op.thing)
  const choices = held.flatMap((one) =>
    collectionsFrom(world, machine, op.collection).map((shared) => ({ ...one, shared })),
  )
  const may = ({ token, shared }: (typeof choices)[number]) =>
    world.oracle.mayRelay(token, shared, (from) => world.logs.heldOf(machine, from))
  const chosen = choices.find(may) ?? (await makeRoom(world, machine, op, held)) ?? choices[0]
  if (chosen === undefined || !machine.isUp) return
  const asking = { actor: { is: "operator" } as const, at: world.oracle.now(machine.name), again: false, urgent: false }
  await predicted(world, machine, new Map(), async () => {
    await letOut(machine, { ...chosen, asking }, machine.person(0))
    await agreeToAll(machine, chosen)
  })
  world.relays.add(machine)
}

type Received = { thing: string; token: number }

/** A collection for others under the very terms under which something came. */
async function makeRoom(world: World, machine: Machine, op: Relay, held: readonly Received[]) {
  const { oracle, logs } = world
  for (const one of held) {
    const from = [...oracle.shared.values()].find(
      (shared) =>
        oracle.mayRelay(one.token, { ...shared, owner: machine.name }, (read) => logs.heldOf(machine, read)) &&
        shared.owner !== machine.name,
    )
    if (from === undefined) continue
    const { parties: _, ...rest } = from.terms
    const others = [op.collection, op.collection + 1, op.collection + 2]
    await share(world, machine, { do: "share", node: op.node, others, terms: { ...rest, parties: null } })
    const shared = oracle.ownedBy(machine.name).at(-1)
    return shared === undefined ? undefined : { ...one, shared }
  }
  return undefined
}

/** What a partner owns is as it is: a second officer says yes at once. */
async function agreeToAll(machine: Machine, { thing, shared }: { thing: string; shared: Shared }): Promise<void> {
  const rows = await machine.running().store.all<{ id: string }>(
    sql`select a.id from approval a join approval_item i on i.approval = a.key join object o on o.key = i.object
          where a.collection = ${shared.id} and a.state = 'waiting' and a.kind = 'ask' and o.id = ${thing}`,
  )
  const officer = machine.people.find(({ officer }) => officer)
  if (officer !== undefined) for (const request of rows) await sayYes(machine, request, officer)
}

/** What the hostile node has a hand in is left alone: it says of anything that it is its own. */
async function heldOfOthers(world: World, machine: Machine): Promise<Received[]> {
  const { party } = world.hostile
  const rows = await machine.running().store.all<{ id: string; bytes: Uint8Array }>(
    sql`select id, bytes from object where origin not in ('own', ${party}) and aside = 0 and withdrawn = 0
          and id not in (select id from object where origin = ${party}) order by key desc`,
  )
  return rows.flatMap(({ id, bytes }) => {
    const [token] = tokensIn(bytes)
    return token === undefined || world.relayed.has(id) ? [] : [{ thing: id, token }]
  })
}

import sql from "sql-template-tag"
import { approveAndRelease } from "../../src/sharing/approvals/deciding.ts"
import type { Agreeing } from "./drawing.ts"
import type { Machine, Person } from "./machine.ts"
import { narrowIn } from "./narrowing.ts"
import { tokensIn } from "./objects.ts"
import type { Operation } from "./operations.ts"
import type { Shared } from "./oracle.ts"
import type { Asking, Item, Request } from "./oracle-approvals.ts"
import { DAY } from "./oracle-logs.ts"
import { NOBODY } from "./oracle-terms.ts"
import { rotated, whenKnown } from "./predicting.ts"
import { attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

const HOUR = DAY / 24

// What second people are asked, and to what they agree.

type Agree = Extract<Operation, { do: "agree" }>
export type Asked = Pick<Item, "token" | "body" | "binding">

/** I1: exactly what needs a second person is put before one. */
export async function noteAsked(
  world: World,
  machine: Machine,
  shared: Shared,
  { asking, asked }: { asking: Asking; asked: Asked[] },
): Promise<void> {
  const { oracle } = world
  const known = oracle.approvals.requests.map(({ id }) => id)
  const rows = await machine.running().store.all<{ id: string; bytes: Uint8Array }>(
    sql`select a.id, o.bytes from approval a join approval_item i on i.approval = a.key join object o on o.key = i.object
          where a.collection = ${shared.id} and a.state = 'waiting' and a.kind = 'ask' order by o.key`,
  )
  const fresh = rows.flatMap(({ id, bytes }) => tokensIn(bytes).map((token) => ({ id, token })))
  const own = fresh.filter(({ id, token }) => !known.includes(id) && oracle.version(token).owner === machine.name)
  const [tokens, wanted] = [own.map(({ token }) => token), asked.map(({ token }) => token)]
  if (tokens.toSorted().join() !== wanted.toSorted().join())
    throw new Violation("I1", `${machine.name} asks a second person about versions ${tokens} and not ${wanted}`)
  const [first] = own
  if (first === undefined) return
  const items = asked
    .toSorted((a, b) => tokens.indexOf(a.token) - tokens.indexOf(b.token))
    .map((one) => ({ ...one, used: false }))
  const request: Request = {
    id: first.id,
    shared: shared.id,
    owner: machine.name,
    items,
    asking,
    state: "waiting",
    agreedBy: null,
  }
  oracle.approvals.requests.push(request)
  world.count("asked")
}

/** No terms that are drawn are narrower in these. */
const NARROWER = { onward: NOBODY, retention: 1, end: 0, urgent: false } as const

/** That node, or the next one at which something waits. */
function waitingFrom({ machines, oracle, unsettled }: World, from: number): Machine | undefined {
  return rotated(machines, from).find(
    (one) => one.isUp && !unsettled.has(one) && oracle.approvals.waitingAt(one.name).length > 0,
  )
}

function chosen({ oracle }: World, machine: Machine, { by, request }: Agree): Request | undefined {
  const waiting = oracle.approvals.waitingAt(machine.name)
  const ofOfficers = by === "asked" ? waiting.filter(({ asking }) => asking.actor.is === "officer") : []
  const among = ofOfficers.length > 0 ? ofOfficers : waiting
  return among[request % Math.max(1, among.length)]
}

/** Somebody says yes: to what is as it was, in time, and not to what the same person asked. */
export async function agree(world: World, op: Agree): Promise<void> {
  const { oracle } = world
  const machine = waitingFrom(world, op.node)
  if (machine === undefined) return
  const request = chosen(world, machine, op)
  const shared = oracle.shared.get(request?.shared ?? "")
  if (request === undefined || shared === undefined || machine.waits) return
  if (op.by === "late") world.clock.forward(DAY + HOUR)
  if (op.by === "changed") await narrowIn(world, machine, shared, { ...shared.terms, ...NARROWER })
  if (!machine.isUp) return
  const person = agreeing(world, machine, op.by, request)
  if (person === undefined) return
  const now = oracle.now(machine.name)
  const changed = oracle.approvals.isOpen(request, now) && hasChanged(world, request, shared)
  const may = oracle.approvals.isOpen(request, now) && !changed && oracle.approvals.mayAgree(request, person.actor)
  const puts = may ? putBy(world, request, shared, now) : []
  const entries = puts.map(({ entry }) => entry)
  const prediction = new Map(entries.length === 0 ? [] : [[shared.id, entries]])
  const outcome = await attempt(() => sayYes(machine, request, person))
  if (!machine.isUp) {
    request.state = "over"
    return whenKnown(world, machine, prediction, async () => {})
  }
  if (outcome.done !== may)
    throw new Violation("I1", `at ${machine.name} a yes counts: ${outcome.done}, and must: ${may}`)
  await world.logs.learn(machine, prediction, "after")
  world.count(may ? "agreed" : `not agreed: ${outcome.done ? "" : outcome.code}`)
  if (changed) request.state = "over"
  if (!may) return
  Object.assign(request, { state: "agreed", agreedBy: person.actor.is === "officer" ? person.actor.name : null })
  for (const { item } of puts) item.used = true
}

function agreeing({ oracle }: World, { people }: Machine, by: Agreeing, request: Request): Person | undefined {
  const asker = JSON.stringify(request.asking.actor)
  if (by === "may" || by === "late" || by === "changed")
    return people.find(({ actor }) => oracle.approvals.mayAgree(request, actor))
  if (by === "asked") return people.find(({ actor }) => JSON.stringify(actor) === asker)
  return people[by % people.length]
}

function hasChanged({ oracle }: World, { items, asking }: Request, shared: Shared): boolean {
  return items.some(({ token, body, binding }) => {
    const answer = oracle.ask(token, body, shared, { ...asking, urgent: false })
    return answer.is === "no" || oracle.bindingOf(token, body, shared, answer.parts) !== binding
  })
}

/** Each is decided anew, with this yes. */
function putBy({ oracle }: World, { items, asking }: Request, shared: Shared, at: number) {
  return items.flatMap((item) => {
    const answer = oracle.enter(item.token, item.body, shared, { ...asking, at, urgent: false }, true)
    return answer !== null && "put" in answer ? [{ item, entry: answer.put }] : []
  })
}

export async function sayYes(machine: Machine, { id }: Pick<Request, "id">, person: Person): Promise<void> {
  const { store, releases, parts } = machine.running()
  const row = await store.get<{ digest: string }>(sql`select digest from approval where id = ${id}`)
  const by = { person: person.by ?? "the operator", officer: person.officer }
  const going = await approveAndRelease({ store, releases, clock: parts.clock }, id, { by, digest: row?.digest ?? "" })
  if (going !== null) await releases.settled(going.id)
  machine.running()
}

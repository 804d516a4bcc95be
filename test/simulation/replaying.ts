import sql from "sql-template-tag"
import type { Machine } from "./machine.ts"
import { attempt, Violation } from "./violation.ts"
import type { World } from "./world.ts"

/** Tables in which a message that comes twice must change nothing. */
const TABLES = ["entry", "object", "conflict", "audience", "receipt_due", "feed", "peer", "served"] as const

/** I6: a message that somebody recorded and sends once more is refused, and changes nothing. */
export async function replay(world: World, number: number): Promise<void> {
  const { letters } = world.network
  const letter = letters[number % Math.max(1, letters.length)]
  if (letter === undefined || !letter.to.isUp || letter.to.party === world.hostile.party) return
  if (world.blurred.has(letter.to.name)) return // it knows no more what it took
  if (letter.request.url.endsWith("/keys")) return // asked for by anybody, changes nothing
  const before = await digest(letter.to)
  const answer = await world.network.plainly(() => attempt(() => world.network.deliver(letter.from, letter.request)))
  if (!letter.to.isUp) return
  if (answer.done && answer.value.status < 400 && !letter.request.url.endsWith("/join")) {
    throw new Violation("I6", `${letter.to.name} took a message of ${letter.from.name}'s twice: ${letter.request.url}`)
  }
  if ((await digest(letter.to)) !== before) throw new Violation("I6", `a replayed message changed ${letter.to.name}`)
}

async function digest(machine: Machine): Promise<string> {
  const { store } = machine.running()
  const rows = await Promise.all(
    TABLES.map((table) => store.all({ ...sql``, sql: `select * from ${table}`, values: [] } as never)),
  )
  return JSON.stringify(rows, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value))
}

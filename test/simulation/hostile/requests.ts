import { newKeyPair, type Signer, signerOf } from "../../../src/crypto/index.ts"
import { canonicalize, type Json } from "../../../src/kernel/canonical.ts"
import { formatInstant, plusMicroseconds } from "../../../src/kernel/time.ts"
import { signNote } from "../../../src/ledger/index.ts"
import type { Incoming, Outgoing } from "../../../src/peering/index.ts"
import { contentDigest } from "../../../src/peering/signatures/envelope.ts"
import { type RequestToSign, signRequest } from "../../../src/peering/signatures/request.ts"
import type { Dice } from "../dice.ts"
import type { Machine } from "../machine.ts"
import { attempt, Violation } from "../violation.ts"
import type { World } from "../world.ts"

const SECOND = 1_000_000
const VERBS = ["feeds", "pull", "checkpoint", "receipts", "compared", "status", "join", "keys"] as const

type Wrong = Partial<RequestToSign> & { signer?: Signer; headers?: Readonly<Record<string, string | null>> }

/** A message of the hostile node's own making to somebody. */
function message(world: World, to: Machine, verb: string, body: Buffer, wrong: Wrong = {}): Outgoing {
  const { hostile, network } = world
  const { signer, headers: spoilt, ...claims } = wrong
  const url = claims.url ?? `${to.endpoint}/peer/v1/${verb}`
  const signed = signRequest(signer ?? hostile.running().ring, {
    ...{ from: hostile.party, to: to.party, nonce: network.dice.bytes(18).toString("base64url") },
    ...{ at: to.clock.now(), type: "application/json", body, ...claims, url },
  })
  const told = Object.entries({ ...signed.headers, ...spoilt })
  const headers = Object.fromEntries(told.flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
  return { url: `${to.endpoint}/peer/v1/${verb}`, headers, body, bytesMost: 1e9 }
}

async function sent(world: World, request: Outgoing, from = world.hostile): Promise<Incoming | null> {
  const answer = await attempt(() => world.network.plainly(() => world.network.deliver(from, request)))
  return answer.done ? answer.value : null
}

async function mustRefuse(world: World, to: Machine, what: string, request: Outgoing): Promise<void> {
  const answer = await sent(world, request)
  if (answer !== null && answer.status < 400) throw new Violation("I8", `${to.name} answers ${what}: ${request.url}`)
}

const FEEDS = Buffer.from('{"v":1}')

/** Messages in names, at times and for addresses that are not right: each is refused, whatever it asks. */
export async function misname(world: World, to: Machine, dice: Dice): Promise<void> {
  const other = dice.pick(world.honest.filter((machine) => machine !== to))
  const at = (seconds: number) => ({ at: plusMicroseconds(to.clock.now(), seconds * SECOND) })
  const wrongs: Record<string, Wrong> = {
    "another's name": { from: other.party },
    "a message for another": { to: other.party },
    "a message for another address": { url: `${other.endpoint}/peer/v1/feeds` },
    "a message for another verb": { url: `${to.endpoint}/peer/v1/status` },
    "an old message": at(-400),
    "a message of tomorrow": at(400),
    "a key that nobody announced": { signer: signerOf(newKeyPair()) },
    "another body": { headers: { "content-digest": contentDigest(Buffer.from("{}")) } },
    "no signature": { headers: { signature: null } },
    "a signature of nothing": { headers: { signature: "comity=::" } },
    "another nonce": { headers: { "comity-nonce": dice.bytes(18).toString("base64url") } },
    "a name in capitals": { headers: { "comity-from": world.hostile.party.toUpperCase() } },
  }
  const [what, wrong] = dice.pick(Object.entries(wrongs))
  await mustRefuse(world, to, what, message(world, to, "feeds", FEEDS, wrong))
}

/** Collections that are others' to read. */
export async function overhear(world: World, to: Machine, dice: Dice): Promise<void> {
  for (const shared of world.oracle.ownedBy(to.name)) {
    if (shared.members.has(world.hostile.name)) continue
    const body = Buffer.from(canonicalize({ collection: shared.id, from: 0, old: dice.below(2) }))
    await mustRefuse(world, to, "who may not read", message(world, to, "pull", body))
  }
}

/** Receipts for what others owe, or what nobody asked for. */
export async function lyingReceipts(world: World, to: Machine, dice: Dice): Promise<void> {
  const all = world.oracle.ownedBy(to.name)
  if (all.length === 0) return
  const { id, entries } = dice.pick(all)
  const kinds = ["recall", "mark", "erase", "revoke"]
  const receipts = entries.slice(0, 30).flatMap((entry, seq) => {
    const kind = kinds.includes(entry.kind) ? entry.kind : dice.pick(kinds)
    const result = dice.pick(["applied", "refused", "pending"])
    const until = dice.happens(30) ? formatInstant(plusMicroseconds(to.clock.now(), 1e15)) : null
    return [{ seq, kind, h: Buffer.alloc(32).toString("base64"), result, reason: "so", until, onward: dice.below(9) }]
  })
  const origin = world.logs.originOf(id) ?? ""
  const said = { v: 1, collection: id, origin, at: formatInstant(to.clock.now()), receipts }
  const signer = world.hostile.running().ring
  const name = dice.happens(60) ? world.hostile.party : dice.pick(world.honest).party
  const note = signNote(`comity/receipts/v1\n${canonicalize(said as Json)}\n`, { name, signer })
  await sent(world, message(world, to, "receipts", Buffer.from(canonicalize({ note }))))
}

const FLOOD = 36

/** More than anybody needs, in another's name too: it is stopped, and the other is answered as before. */
export async function flood(world: World, to: Machine, dice: Dice): Promise<void> {
  const other = dice.pick(world.honest.filter((machine) => machine !== to))
  const wrong = {
    from: other.party,
    headers: { signature: "comity=:AA==:" },
  }
  const request = message(world, to, "feeds", FEEDS, wrong)
  const before = world.clock.now()
  let stopped = false
  for (let i = 0; i < FLOOD && !stopped; i++) {
    const answer = await sent(world, request)
    stopped = answer?.status === 429 || answer?.body.includes("peer.stranger") === true
  }
  if (to.isUp && !stopped && world.clock.now() === before) throw new Violation("I12", `${to.name} is asked without end`)
  const asks = { from: other.party, signer: other.life?.ring }
  if (!to.isUp || !other.isUp || asks.signer === undefined) return
  const answer = await sent(world, message(world, to, "feeds", FEEDS, { ...asks, signer: asks.signer }), other)
  if (answer?.status === 429)
    throw new Violation("I12", `${other.name} is not answered by ${to.name} because of others`)
}

/** Larger than any message is. */
export async function huge(world: World, to: Machine, dice: Dice): Promise<void> {
  const body = Buffer.alloc(1_500_000, "[")
  const verb = dice.pick(VERBS.filter((one) => one !== "keys"))
  const status = (await sent(world, message(world, to, verb, body)))?.status ?? 413
  if (status !== 413 && status !== 401) throw new Violation("I12", `${to.name} reads a huge message: ${verb}`)
}

/** Well signed nonsense. */
export async function garbage(world: World, to: Machine, dice: Dice): Promise<void> {
  const bodies = [
    dice.bytes(200),
    Buffer.from("null"),
    Buffer.from('{"v":1,"v":1}'),
    Buffer.from('{"v":1e400,"collection":"__proto__"}'),
    Buffer.from(`{"v":1,"__proto__":${"[".repeat(500)}${"]".repeat(500)}}`),
    Buffer.from('{"collection":"00000000-0000-4000-8000-000000000000","from":-1,"old":9007199254740993}'),
    Buffer.from("old 0\n\ncomity/none\n0\nx\n"),
    Buffer.from('{"note":"comity/receipts/v1\\n{}\\n\\n— x x\\n"}'),
  ]
  const verb = dice.pick(VERBS.filter((one) => one !== "feeds" && one !== "keys"))
  await mustRefuse(world, to, "nonsense", message(world, to, verb, dice.pick(bodies)))
}

/** Checkpoints of logs that are not its own, or that are not signed as they must be. */
export async function checkpoints(world: World, to: Machine, dice: Dice): Promise<void> {
  if (world.misled.has(to)) return // to whom it said that the log is its own
  const shared = [...world.oracle.shared.values()].filter(({ owner }) => owner !== world.hostile.name)
  if (shared.length === 0) return
  const origin = world.logs.originOf(dice.pick(shared).id) ?? ""
  const text = `${origin}\n${dice.below(50)}\n${dice.bytes(32).toString("base64")}\n`
  const checkpoint = signNote(text, { name: origin, signer: world.hostile.running().ring })
  const body = Buffer.from(`old ${dice.below(3)}\n\n${checkpoint}`)
  const request = message(world, to, "checkpoint", body, { type: "text/plain" })
  await mustRefuse(world, to, "a checkpoint of another's log", request)
}

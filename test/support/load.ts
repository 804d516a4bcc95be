import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { command } from "./node.ts"
import { envelope, indicator, text } from "./stix.ts"
import { allTexts, type Status, type Taxii } from "./taxii.ts"

/** What writers sent and what the node promised to keep, by object id; and the ids that it promised to have erased. */
export type Promises = { sent: Map<string, string>; promised: Map<string, string>; erased: Set<string> }

export function newPromises(): Promises {
  return { sent: new Map(), promised: new Map(), erased: new Set() }
}

/** Waits until the writers at work have got this many more promises; throws if they do not get them. */
export async function morePromised(record: Promises, count: number): Promise<void> {
  const wanted = record.promised.size + count
  for (let waited = 0; record.promised.size < wanted; waited += 5) {
    if (waited > 20_000) throw new Error("the writers get nothing acknowledged")
    await sleep(5)
  }
}

/** Posts envelopes of the given sizes in turn until the node is gone or `stop` says so; notes every promise. */
export async function write(
  client: Taxii,
  collection: string,
  record: Promises,
  options: { sizes: number[]; stop?: () => boolean; description?: string },
): Promise<number> {
  for (let round = 0; !options.stop?.(); round++) {
    const size = options.sizes[round % options.sizes.length] ?? 1
    const objects = Array.from({ length: size }, () =>
      indicator({ description: options.description ?? `round ${round}` }),
    )
    for (const object of objects) record.sent.set(object.id, text(object))
    const answer = await client.post(collection, envelope(...objects)).catch(() => null)
    if (answer === null) return 0
    if (answer.status !== 202) return answer.status
    const { successes = [], failure_count } = answer.json<Status>()
    assert.equal(failure_count, 0, answer.text)
    for (const { id } of successes) record.promised.set(id, record.sent.get(id) ?? "not sent")
  }
  return 202
}

/** Adds an object and erases it, again and again until the node is gone. */
export async function writeAndErase(client: Taxii, collection: string, record: Promises): Promise<void> {
  for (;;) {
    const object = indicator()
    record.sent.set(object.id, text(object))
    const added = await client.post(collection, envelope(object)).catch(() => null)
    if (added === null) return
    const path = `collections/${collection}/objects/${object.id}/`
    const answer = await client.call("DELETE", path).catch(() => null)
    if (answer === null) return
    assert.equal(answer.status, 200, answer.text)
    record.erased.add(object.id)
  }
}

/** Everything promised is there with its exact bytes, and nothing is there that is erased or that nobody sent whole. */
export async function assertKept(client: Taxii, collection: string, record: Promises): Promise<void> {
  const found = await allTexts(client, collection)
  const lost = [...record.promised].filter(([id, one]) => found.get(id) !== one)
  assert.deepEqual(lost, [], `${lost.length} of ${record.promised.size} promised objects are lost or changed`)
  const strange = [...found].filter(([id, one]) => record.sent.get(id) !== one)
  assert.deepEqual(strange, [], "objects are kept that nobody sent")
  assert.deepEqual(
    [...record.erased].filter((id) => found.has(id)),
    [],
    "erased objects are back",
  )
}

export async function assertVerifies(data: string, collection: string): Promise<void> {
  const { status, stdout, stderr } = await command(["log", "verify", "--data", data, "--collection", collection])
  assert.equal(status, 0, stdout + stderr)
}

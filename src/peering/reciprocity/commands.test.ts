import assert from "node:assert/strict"
import { after, test } from "node:test"
import { type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, put, share } from "../../../test/support/shared.ts"
import { callArguments, parseInvocation, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { DAY } from "../../kernel/time.ts"
import { reciprocityDeclarations, reciprocityHandlers } from "./commands.ts"
import { Counting } from "./counting.ts"

const federation = await testFederation(["fi", "jp", "br"])
after(() => federation.close())
const [fi, jp] = federation.members as [Member, Member, Member]
const counting = new Counting({ database: fi.folder.database, clock: fi.clock, seenAgain: null })
const handlers = reciprocityHandlers({ store: fi.store, counting })

async function typed(...words: string[]): Promise<{ result: Json; lines: string[] }> {
  const [declaration] = reciprocityDeclarations
  assert.ok(declaration !== undefined && handlers.reciprocity !== undefined)
  const [given] = callArguments(parseInvocation(declaration, words))
  const none = async () => {}
  const call = { arguments: given ?? {}, input: nothing(), progress: none, write: none, signal: AbortSignal.any([]) }
  const result = await handlers.reciprocity(call)
  return { result, lines: declaration.show(translator("en"), result) }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

test("all partners by name, or one, for any number of days", async () => {
  const given = indicators(3)
  await put(federation, fi, await share(fi, jp), ...given)
  await jp.round(fi)
  federation.clock.forward(10 * DAY)
  const names = async (...words: string[]) =>
    ((await typed(...words)).result as { name: string; given: { objects: number } }[]).map(
      ({ name, given }) => `${name} ${given.objects}`,
    )
  assert.deepEqual(await names(), ["br 0", "jp 3"])
  assert.deepEqual(await names("--days", "7"), ["br 0", "jp 0"])
  assert.deepEqual(await names("--days", "all"), ["br 0", "jp 3"])
  assert.deepEqual(await names("JP", "--days", "11"), ["jp 3"])
  assert.deepEqual(await names(jp.party), ["jp 3"])
  const { result, lines } = await typed("jp")
  assert.deepEqual(lines, [
    `jp\t${jp.party}\t--days 90`,
    "  From jp, seen again here: not known",
    "  From us, seen again at jp: not known",
    "  jp answered in time: nothing was due",
    "  We answered in time: nothing was due",
    "  Objects given: 3",
    "  Objects received: 0",
  ])
  const [one] = result as { [name: string]: Json }[]
  const answers = { asked: 0, in_time: 0, late: 0, overdue: 0, running: 0, median_minutes: null }
  assert.deepEqual(one, {
    ...{ party: jp.party, name: "jp", counted_at: one?.counted_at ?? "", seen_there: null, days: 90, seen_again: null },
    ...{ their_answers: answers, our_answers: answers },
    given: {
      versions: 3,
      objects: 3,
      recalled: 0,
      bytes: Buffer.byteLength(given.map((one) => JSON.stringify(one)).join("")),
      erased: 0,
    },
    received: {
      ...{ versions: 0, objects: 0, recalled: 0, bytes: 0 },
      ...{ in_conflict: 0, not_taken: 0, without_content: 0 },
    },
  })
})

test("days that are none, and partners that are none, are refused", async () => {
  for (const days of ["0", "-1", "1.5", "ninety", "99999", ""]) {
    await assert.rejects(typed("--days", days), (error: Error) => /ZodError|ComityError/.test(error.name), days)
  }
  await assert.rejects(typed("nobody"), { kind: "not-found", code: "peer.unknown" })
})

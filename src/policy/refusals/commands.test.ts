import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { callArguments, parseInvocation, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { visible } from "../../terminal.ts"
import { refusalDeclarations, refusalHandlers } from "./commands.ts"
import { refusedPlaces } from "./operations.ts"

const node = await openInProcess()
after(() => node.close())
const handlers = refusalHandlers(node.store)

/** A command as it is typed, asked of the node, and what a person then reads. */
async function typed(name: string, ...words: string[]): Promise<{ result: Json; lines: string[] }> {
  const declaration = refusalDeclarations.find((one) => one.name === name)
  const handler = handlers[name]
  assert.ok(declaration !== undefined && handler !== undefined)
  const [given] = callArguments(parseInvocation(declaration, words))
  const none = async () => {}
  const call = { arguments: given ?? {}, input: nothing(), progress: none, write: none, signal: AbortSignal.any([]) }
  const result = await handler(call)
  return { result, lines: declaration.show(translator("en"), result).map(visible) }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

test("what is added is listed by its id until it is removed", async () => {
  assert.deepEqual((await typed("refusal list")).lines, ["Nothing is on the refusal list."])
  const { lines } = await typed("refusal add", "place", "aq", "--source", "Regulation 7", "--since", "2020-03-01")
  const [id = ""] = lines
  assert.match(id, /^refusal--[0-9a-f-]{36}$/)
  assert.deepEqual([...(await refusedPlaces(node.store)).keys()], ["AQ"])
  const list = await typed("refusal list")
  assert.deepEqual(list.lines, [`${id} place 2020-03-01 AQ Regulation 7`.replaceAll(/ (?=place|2020|AQ|Reg)/g, "\t")])
  assert.deepEqual(list.result, [
    {
      ...{ id, kind: "place", value: "AQ", reason: null, source: "Regulation 7", since: "2020-03-01" },
      ...{ added_by: null, added_at: "2026-01-01T00:00:00.000000Z" },
    },
  ])
  await typed("refusal remove", id)
  assert.equal((await refusedPlaces(node.store)).size, 0)
  await assert.rejects(typed("refusal remove", id), { kind: "not-found", code: "refusal.unknown" })
})

test("a command without a source, of another kind or with an impossible date adds nothing", async () => {
  await assert.rejects(typed("refusal add", "place", "AQ"), { code: "command.usage" })
  for (const words of [
    ["place", "AQ", "--source", " "],
    ["person", "AQ", "--source", "s"],
    ["place", "AQ", "--source", "s", "--since", "yesterday"],
    ["place", "AQ", "--source", "s".repeat(501)],
    ["party", "v".repeat(10_000_000), "--source", "s"],
  ])
    await assert.rejects(typed("refusal add", ...words), (error: Error) => error.name === "ZodError")
  await assert.rejects(typed("refusal add", "place", "XX", "--source", "s"), ComityError)
  assert.deepEqual((await typed("refusal list")).result, [])
})

test("what cannot be seen reaches no terminal", async () => {
  await typed("refusal add", "party", "Ex\u202eample", "--source", "s\u2066")
  assert.doesNotMatch((await typed("refusal list")).lines.join(""), /[\u202e\u2066]/)
})

import assert from "node:assert/strict"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { type Call, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { requestDeclarations, requestHandlers } from "./commands.ts"

const node = await openInProcess()
after(() => node.close())
const handlers = requestHandlers({ store: node.store, clock: node.clock, origin: () => "http://localhost:7447" })
const t = translator("en")

async function run(name: string, given: { [name: string]: Json }): Promise<Json> {
  const call = { arguments: given, progress: async () => {}, write: async () => {} }
  return (await handlers[name]?.(call as unknown as Call)) ?? null
}

const ADD = {
  TITLE: "Relay",
  measure: "preserve",
  category: "traffic",
  to: "EE",
  authority: "24/7",
  channel: "telephone",
}
const add = async (changes = {}) =>
  (
    (await run("diary add", { ...ADD, sent: "2025-10-01T10:00:00+03:00", preserve: "60", ...changes })) as {
      id: string
    }
  ).id
type Listed = { id: string; state: string; sent: string; clocks: { kind: string; due: string; state: string }[] }
const list = async (state?: string) => (await run("diary list", state === undefined ? {} : { state })) as Listed[]

test("every declared command has its handler", () => {
  assert.deepEqual(
    Object.keys(handlers),
    requestDeclarations.map(({ name }) => name),
  )
})

test("a request is noted, listed by state, answered, extended and closed", async () => {
  const id = await add()
  const [one] = await list("overdue")
  assert.deepEqual([one?.id, one?.state, one?.sent], [id, "overdue", "2025-10-01T07:00:00.000000Z"])
  assert.deepEqual(one?.clocks, [{ kind: "preservation", due: "2025-11-30T07:00:00.000000Z", state: "overdue" }])
  await run("diary event", { REQUEST: id, KIND: "answered", at: "2025-10-02T10:00:00Z" })
  await run("diary event", { REQUEST: id, KIND: "extended", days: "60" })
  assert.deepEqual(
    (await list())[0]?.clocks.map(({ state }) => state),
    ["met", "warning"],
  )
  const shown = requestDeclarations.find(({ name }) => name === "diary list")?.show(t, await list())
  assert.deepEqual(shown, [`${id}\twarning\t2026-01-29T07:00:00.000000Z\tEE\tRelay`])
  await run("diary close", { REQUEST: id })
  assert.deepEqual(await list(), [])
  assert.equal((await list("closed"))[0]?.state, "closed")
})

test("what cannot be understood is refused, and nothing is noted", async () => {
  const wrong = [
    { measure: "wish" },
    { category: "all" },
    { to: "XX" },
    { channel: "By Pigeon" },
    { sent: "2025-10-01 10:00" },
    { TITLE: "a\nb" },
    { preserve: "0" },
    { deadline: "2025-09-30T10:00:00Z" },
    { reminder: "2025-09-30T10:00:00Z" },
  ]
  const before = (await list("all")).length
  for (const changes of wrong) await assert.rejects(add(changes), JSON.stringify(changes))
  assert.equal((await list("all")).length, before)
  const id = await add()
  await assert.rejects(run("diary event", { REQUEST: id, KIND: "refused" }), { code: "request.no-reason" })
  await assert.rejects(run("diary event", { REQUEST: id, KIND: "lost" }))
  await assert.rejects(run("diary close", { REQUEST: "request--0" }), { code: "request.unknown" })
})

test("the calendar is written to a new file, for its owner alone", async () => {
  const id = await add({ TITLE: "Second, relay" })
  const file = join(tempFolder(), "diary.ics")
  assert.deepEqual(await run("diary export", { FILE: file, request: id }), { file, requests: 1 })
  const text = readFileSync(file, "utf8")
  assert.match(text, /SUMMARY:Preservation ends: Second\\, relay\r\n/)
  assert.equal(statSync(file).mode & 0o077, 0)
  await assert.rejects(run("diary export", { FILE: file }), { code: "request.file-exists" })
  await assert.rejects(run("diary export", { FILE: join(file, "below.ics") }), { code: "request.file-unwritable" })
  await run("diary export", { FILE: `${file}.all` })
  assert.equal(readFileSync(`${file}.all`, "utf8").match(/BEGIN:VEVENT/g)?.length, (await list()).length)
})

import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { sampleText } from "../../test/support/agreements.ts"
import { type Member, testFederation } from "../../test/support/federation.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { type Call, type Handlers, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { DAY } from "../kernel/time.ts"
import { agreementDeclarations, agreementHandlers } from "./commands.ts"
import type { AgreementText } from "./model.ts"
import { textHash } from "./model.ts"
import type { statusOf } from "./status.ts"
import { agreementsWaiting } from "./waiting.ts"

const federation = await testFederation(["alfa", "bravo"])
after(() => federation.close())
const [a, b] = federation.members as [Member, Member]
const handlers = new Map<Member, Handlers>(
  [a, b].map((one) => [one, agreementHandlers({ ...one, store: one.store, prepare: one.parts.prepare })]),
)

async function run(at: Member, name: string, given: { [name: string]: Json }): Promise<Json> {
  federation.clock.forward(5_000_000)
  const call = { arguments: given, progress: async () => {}, write: async () => {} }
  const result = (await handlers.get(at)?.[name]?.(call as unknown as Call)) ?? null
  await a.round(b)
  await b.round(a)
  return result
}

type Status = Awaited<ReturnType<typeof statusOf>>
const status = async (at: Member, id: string) =>
  (await run(at, "agreement status", { AGREEMENT: id })) as unknown as Status
const whole = sampleText([
  { party: a.party, name: "Alfa" },
  { party: b.party, name: "Bravo" },
])

async function drafted(at: Member, text: AgreementText, more: { [name: string]: Json } = {}): Promise<string> {
  const file = join(tempFolder(), "text.json")
  writeFileSync(file, JSON.stringify(text))
  return ((await run(at, "agreement new", { FILE: file, ...more })) as { id: string }).id
}

const tabled = async (at: Member, given: { [name: string]: Json }) =>
  ((await run(at, "agreement table", given)) as { id: string }).id

test("an agreement lives by command: tabled, reserved, signed, in force, suspended, resumed, left", async () => {
  const AGREEMENT = await tabled(a, { AGREEMENT: await drafted(a, whole) })
  const hash = textHash(whole)
  const on = { AGREEMENT, hash }

  const waiting = async (at: Member) => {
    const { sign, position, ending } = await agreementsWaiting(at.store, federation.clock.now())
    return { sign: sign.length, position: position.length, ending: ending.length }
  }
  assert.deepEqual(await waiting(b), { sign: 0, position: 1, ending: 0 })
  assert.deepEqual(await waiting(a), { sign: 0, position: 0, ending: 0 })
  const reserved = { ...on, CLAUSE: "2(2)", POSITION: "reserve", text: "Our law says 30.", terms: '{"retention":30}' }
  const { id: saying } = (await run(b, "agreement position", reserved)) as { id: string }
  assert.equal((await status(a, AGREEMENT)).versions[0]?.parties[1]?.accepted, 0, "what is kept at home is nobody's")
  await assert.rejects(run(b, "agreement table", { AGREEMENT }), /agreement\.nothing-to-table/)
  await tabled(b, { AGREEMENT, SAYING: [saying] })

  await run(a, "agreement sign", { ...on, by: "Olga Officer, deputy director" })
  assert.deepEqual(await waiting(b), { sign: 1, position: 0, ending: 0 })
  await run(b, "agreement sign", { ...on, by: "Bo Braun, head" })
  assert.deepEqual(await waiting(b), { sign: 1, position: 0, ending: 0 }, "the instrument is missing")
  const waits = await status(b, AGREEMENT)
  assert.deepEqual(waits.versions[0]?.open, ["instrument", "withdraw"])
  assert.deepEqual(
    waits.versions[0]?.parties.map(({ is }) => is),
    ["bound", "waits"],
  )
  await run(b, "agreement instrument", { ...on, by: "Bo Braun, head", name: "Letters", date: "2026-01-01" })
  assert.equal((await status(a, AGREEMENT)).versions[0]?.state, "in-force")

  await run(a, "agreement suspend", { ...on, by: "Olga Officer", reason: "Keys were lost" })
  assert.equal((await status(b, AGREEMENT)).versions[0]?.state, "suspended")
  await run(a, "agreement resume", { ...on, by: "Olga Officer" })
  assert.equal((await status(b, AGREEMENT)).versions[0]?.state, "in-force")
  assert.deepEqual(await waiting(b), { sign: 0, position: 0, ending: 0 })
  const leaving = { ...on, by: "Bo Braun, head", "from-day": "2026-02-01" }
  await run(b, "agreement withdraw", leaving)
  assert.deepEqual(await waiting(a), { sign: 0, position: 0, ending: 1 })
  federation.clock.forward(31 * DAY)
  assert.deepEqual(await waiting(a), { sign: 0, position: 0, ending: 0 })
  assert.equal((await status(a, AGREEMENT)).versions[0]?.state, "ended")

  const shown = agreementDeclarations.find(({ name }) => name === "agreement status")
  const lines = shown?.show(translator("en"), (await status(a, AGREEMENT)) as unknown as Json) ?? []
  assert.match(
    lines.join("\n"),
    new RegExp(`^${AGREEMENT}\\tnegotiator\\t.*\n1\\tended\\t${hash.replaceAll("+", "\\+")}\\t-\n\tAlfa\tbound\t0/3`),
  )
})

test("an act names exactly the text that it is about, and comes from who is named in one line", async () => {
  const other = { ...whole, title: { en: "Another arrangement", "zh-Hant": "另一安排" } }
  const AGREEMENT = await tabled(a, { AGREEMENT: await drafted(a, other) })
  const next = { ...other, title: { en: "Another arrangement, amended", "zh-Hant": "另一安排修正" } }
  await tabled(a, { AGREEMENT: await drafted(a, next, { after: AGREEMENT }) })
  const { versions } = await status(b, AGREEMENT)
  assert.deepEqual(
    versions.map(({ hash, base }) => [hash, base]),
    [
      [textHash(other), null],
      [textHash(next), textHash(other)],
    ],
  )
  const by = "Olga Officer"
  await assert.rejects(run(a, "agreement sign", { AGREEMENT, by, hash: textHash(whole) }), /agreement\.no-version/)
  await assert.rejects(run(a, "agreement sign", { AGREEMENT, by, hash: "" }), /agreement\.no-version/)
  await assert.rejects(run(a, "agreement sign", { AGREEMENT, by: "A\nB", hash: textHash(next) }), { name: "ZodError" })
  await assert.rejects(run(a, "agreement resume", { AGREEMENT, by, hash: textHash(next) }), /agreement\.act/)
  const wider = { hash: textHash(next), CLAUSE: "2(2)", POSITION: "reserve", text: "More.", terms: '{"retention":300}' }
  await assert.rejects(run(b, "agreement position", { AGREEMENT, ...wider }), /agreement\.reservation/)
  await assert.rejects(run(b, "agreement position", { AGREEMENT, ...wider, CLAUSE: "9(9)" }), /agreement\.no-article/)
})

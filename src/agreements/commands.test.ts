import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { BALTIC, HARBOUR, preparedHere, sampleText } from "../../test/support/agreements.ts"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { type Call, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { addOwnParty, insertPeer } from "../parties/index.ts"
import { agreementDeclarations, agreementHandlers } from "./commands.ts"
import { loadDraft, startDraft } from "./drafts.ts"
import { lackingIn } from "./lacking.ts"
import { textHash } from "./model.ts"
import { Shelf } from "./tabled/shelf.ts"
import { tableDraft } from "./tabled/tabling.ts"

const node = await openInProcess()
after(() => node.close())
const handlers = agreementHandlers({ ...node, prepare: preparedHere })
const t = translator("en")
const text = sampleText([
  { party: HARBOUR, name: "Harbour CERT" },
  { party: BALTIC, name: "Baltic CERT" },
])

async function run(name: string, given: { [name: string]: Json }): Promise<Json> {
  const call = { arguments: given, progress: async () => {}, write: async () => {} }
  return (await handlers[name]?.(call as unknown as Call)) ?? null
}

function shown(name: string, result: Json): string {
  const declaration = agreementDeclarations.find((one) => one.name === name)
  return declaration?.show?.(t, result).join("\n") ?? ""
}

test("every declared command has its handler", () => {
  assert.deepEqual(agreementDeclarations.map(({ name }) => name).toSorted(), Object.keys(handlers).toSorted())
})

test("a text from a file becomes a draft, is listed, shown in every language with its hash, and deleted", async () => {
  const file = join(tempFolder(), "text.json")
  writeFileSync(file, JSON.stringify(text))
  const { id } = (await run("agreement new", { FILE: file })) as { id: string }
  const listed = await run("agreement list", {})
  assert.equal(shown("agreement list", listed).split("\t").at(-1), "Arrangement on sharing indicators of ransomware")
  const printed = shown("agreement show", await run("agreement show", { AGREEMENT: id }))
  assert.match(
    printed,
    /# Arrangement[\s\S]*## 2 Use and retention\n2\(1\) Indicators may be used for defence only\.\nNo personal/,
  )
  assert.match(printed, /# 勒索軟體指標共享安排 \[zh-Hant\]/)
  assert.equal(printed.split("\n").at(-1), textHash(text))
  await run("agreement delete", { AGREEMENT: id })
  assert.equal(shown("agreement list", await run("agreement list", {})), "No agreements here.")
})

test("the text in docs/agreements.md is one that can be taken as it stands", async () => {
  const page = readFileSync(new URL("../../docs/agreements.md", import.meta.url), "utf8")
  const file = join(tempFolder(), "text.json")
  writeFileSync(file, /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "")
  const { id } = (await run("agreement new", { FILE: file })) as { id: string }
  assert.deepEqual(lackingIn((await loadDraft(node.store, id)).text, HARBOUR), [])
  await run("agreement delete", { AGREEMENT: id })
})

test("what is no text of an agreement is refused with the name of the file", async () => {
  const folder = tempFolder()
  const wrong = { "a.json": "{", "b.json": "{}", "c.json": JSON.stringify({ ...text, more: 1 }) }
  for (const [name, content] of Object.entries(wrong)) {
    writeFileSync(join(folder, name), content)
    const refusal = (error: unknown) => error instanceof ComityError && error.code === "agreement.file"
    await assert.rejects(run("agreement new", { FILE: join(folder, name) }), refusal)
  }
  await assert.rejects(run("agreement new", { FILE: join(folder, "missing.json") }), /agreement\.file/)
})

test("what was tabled is listed with its state, shown, and exported as a file that is not overwritten", async () => {
  const own = await node.store.write(async (tx) => {
    const peer = { party: BALTIC, endpoint: "https://baltic.example", state: "active", theirs: "active" } as const
    await insertPeer(tx, { ...peer, name: "Baltic CERT" })
    return addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
  })
  const tabled = {
    ...text,
    parties: text.parties.map((one) => (one.party === HARBOUR ? { ...one, party: own.id } : one)),
  }
  const { store, clock } = node
  const parts = { store, clock, shelf: new Shelf(), prepare: preparedHere }
  const id = await tableDraft(parts, await startDraft(store, tabled, null), { by: null, actor: { is: "operator" } })
  const [row] = shown("agreement list", await run("agreement list", {})).split("\n")
  assert.match(row ?? "", new RegExp(`^${id}\\topen\\t.*\\t-\\tArrangement on sharing`))
  assert.match(shown("agreement show", await run("agreement show", { AGREEMENT: id })), /## 2 Use and retention/)
  const file = join(tempFolder(), "agreement.json")
  await run("agreement export", { AGREEMENT: id, FILE: file })
  assert.equal((JSON.parse(readFileSync(file, "utf8")) as { format: string }).format, "comity-agreement/1")
  await assert.rejects(run("agreement export", { AGREEMENT: id, FILE: file }), code("agreement.not-written"))
  await assert.rejects(run("agreement export", { AGREEMENT: id, FILE: file, hash: "x" }), code("agreement.no-version"))
})

function code(wanted: string) {
  return (error: unknown) => error instanceof ComityError && error.code === wanted
}

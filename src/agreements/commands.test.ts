import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { BALTIC, HARBOUR, sampleText } from "../../test/support/agreements.ts"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { type Call, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { agreementDeclarations, agreementHandlers } from "./commands.ts"
import { textHash } from "./model.ts"

const node = await openInProcess()
after(() => node.close())
const handlers = agreementHandlers({ store: node.store })
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

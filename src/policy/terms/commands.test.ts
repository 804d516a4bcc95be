import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { type Call, formatOf, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { addShared } from "../../library/index.ts"
import { insertPeer, type PartyId } from "../../parties/index.ts"
import { termsDeclarations, termsHandlers, termsIn } from "./commands.ts"
import { DEFAULT_TERMS, keptTerms, type Terms } from "./model.ts"
import { termSentences } from "./sentences.ts"

const node = await openInProcess()
after(() => node.close())
const handlers = termsHandlers(node.store)
const BALTIC = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId

async function run(name: string, given: { [name: string]: Json }): Promise<Json> {
  return (await handlers[name]?.({ arguments: given } as unknown as Call)) ?? null
}

function shown(name: string, result: Json): string {
  return (
    termsDeclarations
      .find((one) => one.name === name)
      ?.show(translator("en"), result)
      .join("\n") ?? ""
  )
}

test("the terms that a database begins with, for what was shared before there were terms, are those without an agreement", () => {
  assert.deepEqual(
    node.meddle("select hash, text from terms").map((row) => ({ ...row })),
    [keptTerms(DEFAULT_TERMS)],
  )
})

test("what is printed to start from can be taken as it stands, with or without a node", async () => {
  const printed = shown("terms show", await run("terms show", {}))
  assert.deepEqual(termsIn(printed), DEFAULT_TERMS)
  const alone = await termsDeclarations[0]?.alone?.({}, node.clock)
  assert.equal(shown("terms show", alone ?? null), printed)
})

test("the terms of a collection are printed by its name, and say what the node will do in the wanted language", async () => {
  await node.store.write(async (tx) => {
    const peer = { party: BALTIC, endpoint: "https://baltic.example", state: "active", theirs: "active" } as const
    await insertPeer(tx, { ...peer, name: "Baltic CERT" })
  })
  const terms: Terms = {
    ...DEFAULT_TERMS,
    audience: { ...DEFAULT_TERMS.audience, parties: [BALTIC] },
    retention: 30,
  }
  await addShared(node.store, { title: "T", alias: "out", audience: [BALTIC], terms: keptTerms(terms) }, null)
  const printed = shown("terms show", await run("terms show", { COLLECTION: "out" }))
  const said = await run("terms check", { FILE: printed, language: "zh-Hant" })
  assert.equal((said as { hash: string }).hash, keptTerms(terms).hash)
  const names = { ...formatOf("zh-Hant", "UTC"), party: () => "Baltic CERT", instrument: (id: string) => id }
  const wanted = termSentences(translator("zh-Hant"), terms, names).map(({ text }) => text)
  assert.deepEqual(shown("terms check", said).split("\n"), wanted)
  await node.collection("inbox")
  await assert.rejects(run("terms show", { COLLECTION: "inbox" }), { code: "terms.none" })
})

test("what are no terms is refused by the names of the members that are wrong", () => {
  const wrong: [string, string, string][] = [
    ["{", "terms.not-json", ""],
    ['{"v":1,"v":1}', "terms.not-json", ""],
    ["[]", "terms.wrong", "-"],
    [JSON.stringify({ ...DEFAULT_TERMS, marking: "red" }), "terms.wrong", "marking"],
    [JSON.stringify({ ...DEFAULT_TERMS, v: 2, more: 1 }), "terms.wrong", "v, more"],
    [
      JSON.stringify({ ...DEFAULT_TERMS, duties: { answer: 1 } }),
      "terms.wrong",
      "duties.acknowledge, duties.sightings",
    ],
  ]
  for (const [text, code, members] of wrong) {
    const isSo = (error: unknown) =>
      error instanceof ComityError && error.code === code && (error.details.members ?? "") === members
    assert.throws(() => termsIn(text), isSo, text)
  }
})

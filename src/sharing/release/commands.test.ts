import assert from "node:assert/strict"
import { after, test } from "node:test"
import { type Member, testFederation } from "../../../test/support/federation.ts"
import { addOfficer, dismissOfficer } from "../../../test/support/officers.ts"
import { import_, marked, releasesOf } from "../../../test/support/sharing.ts"
import { type Call, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { addShared, loadCollection } from "../../library/index.ts"
import { DEFAULT_TERMS, keptTerms, type Terms } from "../../policy/index.ts"
import { releaseDeclarations, releaseHandlers } from "./commands.ts"

const federation = await testFederation(["fi", "jp"])
after(() => federation.close())
const [fi, jp] = federation.members as [Member, Member]
const t = translator("en")
const { store, clock } = fi
const handlers = releaseHandlers({ store, clock, releases: releasesOf(fi), t })

function shareUnder(change: Partial<Terms>): Promise<string> {
  const terms = keptTerms({ ...DEFAULT_TERMS, ...change })
  return addShared(store, { title: "Under terms", alias: null, audience: [jp.party], terms }, null)
}

const declared = releaseDeclarations.find(({ name }) => name === "release")
const run = async (collection: string, ...ids: string[]): Promise<Json> => {
  const call = {
    arguments: { COLLECTION: collection, ID: ids },
    signal: new AbortController().signal,
    progress: async () => {},
  }
  return (await handlers.release?.(call as unknown as Call)) ?? null
}

/** What the command says to people. */
async function release(collection: string, ...ids: string[]): Promise<string> {
  return declared?.show?.(t, await run(collection, ...ids)).join("\n") ?? ""
}

const status = async (collection: string, ...ids: string[]) =>
  declared?.failed?.(await run(collection, ...ids)) === true ? 1 : 0

test("a release ends with status 0 if everything is out, with 1 if anything did not go, also what only waits", async () => {
  const [green, amber, next] = [marked("green"), marked("amber"), marked("green")]
  await import_(fi, green, amber, next)
  const collection = await shareUnder({})
  assert.equal(await status(collection, green.id), 0)
  assert.equal(await status(collection, green.id), 0, "it is there already")
  assert.equal(await status(collection, next.id, amber.id), 1)
  await addOfficer(fi, "Carla")
  await addOfficer(fi, "Dora")
  assert.equal(await status(await shareUnder({}), green.id), 1, "the first release into a collection waits")
  await dismissOfficer(fi, "Carla")
  await dismissOfficer(fi, "Dora")
})

test("a release tells what went as a copy and what was taken out, and what waits for another officer and why", async () => {
  const object = marked("green", { description: "write to ada@example.org" })
  await import_(fi, object)
  const copies = await release(await shareUnder({ personal: { is: "redact" } }), object.id)
  assert.equal(
    copies,
    "Released: 1. There already: 0. Not released: 0.\nAs copies without these: 1\n1\te-mail address or message",
  )
  await addOfficer(fi, "Anna")
  await addOfficer(fi, "Bruno")
  const waits = await release(await shareUnder({}), object.id)
  assert.match(waits, /^Released: 0\. .*\nWaiting for another officer: 1\n1\t/)
})

test("a collection is shared under the terms of a file, and under none that are wrong", async () => {
  const share = (terms: string) =>
    handlers["collection share"]?.({
      arguments: { title: "By file", party: [jp.party], terms },
    } as unknown as Call) as Promise<{ id: string }>
  const terms: Terms = { ...DEFAULT_TERMS, marking: "amber", retention: 30 }
  const { id } = await share(JSON.stringify(terms, null, 2))
  assert.equal((await loadCollection(store, id)).terms?.hash, keptTerms(terms).hash)
  await assert.rejects(share(JSON.stringify({ ...terms, marking: "red" })), { code: "terms.wrong" })
  await assert.rejects(share(JSON.stringify({ ...terms, audience: { ...terms.audience, kinds: ["civil"] } })), {
    code: "audience.outside-terms",
  })
})

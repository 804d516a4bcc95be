import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { addOfficer } from "../../../test/support/officers.ts"
import { marked } from "../../../test/support/sharing.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { addObjects } from "../../library/index.ts"
import { addOwnParty, insertPeer, type PartyId } from "../../parties/index.ts"
import { openReader } from "../../store/index.ts"
import { typed } from "../items/canonical.ts"
import { questionFor } from "../lists/gatherings.ts"
import { PackedWriter } from "../lists/packed.ts"
import { type KnowJob, knowSteps } from "./knowing.ts"

const PEER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId
const node = await openInProcess()
after(() => node.close())
await node.store.write(async (tx) => {
  await insertPeer(tx, { party: PEER, endpoint: "https://b.example", state: "active", theirs: "active", name: "Bravo" })
  await addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
})
for (const name of ["Ann", "Bo"]) await addOfficer(node, name)

test("what is told of an item is decided anew, object by object, and what may not go is not in it", async () => {
  const pattern = "[ipv4-addr:value = '198.51.100.7']"
  const objects = [
    marked("green", { name: "Open", confidence: 30, pattern }),
    marked("amber", { name: "Over the ceiling", confidence: 80, pattern }),
    marked("red", { name: "Never", confidence: 90, pattern }),
    marked("green", { name: "Ask jane.doe@example.org", confidence: 50, pattern }),
  ]
  await addObjects(node.store, await node.collection(), prepared(...objects))
  const keys = node.meddle("select key from object order by key").map(({ key }) => Number(key))
  const path = `${tempFolder()}/run`
  const item = typed("198.51.100.7", "ipv4")
  assert.ok("bytes" in item)
  const writer = new PackedWriter(path)
  writer.add(item.bytes, keys)
  writer.finish()
  const time = node.clock.now()
  const told = async (approved: boolean) => {
    const question = await questionFor(node.store, PEER, { agreement: null, purpose: null }, time)
    const job: KnowJob = { path, places: Float64Array.of(0), question, approved, self: "", time }
    const reader = openReader(node.folder.database)
    try {
      return [...knowSteps(reader, job)].flat()[0]?.[1]
    } finally {
      reader.close()
    }
  }
  const one = await told(false)
  assert.deepEqual([one?.names, one?.confidence, one?.marking], [["Open"], 30, "green"])
  const two = await told(true)
  assert.deepEqual(two?.names, ["Open", "Ask jane.doe@example.org"], "what needs a second yes goes where two gave it")
  assert.doesNotMatch(JSON.stringify([one, two]), /Never|Over/)
})

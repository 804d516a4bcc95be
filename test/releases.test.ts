import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { before, test } from "node:test"
import { folderAt } from "../src/store/index.ts"
import { command, run } from "./support/node.ts"
import { marked } from "./support/sharing.ts"
import { bundle, stixId } from "./support/stix.ts"
import { tempFolder } from "./support/temp.ts"

const data = tempFolder()
const party = stixId("identity")
const [green, amber, plain] = [marked("green"), marked("amber"), marked(null)]

const asking = (...args: string[]) => run([...args, "--data", data])
const json = async <Result>(...args: string[]) => JSON.parse(await asking(...args, "--json")) as Result
const failing = async (...args: string[]) => {
  const { status, stdout, stderr } = await command([...args, "--data", data])
  return { status, text: stdout + stderr }
}

/** A partner whose node never answers: what is released waits for it. */
function addPartner(name: string, id: string): void {
  const database = new DatabaseSync(folderAt(data).database)
  database
    .prepare(
      `insert into peer (party, name, endpoint, state, theirs, created_at, changed_at)
        values (?, ?, 'https://partner.invalid', 'active', 'active', 0, 0)`,
    )
    .run(id, name)
  database.close()
}

before(async () => {
  await asking("collection", "add", "Inbox", "--alias", "in")
  addPartner("Harbour CERT", party)
  const file = join(data, "three.json")
  writeFileSync(file, bundle(green, amber, plain))
  await asking("import", file, "--collection", "in")
})

test("a collection is shared with partners by name or id, and with nobody else", async () => {
  const id = await asking(
    "collection",
    "share",
    "--title",
    "For the harbour",
    "--party",
    "harbour cert",
    "--alias",
    "out",
  )
  assert.match(id, /^[0-9a-f-]{36}$/)
  const { status, text } = await failing("collection", "share", "--title", "X", "--party", "Nobody")
  assert.deepEqual([status, /no such partner/.test(text)], [1, true])
  assert.equal((await failing("collection", "share", "--title", "X")).status, 2)
})

test("a release tells what went and why the rest stays, for people and for programs", async () => {
  const { status, text } = await failing("release", "out", "--from", "in")
  assert.equal(status, 1)
  assert.match(text, /Released: 1\. There already: 0\. Not released: 2\./)
  assert.match(text, /TLP:AMBER is stricter than TLP:GREEN/)
  assert.match(text, new RegExp(`${amber.id}\tmarking\\.above`))
  const { stdout } = await command(["release", "out", "--from", "in", "--unmarked", "clear", "--json", "--data", data])
  const told = JSON.parse(stdout)
  assert.deepEqual([told.state, told.released, told.marked, told.already, told.refused], ["done", 1, 1, 1, 1])
  assert.deepEqual(told.objects, [{ id: amber.id, reasons: ["marking.above"] }])
  assert.equal((await failing("release", "in", green.id)).status, 1)
  assert.equal((await failing("release", "out")).status, 2)
})

test("one more reader brings a successor under the same alias", async () => {
  const other = stixId("identity")
  addPartner("River CERT", other)
  const told = await json<{ successor: string; released: number }>("collection", "audience", "add", "out", "River CERT")
  assert.equal(told.released, 2)
  const listed = await json<{ id: string; alias: string | null }[]>("collection", "list")
  assert.equal(listed.find(({ alias }) => alias === "out")?.id, told.successor)
  await asking("collection", "audience", "remove", "out", other)
  assert.equal((await failing("collection", "audience", "remove", "out", other)).status, 1)
})

test("what went out is marked, recalled and erased by command", async () => {
  const marked = await json<{ entries: number; withdrawn: boolean }>("mark", green.id, "TLP:AMBER")
  assert.equal(marked.withdrawn, true)
  assert.equal((await failing("mark", green.id, "clear")).status, 1)
  assert.equal((await failing("mark", green.id, "purple")).status, 2)
  assert.match(await asking("recall", plain.id, "--reason", "Wrong"), /^Recalled\. Collections: 2, entries: 2/)
  assert.equal((await failing("recall", plain.id, "--reason", "Wrong")).status, 1)
  assert.match(await asking("erase", plain.id, "--collection", "out"), /^Erased\. Entries: 1/)
  assert.match(await asking("receipts", "list", "--overdue"), /Nothing of that kind/)
  assert.equal((await failing("log", "verify")).status, 0)
})

import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { run, startNode } from "../../../../test/support/node.ts"
import { envelope, malware } from "../../../../test/support/stix.ts"
import { tempFolder } from "../../../../test/support/temp.ts"
import { type RecipeKey, recipesFor } from "./recipes.ts"

const here = (program: string) => spawnSync(program, ["--version"]).status === 0
const has = { curl: here("curl"), python: here("python3") }
const right = { read: true, write: true }

async function shell(program: string, args: string[], cwd: string): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
  const [code] = (await once(child, "close")) as [number]
  assert.equal(code, 0, output)
  return output
}

test("what is marked as tried runs as it is printed, against a node", { skip: !has.curl && !has.python }, async (t) => {
  const node = await startNode()
  t.after(() => node.stop())
  const collection = await run(["collection", "add", "Tried", "--data", node.data])
  const token = await run(["token", "add", "p", "--data", node.data, "--grant", `${collection}:rw`])
  const recipes = new Map(recipesFor({ origin: node.url, collection, token, right }).map((one) => [one.key, one]))
  const folder = tempFolder()
  const [first, second] = [malware({ name: "first" }), malware({ name: "second" })]
  const text = (key: RecipeKey) => recipes.get(key)?.text ?? ""
  writeFileSync(join(folder, "envelope.json"), envelope(first))
  if (has.curl) assert.match(await shell("sh", ["-c", text("curl-write")], folder), /"success_count":1/)
  writeFileSync(join(folder, "envelope.json"), envelope(first, second))
  if (has.python) assert.match(await shell("python3", ["-c", text("python-write")], folder), /2 of 2/)
  if (has.curl && has.python) {
    const found = await shell("sh", ["-c", text("curl-read")], folder)
    assert.ok(found.includes(first.id) && found.includes(second.id))
    const small = text("python-read").replace('"limit": "1000"', '"limit": "1"') // so that there is a second page
    assert.equal(await shell("python3", ["-c", small], folder), `malware ${first.id}\nmalware ${second.id}\n`)
  }
  const tried = [...recipes.values()].filter((one) => one.tried).map(({ key }) => key)
  assert.deepEqual(tried.toSorted(), ["curl-read", "curl-write", "python-read", "python-write"])
})

test("a program is shown only what its rights allow", () => {
  const one = { origin: "https://node.example", collection: "00000000-0000-4000-8000-000000000000", token: "T" }
  const keys = (read: boolean, write: boolean) => recipesFor({ ...one, right: { read, write } }).map(({ key }) => key)
  assert.deepEqual(keys(false, false), [])
  assert.deepEqual(keys(true, false), ["opencti-feed", "opencti-connector", "curl-read", "python-read"])
  assert.deepEqual(keys(false, true), ["misp", "curl-write", "python-write"])
})

test("the token is no argument of a command, where everybody on the machine sees it", () => {
  const one = { origin: "https://node.example", collection: "c", token: "SECRET", right }
  for (const { key, text } of recipesFor(one)) {
    if (key.startsWith("curl")) assert.doesNotMatch((text ?? "").split("\n")[0] ?? "", /SECRET/)
  }
})

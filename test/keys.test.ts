import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { command, startNode } from "./support/node.ts"
import { tempFolder } from "./support/temp.ts"

// The whole life of a node's keys by the commands of its operator, while it answers.

const PASSPHRASE = "correct horse battery staple"
const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).status === 0
const home = tempFolder()
const data = join(home, "d")
const node = await startNode({ data })
after(() => node.stop())

async function run(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await command([...args, "--data", data], {
    env: { COMITY_KEY_PASSPHRASE: PASSPHRASE },
  })
  assert.equal(status, 0, `${args.join(" ")}: ${stderr}`)
  return stdout.trim()
}

async function refused(...args: string[]): Promise<string> {
  const { status, stderr } = await command([...args, "--data", data], { env: { COMITY_KEY_PASSPHRASE: PASSPHRASE } })
  assert.notEqual(status, 0, args.join(" "))
  return stderr
}

/** What anybody can check without Comity, of the log as it is now. */
async function exported(): Promise<{ folder: string; key: string }> {
  const folder = mkdtempSync(join(home, "export-"))
  await run("log", "export", join(folder, "log"), "--collection", "in")
  const about = JSON.parse(readFileSync(join(folder, "log", "about.json"), "utf8")) as { node_key: string }
  return { folder: join(folder, "log"), key: about.node_key }
}

function checked(folder: string): string {
  if (!python) return "RESULT: nothing is wrong"
  return spawnSync("python3", ["-I", "-B", join(folder, "verify.py")], { encoding: "utf8" }).stdout
}

function withoutComity(folder: string): void {
  assert.match(checked(folder), /RESULT: nothing is wrong/)
}

/** Moves the sealed file off the machine, as the operator does. */
function moved(name: string): string {
  const file = join(home, name)
  writeFileSync(file, readFileSync(join(data, "keys", "offline-keys.age")))
  return file
}

test("keys are rotated, revoked and recovered, and what was signed before still holds", async (t) => {
  if (!python) t.diagnostic("exports were not checked: there is no python3 of version 3.8 or newer")
  await run("collection", "add", "In", "--alias", "in")
  await run("key", "seal")
  const first = moved("first.age")
  const before = await exported()

  assert.match(await refused("key", "rotate"), /--offline/)
  await run("key", "rotate", "--offline", first)
  const second = moved("second.age")
  const rotated = await exported()
  assert.notEqual(rotated.key, before.key)
  for (const { folder } of [before, rotated]) withoutComity(folder)
  assert.match(await refused("key", "rotate", "--offline", first), /key log/)

  await run("key", "revoke", "--offline", second)
  assert.match(await refused("collection", "add", "More"), /revoked/)
  const revoked = await exported()
  withoutComity(revoked.folder)
  await run("log", "verify")

  await run("key", "recover", "--offline", second)
  await run("collection", "add", "More")
  await run("log", "verify")
  const recovered = await exported()
  withoutComity(recovered.folder)
  assert.equal(new Set([before.key, rotated.key, recovered.key]).size, 3)
})

test("an export whose key log was changed is found out without Comity", async (t) => {
  if (!python) return t.diagnostic("0 cases ran: there is no python3 of version 3.8 or newer")
  const { folder } = await exported()
  const [about, bodies] = ["about.json", "keys/bodies.bin"].map((name) => join(folder, name)) as [string, string]
  const [said, kept] = [readFileSync(about, "utf8"), readFileSync(bodies)]
  const changes: [string, string, Buffer | string, RegExp][] = [
    [
      "a former key as the node's",
      about,
      said.replace(/"node_key":"[^"]+"/, `"node_key":"${"A".repeat(43)}="`),
      /node_key/,
    ],
    [
      "a letter of a statement",
      bodies,
      Buffer.from(kept.toString("latin1").replace('"rotate"', '"rotatf"'), "latin1"),
      /FAULT/,
    ],
    ["a statement less", bodies, kept.subarray(0, kept.lastIndexOf(0x0a, kept.length - 2) + 1), /FAULT/],
  ]
  for (const [name, path, content, fault] of changes) {
    const honest = readFileSync(path)
    writeFileSync(path, content)
    assert.match(checked(folder), fault, name)
    writeFileSync(path, honest)
  }
  withoutComity(folder)
})

import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { inPieces, sealedVectors, whole } from "../../test/support/sealing.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { newSealKey, parseRecipient } from "./recipients.ts"
import { sealTo } from "./sealing.ts"
import { decrypted, readIdentities } from "./unsealing.ts"

// Against the program of the authors of age, where it is on the machine.

const missing = spawnSync("age", ["--version"]).error !== undefined ? "age is not on this machine" : false

test("age opens what is sealed, and head and tail take off the padding", { skip: missing }, async () => {
  const folder = tempFolder()
  const { identity, recipient } = await newSealKey("x25519")
  const content = Buffer.from("線索\nclue\n".repeat(5000))
  const label = { ...sealedVectors.label, name: "clue.txt" }
  writeFileSync(join(folder, "key"), `# mine\n${identity}\n`)
  writeFileSync(join(folder, "clue.age"), await whole(sealTo([recipient], label, inPieces(content))))
  const shell = (line: string) => execFileSync("sh", ["-c", line], { cwd: folder })
  const told = JSON.parse(String(shell("age -d -i key clue.age | tail -n 1"))) as { name: string; size: number }
  assert.deepEqual([told.name, told.size], ["clue.txt", content.length])
  assert.ok(shell(`age -d -i key clue.age | head -c ${told.size}`).equals(content))
})

test("what age sealed to a key of age-keygen opens here", { skip: missing }, async () => {
  const folder = tempFolder()
  const key = join(folder, "key")
  execFileSync("age-keygen", ["-o", key], { stdio: "ignore" })
  const text = readFileSync(key, "utf8")
  const recipient = await parseRecipient(/public key: (\S+)/.exec(text)?.[1] ?? "")
  const content = Buffer.alloc(200_000, "x")
  const file = execFileSync("age", ["-r", recipient], { input: content })
  const back = await whole(decrypted(new Blob([file]).stream(), readIdentities(text)))
  assert.ok(back.equals(content))
})

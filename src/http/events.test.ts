import assert from "node:assert/strict"
import { once } from "node:events"
import { request } from "node:http"
import { after, test } from "node:test"
import { diagnostics } from "../kernel/diagnostics.ts"
import { eventsReply, guarded, listen, listener, ReplyCache, type Route, type ServerEvent } from "./index.ts"

const said: string[] = []
let gone = false

async function* three(): AsyncGenerator<ServerEvent> {
  for (const n of [1, 2, 3]) yield { event: "step", data: { n, text: "line\nbreak" } }
}

async function* endless(signal: AbortSignal): AsyncGenerator<ServerEvent> {
  yield { event: "step", data: 0 }
  await once(signal, "abort")
  gone = true
}

async function* broken(): AsyncGenerator<ServerEvent> {
  yield { event: "step", data: 0 }
  throw new TypeError("inside")
}

const route = (path: string, source: (signal: AbortSignal) => AsyncIterable<ServerEvent>): Route<null> => ({
  ...{ method: "GET", path, who: "anyone", errors: "text/plain" },
  handle: async () => eventsReply(source),
})

const rows = guarded([route("/three", three), route("/endless", endless), route("/broken", broken)], async () => null)
const edge = {
  rows,
  elsewhere: rows[0]?.refuse ?? assert.fail(),
  diagnostics: diagnostics((line) => said.push(line)),
  ...{ behindProxy: false, replies: new ReplyCache(() => "same"), fingerprint: () => "" },
}
const { port, close } = await listen(listener(edge), { host: "127.0.0.1", port: 0, tls: null })
after(close)

test("events arrive one by one as JSON on one line each, and the answer ends with its source", async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/three`)
  assert.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8")
  const text = await answer.text()
  assert.equal(text.match(/^event: step$/gm)?.length, 3)
  assert.ok(text.includes('data: {"n":2,"text":"line\\nbreak"}\n\n'), text)
})

test("the source is told when the browser leaves", async () => {
  const asked = request({ port, host: "127.0.0.1", path: "/endless" }).end()
  const [answer] = await once(asked, "response")
  await once(answer, "data")
  asked.destroy()
  while (!gone) await new Promise((resolve) => setImmediate(resolve))
})

test("a source that fails breaks the answer off, and the operator hears of it", async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/broken`)
  await assert.rejects(answer.text())
  assert.match(said.join(""), /http\.bug.*TypeError/)
})

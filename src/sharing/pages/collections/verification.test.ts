import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable, startCollections } from "../../../../test/support/collection-server.ts"
import { fakeClock } from "../../../../test/support/node-in-process.ts"
import { malware } from "../../../../test/support/stix.ts"
import type { VerifyStep } from "../../../library/index.ts"
import { Verifications } from "./verification.ts"

const server = await startCollections()
after(() => server.close())
const { collection, page } = server
const home = `/share/collections/${collection.id}`
await server.add(malware({ name: "one" }), malware({ name: "two" }))

/** Verifications of logs that end when the test says so. */
function byHand() {
  const begun: string[] = []
  const ends: ((step: VerifyStep | "fail") => void)[] = []
  const verify = async function* (name: string): AsyncGenerator<VerifyStep> {
    begun.push(name)
    const { promise, resolve } = Promise.withResolvers<VerifyStep | "fail">()
    ends.push(resolve)
    yield { log: name, done: 5, of: 10 }
    const step = await promise
    if (step === "fail") throw new Error("broken")
    yield step
  }
  const failures: unknown[] = []
  const clock = fakeClock()
  const verifications = new Verifications({ verify, clock, onFailure: (error) => failures.push(error) })
  return { verifications, begun, failures, end: (at: number, step: VerifyStep | "fail") => ends[at]?.(step) }
}

const report = (log: string) => ({
  report: { log, party: null, size: 10, signed: 10, erased: 0, withheld: 0, expired: 0, root: "", problems: [] },
})
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !done(); i++) await turn()
  assert.ok(done())
}

test("who asks again joins; another log waits its turn", async () => {
  const { verifications, begun, end } = byHand()
  verifications.begin("a")
  verifications.begin("a")
  verifications.begin("b")
  verifications.begin("b")
  await turn()
  assert.deepEqual(begun, ["a"])
  assert.equal(verifications.state("b")?.is, "waiting")
  end(0, report("a"))
  await until(() => begun.length === 2)
  assert.deepEqual(begun, ["a", "b"])
  assert.equal(verifications.verdict("a")?.report.size, 10)
  end(1, report("b"))
  await until(() => verifications.state("b")?.is === "verified")
})

test("one that is stopped has no result, keeps the one before, and can begin anew", async () => {
  const { verifications, begun, end } = byHand()
  verifications.begin("a")
  await turn()
  end(0, report("a"))
  await until(() => verifications.state("a")?.is === "verified")
  verifications.begin("a")
  verifications.begin("b")
  await turn()
  verifications.cancel("b")
  assert.equal(verifications.state("b")?.is, "stopped")
  verifications.cancel("a")
  end(1, report("a"))
  await until(() => verifications.state("a")?.is === "stopped")
  assert.equal(verifications.verdict("a")?.report.size, 10)
  verifications.begin("a")
  await turn()
  assert.deepEqual(begun, ["a", "a", "a"])
  end(2, report("a"))
  await verifications.close()
})

test("one that fails says so, and those behind it go on", async () => {
  const { verifications, failures, end } = byHand()
  verifications.begin("a")
  verifications.begin("b")
  await turn()
  end(0, "fail")
  await until(() => verifications.state("b")?.is === "running")
  assert.equal(verifications.state("a")?.is, "failed")
  assert.equal(failures.length, 1)
  end(1, report("b"))
  await until(() => verifications.state("b")?.is === "verified")
})

test("who follows is told each step and the end, and one who leaves is let go", async () => {
  const { verifications, end } = byHand()
  verifications.begin("a")
  const seen: (string | undefined)[] = []
  const following = (async () => {
    for await (const state of verifications.follow("a", new AbortController().signal)) seen.push(state?.is)
  })()
  await turn()
  const leaving = new AbortController()
  const left = verifications.follow("a", leaving.signal)
  await left.next()
  const waiting = left.next()
  leaving.abort()
  assert.equal((await waiting).done, true)
  end(0, report("a"))
  await following
  assert.equal(seen.at(-1), "verified")
})

test("a page begins a verification, shows it under way, and what was found", async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.gate.open = promise
  assert.match(readable(await page(`${home}/verify`)), /Not verified since the node started/)
  assert.equal((await server.post(`${home}/verify`, [])).headers.get("location"), `${home}/verify`)
  await server.post(`${home}/verify`, [], "analyst")
  const running = await page(`${home}/verify`)
  assert.match(running, new RegExp(`data-events="${home}/verify/events"`))
  assert.match(running, /progress\.js/)
  const events = await server.get(`${home}/verify/events`)
  assert.equal(events.headers.get("content-type"), "text/event-stream; charset=utf-8")
  resolve()
  const stream = await events.text()
  assert.match(stream, /^event: progress\ndata: \{"value":null/)
  assert.match(stream, /event: end\ndata: \{\}\n\n$/)
  const found = await page(`${home}/verify`)
  assert.match(readable(found), /Verified: every entry is as it was signed\. Entries: 2/)
  assert.doesNotMatch(found, /data-events/)
  assert.match(readable(await page(home)), /no problem, /)
})

test("a log that was changed behind the node's back is named with what is wrong", async () => {
  server.node.meddle("update object set bytes = cast(replace(cast(bytes as text), 'one', 'ONE') as blob)")
  await server.post(`${home}/verify`, [])
  await (await server.get(`${home}/verify/events`)).text()
  const found = readable(await page(`${home}/verify`))
  assert.match(found, /does not verify/)
  assert.match(found, /entry 0: its content is not what was signed/)
  server.node.meddle("update object set bytes = cast(replace(cast(bytes as text), 'ONE', 'one') as blob)")
})

test("stopping needs no more than reading, and who may not read may not begin either", async () => {
  server.gate.open = new Promise(() => {})
  for (const part of ["/verify", "/verify/stop"]) {
    assert.equal((await server.post(home + part, [], "administrator")).status, 403)
    assert.equal((await server.post(home + part, [], null)).status, 401)
  }
  assert.equal((await server.get(`${home}/verify/events`, "administrator")).status, 403)
  server.gate.open = Promise.resolve()
  await server.post(`${home}/verify`, [])
  assert.equal((await server.post(`${home}/verify/stop`, [])).status, 303)
  await (await server.get(`${home}/verify/events`)).text()
})

test("the node's own logs are verified the same way, by administrators", async () => {
  for (const log of ["ledger", "keys"]) {
    assert.equal((await server.post(`/node/ledger/${log}/verify`, [])).status, 403)
    await server.post(`/node/ledger/${log}/verify`, [], "administrator")
    await (await server.get(`/node/ledger/${log}/verify/events`, "administrator")).text()
    assert.match(readable(await page(`/node/ledger/${log}/verify`, "administrator")), /every entry is as it was signed/)
  }
})

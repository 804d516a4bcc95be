import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { HERE, MINUTE, openDoor } from "../../test/support/people.ts"
import { mayAs, type Person, type Role } from "./model.ts"

const HOUR = 60 * MINUTE
const token = async (door: Awaited<ReturnType<typeof openDoor>>) => {
  const ada = await door.administrator()
  return (await door.withPasskey(ada)).token ?? ""
}

test("a session ends after half an hour without a request", async (t) => {
  const door = await openDoor(t)
  const { sessions, node } = door
  const kept = await token(door)
  for (let i = 0; i < 5; i++) {
    node.clock.forward(29 * MINUTE)
    assert.equal((await sessions.find(kept))?.state, "full", `request ${i}`)
  }
  node.clock.forward(30 * MINUTE)
  assert.equal(await sessions.find(kept), null)
})

test("a session ends after twelve hours whatever its person does", async (t) => {
  const door = await openDoor(t)
  const { sessions, node } = door
  const kept = await token(door)
  for (let i = 0; i < 12 * 3 - 1; i++) {
    node.clock.forward(20 * MINUTE)
    assert.notEqual(await sessions.find(kept), null)
  }
  node.clock.forward(20 * MINUTE)
  assert.equal(await sessions.find(kept), null)
})

test("a session that may only enrol ends after an hour", async (t) => {
  const { store, node, sessions, ...door } = await openDoor(t)
  const { person } = await door.administrator()
  const key = Number(node.meddle("select key from account where id = ?", person.account)[0]?.key)
  const entry = { account: key, commitment: person.commitment, method: "password" as const }
  const kept = await store.write((tx) => sessions.start(tx, { ...entry, ...HERE }))
  assert.equal((await sessions.find(kept))?.state, "enrolling")
  for (const minutes of [20, 20]) {
    node.clock.forward(minutes * MINUTE)
    assert.notEqual(await sessions.find(kept), null)
  }
  node.clock.forward(20 * MINUTE)
  assert.equal(await sessions.find(kept), null)
})

test("requests are noted at most once a minute", async (t) => {
  const door = await openDoor(t)
  const { sessions, store, node } = door
  const kept = await token(door)
  const before = store.commits
  for (let i = 0; i < 59; i++) {
    node.clock.forward(MINUTE / 60)
    await sessions.find(kept)
  }
  assert.equal(store.commits, before)
  node.clock.forward(MINUTE / 60)
  await sessions.find(kept)
  await sessions.find(kept)
  assert.equal(store.commits, before + 1)
})

test("nothing but the very token opens, and the store does not hold it", async (t) => {
  const door = await openDoor(t)
  const kept = await token(door)
  const { session } = await door.who(kept)
  const hash = door.node.meddle("select hex(token_hash) as hash from session")[0]?.hash
  for (const other of [
    undefined,
    "",
    session,
    String(hash),
    `${kept}x`,
    kept.slice(1),
    kept.toLowerCase(),
    "A".repeat(43),
  ]) {
    assert.equal(await door.sessions.find(other), null)
  }
  const { database } = door.node.folder
  for (const file of [database, `${database}-wal`]) assert.ok(!readFileSync(file, "latin1").includes(kept))
})

test("a session keeps nothing of what its browser was known by before", async (t) => {
  const door = await openDoor(t)
  const ada = await door.administrator()
  const { token: kept } = await door.withPasskey(ada)
  assert.equal((await door.sessions.list(ada.person.account)).length, 1)
  assert.notEqual((await door.who(kept)).session, ada.session)
})

test("a person sees and ends its own sessions, and none of another's", async (t) => {
  const door = await openDoor(t)
  const { sessions, store } = door
  const [ada, bo] = [await door.administrator("Ada"), await door.newcomer("Bo")]
  const { account, commitment } = ada.person
  const key = Number(door.node.meddle("select key from account where id = ?", account)[0]?.key)
  const entry = { account: key, commitment, method: "passkey" as const, agent: "Other/2.0 ".repeat(50), replaces: null }
  const other = await store.write((tx) => sessions.start(tx, entry))
  assert.deepEqual(
    (await sessions.list(account)).map(({ agent }) => agent.length).toSorted((a, b) => a - b),
    [8, 200],
  )
  await sessions.end(account, bo.session, commitment)
  assert.equal((await sessions.list(bo.person.account)).length, 1)
  assert.equal(await sessions.endAll(account, commitment, ada.session), 1)
  assert.equal(await sessions.find(other), null)
  await sessions.end(account, ada.session, commitment)
  assert.deepEqual(await sessions.list(account), [])
  assert.deepEqual(
    (await door.ledger()).slice(-2).map(({ what, by, facts }) => [what, by, facts.account]),
    [
      ["sessions.ended", commitment, commitment],
      ["session.ended", commitment, commitment],
    ],
  )
})

test("a full disk keeps nobody from reading", async (t) => {
  const door = await openDoor(t)
  const kept = await token(door)
  t.mock.method(door.store, "write", () => Promise.reject(Object.assign(new Error("other"), { kind: "full" })))
  door.node.clock.forward(2 * MINUTE)
  await assert.rejects(door.sessions.find(kept), /other/)
  const { ComityError } = await import("../kernel/errors.ts")
  t.mock.method(door.store, "write", () => Promise.reject(new ComityError("full", "store.full")))
  assert.equal((await door.sessions.find(kept))?.state, "full")
})

test("an officer may what an analyst may, an analyst what a reader may, an administrator none of it", () => {
  const person = (role: Role | null, administrator = false) => ({ role, administrator }) as Person
  const may = (who: Person) =>
    (["reader", "analyst", "officer", "administrator"] as const).map((role) => mayAs(who, role))
  assert.deepEqual(may(person(null)), [false, false, false, false])
  assert.deepEqual(may(person("reader")), [true, false, false, false])
  assert.deepEqual(may(person("analyst")), [true, true, false, false])
  assert.deepEqual(may(person("officer")), [true, true, true, false])
  assert.deepEqual(may(person(null, true)), [false, false, false, true])
  assert.deepEqual(may(person("reader", true)), [true, false, false, true])
})

test("sessions that nobody can use any more are taken away when somebody signs in", async (t) => {
  const door = await openDoor(t)
  await token(door)
  door.node.clock.forward(13 * HOUR)
  await door.newcomer("Bo")
  assert.equal(door.node.meddle("select count(*) as n from session")[0]?.n, 1)
})

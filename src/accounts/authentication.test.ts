import assert from "node:assert/strict"
import { createHook } from "node:async_hooks"
import { readFileSync } from "node:fs"
import { type TestContext, test } from "node:test"
import { type InProcess, openInProcess } from "../../test/support/node-in-process.ts"
import { type JournalRow, journalEntries } from "../ledger/index.ts"
import { Authenticator } from "./authentication.ts"
import { rightOn } from "./model.ts"
import { addPerson, addProgram, removeAccount, tokenHash } from "./operations.ts"
import { listAccounts } from "./queries.ts"

const PASSWORD = "correct horse battery staple"
const HERE = "192.0.2.1"
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`
const none = { admin: false, rights: new Map() }
const WRONG = { kind: "unauthenticated", code: "account.credentials-wrong" }
const SLOWED = { kind: "slow-down", code: "account.slowed" }

async function open(t: TestContext) {
  const node = await openInProcess()
  t.after(() => node.close())
  const authenticator = new Authenticator(node.store)
  const signIn = (header: string | undefined, address = HERE) => authenticator.authenticate(header, () => address)
  return { node, store: node.store, authenticator, signIn }
}

async function ledger(node: InProcess): Promise<{ what: string; by: string | null; facts: unknown }[]> {
  const key = Number(node.meddle("select key from log where kind = 'ledger'")[0]?.key)
  const rows = await node.store.all<JournalRow>(journalEntries(key, 0, 1000))
  return rows.map(({ header, body }) => {
    const { what, by } = JSON.parse(header) as { what: string; by: string | null }
    return { what, by, facts: JSON.parse(Buffer.from(body).toString()) }
  })
}

/** How many passwords were derived while `work` ran: what costs time, counted instead of measured. */
async function derivations(work: () => Promise<unknown>): Promise<number> {
  let count = 0
  const hook = createHook({ init: (_, type) => void (type === "ARGON2REQUEST" && count++) }).enable()
  await work().finally(() => hook.disable())
  return count
}

test("a person comes in by name and password, a program by its token, each with exactly its rights", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "Zoë", admin: true, rights: new Map([["c1", { read: true, write: false }]]) }, "pä:ss")
  const token = await addProgram(store, {
    name: "siem",
    admin: false,
    rights: new Map([["c2", { read: true, write: true }]]),
  })
  const [person, program] = [await signIn(basic("Zoë", "pä:ss")), await signIn(`Bearer ${token}`)]
  assert.deepEqual([person.kind, person.admin, program.kind, program.admin], ["person", true, "program", false])
  assert.deepEqual(rightOn(person, "c1"), { read: true, write: false })
  assert.deepEqual(rightOn(person, "c2"), { read: false, write: false })
  assert.deepEqual(rightOn(program, "c2"), { read: true, write: true })
  assert.equal((await signIn(`bearer  ${token}`)).account, program.account)
  assert.equal((await signIn(basic("Zoë", "pä:ss").replace("Basic", "BASIC"))).account, person.account)
})

test("nothing but the very credential opens", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  const token = await addProgram(store, { name: "p", ...none })
  const headers = [
    ...["", "Basic", "Bearer", "Basic !!!", "Digest abc", `Basic ${Buffer.from("a").toString("base64")}`],
    ...[basic("a", ""), basic("a", `${PASSWORD} `), basic("A", PASSWORD), basic("", PASSWORD), basic("q", token)],
    ...[`Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, `Bearer ${tokenHash(token)}`, basic("p", tokenHash(token))],
    ...[`Bearer ${token} ${token}`, `Bearer ${PASSWORD}`, basic("a", "x".repeat(5000))],
  ]
  for (const [i, header] of headers.entries()) await assert.rejects(signIn(header, `192.0.2.${i}`), WRONG, header)
  await assert.rejects(signIn(undefined), { kind: "unauthenticated", code: "account.credentials-missing" })
})

test("a client that knows Basic alone gives a program's name and token", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  const token = await addProgram(store, { name: "p", ...none })
  assert.equal((await signIn(basic("p", token))).kind, "program")
  for (const name of ["a", "P", "", "q"]) await assert.rejects(signIn(basic(name, token), "192.0.2.9"), WRONG, name)
})

test("a name that nobody has costs the same derivation as a wrong password, and a known header none", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  await addProgram(store, { name: "p", ...none })
  for (const name of ["a", "nobody", "p"]) {
    assert.equal(await derivations(() => assert.rejects(signIn(basic(name, "wrong")), WRONG)), 1, name)
  }
  const good = () => signIn(basic("a", PASSWORD))
  assert.equal(await derivations(good), 1)
  assert.equal(await derivations(good), 0)
  assert.equal(await derivations(() => Promise.all([signIn(basic("b", "x")).catch(() => {}), good()])), 1)
})

test("one credential sent on many connections at once is checked once, and is right on all of them", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  const many = () => Promise.all(Array.from({ length: 20 }, () => signIn(basic("a", PASSWORD))))
  assert.equal(await derivations(many), 1)
})

test("a removed account is out at once, even if its password was being checked just then", async (t) => {
  const { store, authenticator, signIn } = await open(t)
  const remove = async (name: string, kind: "person" | "program") => {
    await removeAccount(store, name, kind)
    authenticator.forget()
  }
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  const token = await addProgram(store, { name: "p", ...none })
  await signIn(basic("a", PASSWORD))
  await signIn(`Bearer ${token}`)
  await remove("a", "person")
  await remove("p", "program")
  await assert.rejects(signIn(basic("a", PASSWORD)), WRONG)
  await assert.rejects(signIn(`Bearer ${token}`), WRONG)
  await addPerson(
    store,
    { name: "late", admin: false, rights: new Map([["c", { read: true, write: true }]]) },
    PASSWORD,
  )
  const running = signIn(basic("late", PASSWORD))
  await remove("late", "person")
  const caught = await running.catch(() => null)
  assert.deepEqual(caught === null ? { read: false, write: false } : rightOn(caught, "c"), {
    read: false,
    write: false,
  })
  await assert.rejects(signIn(basic("late", PASSWORD)), WRONG)
})

test("removing asks for the right kind, and a name is free again afterwards", async (t) => {
  const { store } = await open(t)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  await assert.rejects(removeAccount(store, "a", "program"), { kind: "not-found", code: "account.unknown" })
  await assert.rejects(addPerson(store, { name: "a", ...none }, "other"), { kind: "conflict", code: "account.exists" })
  await assert.rejects(addProgram(store, { name: "a", ...none }), { code: "account.exists" })
  await removeAccount(store, "a", "person")
  await addProgram(store, { name: "a", admin: false, rights: new Map([["c", { read: true, write: false }]]) })
  assert.deepEqual(await listAccounts(store, "person"), [])
  assert.equal((await listAccounts(store, "program"))[0]?.rights.get("c")?.read, true)
})

test("after five wrong passwords a name waits, at this address and for this name alone", async (t) => {
  const { node, store, signIn } = await open(t)
  let now = 1_000_000
  t.mock.method(performance, "now", () => now)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  await addPerson(store, { name: "b", ...none }, PASSWORD)
  for (let i = 0; i < 5; i++) await assert.rejects(signIn(basic("a", `wrong ${i}`)), WRONG)
  await assert.rejects(signIn(basic("a", PASSWORD)), { ...SLOWED, details: { seconds: 1 } })
  await signIn(basic("a", PASSWORD), "192.0.2.2")
  await signIn(basic("b", PASSWORD))
  for (const seconds of [2, 4, 8, 16, 32, 60, 60]) {
    now += 60_000
    await assert.rejects(signIn(basic("a", "wrong")), WRONG)
    await assert.rejects(signIn(basic("a", "wrong")), { ...SLOWED, details: { seconds } })
  }
  now += 60_000
  const { commitment } = await signIn(basic("a", PASSWORD))
  for (let i = 0; i < 4; i++) await assert.rejects(signIn(basic("a", "wrong again")), WRONG)
  assert.deepEqual(
    (await ledger(node)).filter(({ what }) => what === "account.slowed"),
    [{ what: "account.slowed", by: commitment, facts: {} }],
  )
})

test("names that nobody has cannot fill the ledger with slowings", async (t) => {
  const { node, signIn } = await open(t)
  for (const name of ["x", "y", "z"]) {
    for (let i = 0; i < 5; i++) await assert.rejects(signIn(basic(name, `wrong ${i}`)), WRONG)
  }
  assert.equal((await ledger(node)).filter(({ what }) => what === "account.slowed").length, 1)
})

test("guesses that come together are slowed like those in a row", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "a", ...none }, PASSWORD)
  const guesses = Array.from({ length: 20 }, (_, i) => signIn(basic("a", `guess ${i}`)))
  const kinds = (await Promise.allSettled(guesses)).map((one) => one.status === "rejected" && one.reason.kind)
  assert.deepEqual(kinds, [...Array(5).fill("unauthenticated"), ...Array(15).fill("slow-down")])
})

test("wrong tokens slow each other down and no right one, nor any person", async (t) => {
  const { store, signIn } = await open(t)
  await addPerson(store, { name: "bearer", ...none }, PASSWORD)
  const token = await addProgram(store, { name: "p", ...none })
  for (let i = 0; i < 5; i++) await assert.rejects(signIn(`Bearer wrong${i}`), WRONG)
  await assert.rejects(signIn("Bearer wrong"), SLOWED)
  await assert.rejects(signIn("Digest abc"), WRONG)
  assert.equal((await signIn(`Bearer ${token}`)).kind, "program")
  assert.equal((await signIn(basic("bearer", PASSWORD))).kind, "person")
})

test("password and token are nowhere in the folder, and the ledger has no name", async (t) => {
  const { node, store } = await open(t)
  await addPerson(
    store,
    { name: "Jo Name", admin: true, rights: new Map([["c", { read: true, write: false }]]) },
    PASSWORD,
  )
  const token = await addProgram(store, { name: "siem", ...none })
  const files = [node.folder.database, `${node.folder.database}-wal`].map((path) => readFileSync(path, "latin1"))
  for (const secret of [PASSWORD, token, token.slice(7), Buffer.from(PASSWORD).toString("base64")]) {
    assert.ok(files.every((file) => !file.includes(secret)))
  }
  assert.ok(files.some((file) => file.includes(tokenHash(token)) && file.includes("$argon2id$")))
  await removeAccount(store, "Jo Name", "person")
  const told = await ledger(node)
  assert.deepEqual(
    told.map(({ what }) => what),
    ["account.added", "account.added", "account.removed"],
  )
  assert.doesNotMatch(JSON.stringify(told), /Jo Name|siem/)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { codeAt } from "../../test/support/one-time-code.ts"
import { type Door, HERE, MINUTE, openDoor, PASSWORD, SITE } from "../../test/support/people.ts"
import { newCodeSecret } from "../crypto/index.ts"
import { removeCode, removePasskey, setCode } from "./enrolling.ts"
import {
  acceptInvitation,
  checkSetupLink,
  findInvited,
  hasAdministrator,
  invite,
  inviteAgain,
  makeSetupLink,
  useSetupLink,
} from "./links.ts"
import { addPerson, addProgram } from "./operations.ts"
import { changeRoles, removePerson } from "./people.ts"
import { reviewAccess } from "./review.ts"
import { signInByPasskey, signInByPassword } from "./signing-in.ts"

const NO_INVITATION = { kind: "not-found", code: "link.invitation" }
const NO_SETUP = { kind: "not-found", code: "link.setup" }
const LAST_ONE = { kind: "conflict", code: "account.last-administrator" }
const LAST_MEANS = { kind: "conflict", code: "account.last-means" }

async function administrator(door: Door, name = "Ada") {
  const { device, token } = await door.withPasskey(await door.administrator(name))
  return { device, who: await door.who(token) }
}

test("a setup link works for a quarter of an hour, once, and a new one voids it", async (t) => {
  const { store, clock, node } = await openDoor(t)
  const check = (token: string) => checkSetupLink(store, clock, token)
  const [first, second] = [await makeSetupLink(store), await makeSetupLink(store)]
  await assert.rejects(check(first), NO_SETUP)
  await assert.rejects(check(`${second}x`), NO_SETUP)
  await check(second)
  await store.write((tx) => useSetupLink(tx, second))
  await assert.rejects(check(second), NO_SETUP)
  await assert.rejects(
    store.write((tx) => useSetupLink(tx, second)),
    NO_SETUP,
  )
  const third = await makeSetupLink(store)
  node.clock.forward(15 * MINUTE - 1)
  await check(third)
  node.clock.forward(1)
  await assert.rejects(check(third), NO_SETUP)
})

test("a first administrator who left before adding a passkey may begin again; one who can sign in stays", async (t) => {
  const door = await openDoor(t)
  await door.administrator("Ada")
  assert.equal(await hasAdministrator(door.store), false)
  const { token } = await door.withPasskey(await door.administrator("Ada"))
  assert.equal(await hasAdministrator(door.store), true)
  const again = door.administrator("Ada")
  await assert.rejects(again, { kind: "conflict", code: "account.exists" })
  const told = (await door.ledger()).map(({ what }) => what).filter((what) => what.startsWith("account."))
  assert.deepEqual(told, ["account.added", "account.removed", "account.added"])
  assert.equal((await door.who(token)).person.name, "Ada")
})

test("a setup link that somebody else used first gives that one nothing once the node is set up anew", async (t) => {
  const door = await openDoor(t)
  const mallory = await door.administrator("Mallory")
  await administrator(door)
  assert.deepEqual(await door.sessions.list(mallory.person.account), [])
  const left = (await reviewAccess(door.store, door.clock.now())).find(({ name }) => name === "Mallory")
  assert.equal(left?.administrator, false)
  await assert.rejects(door.withPasskey(mallory), { kind: "unauthenticated", code: "session.missing" })
})

test("whoever guessed the password of an account without a second factor is out once its person adds one", async (t) => {
  const door = await openDoor(t)
  await addPerson(door.store, { name: "Cy", admin: false, rights: new Map() }, PASSWORD)
  const enter = async () => {
    const token = await signInByPassword(door, { name: "Cy", password: PASSWORD, code: "" }, HERE)
    return door.who(token)
  }
  const [cy, guesser] = [await enter(), await enter()]
  const { token } = await door.withPasskey(cy)
  assert.equal((await door.who(token)).state, "full")
  assert.equal((await door.sessions.list(cy.person.account)).length, 1)
  await assert.rejects(door.withPasskey(guesser), { kind: "unauthenticated", code: "session.missing" })
  await assert.rejects(door.withCode(guesser), { kind: "unauthenticated", code: "session.missing" })
})

test("a password alone that was right a moment ago opens nothing once its person has added a passkey", async (t) => {
  const door = await openDoor(t)
  await addPerson(door.store, { name: "Cy", admin: false, rights: new Map() }, PASSWORD)
  const given = { name: "Cy", password: PASSWORD, code: "" }
  const cy = await door.who(await signInByPassword(door, given, HERE))
  const write = door.store.write.bind(door.store)
  t.mock.method(door.store, "write", async (work: Parameters<typeof write>[0]) => {
    t.mock.restoreAll()
    await door.withPasskey(cy)
    return write(work)
  })
  await assert.rejects(signInByPassword(door, given, HERE), { kind: "unauthenticated", code: "sign-in.wrong" })
})

test("an administrator with a password alone counts: it can sign in to add the rest", async (t) => {
  const { store } = await openDoor(t)
  await addPerson(store, { name: "Cy", admin: true, rights: new Map() }, PASSWORD)
  assert.equal(await hasAdministrator(store), true)
})

test("an invitation works for a day, once, and opens nothing but adding what one signs in with", async (t) => {
  const { store, clock, sessions, node, ...door } = await openDoor(t)
  const token = await invite(store, { name: "Bo", role: "reader", administrator: false, email: null }, "by")
  assert.equal((await findInvited(store, clock, token)).name, "Bo")
  const bo = await door.who(await acceptInvitation(store, sessions, token, HERE))
  assert.deepEqual([bo.person.name, bo.person.role, bo.state], ["Bo", "reader", "enrolling"])
  await assert.rejects(acceptInvitation(store, sessions, token, HERE), NO_INVITATION)
  await assert.rejects(findInvited(store, clock, token), NO_INVITATION)
  await assert.rejects(acceptInvitation(store, sessions, await makeSetupLink(store), HERE), NO_INVITATION)
  const late = await invite(store, { name: "Late", role: null, administrator: false, email: null }, "by")
  node.clock.forward(24 * 60 * MINUTE)
  await assert.rejects(acceptInvitation(store, sessions, late, HERE), NO_INVITATION)
})

test("a name is invited once", async (t) => {
  const { store } = await openDoor(t)
  const bo = { name: "Bo", role: null, administrator: false, email: null }
  await invite(store, bo, "by")
  await assert.rejects(invite(store, bo, "by"), { kind: "conflict", code: "account.exists" })
})

test("who lost a device is invited again: then what was there before opens nothing", async (t) => {
  const door = await openDoor(t)
  const { device, token } = await door.withPasskey(await door.newcomer("Bo"))
  const bo = await door.who(token)
  const [first, link] = [
    await inviteAgain(door.store, bo.person.account, null, "by"),
    await inviteAgain(door.store, bo.person.account, null, "by"),
  ]
  assert.notEqual(await door.sessions.find(token ?? ""), null, "until the link is used")
  await assert.rejects(acceptInvitation(door.store, door.sessions, first, HERE), NO_INVITATION)
  await acceptInvitation(door.store, door.sessions, link, HERE)
  assert.equal(await door.sessions.find(token ?? ""), null)
  const { challenge, cookie } = await door.asked()
  const credential = device.get({ challenge, ...SITE })
  await assert.rejects(signInByPasskey(door, { cookie, credential }, HERE), { code: "sign-in.passkey" })
})

test("the last administrator who can sign in is neither removed nor demoted", async (t) => {
  const door = await openDoor(t)
  const { store } = door
  const ada = (await administrator(door)).who.person
  const roles = { role: "officer", administrator: false } as const
  const bo = (await door.newcomer("Bo")).person
  await changeRoles(store, bo.account, { role: null, administrator: true }, ada.commitment)
  await assert.rejects(removePerson(store, ada.account, ada.commitment), LAST_ONE)
  await assert.rejects(changeRoles(store, ada.account, roles, ada.commitment), LAST_ONE)
  await addPerson(store, { name: "Cy", admin: true, rights: new Map() }, PASSWORD)
  await changeRoles(store, ada.account, roles, ada.commitment)
  const everybody = await reviewAccess(store, door.clock.now())
  assert.deepEqual(
    everybody.filter(({ administrator }) => administrator).map(({ name }) => name),
    ["Bo", "Cy"],
  )
})

test("another role or a removal ends the person's sessions at once, no change ends none", async (t) => {
  const door = await openDoor(t)
  const ada = (await administrator(door)).who.person
  const bo = await door.newcomer("Bo", "reader")
  const own = async () => (await door.sessions.list(bo.person.account)).length
  await changeRoles(door.store, bo.person.account, { role: "reader", administrator: false }, ada.commitment)
  assert.equal(await own(), 1)
  await changeRoles(door.store, bo.person.account, { role: "officer", administrator: false }, ada.commitment)
  assert.equal(await own(), 0)
  const { token } = await door.withPasskey(await door.newcomer("Di"))
  const di = await door.who(token)
  await removePerson(door.store, di.person.account, ada.commitment)
  assert.equal(await door.sessions.find(token ?? ""), null)
  const left = ["passkey", "session", "link", "one_time_code"].map(
    (table) =>
      door.node.meddle(`select count(*) as n from ${table} where account not in (select key from account)`)[0]?.n,
  )
  assert.deepEqual(left, [0, 0, 0, 0])
  const told = (await door.ledger()).filter(({ what }) => /roles|removed/.test(what))
  assert.deepEqual(
    told.map(({ what, by, facts }) => [what, by, facts.account, facts.role]),
    [
      ["account.roles-changed", ada.commitment, bo.person.commitment, "officer"],
      ["account.removed", ada.commitment, di.person.commitment, undefined],
    ],
  )
})

test("programs are no people: they get no role and no invitation", async (t) => {
  const { store, clock } = await openDoor(t)
  await addProgram(store, { name: "siem", admin: false, rights: new Map() })
  const account = (await reviewAccess(store, clock.now()))[0]?.account
  assert.ok(account)
  const gone = { kind: "not-found", code: "account.gone" }
  await assert.rejects(changeRoles(store, account, { role: "officer", administrator: true }, null), gone)
  await assert.rejects(removePerson(store, account, null), gone)
  await assert.rejects(inviteAgain(store, account, null, "by"), gone)
})

test("password and code are set together, confirmed by a first code, and make the session full", async (t) => {
  const door = await openDoor(t)
  const bo = await door.newcomer("Bo")
  const secret = await newCodeSecret()
  const code = codeAt(secret, door.clock.now())
  const set = (change: object) => setCode(door, bo, { secret, code, password: PASSWORD, agent: "", ...change })
  await assert.rejects(set({ code: "123" }), { kind: "invalid", code: "code.wrong" })
  await assert.rejects(set({ code: codeAt(secret, door.clock.now(), 3) }), { code: "code.wrong" })
  await assert.rejects(set({ secret: "AAAA" }), { code: "code.wrong" })
  await assert.rejects(set({ password: "short" }), { kind: "invalid", code: "password.short" })
  await assert.rejects(set({ password: null }), { kind: "invalid", code: "password.missing" })
  const { token } = await set({})
  assert.equal((await door.who(token)).state, "full")
  assert.equal(await door.sessions.list(bo.person.account).then(({ length }) => length), 1)
})

test("the last thing one can sign in with cannot be removed", async (t) => {
  const door = await openDoor(t)
  const { who: ada, device } = await administrator(door)
  await assert.rejects(removePasskey(door.store, ada, device.id), LAST_MEANS)
  await door.withCode(ada)
  await removePasskey(door.store, ada, device.id)
  await assert.rejects(removeCode(door.store, ada), LAST_MEANS)
  const second = await door.withPasskey(ada)
  await removeCode(door.store, ada)
  const others = await door.withPasskey(await door.newcomer("Bo"))
  await door.withPasskey(ada)
  await removePasskey(door.store, ada, others.device.id)
  assert.equal(door.node.meddle("select count(*) as n from passkey where id = ?", others.device.id)[0]?.n, 1)
  await removePasskey(door.store, ada, second.device.id)
})

test("the review names everybody with roles, rights, means, sessions and last use", async (t) => {
  const door = await openDoor(t)
  await administrator(door)
  await addProgram(door.store, { name: "siem", admin: false, rights: new Map([["c1", { read: true, write: false }]]) })
  await invite(door.store, { name: "Bo", role: "officer", administrator: false, email: null }, "by")
  const found = await reviewAccess(door.store, door.clock.now())
  assert.deepEqual(
    found.map((one) => ({
      ...{ kind: one.kind, name: one.name, role: one.role, administrator: one.administrator },
      ...{ rights: [...one.rights], sessions: one.sessions.length, invited: one.invitedUntil !== null },
      ...{ passkeys: one.means.passkeys.length, used: one.lastUsedAt },
    })),
    [
      {
        kind: "person",
        name: "Ada",
        role: null,
        administrator: true,
        rights: [],
        sessions: 1,
        invited: false,
        passkeys: 1,
        used: door.clock.now(),
      },
      {
        kind: "person",
        name: "Bo",
        role: "officer",
        administrator: false,
        rights: [],
        sessions: 0,
        invited: true,
        passkeys: 0,
        used: null,
      },
      {
        kind: "program",
        name: "siem",
        role: null,
        administrator: false,
        rights: [["c1", "r"]],
        sessions: 0,
        invited: false,
        passkeys: 0,
        used: null,
      },
    ],
  )
  door.node.clock.forward(60 * MINUTE)
  assert.equal((await reviewAccess(door.store, door.clock.now()))[0]?.sessions.length, 0)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { softwareAuthenticator } from "../../test/support/authenticator.ts"
import { codeAt } from "../../test/support/one-time-code.ts"
import { type Door, HERE, MINUTE, openDoor, PASSWORD, SITE } from "../../test/support/people.ts"
import { addPasskey, offerPasskey, setPassword } from "./enrolling.ts"
import { addPerson } from "./operations.ts"
import { removePerson } from "./people.ts"
import { proveByCode, proveByPasskey, signInByPasskey, signInByPassword } from "./signing-in.ts"

const NOT_THIS = { kind: "unauthenticated", code: "sign-in.passkey" }
const EXPIRED = { kind: "unauthenticated", code: "sign-in.expired" }
const WRONG = { kind: "unauthenticated", code: "sign-in.wrong" }
const SLOWED = { kind: "slow-down", code: "account.slowed" }

async function withDevice(door: Door) {
  const ada = await door.administrator()
  const { device, token } = await door.withPasskey(ada)
  return { device, ada: await door.who(token) }
}

test("a passkey signs in without a name, once for each challenge", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const { challenge, cookie } = await door.asked()
  const credential = device.get({ challenge, ...SITE, counter: 1, userHandle: ada.person.account })
  const signedIn = await door.who(await signInByPasskey(door, { cookie, credential }, HERE))
  assert.deepEqual([signedIn.person.name, signedIn.state], ["Ada", "full"])
  assert.equal(signedIn.provenAt, door.clock.now())
  await assert.rejects(signInByPasskey(door, { cookie, credential }, HERE), EXPIRED)
})

test("an answer to no challenge of ours, to an old one or to another purpose's signs nobody in", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const answer = (challenge: string) => device.get({ challenge, ...SITE, counter: 1 })
  const [first, second] = [await door.asked(), await door.asked()]
  const sign = (cookie: string | undefined, credential: string) => signInByPasskey(door, { cookie, credential }, HERE)
  await assert.rejects(sign(undefined, answer(first.challenge)), EXPIRED)
  await assert.rejects(sign(`${first.cookie}x`, answer(first.challenge)), EXPIRED)
  await assert.rejects(sign(`x${first.cookie}`, answer(first.challenge)), EXPIRED)
  await assert.rejects(sign(first.cookie, answer(second.challenge)), NOT_THIS)
  await assert.rejects(sign(first.cookie, answer(first.challenge)), EXPIRED, "a challenge is spent by a wrong answer")
  const toProve = await door.asked(ada)
  await assert.rejects(sign(toProve.cookie, answer(toProve.challenge)), EXPIRED)
  const late = await door.asked()
  door.node.clock.forward(10 * MINUTE)
  await assert.rejects(sign(late.cookie, answer(late.challenge)), EXPIRED)
})

test("an answer from another place, of an unverified person or by another key signs nobody in", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const bo = await door.newcomer("Bo")
  const wrongs: [string, (challenge: string) => string][] = [
    ["origin", (challenge) => device.get({ challenge, ...SITE, origin: "http://localhost.example:7447" })],
    ["port", (challenge) => device.get({ challenge, ...SITE, origin: "http://localhost:7448" })],
    ["domain", (challenge) => device.get({ challenge, ...SITE, domain: "example.com" })],
    ["not verified", (challenge) => device.get({ challenge, ...SITE, verified: false })],
    ["of making", (challenge) => device.get({ challenge, ...SITE, type: "webauthn.create" })],
    ["handle of another", (challenge) => device.get({ challenge, ...SITE, userHandle: bo.person.account })],
    ["unknown key", (challenge) => softwareAuthenticator().get({ challenge, ...SITE })],
    [
      "another key's signature",
      (challenge) => stolenId(device.id, softwareAuthenticator().get({ challenge, ...SITE })),
    ],
    ["no JSON", () => "{"],
    ["no assertion", () => `{"id":"${device.id}"}`],
  ]
  for (const [what, credential] of wrongs) {
    const { challenge, cookie } = await door.asked()
    await assert.rejects(signInByPasskey(door, { cookie, credential: credential(challenge) }, HERE), NOT_THIS, what)
  }
  const { challenge, cookie } = await door.asked()
  await door.who(await signInByPasskey(door, { cookie, credential: device.get({ challenge, ...SITE }) }, HERE))
  assert.equal((await door.sessions.list(ada.person.account)).length, 2)
})

function stolenId(id: string, credential: string): string {
  return JSON.stringify({ ...(JSON.parse(credential) as object), id, rawId: id })
}

test("a device whose counter did not go on may be a copy: refused, and said in the ledger", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const sign = async (counter: number) => {
    const { challenge, cookie } = await door.asked()
    return signInByPasskey(door, { cookie, credential: device.get({ challenge, ...SITE, counter }) }, HERE)
  }
  await sign(7)
  await assert.rejects(sign(7), NOT_THIS)
  await assert.rejects(sign(6), NOT_THIS)
  await assert.rejects(sign(0), NOT_THIS)
  await sign(8)
  const refused = (await door.ledger()).filter(({ what }) => what === "sign-in.refused")
  assert.deepEqual(
    refused.map(({ by, facts }) => [by, facts.reason]),
    [[ada.person.commitment, "counted-back"]],
  )
})

test("two answers of a device and its copy at once: one comes in", async (t) => {
  const door = await openDoor(t)
  const { device } = await withDevice(door)
  const asked = [await door.asked(), await door.asked()]
  const sign = ({ challenge, cookie }: (typeof asked)[number]) =>
    signInByPasskey(door, { cookie, credential: device.get({ challenge, ...SITE, counter: 5 }) }, HERE)
  const both = await Promise.allSettled(asked.map(sign))
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"])
})

test("a new passkey is one that was made here, for this challenge, with the person's confirmation, and is new", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const add = async (change: (challenge: string) => string) => {
    const { challenge } = await offerPasskey(door.store, SITE, ada, "Comity")
    const made = { site: SITE, challenge, credential: change(challenge), name: "Key", agent: "" }
    return addPasskey(door, ada, made)
  }
  const other = softwareAuthenticator()
  const wrongs: ((challenge: string) => string)[] = [
    () => other.create({ challenge: "AAAA", ...SITE }),
    (challenge) => other.create({ challenge, ...SITE, origin: "https://localhost:7447" }),
    (challenge) => other.create({ challenge, ...SITE, domain: "example.com" }),
    (challenge) => other.create({ challenge, ...SITE, verified: false }),
    (challenge) => other.create({ challenge, ...SITE, type: "webauthn.get" }),
    (challenge) => device.create({ challenge, ...SITE }),
    () => "[]",
  ]
  for (const wrong of wrongs) await assert.rejects(add(wrong), { kind: "refused", code: "passkey.not-made" })
  await add((challenge) => other.create({ challenge, ...SITE }))
})

test("password and code of that moment sign in; a code works once", async (t) => {
  const door = await openDoor(t)
  const { secret } = await door.withCode(await door.administrator())
  const sign = (code: string, password = PASSWORD) => signInByPassword(door, { name: "Ada", password, code }, HERE)
  await assert.rejects(sign(codeAt(secret, door.clock.now())), WRONG, "the code that confirmed is spent")
  door.node.clock.forward(MINUTE)
  const code = codeAt(secret, door.clock.now())
  await assert.rejects(sign(code, "wrong"), WRONG)
  await assert.rejects(sign(""), WRONG)
  await assert.rejects(sign(codeAt(secret, door.clock.now(), 2)), WRONG)
  assert.equal((await door.who(await sign(`${code.slice(0, 3)} ${code.slice(3)}`))).state, "full")
  await assert.rejects(sign(code), WRONG)
  await assert.rejects(sign(codeAt(secret, door.clock.now(), -1)), WRONG, "an earlier code than one that was taken")
  assert.equal((await door.who(await sign(codeAt(secret, door.clock.now(), 1)))).state, "full")
})

test("one code sent twice at once is taken once", async (t) => {
  const door = await openDoor(t)
  const { secret, token } = await door.withCode(await door.administrator())
  const ada = await door.who(token)
  door.node.clock.forward(MINUTE)
  const prove = () => proveByCode(door, codeAt(secret, door.clock.now()), HERE, ada)
  const both = await Promise.allSettled([prove(), prove()])
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"])
})

test("a password alone, made on the command line, opens nothing but adding a second factor", async (t) => {
  const door = await openDoor(t)
  await addPerson(door.store, { name: "Cy", admin: true, rights: new Map(), role: "officer" }, PASSWORD)
  const sign = () => signInByPassword(door, { name: "Cy", password: PASSWORD, code: "" }, HERE)
  const cy = await door.who(await sign())
  assert.deepEqual([cy.state, cy.person.role, cy.person.administrator], ["enrolling", "officer", true])
  const full = await door.who((await door.withPasskey(cy)).token)
  assert.equal(full.state, "full")
  await assert.rejects(sign(), { kind: "unauthenticated", code: "sign-in.passkey-only" })
})

test("unknown names, programs and people without a password are answered like a wrong password", async (t) => {
  const door = await openDoor(t)
  await withDevice(door)
  for (const name of ["Ada", "Nobody", ""]) {
    await assert.rejects(signInByPassword(door, { name, password: PASSWORD, code: "" }, HERE), WRONG, name)
  }
})

test("guesses of passwords are slowed by name and address, those of codes by name alone", async (t) => {
  const door = await openDoor(t)
  const { secret } = await door.withCode(await door.administrator())
  const sign = (password: string, code: string, address: string) =>
    signInByPassword(door, { name: "Ada", password, code }, { ...HERE, address })
  for (let i = 0; i < 5; i++) await assert.rejects(sign("wrong", "", "192.0.2.7"), WRONG)
  await assert.rejects(sign(PASSWORD, "", "192.0.2.7"), SLOWED)
  for (let i = 0; i < 5; i++) await assert.rejects(sign(PASSWORD, "000000", `198.51.100.${i}`), WRONG)
  await assert.rejects(sign(PASSWORD, codeAt(secret, door.clock.now()), "203.0.113.1"), SLOWED)
  const told = (await door.ledger()).filter(({ what }) => /slowed|refused/.test(what))
  assert.deepEqual(
    told.map(({ what, facts }) => [what, facts.method]),
    [["sign-in.refused", "password"], ["account.slowed", undefined], ...Array(5).fill(["sign-in.refused", "password"])],
  )
})

test("wrong credentials cannot fill the ledger", async (t) => {
  const { refusals, ledger } = await openDoor(t)
  for (let i = 0; i < 500; i++) await refusals.wrong(null, "password", `2001:db8::${i}`)
  const told = (await ledger()).filter(({ what }) => what === "sign-in.refused")
  assert.equal(told.length, 201)
  assert.equal(told.at(-1)?.facts.reason, "many")
  await refusals.wrong("Ada", "password", "192.0.2.9")
  assert.equal((await ledger()).at(-1)?.by, "Ada", "unknown names do not crowd out what concerns an account")
})

test("names that nobody has cannot fill the ledger with slowings", async (t) => {
  const door = await openDoor(t)
  for (let name = 0; name < 3; name++) {
    for (let i = 0; i < 5; i++) {
      await assert.rejects(signInByPassword(door, { name: `x${name}`, password: "x", code: "" }, HERE), WRONG)
    }
  }
  assert.equal((await door.ledger()).filter(({ what }) => what === "account.slowed").length, 1)
})

test("guesses from one network of IPv6 count together, however many addresses it has", async (t) => {
  const door = await openDoor(t)
  const sign = (address: string) =>
    signInByPassword(door, { name: "Ada", password: "wrong", code: "" }, { ...HERE, address })
  for (let i = 0; i < 5; i++) await assert.rejects(sign(`2001:db8:0:1:${i}::${i}`), WRONG)
  await assert.rejects(sign("2001:db8::1:ffff:0:0:9"), SLOWED)
  await assert.rejects(sign("2001:db8:0:2::9"), WRONG)
  for (let i = 0; i < 5; i++) await assert.rejects(sign(`::ffff:192.0.2.${i}`), WRONG)
})

test("who signs in, proves again or is refused stands in the ledger without a name", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const { challenge, cookie } = await door.asked()
  await signInByPasskey(door, { cookie, credential: device.get({ challenge, ...SITE }) }, HERE)
  await assert.rejects(signInByPassword(door, { name: "Ada", password: "x", code: "" }, HERE))
  const told = await door.ledger()
  assert.deepEqual(
    told.slice(-2).map(({ what, by, facts }) => [what, by, facts.method]),
    [
      ["session.started", ada.person.commitment, "passkey"],
      ["sign-in.refused", ada.person.commitment, "password"],
    ],
  )
  assert.doesNotMatch(JSON.stringify(told), /Ada|192\.0\.2/)
})

test("a person proves again by its own passkey or code, and by nobody else's", async (t) => {
  const door = await openDoor(t)
  const { device, ada } = await withDevice(door)
  const bo = await door.withPasskey(await door.newcomer("Bo"))
  const prove = async (by: typeof device) => {
    const { challenge, cookie } = await door.asked(ada)
    await proveByPasskey(door, { cookie, credential: by.get({ challenge, ...SITE }) }, HERE, ada)
  }
  const provenAt = async () =>
    (await door.sessions.list(ada.person.account)) &&
    door.node.meddle("select proven_at from session where id = ?", ada.session)[0]?.proven_at
  door.node.clock.forward(5 * MINUTE)
  await assert.rejects(prove(bo.device), NOT_THIS)
  await assert.rejects(proveByCode(door, "000000", HERE, ada), { kind: "unauthenticated", code: "sign-in.code" })
  assert.notEqual(await provenAt(), door.clock.now())
  await prove(device)
  assert.equal(await provenAt(), door.clock.now())
  const { secret } = await door.withCode(ada)
  door.node.clock.forward(5 * MINUTE)
  await proveByCode(door, codeAt(secret, door.clock.now()), HERE, ada)
  assert.equal(await provenAt(), door.clock.now())
  const others = await door.asked(await door.who(bo.token))
  const credential = device.get({ challenge: others.challenge, ...SITE })
  await assert.rejects(proveByPasskey(door, { cookie: others.cookie, credential }, HERE, ada), EXPIRED)
})

test("a person that was removed while its password was checked does not come in", async (t) => {
  const door = await openDoor(t)
  await withDevice(door)
  const bo = await door.newcomer("Bo")
  const { secret } = await door.withCode(bo)
  door.node.clock.forward(MINUTE)
  const given = { name: "Bo", password: PASSWORD, code: codeAt(secret, door.clock.now()) }
  const running = signInByPassword(door, given, HERE)
  await removePerson(door.store, bo.person.account, null)
  await assert.rejects(running)
  assert.equal(
    door.node.meddle("select count(*) as n from session where account not in (select key from account)")[0]?.n,
    0,
  )
})

test("a new password needs twelve characters and ends the other sessions", async (t) => {
  const door = await openDoor(t)
  const { ada, device } = await withDevice(door)
  const { challenge, cookie } = await door.asked()
  const other = await signInByPasskey(door, { cookie, credential: device.get({ challenge, ...SITE }) }, HERE)
  const short = { kind: "invalid", code: "password.short" }
  for (const password of ["", "elevenchars", "é".repeat(11).normalize("NFD")]) {
    await assert.rejects(setPassword(door.store, ada, password), short)
  }
  await setPassword(door.store, ada, "twelve chars")
  assert.equal(await door.sessions.find(other), null)
  assert.equal((await door.sessions.list(ada.person.account)).length, 1)
})

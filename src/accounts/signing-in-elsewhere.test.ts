import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { openIdProviderForTest } from "../../test/support/openid-provider.ts"
import { HERE, MINUTE, openDoor, SITE } from "../../test/support/people.ts"
import { openIdProvider } from "../crypto/index.ts"
import { invite } from "./links.ts"
import type { SignedIn } from "./model.ts"
import { beginElsewhere, type Purpose, returnFromElsewhere } from "./signing-in-elsewhere.ts"

const CALLBACK = `${SITE.origin}/sign-in/return`
const NOT_RIGHT = { kind: "refused", code: "openid.answer" }
const UNKNOWN = { kind: "refused", code: "openid.unknown" }
const EXPIRED = { kind: "unauthenticated", code: "sign-in.expired" }

async function open(t: TestContext) {
  const door = await openDoor(t)
  const there = await openIdProviderForTest(t)
  const provider = openIdProvider(there)
  const begin = (purpose: Purpose = "sign-in", signedIn: SignedIn | null = null) =>
    beginElsewhere(door, provider, CALLBACK, { purpose, to: "/share/library", signedIn })
  const back = (address: string, cookie: string | undefined, signedIn: SignedIn | null = null) =>
    returnFromElsewhere(door, provider, { address, cookie, signedIn }, HERE)
  const go = async (claims: object, purpose: Purpose = "sign-in", signedIn: SignedIn | null = null) => {
    const { address, cookie } = await begin(purpose, signedIn)
    return back(there.signIn(address, { ...claims }), cookie, signedIn)
  }
  /** Somebody whom the provider calls `sub`. */
  const linked = async (name: string, sub: string) => {
    const who = await door.who((await door.withPasskey(await door.newcomer(name))).token)
    await go({ sub }, "link", who)
    return who
  }
  return { door, there, begin, back, go, linked }
}

test("a person whose account is linked comes in by the organisation's own sign-in", async (t) => {
  const { door, begin, go, linked } = await open(t)
  const bo = await linked("Bo", "1234")
  const { to, token } = await go({ sub: "1234" })
  const found = await door.who(token)
  assert.deepEqual([to, found.person.name, found.state], ["/share/library", "Bo", "full"])
  assert.notEqual(found.session, bo.session)
  const asked = new URL((await begin()).address).searchParams
  assert.deepEqual(
    ["response_type", "client_id", "redirect_uri", "code_challenge_method", "max_age"].map((name) => asked.get(name)),
    ["code", "comity", CALLBACK, "S256", null],
  )
})

test("nobody gets an account by signing in elsewhere", async (t) => {
  const { door, go, linked } = await open(t)
  await linked("Bo", "1234")
  await assert.rejects(go({ sub: "12345", name: "Bo", email: "bo@example.org", email_verified: true }), UNKNOWN)
  const told = (await door.ledger()).filter(({ what }) => what === "sign-in.refused")
  assert.deepEqual(
    told.map(({ by, facts }) => [by, facts.method, facts.reason]),
    [[null, "openid", "unknown"]],
  )
})

test("a verified e-mail address takes the invitation that was made for it, and the subject stays linked", async (t) => {
  const { door, go } = await open(t)
  const cy = { name: "Cy", role: "reader", administrator: false } as const
  const late = await invite(door.store, { ...cy, name: "Late", email: "late@example.org" }, "by")
  door.node.clock.forward(24 * 60 * MINUTE)
  await invite(door.store, { ...cy, email: "Cy@Example.org" }, "by")
  const claims = { sub: "c", email: "cy@example.org" }
  await assert.rejects(go(claims), UNKNOWN)
  await assert.rejects(go({ ...claims, email_verified: false }), UNKNOWN)
  await assert.rejects(go({ ...claims, email_verified: "true" }), UNKNOWN)
  await assert.rejects(go({ sub: "l", email: "late@example.org", email_verified: true }), UNKNOWN, late)
  const { token } = await go({ ...claims, email_verified: true })
  assert.equal((await door.who(token)).person.name, "Cy")
  await assert.rejects(go({ ...claims, sub: "d", email_verified: true }), UNKNOWN, "an invitation is taken once")
  assert.equal((await door.who((await go({ sub: "c" })).token)).person.name, "Cy")
})

test("an answer that was changed, forged, of another or too old signs nobody in", async (t) => {
  const { door, there, begin, back, go, linked } = await open(t)
  await linked("Bo", "1234")
  const wrongs: Record<string, unknown>[] = [
    { iss: "http://127.0.0.1:1" },
    { aud: "another" },
    { nonce: "another" },
    { nonce: undefined },
    { exp: Math.floor(Date.now() / 1000) - 120 },
    { sub: undefined },
  ]
  for (const wrong of wrongs) {
    there.falsify(wrong)
    await assert.rejects(go({ sub: "1234" }), NOT_RIGHT, JSON.stringify(wrong))
  }
  there.falsify({})
  there.forge(true)
  await assert.rejects(go({ sub: "1234" }), NOT_RIGHT)
  there.forge(false)
  const first = await begin()
  const second = await begin()
  await assert.rejects(back(there.signIn(first.address, { sub: "1234" }), second.cookie), NOT_RIGHT, "another state")
  const { address, cookie } = await begin()
  const home = there.signIn(address, { sub: "1234" })
  await assert.rejects(back(home, undefined), EXPIRED)
  assert.equal((await back(home, cookie)).to, "/share/library")
  await assert.rejects(back(home, cookie), EXPIRED, "once")
  const late = await begin()
  door.node.clock.forward(10 * MINUTE)
  await assert.rejects(back(there.signIn(late.address, { sub: "1234" }), late.cookie), EXPIRED)
  const refused = await begin()
  const denied = `${CALLBACK}?error=access_denied&state=${new URL(refused.address).searchParams.get("state")}`
  await assert.rejects(back(denied, refused.cookie), NOT_RIGHT)
})

test("a name at the provider belongs to one account", async (t) => {
  const { door, go, linked } = await open(t)
  const bo = await linked("Bo", "1234")
  const di = await door.who((await door.withPasskey(await door.newcomer("Di"))).token)
  await assert.rejects(go({ sub: "1234" }, "link", di), { kind: "conflict", code: "openid.taken" })
  await go({ sub: "1234" }, "link", bo)
})

test("linking and proving belong to the session that began them", async (t) => {
  const { door, there, begin, back, linked } = await open(t)
  const bo = await linked("Bo", "1234")
  const di = await door.who((await door.withPasskey(await door.newcomer("Di"))).token)
  for (const purpose of ["link", "prove"] as const) {
    const { address, cookie } = await begin(purpose, bo)
    await assert.rejects(back(there.signIn(address, { sub: "1234" }), cookie, di), EXPIRED)
    const again = await begin(purpose, bo)
    await assert.rejects(back(there.signIn(again.address, { sub: "1234" }), again.cookie), EXPIRED)
  }
})

test("proving again asks the provider for a fresh sign-in of the same person", async (t) => {
  const { door, there, begin, go, linked } = await open(t)
  const bo = await linked("Bo", "1234")
  await linked("Di", "99")
  const asked = new URL((await begin("prove", bo)).address).searchParams
  assert.deepEqual([asked.get("prompt"), asked.get("max_age")], ["login", "0"])
  door.node.clock.forward(5 * MINUTE)
  await assert.rejects(go({ sub: "99" }, "prove", bo), { kind: "refused", code: "openid.other-person" })
  there.falsify({ auth_time: Math.floor(Date.now() / 1000) - 3600 })
  await assert.rejects(go({ sub: "1234" }, "prove", bo), NOT_RIGHT)
  there.falsify({})
  const proven = () => door.node.meddle("select proven_at as at from session where id = ?", bo.session)[0]?.at
  assert.notEqual(proven(), door.clock.now())
  await go({ sub: "1234" }, "prove", bo)
  assert.equal(proven(), door.clock.now())
})

test("a provider that does not answer is said to be away, and asked again the next time", async (t) => {
  const { door, there } = await open(t)
  const away = openIdProvider({ ...there, issuer: "http://127.0.0.1:1" })
  const begin = () => beginElsewhere(door, away, CALLBACK, { purpose: "sign-in", to: "/", signedIn: null })
  await assert.rejects(begin(), { kind: "unavailable", code: "openid.provider" })
  const liar = openIdProvider({ ...there, issuer: there.issuer.replace("127.0.0.1", "localhost") })
  const other = beginElsewhere(door, liar, CALLBACK, { purpose: "sign-in", to: "/", signedIn: null })
  await assert.rejects(other, { kind: "unavailable", code: "openid.provider" }, "metadata of another issuer")
})

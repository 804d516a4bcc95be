import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { type Federation, type Member, strangers } from "../../../test/support/federation.ts"
import { type LibraryServer, startLibrary } from "../../../test/support/library-server.ts"
import { START } from "../../../test/support/node-in-process.ts"
import type { Role } from "../../../test/support/pages.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import { nothing } from "../../http/index.ts"
import { addShared } from "../../library/index.ts"
import { findPeer, loadPeer, readPeerCard } from "../../parties/index.ts"
import { accept, changeCard, compare, couriersOf, deliver, fingerprints, invite } from "../index.ts"
import { partnerPages } from "./routes.ts"

/** Our node, which people use through its pages; of the others each test takes one for itself. */
let federation: Federation
let ours: Member
let server: LibraryServer

before(async () => {
  federation = await strangers(["ours", "nord", "coast", "bank", "lake", "hill", "isle", "late"])
  ours = federation.members[0] as Member
  const { store, parts } = ours
  const pages = () => partnerPages({ store, peering: parts, couriers: couriersOf(), more: async () => nothing })
  server = await startLibrary(START, pages, ours)
})
after(async () => {
  await server.close()
  await Promise.all(federation.members.slice(1).map((member) => member.close()))
})

const named = (name: string): Member => {
  const member = federation.members.find((one) => one.name === name)
  assert.ok(member)
  return member
}

async function page(path: string, who: Role = "officer", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return text
}

const words = async (path: string, who: Role = "officer") => readable(await page(path, who))

/** Where a form leads; or, if another status is expected, what the page says. */
async function post(path: string, form: Record<string, string>, status = 303, who: Role = "officer"): Promise<string> {
  const answer = await server.post(path, Object.entries(form), who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return status === 303 ? String(answer.headers.get("location")) : text
}

/** Everything that waits between us and another goes its way. */
async function exchange(other: Member): Promise<void> {
  federation.clock.forward(2_000_000)
  for (const [one, of] of [
    [ours, other],
    [other, ours],
  ] as const) {
    const peer = await findPeer(one.store, of.party)
    if (peer !== null) await deliver(one.parts, couriersOf(), peer.key)
  }
}

const pathOf = ({ party }: Member) => `/share/partners/${party}`
const known = async (at: Member, of: Member) => loadPeer(at.store, of.party)
const readOut = async (at: Member, of: Member) => (await fingerprints(at.store, await known(at, of))).theirs

/** Somebody accepted the invitation that an officer made on a page. */
async function metBy(name: string): Promise<Member> {
  const other = named(name)
  const html = await post("/share/partners/invite", { label: `for ${name}` }, 200)
  const link = /<textarea[^>]*>\s*([^<\s]+)/.exec(html)?.[1]
  assert.ok(link)
  await accept(other.parts, link, null)
  await exchange(other)
  return other
}

/** And the people of both compared. */
async function partner(name: string): Promise<Member> {
  const other = await metBy(name)
  const digits = (await readOut(ours, other)).digits
  assert.equal(await post(`${pathOf(other)}/compare`, { digits, card: "yes" }), `${pathOf(other)}?done=compared`)
  await compare(other.parts, ours.party, { digits: (await readOut(other, ours)).digits, givesCard: true }, null)
  await exchange(other)
  await exchange(other)
  return other
}

test("an invitation is shown once, and two people on the telephone make a partner of it", async () => {
  const nord = await metBy("nord")
  assert.match(await words("/share/partners"), /nord.*to be compared/)
  assert.match(await words(pathOf(nord)), /nord is known by an invitation and not believed yet/)
  const html = await page(`${pathOf(nord)}/compare`)
  const [mine, theirs] = [await readOut(nord, ours), await readOut(ours, nord)]
  for (const word of mine.words) assert.ok(html.includes(word), `our own ${word} is there to be read out`)
  assert.ok(!readable(html).includes(theirs.words.slice(0, 3).join(" ")), "theirs is to be heard")
  const asked = [...html.matchAll(/name="word-(\d+)"/g)].map(([, number]) => Number(number))
  assert.equal(new Set(asked).size, 6)
  const heard = Object.fromEntries(asked.map((number) => [`word-${number}`, theirs.words[number - 1] ?? ""]))
  assert.equal(await post(`${pathOf(nord)}/compare`, heard), `${pathOf(nord)}?done=compared`)
  assert.match(await words(pathOf(nord)), /compared by us.*The people of nord have not said so yet/)
  await compare(nord.parts, ours.party, { digits: mine.digits }, null)
  await exchange(nord)
  assert.match(await words(pathOf(nord)), /active/)
  assert.equal(await readPeerCard(nord.store, (await known(nord, ours)).key), null, "no card without the tick")
})

test("what was heard wrongly stops everything, and is counted where the next person sees it", async () => {
  const coast = await metBy("coast")
  const path = `${pathOf(coast)}/compare`
  const wrong = await readOut(coast, ours)
  assert.match(await post(path, { digits: wrong.digits }, 409), /What you heard is not the fingerprint/)
  assert.equal((await known(ours, coast)).state, "invited")
  assert.match(await words(path), /Comparisons that failed since this partner was met: 1/)
  const typed = Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`word-${number}`, "zzzz"]))
  assert.match(await post(path, typed, 400), /aria-invalid="true"/)
  assert.match(await words(path), /met: 1/, "a word that is on no list is a slip of the pen")
  assert.doesNotMatch(await page(pathOf(coast)), /<details>/, "no fingerprint to be copied before it was heard")
})

test("an invitation that came is taken by pasting it; anything else is told at the field", async () => {
  const bank = named("bank")
  const { link } = await invite(bank.parts, "for ours", null)
  assert.equal(await post("/share/partners/accept", { invitation: ` ${link}\n` }), `${pathOf(bank)}/compare`)
  assert.equal(await post("/share/partners/accept", { invitation: link }), `${pathOf(bank)}/compare`)
  assert.match(await words("/share/partners"), /bank.*to be compared/)
  for (const nonsense of ["hello", "{}", link.slice(0, -9), "https://bank.example/peer/join"]) {
    const html = await post("/share/partners/accept", { invitation: nonsense }, 400)
    assert.ok(html.includes('aria-invalid="true"'), nonsense)
  }
})

test("an invitation that was taken back leads nowhere", async () => {
  const html = await post("/share/partners/invite", { label: "for <b>nobody</b>" }, 200)
  const link = /<textarea[^>]*>\s*([^<\s]+)/.exec(html)?.[1] ?? ""
  const list = await page("/share/partners")
  assert.ok(list.includes("for &lt;b&gt;nobody&lt;/b&gt;"))
  assert.ok(!list.includes(link), "the link is not shown again")
  const row = list.slice(list.indexOf("for &lt;b&gt;nobody"))
  const remove = /action="(\/share\/partners\/invitations\/[^"]+\/remove)"/.exec(row)?.[1]
  assert.ok(remove)
  await post(remove, {})
  assert.ok(!(await page("/share/partners")).includes("nobody"))
  const late = named("late")
  await accept(late.parts, link, null)
  await exchange(late)
  assert.equal(await findPeer(ours.store, late.party), null)
})

test("a relation is paused, goes on and ends on its page, and both sides see it", async () => {
  const lake = await partner("lake")
  const path = pathOf(lake)
  assert.match(await words(path), /active/)
  await post(`${path}/state`, { to: "suspended" })
  await exchange(lake)
  assert.match(await words(path), /Paused by us/)
  assert.equal((await known(lake, ours)).theirs, "suspended")
  await post(`${path}/state`, { to: "active" })
  await exchange(lake)
  assert.equal((await known(lake, ours)).theirs, "active")
  await addShared(ours.store, { title: "S", alias: null, terms: PLAIN_TERMS, audience: [lake.party] }, null)
  assert.match(await words(`${path}/leave`), /each shared collection of ours: 1/)
  assert.equal(await post(`${path}/leave`, {}), "/share/partners?done=left")
  await exchange(lake)
  assert.match(await words(path), /The relation has ended/)
  assert.equal((await known(lake, ours)).theirs, "left")
})

test("the card of a partner stands on its page, and a name that it tells counts when somebody takes it over", async () => {
  const hill = await partner("hill")
  const details = {
    ...{ places: ["NO", "SJ"], roles: ["police" as const], languages: ["no"], networks: ["192.0.2.0/24"] },
    domains: ["hill.example"],
    desk: { name: "<i>Desk</i>", phone: "+47 1", email: "desk@hill.example", hours: "08-16", zone: "Europe/Oslo" },
  }
  await changeCard(hill.parts, details, null)
  await exchange(hill)
  const html = await page(pathOf(hill), "reader")
  assert.ok(html.includes("&lt;i&gt;Desk&lt;/i&gt;"))
  assert.match(readable(html), /Norway.*police.*\+47 1.*192\.0\.2\.0\/24.*hill\.example/)
  assert.match(html, /<details><summary>/)
  await hill.store.write((tx) => tx.run({ sql: "update party set name = 'Hill CERT'", values: [] } as never))
  await changeCard(hill.parts, { ...details, languages: ["no", "en"] }, null)
  await exchange(hill)
  assert.match(await words(pathOf(hill)), /Hill CERT/)
  assert.equal((await known(ours, hill)).name, "hill")
  assert.equal(await post(`${pathOf(hill)}/rename`, {}), `${pathOf(hill)}?done=renamed`)
  assert.equal((await known(ours, hill)).name, "Hill CERT")
})

test("feed health tells what comes from whom and how far it is; a feed is paused and goes on", async () => {
  const isle = await partner("isle")
  await addShared(
    isle.store,
    { title: "Relays of <isle>", alias: null, terms: PLAIN_TERMS, audience: [ours.party] },
    null,
  )
  await ours.roundWith(isle)
  const html = await page("/share/feeds")
  assert.match(html, /Relays of &lt;isle&gt;/)
  const pause = /action="(\/share\/feeds\/\d+)"/.exec(html)?.[1]
  assert.ok(pause)
  await post(pause, { to: "paused" })
  assert.match(await words("/share/feeds"), /paused.*Go on/)
  assert.match(await words(pathOf(isle)), /Relays of &lt;isle&gt;.*paused/)
  await post(pause, { to: "open" })
  assert.match(await words("/share/feeds"), /Pause/)
  await post("/share/feeds/999", { to: "paused" }, 404)
})

test("the own card is kept as typed, and a fault is told at its field without losing the rest", async () => {
  const typed = {
    places: "fi\nax",
    languages: "fi, sv",
    roles: "police",
    networks: "198.51.100.0/24",
    domains: "A.example",
  }
  const faulty = await post("/node/party", { ...typed, networks: "not a network" }, 400)
  assert.match(faulty, /not a network/)
  assert.match(await post("/node/party", { ...typed, "desk-zone": "Asia/Nowhere" }, 400), /no time zone/i)
  assert.match(faulty, /value="police" checked/)
  assert.equal(await post("/node/party", typed), "/node/party?done=saved")
  const html = await page("/node/party?done=saved")
  assert.match(html, /FI\nAX/)
  assert.match(html, /a\.example/)
})

test("readers look, and only officers are offered what changes whom we trust", async () => {
  const html = await page("/share/partners", "reader")
  assert.doesNotMatch(html, /partners\/invite"/)
  for (const path of ["/share/partners/invite", "/share/partners/accept", "/node/party"])
    await page(path, "analyst", 403)
  await post("/share/partners/invite", { label: "x" }, 403, "analyst")
})

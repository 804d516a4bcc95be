import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { startLibrary } from "../../../test/support/library-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { READY } from "../../../test/support/requests.ts"
import { addOwnParty } from "../../parties/index.ts"
import { requestPages } from "./routes.ts"

const server = await startLibrary(undefined, ({ store }) => requestPages({ store }))
after(() => server.close())
const { node } = server
await node.store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))

type Typed = Readonly<Record<string, string>>

async function get(path: string, who: Role = "analyst", status = 200): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text.slice(0, 500)}`)
  return text
}

async function post(path: string, fields: Typed, status: number, who: Role = "analyst") {
  const answer = await server.post(path, Object.entries(fields), who)
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${readable(text).slice(0, 500)}`)
  return { text, location: answer.headers.get("location") ?? "" }
}

const ENTRY: Typed = {
  ...{ title: "Relay", measure: "preserve", category: "traffic", place: "EE", authority: "24/7 contact point" },
  ...{ channel: "post", "channel-id": "", reference: "HC-1", basis: "ETS 185", sent: "2025-10-01 10:00" },
  ...{ zone: "Europe/Helsinki", preserve: "60", deadline: "", reminder: "" },
}
const note = async (changes: Typed = {}) => (await post("/respond/diary", { ...ENTRY, ...changes }, 303)).location

async function draft(form: string, changes: Typed = {}): Promise<string> {
  const { location } = await post(`/respond/forms/${form}`, {}, 303)
  await post(location, { ...READY, ...changes, seen: seenIn(await get(location)) }, 303)
  return location
}

function seenIn(page: string): string {
  return /name="seen" value="(\d+)"/.exec(page)?.[1] ?? ""
}

test("a reader and an administrator see neither diary nor forms; an analyst notes, an officer closes", async () => {
  const path = await note()
  const form = await draft("budapest-29")
  for (const who of ["reader", "administrator"] as const) {
    for (const at of [
      "/respond/diary",
      "/respond/diary.ics",
      path,
      `${path}/calendar.ics`,
      "/respond/forms",
      form,
      `${form}/document`,
    ]) {
      await get(at, who, 403)
    }
    await post("/respond/diary", ENTRY, 403, who)
    await post(`${form}/delete`, {}, 403, who)
  }
  await get(`${path}/close`, "analyst", 403)
  await post(`${path}/close`, {}, 403)
  assert.doesNotMatch(await get(path), /\/close"/)
  assert.match(readable(await get(path)), /An officer closes a request/)
  await post(`${path}/close`, {}, 303, "officer")
  assert.match(readable(await get(path)), /closed/)
  await post(`${path}/events`, { kind: "note", at: "2026-01-01 00:00", zone: "UTC", text: "late" }, 409)
})

test("the diary shows what is overdue in word and shape, and filters by the address", async () => {
  const late = await note({ title: "Late one" })
  await note({ title: "Young one", sent: "2025-12-30 10:00" })
  const all = await get("/respond/diary")
  assert.match(all, /class="state closed"><span aria-hidden="true">○<\/span> overdue/)
  assert.ok(all.indexOf("Late one") < all.indexOf("Young one"))
  const overdue = await get("/respond/diary?state=overdue")
  assert.match(overdue, /Late one/)
  assert.doesNotMatch(overdue, /Young one/)
  assert.doesNotMatch(await get("/respond/diary?state=closed"), /Late one|Young one/)
  assert.match(await get("/respond/diary?state=nonsense"), /Young one/)
  assert.match(readable(await get(late)), /overdue Preservation ends .* \(60 days from/)
})

test("an entry with a fault is not kept, and what was typed stands there again", async () => {
  const count = () => node.meddle("select count(*) as n from request")[0]?.n
  const before = count()
  const cases: readonly (readonly [Typed, string])[] = [
    [{ title: "" }, "field-title-fault"],
    [{ sent: "yesterday" }, "field-sent-fault"],
    [{ sent: "2027-01-01 10:00" }, "This time has not come yet"],
    [{ zone: "Mars/Olympus" }, "This is no time zone"],
    [{ place: "XX" }, "field-place-fault"],
    [{ channel: "by-id" }, "field-channel-id-fault"],
    [{ measure: "wish" }, "field-measure-fault"],
    [{ preserve: "many" }, "field-preserve-fault"],
    [{ deadline: "2026-02-30" }, "field-deadline-fault"],
    [{ deadline: "2020-01-01 10:00" }, "This lies before the time of sending"],
  ]
  for (const [changes, sign] of cases) {
    const { text } = await post("/respond/diary", { ...ENTRY, reference: "KEEP-ME", ...changes }, 400)
    assert.ok(text.includes(sign), `${JSON.stringify(changes)}: ${sign}`)
    assert.ok(text.includes('value="KEEP-ME"'))
    assert.match(text, /class="summary" role="alert"/)
  }
  assert.equal(count(), before)
  const path = await note({ channel: "by-id", "channel-id": "bud-29" })
  assert.match(readable(await get(path)), /Channel bud-29/)
})

test("what another page knows stands in the fields of a new entry", async () => {
  const page = await get("/respond/diary/new?channel=bud-29&measure=preserve&place=EE&title=%3Cb%3E&zone=X")
  assert.match(page, /value="by-id" selected/)
  assert.match(page, /name="channel-id" value="bud-29"/)
  assert.match(page, /value="preserve" selected/)
  assert.match(page, /value="EE" selected/)
  assert.match(page, /name="title" value="&lt;b&gt;"/)
  assert.match(page, /name="zone" value="UTC"/)
  assert.match(await get("/respond/diary/new?channel=post"), /value="post" selected/)
})

test("what came back is noted, a refusal with its reason; clocks are set and extended", async () => {
  const path = await note({ sent: "2025-12-01 10:00" })
  const event = { kind: "refused", at: "2025-12-05 09:00", zone: "Asia/Taipei", text: "" }
  assert.match((await post(`${path}/events`, event, 400)).text, /A refusal needs its reason/)
  await post(`${path}/events`, { ...event, text: "dual criminality <b>" }, 303)
  assert.match(
    (await post(`${path}/events`, { ...event, text: "x", at: "2026-05-01 09:00" }, 400)).text,
    /not come yet/,
  )
  const wrong = await post(`${path}/extend`, { days: "0", start: "", "start-zone": "UTC", why: "" }, 400)
  assert.match(wrong.text, /<details class="recipe" open>/)
  await post(`${path}/extend`, { days: "30", start: "", "start-zone": "UTC", why: "by letter" }, 303)
  await post(`${path}/clocks`, { clock: "deadline", due: "2026-01-15 10:00", "due-zone": "+02:00" }, 303)
  await post(`${path}/clocks`, { clock: "preservation", due: "2026-01-15 10:00", "due-zone": "+02:00" }, 400)
  const page = await get(path)
  assert.ok(page.includes("dual criminality &lt;b&gt;"))
  assert.match(readable(page), /Extended preservation ends/)
  assert.match(readable(page), /Refused .* told in Asia\/Taipei/)
  const calendar = await server.get(`${path}/calendar.ics`, "analyst")
  assert.equal(calendar.headers.get("content-type"), "text/calendar; charset=utf-8")
  assert.match(calendar.headers.get("content-disposition") ?? "", /^attachment; filename="request--[0-9a-f-]+\.ics"$/)
  assert.equal((await calendar.text()).match(/BEGIN:VEVENT/g)?.length, 3)
  assert.match(await get("/respond/diary.ics"), /SUMMARY:Deadline: Relay/)
})

test("a draft is saved with faults, says what is missing beside the field and on top, and loses nothing", async () => {
  const { location } = await post("/respond/forms/budapest-29", {}, 303)
  const fresh = await get(location)
  assert.doesNotMatch(fresh, /role="alert"/, "nobody has saved it yet")
  assert.match(fresh, /value="Harbour CERT"/)
  node.clock.forward(1)
  const typed = { ...READY, "items.0.value": "10.0.0.7", facts: "<script>canary(1)</script>", seen: seenIn(fresh) }
  assert.equal((await post(location, typed, 303)).location, `${location}?saved=yes`)
  const page = await get(`${location}?saved=yes`)
  assert.match(page, /href="#field-items\.0\.value"/)
  assert.match(readable(page), /Identifier 1, Identifier: Addresses of this range/)
  assert.match(page, /id="field-items\.0\.value-fault"/)
  assert.match(page, /value="10\.0\.0\.7"[^>]*aria-invalid="true"/)
  assert.ok(page.includes("&lt;script&gt;canary(1)&lt;/script&gt;") && !page.includes("<script>canary"))
  assert.match(readable(page), /Missing or wrong: 1/)
  assert.doesNotMatch(page, /diary\/new\?draft/)
  assert.match(page, /not verified against the original form/)
})

test("each thing that is missing is told with the name of its field", async () => {
  for (const form of ["budapest-29", "budapest-31", "mla"]) {
    const { location } = await post(`/respond/forms/${form}`, {}, 303)
    const seen = seenIn(await get(location))
    node.clock.forward(1)
    await post(location, { "urgency.level": "urgent", "offences.0.penalty": "x", "items.0.port": "0", seen }, 303)
    const list = /class="summary".*?<\/ul>/s.exec(await get(location))?.[0] ?? ""
    const told = [...list.matchAll(/href="#field-([^"]+)">([^<]+)</g)]
    assert.ok(told.length > 10, `${form}: ${told.length}`)
    for (const [, field = "", text = ""] of told) assert.match(text, /^[^:]+(?:: .+)+$/, field)
    assert.equal(new Set(told.map(([, , text]) => text)).size, told.length, "no two lines are alike")
    assert.doesNotMatch(list, /undefined/)
  }
})

test("a row more comes when it is asked for, and what was typed comes with it", async () => {
  const location = await draft("budapest-31", { "items.0.category": "subscriber" })
  const seen = seenIn(await get(location))
  const more = await post(location, { ...READY, add: "items", seen }, 303)
  assert.equal(more.location, `${location}?items=2#field-items.1.type`)
  const page = await get(`${location}?items=2`)
  assert.match(page, /id="field-items\.1\.value"/)
  assert.doesNotMatch(page, /id="field-items\.2\.value"/)
  assert.match(await get(`${location}?items=999999`), /id="field-items\.39\.value"/)
})

test("a request that follows another takes its case along, in a draft of its own", async () => {
  const location = await draft("budapest-29")
  const before = location.split("/").at(-1) ?? ""
  const { location: next } = await post("/respond/forms/budapest-31", { from: before }, 303)
  assert.notEqual(next, location)
  const page = await get(next)
  assert.match(page, /name="prior.preservation.ticket" value="HC-2025-118"/)
  assert.match(page, /value="follow-up-preservation" checked/)
  assert.match(await get(location), /value="HC-2025-118"/, "the first stays as it was")
  await post("/respond/forms/mla", { from: "request-draft--0" }, 404)
})

test("two who write at once do not overwrite each other unseen", async () => {
  const location = await draft("mla")
  const seen = seenIn(await get(location))
  node.clock.forward(1)
  await post(location, { ...READY, purpose: "first", seen }, 303)
  const { text } = await post(location, { ...READY, purpose: "second", seen }, 409)
  assert.match(text, /Somebody else changed this draft/)
  assert.match(text, />\nsecond<\/textarea>/)
  assert.match(await get(location), />\nfirst<\/textarea>/)
  await post(location, { ...READY, purpose: "second", seen: seenIn(text) }, 303)
  assert.match(await get(location), />\nsecond<\/textarea>/)
})

test("a draft without faults goes into the diary with the hash of its document", async () => {
  const location = await draft("budapest-29")
  const id = location.split("/").at(-1) ?? ""
  const hash = /SHA-256 <span class="mono">([0-9a-f]{64})</.exec(await get(`${location}/document`))?.[1] ?? ""
  const page = await get(`/respond/diary/new?draft=${id}`)
  assert.match(page, /value="HC-2025-118"/)
  const { location: entry } = await post("/respond/diary", { ...ENTRY, draft: id }, 303)
  assert.match(await get(entry), new RegExp(`data-copy="${hash}"`))
  const faulty = await draft("budapest-29", { link: "" })
  await get(`/respond/diary/new?draft=${faulty.split("/").at(-1)}`, "analyst", 409)
  await post("/respond/diary", { ...ENTRY, draft: faulty.split("/").at(-1) ?? "" }, 409)
})

test("the document is in the language that is chosen, and says where there are no labels", async () => {
  const location = await draft("budapest-29", { "internal-note": "SECRET-OF-OURS", facts: "As typed.\n<b>" })
  const english = await get(`${location}/document?language=en`)
  const chinese = await get(`${location}/document?language=zh-Hant`)
  const hash = (page: string) => /([0-9a-f]{64})</.exec(page)?.[1]
  assert.match(english, /lang="en"><tbody>/)
  assert.match(readable(english), /Requesting authority/)
  assert.match(chinese, /lang="zh-Hant"><tbody>/)
  assert.match(readable(chinese), /請求機關/)
  assert.doesNotMatch(readable(chinese), /Requesting authority|Signature or stamp/)
  assert.equal(hash(english), hash(chinese))
  for (const page of [english, chinese]) {
    assert.ok(page.includes("As typed.\n&lt;b&gt;"))
    assert.ok(!page.includes("SECRET-OF-OURS"))
    assert.match(page, /Harbour CERT<\/bdi> · .* UTC<br>SHA-256/)
    assert.match(page, /†/)
    assert.match(page, /2025-12-18 12:03:27 UTC/)
  }
  const french = await get(`${location}/document?language=fr`)
  assert.match(readable(french), /There are no labels in that language \(French\)/)
  assert.doesNotMatch(await get(`${location}/document?language=%3Cb%3E`), /<b>/)
  const faulty = await draft("mla", { purpose: "" })
  assert.match(readable(await get(`${faulty}/document`)), /Draft, not ready to be sent/)
})

test("the form of an EPOC is told where to file, listed, and not made", async () => {
  const page = await get("/respond/forms/epoc")
  assert.match(readable(page), /decentralised IT system of Regulation \(EU\) 2023\/1543/)
  const lists = [...page.matchAll(/<ul class="points">(.*?)<\/ul>/gs)].map(([, list = ""]) => list)
  assert.equal(lists.flatMap((list) => list.split("<li>").slice(1)).length, 32)
  assert.match(readable(page), /not to the addressee/)
  assert.doesNotMatch(page, /action="\/respond\/forms\/epoc"/)
  await post("/respond/forms/epoc", {}, 403)
  await get("/respond/forms/nonsense", "analyst", 404)
  assert.match(readable(await get("/respond/forms/mla-profile")), /checklist/)
})

test("a draft is deleted for good after it was asked", async () => {
  const location = await draft("budapest-29")
  assert.match(readable(await get(`${location}/delete`)), /gone for good/)
  await post(`${location}/delete`, {}, 303)
  await get(location, "analyst", 404)
})

test("a year with a wrong digit is told beside its field", async () => {
  const year = /Write a year between 1970 and 2199/
  assert.match(
    readable((await post("/respond/diary", { ...ENTRY, sent: "0026-10-01 10:00", zone: "UTC" }, 400)).text),
    year,
  )
  const path = await note()
  const extended = { days: "30", start: "2999-01-01 10:00", "start-zone": "UTC", why: "" }
  assert.match(readable((await post(`${path}/extend`, extended, 400)).text), year)
  await get("/respond/diary")
})

test("a text that fits its field is kept whole, however many lines it has", async () => {
  const lines = `${"x\n".repeat(9_999)}x`
  const path = await draft("budapest-29", { facts: lines.replaceAll("\n", "\r\n") })
  const kept = /<textarea id="field-facts"[^>]*>\n([^<]*)</.exec(await get(path))?.[1]
  assert.equal(kept, lines)
  await note({ basis: `${"x\r\n".repeat(999)}x` })
})

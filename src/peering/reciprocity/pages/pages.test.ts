import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { readable } from "../../../../test/support/collection-server.ts"
import { figures } from "../../../../test/support/figures.ts"
import { startLibrary } from "../../../../test/support/library-server.ts"
import type { Role } from "../../../../test/support/pages.ts"
import { stixId } from "../../../../test/support/stix.ts"
import { findPeer, insertPeer, type PartyId, type PeerState } from "../../../parties/index.ts"
import { loadExchange } from "../exchange.ts"
import { toldOf } from "../message.ts"
import { type Figures, type Report, SPANS } from "../model.ts"
import { reciprocityPages } from "./routes.ts"

const HOME = "/share/reciprocity"
/** Whose counting does not end before there is something to say. */
let slow: string | null = null
/** What is counted of whom; the usual where nothing is said. */
const counted = new Map<string, Figures>()

const server = await startLibrary(undefined, ({ store }) =>
  reciprocityPages({
    store,
    patience: 50,
    counting: {
      recent: (parties) =>
        parties.map(async (party): Promise<Report> => {
          if (party === slow) await new Promise<void>((resolve) => void (counted.get(party) ? resolve() : null))
          const one = counted.get(party) ?? figures(31, 240)
          return { party, at: server.node.clock.now(), figures: SPANS.map((days) => ({ ...one, days })) }
        }),
    },
  }),
)
after(() => server.close())
const { store } = server.node

async function addPeer(name: string, state: PeerState = "active"): Promise<string> {
  const party = stixId("identity") as PartyId
  const endpoint = "https://partner.invalid"
  await store.write((tx) => insertPeer(tx, { party, name, endpoint, state, theirs: "active" }))
  return party
}

let coast: string
let bank: string
before(async () => {
  coast = await addPeer("Coastal CERT")
  bank = await addPeer("Alpha Bank")
  await addPeer("Nobody yet", "invited")
  const none = { versions: 0, objects: 0, recalled: 0, bytes: 0 }
  const silence = { asked: 0, inTime: 0, late: 0, overdue: 0, running: 0, median: null }
  counted.set(bank, {
    ...{ days: null, given: { ...none, erased: 0 }, seenAgain: null },
    ...{ received: { ...none, conflicts: 0, unread: 0, empty: 0 }, theirAnswers: silence, ourAnswers: silence },
  })
})

async function page(path: string, who: Role = "officer"): Promise<string> {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  return text
}

test("partners stand by name, and no figure can order them", async () => {
  const html = await page(HOME, "reader")
  assert.ok(html.indexOf("Alpha Bank") < html.indexOf("Coastal CERT"))
  assert.doesNotMatch(html, /aria-sort|sort=|Nobody yet|score<|rank/)
  assert.match(readable(html), /Coastal CERT 31 of 240/)
})

test("a count that came to nothing and no count are told apart", async () => {
  const text = readable(await page(`${HOME}/${bank}`))
  assert.match(text, /Seen again .*not known · counts are not exchanged.*not known · the search index did not answer/)
  assert.match(text, /Answered in time .*nothing was due nothing was due/)
  assert.match(text, /Objects Told apart.*? 0 0/)
  const { seenAgain } = figures(0, 0)
  counted.set(coast, { ...figures(0, 0), seenAgain })
  assert.match(readable(await page(`${HOME}/${coast}`)), /nothing to look for/)
  counted.set(coast, figures(0, 240))
  assert.match(readable(await page(`${HOME}/${coast}`)), /0 of 240/)
  counted.delete(coast)
})

test("what was not looked at, or not read yet, is said beside the figure", async () => {
  const { seenAgain, ...rest } = figures(31, 240)
  assert.ok(seenAgain)
  counted.set(coast, { ...rest, seenAgain: { ...seenAgain, atLeast: true, cut: true } })
  assert.match(readable(await page(`${HOME}/${coast}`)), /at least 31 of 240 looked at: the newest 20,000/)
  counted.delete(coast)
})

test("use comes first and volume last, each figure with what it counts", async () => {
  const html = await page(`${HOME}/${coast}?days=30`, "reader")
  const heads = [...html.matchAll(/<h2>([^<]+)<\/h2>/g)].map(([, head]) => head)
  assert.deepEqual(heads, ["Use", "Answers", "What went each way", "Volume", "Telling each other"])
  const rows = [...html.matchAll(/<td class="name">(.*?)<\/td>/g)].map(([, cell]) => cell ?? "")
  assert.equal(rows.length, 14)
  assert.deepEqual(
    rows.filter((cell) => !cell.includes('<span class="quiet">')),
    [],
  )
  assert.match(html, /days=30" aria-current="true"/)
})

test("an address that names no span, or nobody, shows the usual one, or nothing", async () => {
  for (const days of ["", "7", "-1", "9e9", "__proto__", "<b>"]) {
    assert.match(await page(`${HOME}?days=${encodeURIComponent(days)}`), /days=90" aria-current="true"/)
  }
  assert.equal((await server.get(`${HOME}/identity--0`, "reader")).status, 404)
})

test("a spreadsheet takes no name for a formula, and what is not known is an empty cell", async () => {
  const evil = await addPeer('=HYPERLINK("https://evil.example","Σ")\r\n@SUM(1)')
  const answer = await server.get(`${HOME}.csv?days=365`, "reader")
  const text = await answer.text()
  assert.match(String(answer.headers.get("content-type")), /^text\/csv/)
  assert.match(text, new RegExp(`${evil},"'=HYPERLINK\\(""https`))
  assert.doesNotMatch(text, /^@SUM/m)
  const [head = "", ...lines] = text.replace("\ufeff", "").split("\r\n")
  const names = head.split(",")
  const cells = lines.find((line) => line.startsWith(bank))?.split(",") ?? []
  assert.equal(cells.length, names.length)
  const cell = (name: string) => cells[names.indexOf(name)]
  assert.deepEqual([cell("seen_again"), cell("given_objects"), cell("their_answers_median_minutes")], ["", "0", ""])
  assert.equal(cell("days"), "365")
  const html = await page(HOME)
  assert.doesNotMatch(html, /<script>|\u202e/)
  await store.write((tx) => tx.run({ sql: "delete from peer where party = ?", values: [evil] } as never))
})

test("who takes long to count holds up nobody else", async () => {
  slow = await addPeer("Zeta Registry")
  const text = readable(await page(HOME, "reader"))
  assert.match(text, /Still being counted: 1\..*Coastal CERT 31 of 240/)
  assert.doesNotMatch(text, /Zeta/)
  counted.set(slow, figures(5, 10))
  assert.match(readable(await page(HOME, "reader")), /Zeta Registry 5 of 10/)
})

test("officers decide on a page that says what is told; others read that they do", async () => {
  const way = `${HOME}/${coast}/exchange`
  assert.doesNotMatch(await page(`${HOME}/${coast}`, "analyst"), /\/exchange"/)
  assert.equal((await server.get(way, "analyst")).status, 403)
  assert.equal((await server.post(way, [["on", "yes"]], "administrator")).status, 403)
  const text = readable(await page(way))
  assert.match(text, /fewer than 10.*at least 10, 20, 50, 100.*not at all of fewer than 50.*Never told: which objects/)
  const done = await server.post(way, [["on", "yes"]], "officer")
  assert.equal(done.headers.get("location"), `${HOME}/${coast}?done=on#exchange`)
  const peer = await findPeer(store, coast)
  assert.ok(peer)
  const { ours, changed } = await loadExchange(store, peer)
  assert.equal(ours, true)
  assert.ok(changed?.by)
  assert.match(readable(await page(`${HOME}/${coast}`)), /Coastal CERT has not agreed. Until it does, no figure leaves/)
  assert.match(readable(await page(way)), /told no more.*deleted here at once/)
  assert.equal((await server.post(way, [["on", "maybe"]], "officer")).headers.get("location"), way)
})

test("what a partner told stands beside what is counted here, only while both tell", async () => {
  const counts = JSON.stringify(SPANS.map((days) => toldOf({ ...figures(80), days })))
  server.node.meddle("update counts_exchange set theirs = 1, counts = ?, counts_at = said_at", counts)
  const text = readable(await page(`${HOME}/${coast}`, "reader"))
  assert.match(text, /Seen again .* 50 or more 31 of 240/)
  assert.match(text, /Objects from us to Coastal CERT 240 500/)
  assert.match(text, /once a week/)
  server.node.meddle("update counts_exchange set counts = ?", '[{"days":30,"given":"<script>"}]')
  assert.doesNotMatch(await page(`${HOME}/${coast}`, "reader"), /script>"/)
  server.node.meddle("update counts_exchange set counts = ?", counts)
  assert.equal((await server.post(`${HOME}/${coast}/exchange`, [["on", "no"]], "officer")).status, 303)
  assert.doesNotMatch(readable(await page(`${HOME}/${coast}`, "reader")), /50 or more|side by side/)
})

test("nobody can offer counts to a partner that is not active", async () => {
  const gone = await addPeer("Gone Ltd", "left")
  assert.doesNotMatch(await page(`${HOME}/${gone}`), /\/exchange"/)
  for (const answer of [
    await server.get(`${HOME}/${gone}/exchange`, "officer"),
    await server.post(`${HOME}/${gone}/exchange`, [["on", "yes"]], "officer"),
  ])
    assert.equal(answer.status, 409)
})

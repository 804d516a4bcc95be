import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { commitmentOf, Sessions } from "../src/accounts/index.ts"
import { addNewcomer } from "../src/accounts/people.ts"
import type { PageWho } from "../src/http/index.ts"
import { plusMicroseconds, systemClock } from "../src/kernel/time.ts"
import { type PageParts, pagesOf } from "../src/pages.ts"
import { type Answer, call } from "./support/http.ts"
import { startNode } from "./support/node.ts"
import { openInProcess } from "./support/node-in-process.ts"
import { indicator } from "./support/stix.ts"
import { tempFolder } from "./support/temp.ts"
import { furnish } from "./support/workplace.ts"

type Listed = readonly [route: string, who: PageWho, stepUp?: "step-up"]

/** The table of pages as it stands: a page that is not here is one that nobody decided about. */
const TABLE: readonly Listed[] = [
  ["GET /sign-in", "visitor"],
  ["POST /sign-in", "visitor"],
  ["POST /sign-in/options", "visitor"],
  ["POST /sign-in/passkey", "visitor"],
  ["GET /sign-in/openid", "visitor"],
  ["GET /sign-in/return", "visitor"],
  ["POST /sign-out", "visitor"],
  ["GET /step-up", "person"],
  ["POST /step-up", "person"],
  ["POST /step-up/options", "person"],
  ["POST /step-up/passkey", "person"],
  ["GET /step-up/openid", "person"],
  ["GET /account/enrol", "person", "step-up"],
  ["POST /account/enrol/options", "person", "step-up"],
  ["POST /account/enrol/passkey", "person", "step-up"],
  ["POST /account/enrol/code", "person", "step-up"],
  ["GET /account", "person"],
  ["POST /account/passkeys/remove", "person", "step-up"],
  ["POST /account/code/remove", "person", "step-up"],
  ["POST /account/openid/remove", "person", "step-up"],
  ["POST /account/password", "person", "step-up"],
  ["GET /account/openid", "person", "step-up"],
  ["POST /account/sessions/end", "person"],
  ["POST /account/sessions/end-others", "person"],
  ["GET /invitation/:token", "visitor"],
  ["POST /invitation/:token", "visitor"],
  ["GET /people", "role:administrator"],
  ["GET /people/invite", "role:administrator", "step-up"],
  ["POST /people/invite", "role:administrator", "step-up"],
  ["GET /people/review", "role:administrator"],
  ["GET /people/review.csv", "role:administrator"],
  ["GET /people/:account", "role:administrator", "step-up"],
  ["POST /people/:account/roles", "role:administrator", "step-up"],
  ["POST /people/:account/invite", "role:administrator", "step-up"],
  ["POST /people/:account/end", "role:administrator", "step-up"],
  ["POST /people/:account/end-all", "role:administrator", "step-up"],
  ["POST /people/:account/remove", "role:administrator", "step-up"],
  ["GET /find/paths", "role:reader"],
  ["GET /find/paths/choose", "role:analyst"],
  ["POST /find/paths/choose", "role:analyst"],
  ["GET /find/choices", "role:analyst"],
  ["GET /find/choices/:id", "role:analyst"],
  ["GET /find/reach", "role:reader"],
  ["GET /find/matrix", "role:reader"],
  ["GET /find/matrix.csv", "role:reader"],
  ["GET /find/ratifications", "role:reader"],
  ["GET /find/places", "role:reader"],
  ["GET /find/places/:place", "role:reader"],
  ["GET /find/instruments", "role:reader"],
  ["GET /find/instruments/:id", "role:reader"],
  ["GET /find/rules", "role:reader"],
  ["GET /find/rules/:question", "role:reader"],
  ["GET /find/facts", "role:reader"],
  ["GET /find/facts/compare", "role:reader"],
  ["GET /find/facts/row", "role:reader"],
  ["POST /find/facts/row", "role:officer"],
  ["GET /find/facts/import", "role:officer", "step-up"],
  ["POST /find/facts/import", "role:officer", "step-up"],
  ["GET /find/facts/corrections/:id/withdraw", "role:officer", "step-up"],
  ["POST /find/facts/corrections/:id/withdraw", "role:officer", "step-up"],
  ["GET /find/match", "role:reader"],
  ["GET /find/match/lists", "role:reader"],
  ["GET /find/match/lists/new", "role:analyst"],
  ["POST /find/match/lists/new", "role:analyst"],
  ["GET /find/match/lists/:id", "role:reader"],
  ["POST /find/match/lists/:id", "role:analyst"],
  ["POST /find/match/lists/:id/remove", "role:analyst"],
  ["GET /find/match/lists/previews/:id/events", "role:reader"],
  ["GET /find/match/new", "role:analyst"],
  ["POST /find/match/new", "role:officer", "step-up"],
  ["GET /find/match/runs/:id", "role:reader"],
  ["GET /find/match/runs/:id/events", "role:reader"],
  ["GET /find/match/runs/:id/record", "role:reader"],
  ["GET /find/match/runs/:id/accept", "role:officer", "step-up"],
  ["POST /find/match/runs/:id/accept", "role:officer", "step-up"],
  ["POST /find/match/runs/:id/refuse", "role:officer"],
  ["POST /find/match/runs/:id/approvals/:approval/agree", "role:officer", "step-up"],
  ["POST /find/match/runs/:id/approvals/:approval/object", "role:officer"],
  ["POST /find/match/runs/:id/approvals/:approval/withdraw", "role:officer"],
  ["GET /find/match/runs/:id/consent", "role:officer", "step-up"],
  ["POST /find/match/runs/:id/consent", "role:officer", "step-up"],
  ["POST /find/match/runs/:id/decline", "role:officer"],
  ["POST /find/match/runs/:id/pause", "role:officer"],
  ["POST /find/match/runs/:id/resume", "role:officer"],
  ["POST /find/match/runs/:id/cancel", "role:officer"],
  ["GET /find/match/answers", "role:reader"],
  ["GET /find/match/answers/new", "role:analyst"],
  ["POST /find/match/answers/new", "role:officer", "step-up"],
  ["GET /find/match/answers/:id", "role:reader"],
  ["POST /find/match/answers/:id/close", "role:officer"],
  ["POST /find/match/answers/:id/renew", "role:officer"],
  ["GET /find/match/ask", "role:reader"],
  ["POST /find/match/ask/look", "role:analyst"],
  ["POST /find/match/ask", "role:analyst"],
  ["GET /find/match/ask/:id", "role:reader"],
  ["POST /find/match/ask/:id/call-off", "role:analyst"],
  ["GET /find/match/ask/:id/know", "role:officer", "step-up"],
  ["POST /find/match/ask/:id/know", "role:officer", "step-up"],
  ["GET /find/match/knowing", "role:reader"],
  ["GET /find/match/knowing/:id", "role:reader"],
  ["POST /find/match/knowing/:id/tell", "role:officer", "step-up"],
  ["POST /find/match/knowing/:id/withhold", "role:officer"],
  ["GET /find/match/desks", "role:reader"],
  ["POST /find/match/desks", "role:analyst"],
  ["POST /find/match/desks/subjects/:id/end", "role:analyst"],
  ["GET /find/match/desks/ask", "role:analyst"],
  ["POST /find/match/desks/ask", "role:analyst"],
  ["GET /find/match/desks/contacts/:id", "role:reader"],
  ["POST /find/match/desks/contacts/:id/consent", "role:officer", "step-up"],
  ["POST /find/match/desks/contacts/:id/decline", "role:officer"],
  ["GET /share/library", "role:reader"],
  ["GET /share/library/export", "role:reader"],
  ["POST /share/library/export", "role:reader"],
  ["GET /share/library/searches", "role:reader"],
  ["POST /share/library/searches", "role:reader"],
  ["GET /share/library/searches/:id", "role:reader"],
  ["POST /share/library/searches/:id", "role:reader"],
  ["POST /share/library/searches/:id/delete", "role:reader"],
  ["GET /share/objects/:id", "role:reader"],
  ["GET /share/objects/:id/versions", "role:reader"],
  ["GET /share/objects/:id/versions/:a/:b", "role:reader"],
  ["GET /share/objects/:id/source", "role:reader"],
  ["GET /share/objects/:id/raw", "role:reader"],
  ["GET /share/objects/:id/graph", "role:reader"],
  ["GET /share/objects/:id/graph.json", "role:reader"],
  ["GET /share/import", "role:analyst"],
  ["POST /share/import", "role:analyst"],
  ["GET /share/imports/:id", "role:analyst"],
  ["GET /share/imports/:id/events", "role:analyst"],
  ["POST /share/imports/:id/mapping", "role:analyst"],
  ["POST /share/imports/:id/start", "role:analyst"],
  ["POST /share/imports/:id/cancel", "role:analyst"],
  ["GET /share/warning-lists", "person"],
  ["POST /share/warning-lists", "role:administrator"],
  ["POST /share/warning-lists/remove", "role:administrator"],
  ["GET /node/refusals", "role:analyst"],
  ["POST /node/refusals", "role:officer"],
  ["GET /node/refusals/:id", "role:analyst"],
  ["GET /node/refusals/:id/remove", "role:officer", "step-up"],
  ["POST /node/refusals/:id/remove", "role:officer", "step-up"],
  ["GET /share/new-shared", "role:officer"],
  ["POST /share/new-shared", "role:officer"],
  ["GET /share/collections/:id/audience/add", "role:officer", "step-up"],
  ["POST /share/collections/:id/audience/add", "role:officer", "step-up"],
  ["GET /share/collections/:id/audience/remove", "role:officer"],
  ["POST /share/collections/:id/audience/remove", "role:officer"],
  ["GET /share/release", "role:officer"],
  ["POST /share/release", "role:officer"],
  ["GET /share/releases", "role:officer"],
  ["GET /share/releases/:id", "role:officer"],
  ["GET /share/releases/:id/events", "role:officer"],
  ["POST /share/releases/:id/start", "role:officer", "step-up"],
  ["POST /share/releases/:id/cancel", "role:officer"],
  ["GET /share/unshared", "role:analyst"],
  ["GET /share/receipts", "role:analyst"],
  ["GET /share/receipts/:collection/:seq{[0-9]+}/:party", "role:analyst"],
  ["GET /share/objects/:id/recall", "role:officer", "step-up"],
  ["POST /share/objects/:id/recall", "role:officer", "step-up"],
  ["GET /share/objects/:id/mark", "role:officer", "step-up"],
  ["POST /share/objects/:id/mark", "role:officer", "step-up"],
  ["GET /share/objects/:id/erase", "role:officer", "step-up"],
  ["POST /share/objects/:id/erase", "role:officer", "step-up"],
  ["GET /share/rules", "role:officer"],
  ["GET /share/rules/new", "role:officer", "step-up"],
  ["POST /share/rules/new", "role:officer", "step-up"],
  ["GET /share/rules/:id", "role:officer"],
  ["POST /share/rules/:id/try", "role:officer"],
  ["POST /share/rules/:id/switch", "role:officer", "step-up"],
  ["POST /share/rules/:id/follow", "role:officer", "step-up"],
  ["POST /share/rules/:id/remove", "role:officer", "step-up"],
  ["GET /share/approvals", "role:officer"],
  ["GET /share/approvals/:id", "role:reader"],
  ["POST /share/approvals/:id/approve", "role:reader", "step-up"],
  ["POST /share/approvals/:id/decline", "role:reader", "step-up"],
  ["POST /share/approvals/:id/withdraw", "role:officer"],
  ["GET /share/objects/:id/readers", "role:reader"],
  ["GET /share/lately", "role:officer"],
  ["GET /share/collections", "person"],
  ["POST /share/collections", "role:administrator"],
  ["GET /share/collections/:id", "role:reader"],
  ["GET /share/collections/:id/checkpoint", "role:reader"],
  ["GET /share/collections/:id/conflicts", "role:reader"],
  ["GET /share/collections/:id/conflicts/:conflict{[0-9]+}", "role:reader"],
  ["GET /share/collections/:id/objects/:object/proof", "role:reader"],
  ["GET /share/collections/:id/proof/:object", "role:reader"],
  ["GET /share/collections/:id/evidence/:object", "role:reader"],
  ["GET /share/verify.py", "role:reader"],
  ["POST /share/collections/:id/verify", "role:reader"],
  ["GET /share/collections/:id/verify", "role:reader"],
  ["GET /share/collections/:id/verify/events", "role:reader"],
  ["POST /share/collections/:id/verify/stop", "role:reader"],
  ["GET /node/ledger", "role:administrator"],
  ["POST /node/ledger/ledger/verify", "role:administrator"],
  ["GET /node/ledger/ledger/verify", "role:administrator"],
  ["GET /node/ledger/ledger/verify/events", "role:administrator"],
  ["POST /node/ledger/ledger/verify/stop", "role:administrator"],
  ["POST /node/ledger/keys/verify", "role:administrator"],
  ["GET /node/ledger/keys/verify", "role:administrator"],
  ["GET /node/ledger/keys/verify/events", "role:administrator"],
  ["POST /node/ledger/keys/verify/stop", "role:administrator"],
  ["GET /node/ledger/ledger", "role:administrator"],
  ["GET /node/ledger/keys", "role:administrator"],
  ["GET /share/programs", "role:administrator"],
  ["POST /share/programs", "role:administrator", "step-up"],
  ["GET /share/programs/:program", "role:administrator"],
  ["POST /share/programs/:program/rights", "role:administrator", "step-up"],
  ["POST /share/programs/:program/token", "role:administrator", "step-up"],
  ["GET /share/programs/:program/remove", "role:administrator"],
  ["POST /share/programs/:program/remove", "role:administrator", "step-up"],
  ["GET /share/sealed", "role:reader"],
  ["GET /share/sealed/keys", "role:reader"],
  ["POST /share/sealed/keys", "role:reader", "step-up"],
  ["GET /share/sealed/keys/:id/publish", "role:officer", "step-up"],
  ["POST /share/sealed/keys/:id/publish", "role:officer", "step-up"],
  ["GET /share/sealed/keys/:id/retire", "role:reader", "step-up"],
  ["POST /share/sealed/keys/:id/retire", "role:reader", "step-up"],
  ["GET /share/sealed/new", "role:officer", "step-up"],
  ["POST /share/sealed/new", "role:officer", "step-up"],
  ["GET /share/sealed/:id", "role:reader"],
  ["GET /share/sealed/:id/file", "role:reader"],
  ["GET /share/sealed/:id/message", "role:reader"],
  ["GET /share/sealed/:id/receipt", "role:reader"],
  ["POST /share/sealed/:id/send", "role:officer", "step-up"],
  ["POST /share/sealed/:id/discard", "role:officer", "step-up"],
  ["GET /share/sealed/:id/remove", "role:officer", "step-up"],
  ["POST /share/sealed/:id/remove", "role:officer", "step-up"],
  ["GET /share/partners", "role:reader"],
  ["GET /share/partners/invite", "role:officer", "step-up"],
  ["POST /share/partners/invite", "role:officer", "step-up"],
  ["POST /share/partners/invitations/:id/remove", "role:officer", "step-up"],
  ["GET /share/partners/accept", "role:officer", "step-up"],
  ["POST /share/partners/accept", "role:officer", "step-up"],
  ["GET /share/partners/:party", "role:reader"],
  ["GET /share/partners/:party/compare", "role:officer", "step-up"],
  ["POST /share/partners/:party/compare", "role:officer", "step-up"],
  ["POST /share/partners/:party/state", "role:officer", "step-up"],
  ["GET /share/partners/:party/leave", "role:officer", "step-up"],
  ["POST /share/partners/:party/leave", "role:officer", "step-up"],
  ["GET /share/partners/:party/move", "role:officer", "step-up"],
  ["POST /share/partners/:party/move", "role:officer", "step-up"],
  ["POST /share/partners/:party/rename", "role:officer", "step-up"],
  ["GET /share/feeds", "role:reader"],
  ["POST /share/feeds/:feed{[0-9]+}", "role:officer", "step-up"],
  ["GET /share/evidence", "role:reader"],
  ["GET /share/evidence/:id{[0-9a-f]+}", "role:reader"],
  ["GET /share/evidence/:id{[0-9a-f]+}/file", "role:reader"],
  ["GET /share/evidence/:id{[0-9a-f]+}/settle", "role:officer", "step-up"],
  ["POST /share/evidence/:id{[0-9a-f]+}/settle", "role:officer", "step-up"],
  ["GET /share/guard", "role:reader"],
  ["GET /share/guard/:collection/confirm", "role:officer", "step-up"],
  ["POST /share/guard/:collection/confirm", "role:officer", "step-up"],
  ["GET /node/party", "role:officer", "step-up"],
  ["POST /node/party", "role:officer", "step-up"],
  ["GET /peer/join", "visitor"],
  ["GET /share/reciprocity", "role:reader"],
  ["GET /share/reciprocity.csv", "role:reader"],
  ["GET /share/reciprocity/:party", "role:reader"],
  ["GET /share/reciprocity/:party/exchange", "role:officer", "step-up"],
  ["POST /share/reciprocity/:party/exchange", "role:officer", "step-up"],
  ["GET /respond/diary", "role:analyst"],
  ["GET /respond/diary.ics", "role:analyst"],
  ["GET /respond/diary/:id/calendar.ics", "role:analyst"],
  ["GET /respond/diary/new", "role:analyst"],
  ["POST /respond/diary", "role:analyst"],
  ["GET /respond/diary/:id", "role:analyst"],
  ["POST /respond/diary/:id/events", "role:analyst"],
  ["POST /respond/diary/:id/extend", "role:analyst"],
  ["POST /respond/diary/:id/clocks", "role:analyst"],
  ["GET /respond/diary/:id/close", "role:officer"],
  ["POST /respond/diary/:id/close", "role:officer"],
  ["GET /respond/forms", "role:analyst"],
  ["GET /respond/forms/:form", "role:analyst"],
  ["POST /respond/forms/:form", "role:analyst"],
  ["GET /respond/drafts/:id", "role:analyst"],
  ["POST /respond/drafts/:id", "role:analyst"],
  ["GET /respond/drafts/:id/delete", "role:analyst"],
  ["POST /respond/drafts/:id/delete", "role:analyst"],
  ["GET /respond/drafts/:id/document", "role:analyst"],
  ["GET /agree", "role:reader"],
  ["GET /agree/new", "role:analyst"],
  ["POST /agree/new", "role:analyst"],
  ["GET /agree/:id", "role:reader"],
  ["GET /agree/:id/document", "role:reader"],
  ["GET /agree/:id/frame", "role:analyst"],
  ["POST /agree/:id/frame", "role:analyst"],
  ["GET /agree/:id/articles/:article", "role:analyst"],
  ["POST /agree/:id/articles/:article", "role:analyst"],
  ["GET /agree/:id/terms/:clause", "role:analyst"],
  ["POST /agree/:id/terms/:clause", "role:analyst"],
  ["GET /agree/from-rules/:question", "role:analyst"],
  ["POST /agree/from-rules/:question", "role:analyst"],
  ["GET /agree/:id/trial", "role:analyst"],
  ["POST /agree/:id/trial", "role:analyst"],
  ["GET /agree/:id/delete", "role:analyst"],
  ["POST /agree/:id/delete", "role:analyst"],
  ["GET /agree/:id/table", "role:officer"],
  ["POST /agree/:id/table", "role:officer"],
  ["GET /agree/negotiations/:id", "role:reader"],
  ["GET /agree/negotiations/:id/document", "role:reader"],
  ["GET /agree/negotiations/:id/positions", "role:reader"],
  ["GET /agree/negotiations/:id/compare", "role:reader"],
  ["GET /agree/negotiations/:id/file", "role:reader"],
  ["GET /agree/negotiations/:id/act", "role:officer", "step-up"],
  ["POST /agree/negotiations/:id/act", "role:officer", "step-up"],
  ["GET /agree/negotiations/:id/trial", "role:analyst"],
  ["POST /agree/negotiations/:id/trial", "role:analyst"],
  ["GET /agree/negotiations/:id/say", "role:analyst"],
  ["POST /agree/negotiations/:id/say", "role:analyst"],
  ["POST /agree/negotiations/:id/drop", "role:analyst"],
  ["POST /agree/negotiations/:id/draft", "role:analyst"],
  ["GET /agree/negotiations/:id/table", "role:officer"],
  ["POST /agree/negotiations/:id/table", "role:officer"],
  ["GET /agree/negotiations/:id/take-back", "role:officer"],
  ["POST /agree/negotiations/:id/take-back", "role:officer"],
  ["POST /preferences", "visitor"],
  ["GET /robots.txt", "visitor"],
  ["GET /", "person"],
  ["GET /palette.json", "person"],
  ["GET /search", "person"],
  ["GET /node/keys", "role:administrator"],
  ["POST /node/keys", "role:administrator", "step-up"],
  ["GET /node/keys/offline-keys.age", "role:administrator", "step-up"],
  ["POST /node/keys/moved", "role:administrator", "step-up"],
  ["GET /setup/keys", "role:administrator", "step-up"],
  ["POST /setup/keys", "role:administrator", "step-up"],
  ["GET /setup/:token", "visitor"],
  ["POST /setup/:token", "visitor"],
]

const kept = indicator()
const data = join(tempFolder(), "d")
const furnished = await furnish(data, { objects: [kept] })
const others = await moreSessions()
const node = await startNode({ data })
after(() => node.stop())
const origin = node.url.replace("127.0.0.1", "localhost")

type Somebody = "nobody" | "enrolling" | "stale" | keyof typeof furnished.cookies

/** Somebody who has no second factor yet, and an administrator who proved long ago who it is. */
async function moreSessions() {
  const inside = await openInProcess({ path: data })
  try {
    const now = systemClock.now()
    const begin = async (name: string, method: "password" | "passkey", ago: number) => {
      inside.clock.set(plusMicroseconds(now, -ago))
      return inside.store.write(async (tx) => {
        const { key, salt } = await addNewcomer(tx, { name, role: "officer", administrator: true }, null)
        const entry = { account: key, commitment: commitmentOf(salt, name), agent: "test", replaces: null, method }
        return new Sessions(inside.store, inside.clock).start(tx, entry)
      })
    }
    return { enrolling: await begin("Eve", "password", 0), stale: await begin("Sam", "passkey", 20 * 60_000_000) }
  } finally {
    await inside.close()
  }
}

function cookieOf(who: Somebody): Record<string, string> {
  if (who === "nobody") return {}
  const { name, value } = furnished.cookies.reader
  if (who === "enrolling" || who === "stale") return { cookie: `${name}=${others[who]}` }
  return { cookie: `${name}=${furnished.cookies[who].value ?? value}` }
}

const PLACES: Record<string, string> = {
  ":object": kept.id,
  ":token": "0".repeat(43),
  ":account": "account--00000000-0000-4000-8000-000000000000",
  ":program": "account--00000000-0000-4000-8000-000000000000",
  ":conflict{[0-9]+}": "1",
  ":collection": furnished.collections.own,
  ":seq{[0-9]+}": "1",
  ":party": "identity--00000000-0000-4000-8000-000000000000",
  ":feed{[0-9]+}": "1",
  ":id{[0-9a-f]+}": "0".repeat(12),
  ":approval": "match-approval--00000000-0000-4000-8000-000000000000",
  ":form": "budapest-29",
  ":place": "BR",
  ":question": "incident-deadline",
  ":article": "new",
  ":clause": "0".repeat(8),
  ":a": "1",
  ":b": "2",
}

function addressOf(path: string): string {
  const id = path.startsWith("/share/objects/") ? kept.id : furnished.collections.own
  const parts = path.split("/").map((part) => (part === ":id" ? id : part.startsWith(":") ? PLACES[part] : part))
  assert.ok(!parts.includes(undefined), `no example for a place of ${path}`)
  return node.url + parts.join("/")
}

async function attempt(route: string, who: Somebody, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = "", path = ""] = route.split(" ")
  const own = { host: new URL(origin).host, ...(method === "POST" ? { origin } : {}) }
  const body = method === "POST" ? { body: "" } : {}
  const form = { "content-type": "application/x-www-form-urlencoded" }
  return call(method, addressOf(path), { headers: { ...own, ...form, ...cookieOf(who), ...headers }, ...body })
}

const ROLES = { reader: 1, analyst: 2, officer: 3 } as const

function isOpenTo(who: PageWho, somebody: Somebody): boolean {
  if (who === "visitor") return true
  if (somebody === "nobody") return false
  if (who === "person" || somebody === "stale") return true
  if (who === "role:administrator" || somebody === "administrator") return who === `role:${somebody}`
  const needed = ROLES[who.slice("role:".length) as keyof typeof ROLES]
  return somebody !== "enrolling" && ROLES[somebody] >= needed
}

/** Here 401 says that what was sent proves nothing, not that the page is closed. */
const DOORS = /^POST \/(sign-in|step-up)/

/** These end the session that asks, or wait for something that never comes. */
const LASTING = /events$|sign-out|end-others/

test("every page is in the table of this test, and none is there that is not served", () => {
  const anything: unknown = new Proxy(() => {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything),
    apply: () => anything,
  })
  const rows = pagesOf(anything as PageParts)
  assert.ok(rows.length > 90)
  assert.deepEqual(
    rows.map(({ method, path, who, stepUp }) => [`${method} ${path}`, who, ...(stepUp ? ["step-up"] : [])]),
    TABLE,
  )
})

test("who did not sign in is sent to the door, and changes nothing", async () => {
  for (const [route, who] of TABLE) {
    if (who === "visitor") continue
    const { status, headers } = await attempt(route, "nobody")
    if (route.startsWith("POST")) assert.equal(status, 401, route)
    else assert.deepEqual([status, String(headers.location).split("?")[0]], [303, "/sign-in"], route)
  }
})

test("each role opens the pages that its rows name and no others", async (t) => {
  let cases = 0
  for (const [route, who] of TABLE) {
    if (LASTING.test(route)) continue
    for (const somebody of ["reader", "analyst", "officer", "administrator"] as const) {
      const { status, text } = await attempt(route, somebody)
      cases += 1
      const what = `${route} by ${somebody}: ${status} ${text.slice(0, 300)}`
      if (isOpenTo(who, somebody))
        assert.ok((status !== 401 || DOORS.test(route)) && status !== 403 && status < 500, what)
      else assert.equal(status, 403, what)
    }
  }
  assert.ok(cases > 350)
  t.diagnostic(`${cases} cases`)
})

test("another site's page, or none at all, asks for no change, whoever is signed in", async () => {
  for (const [route] of TABLE) {
    if (!route.startsWith("POST")) continue
    for (const from of ["https://elsewhere.example", "null", node.url, `${origin}.elsewhere.example`]) {
      assert.equal((await attempt(route, "administrator", { origin: from })).status, 403, `${route} from ${from}`)
    }
    const crossing = await attempt(route, "administrator", { "sec-fetch-site": "cross-site" })
    assert.equal(crossing.status, 403, route)
  }
})

test("a name that only points here opens nothing", async () => {
  for (const [route] of TABLE) {
    const { status } = await attempt(route, "administrator", { host: "elsewhere.example", origin })
    assert.equal(status, 403, route)
  }
})

test("without a second factor only its enrolment opens", async () => {
  for (const [route, who] of TABLE) {
    if (who === "visitor" || LASTING.test(route)) continue
    const { status, headers } = await attempt(route, "enrolling")
    const open = route.includes("/account/enrol") || route === "GET /palette.json"
    if (open) assert.ok(status < 403 || status === 422, `${route}: ${status}`)
    else if (route.startsWith("POST")) assert.equal(status, 403, route)
    else assert.deepEqual([status, headers.location], [303, "/account/enrol"], route)
  }
})

test("what is sensitive asks again who it is, ten minutes after the last proof", async () => {
  for (const [route, , stepUp] of TABLE) {
    if (LASTING.test(route) || route.includes(" /step-up")) continue
    const { status, headers } = await attempt(route, "stale")
    const asked = status === 303 && String(headers.location).startsWith("/step-up?")
    assert.equal(asked, stepUp === "step-up", `${route}: ${status}`)
  }
})

test("every page says that it may stand in no frame and run nothing but the node's own scripts", async () => {
  for (const [route] of TABLE) {
    if (!route.startsWith("GET") || LASTING.test(route)) continue
    const { headers } = await attempt(route, "officer")
    if (!String(headers["content-type"]).startsWith("text/html")) continue
    const policy = String(headers["content-security-policy"])
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/, route)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, route)
    assert.equal(headers["x-content-type-options"], "nosniff", route)
    assert.equal(headers["cache-control"], "no-store", route)
  }
})

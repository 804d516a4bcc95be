import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import type { Role } from "../../../test/support/pages.ts"
import { startPaths } from "../../../test/support/path-server.ts"
import { correct } from "../../law/index.ts"
import { addRefusal, removeRefusal } from "../../policy/index.ts"
import { listChoices } from "../choices.ts"

const server = await startPaths()
after(() => server.close())
const { store } = server.node
const ASKED = "from=FI&to=DE&measure=preserve&category=traffic"
const at = (channel: string, query = ASKED) => `/find/paths/choose?${query}&channel=${channel}`
const CODES = ["dual-criminality", "political-offence", "fundamental-rights", "data-protection", "use-limits"]
const ticks = (codes: readonly string[]) => codes.map((code): [string, string] => [`tick-${code}`, "yes"])

async function seen(channel = "way", query = ASKED): Promise<string> {
  return /name="seen" value="([^"]+)"/.exec(await server.page(at(channel, query), "analyst"))?.[1] ?? ""
}

async function post(fields: readonly (readonly [string, string])[], address = at("way"), who: Role = "analyst") {
  const answer = await server.post(address, fields, who)
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() }
}

const chosen = () => listChoices(store, null, 100)
const happened = (what: string) =>
  server.node
    .meddle("select header, cast(body as text) as body from journal_entry order by seq")
    .map(({ header, body }) => ({ ...JSON.parse(String(header)), facts: JSON.parse(String(body)) }))
    .filter((entry) => entry.what === what)

test("the decision page says what, to whom, what is advised, and every safeguard to tick", async () => {
  const text = await server.page(at("way"), "analyst")
  assert.match(readable(text), /Finland asks Germany: Preserve data .* Path Quick way way Instrument Treaty/)
  assert.match(readable(text), /What was advised ● open/)
  assert.deepEqual(
    [...text.matchAll(/name="tick-([a-z-]+)"/g)].map(([, code]) => code),
    CODES,
  )
  assert.equal(text.match(/<button class="primary /g)?.length, 1)
})

test("nothing is recorded before each safeguard was ticked, and each that was not says so", async () => {
  const answer = await post([...ticks(CODES.slice(1, 3)), ["note", "kept <as> typed"], ["seen", await seen()]])
  assert.equal(answer.status, 400)
  assert.equal(answer.text.match(/class="fault"/g)?.length, 3)
  assert.match(answer.text, /id="field-tick-dual-criminality-fault"/)
  assert.match(answer.text, /name="tick-political-offence" value="yes" checked/)
  assert.match(answer.text, /kept &lt;as&gt; typed/)
  assert.equal((await chosen()).length, 0)
  assert.equal(happened("path.chosen").length, 0)
})

test("a choice is recorded with its advice and its facts, and in the ledger under the person's commitment", async () => {
  const note = `File 7\n<img src=x onerror=canary(1)>`
  const lies: [string, string][] = [
    ["verdict", "closed"],
    ["channel", "pact-way"],
    ["to", "KE"],
  ]
  const answer = await post([...ticks(CODES), ...lies, ["note", note], ["seen", await seen()]])
  assert.equal(answer.status, 303, answer.text)
  const [one] = await chosen()
  assert.equal(answer.location, `/find/choices/${one?.id}`)
  const [entry, ...more] = happened("path.chosen")
  assert.equal(more.length, 0)
  const { version, digest } = await server.book.current()
  assert.deepEqual(entry.facts, {
    ...{ from: "FI", to: "DE", measure: "preserve", data: "traffic", date: "2026-11-27", version, digest },
    advice: { way: "open", "pact-way": "closed" },
    ...{ channel: "way", safeguards: CODES, choice: one?.id },
  })
  assert.match(entry.by, /^[A-Za-z0-9+/]{43}=$/)
  const text = await server.page(answer.location ?? "", "analyst")
  const said = readable(text)
  assert.match(said, /Chosen path Quick way way Verdict then ● open .* Chosen by 陳分析/)
  assert.match(said, /What was advised ● open Quick way way ○ closed Pact way pact-way/)
  assert.match(said, new RegExp(`the same facts count today ${digest}`))
  assert.match(text, /&lt;img src=x/)
  assert.doesNotMatch(text, /<img/)
  const list = await server.page("/find/choices", "analyst")
  assert.match(readable(list), /Finland asks Germany: Preserve data Quick way ● open 陳分析/)
})

test("a path that is closed, unknown or not of this question cannot be chosen", async () => {
  const cases: [channel: string, query: string][] = [
    ["pact-way", ASKED],
    ["court", ASKED],
    ["<img src=x>", ASKED],
    ["way", "from=FI&to=KE&measure=preserve&category=traffic"],
  ]
  const before = (await chosen()).length
  for (const [channel, query] of cases) {
    const address = at(encodeURIComponent(channel), query)
    const page = await server.page(address, "analyst", 409)
    assert.match(readable(page), /cannot be chosen/)
    assert.doesNotMatch(page, /<form method="post" action="\/find|<img/)
    assert.equal((await post([...ticks(CODES), ["seen", "x"]], address)).status, 409)
  }
  assert.equal((await chosen()).length, before)
})

test("a question that is wrong leads back to the form, with the fault beside its field", async () => {
  for (const address of ["/find/paths/choose", at("way", "from=XX&to=DE&measure=preserve")]) {
    const faulty = address.includes("XX")
    const text = await server.page(address, "analyst", faulty ? 400 : 200)
    assert.match(text, /<form method="get" action="\/find\/paths" class="ask">/)
    assert.equal(/XX is no code/.test(text), faulty)
    assert.notEqual((await post(ticks(CODES), address)).status, 303)
  }
  assert.equal((await post(ticks(CODES), at("way", `from=${"x".repeat(10_000)}&to=DE&measure=preserve`))).status, 400)
})

test("what changed since it was shown is looked at again before it is recorded", async () => {
  const before = (await chosen()).length
  const shown = await seen()
  const entry = { kind: "place", value: "DE", source: "Regulation 7", reason: null, since: null } as const
  const { id } = await addRefusal(store, entry, null)
  assert.equal((await post([...ticks(CODES), ["seen", shown]])).status, 409, "refused meanwhile")
  await removeRefusal(store, id, null)
  await correct(
    { store, book: server.book },
    { table: "safeguards", replaces: null, cells: safeguard, reason: "read" },
    null,
  )
  const again = await post([...ticks(CODES), ["seen", shown]])
  assert.equal(again.status, 409)
  assert.match(readable(again.text), /facts changed since this page was shown/)
  assert.doesNotMatch(again.text, /checked/)
  assert.equal((await chosen()).length, before)
  assert.equal((await post([...ticks(CODES), ["seen", await seen()]])).status, 303)
})

const safeguard = {
  ...{ safeguard: "use-limits", instrument: "treaty", place: "", law: "", article: "28(2)", text: "x" },
  ...{ source_url: "https://depositary.example/list", as_of: "2026-01", as_of_note: "", read_on: "2026-11-22" },
  ...{ verified: "yes", note: "" },
}

test("a note is bounded and holds no control characters", async () => {
  const shown = await seen()
  const send = (note: string) => post([...ticks(CODES), ["note", note], ["seen", shown]])
  for (const [note, says] of [
    ["n".repeat(2_001), /At most 2000|At most 2,000/],
    ["a\u0007b", /without control characters/],
  ] as const) {
    const answer = await send(note)
    assert.equal(answer.status, 400)
    assert.match(readable(answer.text), says)
  }
  const twice = await post([...ticks(CODES), ["note", "a"], ["note", "b"], ["seen", shown]])
  assert.equal(twice.status, 400)
})

test("readers choose nothing and see no choices; a choice that does not exist is not found", async () => {
  for (const path of [at("way"), "/find/choices"]) assert.equal((await server.get(path, "reader")).status, 403)
  assert.equal((await post(ticks(CODES), at("way"), "reader")).status, 403)
  await server.page("/find/choices/choice--00000000-0000-4000-8000-000000000000", "analyst", 404)
  for (const before of ["x", "-1", "1e99", "<img>"]) {
    await server.page(`/find/choices?before=${encodeURIComponent(before)}`, "analyst")
  }
})

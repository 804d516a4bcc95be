import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { startPaths } from "../../../test/support/path-server.ts"
import { addRefusal, removeRefusal } from "../../policy/index.ts"

const server = await startPaths()
after(() => server.close())
const { store } = server.node
const ASKED = "from=FI&to=DE&measure=preserve&category=traffic"
const ask = (query: string, status = 200) => server.page(`/find/paths?${query}`, "reader", status)

test("the form has the own place and today, and finds no fault before anything was asked", async () => {
  const text = await server.page("/find/paths")
  assert.match(text, /<option value="FI" selected>Finland/)
  assert.match(text, /name="date" value="2026-11-27"/)
  assert.doesNotMatch(text, /class="fault"|class="summary"|class="finding"/)
  assert.match(await server.page("/find/paths?from=DE"), /<option value="DE" selected>/)
})

test("a finding tells verdict, articles, deadline, use, who asks whom, steps, safeguards and where it was read", async () => {
  const text = await ask(ASKED)
  const said = readable(text)
  assert.match(said, /Finland asks Germany: Preserve data traffic data · as of 2026-11-27/)
  assert.match(said, /● open Quick way Treaty · Articles 29; 35\(1\)\(b\) · way/)
  assert.match(said, /Use of the result usable as evidence Who asks A desk Who is asked Its desk/)
  assert.match(
    said,
    /Treaty: Finland takes part, since 2010-01-01\. depositary · as of 2026-01 · read in the source \[\d\]/,
  )
  assert.match(said, /independent sources: 1/)
  assert.match(said, /Steps Go through the point of contact.*Use the form for Articles 29 and 30/)
  assert.match(said, /not political.*Treaty 27\(4\)/)
  assert.match(text, /<a href="\/find\/instruments\/treaty">/)
  assert.match(text, /href="https:\/\/depositary\.example\/list" rel="noopener noreferrer"/)
  assert.doesNotMatch(said, /\d ?%/)
  assert.equal(said.match(/not legal advice/g)?.length, 1)
})

test("what is closed is folded away with what would open it, and stands in one line on paper", async () => {
  const text = await ask(ASKED)
  assert.match(readable(text), /○ closed Pact way .*Pact: Finland is not among the participants, as of 2026-11-01/)
  assert.match(readable(text), /Would open it: Finland joins: Pact\./)
  assert.match(text, /<details><summary>closed \(1\)/)
  assert.match(
    readable(text.slice(text.indexOf('class="one-page print-only"'))),
    /Pact way \(pact-way\): Pact: Finland is not among/,
  )
})

test("a question is answered by the address, changed by a later answer, and taken back", async () => {
  const asked = "from=FI&to=DE&measure=produce&category=traffic"
  const open = await ask(asked)
  assert.match(open, /<button name="answer" value="dual-criminality=yes" aria-pressed="false">Yes/)
  assert.match(readable(open), /◐ conditional Court way/)
  const told = await ask(`${asked}&answer=dual-criminality%3Dyes`)
  assert.match(readable(told), /What you told Is the conduct an offence on both sides\? Yes/)
  assert.match(readable(told), /● open Court way/)
  assert.match(told, /<button name="answer" value="" aria-pressed="false">Not known/)
  const later = await ask(`${asked}&answer=dual-criminality%3Dyes&answer=dual-criminality%3Dno`)
  assert.match(readable(later), /both sides\? No .*◐ conditional Court way/)
  assert.match(readable(await ask(`${asked}&answer=`)), /◐ conditional Court way/)
})

test("volatile data are preserved first, and the way to do so is named", async () => {
  const text = await ask("from=FI&to=DE&measure=produce&category=traffic")
  assert.match(readable(text), /Preserve first\..*● open Quick way/)
  assert.match(text, /href="\/find\/paths\?from=FI&amp;to=DE&amp;measure=preserve[^"]*#path-way"/)
  assert.doesNotMatch(await ask("from=FI&to=DE&measure=produce"), /Preserve first/)
})

test("a measure without a recorded path says that it is unknown", async () => {
  assert.match(readable(await ask("from=FI&to=DE&measure=freeze")), /Unknown: no path is recorded for this measure/)
})

test("data count only for measures that are about data", async () => {
  assert.doesNotMatch(readable(await ask("from=FI&to=DE&measure=freeze&category=content")), /content data ·/)
  assert.match(readable(await ask("from=FI&to=DE&measure=preserve&category=content")), /content data ·/)
})

test("the own refusal list closes every path, and the page says by which entry", async () => {
  const entry = { kind: "place", value: "DE", source: "Regulation <7>", reason: null, since: "2020-03-01" } as const
  const { id } = await addRefusal(store, entry, null)
  const said = readable(await ask(ASKED))
  assert.match(said, /own refusal list names one of the two places.*since 2020-03-01: Regulation &lt;7&gt;/)
  assert.doesNotMatch(said, /● open Quick way/)
  await removeRefusal(store, id, null)
  assert.match(readable(await ask(ASKED)), /● open Quick way/)
})

test("whatever is wrong in the address is said beside its field, and the form is kept", async () => {
  const cases: [query: string, field: string, says: RegExp][] = [
    ["from=XX&to=DE&measure=preserve", "from", /XX is no code/],
    ["from=FI&to=&measure=preserve", "to", /Fill in this field/],
    ["from=FI&to=DE&measure=", "measure", /Fill in this field/],
    ["from=FI&to=DE&measure=seize", "measure", /seize is no measure/],
    ["from=FI&to=DE&measure=preserve&category=all", "category", /all is no category/],
    ["from=FI&to=DE&measure=preserve&urgency=now", "urgency", /now is neither|now is no/],
    ["from=FI&to=DE&measure=preserve&date=2026-02-30", "date", /2026-02-30 is no day/],
    ["from=FI&to=DE&measure=preserve&offence=murder", "offence", /murder is no class/],
    ["from=FI&to=DE&measure=preserve&penalty=-1", "penalty", /-1 is no number/],
    ["from=FI&to=DE&measure=preserve&provider=no", "provider", /not accepted here/],
    ["from=FI&from=DE&to=DE&measure=preserve", "from", /more than once/],
    ["from=FI&to=DE&measure=preserve&measure=produce", "measure", /more than once/],
  ]
  for (const [query, field, says] of cases) {
    const text = await ask(query, 400)
    assert.match(readable(text), says, query)
    assert.match(text, new RegExp(`<a href="#field-${field}">`), query)
    assert.match(text, /<form method="get" action="\/find\/paths" class="ask">/, query)
    assert.doesNotMatch(text, /class="finding"/, query)
  }
  const kept = await ask("from=FI&to=DE&measure=produce&penalty=many", 400)
  assert.match(kept, /<option value="DE" selected>/)
  assert.match(kept, /name="measure" value="produce" checked/)
  assert.match(kept, /name="penalty" value="many"/)
  const nonsense = await ask("from=FI&to=DE&measure=preserve&answer=love%3Dyes&answer=consent%3Dno", 400)
  assert.match(readable(nonsense), /love=yes answers nothing/)
  assert.match(nonsense, /type="hidden" name="answer" value="consent=no"/)
  assert.doesNotMatch(nonsense, /value="love/)
})

test("markup and long values in the address stay text and stay short", async () => {
  const names = ["from", "to", "measure", "category", "urgency", "date", "offence", "penalty", "answer", "provider"]
  const usual = await ask("from=XX&to=XX&measure=preserve", 400)
  for (const name of names) {
    for (const value of [`"><img src=x onerror=canary(1)>\u202e`, "x".repeat(10_000), "\u0000", "%ff"]) {
      const address = new URLSearchParams({ from: "FI", to: "DE", measure: "preserve", [name]: value })
      const answer = await server.get(`/find/paths?${address}`)
      const text = await answer.text()
      assert.equal(answer.status, 400, name)
      assert.doesNotMatch(text, /<img/, name)
      assert.ok(text.length < usual.length + 60_000 && !text.includes("x".repeat(100)), `${name}: ${text.length}`)
    }
  }
  const many = Array.from({ length: 300 }, () => "answer=x").join("&")
  assert.ok((await ask(`${ASKED}&${many}`, 400)).length < usual.length + 60_000)
})

test("letters that only become a code in capitals name no place", async () => {
  assert.match(readable(await ask("from=%C3%9F&to=DE&measure=preserve", 400)), /ß/)
})

test("only who may choose is led to the choice", async () => {
  assert.doesNotMatch(await ask(ASKED), /\/find\/paths\/choose/)
  const text = await server.page(`/find/paths?${ASKED}`, "analyst")
  assert.match(text, /href="\/find\/paths\/choose\?from=FI&amp;[^"]*channel=way"/)
  assert.doesNotMatch(text, /channel=pact-way/)
})

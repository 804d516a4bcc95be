import assert from "node:assert/strict"
import { test } from "node:test"
import { someFacts, someQuery } from "../../test/support/facts.ts"
import { languages, translator } from "../http/index.ts"
import { findPaths } from "../law/index.ts"
import { pathDeclarations } from "./commands.ts"
import { speaker } from "./explaining.ts"
import { asJson, tell } from "./telling.ts"

const rows = {
  participation: [{ date: "2009-07-01" }, { place: "BR", date: "2023-03-01", verified: "no" }],
  words: [{}],
  channels: [{ steps: "use-24-7", deadline: "expeditious", urgent_deadline: "24/7" }],
}
const facts = someFacts(rows)

function told(
  measure: "preserve" | "serve",
  language: (typeof languages)[number] = "en",
  urgency: "normal" | "urgent" = "normal",
) {
  return tell(speaker(translator(language), language, facts), findPaths(someQuery({ measure, urgency }), facts))
}

test("a measure without a recorded channel is unknown, in words for people and programs", () => {
  const none = told("serve")
  assert.deepEqual([none.findings, none.note], [[], "unknown: no channel recorded"])
  const [declaration] = pathDeclarations
  assert.match(declaration?.show(translator("en"), asJson(none)).join("\n") ?? "", /^unknown: no channel recorded$/m)
})

test("a finding names its facts, each with source, class, age and whether it was verified", () => {
  const [finding] = told("preserve").findings
  assert.equal(finding?.verdict, "conditional")
  const brazil = finding.sources.find(({ ref }) => ref.includes("/BR/"))
  assert.deepEqual(brazil, {
    ref: "participation/treaty/BR/a place/in force",
    source: "https://depositary.example/list",
    ...{ class: "depositary", asOf: "2026-01", readOn: "2026-11-22", verified: "no" },
  })
  const cited = new Set(finding.reasons.flatMap((reason) => reason.facts))
  assert.deepEqual([...cited].toSorted(), finding.sources.map(({ ref }) => ref).toSorted())
})

test("the same codes are said in each language, names of facts translated where somebody did", () => {
  for (const language of languages) {
    const [finding] = told("preserve", language).findings
    assert.deepEqual(
      finding?.missing.map(({ code }) => code),
      ["participation"],
      language,
    )
    assert.equal(finding?.name, { en: "A way", "zh-Hant": "路徑", "zh-Hans": "路径" }[language])
    for (const { text } of [...(finding?.reasons ?? []), ...(finding?.steps ?? [])])
      assert.doesNotMatch(text, /\{\w+\}/)
  }
})

test("the deadline is the one of the urgency that was asked about", () => {
  const deadline = (urgency: "normal" | "urgent") => told("preserve", "en", urgency).findings[0]?.firstDeadline?.text
  assert.deepEqual([deadline("normal"), deadline("urgent")], ["expeditious", "24/7"])
})

test("what the command prints for a closed channel is why it is closed and what would open it, and no question", () => {
  const closed = tell(speaker(translator("en"), "en", facts), findPaths(someQuery({ data: "identification" }), facts))
  const lines = pathDeclarations[0]?.show(translator("en"), asJson(closed)) ?? []
  assert.ok(lines.some((line) => line.startsWith("○ closed  way")))
  assert.ok(!lines.some((line) => line.includes("ask:")))
  assert.ok(lines.some((line) => line.includes("would open if:")))
})

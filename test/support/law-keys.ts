import assert from "node:assert/strict"
import { dataCategories, urgencies, uses, verdicts } from "../../src/law/codes.ts"
import { measures, shippedFacts } from "../../src/law/index.ts"
import { conditions, safeguardCodes, sourceClasses, steps } from "../../src/law/model.ts"

/** Sentences about the law whose last part is a code; each list of codes says which of them there must be. */
export const LAW_STARTS = [
  ...["law.verdict.", "law.measure.", "law.data.", "law.use.", "law.urgency.", "law.offence."],
  ...["law.reason.", "law.ask.", "law.opens.", "law.step.", "law.safeguard.", "law.source.", "law.verified."],
  ...["facts.problem.", "facts.severity.", "facts.change.", "rules.kind.", "path.help."],
] as const
type Start = (typeof LAW_STARTS)[number]

/** `sourceOf` gives the text of a file under `src`: some codes are members of a type and stand nowhere else. */
export function lawKeys(sourceOf: (file: string) => string): string[] {
  const members = (file: string, opening: RegExp) => literals(blockOf(sourceOf(file), opening))
  const codes: Readonly<Record<Start, readonly string[]>> = {
    ...{ "law.verdict.": verdicts, "law.measure.": measures, "path.help.": measures, "law.data.": dataCategories },
    ...{ "law.use.": uses, "law.urgency.": urgencies, "law.offence.": [...shippedFacts().offences.keys()] },
    ...{ "law.safeguard.": safeguardCodes, "law.source.": sourceClasses, "law.step.": [...steps, "preserve-first"] },
    "law.verified.": members("law/model.ts", /type Verified = /),
    "law.reason.": [
      ...members("law/findings.ts", /type ReasonCode =/),
      ...members("law/standing.ts", /type StandingCode =/),
    ],
    "law.ask.": [...conditions, ...members("law/findings.ts", /type Missing = \{\n {2}code: Condition/)],
    "law.opens.": [...members("law/findings.ts", /type Opening = \{\n {2}code:/), "enter-into-force-count"],
    "facts.severity.": members("law/reading.ts", /severity: /),
    "facts.change.": members("law/comparing.ts", /what: /),
    "rules.kind.": members("law/rules.ts", /type DivergenceKind =/),
    "facts.problem.": problemsOf(sourceOf),
  }
  return Object.entries(codes).flatMap(([start, list]) => list.map((code) => `${start}${code}`))
}

/** What `comity facts check` can find: whatever the three files that look for problems name as one. */
function problemsOf(sourceOf: (file: string) => string): string[] {
  const named = (file: string, pattern: RegExp) => {
    const found = [...sourceOf(file).matchAll(pattern)].map(([, code = ""]) => code)
    assert.ok(found.length > 0, `${pattern} finds nothing in ${file} any more`)
    return found
  }
  const bad = literals(blockOf(sourceOf("law/reading.ts"), /const CODES: readonly string\[\] = /))
  return [
    ...named("law/checking.ts", /\btold\("([^"]+)"/g),
    ...named("law/checking.ts", /\[\{ code: "([^"]+)"/g),
    ...named("law/reading.ts", /\bproblem\("([^"]+)"/g),
    ...named("law/reading.ts", /, "(unknown-column)"\]/g),
    ...named("law/reading.ts", /: "(bad-[a-z]+)"/g),
    ...named("law/facts.ts", /: Problem = \{ code: "([^"]+)"/g),
    ...named("law/facts.ts", /\.\.\.\{ code: "([^"]+)", severity/g),
    ...bad.map((code) => `bad-${code}`),
  ]
}

/** From what `opening` finds to the end of its statement: the line after which nothing of it follows. */
function blockOf(text: string, opening: RegExp): string {
  const match = opening.exec(text)
  assert.ok(match, `${opening} finds nothing any more`)
  const rest = text.slice(match.index + match[0].length)
  return /^[^\n]*(?:\n\s+\|[^\n]*)*/.exec(rest)?.[0] ?? ""
}

function literals(text: string): string[] {
  const found = [...text.matchAll(/"([^"]+)"/g)].map(([, code = ""]) => code)
  assert.ok(found.length > 0, `no codes in ${text}`)
  return found
}

import { type Day, hoursOf } from "./dates.ts"
import type { Facts } from "./facts.ts"
import type { Question, RuleAnswer } from "./model.ts"

/**
 * How the answers of jurisdictions stand to each other. `same`: they agree. `degree`: obeying one obeys all, the
 * bridge is its value. `conflict`: obeying one breaks another, a text is needed. `unknown`: too little was verified, or
 * nobody can say. No divergence is a fault.
 */
export type DivergenceKind = "same" | "degree" | "conflict" | "unknown"

export type Group = { value: string; jurisdictions: readonly string[] }

export type Divergence = {
  question: Question
  kind: DivergenceKind
  /** Verified answers alone, the strictest first where they have an order. */
  groups: readonly Group[]
  /** Smallest and largest of the verified answers; null where they have no order. */
  spread: { least: string; most: string } | null
  /** The value that satisfies all; null where there is none. */
  bridge: string | null
  /** Asked for, but without a verified answer, or with several that contradict. */
  undecided: readonly string[]
  /** All rows of these jurisdictions, those that decide nothing included. */
  answers: readonly RuleAnswer[]
}

/** Each question of the field, or all, over these jurisdictions on a day. */
export function compareRules(
  facts: Facts,
  { questions, jurisdictions, date }: { questions: readonly Question[]; jurisdictions: readonly string[]; date: Day },
): Divergence[] {
  return questions.map((question) => {
    const answers = facts.rows.answers.filter(
      (one) => one.question === question.id && jurisdictions.includes(one.jurisdiction) && holds(one, date),
    )
    return divergence(question, jurisdictions, answers)
  })
}

/** Every jurisdiction of which anything is told. */
export function jurisdictionsOf(facts: Facts): string[] {
  return [...new Set(facts.rows.answers.map(({ jurisdiction }) => jurisdiction))].toSorted()
}

function holds({ from, until }: RuleAnswer, date: Day): boolean {
  return (from === null || from <= date) && (until === null || until > date)
}

function divergence(question: Question, jurisdictions: readonly string[], answers: readonly RuleAnswer[]): Divergence {
  const decided = new Map<string, string>()
  for (const place of jurisdictions) {
    const values = new Set(
      answers.filter((one) => one.jurisdiction === place && one.verified === "yes").map(({ value }) => value),
    )
    const [value] = values
    if (values.size === 1 && value !== undefined) decided.set(place, value)
  }
  const groups = groupsOf(question, decided)
  const values = groups.map(({ value }) => value)
  const ordered = question.kind === "duration" && values.length > 0
  return {
    ...{ question, kind: kindOf(question, values, decided.size), groups },
    spread: ordered ? { least: values[0] ?? "", most: values.at(-1) ?? "" } : null,
    bridge: bridgeOf(question, values, decided.size),
    undecided: jurisdictions.filter((place) => !decided.has(place)),
    answers,
  }
}

function groupsOf({ kind }: Question, decided: ReadonlyMap<string, string>): Group[] {
  const groups = new Map<string, { value: string; jurisdictions: string[] }>()
  for (const [place, value] of decided) {
    const group = groups.get(comparable(kind, value))
    if (group === undefined) groups.set(comparable(kind, value), { value, jurisdictions: [place] })
    else group.jurisdictions.push(place)
  }
  const list = [...groups.values()].map((one) => ({ ...one, jurisdictions: one.jurisdictions.toSorted() }))
  if (kind === "duration") return list.toSorted((a, b) => (hoursOf(a.value) ?? 0) - (hoursOf(b.value) ?? 0))
  return list.toSorted((a, b) => b.jurisdictions.length - a.jurisdictions.length || (a.value < b.value ? -1 : 1))
}

function kindOf({ rule }: Question, values: readonly string[], decided: number): DivergenceKind {
  if (decided < 2) return "unknown"
  if (values.length === 1) return "same"
  if (rule === "conflict") return "conflict"
  return rule === "none" ? "unknown" : "degree"
}

/** `P3D` and `PT72H` are one answer. */
function comparable(kind: Question["kind"], value: string): string {
  return kind === "duration" ? String(hoursOf(value)) : value
}

function bridgeOf({ rule }: Question, values: readonly string[], decided: number): string | null {
  if (decided < 2) return null
  if (values.length === 1) return values[0] ?? null
  if (rule === "least") return values[0] ?? null
  if (rule === "most") return values.at(-1) ?? null
  return rule === "yes" && values.includes("yes") ? "yes" : null
}

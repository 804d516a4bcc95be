import { readable } from "./numbers.ts"

/** What a figure must be: at least, or at most, so much; of itself or of its ratio to the baseline. */
export type Goal = { of: "figure" | "ratio"; atLeast?: number; atMost?: number }

/** One line of the table. The ratio is figure / baseline. */
export type Figure = {
  /** Which measurement it belongs to, as `--only` names it. */
  group: string
  name: string
  value: number
  unit: string
  baseline?: { name: string; value: number }
  goal?: Goal
  /** What a reader must know beside the number. */
  note?: string
}

export function ratioOf({ value, baseline }: Figure): number | null {
  return baseline ? value / baseline.value : null
}

/** Null where the design names no figure. */
export function reached(figure: Figure): boolean | null {
  const { goal } = figure
  if (!goal) return null
  const value = goal.of === "ratio" ? (ratioOf(figure) ?? Number.NaN) : figure.value
  return value >= (goal.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (goal.atMost ?? Number.POSITIVE_INFINITY)
}

/** The whole as a Markdown table. */
export function markdown(figures: readonly Figure[]): string {
  const head = ["figure", "value", "unit", "baseline", "its value", "ratio", "target", "reached"]
  const lines = figures.map(cells).map((row) => `| ${row.join(" | ")} |`)
  return [`| ${head.join(" | ")} |`, "|---|--:|---|---|--:|--:|---|---|", ...lines].join("\n")
}

function cells(figure: Figure): string[] {
  const { name, note, value, unit, baseline } = figure
  const ratio = ratioOf(figure)
  return [
    note === undefined ? name : `${name} (${note})`,
    readable(value),
    unit,
    baseline?.name ?? "",
    baseline ? readable(baseline.value) : "",
    ratio === null ? "" : readable(ratio),
    goalText(figure),
    verdict(reached(figure)),
  ]
}

function goalText({ goal, unit }: Figure): string {
  if (!goal) return ""
  const [sign, value] = goal.atLeast === undefined ? ["≤", goal.atMost] : ["≥", goal.atLeast]
  return goal.of === "ratio" ? `ratio ${sign} ${value}` : `${sign} ${readable(value ?? 0)} ${unit}`
}

function verdict(answer: boolean | null): string {
  if (answer === null) return ""
  return answer ? "yes" : "NO"
}

import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  bars,
  checkField,
  choiceField,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  tlpLabel,
} from "../../../http/index.ts"
import type { Collection, Preview } from "../../../library/index.ts"
import { TLP_LEVELS } from "../../../stix/index.ts"
import { type Import, needsMark } from "../../intake/model.ts"
import { findingTable, listedTable, rowProblemTable, sampleTable } from "./listings.ts"
import { headline, importPath } from "./parts.ts"
import { reasonList } from "./reasons.ts"

export const StartForm = z.object({
  tlp: z.enum(["clear", "green", "amber", "amber+strict", "red"]).optional(),
  skipSpecial: z.literal("yes").optional(),
  "out[]": z
    .union([
      z.array(z.string().max(5000)).max(5000),
      z
        .string()
        .max(5000)
        .transform((one) => [one]),
    ])
    .default([]),
})

/** The decision: what will be added, what not and why, what is missing, and one button. */
export function previewPage(
  visit: Visit,
  one: Import,
  collection: Collection | null,
  given: Given = {},
  faults: Faults = {},
): Reply {
  const { t } = visit
  const { preview } = one.foresight
  if (preview === null) throw new Error("an import without a preview is at no decision")
  const body = html`${errorSummary(t, faults)}${headline(visit, one, collection)}${changeLink(visit, one)}
${broken(visit, preview)}${countBars(visit, one, preview)}${reasons(visit, one, preview)}
<form method="post" action="${importPath(one)}/start">${findings(visit, one)}${listed(visit, preview)}
${section(t("intake.decision"), html`<div class="decision">${decision(visit, one, preview, given, faults)}</div>`)}</form>
${samples(visit, one, preview)}`
  const status = Object.keys(faults).length > 0 ? { status: 400 } : {}
  return visit.page({ title: t("intake.preview-title"), place: "import", body, ...status })
}

function changeLink({ t }: Visit, one: Import): Html {
  if (one.format !== "csv") return nothing
  return html`<p><a href="${importPath(one)}?step=columns">${t("intake.change-columns")}</a></p>`
}

function broken({ t, format }: Visit, { fault }: Preview): Html {
  if (fault === null) return nothing
  return notice(t("intake.broken", { offset: format.number(fault.offset) }), "warning")
}

/** Lines of a table that give no object count as rejected, values that come again as duplicates. */
function countBars({ t, format }: Visit, { foresight }: Import, { counts }: Preview): Html {
  const { refused = 0, repeated = 0, leftOut = 0 } = foresight.composed ?? {}
  const rows: [label: string, value: number][] = [
    [t("intake.will-accept"), counts.accepted],
    [t("intake.duplicate"), counts.duplicate + repeated],
    [t("intake.conflicting"), counts.conflicting],
    [t("intake.rejected"), counts.rejected + refused],
    ...(leftOut > 0 ? [[t("intake.left-out"), leftOut] as [string, number]] : []),
  ]
  return bars(
    t("intake.preview-title"),
    rows.map(([label, value]) => ({ label, value, text: format.number(value) })),
  )
}

function reasons(visit: Visit, { foresight }: Import, preview: Preview): Html {
  const { t, format } = visit
  const ragged = foresight.composed?.ragged ?? 0
  const lines = [
    ...(preview.lifted > 0 ? [t("intake.lifted", { count: format.number(preview.lifted) })] : []),
    ...(ragged > 0 ? [t("intake.ragged", { count: format.number(ragged) })] : []),
  ]
  const beside = lines.map((line) => html`<p>${line}</p>`)
  return html`${beside}${reasonList(visit, t("intake.reasons"), preview.reasons)}${reasonList(visit, t("intake.warnings"), preview.warnings)}`
}

function findings(visit: Visit, { foresight }: Import): Html {
  if (foresight.findings.length === 0) return nothing
  const { t, format } = visit
  const rest = foresight.findingCount - foresight.findings.length
  const more = rest > 0 ? html`<p class="quiet">${t("intake.more", { count: format.number(rest) })}</p>` : nothing
  return section(
    t("intake.found"),
    html`<p>${t("intake.found-what")}</p>${findingTable(visit, foresight)}${more}`,
    "found",
  )
}

function listed(visit: Visit, preview: Preview): Html {
  if (preview.listedCount === 0) return nothing
  const { t, format } = visit
  const about = t("intake.listed-what", { count: format.number(preview.listedCount) })
  return section(t("intake.listed"), html`${notice(about, "warning")}${listedTable(visit, preview.listed)}`, "listed")
}

function decision(visit: Visit, one: Import, preview: Preview, given: Given, faults: Faults): Html {
  const { t, format } = visit
  const cancel = html`<button formaction="${importPath(one)}/cancel" formnovalidate>${t("intake.give-up")}</button>`
  const { accepted } = preview.counts
  if (accepted === 0) return html`<p>${t("intake.nothing-new")}</p><p class="actions">${cancel}</p>`
  const shown = { t, given, faults }
  const label = accepted === 1 ? t("intake.start-one") : t("intake.start", { count: format.number(accepted) })
  return html`${mark(visit, one, preview, given, faults)}${
    one.format !== "stix" && hasSpecial(one)
      ? checkField(shown, { name: "skipSpecial", label: t("intake.skip-special"), hint: t("intake.skip-special-hint") })
      : nothing
  }<p>${t("intake.final")}</p><p class="actions"><button class="primary">${label}</button>${cancel}</p>`
}

function hasSpecial({ format, foresight }: Import): boolean {
  return format === "csv" || foresight.findings.some(({ special }) => special !== null && special !== "documentation")
}

function mark({ t, format }: Visit, one: Import, { unmarked }: Preview, given: Given, faults: Faults): Html {
  if (!needsMark(one.foresight)) return html`<p>${t("intake.all-marked")}</p>`
  const choices = TLP_LEVELS.map((level) => ({ value: level, label: tlpLabel(level), hint: levelWords(t, level) }))
  const hint = t("intake.mark-hint", { count: format.number(unmarked) })
  return choiceField({ t, given, faults }, { name: "tlp", label: t("intake.mark"), hint, choices, required: true })
}

function levelWords(t: Visit["t"], level: (typeof TLP_LEVELS)[number]): string {
  const words = {
    clear: t("intake.tlp-clear"),
    green: t("intake.tlp-green"),
    amber: t("intake.tlp-amber"),
    "amber+strict": t("intake.tlp-amber-strict"),
    red: t("intake.tlp-red"),
  }
  return words[level]
}

const PROBLEMS_SHOWN = 50
const EXAMPLES_SHOWN = 10

function samples(visit: Visit, { foresight, format }: Import, preview: Preview): Html {
  const { t } = visit
  const kinds = [
    ["rejected", t("intake.rejected")],
    ["conflicting", t("intake.conflicting")],
    ["accepted", t("intake.will-accept")],
    ["duplicate", t("intake.duplicate")],
  ] as const
  const problems = foresight.composed?.problems ?? []
  const lines =
    problems.length === 0 ? nothing : section(t("intake.lines"), rowProblemTable(visit, t("intake.lines"), problems))
  const parts = kinds.map(([is, title]) => {
    const most = is === "rejected" || is === "conflicting" ? PROBLEMS_SHOWN : EXAMPLES_SHOWN
    const rows = preview.samples.filter((sample) => sample.is === is).slice(0, most)
    // A text's values stand above, each with the words around it.
    if (rows.length === 0 || (is === "accepted" && format === "text")) return nothing
    const all = preview.counts[is] === rows.length ? title : t("intake.first-of", { title, count: rows.length })
    return section(all, sampleTable(visit, title, rows), is)
  })
  return html`${lines}${parts}`
}

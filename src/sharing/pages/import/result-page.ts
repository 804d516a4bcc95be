import type { Visit } from "../../../accounts/index.ts"
import {
  bars,
  type Column,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  table,
  visible,
  visibleText,
} from "../../../http/index.ts"
import type { Collection } from "../../../library/index.ts"
import type { Import, Outcome } from "../../intake/model.ts"
import { problem } from "../../status.ts"
import { objectPath } from "../named.ts"
import { rowProblemTable } from "./listings.ts"
import { failureSentence, headline, stateOf } from "./parts.ts"
import { reasonList } from "./reasons.ts"

/** What became of it, with every reason; or why it ended, what is safe and what to do now. */
export function resultPage(visit: Visit, one: Import, collection: Collection | null): Reply {
  const { t } = visit
  const body = html`${headline(visit, one, collection)}${one.outcome === null ? ended(visit, one) : done(visit, one.outcome)}
<p class="actions"><a class="button" href="/share/import">${t("intake.another")}</a>${
    collection === null ? nothing : html`<a href="/share/library?collection=${collection.id}">${t("intake.look")}</a>`
  }</p>${one.outcome === null ? nothing : details(visit, one.outcome)}`
  return visit.page({ title: t("intake.result-title"), state: stateOf(t, one), place: "import", body })
}

function ended({ t }: Visit, one: Import): Html {
  const why = failureSentence(t, one)
  if (one.state === "interrupted") return notice(t("intake.interrupted"), "warning")
  if (one.state === "cancelled") return notice(why ?? t("intake.cancelled"), "warning")
  return html`${notice(why ?? t("error.internal"), "warning")}<p>${t("intake.failed")}</p>`
}

function done({ t, format }: Visit, outcome: Outcome): Html {
  const leftOut = outcome.composed?.leftOut ?? 0
  const rows: [label: string, value: number][] = [
    [t("intake.accepted"), outcome.accepted],
    [t("intake.duplicate"), outcome.duplicate],
    [t("intake.conflicting"), outcome.conflicting],
    [t("intake.rejected"), outcome.rejected],
    ...(leftOut > 0 ? [[t("intake.left-out"), leftOut] as [string, number]] : []),
  ]
  return bars(
    t("intake.result-title"),
    rows.map(([label, value]) => ({ label, value, text: format.number(value) })),
  )
}

type Problem = Outcome["problems"][number]

function details(visit: Visit, outcome: Outcome): Html {
  const { t, format } = visit
  const lines = outcome.composed?.problems ?? []
  const more =
    outcome.omitted > 0
      ? html`<p class="quiet">${t("intake.more", { count: format.number(outcome.omitted) })}</p>`
      : nothing
  const objects =
    outcome.problems.length === 0
      ? nothing
      : section(t("intake.problems"), html`${problemTable(visit, outcome.problems)}${more}`, "problems")
  const rows =
    lines.length === 0 ? nothing : section(t("intake.lines"), rowProblemTable(visit, t("intake.lines"), lines))
  return html`${objects}${rows}${reasonList(visit, t("intake.warnings"), outcome.warnings)}`
}

function problemTable(visit: Visit, rows: readonly Problem[]): Html {
  const { t, format } = visit
  const columns: Column<Problem>[] = [
    {
      label: t("intake.position"),
      kind: "number",
      cell: ({ position, line }) => (position > 0 ? format.number(line ?? position) : "–"),
    },
    { label: t("intake.object"), kind: "name", cell: problemName },
    { label: t("intake.reason"), cell: ({ code, at }) => problem(t, code, visibleText(at)) },
  ]
  return table({ caption: t("intake.problems"), columns, rows, empty: nothing })
}

function problemName({ id, kind }: Problem): Html {
  if (id === null) return html`–`
  return kind === "conflicting" ? html`<a href="${objectPath(id)}">${visible(id)}</a>` : visible(id)
}

import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  table,
  visible,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import { setFeedState } from "../feeds/queries.ts"
import { listGuards } from "../guard/queries.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"
import { findFeedByKey, type GotRow, gotFrom } from "./queries.ts"
import { failureText, feedMark } from "./words.ts"

const Change = z.object({ to: z.enum(["paused", "open"]) })

/** Feed health: what comes from partners, how far it is, and what is wrong with it; of one partner with `?party=`. */
export async function feedsPage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t, format, ask } = visit
  const rows = await gotFrom(store, ask.query.get("party") || null)
  const [name, ...rest] = gotColumns(visit)
  const columns: Column<GotRow>[] = [
    ...(name === undefined ? [] : [name]),
    {
      label: t("partner.name"),
      wide: true,
      cell: (row) => html`<a href="/share/partners/${row.party}">${visible(row.name)}</a>`,
    },
    ...rest,
    {
      label: t("feed.pulled"),
      kind: "quiet",
      wide: true,
      cell: ({ pulledAt }) => (pulledAt === null ? nothing : format.time(pulledAt)),
    },
    {
      label: t("feed.withheld"),
      kind: "number",
      wide: true,
      cell: ({ withheld }) => format.number(withheld),
    },
    { label: t("feed.refused"), kind: "number", wide: true, cell: ({ refused }) => format.number(refused) },
    ...(visit.may(OFFICER) ? [{ label: t("feed.do"), cell: (row: GotRow) => button(visit, row) }] : []),
  ]
  const broken = rows.some(({ state }) => state === "broken")
    ? notice(html`${t("feed.broken-what")} <a href="/share/evidence">${t("feed.to-evidence")}</a>`, "warning")
    : nothing
  const waiting =
    (await listGuards(store)).length > 0
      ? notice(html`${t("feed.guarded")} <a href="/share/guard">${t("feed.to-guard")}</a>`, "warning")
      : nothing
  const list = table({ caption: t("nav.feeds"), columns, rows, empty: emptyState(t("feed.none")) })
  const wrong = faults(visit, rows)
  const body = html`${broken}${waiting}<p>${t("feed.what")}</p>${list}${wrong === nothing ? nothing : section(t("feed.why"), wrong)}<p class="quiet">${t("feed.words")}</p>`
  return visit.page({ title: t("nav.feeds"), place: "feeds", body })
}

/** What every list of feeds says of one. */
export function gotColumns({ t, format }: Visit): Column<GotRow>[] {
  return [
    {
      label: t("partner.collection"),
      kind: "name",
      cell: ({ id, title }) => html`<a href="/share/collections/${id}">${visible(title)}</a>`,
    },
    { label: t("feed.state"), cell: (row) => feedMark(t, row) },
    {
      label: t("feed.held"),
      kind: "number",
      cell: ({ held, target }) => `${format.number(held)} / ${format.number(Math.max(held, target))}`,
    },
  ]
}

/** What is wrong with which feed, in words; nothing where all is well. */
export function faults(visit: Visit, rows: readonly GotRow[]): Html {
  const { t, format } = visit
  const items = rows.flatMap(({ failure, failures, title }) =>
    failure === null
      ? []
      : [
          html`<li><strong>${visible(title)}</strong> ${failureText(visit, failure)} <span class="quiet">${t("feed.tries", { count: format.number(failures) })}</span></li>`,
        ],
  )
  return items.length === 0 ? nothing : html`<ul>${items}</ul>`
}

function button(visit: Visit, { key, state }: GotRow) {
  const { t } = visit
  if (!visit.may(OFFICER) || (state !== "open" && state !== "paused")) return nothing
  const [to, label] = state === "open" ? ["paused", t("partner.pause")] : ["open", t("partner.go-on")]
  return html`<form method="post" action="/share/feeds/${key}"><input type="hidden" name="to" value="${to}"><button class="plain">${label}</button></form>`
}

export async function feedChanged({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Change)
  const key = Number(visit.ask.params.feed)
  if (form.ok) {
    const { to } = form.value
    await store.write(async (tx) => {
      const feed = await findFeedByKey(tx, key)
      if (feed === null) throw new ComityError("not-found", "feed.unknown")
      if (feed.state === to || (feed.state !== "open" && feed.state !== "paused")) return
      await setFeedState(tx, key, to)
      await record(tx, { what: "feed.switched", by: visit.person().commitment, facts: { feed: key, state: to } })
    })
  }
  return visit.redirect("/share/feeds")
}

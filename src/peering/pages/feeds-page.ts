import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import { type Column, emptyState, html, nothing, type Reply, table, visible } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import { setFeedState } from "../feeds/queries.ts"
import { OFFICER } from "./list-page.ts"
import { gotColumns } from "./partner-page.ts"
import { findFeedByKey, type GotRow, gotFrom } from "./queries.ts"
import type { PartnerParts } from "./routes.ts"
import { failureText } from "./words.ts"

const Change = z.object({ to: z.enum(["paused", "open"]) })

/** Feed health: what comes from partners, how far it is, and what is wrong with it. */
export async function feedsPage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const rows = await gotFrom(store, null)
  const [name, ...rest] = gotColumns(visit)
  const columns: Column<GotRow>[] = [
    ...(name === undefined ? [] : [name]),
    {
      label: t("partner.name"),
      cell: (row) => html`<a href="/share/partners/${row.party}">${visible(row.name)}</a>`,
    },
    ...rest,
    {
      label: t("feed.withheld"),
      kind: "number",
      wide: true,
      cell: ({ withheld }) => format.number(withheld),
    },
    { label: t("feed.refused"), kind: "number", wide: true, cell: ({ refused }) => format.number(refused) },
    { label: t("feed.why"), kind: "quiet", cell: ({ failure }) => failureText(visit, failure) },
    { label: t("feed.do"), cell: (row) => button(visit, row) },
  ]
  const body = html`<p>${t("feed.what")}</p>${table({ caption: t("nav.feeds"), columns, rows, empty: emptyState(t("feed.none")) })}${rows.length === 0 ? nothing : html`<p class="quiet">${t("feed.words")}</p>`}`
  return visit.page({ title: t("nav.feeds"), place: "feeds", body })
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

import { BYTE_ORDER_MARK, csvLine, html, type Reply, reply, table, visible } from "../../http/index.ts"
import { formatInstant } from "../../kernel/time.ts"
import { type Reviewed, reviewAccess } from "../review.ts"
import type { PageRoute, Visit } from "../visiting.ts"
import type { AccountParts } from "./account.ts"
import { stateOf } from "./people.ts"
import { rightsText } from "./person.ts"
import { meansNames, roleNames } from "./words.ts"

/** Who may do what here and used it when: for whoever must look through it now and then, and sign that it is right. */
export function reviewPages(parts: AccountParts): PageRoute[] {
  const who = "role:administrator"
  return [
    { method: "GET", path: "/people/review", who, handle: (visit) => review(parts, visit) },
    { method: "GET", path: "/people/review.csv", who, handle: (visit) => spreadsheet(parts, visit) },
  ]
}

async function review({ store }: AccountParts, visit: Visit): Promise<Reply> {
  const { t, format, now } = visit
  const rows = await reviewAccess(store, now)
  const list = table({
    caption: t("review.title"),
    columns: [
      { label: t("account.name"), kind: "name", cell: (row) => nameOf(row) },
      { label: t("review.kind"), cell: ({ kind }) => (kind === "person" ? t("review.person") : t("review.program")) },
      { label: t("account.roles"), cell: (row) => (row.kind === "person" ? roleNames(t, row).join(" · ") : "–") },
      { label: t("review.rights"), cell: (row) => rightsText(row) },
      { label: t("people.state"), cell: (row) => (row.kind === "person" ? stateOf(t, row) : t("review.token")) },
      {
        label: t("account.used"),
        cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("people.never") : format.time(lastUsedAt)),
      },
      { label: t("people.open-sessions"), kind: "number", cell: ({ sessions }) => format.number(sessions.length) },
    ],
    rows,
    empty: html`<p>${t("people.none")}</p>`,
  })
  const body = html`<p>${t("review.what")}</p>${list}<p class="quiet">${t("review.as-of")} ${format.time(now)}</p>
<p class="actions"><a class="button" href="/people/review.csv">${t("review.csv")}</a></p>`
  return visit.page({ title: t("review.title"), place: "people", body })
}

function nameOf({ kind, account, name }: Reviewed) {
  return kind === "person" ? html`<a href="/people/${account}">${visible(name)}</a>` : visible(name)
}

/** Instants in UTC; the head in the reader's language. */
async function spreadsheet({ store }: AccountParts, visit: Visit): Promise<Reply> {
  const { t, now } = visit
  const head = [
    ...[t("account.name"), t("review.kind"), t("account.roles"), t("review.rights"), t("review.means")],
    ...[t("account.added-at"), t("account.used"), t("people.open-sessions"), t("people.invited-until")],
  ]
  const lines = (await reviewAccess(store, now)).map((row) => [
    row.name,
    row.kind === "person" ? t("review.person") : t("review.program"),
    row.kind === "person" ? roleNames(t, row).join(" · ") : "",
    [...row.rights].map(([collection, letters]) => `${collection} ${letters}`).join(" · "),
    row.kind === "person" ? meansNames(t, row.means).join(" · ") : t("review.token"),
    formatInstant(row.createdAt),
    row.lastUsedAt === null ? "" : formatInstant(row.lastUsedAt),
    String(row.sessions.length),
    row.invitedUntil === null ? "" : formatInstant(row.invitedUntil),
  ])
  const body = BYTE_ORDER_MARK + [head, ...lines].map(csvLine).join("")
  const name = `comity-access-${formatInstant(now).slice(0, 10)}.csv`
  return reply("text/csv; charset=utf-8", body, 200, {
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
  })
}

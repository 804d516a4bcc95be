import type { PageRoute, Visit } from "../../../accounts/index.ts"
import { emptyState, html, type Reply, stateMark, type Translate, table, visible } from "../../../http/index.ts"
import { listCollections, listUnshared, type Unshared } from "../../../library/index.ts"
import { nothingYet, type Release } from "../../release/model.ts"
import { listReleases } from "../../release/queries.ts"
import { objectPath, reference } from "../named.ts"
import { audiencePages } from "./audience-pages.ts"
import { type ReleasePageParts, releasePath } from "./parts.ts"
import { receiptPages } from "./receipts-page.ts"
import { cancelRelease, releaseEvents, releasePage, startRelease } from "./release-page.ts"
import { beginRelease, startPage } from "./start-page.ts"
import { withdrawalPages } from "./withdrawal-pages.ts"

const RELEASES_SHOWN = 100
const UNSHARED_SHOWN = 500

/** Letting out and taking back, who reads what, and what came back. */
export function releasePages(parts: ReleasePageParts): PageRoute[] {
  const officer = { who: "role:officer" } as const
  const one = "/share/releases/:id"
  return [
    ...audiencePages(parts),
    { ...officer, method: "GET", path: "/share/release", handle: (visit) => startPage(parts, visit) },
    { ...officer, method: "POST", path: "/share/release", handle: (visit) => beginRelease(parts, visit) },
    { ...officer, method: "GET", path: "/share/releases", handle: (visit) => releaseList(parts, visit) },
    { ...officer, method: "GET", path: one, handle: (visit) => releasePage(parts, visit) },
    { ...officer, method: "GET", path: `${one}/events`, handle: (visit) => releaseEvents(parts, visit) },
    { ...officer, stepUp: true, method: "POST", path: `${one}/start`, handle: (visit) => startRelease(parts, visit) },
    { ...officer, method: "POST", path: `${one}/cancel`, handle: (visit) => cancelRelease(parts, visit) },
    { who: "role:analyst", method: "GET", path: "/share/unshared", handle: (visit) => unsharedPage(parts, visit) },
    ...receiptPages(parts),
    ...withdrawalPages(parts),
  ]
}

async function releaseList({ store }: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const [rows, collections] = await Promise.all([listReleases(store, RELEASES_SHOWN), listCollections(store)])
  const titles = new Map(collections.map(({ id, title }) => [String(id), title]))
  const sum = (release: Release, of: "released" | "refused") =>
    format.number(release.outcome.reduce((all, outcome) => all + (outcome ?? nothingYet)[of], 0))
  const list = table<Release>({
    caption: t("release.all"),
    rows,
    empty: emptyState(t("release.none-yet"), { href: "/share/library", label: t("library.open") }),
    columns: [
      {
        label: t("release.begun"),
        kind: "name",
        cell: (release) => html`<a href="${releasePath(release)}">${format.timeText(release.createdAt)}</a>`,
      },
      {
        label: t("library.collection"),
        cell: ({ targets }) =>
          visible(format.list(targets.map(({ collection }) => titles.get(collection) ?? collection))),
      },
      { label: t("release.went"), kind: "number", cell: (release) => sum(release, "released") },
      { label: t("release.stays"), kind: "number", cell: (release) => sum(release, "refused") },
      { label: t("library.state"), cell: ({ state }) => stateShown(t, state) },
    ],
  })
  return visit.page({ title: t("release.all"), place: "library", body: list })
}

function stateShown(t: Translate, state: Release["state"]) {
  switch (state) {
    case "done":
      return stateMark("open", t("release.state-done"))
    case "failed":
      return stateMark("closed", t("release.state-failed"))
    case "cancelled":
      return stateMark("closed", t("release.state-cancelled"))
    default:
      return stateMark("conditional", t("release.state-running"))
  }
}

/** Versions at home that are newer than what is shared; revocations first: partners still take those objects for valid. */
async function unsharedPage({ store, search }: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const rows = await listUnshared(store, { most: UNSHARED_SHOWN })
  const names = await search.names(rows.map(({ id }) => id))
  const groups = [...Map.groupBy(rows, ({ collection }) => collection)].map(([collection, some]) => {
    const revoked = some.filter((one) => one.revoked).length
    const link = (extra: string, label: string) =>
      html`<a class="button" href="/share/release?unshared=${collection}${extra}">${label}</a>`
    const actions = visit.may("role:officer")
      ? html`<p class="actions">${revoked > 0 ? link("&revoked=yes", t("unshared.share-revoked", { count: format.number(revoked) })) : null}${revoked < some.length ? link("", t("unshared.share-all", { count: format.number(some.length) })) : null}</p>`
      : null
    const list = table<Unshared>({
      caption: some[0]?.title ?? "",
      rows: some,
      empty: emptyState(t("unshared.none")),
      columns: [
        { label: t("entry.object"), kind: "name", cell: ({ id }) => reference(t, id, names.get(id)) },
        {
          label: t("library.state"),
          cell: ({ revoked: is }) =>
            is ? stateMark("closed", t("unshared.revoked")) : stateMark("conditional", t("unshared.newer")),
        },
        {
          label: t("unshared.versions"),
          cell: ({ id }) => html`<a href="${objectPath(id)}/versions">${t("unshared.compare")}</a>`,
        },
      ],
    })
    return html`<section><h2><a href="/share/collections/${collection}">${visible(some[0]?.title ?? "")}</a></h2>${actions}${list}</section>`
  })
  const body = html`<p>${t("unshared.what")}</p>${groups.length === 0 ? emptyState(t("unshared.none")) : groups}`
  return visit.page({ title: t("unshared.title"), place: "collections", body })
}

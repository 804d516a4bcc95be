import type { PageRoute, Visit } from "../accounts/index.ts"
import { html, nothing, type Reply } from "../http/index.ts"
import type { Search } from "../library/index.ts"
import { objectPath } from "../sharing/index.ts"
import { typeOfId } from "../stix/index.ts"
import { libraryPath, QUERY_MOST } from "./palette.ts"

/** The one search box of every page: it leads to the library, or straight to the object whose id was typed. */
export function searchPages({ search }: { search: Search }): PageRoute[] {
  return [{ method: "GET", path: "/search", who: "person", handle: (visit) => answer(search, visit) }]
}

async function answer(search: Search, visit: Visit): Promise<Reply> {
  if (!visit.may("role:reader")) return closed(visit)
  const text = (visit.ask.query.get("q") ?? "").trim().slice(0, QUERY_MOST)
  const isHere = typeOfId(text) !== null && (await search.names([text])).has(text)
  return visit.redirect(isHere ? objectPath(text) : libraryPath(text))
}

/** What the box would find, to somebody whose role does not open it. */
function closed(visit: Visit): Reply {
  const { t } = visit
  const way = visit.may("role:administrator")
    ? html`<p class="actions"><a class="button" href="/people">${t("search.people")}</a></p>`
    : nothing
  return visit.page({ title: t("search.title"), body: html`<p>${t("search.closed")}</p>${way}` })
}

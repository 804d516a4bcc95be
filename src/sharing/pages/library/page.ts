import type { Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  type Reply,
  visibleText,
} from "../../../http/index.ts"
import { type Found, listCollections, type Search } from "../../../library/index.ts"
import type { Store } from "../../../store/index.ts"
import { savedSearches } from "../../saved-searches.ts"
import type { Selections } from "../../selection.ts"
import { partnersOf } from "../partners.ts"
import { countText, exportMenu, type Reds } from "./exporting.ts"
import { type Around, chosenFilters, filters, searchForm } from "./filters.ts"
import { LOOKED_INTO, readInside } from "./queries.ts"
import { resultList } from "./rows.ts"
import { savedAside } from "./searches.ts"
import { hrefOf, type Ignored, isNarrowed, queryOf, type View } from "./view.ts"

export type LibraryPageParts = {
  store: Store
  search: Pick<Search, "find" | "keys" | "names" | "tallies" | "state">
  selections: Selections
}

/** What an address or a form asked for, and what was wrong with it. */
export type Wanted = { view: View; ignored?: readonly Ignored[]; given?: Given; faults?: Faults; status?: number }

const ROWS = 50

export async function libraryPage(parts: LibraryPageParts, visit: Visit, wanted: Wanted): Promise<Reply> {
  const { view, ignored = [], faults = noForm.faults, given = noForm.given, status = 200 } = wanted
  const { store, search } = parts
  const query = queryOf(view, ROWS)
  const [found, tallies, collections, partners, saved] = await Promise.all([
    search.find(query),
    search.tallies(),
    listCollections(store),
    partnersOf(store),
    savedSearches(store, visit.person().account),
  ])
  const looked = found.hits.filter(({ type }) => LOOKED_INTO.has(type)).map(({ key }) => key)
  const [reds, inside] = await Promise.all([redsOf(parts, view, tallies), readInside(store, looked)])
  const around: Around = { tallies, collections, partners }
  const empty = emptyList(visit, view, tallies.objects)
  const list = resultList(visit, view, { hits: found.hits, inside, origins: tallies.origins.length, partners, empty })
  const body = html`${errorSummary(visit.t, faults)}${ignoredNote(visit, ignored)}${searchForm(visit, view)}
<div class="library"><aside aria-label="${visit.t("library.filters")}">${filters(visit, view, around)}${savedAside(visit, { view, saved, given, faults })}</aside>
<div>${chosenFilters(visit, view, around)}${bar(visit, parts, view, found, reds)}${list}${paging(visit, view, found)}</div></div>`
  return visit.page({ title: visit.t("nav.library"), place: "library", scripts: ["list.js"], status, body })
}

/** What leaves by an export of all that was found; asked for only where the library holds any. */
async function redsOf({ search }: LibraryPageParts, view: View, { markings }: Around["tallies"]): Promise<Reds> {
  const held = markings.find(({ value }) => value === "red")?.objects ?? 0
  const left = view.markings.length > 0 && !view.markings.includes("red")
  if (held === 0 || left) return { total: 0, isLeast: false }
  const { total, totalIsLeast } = await search.find({ ...queryOf({ ...view, after: null }, 1), markings: ["red"] })
  return { total, isLeast: totalIsLeast }
}

function ignoredNote({ t, format }: Visit, ignored: readonly Ignored[]): Html {
  if (ignored.length === 0) return nothing
  const what = ignored.map(({ name, value }) => `${name}=${visibleText(value)}`)
  return notice(t("library.ignored", { what: format.list(what) }), "warning")
}

function bar(visit: Visit, { search }: LibraryPageParts, view: View, found: Found, reds: Reds): Html {
  const { t, format } = visit
  const { total, totalIsLeast, behind, sortedAmong } = found
  const count =
    total === 1 ? t("library.count-one") : t("library.count", { count: countText(visit, total, totalIsLeast) })
  const { rebuilding } = search.state()
  const trailing = rebuilding ? t("library.rebuilding") : t("library.behind", { count: format.number(behind) })
  const late = behind === 0 && !rebuilding ? nothing : html`<span class="quiet" role="status">${trailing}</span>`
  const among =
    sortedAmong === null
      ? nothing
      : html`<span class="quiet">${t("library.among", { count: format.number(sortedAmong) })}</span>`
  return html`<div class="bar"><strong>${count}</strong>${among}${late}${total === 0 ? nothing : exportMenu(visit, view, found, reds)}</div>`
}

/** An empty library wants an import; an empty answer wants another question. */
function emptyList(visit: Visit, view: View, objects: number): Html {
  const { t } = visit
  if (objects > 0 || isNarrowed(view)) {
    return emptyState(t("library.none"), {
      href: hrefOf(view, { ...NOTHING_CHOSEN, text: "" }),
      label: t("library.clear"),
    })
  }
  if (!visit.may("role:analyst")) return emptyState(t("library.empty-reader"))
  return emptyState(t("library.empty"), { href: "/share/import", label: t("library.import") })
}

const NOTHING_CHOSEN: Partial<View> = {
  ...{ types: [], markings: [], origins: [], collections: [], from: null, to: null, revoked: "any" },
}

function paging({ t }: Visit, view: View, { next, previous }: Found): Html {
  if (next === null && previous === null) return nothing
  const link = (after: string | null, label: string, rel: "next" | "prev") =>
    after === null ? nothing : html`<a class="button" rel="${rel}" href="${hrefOf(view, { after })}">${label}</a>`
  const start = previous === null ? nothing : html`<a href="${hrefOf(view)}">${t("library.start")}</a>`
  return html`<nav class="paging" aria-label="${t("library.paging")}">${link(previous, t("library.previous"), "prev")}${link(next, t("library.next"), "next")}${start}</nav>`
}

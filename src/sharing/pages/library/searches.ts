import type { Visit } from "../../../accounts/index.ts"
import {
  actions,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  nothing,
  type Reply,
  section,
  table,
  visible,
} from "../../../http/index.ts"
import { NAME_MOST, type SavedSearch } from "../../saved-searches.ts"
import { type Called, chips } from "./filters.ts"
import { addressOf, hrefOf, isNarrowed, parseView, type View } from "./view.ts"

export const SEARCHES = "/share/library/searches"

/** So many stand beside the library; the others on a page of their own. */
const BESIDE_MOST = 8

/** The view that an address which was saved once means today. */
export function viewOf({ address }: Pick<SavedSearch, "address">): View {
  return parseView(new URLSearchParams(address)).view
}

type Aside = { view: View; saved: readonly SavedSearch[]; given: Given; faults: Faults }

export function savedAside(visit: Visit, { view, saved, given, faults }: Aside): Html {
  const { t, format } = visit
  const now = addressOf({ ...view, after: null })
  const shown = inOrder(visit, saved).slice(0, BESIDE_MOST)
  const items = shown.map((search) => {
    const current = addressOf(viewOf(search)) === now ? html` aria-current="true"` : nothing
    return html`<li><a href="${hrefOf(viewOf(search))}"${current}>${visible(search.name)}</a></li>`
  })
  const all = html`<p><a href="${SEARCHES}">${t("library.saved-all", { count: format.number(saved.length) })}</a></p>`
  const list =
    saved.length === 0 ? html`<p class="quiet">${t("library.saved-none")}</p>` : html`<ul>${items}</ul>${all}`
  const open = "name" in faults ? html` open` : nothing
  const known = items.length > 0 && saved.some((search) => addressOf(viewOf(search)) === now)
  const form = isNarrowed(view) && (!known || open !== nothing) ? saveForm(visit, now, given, faults) : nothing
  const match = visit.may("role:analyst") ? html`<p>${matchLink(visit, now)}</p>` : nothing
  return html`<details class="aside" id="saved"${open}><summary>${t("library.saved")}</summary><h2>${t("library.saved")}</h2>${list}${form}${match}</details>`
}

/** To find out with a partner what of it both have. */
function matchLink({ t }: Visit, address: string): Html {
  return html`<a href="/find/match/lists/new?${String(new URLSearchParams({ found: address }))}">${t("library.match")}</a>`
}

function saveForm({ t }: Visit, address: string, given: Given, faults: Faults): Html {
  const name = inputField(
    { t, given, faults },
    { name: "name", label: t("library.save-as"), most: NAME_MOST, autocomplete: "off" },
  )
  return html`<form method="post" action="${SEARCHES}"><input type="hidden" name="view" value="${address}">${name}<button>${t("library.save")}</button></form>`
}

function inOrder({ format }: Visit, saved: readonly SavedSearch[]): SavedSearch[] {
  return saved.toSorted((a, b) => format.compare(a.name, b.name))
}

export function searchesPage(visit: Visit, saved: readonly SavedSearch[], called: Called): Reply {
  const { t, format } = visit
  const rows = inOrder(visit, saved)
  const list = table<SavedSearch>({
    caption: t("library.saved"),
    rows,
    empty: emptyState(t("library.saved-none"), { href: "/share/library", label: t("library.open") }),
    columns: [
      {
        label: t("library.name"),
        kind: "name",
        cell: (search) => html`<a href="${hrefOf(viewOf(search))}">${visible(search.name)}</a>`,
      },
      { label: t("library.looks-for"), wide: true, cell: (search) => inWords(visit, viewOf(search), called) },
      { label: t("library.saved-at"), kind: "quiet", wide: true, cell: ({ savedAt }) => format.date(savedAt) },
      { label: t("library.change"), cell: ({ id }) => html`<a href="${SEARCHES}/${id}">${t("library.change")}</a>` },
    ],
  })
  const back = html`<p><a href="/share/library">${t("library.back")}</a></p>`
  return visit.page({ title: t("library.saved"), place: "library", body: html`${back}${list}` })
}

function inWords(visit: Visit, view: View, called: Called): Html[] {
  return chips(visit, view, called).map(
    ({ name, value }) => html`<span class="chip"><span class="quiet">${name}</span> ${value}</span>`,
  )
}

export type Change = { search: SavedSearch; called: Called; given: Given; faults: Faults }

/** Renaming and deleting; what it looks for cannot be changed: another view is saved under another name. */
export function searchPage(visit: Visit, { search, called, given, faults }: Change): Reply {
  const { t } = visit
  const path = `${SEARCHES}/${search.id}`
  const out = { href: SEARCHES, label: t("library.back-to-saved") }
  const name = inputField(
    { t, given, faults },
    { name: "name", label: t("library.name"), value: search.name, most: NAME_MOST, autocomplete: "off" },
  )
  const body = html`${errorSummary(t, faults)}<div class="decision"><p>${inWords(visit, viewOf(search), called)}</p>${visit.may("role:analyst") ? html`<p>${matchLink(visit, addressOf({ ...viewOf(search), after: null }))}</p>` : nothing}
<form method="post" action="${path}">${name}${actions(t("library.rename"), out)}</form>
${section(t("library.delete-title"), html`<p>${t("library.delete-hint")}</p><form method="post" action="${path}/delete">${actions(t("library.delete"), undefined, "danger")}</form>`)}</div>`
  const status = Object.keys(faults).length === 0 ? 200 : 400
  return visit.page({ title: search.name, heading: visible(search.name), place: "library", status, body })
}

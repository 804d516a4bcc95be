import { z } from "zod"
import type { PageRoute, Visit } from "../../../accounts/index.ts"
import { type Fault, type Reply, reply } from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { formatInstant } from "../../../kernel/time.ts"
import { listCollections, type Search } from "../../../library/index.ts"
import type { Store } from "../../../store/index.ts"
import { deleteSearch, NAME_MOST, renameSearch, savedSearch, savedSearches, saveSearch } from "../../saved-searches.ts"
import { EXPORT_MOST, type Selection, Selections } from "../../selection.ts"
import { partnersOf } from "../partners.ts"
import type { Called } from "./filters.ts"
import { type LibraryPageParts, libraryPage } from "./page.ts"
import { SEARCHES, searchesPage, searchPage } from "./searches.ts"
import { addressOf, everything, hrefOf, parseView, queryOf } from "./view.ts"

const LIBRARY = "/share/library"

/** Looking for objects, taking them along as a file, keeping searches. */
export function libraryPages(given: { store: Store; search: Search; database: string }): PageRoute[] {
  const { store, search, database } = given
  const parts: LibraryPageParts = { store, search, selections: new Selections({ store, database }) }
  const row = (method: "GET" | "POST", path: string, handle: (visit: Visit) => Promise<Reply>): PageRoute => ({
    ...{ method, path, who: "role:reader", handle },
  })
  return [
    row("GET", LIBRARY, (visit) => libraryPage(parts, visit, parseView(visit.ask.query))),
    row("GET", `${LIBRARY}/export`, (visit) => exportFound(parts, visit)),
    row("POST", `${LIBRARY}/export`, (visit) => exportTicked(parts, visit)),
    row("GET", SEARCHES, (visit) => showSearches(parts, visit)),
    row("POST", SEARCHES, (visit) => save(parts, visit)),
    row("GET", `${SEARCHES}/:id`, (visit) => showSearch(parts, visit)),
    row("POST", `${SEARCHES}/:id`, (visit) => rename(parts, visit)),
    row("POST", `${SEARCHES}/:id/delete`, (visit) => remove(parts, visit)),
  ]
}

const Format = z.enum(["stix", "csv"])

/** What a page's form says of the view that it stands in. */
const ViewField = z
  .string()
  .max(8000)
  .default("")
  .transform((address) => parseView(new URLSearchParams(address)).view)

async function exportFound({ search, selections }: LibraryPageParts, visit: Visit): Promise<Reply> {
  const { view, ignored } = parseView(visit.ask.query)
  const format = Format.safeParse(visit.ask.query.get("format"))
  if (!format.success) return visit.redirect(LIBRARY)
  if (ignored.length > 0) return visit.redirect(`${LIBRARY}?${withoutFormat(visit.ask.query)}`) // says what
  const { keys } = await search.keys(queryOf({ ...view, after: null }, 1), EXPORT_MOST)
  return download(selections, visit, { keys, format: format.data })
}

function withoutFormat(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([name]) => name !== "format"))
}

const Ticked = z.object({ "id[]": z.array(z.string().max(300)).default([]), format: Format, view: ViewField })

async function exportTicked(parts: LibraryPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Ticked)
  const view = form.ok ? form.value.view : everything
  const ids = form.ok ? form.value["id[]"] : []
  const hits = await parts.search.names(ids)
  const keys = [...new Set(ids.flatMap((id) => hits.get(id)?.key ?? []))]
  if (form.ok && keys.length > 0) return download(parts.selections, visit, { keys, format: form.value.format })
  return libraryPage(parts, visit, { view, faults: { "": { key: "library.tick-one" } }, status: 400 })
}

async function download(selections: Selections, visit: Visit, selection: Selection): Promise<Reply> {
  const stream = await selections.export(visit.person(), selection)
  const stamp = formatInstant(visit.now).replaceAll(/[-:]|\.\d+/g, "")
  const [type, ending] =
    selection.format === "stix" ? ["application/stix+json;version=2.1", "json"] : ["text/csv; charset=utf-8", "csv"]
  return {
    ...reply(type, "", 200, {
      "content-disposition": `attachment; filename="comity-library-${stamp}.${ending}"`,
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "no-store",
    }),
    stream,
  }
}

const Name = z.string().trim().min(1).max(NAME_MOST)
const Save = z.object({ name: Name, view: ViewField })

async function save(parts: LibraryPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Save)
  const { given } = form
  const view = parseView(new URLSearchParams(given.view?.[0] ?? "")).view
  if (!form.ok) return libraryPage(parts, visit, { view, given, faults: form.faults, status: 400 })
  try {
    const address = addressOf({ ...view, after: null })
    await saveSearch(parts.store, visit.person().account, { name: form.value.name, address })
  } catch (error) {
    return libraryPage(parts, visit, { view, given, faults: { name: nameFault(error) }, status: 400 })
  }
  return visit.redirect(hrefOf(view))
}

const NAME_FAULTS: Readonly<Record<string, string>> = {
  "search.exists": "error.search.exists",
  "search.too-many": "error.search.too-many",
  "search.too-long": "error.search.too-long",
}

/** What is wrong with a name is said beside it; everything else goes on being an error. */
function nameFault(error: unknown): Fault {
  const key = error instanceof ComityError ? NAME_FAULTS[error.code] : undefined
  if (!(error instanceof ComityError) || key === undefined) throw error
  return { key, values: error.details }
}

async function calledIn(store: Store): Promise<Called> {
  return { collections: await listCollections(store), partners: await partnersOf(store) }
}

async function showSearches({ store }: LibraryPageParts, visit: Visit): Promise<Reply> {
  return searchesPage(visit, await savedSearches(store, visit.person().account), await calledIn(store))
}

async function showSearch({ store }: LibraryPageParts, visit: Visit): Promise<Reply> {
  const search = await savedSearch(store, visit.person().account, idOf(visit))
  return searchPage(visit, { search, called: await calledIn(store), given: {}, faults: {} })
}

async function rename({ store }: LibraryPageParts, visit: Visit): Promise<Reply> {
  const { account } = visit.person()
  const search = await savedSearch(store, account, idOf(visit))
  const form = await visit.form(z.object({ name: Name }))
  const { given } = form
  const called = await calledIn(store)
  if (!form.ok) return searchPage(visit, { search, called, given, faults: form.faults })
  try {
    await renameSearch(store, account, search.id, form.value.name)
  } catch (error) {
    return searchPage(visit, { search, called, given, faults: { name: nameFault(error) } })
  }
  return visit.redirect(SEARCHES)
}

async function remove({ store }: LibraryPageParts, visit: Visit): Promise<Reply> {
  await deleteSearch(store, visit.person().account, idOf(visit))
  return visit.redirect(SEARCHES)
}

function idOf({ ask }: Visit): string {
  return ask.params.id ?? ""
}

import type { PageRoute, Visit } from "../../../accounts/index.ts"
import { html, type Reply } from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { listVersions, loadNewest, loadVersion, type ObjectVersion, recallsOf } from "../../../library/index.ts"
import { isTabled } from "../../release/tabled.ts"
import { partnersOf } from "../partners.ts"
import { gather, idsIn, type ObjectParts } from "./gathering.ts"
import { namedByLabel, namingPageShown } from "./naming.ts"
import { objectPage, showingFor } from "./page.ts"
import { relationPageShown, relationWord } from "./relating.ts"
import { recalledPage } from "./shared.ts"
import { rawReply, sourcePage } from "./source.ts"
import { titleOf } from "./title.ts"
import { differencesPage, VERSIONS_ON_PAGE, versionsPage } from "./versions.ts"

const PATH = "/share/objects/:id"

/** The pages of one object: what it says, its versions and how they differ, its relationships, its bytes. */
export function objectPages(parts: ObjectParts): PageRoute[] {
  const page = (path: string, handle: (visit: Visit, id: string) => Promise<Reply>): PageRoute => ({
    ...{ method: "GET", path: `${PATH}${path}`, who: "role:reader" },
    handle: (visit) => handle(visit, visit.ask.params.id ?? ""),
  })
  return [
    page("", async (visit, id) => {
      const word = visit.ask.query.get("relations")
      if (word !== null) return relationsOfWord(parts, visit, id, word)
      const label = visit.ask.query.get("named")
      if (label !== null) return namingObjects(parts, visit, id, label)
      return readable(parts, visit, id)
    }),
    page("/versions", (visit, id) => allVersions(parts, visit, id)),
    page("/versions/:a/:b", (visit, id) => difference(parts, visit, id)),
    page("/source", async (visit, id) => visit.page(sourcePage(visit, await asked(parts, visit, id)))),
    page("/raw", async (visit, id) => rawReply(await asked(parts, visit, id))),
  ]
}

/** The object, or if none of it is left to be read since its owner recalled it: that. */
async function readable(parts: ObjectParts, visit: Visit, id: string): Promise<Reply> {
  try {
    const gathered = await gather(parts, id, keyIn(visit.ask.query.get("version")), visit.now)
    const tabled = isTabled(gathered.shown) ? await parts.tabled?.(visit, gathered.shown) : null
    return visit.page(objectPage(visit, gathered, tabled ?? null))
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "object.not-held") throw error
    const recalls = await recallsOf(parts.reader, id)
    if (recalls.length === 0) throw error
    return visit.page(recalledPage(visit, id, recalls, await partnersOf(parts.reader)))
  }
}

/** Key of a version as an address names it; null if none is asked for. No version has a key that is no number. */
function keyIn(text: string | null | undefined): number | null {
  if (text == null) return null
  if (!/^\d{1,15}$/.test(text)) throw new ComityError("not-found", "object.not-held")
  return Number(text)
}

function asked({ reader }: ObjectParts, visit: Visit, id: string): Promise<ObjectVersion> {
  const key = keyIn(visit.ask.query.get("version"))
  return key === null ? loadNewest(reader, id) : loadVersion(reader, id, key)
}

async function allVersions({ reader }: ObjectParts, visit: Visit, id: string): Promise<Reply> {
  const offset = keyIn(visit.ask.query.get("from")) ?? 0
  const [newest, list] = await Promise.all([
    loadNewest(reader, id),
    listVersions(reader, id, { limit: VERSIONS_ON_PAGE, offset }),
  ])
  return visit.page(versionsPage(visit, newest, { ...list, offset }))
}

async function difference({ reader, search }: ObjectParts, visit: Visit, id: string): Promise<Reply> {
  const { a, b } = visit.ask.params
  const [before, now] = await Promise.all([
    loadVersion(reader, id, keyIn(a ?? "") ?? 0),
    loadVersion(reader, id, keyIn(b ?? "") ?? 0),
  ])
  const names = await search.names([...idsIn(before.object), ...idsIn(now.object)])
  return visit.page(differencesPage(visit, before, now, names))
}

const OBJECTS_ON_PAGE = 60

async function relationsOfWord(parts: ObjectParts, visit: Visit, id: string, word: string): Promise<Reply> {
  const { query } = visit.ask
  const outward = query.get("direction") !== "in"
  const newest = await loadNewest(parts.reader, id)
  const after = keyIn(query.get("after"))
  const wanted = { id, word: word.slice(0, 250), outward, limit: OBJECTS_ON_PAGE, after }
  const [page, names] = await Promise.all([parts.search.relationPage(wanted), parts.search.names(idsIn(newest.object))])
  const title = titleOf(visit.t, newest.type, newest.object, names)
  const heading = html`${title.heading} <span class="quiet">${relationWord(visit.t, word, outward)}</span>`
  const body = relationPageShown(showingFor(visit, names), { id, word, outward }, page)
  return visit.page({ title: title.text, heading, place: "library", body })
}

async function namingObjects(parts: ObjectParts, visit: Visit, id: string, label: string): Promise<Reply> {
  const newest = await loadNewest(parts.reader, id)
  const after = keyIn(visit.ask.query.get("after"))
  const wanted = { labels: [label.slice(0, 250)], limit: OBJECTS_ON_PAGE, after }
  const [page, names] = await Promise.all([
    parts.search.referring(id, wanted),
    parts.search.names(idsIn(newest.object)),
  ])
  const title = titleOf(visit.t, newest.type, newest.object, names)
  const heading = html`${title.heading} <span class="quiet">${namedByLabel(visit.t, label)}</span>`
  const body = namingPageShown(showingFor(visit, names), id, label, page)
  return visit.page({ title: title.text, heading, place: "library", body })
}

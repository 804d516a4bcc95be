import type { PageRoute, Visit } from "../accounts/index.ts"
import { languages, type Reply, reply, visibleText } from "../http/index.ts"
import type { Hit, Search } from "../library/index.ts"
import { nameText, objectPath, typeWord } from "../sharing/index.ts"

/** One line of the palette: a page, or something that is done by sending a form. Text only. */
export type Entry = { label: string; hint: string; href: string }
export type Action = { label: string; path: string; fields: Readonly<Record<string, string>> }

/** What the palette offers; every word of it comes from here. */
export type Offered = {
  words: { title: string; field: string; pages: string; actions: string; objects: string; none: string }
  pages: Entry[]
  actions: Action[]
  objects: Entry[]
}

const OBJECTS_MOST = 8
/** Those whose names fit best are picked among so many of the newest. */
const AMONG = 50
export const QUERY_MOST = 200

/** What `Ctrl-K` opens, in the viewer's language: only what this viewer may open. */
export function palettePages({ search }: { search: Search }): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/palette.json", who: "person", enrolling: true },
      handle: (visit) => answer(search, visit),
    },
  ]
}

async function answer(search: Search, visit: Visit): Promise<Reply> {
  const { t } = visit
  const text = (visit.ask.query.get("q") ?? "").trim().slice(0, QUERY_MOST)
  const offered: Offered = {
    words: {
      title: t("palette.title"),
      field: t("palette.field"),
      pages: t("palette.pages"),
      actions: t("palette.actions"),
      objects: t("palette.objects"),
      none: t("palette.none"),
    },
    pages: pagesFor(visit),
    actions: actionsFor(visit),
    objects: visit.may("role:reader") && isWorthLooking(text) ? await objectsFor(search, visit, text) : [],
  }
  return reply("application/json", JSON.stringify(offered), 200, { "cache-control": "no-store" })
}

function pagesFor(visit: Visit): Entry[] {
  const { t, viewer } = visit
  const places = viewer.sections.flatMap(({ key: section, pages }) =>
    pages.map(({ key, href }) => ({ label: t(`nav.${key}`), hint: key === section ? "" : t(`nav.${section}`), href })),
  )
  return [...places, ...beginnings(visit), { label: t("nav.account"), hint: "", href: "/account" }]
}

/** What is begun often and stands in no rail. */
function beginnings({ t, viewer, may }: Visit): Entry[] {
  if (!viewer.sections.some(({ pages }) => pages.some(({ key }) => key === "match"))) return []
  const hint = t("nav.match")
  const lists = [
    { label: t("match.lists"), hint, href: "/find/match/lists" },
    { label: t("match-ask.title"), hint, href: "/find/match/ask" },
    { label: t("match-answers.title"), hint, href: "/find/match/answers" },
    { label: t("match-know.list"), hint, href: "/find/match/knowing" },
    { label: t("match-desk.title"), hint, href: "/find/match/desks" },
  ]
  const propose = may("role:analyst") ? [{ label: t("match.propose"), hint, href: "/find/match/new" }] : []
  return [...lists, ...propose]
}

function actionsFor({ t, viewer }: Visit): Action[] {
  const others = languages.filter((one) => one !== viewer.language)
  const themes = (["light", "dark", null] as const).filter((one) => one !== viewer.theme).map((one) => one ?? "system")
  return [
    ...others.map((language) => ({
      label: t("palette.language", { language: t(`language.${language}`) }),
      path: "/preferences",
      fields: { language },
    })),
    ...themes.map((theme) => ({
      label: t("palette.theme", { theme: t(`theme.${theme}`) }),
      path: "/preferences",
      fields: { theme },
    })),
    { label: t("frame.sign-out"), path: "/sign-out", fields: {} },
  ]
}

/** One letter fits half of a library; one Chinese character is a word. */
function isWorthLooking(text: string): boolean {
  return [...text].length >= 2 || /\p{Script=Han}/u.test(text)
}

async function objectsFor(search: Search, { t }: Visit, text: string): Promise<Entry[]> {
  const { hits } = await search.find({
    ...{ text, types: [], markings: [], origins: [], collections: [], from: null, to: null },
    ...{ revoked: "any", sort: "newest", after: null, limit: AMONG },
  })
  const nearest = hits.toSorted((a, b) => distance(a, text) - distance(b, text)).slice(0, OBJECTS_MOST)
  const found = nearest.map((hit) => ({
    label: nameText(t, hit),
    hint: typeWord(t, hit.type),
    href: objectPath(hit.id),
  }))
  const all = { label: t("palette.all", { text: visibleText(text) }), hint: "", href: libraryPath(text) }
  return [...found, all]
}

/** What is called as it was typed comes before what begins like that, this before what holds it or only mentions it. */
function distance({ name }: Hit, text: string): number {
  const at = name?.toLowerCase().indexOf(text.toLowerCase()) ?? -1
  if (at < 0) return 3
  return at > 0 ? 2 : Number(name?.length !== text.length)
}

/** The library's list of what fits. */
export function libraryPath(text: string): string {
  return text === "" ? "/share/library" : `/share/library?${new URLSearchParams({ q: text })}`
}

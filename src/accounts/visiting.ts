import type { z } from "zod"
import {
  type Ask,
  cookie,
  type Form,
  type Format,
  formatOf,
  html,
  type Language,
  languages,
  notice,
  type PageContent,
  type PageWho,
  type Place,
  packed,
  pageReply,
  pickLanguage,
  type Reply,
  type Row,
  readCookies,
  readForm,
  reply,
  type Section,
  type Site,
  sentence,
  statusOf,
  type Theme,
  type Translate,
  translator,
  type Viewer,
} from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { newUuid } from "../kernel/ids.ts"
import type { Clock, Instant } from "../kernel/time.ts"
import { mayAs, type Person, type SignedIn } from "./model.ts"
import type { Refusals } from "./refusals.ts"
import type { Sessions } from "./sessions.ts"

/** One row of the table of pages, before its guard. */
export type PageRoute = {
  method: "GET" | "POST"
  path: string
  who: PageWho
  /** The person must have proven within the last ten minutes who it is. */
  stepUp?: boolean
  /** Open to somebody who signed in but has no second factor yet. */
  enrolling?: boolean
  handle(visit: Visit): Promise<Reply>
}

/** A place in the navigation, shown to whom its page is open. */
export type PlaceFor = Place & { who: PageWho }
export type SectionFor = Omit<Section, "pages"> & { pages: readonly PlaceFor[] }

export type Visiting = {
  site: Site
  sessions: Sessions
  refusals: Refusals
  clock: Clock
  navigation: readonly SectionFor[]
  /** Name of the own party; empty before it is set up. */
  party(): Promise<string>
  /** What instruments are called by the facts of law that count here, in a language, by their ids. */
  instruments(): Promise<Instruments>
}

export type Instruments = (language: Language) => ReadonlyMap<string, string>

/** One request for a page, after its guard. */
export type Visit = {
  ask: Ask<undefined>
  viewer: Viewer
  t: Translate
  format: Format
  now: Instant
  site: Site
  signedIn: SignedIn | null
  /** What the viewer's language calls an instrument; its id where this node's facts know none by it. */
  instrument(id: string): string
  instruments: Instruments
  /** Who signed in; throws on a route that visitors may call. */
  person(): Person
  may(who: PageWho): boolean
  page(content: PageContent): Reply
  form<Value>(schema: z.ZodType<Value>): Promise<Form<Value>>
  /** To another page of this node, by GET. */
  redirect(path: string, cookies?: readonly string[]): Reply
}

/** How long a proof of who one is opens sensitive acts. */
export const STEP_UP_MICROSECONDS = 10 * 60 * 1_000_000
const PREFERENCES_S = 365 * 86_400

/** Pages behind their guard. */
export function pageRows(routes: readonly PageRoute[], parts: Visiting): Row[] {
  return routes.map((route) => ({
    ...{ method: route.method, path: route.path, who: route.who, stepUp: route.stepUp === true },
    answer: async (ask) => packed(await answer(route, parts, ask), ask.header("accept-encoding")),
    refuse: (error, ask) => errorPage(parts, error, ask),
  }))
}

async function answer(route: PageRoute, parts: Visiting, ask: Ask<undefined>): Promise<Reply> {
  parts.site.check(ask)
  const elsewhere = ask.method === "GET" ? parts.site.elsewhere(ask) : null
  if (elsewhere !== null) return reply("text/plain", "", 302, { location: elsewhere, "cache-control": "no-store" })
  const visit = await visitOf(parts, ask)
  await admit(route, parts, visit)
  return route.handle(visit)
}

/** Throws `unauthenticated session.missing`, `refused session.enrol`, `refused session.role`, `refused session.step-up`. */
async function admit({ who, path, method, stepUp, enrolling }: PageRoute, parts: Visiting, visit: Visit) {
  if (who === "visitor") return
  const { signedIn, now } = visit
  if (signedIn === null) throw new ComityError("unauthenticated", "session.missing")
  if (signedIn.state === "enrolling" && enrolling !== true) throw new ComityError("refused", "session.enrol")
  if (!visit.may(who)) {
    await parts.refusals.note(signedIn.person.commitment, `${method} ${path}`)
    throw new ComityError("refused", "session.role", { role: who.replace("role:", "") })
  }
  if (stepUp === true && now - signedIn.provenAt > STEP_UP_MICROSECONDS) {
    throw new ComityError("refused", "session.step-up")
  }
}

async function visitOf(parts: Visiting, ask: Ask<undefined>): Promise<Visit> {
  const { site, clock } = parts
  const jar = readCookies(ask.header("cookie"))
  const signedIn = await parts.sessions.find(jar.get(site.cookies.session))
  const [viewer, instruments] = [await viewerOf(parts, ask, signedIn), await parts.instruments()]
  return {
    ...{ ask, viewer, site, signedIn, t: viewer.t, format: viewer.format, now: clock.now(), instruments },
    instrument: (id) => instruments(viewer.language).get(id) ?? id,
    person() {
      if (signedIn === null) throw new Error("the table of routes lets visitors call this")
      return signedIn.person
    },
    may: (who) => isOpen(who, signedIn),
    page: (content) => pageReply(viewer, content),
    form: (schema) => readForm(ask, schema, signedIn === null ? "visitor" : "person"),
    redirect: (path, cookies = []) => redirectTo(path, cookies),
  }
}

function isOpen(who: PageWho, signedIn: SignedIn | null): boolean {
  if (who === "visitor") return true
  if (signedIn === null) return false
  if (who === "person") return true
  return signedIn.state === "full" && mayAs(signedIn.person, who.slice("role:".length) as Parameters<typeof mayAs>[1])
}

function redirectTo(path: string, cookies: readonly string[]): Reply {
  if (!isLocalPath(path)) throw new Error("a redirect leaves the node")
  return { ...reply("text/plain", "", 303, { location: path, "cache-control": "no-store" }), cookies }
}

/** A path of this node: not `//elsewhere`, no backslash that browsers read as a slash, nothing unseen. */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) && path.length <= 2000
}

/** The wanted page of a form or address, or the start page if it names none of ours. */
export function localPath(wanted: string | null | undefined): string {
  return wanted != null && isLocalPath(wanted) ? wanted : "/"
}

async function viewerOf(parts: Visiting, ask: Ask<undefined>, signedIn: SignedIn | null): Promise<Viewer> {
  const wishes = preferencesOf(parts, ask)
  const person = signedIn?.person ?? null
  const language =
    person?.language ?? wishes.language ?? pickLanguage(ask.header("accept-language")?.slice(0, 500) ?? "")
  const t = translator(language)
  const sections = parts.navigation.map(({ pages, ...section }) => ({
    ...section,
    pages: pages.filter(({ who }) => isOpen(who, signedIn)).map(({ key, href }) => ({ key, href })),
  }))
  return {
    ...{ language, t, theme: person?.theme ?? wishes.theme, format: formatOf(language, wishes.zone) },
    person: person === null ? null : { name: person.name, roles: roleNames(t, person) },
    sections: signedIn?.state === "full" ? sections.filter(({ pages }) => pages.length > 0) : [],
    party: await parts.party(),
    path: localPath(ask.incoming.url),
    preferencesCookie: parts.site.cookies.preferences,
  }
}

function roleNames(t: Translate, { role, administrator }: Person): string[] {
  return [...(role === null ? [] : [t(`role.${role}`)]), ...(administrator ? [t("role.administrator")] : [])]
}

type Preferences = { language: Language | null; theme: Theme | null; zone: string }

/** `language~theme~zone`; the zone is noted by the browser's script, so that times are right from the server on. */
function preferencesOf({ site }: Visiting, ask: Ask<unknown>): Preferences {
  const value = readCookies(ask.header("cookie")).get(site.cookies.preferences) ?? ""
  const [language, theme, zone = ""] = value.split("~")
  return {
    language: languages.find((one) => one === language) ?? null,
    theme: theme === "light" || theme === "dark" ? theme : null,
    zone: zone.length > 0 ? zone : "UTC",
  }
}

/** The cookie that keeps a visitor's wishes; `zone` stays as the browser told it. */
export function preferencesCookie(visit: Visit, parts: Visiting, change: Partial<Omit<Preferences, "zone">>): string {
  const { language, theme, zone } = { ...preferencesOf(parts, visit.ask), ...change }
  const { secure, cookies } = visit.site
  const value = `${language ?? ""}~${theme ?? ""}~${/^[\w+\-/]{1,64}$/.test(zone) ? zone : ""}`
  return cookie(cookies.preferences, value, { seconds: PREFERENCES_S, secure, script: true })
}

/** What happened, what is safe, what to do now, a code to quote; or the page where the way goes on. */
export async function errorPage(parts: Visiting, error: unknown, ask: Ask<undefined> | null): Promise<Reply> {
  const code = error instanceof ComityError ? error.code : "internal"
  if (ask?.method === "GET" || ask?.method === "HEAD") {
    const to = encodeURIComponent(localPath(ask.incoming.url))
    if (code === "session.missing") return redirectTo(`/sign-in?to=${to}`, [])
    if (code === "session.step-up") return redirectTo(`/step-up?to=${to}`, [])
    if (code === "session.enrol") return redirectTo("/account/enrol", [])
  }
  if (ask !== null && code === "session.step-up") return redirectTo(`/step-up?again&to=${formOf(ask)}`, [])
  const status = error instanceof ComityError ? statusOf(error.kind) : 500
  const id = newUuid()
  const viewer = ask === null ? null : await viewerAfter(parts, ask)
  if (viewer === null) return reply("text/plain; charset=utf-8", `${sentence(error, "en")}\n`, status)
  const { t, language } = viewer
  const seconds = error instanceof ComityError ? error.details.seconds : undefined
  const page = pageReply(viewer, {
    title: t(status === 404 ? "fault.not-found" : "fault.title"),
    status,
    bare: viewer.person === null,
    body: html`${notice(sentence(error, language), "warning")}<p>${t(status >= 500 ? "fault.safe" : "fault.nothing-changed")}</p>
<p class="actions"><a class="button" href="/">${t("fault.home")}</a></p><p class="quiet">${t("fault.code", { code, id })}</p>`,
  })
  const headers = seconds === undefined ? page.headers : { ...page.headers, "retry-after": String(seconds) }
  return { ...page, headers, id }
}

/** The page whose form was sent: there it can be sent again. */
function formOf(ask: Ask<undefined>): string {
  const from = URL.parse(ask.header("referer") ?? "")
  return encodeURIComponent(localPath(from === null ? null : from.pathname + from.search))
}

/** Who looks at an error may be unknown for the very reason that there is one. */
async function viewerAfter(parts: Visiting, ask: Ask<undefined>): Promise<Viewer | null> {
  try {
    const jar = readCookies(ask.header("cookie"))
    return await viewerOf(parts, ask, await parts.sessions.find(jar.get(parts.site.cookies.session)))
  } catch {
    return null
  }
}

import { type Asset, asset } from "./assets.ts"
import type { Format } from "./format.ts"
import { type Html, html, nothing, type Piece } from "./html.ts"
import { type IconName, icon } from "./icons.ts"
import { type Language, languages, type Translate } from "./locale.ts"
import { type Reply, reply } from "./reply.ts"
import { visible } from "./visible.ts"

export type Theme = "light" | "dark"

/** A page in the navigation; `who` may see it by its route's row in the table. */
export type Place = { key: string; href: string }

/** One of the five verbs, or what stands beside them; it appears when it has a page that the viewer may open. */
export type Section = { key: string; icon: IconName; pages: readonly Place[] }

/** Who looks, and how they want it; what every page of a request shares. */
export type Viewer = {
  language: Language
  theme: Theme | null
  t: Translate
  format: Format
  /** Null for somebody who did not sign in. */
  person: { name: string; roles: readonly string[] } | null
  /** Only what this viewer may open. */
  sections: readonly Section[]
  /** Name of the own party; empty before it is set up. */
  party: string
  /** Address of this page, for the way back. */
  path: string
  /** Name of the cookie in which the browser's script notes the time zone. */
  preferencesCookie: string
}

export type PageContent = {
  /** Text; also the document's title. */
  title: string
  /** Stands where the title would, if a thing's name from outside needs marks. */
  heading?: Html
  /** State in words beside the title. */
  state?: Html
  /** Key of the place in the navigation. */
  place?: string
  body: Html
  /** Scripts of `web/scripts` that this page needs beside the frame's. */
  scripts?: readonly Asset[]
  status?: number
  /** Without navigation: setting up, signing in, what is printed. */
  bare?: boolean
}

/** No inline script or style, nothing from elsewhere, in nobody's frame. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  vary: "cookie, accept-language",
}

/** A whole page in the frame. */
export function pageReply(viewer: Viewer, content: PageContent): Reply {
  return reply("text/html; charset=utf-8", String(documentOf(viewer, content)), content.status ?? 200, PAGE_HEADERS)
}

function documentOf(viewer: Viewer, content: PageContent): Html {
  const { t, language, theme } = viewer
  const title = content.title === t("frame.name") ? content.title : `${content.title} · ${t("frame.name")}`
  const scripts: Asset[] = ["frame.js", ...(content.scripts ?? [])]
  return html`<!doctype html>
<html lang="${language}" dir="${t("frame.direction")}"${theme === null ? nothing : html` data-theme="${theme}"`} data-preferences="${viewer.preferencesCookie}" data-palette="${asset("palette.js")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${asset("icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${asset("style.css")}">
${scripts.map((name) => html`<script type="module" src="${asset(name)}"></script>`)}
</head>
<body${content.bare === true ? html` class="bare"` : nothing}>
<a class="skip" href="#content">${t("frame.skip")}</a>
${topBar(viewer, content)}
${content.bare === true ? nothing : rail(viewer, content.place)}
<main id="content" tabindex="-1">
${content.bare === true ? nothing : beside(viewer, content.place)}
<header class="title"><h1>${content.heading ?? content.title}</h1>${content.state ?? nothing}</header>
${content.body}
</main>
${footer(viewer)}
${keysDialog(viewer)}
</body>
</html>
`
}

function topBar(viewer: Viewer, { bare }: PageContent): Html {
  const { t, person } = viewer
  const search = html`<form class="search" role="search" action="/search" method="get">
<label class="unseen" for="global-search">${t("frame.search")}</label>
<input id="global-search" type="search" name="q" autocomplete="off" maxlength="500" aria-keyshortcuts="/">
<button type="submit" class="plain" aria-label="${t("frame.search")}">${icon("search")}</button>
</form>`
  return html`<header class="top">
<a class="brand" href="/"><span>${t("frame.name")}</span></a>
${person === null || bare === true ? html`<span class="grow"></span>` : search}
<div class="preferences">${languageSwitch(viewer)}${themeSwitch(viewer)}${person === null ? nothing : personMenu(viewer, person)}</div>
</header>`
}

function languageSwitch({ t, language, path }: Viewer): Html {
  const choices = languages.map(
    (one) =>
      html`<button name="language" value="${one}" lang="${one}"${one === language ? html` aria-current="true"` : nothing}>${t(`language.${one}`)}</button>`,
  )
  return html`<details class="menu"><summary>${icon("language")}<span class="label">${t("frame.language")}</span></summary>
<form method="post" action="/preferences"><input type="hidden" name="to" value="${path}">${choices}</form></details>`
}

function themeSwitch({ t, theme, path }: Viewer): Html {
  const choices = ([null, "light", "dark"] as const).map((one) => {
    const name = one ?? "system"
    return html`<button name="theme" value="${name}"${one === theme ? html` aria-current="true"` : nothing}>${t(`theme.${name}`)}</button>`
  })
  return html`<details class="menu"><summary>${icon("theme")}<span class="label">${t("frame.theme")}</span></summary>
<form method="post" action="/preferences"><input type="hidden" name="to" value="${path}">${choices}</form></details>`
}

function personMenu({ t }: Viewer, { name, roles }: NonNullable<Viewer["person"]>): Html {
  return html`<details class="menu"><summary>${icon("person")}<span class="label">${visible(name)}</span></summary>
<div><p class="quiet">${roles.join(" · ")}</p><a href="/account">${t("nav.account")}</a>
<button type="button" class="needs-script" data-action="palette">${t("frame.palette")} <kbd>Ctrl K</kbd></button>
<button type="button" class="needs-script" data-action="help">${t("frame.keys")} <kbd>?</kbd></button>
<form method="post" action="/sign-out"><button>${t("frame.sign-out")}</button></form></div></details>`
}

function rail({ t, sections }: Viewer, place: string | undefined): Html {
  const items = sections.map((section) => {
    const inside = section.pages.some(({ key }) => key === place)
    const pages = section.pages.length < 2 || !inside ? nothing : subPages(t, section.pages, place)
    const current = inside ? html` aria-current="${section.pages.length < 2 ? "page" : "true"}"` : nothing
    return html`<li><a href="${section.pages[0]?.href ?? "/"}"${current}>${icon(section.icon)}<span>${t(`nav.${section.key}`)}</span></a>${pages}</li>`
  })
  return html`<nav class="rail" aria-label="${t("frame.navigation")}"><ul>${items}</ul></nav>`
}

/** The same pages of a verb where the rail is a bar at the bottom and has no room for them. */
function beside({ t, sections }: Viewer, place: string | undefined): Html {
  const section = sections.find(({ pages }) => pages.some(({ key }) => key === place))
  if (section === undefined || section.pages.length < 2) return nothing
  return html`<nav class="beside" aria-label="${t(`nav.${section.key}`)}">${subPages(t, section.pages, place)}</nav>`
}

function subPages(t: Translate, pages: readonly Place[], place: string | undefined): Html {
  const items = pages.map(
    ({ key, href }) =>
      html`<li><a href="${href}"${key === place ? html` aria-current="page"` : nothing}>${t(`nav.${key}`)}</a></li>`,
  )
  return html`<ul>${items}</ul>`
}

const KEYS = [
  ["/", "search"],
  ["Ctrl K", "palette"],
  ["j k", "rows"],
  ["Enter", "open"],
  ["x", "tick"],
  ["?", "help"],
  ["Esc", "close"],
] as const

/** Opened by `?`; every page has it, so that nobody has to remember where it stands. */
function keysDialog({ t }: Viewer): Html {
  const rows = KEYS.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(`keyboard.${what}`)}</dd></div>`)
  return html`<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">${t("frame.keys")}</h2><dl class="facts">${rows}</dl>
<form method="dialog"><button class="primary">${t("keyboard.done")}</button></form></dialog>`
}

function footer({ t, party }: Viewer): Html {
  const name: Piece = party === "" ? t("frame.subtitle") : html`${visible(party)} · ${t("frame.subtitle")}`
  return html`<footer class="foot">${name}</footer>`
}

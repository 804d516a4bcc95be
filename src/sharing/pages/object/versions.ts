import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, type PageContent, type Piece } from "../../../http/index.ts"
import type { Hit, ObjectVersion, Version } from "../../../library/index.ts"
import { objectPath } from "../named.ts"
import { differencesShown } from "./difference-list.ts"
import { differencesOf } from "./differences.ts"
import { showingFor } from "./page.ts"
import type { Showing } from "./showing.ts"
import { versionRow } from "./side-column.ts"
import { titleOf } from "./title.ts"
import { stampShown } from "./values.ts"

/** In what two versions of one object differ, in words. */
export function differencesPage(
  visit: Visit,
  before: ObjectVersion,
  now: ObjectVersion,
  names: ReadonlyMap<string, Hit>,
): PageContent {
  const showing = showingFor(visit, names)
  const { t } = showing
  const title = titleOf(t, now.type, now.object, names)
  const differences = differencesOf(before.object, now.object)
  const count = t("object.differences.count", { count: showing.format.number(differences.length) })
  return {
    ...{ title: t("object.differences-of", { name: title.text }), place: "library" },
    heading: html`${t("object.differences")} · ${title.heading}`,
    body: html`<p>${versionLink(showing, before)} → ${versionLink(showing, now)} · ${count}</p>
${differencesShown(showing, now.type, differences)}
<p><a href="${objectPath(now.id)}">${t("object.back")}</a></p>`,
  }
}

function versionLink(showing: Showing, version: ObjectVersion): Html {
  const label: Piece = version.stamp === null ? showing.t("object.version") : stampShown(showing, version.stamp)
  return html`<a href="${objectPath(version.id)}?version=${version.key}">${label}</a>`
}

export const VERSIONS_ON_PAGE = 100

/** All versions, the newest first, some hundred on a page. */
export function versionsPage(
  visit: Visit,
  newest: ObjectVersion,
  { versions, count, offset }: { versions: readonly Version[]; count: number; offset: number },
): PageContent {
  const showing = showingFor(visit, new Map())
  const { t, format } = showing
  const title = titleOf(t, newest.type, newest.object, new Map())
  const path = objectPath(newest.id)
  const rows = versions.map(
    (version, i) => html`<li>${versionRow(showing, newest.id, version, versions[i + 1], false)}</li>`,
  )
  const more =
    offset + versions.length < count
      ? html`<a href="${path}/versions?from=${offset + versions.length}">${t("object.older")}</a>`
      : null
  return {
    ...{ title: t("object.versions", { count: format.number(count) }), place: "library" },
    heading: html`${t("object.versions", { count: format.number(count) })} · ${title.heading}`,
    body: html`<ol class="plain-list">${rows}</ol><p class="paging"><a href="${path}">${t("object.back")}</a>${more}</p>`,
  }
}

import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  facts,
  type Html,
  html,
  prose,
  type Reply,
  section,
  shortId,
  type Translate,
  table,
  visible,
  visibleText,
} from "../../../http/index.ts"
import type { Json } from "../../../kernel/canonical.ts"
import {
  type Collection,
  type ConflictRow,
  type Contradiction,
  listConflicts,
  loadContradiction,
} from "../../../library/index.ts"
import { defangedText } from "../../../stix/index.ts"
import { objectPath, reference } from "../named.ts"
import { type Difference, differencesOf } from "../object/differences.ts"
import { isObject } from "../object/showing.ts"
import { type CollectionParts, collectionOfVisit, collectionPath, wholeNumber } from "./parts.ts"

const ROWS = 50
const TEXT_MOST = 50_000
const VALUE_MOST = 500

/** Objects that contradict what is held: kept aside, never served, and shown here. */
export function conflictPages(parts: CollectionParts): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/share/collections/:id/conflicts", who: "role:reader" },
      handle: async (visit) => listPage(parts, visit, await collectionOfVisit(parts, visit)),
    },
    {
      ...{ method: "GET", path: "/share/collections/:id/conflicts/:conflict{[0-9]+}", who: "role:reader" },
      handle: async (visit) => onePage(parts, visit, await collectionOfVisit(parts, visit)),
    },
  ]
}

/** Why it was not taken, as a sentence. */
export function reasonWord(t: Translate, reason: ConflictRow["reason"]): string {
  if (reason === "content") return t("conflict.content")
  if (reason === "owner") return t("conflict.owner")
  return reason === "creator" ? t("conflict.creator") : t("conflict.revoked")
}

async function listPage(parts: CollectionParts, visit: Visit, collection: Collection): Promise<Reply> {
  const { t, format } = visit
  const below = wholeNumber(visit.ask.query.get("below"))
  const rows = await listConflicts(parts.store, collection.key, { below, most: ROWS + 1 })
  const shown = rows.slice(0, ROWS)
  const names = await parts.search.names(shown.map(({ id }) => id))
  const home = collectionPath(collection)
  const list = table<ConflictRow>({
    caption: t("collections.aside"),
    rows: shown,
    empty: emptyState(t("conflict.no-more"), { href: home, label: t("conflict.to-collection") }),
    columns: [
      {
        label: t("conflict.received"),
        kind: "name",
        cell: ({ key, received_at }) => html`<a href="${home}/conflicts/${key}">${format.time(received_at)}</a>`,
      },
      { label: t("entry.object"), cell: ({ id }) => reference(t, id, names.get(id)) },
      { label: t("conflict.reason"), cell: ({ reason }) => reasonWord(t, reason) },
    ],
  })
  const more =
    rows.length > ROWS
      ? html`<nav class="paging" aria-label="${t("entry.paging")}"><a class="button" href="${home}/conflicts?below=${shown.at(-1)?.key ?? 0}">${t("entry.older")}</a></nav>`
      : null
  return visit.page({
    title: t("conflict.list-title", { collection: visibleText(collection.title) }),
    place: "collections",
    body: html`<p>${t("conflict.what")}</p>${list}${more}<p><a href="${home}">${t("conflict.to-collection")}</a></p>`,
  })
}

async function onePage(parts: CollectionParts, visit: Visit, collection: Collection): Promise<Reply> {
  const { t, format } = visit
  const found = await loadContradiction(parts.store, collection, wholeNumber(visit.ask.params.conflict) ?? 0)
  const names = await parts.search.names([found.id])
  return visit.page({
    title: t("conflict.title"),
    place: "collections",
    body: html`${facts([
      [t("entry.object"), reference(t, found.id, names.get(found.id))],
      [t("conflict.reason"), reasonWord(t, found.reason)],
      [t("conflict.received"), format.time(found.received_at)],
      [t("conflict.collection"), html`<a href="${collectionPath(collection)}">${visible(collection.title)}</a>`],
      [t("conflict.id"), shortId(t, found.id)],
    ])}<p>${t("conflict.what-now")}</p>${comparison(visit, found)}
<p><a href="${collectionPath(collection)}/conflicts">${t("conflict.to-list")}</a></p>`,
  })
}

function comparison(visit: Visit, { held, bytes }: Contradiction): Html {
  const { t } = visit
  const aside = bytes.toString("utf8")
  const contents = html`<div class="halves">${held === null ? null : content(t("conflict.held"), held.bytes.toString("utf8"), t)}${content(t("conflict.aside"), aside, t)}</div>`
  if (held === null) return html`<p>${t("conflict.held-gone")}</p>${contents}`
  const parsed = JSON.parse(aside) as Json // read strictly when it came in
  const differences = isObject(parsed) ? differencesOf(held.object, parsed) : []
  const link = html`<p><a href="${objectPath(held.id)}">${t("conflict.to-object")}</a></p>`
  return html`${section(t("conflict.differences"), differenceTable(t, differences))}${link}${section(t("conflict.contents"), contents)}`
}

function differenceTable(t: Translate, differences: readonly Difference[]): Html {
  return table<Difference>({
    caption: t("conflict.differences"),
    rows: differences,
    empty: html`<p>${t("conflict.alike")}</p>`,
    columns: [
      { label: t("conflict.property"), kind: "mono", cell: ({ path }) => visible(path) },
      { label: t("conflict.held"), cell: (one) => value(before(one)) },
      { label: t("conflict.aside"), cell: (one) => value(after(one)) },
    ],
  })
}

function before(one: Difference): Json | undefined {
  if (one.is === "items") return one.removed
  return one.is === "added" ? undefined : one.before
}

function after(one: Difference): Json | undefined {
  if (one.is === "items") return one.added
  return one.is === "removed" ? undefined : one.now
}

function value(json: Json | undefined): Html | null {
  if (json === undefined) return null
  const text = typeof json === "string" ? json : JSON.stringify(json)
  const short = text.length > VALUE_MOST ? `${text.slice(0, VALUE_MOST)}…` : text
  return html`<span class="mono wrap">${visible(defangedText(short))}</span>`
}

function content(title: string, text: string, t: Translate): Html {
  const cut = text.length > TEXT_MOST ? html`<p class="quiet">${t("conflict.cut")}</p>` : null
  return html`<details open><summary>${title}</summary><pre>${prose(text.slice(0, TEXT_MOST))}</pre>${cut}</details>`
}

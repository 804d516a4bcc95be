import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  copyable,
  emptyState,
  facts,
  type Html,
  html,
  noForm,
  nothing,
  type Reply,
  reply,
  section,
  selectField,
  snippet,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { findLog, type LogRow, parseCheckpoint, parseNote } from "../../../ledger/index.ts"
import { type Collection, countConflictsIn, listEntries, ownerOfLog } from "../../../library/index.ts"
import { entryKindWord, entryTable, KINDS } from "./entry-table.ts"
import {
  type CollectionParts,
  collectionOfVisit,
  collectionPath,
  kindWord,
  safeFileName,
  taxiiAddress,
  wholeNumber,
} from "./parts.ts"
import { sharedSection, whatItIs } from "./shared-section.ts"
import { termsSection } from "./terms-section.ts"
import { verdictMark, verifyForm } from "./verify-pages.ts"

const ROWS = 50

export function onePages(parts: CollectionParts): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/share/collections/:id", who: "role:reader" },
      handle: async (visit) => page(parts, visit, await collectionOfVisit(parts, visit)),
    },
    {
      ...{ method: "GET", path: "/share/collections/:id/checkpoint", who: "role:reader" },
      handle: async (visit) => checkpointFile(parts, await collectionOfVisit(parts, visit)),
    },
  ]
}

async function page(parts: CollectionParts, visit: Visit, collection: Collection): Promise<Reply> {
  const { t } = visit
  const [log, aside, shared, terms] = await Promise.all([
    findLog(parts.store, collection.log),
    countConflictsIn(parts.store, collection.key),
    sharedSection(parts.store, visit, collection),
    termsSection(parts.store, visit, collection),
  ])
  const { vkey } = await ownerOfLog(parts.store, collection, log.checkpoint)
  return visit.page({
    title: visibleText(collection.title),
    heading: visible(collection.title),
    state: html`<span class="quiet">${kindWord(t, collection)}</span>`,
    place: "collections",
    body: html`${known(parts, visit, collection, { log, vkey, aside })}${shared}${terms}${await entries(parts, visit, collection)}${checkpointSection(visit, collection, log)}`,
  })
}

async function entries(parts: CollectionParts, visit: Visit, collection: Collection): Promise<Html> {
  const { t } = visit
  const wanted = visit.ask.query.get("kind")
  const kind = KINDS.find((one) => one === wanted) ?? null
  const from = wholeNumber(visit.ask.query.get("from")) ?? collection.size - 1
  const { entries, older } = await listEntries(parts.store, collection, { from, kind, most: ROWS })
  const names = await parts.search.names(entries.flatMap(({ object, about }) => object?.id ?? about?.id ?? []))
  const empty = emptyEntries(visit, collection, kind !== null)
  const list = entryTable(visit, collection, entries, names, empty)
  const at = (seq: number | null) => addressOf(collection, seq, kind)
  const newest = from < collection.size - 1 ? html`<a href="${at(null)}">${t("entry.newest")}</a>` : nothing
  const newer =
    from < collection.size - 1
      ? html`<a class="button" href="${at(Math.min(collection.size - 1, from + ROWS))}">${t("entry.newer")}</a>`
      : nothing
  const back = older === null ? nothing : html`<a class="button" href="${at(older)}">${t("entry.older")}</a>`
  const paging = html`<nav class="paging" aria-label="${t("entry.paging")}">${newer}${back}${newest}</nav>`
  return section(t("collections.log"), html`${kindFilter(visit, kind)}${list}${paging}`, "log")
}

function addressOf(collection: Collection, from: number | null, kind: string | null): string {
  const query = new URLSearchParams()
  if (from !== null) query.set("from", String(from))
  if (kind !== null) query.set("kind", kind)
  const text = query.toString()
  return `${collectionPath(collection)}${text === "" ? "" : `?${text}`}#log`
}

function emptyEntries({ t, may }: Visit, collection: Collection, filtered: boolean): Html {
  if (filtered)
    return emptyState(t("entry.none-of-kind"), { href: addressOf(collection, null, null), label: t("entry.all") })
  if (collection.kind === "shared")
    return may("role:officer")
      ? emptyState(t("shared.nothing-yet"), { href: "/share/library", label: t("shared.choose") })
      : emptyState(t("shared.nothing-yet"))
  return collection.kind === "inbox" && may("role:analyst")
    ? emptyState(t("entry.none"), { href: "/share/import", label: t("nav.import") })
    : emptyState(t("entry.none"))
}

function kindFilter({ t }: Visit, kind: string | null): Html {
  const choices = [
    { value: "", label: t("entry.any-kind") },
    ...KINDS.map((one) => ({ value: one, label: entryKindWord(t, one) })),
  ]
  const field = selectField({ t, ...noForm }, { name: "kind", label: t("entry.kind"), choices, value: kind ?? "" })
  return html`<form class="bar" method="get" action="#log">${field}<button>${t("entry.show")}</button></form>`
}

function known(
  { verifications }: CollectionParts,
  visit: Visit,
  collection: Collection,
  { log, vkey, aside }: { log: LogRow; vkey: string; aside: number },
): Html {
  const { t, format } = visit
  const home = collectionPath(collection)
  const { size } = collection
  // A partner's log begins without one: it is signed there.
  const root = log.checkpoint === "" ? null : parseCheckpoint(parseNote(log.checkpoint).text).root.toString("base64")
  const address = taxiiAddress(visit, collection)
  const kept =
    aside === 0
      ? t("collections.none-aside")
      : html`<a href="${home}/conflicts">${t("collections.aside-count", { count: format.number(aside) })}</a>`
  const share =
    collection.kind === "inbox" && visit.may("role:officer") && size > 0
      ? html`<a class="button" href="/share/release?collection=${collection.id}">${t("release.share-all")}</a>`
      : nothing
  const inside = html`<a class="button" href="/share/library?collection=${collection.id}">${t("collections.search-inside")}</a>`
  const left = html`<p>${whatItIs(t, collection)}</p>${facts([
    [t("collections.entries"), format.number(size)],
    [t("collections.last"), size === 0 ? null : format.time(collection.lastAt)],
    [t("collections.aside"), kept],
    [t("collections.verified"), verdictMark(visit, verifications.verdict(collection.id))],
  ])}<div class="actions">${verifyForm(visit, { home })}${inside}${share}</div>`
  const right = facts([
    [t("collections.taxii"), copyable(t, address, address)],
    [
      t("collections.alias"),
      collection.alias === null ? null : copyable(t, visible(collection.alias), collection.alias),
    ],
    [t("collections.id"), copyable(t, collection.id, collection.id)],
    [t("collections.vkey"), copyable(t, vkey, vkey)],
    [t("collections.root"), root === null ? null : copyable(t, root, root)],
    [t("collections.origin"), copyable(t, log.origin, log.origin)],
  ])
  return html`<div class="halves"><div>${left}</div><div>${right}</div></div>`
}

function checkpointSection({ t }: Visit, collection: Collection, { checkpoint }: LogRow): Html {
  if (checkpoint === "") return nothing
  const body = html`<p>${t("collections.checkpoint-what")}</p>${snippet(t, checkpoint, html`<a href="${collectionPath(collection)}/checkpoint" download>${t("collections.checkpoint-get")}</a>`)}`
  return section(t("collections.checkpoint"), body, "checkpoint")
}

async function checkpointFile({ store }: CollectionParts, collection: Collection): Promise<Reply> {
  const { checkpoint, size } = await findLog(store, collection.log)
  if (checkpoint === "") throw new ComityError("not-found", "log.unknown")
  const name = safeFileName(`${collection.alias ?? collection.id}-${size}`)
  return reply("text/plain; charset=utf-8", checkpoint, 200, {
    "cache-control": "no-store",
    "content-disposition": `attachment; filename="${name}.checkpoint"`,
    "content-security-policy": "default-src 'none'; sandbox",
  })
}

import type { PageRoute, Visit } from "../../accounts/index.ts"
import {
  emptyState,
  type Html,
  html,
  noForm,
  nothing,
  type Reply,
  section,
  selectField,
  stateMark,
  table,
  tlpLabel,
  visible,
  visibleText,
} from "../../http/index.ts"
import { DAY, plusMicroseconds } from "../../kernel/time.ts"
import { type Collection, type Hit, listCollections, type Search } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { objectPath, reference } from "../pages/named.ts"
import { type Partners, partnerShown, partnersOf } from "../pages/partners.ts"
import { type Became, type LatelyWish, visibleLately } from "./lately.ts"
import { type Seen, type Sight, whoSees } from "./seeing.ts"
import { fetchedWord, sightMark, sightReason, sightWord } from "./words.ts"

export type VisibilityParts = { store: Reader; search: Pick<Search, "names"> }

const LATELY = "/share/lately"

/** Who can see one object and why; what became visible to whom lately. */
export function visibilityPages(parts: VisibilityParts): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/share/objects/:id/readers", who: "role:reader" },
      handle: (visit) => readersPage(parts, visit, visit.ask.params.id ?? ""),
    },
    { method: "GET", path: LATELY, who: "role:officer", handle: (visit) => latelyPage(parts, visit) },
  ]
}

async function readersPage({ store, search }: VisibilityParts, visit: Visit, id: string): Promise<Reply> {
  const { t } = visit
  const [seen, partners, names] = await Promise.all([
    whoSees(store, id, visit.now),
    partnersOf(store),
    search.names([id]),
  ])
  const hit = names.get(id)
  const label = hit?.marking == null ? nothing : tlpLabel(hit.marking)
  const body = html`<p>${reference(t, id, hit)} ${label}</p><p>${summary(visit, seen)}</p>
${section(t("readers.partners"), partnersShown(visit, seen, partners), "partners")}
${section(t("readers.here"), hereShown(visit, seen), "here")}
${seen.received.length === 0 ? nothing : section(t("readers.origin"), receivedShown(visit, seen, partners), "origin")}
<p class="actions no-print"><a class="button" href="${objectPath(id)}">${t("object.back")}</a>${
    visit.may("role:analyst")
      ? html`<a href="/share/receipts?object=${encodeURIComponent(id)}">${t("recall.to-receipts")}</a>`
      : nothing
  }</p>`
  return visit.page({ title: t("readers.title"), place: "library", body })
}

/** How many parties can see it now, and how many had it. */
function summary({ t, format }: Visit, { partners }: Seen): string {
  const now = partiesIn(partners, (sight) => sightMark(sight.state) !== "closed")
  const before = partiesIn(partners, () => true).size - now.size
  if (now.size === 0 && before === 0) return t("readers.nobody")
  return t("readers.summary", { now: format.number(now.size), before: format.number(before) })
}

function partiesIn(sights: readonly Sight[], which: (sight: Sight) => boolean): Set<string> {
  return new Set(sights.filter(which).map(({ party }) => party))
}

function partnersShown(visit: Visit, { partners: sights }: Seen, partners: Partners): Html {
  const { t, format } = visit
  const name = ({ party }: Sight) => partners.get(party) ?? party
  if (sights.length === 0) return html`<p>${t("readers.no-partner")}</p>`
  const items = sights
    .toSorted((a, b) => format.compare(name(a), name(b)))
    .map(({ party, state, collection, seq, since, fetchedAt, active, copy }) => {
      const where = html`<a href="/share/collections/${collection.id}?from=${seq}#entry-${seq}">${visible(collection.title)}</a>`
      const entered = since === null ? nothing : html`${t("readers.released")} ${format.time(since)} · `
      const fetched =
        fetchedAt === null ? t("readers.not-fetched") : html`${t("readers.fetched")} ${format.time(fetchedAt)}`
      return html`<li><strong>${partnerShown(partners, party)}</strong> ${stateMark(sightMark(state), sightWord(t, state))} ${active ? nothing : stateMark("closed", t("release.not-active"))}<div>${sightReason(t, state)} ${where}</div>${copy === null ? nothing : html`<div><a href="${objectPath(copy)}">${t("readers.copy")}</a></div>`}<div class="quiet small">${entered}${fetched}</div></li>`
    })
  return html`<ul class="plain-list">${items}</ul>`
}

/** People by their role, programs by their right on a collection that serves it. */
function hereShown({ t, format }: Visit, { programs }: Seen): Html {
  const items = programs.map(
    ({ name, collections }) =>
      html`<li>${visible(name)} <span class="quiet small">${visible(t("readers.program", { collections: format.list(collections) }))}</span></li>`,
  )
  return html`<ul class="plain-list"><li>${t("readers.people")}</li>${items.length === 0 ? html`<li>${t("readers.no-program")}</li>` : items}</ul>`
}

function receivedShown({ t, format }: Visit, { received }: Seen, partners: Partners): Html {
  const items = received.map(
    ({ party, id, title, since }) =>
      html`<li>${partnerShown(partners, party)} · <a href="/share/collections/${id}">${visible(title)}</a> · ${format.time(since)}</li>`,
  )
  return html`<ul class="plain-list">${items}</ul><p class="quiet">${t("readers.origin-what")}</p>`
}

/** On the page of an object: those who can see it now, by name, and the way to the reasons. */
export function readersSection(
  visit: Pick<Visit, "t" | "format">,
  id: string,
  { partners: sights, programs }: Seen,
  partners: Partners,
): Html {
  const { t, format } = visit
  const names = (which: (sight: Sight) => boolean) =>
    [...partiesIn(sights, which)].map((party) => partners.get(party) ?? party).toSorted(format.compare)
  const now = names(({ state }) => sightMark(state) !== "closed")
  const before = names(({ state }) => sightMark(state) === "closed").filter((name) => !now.includes(name))
  const shown = (some: readonly string[]) => visible(format.list(some))
  const list = html`${now.length === 0 ? html`<li>${t("readers.no-partner")}</li>` : html`<li>${t("readers.now")} ${shown(now)}</li>`}${
    before.length === 0 ? nothing : html`<li>${t("readers.before")} ${shown(before)}</li>`
  }${programs.length === 0 ? nothing : html`<li>${t("readers.programs")} ${shown(programs.map(({ name }) => name))}</li>`}`
  return section(
    t("readers.title"),
    html`<ul class="plain-list">${list}</ul><p><a href="${objectPath(id)}/readers">${t("readers.to-why")}</a></p>`,
    "readers",
  )
}

/** Days that one may look back. */
const LOOK_BACK = [1, 7, 31, 366] as const
const WEEK = 7

function daysIn(query: URLSearchParams): number {
  return LOOK_BACK.find((one) => String(one) === query.get("days")) ?? WEEK
}

function wishOf({ ask: { query }, now }: Visit): LatelyWish {
  return {
    party: (query.get("party") || null) as PartyId | null,
    collection: query.get("collection") || null,
    since: plusMicroseconds(now, -daysIn(query) * DAY),
  }
}

async function latelyPage({ store, search }: VisibilityParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const wish = wishOf(visit)
  const [rows, partners] = await Promise.all([visibleLately(store, wish), partnersOf(store)])
  const names = await search.names(rows.flatMap(({ some }) => some))
  const body = html`<p>${t("lately.what")}</p>${await filter(store, visit, wish, partners)}${latelyList(visit, rows, partners, names)}`
  return visit.page({ title: t("nav.lately"), place: "lately", body })
}

async function filter(store: Reader, visit: Visit, wish: LatelyWish, partners: Partners): Promise<Html> {
  const { t, format } = visit
  const shown = { t, ...noForm }
  const any = { value: "", label: t("receipts.any") }
  const named = [...partners].toSorted(([, a], [, b]) => format.compare(a, b))
  const own = (await listCollections(store)).filter(({ kind, party }) => kind === "shared" && party === null)
  const sorted = own.toSorted((a, b) => format.compare(a.title, b.title))
  const fields = [
    selectField(shown, {
      ...{ name: "days", label: t("lately.days"), value: String(daysIn(visit.ask.query)) },
      choices: LOOK_BACK.map((days) => ({
        value: String(days),
        label: format.duration(days * DAY),
      })),
    }),
    selectField(shown, {
      ...{ name: "party", label: t("shared.party"), value: wish.party ?? "" },
      choices: [any, ...named.map(([value, name]) => ({ value, label: visibleText(name) }))],
    }),
    selectField(shown, {
      ...{ name: "collection", label: t("library.collection"), value: wish.collection ?? "" },
      choices: [any, ...sorted.map((one) => ({ value: one.id, label: calledIn(t, one) }))],
    }),
  ]
  return html`<form class="bar" method="get">${fields}<button>${t("entry.show")}</button></form>`
}

/** A closed one bears the title of the one that goes on in its place. */
function calledIn(t: Visit["t"], { title, closedAt }: Collection): string {
  return closedAt === null ? visibleText(title) : `${visibleText(title)} · ${t("shared.closed")}`
}

function latelyList(visit: Visit, rows: readonly Became[], partners: Partners, names: ReadonlyMap<string, Hit>): Html {
  const { t, format } = visit
  return table<Became>({
    caption: t("nav.lately"),
    rows,
    empty: emptyState(t("lately.none")),
    columns: [
      {
        label: t("lately.what-column"),
        kind: "name",
        cell: ({ collection, first, count }) =>
          html`<a href="/share/collections/${collection.id}?from=${first}#entry-${first}">${t("lately.objects", { count: format.number(count) })}</a> <span class="quiet small wrap">${visible(collection.title)}</span>`,
      },
      { label: t("lately.whom"), cell: (row) => watchersShown(visit, row, partners) },
      { label: t("lately.when"), kind: "quiet", cell: ({ to }) => format.time(to) },
      { label: t("lately.which"), wide: true, cell: ({ some, count }) => someShown(visit, some, count, names) },
    ],
  })
}

function watchersShown({ t, format }: Visit, { watchers }: Became, partners: Partners): Html {
  const name = (party: string) => partners.get(party) ?? party
  const sorted = watchers.toSorted((a, b) => format.compare(name(a.party), name(b.party)))
  if (sorted.length === 0) return html`<span class="quiet">${t("release.read-by-nobody")}</span>`
  const items = sorted.map(
    ({ party, fetched }) =>
      html`<li>${partnerShown(partners, party)} <span class="quiet small">${fetchedWord(t, fetched)}</span></li>`,
  )
  return html`<ul class="plain-list">${items}</ul>`
}

function someShown(
  { t, format }: Visit,
  some: readonly string[],
  count: number,
  names: ReadonlyMap<string, Hit>,
): Html {
  const items = some.map((id) => html`<li>${reference(t, id, names.get(id))}</li>`)
  const more = count - some.length
  const rest =
    more > 0 ? html`<li class="quiet small">${t("object.and-more", { count: format.number(more) })}</li>` : nothing
  return html`<ul class="plain-list small wrap">${items}${rest}</ul>`
}

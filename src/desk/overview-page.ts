import type { PageRoute, Visit } from "../accounts/index.ts"
import {
  type Bar,
  bars,
  type Dot,
  emptyState,
  facts,
  type Html,
  html,
  map,
  nothing,
  type Reply,
  section,
  stateMark,
  table,
  tlpLabel,
  visible,
} from "../http/index.ts"
import { findPlace } from "../kernel/places.ts"
import type { Hit, Tallies, Tally } from "../library/index.ts"
import { type Import, importState, objectLink, typeWord } from "../sharing/index.ts"
import { daysChart, lastDays } from "./days.ts"
import { newest, type Overview, type OverviewParts, overviewFor } from "./overview.ts"
import type { WentOut } from "./went-out.ts"

const DAYS = 28
const TYPES_MOST = 8
const PLACES_MOST = 12
/** What is late already. */
const RED: ReadonlySet<string> = new Set(["overdue", "receipts", "revoked", "urgent-late"])

/** The start page: what waits, what came in, what the node holds and how it is. */
export function overviewPages(parts: OverviewParts): PageRoute[] {
  return [{ method: "GET", path: "/", who: "person", handle: (visit) => overview(parts, visit) }]
}

async function overview(parts: OverviewParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const sees = {
    content: visit.may("role:reader"),
    work: visit.may("role:analyst"),
    decide: visit.may("role:officer"),
    node: visit.may("role:administrator"),
  }
  const found = await overviewFor(parts, sees, visit.person().commitment, visit.now)
  const top = html`<div class="halves">${waiting(visit, found)}${state(visit, found)}</div>`
  const body = html`${top}${content(visit, found)}${world(visit, found)}`
  return visit.page({ title: t("overview.title"), place: "overview", body })
}

function waiting({ t, format }: Visit, { waiting }: Overview): Html {
  if (waiting.length === 0)
    return section(t("overview.waits"), html`<p class="quiet">${t("overview.waits.nothing")}</p>`)
  const items = waiting.map(({ key, count, href }) => {
    const sentence = t(`overview.waits.${key}`, { count: format.number(count) })
    const action = href === null ? nothing : html`<a href="${href}">${t(`overview.act.${key}`)}</a>`
    return html`<li>${stateMark(RED.has(key) ? "closed" : "conditional", sentence)}${action}</li>`
  })
  return section(t("overview.waits"), html`<ul class="tasks">${items}</ul>`)
}

function content(visit: Visit, { content }: Overview): Html {
  const { t, format, now } = visit
  if (content === null) return nothing
  const { tallies, recent, imports } = content
  if (tallies.objects === 0) {
    const action = visit.may("role:analyst") ? { href: "/share/import", label: t("overview.import") } : undefined
    return section(t("overview.in"), emptyState(t("overview.empty"), action))
  }
  const chart = daysChart(lastDays(tallies.days, now, DAYS), visit)
  const objects = html`<h3>${t("overview.newest")}</h3>${recentTable(visit, recent)}`
  const jobs = imports.map(
    (one) =>
      html`<li><a href="/share/imports/${one.id}">${one.name === "" ? t("overview.pasted") : visible(one.name)}</a>: ${importOutcome(visit, one)} <span class="quiet">${format.time(one.createdAt)}</span></li>`,
  )
  const came = imports.length === 0 ? nothing : html`<h3>${t("overview.imports")}</h3><ul>${jobs}</ul>`
  const held = section(t("overview.holds"), holdings(visit, tallies))
  const left = section(t("overview.out"), outgoing(visit, content.out))
  return html`<div class="halves">${section(t("overview.in"), html`${chart}${objects}${came}`)}<div>${held}${left}</div></div>`
}

function holdings(visit: Visit, tallies: Tallies): Html {
  const { t, format } = visit
  return html`<p>${t("overview.objects", { count: format.number(tallies.objects) })} <a href="/share/library">${t("overview.open-library")}</a></p>
${bars(
  t("overview.by-type"),
  tallyBars(visit, tallies.types, "type", (value) => typeWord(t, value)),
)}
<h3>${t("overview.by-marking")}</h3>${bars(
    t("overview.by-marking"),
    tallyBars(visit, tallies.markings, "marking", (value) =>
      value === "none" ? t("overview.unmarked") : tlpLabel(value),
    ),
  )}`
}

function outgoing({ t, format }: Visit, { exports, programs }: WentOut): Html {
  if (exports.length === 0 && programs.length === 0) return html`<p class="quiet">${t("overview.out.nothing")}</p>`
  const files = exports.map(
    ({ at, count, format: kind }) =>
      html`<li>${t("overview.out.exported", { count: format.number(count), format: kind.toUpperCase() })} <span class="quiet">${format.time(at)}</span></li>`,
  )
  const read = programs.map(
    ({ name, lastUsedAt }) =>
      html`<li>${t("overview.out.program")} ${visible(name)} <span class="quiet">${lastUsedAt === null ? nothing : format.time(lastUsedAt)}</span></li>`,
  )
  return html`<ul>${files}${read}</ul>`
}

function importOutcome({ t, format }: Visit, one: Import): Html {
  const added =
    one.outcome === null ? nothing : t("overview.import-added", { count: format.number(one.outcome.accepted) })
  return html`${importState(t, one)} ${added}`
}

function recentTable({ t, format }: Visit, hits: readonly Hit[]): Html {
  return table<Hit>({
    caption: t("overview.newest"),
    rows: hits,
    empty: nothing,
    columns: [
      { label: t("overview.name"), kind: "name", cell: (hit) => objectLink(t, hit) },
      { label: t("overview.type"), kind: "quiet", cell: ({ type }) => typeWord(t, type) },
      { label: t("overview.added"), kind: "quiet", wide: true, cell: ({ added }) => format.date(added) },
    ],
  })
}

/** The largest few by their own bar, the rest in one, so that the bars add up to what there is. */
function tallyBars(
  { t, format }: Visit,
  tallies: readonly Tally[],
  filter: string,
  name: (value: string) => Bar["label"],
): Bar[] {
  const sorted = tallies.toSorted((a, b) => b.objects - a.objects)
  const shown = sorted.slice(0, TYPES_MOST)
  const rest = sorted.slice(TYPES_MOST).reduce((sum, { objects }) => sum + objects, 0)
  const rows = shown.map(({ value, objects }) => ({
    label: name(value),
    value: objects,
    text: format.number(objects),
    href: `/share/library?${new URLSearchParams({ [filter]: value })}`,
  }))
  return rest === 0 ? rows : [...rows, { label: t("overview.others"), value: rest, text: format.number(rest) }]
}

function state({ t, format }: Visit, { state: { collections, disk, index, unsealed } }: Overview): Html {
  const last = newest(collections.map(({ lastAt }) => lastAt).filter((at) => at > 0))
  const entries = collections.reduce((sum, { size }) => sum + size, 0)
  const reading = index.rebuilding || index.behind > 0
  const shown = facts([
    [
      t("overview.logs"),
      t("overview.logs-value", { logs: format.number(collections.length), entries: format.number(entries) }),
    ],
    [t("overview.last-checkpoint"), last === null ? null : format.time(last)],
    [
      t("overview.index"),
      reading
        ? stateMark("conditional", t("overview.index-behind", { count: format.number(index.behind) }))
        : stateMark("open", t("overview.index-ready")),
    ],
    [
      t("overview.keys"),
      unsealed ? stateMark("conditional", t("overview.keys-open")) : stateMark("open", t("overview.keys-sealed")),
    ],
    [t("overview.disk"), t("overview.disk-value", { used: format.bytes(disk.store), free: format.bytes(disk.free) })],
  ])
  return section(t("overview.state"), shown)
}

function world({ t, format }: Visit, { content, own }: Overview): Html {
  const home = own === null ? null : findPlace(own.place)
  const places = content?.places ?? []
  const dots: Dot[] = [
    ...places.map(({ hit, longitude, latitude, place }) => ({
      ...{ longitude, latitude, kind: "known" as const },
      label: hit.name ?? (place === null ? hit.id : format.place(place)),
    })),
    ...(home === null || own === null ? [] : [{ ...home, kind: "own" as const, label: own.name }]),
  ]
  if (dots.length === 0) return nothing
  const named = places.slice(0, PLACES_MOST).map(({ hit }) => html`<li class="chip">${objectLink(t, hit)}</li>`)
  const list = places.length === 0 ? nothing : html`<ul class="chips">${named}</ul>`
  return section(t("overview.map"), html`${map(dots, t("overview.map-source"))}${list}`)
}

import type { Visit } from "../../../accounts/index.ts"
import {
  type Column,
  type Html,
  html,
  nothing,
  type Piece,
  stateMark,
  table,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import { type Instant, parseInstant } from "../../../kernel/time.ts"
import type { Hit, Sort } from "../../../library/index.ts"
import { defangedText, nameShown, objectPath, typeWord } from "../named.ts"
import { originWord } from "./filters.ts"
import { hrefOf, type View } from "./view.ts"

/** The form that ticked rows belong to; it stands beside the list. */
export const TICKS = "ticks"

export type Listed = {
  hits: readonly Hit[]
  /** Until when those that say so are valid, by key. */
  ends: ReadonlyMap<number, Instant>
  /** How many origins the library knows. */
  origins: number
  empty: Html
}

/** One line for each object; every head that sorts is a link to the same view in another order. */
export function resultList(visit: Visit, view: View, listed: Listed): Html {
  return table<Hit>({
    caption: visit.t("library.list"),
    rows: listed.hits,
    empty: listed.empty,
    columns: columns(visit, view, listed),
  })
}

/** State and origin only where rows differ in them: a column that says the same in each row says nothing. */
function columns(visit: Visit, view: View, { hits, ends, origins }: Listed): Column<Hit>[] {
  const { t, format } = visit
  const state = (hit: Hit) => stateOf(visit, hit, ends.get(hit.key))
  const stated = hits.some((hit) => state(hit) !== null)
  return [
    { label: tickAll(visit), cell: (hit) => tick(visit, hit) },
    { label: t("library.name"), kind: "name", cell: (hit) => nameCell(visit, hit), sort: sort(view, "name") },
    { label: t("library.type"), ...quiet, cell: ({ type }) => html`<bdi>${typeWord(t, type)}</bdi>` },
    { label: t("library.marking"), cell: ({ marking }) => (marking === null ? nothing : tlpLabel(marking)) },
    ...(stated ? [{ label: t("library.state"), cell: state }] : []),
    { label: t("library.detail"), wide: true, cell: detailCell },
    ...(origins > 1 ? [{ label: t("library.origin"), ...quiet, cell: (hit: Hit) => originWord(t, hit.origin) }] : []),
    { ...timeColumn(t("library.modified"), view, "modified"), cell: (hit) => modifiedCell(visit, hit) },
    { ...timeColumn(t("library.added"), view, "newest"), cell: ({ added }) => format.date(added) },
  ]
}

const quiet = { kind: "quiet", wide: true } as const

function timeColumn(label: string, view: View, by: Sort) {
  return { label, ...quiet, sort: sort(view, by) }
}

type Sorted = NonNullable<Column<Hit>["sort"]>

/** Names go up, times go down; what was added can also go up. */
function sort(view: View, by: Sort): Sorted {
  const now = view.sort
  if (by === "newest" && now === "newest") return { href: hrefOf(view, { sort: "oldest" }), now: "descending" }
  if (by === "newest" && now === "oldest") return { href: hrefOf(view, { sort: "newest" }), now: "ascending" }
  const mine = now === by
  return {
    href: hrefOf(view, { sort: mine ? "newest" : by }),
    now: mine ? (by === "name" ? "ascending" : "descending") : null,
  }
}

/** Without scripts each row is ticked by itself. */
function tickAll({ t }: Visit): Html {
  return html`<input type="checkbox" class="needs-script" data-tick-all aria-label="${t("library.tick-all")}"><span class="unseen">${t("library.tick")}</span>`
}

function tick({ t }: Visit, { key, id, marking }: Hit): Html {
  const red = marking === "red" ? html` data-red` : nothing
  return html`<input type="checkbox" form="${TICKS}" name="id[]" value="${id}"${red} aria-label="${t("library.tick")}" aria-describedby="n${key}">`
}

function nameCell({ t }: Visit, { key, id, type, name }: Hit): Html {
  const text = name === null ? html`<span class="quiet">${typeWord(t, type)}</span>` : nameShown(type, name)
  return html`<a id="n${key}" href="${objectPath(id)}">${text}</a>`
}

function detailCell({ type, detail }: Hit): Piece {
  if (detail === null) return nothing
  const joined = type === "relationship" || type === "sighting"
  return html`<span class="quiet small">${joined ? visible(defangedText(detail)) : nameShown(type, detail)}</span>`
}

function modifiedCell({ format }: Visit, { modified }: Hit): Piece {
  const instant = modified === null ? null : parseInstant(modified)
  return instant === null ? nothing : format.date(instant)
}

function stateOf({ t, now }: Visit, { revoked }: Hit, end: Instant | undefined): Html | null {
  if (revoked) return stateMark("closed", t("library.revoked"))
  return end !== undefined && end <= now ? stateMark("conditional", t("library.expired")) : null
}

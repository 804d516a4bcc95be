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
import { defangedText } from "../../../stix/index.ts"
import { nameShown, objectPath, typeWord } from "../named.ts"
import { originShown, type Partners } from "../partners.ts"
import type { Inside } from "./queries.ts"
import { hrefOf, type View } from "./view.ts"

/** The form that ticked rows belong to; it stands beside the list. */
export const TICKS = "ticks"

export type Listed = {
  hits: readonly Hit[]
  inside: ReadonlyMap<number, Inside>
  /** How many origins the library knows. */
  origins: number
  partners: Partners
  empty: Html
}

/** One line for each object; every head that sorts is a link to the same view in another order. */
export function resultList(visit: Visit, view: View, listed: Listed): Html {
  const { t } = visit
  return table<Hit>({
    caption: t("library.list"),
    rows: listed.hits,
    empty: listed.empty,
    columns: columns(visit, view, listed),
  })
}

/** State and origin only where rows differ in them: a column that says the same in each row says nothing. */
function columns(visit: Visit, view: View, { hits, inside, origins, partners }: Listed): Column<Hit>[] {
  const { t, format } = visit
  const state = (hit: Hit) => stateOf(visit, hit, inside.get(hit.key)?.until ?? null)
  const stated = hits.some((hit) => state(hit) !== null)
  return [
    { label: tickAll(visit), cell: tick },
    {
      label: t("library.name"),
      kind: "name",
      cell: (hit) => nameCell(visit, hit, inside.get(hit.key)),
      sort: sort(view, "name"),
    },
    { label: t("library.type"), ...quiet, cell: ({ type }) => typeWord(t, type) },
    { label: t("library.marking"), cell: ({ marking }) => (marking === null ? nothing : tlpLabel(marking)) },
    ...(stated ? [{ label: t("library.state"), cell: state }] : []),
    { label: t("library.detail"), wide: true, cell: detailCell },
    ...(origins > 1
      ? [{ label: t("library.origin"), ...quiet, cell: (hit: Hit) => originShown(t, partners, hit.origin) }]
      : []),
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

function tick({ key, id, marking }: Hit): Html {
  const red = marking === "red" ? html` data-red` : nothing
  return html`<input type="checkbox" form="${TICKS}" name="id[]" value="${id}"${red} aria-labelledby="n${key}">`
}

/** A relationship is called by what it joins, a marking by what it says; what has no name by its type. */
function nameCell({ t }: Visit, hit: Hit, inside: Inside | undefined): Html {
  const { key, id, type, name } = hit
  const text = joinedBy(hit) ?? inside?.statement ?? (name === null ? null : nameShown(type, name))
  const shown =
    typeof text === "string" ? visible(text) : (text ?? html`<span class="quiet">${typeWord(t, type)}</span>`)
  return html`<a id="n${key}" href="${objectPath(id)}">${shown}</a>`
}

function joinedBy({ type, detail }: Hit): string | null {
  return (type === "relationship" || type === "sighting") && detail !== null ? defangedText(detail) : null
}

function detailCell(hit: Hit): Piece {
  const { type, name } = hit
  const detail = joinedBy(hit) === null ? hit.detail : name
  return detail === null ? nothing : html`<span class="quiet small">${nameShown(type, detail)}</span>`
}

function modifiedCell({ format }: Visit, { modified }: Hit): Piece {
  const instant = modified === null ? null : parseInstant(modified)
  return instant === null ? nothing : format.date(instant)
}

function stateOf({ t, now }: Visit, { revoked }: Hit, until: Instant | null): Html | null {
  if (revoked) return stateMark("closed", t("library.revoked"))
  return until !== null && until <= now ? stateMark("conditional", t("library.expired")) : null
}

import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  type Html,
  html,
  noForm,
  nothing,
  type Piece,
  type Reply,
  reply,
  selectField,
  stateMark,
  type Translate,
  table,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import type { Instant } from "../../../kernel/time.ts"
import { type Hit, loadCollection } from "../../../library/index.ts"
import {
  countOverdue,
  type Due,
  type DuePlace,
  type DueWish,
  findReceipt,
  isOverdue,
  listReceipts,
  type ReceiptKind,
  receiptsAbout,
} from "../../../peering/index.ts"
import { safeFileName, wholeNumber } from "../collections/parts.ts"
import { reference } from "../named.ts"
import { type Partners, partnersOf } from "../partners.ts"
import { notTaken } from "./not-taken.ts"
import type { ReleasePageParts } from "./parts.ts"

const PATH = "/share/receipts"
const ROWS = 50
const ABOUT_MOST = 500
const STATES = ["open", "overdue", "answered", "refused"] as const
const KINDS: readonly ReceiptKind[] = ["recall", "mark", "revoke", "erase", "put"]

/** What partners were asked to do with what they got, and what they answered: late ones stay red. */
export function receiptPages(parts: ReleasePageParts): PageRoute[] {
  const row = { method: "GET", who: "role:analyst" } as const
  return [
    { ...row, path: PATH, handle: (visit) => show(parts, visit) },
    { ...row, path: `${PATH}/:collection/:seq{[0-9]+}/:party`, handle: (visit) => file(parts, visit) },
  ]
}

type View = Pick<DueWish, "state" | "kind" | "party"> & { object: string | null; before: DuePlace | null }

function viewOf(query: URLSearchParams): View {
  const object = query.get("object")
  return {
    state: STATES.find((one) => one === query.get("state")) ?? null,
    kind: KINDS.find((one) => one === query.get("kind")) ?? null,
    party: query.get("party") || null,
    object: object === null || object === "" ? null : object.slice(0, 300),
    before: placeIn(query.get("before")),
  }
}

/** `1767225600000000.COLLECTION.12.PARTY`: where the page before ended. */
function placeIn(text: string | null): DuePlace | null {
  const [at, collection = "", seq, ...party] = (text ?? "").split(".")
  const [toldAt, number] = [wholeNumber(at), wholeNumber(seq)]
  if (toldAt === null || number === null) return null
  return { toldAt: toldAt as Instant, collection, seq: number, party: party.join(".") }
}

function addressOf({ state, kind, party, object }: View, before: DuePlace | null): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ state, kind, party, object })) if (value !== null) query.set(name, value)
  if (before !== null) query.set("before", [before.toldAt, before.collection, before.seq, before.party].join("."))
  const text = query.toString()
  return text === "" ? PATH : `${PATH}?${text}`
}

async function show(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { t, now, format } = visit
  const { store } = parts
  const view = viewOf(visit.ask.query)
  const [found, late, partners] = await Promise.all([
    duesOf(parts, view, now),
    countOverdue(store, now),
    partnersOf(store),
  ])
  const rows = found.slice(0, ROWS)
  const last = rows.at(-1)
  const names = await parts.search.names(rows.flatMap(({ object }) => object ?? []))
  const state =
    late === 0
      ? stateMark("open", t("receipts.none-late"))
      : stateMark("closed", t("receipts.late", { count: format.number(late) }))
  const older =
    found.length > ROWS && last !== undefined
      ? html`<a class="button" href="${addressOf(view, last)}">${t("entry.older")}</a>`
      : nothing
  const first = view.before === null ? nothing : html`<a href="${addressOf(view, null)}">${t("entry.newest")}</a>`
  const paging = html`<nav class="paging" aria-label="${t("receipts.paging")}">${older}${first}</nav>`
  const body = html`<p>${t("receipts.what")}</p>${filter(visit, view, partners)}${await aboutObject(parts, visit, view)}${list(visit, rows, names)}${paging}`
  return visit.page({ title: t("nav.receipts"), state, place: "receipts", body })
}

async function duesOf({ store }: ReleasePageParts, view: View, now: Instant): Promise<Due[]> {
  if (view.object !== null) return receiptsAbout(store, view.object, ABOUT_MOST)
  return listReceipts(store, now, { ...view, most: ROWS + 1 })
}

async function aboutObject({ search }: ReleasePageParts, { t }: Visit, { object }: View): Promise<Html> {
  if (object === null) return nothing
  const hit = (await search.names([object])).get(object)
  return html`<p>${t("receipts.about")} ${reference(t, object, hit)} · <a href="${PATH}">${t("receipts.of-all")}</a></p>`
}

function filter({ t, format }: Visit, view: View, partners: Partners): Html {
  if (view.object !== null) return nothing
  const any = { value: "", label: t("receipts.any") }
  const shown = { t, ...noForm }
  const states = selectField(shown, {
    ...{ name: "state", label: t("receipts.state"), value: view.state ?? "" },
    choices: [any, ...STATES.map((one) => ({ value: one, label: stateWord(t, one) }))],
  })
  const kinds = selectField(shown, {
    ...{ name: "kind", label: t("receipts.kind"), value: view.kind ?? "" },
    choices: [any, ...KINDS.map((one) => ({ value: one, label: kindWord(t, one) }))],
  })
  const named = [...partners].toSorted(([, a], [, b]) => format.compare(a, b))
  const parties = selectField(shown, {
    ...{ name: "party", label: t("shared.party"), value: view.party ?? "" },
    choices: [any, ...named.map(([value, name]) => ({ value, label: visibleText(name) }))],
  })
  return html`<form class="bar" method="get">${states}${kinds}${parties}<button>${t("entry.show")}</button></form>`
}

function stateWord(t: Translate, state: (typeof STATES)[number]): string {
  switch (state) {
    case "open":
      return t("receipts.state-open")
    case "overdue":
      return t("receipts.state-overdue")
    case "answered":
      return t("receipts.state-answered")
    case "refused":
      return t("receipts.state-refused")
  }
}

/** What was asked of the recipient. */
function kindWord(t: Translate, kind: ReceiptKind): string {
  switch (kind) {
    case "recall":
      return t("receipts.kind-recall")
    case "mark":
      return t("receipts.kind-mark")
    case "revoke":
      return t("receipts.kind-revoke")
    case "erase":
      return t("receipts.kind-erase")
    case "put":
      return t("receipts.kind-put")
  }
}

function list(visit: Visit, rows: readonly Due[], names: ReadonlyMap<string, Hit>): Html {
  const { t, format } = visit
  return table<Due>({
    caption: t("nav.receipts"),
    rows,
    empty: emptyState(t("receipts.none")),
    columns: [
      { label: t("receipts.state"), cell: (due) => answer(visit, due) },
      { label: t("shared.party"), kind: "name", cell: ({ name }) => visible(name) },
      { label: t("receipts.kind"), cell: ({ kind }) => kindWord(t, kind) },
      {
        label: t("entry.object"),
        cell: (due) => html`${objectCell(visit, due, names)} <span class="small">${entryCell(due)}</span>`,
      },
      { label: t("receipts.told-at"), kind: "quiet", wide: true, cell: ({ toldAt }) => format.date(toldAt) },
      { label: t("receipts.due-at"), kind: "quiet", cell: ({ dueAt, until }) => format.date(until ?? dueAt) },
      { label: t("receipts.signed"), cell: (due) => fileCell(visit, due) },
    ],
  })
}

function objectCell({ t }: Visit, { object, seq }: Due, names: ReadonlyMap<string, Hit>): Piece {
  return object === null ? t("receipts.erased-object", { seq }) : reference(t, object, names.get(object))
}

function entryCell({ collection, title, seq }: Due): Html {
  return html`<a href="/share/collections/${collection}?from=${seq}#entry-${seq}">${visible(title)}</a>`
}

function fileCell({ t }: Visit, { receipt, collection, seq, party }: Due): Piece {
  if (receipt === null) return null
  return html`<a href="${PATH}/${collection}/${seq}/${encodeURIComponent(party)}" download>${t("receipts.download")}</a>`
}

/** What the recipient answered; what is late, whatever it said. */
function answer({ t, format, now }: Visit, due: Due): Html {
  const why =
    due.reason === null || due.reason === ""
      ? nothing
      : html` <span class="quiet small">${notTaken(t, due.reason)}</span>`
  if (isOverdue(due, now)) return html`${stateMark("closed", t("receipts.is-overdue"))}${why}`
  switch (due.state) {
    case "due":
      return stateMark("conditional", t("receipts.is-due"))
    case "pending":
      return html`${stateMark("conditional", t("receipts.is-pending", { until: due.until === null ? "" : format.dateText(due.until) }))}${why}`
    case "applied":
      return html`${stateMark("open", t("receipts.is-applied"))}${why}`
    case "refused":
      return html`${stateMark("closed", t("receipts.is-refused"))}${why}`
  }
}

/** The signed note as it came: whoever knows the partner's key can check it. */
async function file({ store }: ReleasePageParts, { ask }: Visit): Promise<Reply> {
  const { collection = "", party = "" } = ask.params
  const seq = wholeNumber(ask.params.seq) ?? -1
  const { id } = await loadCollection(store, collection)
  const due = await findReceipt(store, { collection: id, seq, party })
  if (due === null || due.receipt === null) throw new ComityError("not-found", "receipt.unknown")
  const name = safeFileName(`receipt-${id}-${seq}-${party}`)
  return reply("text/plain; charset=utf-8", due.receipt, 200, {
    "cache-control": "no-store",
    "content-disposition": `attachment; filename="${name}.txt"`,
    "content-security-policy": "default-src 'none'; sandbox",
  })
}

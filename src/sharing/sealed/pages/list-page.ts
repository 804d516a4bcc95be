import type { Visit } from "../../../accounts/index.ts"
import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  table,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import type { PartyId } from "../../../parties/index.ts"
import type { CardRecipient, Sealed } from "../model.ts"
import { selectRecipients } from "../queries.ts"
import { type Listing, listReceived, listSent, lookerOf } from "../reading.ts"
import { HOME, KEYS, nameOfParty, PLACE, recipientText, type SealedPageParts, sealedPath, stateOf } from "./words.ts"

const ROWS = 50
const PURPOSE_SHOWN = 50
const OFFICER = "role:officer"

type Row = Sealed & { partner: string; recipients: CardRecipient[] }

/** What came for whoever looks, and, for officers, what went out. */
export async function listPage({ store }: SealedPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const officer = visit.may(OFFICER)
  const received = await listReceived(store, lookerOf(visit.person()), before(visit, "received"), ROWS)
  const sent = officer ? await listSent(store, before(visit, "sent"), ROWS) : null
  const write = officer ? html`<a class="button primary" href="${HOME}/new">${t("sealed.new")}</a> ` : nothing
  const outgoing =
    sent === null ? nothing : section(t("sealed.sent"), await list({ store }, visit, "sent", sent), "sent")
  return visit.page({
    ...{ title: t("nav.sealed"), place: PLACE },
    body: html`${done(visit)}<p>${t("sealed.what")}</p><p class="actions">${write}<a href="${KEYS}">${t("sealed.keys")}</a></p>
${section(t("sealed.received"), await list({ store }, visit, "received", received), "received")}${outgoing}`,
  })
}

function done({ t, ask }: Visit): Html {
  return ask.query.get("done") === "discarded" ? notice(t("sealed.is-discarded")) : nothing
}

/** Rows older than this one: its number, from the address. */
function before({ ask }: Visit, which: Sealed["direction"]): number {
  const given = ask.query.get(`${which}-before`) ?? ""
  return /^\d{1,15}$/.test(given) ? Number(given) : Number.MAX_SAFE_INTEGER
}

async function list(
  { store }: Pick<SealedPageParts, "store">,
  visit: Visit,
  which: Sealed["direction"],
  { rows, more }: Listing,
): Promise<Html> {
  const { t, format } = visit
  const names = new Map<PartyId, string>()
  const full: Row[] = []
  for (const row of rows) {
    const partner = names.get(row.party) ?? (await nameOfParty(store, row.party))
    names.set(row.party, partner)
    full.push({ ...row, partner, recipients: await selectRecipients(store, row.key) })
  }
  const purpose: Column<Row> = {
    label: t("sealed.purpose"),
    cell: (row) => visible(shortened(row.purpose ?? "")),
  }
  const columns: Column<Row>[] = [
    {
      label: t(which === "sent" ? "sealed.to" : "sealed.from"),
      kind: "name",
      cell: (row) => html`<a href="${sealedPath(row)}">${visible(row.partner)}</a>`,
    },
    ...(which === "sent" ? [purpose] : []),
    { label: t("sealed.for"), cell: ({ recipients }) => someOf(visit, recipients) },
    { label: "TLP", cell: ({ tlp }) => tlpLabel(tlp) },
    { label: t("sealed.state"), cell: (row) => stateOf(t, row) },
    { label: t("sealed.when"), kind: "quiet", wide: true, cell: ({ createdAt }) => format.time(createdAt) },
  ]
  const empty = emptyState(t(which === "sent" ? "sealed.none-sent" : "sealed.none-received"))
  const last = rows.at(-1)
  const older =
    more && last !== undefined
      ? html`<p class="paging"><a href="${HOME}?${which}-before=${last.key}#${which}">${t("sealed.older")}</a></p>`
      : nothing
  return html`${table({ caption: t(which === "sent" ? "sealed.sent" : "sealed.received"), columns, rows: full, empty })}${older}`
}

/** The beginning of its first line. */
function shortened(text: string): string {
  const [line = ""] = text.split("\n")
  return line.length > PURPOSE_SHOWN || line.length < text.length
    ? `${[...line].slice(0, PURPOSE_SHOWN).join("")}…`
    : line
}

/** The first, and how many more: one line a row. */
function someOf(visit: Visit, recipients: readonly CardRecipient[]): Html {
  const { t } = visit
  const [first, ...rest] = recipients
  if (first === undefined) return nothing
  const more = rest.length === 0 ? nothing : html` ${t("sealed.and-more", { number: rest.length })}`
  return html`${recipientText(visit, first)}${more}`
}

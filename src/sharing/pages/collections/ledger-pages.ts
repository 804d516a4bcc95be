import { namesByCommitment, type PageRoute, type Visit } from "../../../accounts/index.ts"
import {
  copyable,
  emptyState,
  facts,
  type Html,
  html,
  noForm,
  nothing,
  type Piece,
  type Reply,
  section,
  selectField,
  table,
  visible,
} from "../../../http/index.ts"
import { type Instant, parseInstant } from "../../../kernel/time.ts"
import {
  findLog,
  findOwnLog,
  formatVkey,
  type JournalRow,
  type LogRow,
  parseCheckpoint,
  parseEventHeader,
  parseNote,
  readJournal,
  verifierOf,
} from "../../../ledger/index.ts"
import { listCollections } from "../../../library/index.ts"
import { listPeers } from "../../../parties/index.ts"
import { type Calling, happeningsOf, happeningText, SUBJECTS, type Subject, subjectWord } from "./happenings.ts"
import { type CollectionParts, wholeNumber } from "./parts.ts"
import { verdictMark, verifyForm, verifyPages } from "./verify-pages.ts"

const ROWS = 50
/** A rare happening is looked for among so many entries at a time. */
const LOOKED_THROUGH = 20_000

/** The node's own logs: what happened here, and which keys it had. */
export function ledgerPages(parts: CollectionParts): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/node/ledger", who: "role:administrator" },
      handle: (visit) => page(parts, visit),
    },
    ...(["ledger", "keys"] as const).flatMap((name) =>
      verifyPages(parts.verifications, {
        path: `/node/ledger/${name}`,
        who: "role:administrator",
        subject: async ({ t }) => ({ name, title: logTitle(t, name), home: `/node/ledger/${name}`, place: "ledger" }),
      }),
    ),
    ...(["ledger", "keys"] as const).map(
      (name): PageRoute => ({
        ...{ method: "GET", path: `/node/ledger/${name}`, who: "role:administrator" },
        handle: async (visit) => visit.redirect("/node/ledger"),
      }),
    ),
  ]
}

function logTitle(t: Visit["t"], name: "ledger" | "keys"): string {
  return name === "ledger" ? t("ledger.title") : t("ledger.key-log")
}

async function ownLog({ store }: CollectionParts, kind: "ledger" | "keys"): Promise<LogRow> {
  return findLog(store, (await findOwnLog(store, kind)) ?? 0)
}

async function page(parts: CollectionParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const [ledger, keys] = await Promise.all([ownLog(parts, "ledger"), ownLog(parts, "keys")])
  return visit.page({
    title: t("ledger.title"),
    place: "ledger",
    body: html`<p>${t("ledger.what")}</p>${await entries(parts, visit, ledger)}
<div class="halves">${section(t("ledger.signed"), about(parts, visit, ledger, "ledger"))}${section(t("ledger.key-log"), html`<p>${t("ledger.key-log-what")}</p>${about(parts, visit, keys, "keys")}`)}</div>`,
  })
}

async function entries(parts: CollectionParts, visit: Visit, log: LogRow): Promise<Html> {
  const { t } = visit
  const { query } = visit.ask
  const subject = SUBJECTS.find((one) => one === query.get("about")) ?? null
  const from = Math.min(wholeNumber(query.get("from")) ?? log.size - 1, log.size - 1)
  const lowest = Math.max(0, from - LOOKED_THROUGH + 1)
  const whats = subject === null ? null : happeningsOf(subject)
  const rows = await readJournal(parts.store, log.key, { from, lowest, whats, most: ROWS + 1 })
  const next = rows.length > ROWS ? (rows.at(-1)?.seq ?? 0) : lowest - 1
  const at = (seq: number | null) => addressOf(seq, subject)
  const newest = from < log.size - 1 ? html`<a href="${at(null)}">${t("entry.newest")}</a>` : nothing
  const newer =
    from < log.size - 1
      ? html`<a class="button" href="${at(Math.min(log.size - 1, from + ROWS))}">${t("entry.newer")}</a>`
      : nothing
  const older = next < 0 ? nothing : html`<a class="button" href="${at(next)}">${t("entry.older")}</a>`
  const list = happeningTable(visit, rows.slice(0, ROWS), await callingOf(parts, visit))
  return html`${filter(visit, subject)}${list}<nav class="paging" aria-label="${t("entry.paging")}">${newer}${older}${newest}</nav>`
}

function addressOf(from: number | null, subject: Subject | null): string {
  const query = new URLSearchParams()
  if (from !== null) query.set("from", String(from))
  if (subject !== null) query.set("about", subject)
  const text = query.toString()
  return text === "" ? "/node/ledger" : `/node/ledger?${text}`
}

function filter({ t }: Visit, subject: Subject | null): Html {
  const choices = [
    { value: "", label: t("ledger.about-all") },
    ...SUBJECTS.map((one) => ({ value: one, label: subjectWord(t, one) })),
  ]
  const field = selectField(
    { t, ...noForm },
    { name: "about", label: t("ledger.about"), choices, value: subject ?? "" },
  )
  return html`<form class="bar" method="get">${field}<button>${t("entry.show")}</button></form>`
}

/** One entry as it is shown; null where its header is not what this version writes. */
type Told = { seq: number; at: Instant | null; what: string; by: string | null; facts: Record<string, unknown> }

function happeningTable(visit: Visit, rows: readonly JournalRow[], calling: Calling): Html {
  const { t, format } = visit
  return table<Told>({
    caption: t("ledger.title"),
    rows: rows.map(told),
    empty: emptyState(t("ledger.none"), { href: "/node/ledger", label: t("entry.all") }),
    columns: [
      { label: t("entry.number"), kind: "number", cell: ({ seq }) => seq },
      {
        label: t("ledger.happened"),
        kind: "name",
        cell: ({ what, facts }) => html`<span class="wrap">${visible(happeningText(t, what, facts, calling))}</span>`,
      },
      { label: t("ledger.by"), cell: ({ by }) => byCell(visit, by, calling) },
      { label: t("entry.time"), kind: "quiet", cell: ({ at }) => (at === null ? null : format.time(at)) },
    ],
  })
}

function told({ seq, header, body }: JournalRow): Told {
  const { at, what, by } = parseEventHeader(header)
  const facts: unknown = JSON.parse(Buffer.from(body).toString("utf8"))
  const known = typeof facts === "object" && facts !== null ? { ...facts } : {}
  return { seq, at: parseInstant(at), what, by, facts: known }
}

function byCell({ t }: Visit, by: string | null, calling: Calling): Piece {
  return by === null ? html`<span class="quiet">${t("ledger.by-node")}</span>` : visible(calling.account(by))
}

/** Names of accounts that are still there; of others only the beginning of their commitment is left. */
async function callingOf({ store }: CollectionParts, { t }: Visit): Promise<Calling> {
  const [names, collections, peers] = await Promise.all([
    namesByCommitment(store),
    listCollections(store),
    listPeers(store),
  ])
  const partners = new Map(peers.map(({ party, name }) => [String(party), name]))
  const titles = new Map(collections.map(({ id, title }) => [String(id), title]))
  return {
    account: (commitment) => names.get(commitment) ?? t("ledger.nameless", { commitment: commitment.slice(0, 8) }),
    collection: (id) => titles.get(id) ?? id,
    party: (id) => partners.get(id) ?? id,
  }
}

function about({ signer, verifications }: CollectionParts, visit: Visit, log: LogRow, name: "ledger" | "keys"): Html {
  const { t, format } = visit
  const { size, root } = parseCheckpoint(parseNote(log.checkpoint).text)
  const vkey = formatVkey(verifierOf(log.origin, signer.publicKey))
  return html`${facts([
    [t("collections.verified"), verdictMark(visit, verifications.verdict(name))],
    [t("collections.entries"), format.number(size)],
    [t("collections.origin"), copyable(t, log.origin, log.origin)],
    [t("collections.vkey"), copyable(t, vkey, vkey)],
    [t("collections.root"), copyable(t, root.toString("base64"), root.toString("base64"))],
  ])}${verifyForm(visit, { home: `/node/ledger/${name}` })}`
}

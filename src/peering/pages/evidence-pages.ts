import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  type Column,
  copyable,
  emptyState,
  facts,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  reply,
  section,
  snippet,
  stateMark,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { listPeers } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { conflictId, loadConflict } from "../evidence/commands.ts"
import { settleConflicts } from "../evidence/conflicts.ts"
import { type FoundConflict, type How, listConflicts } from "../evidence/queries.ts"
import { loadFeed } from "../feeds/queries.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"

const PLACE = "feeds"
const HOME = "/share/evidence"
const MOST = 500
const Nothing = z.object({})

/** What partners are called here. */
type Names = ReadonlyMap<string, string>

async function namesOf(reader: Reader): Promise<Names> {
  return new Map((await listPeers(reader)).map(({ party, name }) => [party, name]))
}

/** Two histories of one collection, each signed by its owner: which, whose, and since when. */
export async function evidencePage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const names = await namesOf(store)
  const rows = await listConflicts(store, MOST)
  const settled = visit.ask.query.get("done") === "settled" ? notice(t("evidence.is-settled")) : nothing
  const ask = rows.some(({ settledAt }) => settledAt === null) ? notice(t("evidence.ask-first"), "warning") : nothing
  const list = table({ caption: t("evidence.title"), columns: columns(visit, names), rows, empty: none(visit) })
  const body = html`${settled}${ask}<p>${t("evidence.what")}</p>${list}<p><a href="/share/feeds">${t("evidence.to-feeds")}</a></p>`
  return visit.page({ title: t("evidence.title"), place: PLACE, body })
}

function none({ t }: Visit): Html {
  return emptyState(t("evidence.none"))
}

function columns(visit: Visit, names: Names): Column<FoundConflict>[] {
  const { t, format } = visit
  return [
    {
      label: t("evidence.collection"),
      kind: "name",
      cell: (row) => html`<a href="${HOME}/${conflictId(row)}">${visible(row.title)}</a>`,
    },
    { label: t("partner.name"), cell: ({ party }) => partner(names, party) },
    { label: t("evidence.state"), cell: (row) => mark(visit, row) },
    {
      label: t("evidence.sizes"),
      kind: "number",
      cell: ({ firstSize, secondSize }) => `${format.number(firstSize)} / ${format.number(secondSize)}`,
    },
    { label: t("evidence.found"), kind: "quiet", wide: true, cell: ({ foundAt }) => format.time(foundAt) },
  ]
}

function partner(names: Names, party: string): Html {
  return html`<a href="/share/partners/${party}">${visible(names.get(party) ?? party)}</a>`
}

function mark({ t }: Visit, { settledAt }: FoundConflict): Html {
  return settledAt === null ? stateMark("closed", t("evidence.open")) : stateMark("unknown", t("evidence.settled"))
}

/** One of them: what was signed, what it shows, and what a person does now. */
export async function conflictPage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const found = await loadConflict(store, visit.ask.params.id ?? "")
  const names = await namesOf(store)
  const { first, second } = notesIn(found.file)
  const ask = found.settledAt === null ? notice(t("evidence.ask-first"), "warning") : nothing
  const body = html`${ask}<div class="halves"><div>${known(visit, found, names)}</div><div>${todo(visit, found)}</div></div>
${section(t("evidence.signed"), html`<p>${t("evidence.signed-what")}</p><div class="halves"><div>${snippet(t, first)}</div><div>${snippet(t, second)}</div></div>`)}
${section(t("evidence.shows"), html`<ul><li>${t("evidence.shows-two")}</li><li>${t("evidence.shows-alone")}</li><li>${t("evidence.shows-not")}</li></ul>`)}
<p><a href="${HOME}">${t("evidence.back")}</a></p>`
  return visit.page({
    title: t("evidence.one", { title: visibleText(found.title) }),
    state: mark(visit, found),
    place: PLACE,
    body,
  })
}

function known(visit: Visit, found: FoundConflict, names: Names): Html {
  const { t, format } = visit
  const { party, collection, title, firstSize, secondSize, how, toldBy, foundAt, settledAt } = found
  const digest = Buffer.from(found.hash).toString("hex")
  return facts([
    [t("partner.name"), partner(names, party)],
    [t("evidence.collection"), html`<a href="/share/collections/${collection}">${visible(title)}</a>`],
    [t("evidence.sizes"), `${format.number(firstSize)} / ${format.number(secondSize)}`],
    [t("evidence.found"), format.time(foundAt)],
    [t("evidence.how"), howText(visit, how)],
    [t("evidence.told-by"), toldBy === null ? null : partner(names, toldBy)],
    [t("evidence.settled-at"), settledAt === null ? null : format.time(settledAt)],
    [t("evidence.digest"), copyable(t, digest, digest)],
  ])
}

function howText({ t }: Visit, how: How): string {
  const words: Readonly<Record<How, () => string>> = {
    checkpoint: () => t("evidence.how-checkpoint"),
    pull: () => t("evidence.how-pull"),
    file: () => t("evidence.how-file"),
    witnessed: () => t("evidence.how-witnessed"),
    told: () => t("evidence.how-told"),
  }
  return words[how]()
}

/** Ask, show it to whoever has to know, and settle it. */
function todo(visit: Visit, found: FoundConflict): Html {
  const { t } = visit
  const home = `${HOME}/${conflictId(found)}`
  const command = `python3 verify.py ${fileName(found)}`
  const settle =
    found.settledAt === null && visit.may(OFFICER)
      ? html`<li>${t("evidence.then-settle")} <a href="${home}/settle">${t("evidence.settle")}</a></li>`
      : nothing
  return html`<h2>${t("evidence.now")}</h2><ol><li>${t("evidence.call")} <a href="/share/partners/${found.party}">${t("evidence.to-partner")}</a></li>
<li>${t("evidence.hand-out")} <a href="${home}/file" download>${fileName(found)}</a>, <a href="/share/verify.py" download>verify.py</a><br>${copyable(t, command, command)}</li>${settle}</ol>`
}

export async function conflictFilePage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const found = await loadConflict(store, visit.ask.params.id ?? "")
  return reply("application/json", Buffer.from(found.file), 200, {
    "cache-control": "no-store",
    "content-disposition": `attachment; filename="${fileName(found)}"`,
    "content-security-policy": "default-src 'none'; sandbox",
  })
}

function fileName(found: FoundConflict): string {
  return `conflict-${conflictId(found)}.json`
}

/** What follows from it, and what does not. */
export async function settlePage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const found = await loadConflict(store, visit.ask.params.id ?? "")
  const home = `${HOME}/${conflictId(found)}`
  const names = await namesOf(store)
  const name = visibleText(names.get(found.party) ?? found.party)
  const body = html`<div class="decision"><ul><li>${t("evidence.settle-ours")}</li><li>${t("evidence.settle-other", { name })}</li><li>${t("evidence.settle-keeps")}</li><li>${t("evidence.settle-again")}</li></ul>
<form method="post" action="${home}/settle">${actions(t("evidence.settle"), { href: home, label: t("evidence.not-yet") })}</form></div>`
  return visit.page({ title: t("evidence.settle-title", { title: visibleText(found.title) }), place: PLACE, body })
}

export async function settled({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const { feed } = await loadConflict(store, visit.ask.params.id ?? "")
  const by = visit.person().commitment
  await store.write(async (tx) => settleConflicts(tx, await loadFeed(tx, feed), by))
  return visit.redirect(`${HOME}?done=settled`)
}

const Notes = z.object({ first: z.string(), second: z.string() })

function notesIn(file: Uint8Array): z.output<typeof Notes> {
  return Notes.parse(JSON.parse(Buffer.from(file).toString("utf8")))
}

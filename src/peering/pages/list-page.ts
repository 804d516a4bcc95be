import type { Visit } from "../../accounts/index.ts"
import {
  type Column,
  type Dot,
  emptyState,
  html,
  map,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
} from "../../http/index.ts"
import { findPlace } from "../../kernel/places.ts"
import type { Instant } from "../../kernel/time.ts"
import { type Card, listPeers, ownParty, type Peer, readCard, readPeerCard } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { type Given, listInvitations } from "../joining/queries.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"
import { type LatelyRow, lately } from "./queries.ts"
import { kindWord, relationMark } from "./words.ts"

type Row = Peer & { card: Card | null; late: LatelyRow | undefined }

/** Partners: the list first, dots second. */
export async function partnersPage({ store }: PartnerParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const rows = await rowsOf(store, visit)
  const invite = visit.may(OFFICER)
    ? html`<p class="actions"><a class="button" href="/share/partners/invite">${t("partner.invite")}</a> <a class="button" href="/share/partners/accept">${t("partner.accept")}</a></p>`
    : nothing
  const done = visit.ask.query.get("done") === "left" ? notice(t("partner.is-left")) : nothing
  const body = html`${done}<p>${t("partner.what")}</p>${invite}${list(visit, rows)}${await dots(store, visit, rows)}${await open(store, visit)}`
  return visit.page({ title: t("nav.partners"), place: "partners", body })
}

async function rowsOf(reader: Reader, { now }: Visit): Promise<Row[]> {
  const late = await lately(reader, now)
  const peers = await listPeers(reader)
  return Promise.all(
    peers.map(async (peer) => ({ ...peer, card: await cardOf(reader, peer), late: late.get(peer.party) })),
  )
}

/** `got`: when it came here. */
export async function cardOf(reader: Reader, peer: Peer): Promise<(Card & { got: Instant }) | null> {
  const kept = await readPeerCard(reader, peer.key)
  return kept === null ? null : { ...readCard(kept.bytes, peer.party), got: kept.at }
}

function list(visit: Visit, rows: readonly Row[]) {
  const { t, format } = visit
  const columns: Column<Row>[] = [
    {
      label: t("partner.name"),
      kind: "name",
      cell: ({ party, name }) => html`<a href="/share/partners/${party}">${visible(name)}</a>`,
    },
    { label: t("partner.state"), cell: (row) => relationMark(t, row) },
    {
      label: t("partner.places"),
      kind: "quiet",
      cell: ({ card }) => format.list((card?.places ?? []).map((place) => format.place(place))),
    },
    {
      label: t("partner.kind"),
      kind: "quiet",
      wide: true,
      cell: ({ card }) => (card === null ? nothing : kindWord(t, card.kind)),
    },
    { label: t("partner.heard"), kind: "quiet", wide: true, cell: ({ late }) => timeOf(visit, late?.heardAt ?? null) },
    { label: t("partner.waiting"), kind: "number", wide: true, cell: ({ late }) => format.number(late?.waiting ?? 0) },
    {
      label: t("partner.overdue"),
      kind: "number",
      cell: ({ late }) =>
        (late?.overdue ?? 0) > 0 ? stateMark("closed", format.number(late?.overdue ?? 0)) : format.number(0),
    },
  ]
  return table({ caption: t("nav.partners"), columns, rows, empty: emptyState(t("peer.none")) })
}

function timeOf({ format }: Visit, at: LatelyRow["heardAt"]) {
  return at === null ? nothing : format.time(at)
}

async function dots(reader: Reader, visit: Visit, rows: readonly Row[]) {
  const { t } = visit
  const own = await ownParty(reader)
  const at = (code: string, rest: Omit<Dot, "longitude" | "latitude">): Dot[] => {
    const place = findPlace(code)
    return place === null ? [] : [{ longitude: place.longitude, latitude: place.latitude, ...rest }]
  }
  const theirs = rows.flatMap(({ card, name, party, state, theirs }) =>
    (card?.places ?? []).flatMap((code) =>
      at(code, {
        ...{ label: name, href: `/share/partners/${party}` },
        kind: state === "active" && theirs === "active" ? "open" : state === "left" ? "closed" : "conditional",
      }),
    ),
  )
  if (theirs.length === 0) return nothing
  const ours = own === null ? [] : at(own.place, { label: own.name, kind: "own" })
  return section(t("partner.where"), map([...ours, ...theirs], t("partner.map-source")))
}

/** Invitations that nobody took up yet; who came by one stands in the list. */
async function open(reader: Reader, visit: Visit) {
  const { t, format, now } = visit
  if (!visit.may(OFFICER)) return nothing
  const rows = (await listInvitations(reader)).filter(({ usedBy }) => usedBy === null)
  if (rows.length === 0) return nothing
  const columns: Column<Given>[] = [
    { label: t("partner.label"), kind: "name", cell: ({ label }) => visible(label) },
    {
      label: t("partner.expires"),
      kind: "quiet",
      cell: ({ expiresAt }) =>
        expiresAt < now ? html`${format.time(expiresAt)} · ${t("partner.expired")}` : format.time(expiresAt),
    },
    {
      label: t("partner.take-back"),
      cell: ({ id }) =>
        html`<form method="post" action="/share/partners/invitations/${id}/remove"><button class="plain">${t("partner.take-back")}</button></form>`,
    },
  ]
  return section(t("partner.invitations"), table({ caption: t("partner.invitations"), columns, rows, empty: nothing }))
}

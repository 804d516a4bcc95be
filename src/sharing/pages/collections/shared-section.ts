import type { Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  type Html,
  html,
  nothing,
  notice,
  section,
  stateMark,
  type Translate,
  table,
} from "../../../http/index.ts"
import { findLog, type Guarded } from "../../../ledger/index.ts"
import { type Collection, listUnshared, type Member, membersOf } from "../../../library/index.ts"
import { findPeer, isActive, type Peer } from "../../../parties/index.ts"
import { isOver, readTerms } from "../../../policy/index.ts"
import type { Reader } from "../../../store/index.ts"
import { type Behind, behind } from "../../release/behind.ts"
import { type Partners, partnerShown, partnersOf } from "../partners.ts"
import { collectionPath } from "./parts.ts"

export function whatItIs(t: Translate, { kind }: Pick<Collection, "kind">): string {
  switch (kind) {
    case "inbox":
      return t("collections.is-inbox")
    case "shared":
      return t("collections.is-shared")
    case "received":
      return t("collections.is-received")
  }
}

/** What a reader answers, or this node concludes, where what it holds does not fit. */
const CONTRADICTIONS: ReadonlySet<string> = new Set(["feed.broken", "checkpoint.root-differs", "stale"])
const UNSHARED_MOST = 1000

/** Of a shared collection who reads it and how far each got; of a received one whose it is. */
export async function sharedSection(reader: Reader, visit: Visit, collection: Collection): Promise<Html> {
  if (collection.kind === "inbox") return nothing
  const partners = await partnersOf(reader)
  if (collection.kind === "received") return received(visit, collection, partners)
  const members = await membersOf(reader, collection.key)
  const peers = new Map<string, Peer | null>()
  for (const { party } of members) peers.set(party, await findPeer(reader, party))
  const unshared = await listUnshared(reader, { collection: collection.key, most: UNSHARED_MOST })
  const { guarded } = await findLog(reader, collection.log)
  const known = { members, peers, partners, behind: await behind(reader, collection) }
  const body = html`${closed(visit, collection)}${over(visit, collection)}${waits(visit, guarded)}${newer(visit, collection, unshared.length)}${audience(visit, collection, known)}`
  return section(visit.t("shared.audience"), body, "audience")
}

function received({ t }: Visit, { party, closedAt }: Collection, partners: Partners): Html {
  const state = closedAt === null ? nothing : html` ${stateMark("closed", t("shared.closed"))}`
  return section(
    t("shared.owner"),
    html`<p>${party === null ? nothing : partnerShown(partners, party)}${state}</p><p class="quiet">${t("shared.owner-what")}</p>`,
  )
}

function closed({ t, format }: Visit, { closedAt, successor }: Collection): Html {
  if (closedAt === null) return nothing
  const on = successor === null ? nothing : html` <a href="/share/collections/${successor}">${t("shared.goes-on")}</a>`
  return notice(html`${t("shared.closed-at")} ${format.time(closedAt)}.${on}`, "warning")
}

/** After its last day nobody gets anything more, though they still belong to it. */
function over({ t, now }: Visit, { terms }: Collection): Html {
  const end = readTerms(terms?.text ?? "")?.end ?? ""
  return isOver(terms, now) ? notice(t("shared.terms-over", { end }), "warning") : nothing
}

/** Nothing can be let out now, or ever again, and why. */
function waits({ t }: Visit, guarded: Guarded): Html {
  if (guarded === 0) return nothing
  if (guarded === 2) return notice(t("shared.ended"), "warning")
  return notice(html`${t("shared.guarded")} <a href="/share/guard">${t("feed.to-guard")}</a>`, "warning")
}

function newer(visit: Visit, { id }: Collection, count: number): Html {
  if (count === 0) return nothing
  const { t, format } = visit
  const link = visit.may("role:officer")
    ? html`<a href="/share/release?unshared=${id}">${t("release.share-newer")}</a>`
    : nothing
  return notice(html`${t("shared.newer", { count: format.number(count) })} ${link}`, "warning")
}

type Known = {
  members: readonly Member[]
  peers: ReadonlyMap<string, Peer | null>
  partners: Partners
  behind: Behind
}

function audience(visit: Visit, collection: Collection, { members, peers, partners, behind: why }: Known): Html {
  const { t, format } = visit
  const officer = visit.may("role:officer")
  const home = collectionPath(collection)
  const { size } = collection
  const list = table<Member>({
    caption: t("shared.audience"),
    rows: members,
    empty: emptyState(t("shared.nobody")),
    columns: [
      { label: t("shared.party"), kind: "name", cell: ({ party }) => partnerShown(partners, party) },
      {
        label: t("shared.state"),
        cell: (member) => memberState(visit, member, peers.get(member.party) ?? null, collection),
      },
      {
        label: t("shared.served"),
        kind: "number",
        cell: ({ served, leftSize }) =>
          t("shared.served-of", { served: format.number(served), size: format.number(leftSize ?? size) }),
      },
      { label: t("shared.told"), kind: "number", wide: true, cell: ({ told }) => format.number(told) },
      { label: t("shared.cosigned"), kind: "number", wide: true, cell: ({ cosigned }) => format.number(cosigned) },
      { label: t("shared.since"), kind: "quiet", wide: true, cell: ({ addedAt }) => format.date(addedAt) },
      ...(officer && why === null
        ? [
            {
              label: t("shared.change"),
              cell: ({ party, leftAt }: Member) =>
                leftAt === null
                  ? html`<a href="${home}/audience/remove?${String(new URLSearchParams({ party }))}">${t("shared.remove")}</a>`
                  : null,
            },
          ]
        : []),
    ],
  })
  // Who reads what an agreement made follows from the agreement.
  const add =
    officer && why === null && collection.closedAt === null
      ? html`<p class="actions"><a class="button" href="${home}/audience/add">${t("shared.add")}</a></p>`
      : nothing
  const cosigned = members.some((member) => member.cosigned > 0)
  const protection = cosigned ? t("shared.cosigned-what") : t("shared.cosigned-none")
  const contradicted = members.some(contradicts) ? notice(t("shared.contradicted-what"), "warning") : nothing
  return html`<p class="quiet">${t("shared.audience-what")}</p>${contradicted}${list}<p class="quiet">${protection}</p>${add}`
}

/** A reader holds another history than this log has: it says so whenever it is shown a checkpoint. */
function contradicts({ cosignFailure, leftAt }: Member): boolean {
  return leftAt === null && CONTRADICTIONS.has(cosignFailure ?? "")
}

function memberState({ t, format, now }: Visit, member: Member, peer: Peer | null, { size, terms }: Collection): Html {
  if (member.leftAt !== null) return html`${stateMark("closed", t("shared.left"))} ${format.date(member.leftAt)}`
  if (isOver(terms, now)) return stateMark("closed", t("readers.ended"))
  if (peer === null || !isActive(peer)) return stateMark("conditional", t("release.not-active"))
  if (contradicts(member)) return stateMark("closed", t("shared.contradicted"))
  return member.served >= size
    ? stateMark("open", t("shared.up-to-date"))
    : stateMark("conditional", t("shared.behind"))
}

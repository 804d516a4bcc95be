import type { Visit } from "../../accounts/index.ts"
import { facts, type Html, html, nothing, type Reply, section, visible } from "../../http/index.ts"
import { loadPeer } from "../../parties/index.ts"
import { purposeWord } from "../../policy/index.ts"
import { type ItemType, isPersonal } from "../items/types.ts"
import { findList } from "../lists/lists.ts"
import type { Gathered } from "../lists/model.ts"
import { paddedSize } from "../runs/model.ts"
import type { ProposeWish } from "../runs/operations.ts"
import { honest, quotas } from "./limits-shown.ts"
import { agreementsHere, figureTable, lines, listPath, lookAt, type MatchPageParts, NEW, partnersOf } from "./parts.ts"
import { explained } from "./picture.ts"
import { leftOut, underWay, warnedIn } from "./preview-shown.ts"
import { learnersText, typeWord } from "./words.ts"

/** All that a proposal says and does, before anybody sends it. */
export async function decisionPage(parts: MatchPageParts, visit: Visit, wish: ProposeWish): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const [peer, list] = [await loadPeer(store, wish.party), await findList(store, wish.list)]
  const preview = await lookAt(parts, {
    ...{ query: list.query, parties: [peer.party], types: wish.types, agreement: wish.agreement },
    ...{ purpose: wish.purpose, approved: wish.types.some(({ type }) => isPersonal(type)) },
  })
  const title = t("match.propose-title")
  const rest = { title, place: "match" }
  const { gathered } = preview
  if (gathered === null) {
    const body = html`<div class="decision">${underWay(visit, preview)}</div>`
    return visit.page({ ...rest, scripts: ["progress.js"], body })
  }
  const agreement = (await agreementsHere(store)).find((one) => one.agreement === wish.agreement)
  const said = facts([
    [t("match.partner"), html`<a href="/share/partners/${peer.party}">${visible(peer.name)}</a>`],
    [t("match.list"), html`<a href="${listPath(list)}">${visible(list.name)}</a>`],
    [t("match.purpose"), purposeWord(t, wish.purpose)],
    [t("match.basis"), visible(wish.basis)],
    [t("match.agreement"), agreement === undefined ? t("match.agreement-none") : visible(agreement.title)],
    [t("match.learners"), learnersText(t, wish.learners, "proposer", peer.name)],
  ])
  const shown = pictured(visit, wish, gathered)
  const partners = await partnersOf(store)
  const body = html`<div class="decision">${said}${sizes(visit, wish.types, gathered)}${explained(t, shown)}
${warnedNote(visit, gathered)}${leftOut(visit, gathered, partners)}${await quotas(parts, visit, peer.key, wish.types)}${honest(visit, parts.runs.limits, wish.types)}${section(t("match.final"), lines([t("match.final-told"), t("match.final-count"), t("match.final-log")]))}
${decide(visit, wish, peer.name)}</div>`
  return visit.page({ ...rest, body })
}

/** The picture with the figures of what is proposed: all types together. */
export function pictured(
  { format }: Visit,
  { types, learners }: Pick<ProposeWish, "types" | "learners">,
  gathered: Gathered,
) {
  const used = types.map(({ type }) => usedOf(gathered, type))
  const sum = (numbers: readonly number[]) => format.number(numbers.reduce((all, one) => all + one, 0))
  return { learners, role: "proposer", used: sum(used), padded: sum(used.map(paddedSize)), common: null } as const
}

function usedOf({ types }: Gathered, type: ItemType): number {
  return types.find((one) => one.type === type)?.used ?? 0
}

/** By type: what is used of ours, and what of it the other side sees. */
export function sizes(
  visit: Visit,
  types: readonly { type: ItemType; most: number; smallest: number }[],
  gathered: Gathered,
): Html {
  const { t, format } = visit
  const number = (label: string, of: (row: (typeof types)[number]) => number) =>
    ({ label, kind: "number", cell: (row: (typeof types)[number]) => format.number(of(row)) }) as const
  return figureTable({
    caption: t("match.sizes"),
    rows: types,
    empty: nothing,
    columns: [
      { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
      number(t("match.used"), ({ type }) => usedOf(gathered, type)),
      number(t("match.seen-size"), ({ type }) => paddedSize(usedOf(gathered, type))),
      number(t("match.most"), ({ most }) => most),
      number(t("match.smallest"), ({ smallest }) => smallest),
    ],
  })
}

/** How many are left out because everybody has them. */
export function warnedNote({ t, format }: Visit, gathered: Gathered): Html {
  const warned = warnedIn(gathered)
  return warned === 0 ? nothing : html`<p>${t("match.warned-out", { count: format.number(warned) })}</p>`
}

function decide(visit: Visit, wish: ProposeWish, partner: string): Html {
  const { t } = visit
  const fields = pairsOf(wish)
  const change = html`<a href="${NEW}?${String(new URLSearchParams(fields))}">${t("match.change")}</a>`
  if (!visit.may("role:officer")) return html`<p>${t("match.officer-proposes")}</p><p class="actions">${change}</p>`
  const hidden = fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  const label = visible(t("match.propose-to", { partner }))
  return html`<form method="post" action="${NEW}">${hidden}<p class="actions"><button class="primary">${label}</button>${change}</p></form>`
}

/** The fields of the form again. */
function pairsOf({ party, list, types, purpose, basis, agreement, learners }: ProposeWish): [string, string][] {
  return [
    ...Object.entries({ party, list, purpose, basis, agreement: agreement ?? "", learners }),
    ...types.flatMap(({ type, most, smallest }): [string, string][] => [
      ["type[]", type],
      [`most-${type}`, String(most)],
      [`smallest-${type}`, String(smallest)],
    ]),
  ]
}

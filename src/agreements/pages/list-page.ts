import type { Visit } from "../../accounts/index.ts"
import {
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  type Reply,
  section,
  stateMark,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ownParty } from "../../parties/index.ts"
import { effectOf, governing } from "../acts/effect.ts"
import type { Draft } from "../draft-queries.ts"
import { drafts } from "../drafts.ts"
import { lackingIn } from "../lacking.ts"
import { saidIn } from "../model.ts"
import { type Negotiation, newestOf } from "../tabled/negotiation.ts"
import { effectMark } from "./effect-shown.ts"
import { type AgreementParts, addressOf } from "./parts.ts"
import { natureWord } from "./words.ts"

export async function listPage({ store, shelf }: AgreementParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const own = (await ownParty(store))?.id ?? null
  const begin = visit.may("role:analyst")
    ? html`<p class="actions"><a class="button" href="/agree/new">${t("agreement.new")}</a></p>`
    : nothing
  return visit.page({
    ...{ title: t("nav.agreements"), place: "agreements" },
    body: html`<p>${t("agreement.what")}</p>${begin}${section(t("agreement.negotiations"), negotiationTable(visit, await shelf.negotiations(store)))}
${section(t("agreement.drafts"), draftTable(visit, await drafts(store), own))}`,
  })
}

function negotiationTable(visit: Visit, all: readonly Negotiation[]): Html {
  const { t, format, viewer } = visit
  const columns: Column<Negotiation>[] = [
    {
      label: t("agreement.title"),
      kind: "name",
      cell: (one) => {
        const { text } = newestOf(one)
        return html`<a href="${addressOf(one)}"><span class="wrap">${visible(saidIn(text, text.title, viewer.language))}</span></a>`
      },
    },
    {
      label: t("agreement.parties"),
      kind: "quiet",
      wide: true,
      cell: ({ parties }) => format.list(parties.map(({ name }) => visibleText(name))),
    },
    {
      label: t("agreement.versions"),
      kind: "number",
      wide: true,
      cell: ({ versions }) => format.number(versions.length),
    },
    {
      label: t("agreement.state"),
      cell: (one) => effectMark(t, (governing(one, visit.now) ?? newest(one, visit)).effect),
    },
    { label: t("agreement.tabled-at"), kind: "quiet", wide: true, cell: (one) => format.time(newestOf(one).at) },
  ]
  const rows = all.toSorted((a, b) => newestOf(b).at - newestOf(a).at)
  return table({
    caption: t("agreement.negotiations"),
    columns,
    rows,
    empty: emptyState(t("agreement.no-negotiations")),
  })
}

function newest(one: Negotiation, { now }: Visit) {
  return { effect: effectOf(one, newestOf(one), now) }
}

function draftTable(visit: Visit, rows: readonly Draft[], own: string | null): Html {
  const { t, format } = visit
  const columns: Column<Draft>[] = [
    {
      label: t("agreement.title"),
      kind: "name",
      cell: ({ id, text }) => html`<a href="/agree/${id}"><span class="wrap">${draftName(visit, text)}</span></a>`,
    },
    { label: t("agreement.nature"), kind: "quiet", wide: true, cell: ({ text }) => natureWord(t, text.nature) },
    { label: t("agreement.state"), cell: ({ text }) => readiness(visit, lackingIn(text, own).length) },
    { label: t("agreement.changed"), kind: "quiet", wide: true, cell: ({ changedAt }) => format.time(changedAt) },
  ]
  return table({ caption: t("agreement.drafts"), columns, rows, empty: emptyState(t("agreement.no-drafts")) })
}

export function draftName({ t, viewer }: Visit, text: Draft["text"]): Html {
  const title = saidIn(text, text.title, viewer.language)
  return title === "" ? html`${t("agreement.untitled")}` : visible(title)
}

export function readiness({ t, format }: Visit, lacking: number): Html {
  if (lacking === 0) return stateMark("open", t("agreement.ready"))
  return stateMark("conditional", t("agreement.lacking", { count: format.number(lacking) }))
}

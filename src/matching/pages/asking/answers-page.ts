import { namesByCommitment, type Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  facts,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import type { Answers, AnswersType, Asked, Usage } from "../../asking/model.ts"
import {
  type AnswersStanding,
  closeAnswers,
  listAnswers,
  loadAnswers,
  renewKeys,
  standingOf,
} from "../../asking/opening.ts"
import { findList } from "../../lists/lists.ts"
import type { MatchList } from "../../lists/model.ts"
import {
  agreementsHere,
  figureTable,
  HOME,
  lines,
  listPath,
  lookAt,
  type MatchPageParts,
  partnersOf,
} from "../parts.ts"
import { leftOut, underWay } from "../preview-shown.ts"
import { typesText, typeWord } from "../words.ts"
import { honestAnswers, wishOf } from "./opened.ts"
import { ANSWERS, answersPath, DESKS } from "./places.ts"

const PLACE = "match"

/** Lists of ours that partners may ask about. */
export async function answersPage({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const lists = (await listAnswers(store)).filter(({ mode }) => mode === "answers")
  const label = visit.may("role:officer") ? t("match-answers.open-list") : t("match-answers.prepare")
  const begin = visit.may("role:analyst")
    ? html`<p class="actions"><a class="button primary" href="${ANSWERS}/new">${label}</a></p>`
    : nothing
  const body = html`<p>${t("match-answers.what")}</p>${begin}${answersTable(visit, lists)}<p class="actions"><a href="${HOME}">${t("match.back")}</a></p>`
  return visit.page({ title: t("match-answers.title"), place: PLACE, body })
}

/** What partners may ask about, each with its partners and whether it still answers. */
export function answersTable(visit: Visit, lists: readonly Answers[]): Html {
  const { t, format } = visit
  return table<Answers>({
    caption: t("match-answers.title"),
    rows: lists,
    empty: emptyState(t("match-answers.none")),
    columns: [
      {
        label: t("match.list"),
        kind: "name",
        cell: (one) => html`<a href="${answersPath(one)}">${titleShown(visit, one)}</a>`,
      },
      { label: t("match-answers.state"), cell: (one) => answersState(visit, one) },
      {
        label: t("match-answers.partners"),
        wide: true,
        cell: ({ partners }) => visible(format.list(partners.map(({ name }) => name))),
      },
      { label: t("match.types"), wide: true, kind: "quiet", cell: ({ types }) => typesText(visit, types) },
      { label: t("match-answers.opened"), kind: "quiet", cell: ({ openedAt }) => format.date(openedAt) },
    ],
  })
}

function titleShown({ t }: Visit, { mode, title }: Answers): Html {
  return mode === "desk" ? html`${t("match-desk.subjects")}` : visible(title)
}

function answersState({ t }: Visit, { closedAt }: Answers): Html {
  return closedAt === null
    ? stateMark("open", t("match-answers.is-open"))
    : stateMark("closed", t("match-answers.is-closed"))
}

/** One of them: what is in it, which keys answer until when, who asked how much, and what stays out. */
export async function oneAnswersPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const answers = await loadAnswers(store, visit.ask.params.id ?? "")
  const standing = await standingOf(store, answers, visit.now)
  const list = answers.list === null ? null : await listOf(parts, answers.list)
  const living = answers.closedAt === null
  const out = living && list !== null ? await staysOut(parts, visit, answers, list) : { shown: nothing, scripts: [] }
  const now = living
    ? html`${warnings(visit, standing)}${typesTable(visit, answers, standing)}${usageShown(visit, answers, standing)}`
    : notice(t("match-answers.closed-now"))
  const asked = askedTable(visit, standing.asked)
  const change = living && visit.may("role:officer") ? changing(visit, answers) : nothing
  const back = answers.mode === "desk" ? DESKS : ANSWERS
  const honest = living ? honestAnswers(visit, answers.types) : nothing
  const body = html`<div class="columns"><div>${now}${asked}${out.shown}${honest}${change}</div><aside aria-label="${t("match-answers.about")}">${await about(parts, visit, answers, list)}</aside></div><p class="actions"><a href="${back}">${t("match-answers.back")}</a></p>`
  const heading = titleShown(visit, answers)
  const title = answers.mode === "desk" ? t("match-desk.subjects") : visibleText(answers.title)
  return visit.page({ title, heading, place: PLACE, scripts: out.scripts, body })
}

/** It may have been removed since; what is in it then stays as it was. */
async function listOf({ store }: MatchPageParts, id: string): Promise<MatchList | null> {
  try {
    return await findList(store, id)
  } catch (error) {
    if (error instanceof ComityError && error.kind === "not-found") return null
    throw error
  }
}

async function about({ store }: MatchPageParts, visit: Visit, answers: Answers, list: MatchList | null): Promise<Html> {
  const { t, format } = visit
  const [people, agreements] = await Promise.all([namesByCommitment(store), agreementsHere(store)])
  const by = (one: string | null) => (one === null ? null : visible(people.get(one) ?? t("approval.by-unknown")))
  const agreement = agreements.find((one) => one.agreement === answers.agreement)
  const named = answers.agreement === null ? t("match.agreement-none") : visible(agreement?.title ?? answers.agreement)
  const partners = answers.partners.map(
    ({ party, name }) => html`<li><a href="/share/partners/${party}">${visible(name)}</a></li>`,
  )
  return html`<h2>${t("match-answers.about")}</h2>${facts([
    [t("match-answers.state"), answersState(visit, answers)],
    [t("match-answers.partners"), html`<ul class="plain-list">${partners}</ul>`],
    [t("match.list"), list === null ? null : html`<a href="${listPath(list)}">${visible(list.name)}</a>`],
    [t("match.agreement"), answers.mode === "desk" ? null : named],
    [t("match-answers.key-days"), t("match-answers.days", { days: format.number(answers.keyDays) })],
    [t("match-answers.opened"), format.time(answers.openedAt)],
    [t("match-answers.opened-by"), by(answers.openedBy)],
    [t("match-answers.closed"), answers.closedAt === null ? null : format.time(answers.closedAt)],
    [t("match-answers.closed-by"), by(answers.closedBy)],
  ])}`
}

function warnings({ t }: Visit, { failure }: AnswersStanding): Html {
  return failure === null ? nothing : notice(t("match-answers.failed", { code: failure }), "warning")
}

function typesTable(visit: Visit, { types }: Answers, { epochs }: AnswersStanding): Html {
  const { t, format } = visit
  const epochOf = (type: string) => epochs.findLast((one) => one.type === type && one.state === "open") ?? null
  return section(
    t("match-answers.now"),
    html`${figureTable<AnswersType>({
      caption: t("match-answers.now"),
      rows: types,
      empty: nothing,
      columns: [
        { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
        {
          label: t("match-answers.items"),
          kind: "number",
          cell: ({ type }) => format.number(epochOf(type)?.items ?? 0),
        },
        { label: t("match-answers.quota"), kind: "number", cell: ({ quota }) => format.number(quota) },
        {
          label: t("match-answers.key-until"),
          cell: ({ type }) => {
            const epoch = epochOf(type)
            return epoch === null ? stateMark("conditional", t("match-answers.key-building")) : format.date(epoch.until)
          },
        },
      ],
    })}<p class="hint">${t("match-answers.quota-what")}</p>`,
    "now",
  )
}

function usageShown(visit: Visit, { partners }: Answers, { usage }: AnswersStanding): Html {
  const { t, format } = visit
  const names = new Map(partners.map(({ peer, name }) => [peer, name]))
  const rows = usage.filter(({ used }) => used > 0)
  const list = figureTable<Usage>({
    caption: t("match-answers.used"),
    rows,
    empty: html`<p class="quiet">${t("match-answers.used-nothing")}</p>`,
    columns: [
      { label: t("match.partner"), kind: "name", cell: ({ peer }) => visible(names.get(peer) ?? "") },
      { label: t("match.type"), cell: ({ type }) => typeWord(t, type) },
      { label: t("match.quota-used"), kind: "number", cell: ({ used }) => format.number(used) },
      { label: t("match-answers.left"), kind: "number", cell: ({ left }) => format.number(left) },
    ],
  })
  return section(t("match-answers.used"), list, "used")
}

function askedTable(visit: Visit, asked: readonly Asked[]): Html {
  const { t, format } = visit
  const list = table<Asked>({
    caption: t("match-answers.asked"),
    rows: asked,
    empty: html`<p class="quiet">${t("match-answers.asked-nothing")}</p>`,
    columns: [
      { label: t("match.partner"), kind: "name", cell: ({ name }) => visible(name) },
      { label: t("match.type"), cell: ({ type }) => typeWord(t, type) },
      { label: t("match-answers.number"), kind: "number", cell: ({ evaluations }) => format.number(evaluations) },
      { label: t("match.when"), kind: "quiet", cell: ({ at }) => format.time(at) },
    ],
  })
  return section(t("match-answers.asked"), html`<p class="hint">${t("match-answers.asked-what")}</p>${list}`, "asked")
}

/** What of the list is not among the answers, and why: as it would be decided now. */
async function staysOut(parts: MatchPageParts, visit: Visit, answers: Answers, list: MatchList) {
  const { t } = visit
  const preview = await lookAt(parts, { ...wishOf(answers), query: list.query })
  const { gathered } = preview
  if (gathered === null) {
    const shown = section(t("match.left-out-why"), underWay(visit, preview))
    return { shown, scripts: ["progress.js"] as const }
  }
  const why = leftOut(visit, gathered, await partnersOf(parts.store))
  return { shown: why, scripts: [] as const }
}

function changing({ t }: Visit, answers: Answers): Html {
  const path = answersPath(answers)
  const renew = lines([t("match-answers.renew-what"), t("match-answers.renew-cost")])
  const close = lines([t("match-answers.close-what"), t("match-answers.close-final")])
  return html`<details class="why"><summary>${t("match-answers.renew")}</summary><form method="post" action="${path}/renew">${renew}<p class="actions"><button>${t("match-answers.renew-go")}</button></p></form></details>
<details class="why"><summary>${t("match-answers.close")}</summary><form method="post" action="${path}/close">${close}<p class="actions"><button class="danger">${t("match-answers.close-go")}</button></p></form></details>`
}

const changes = { close: closeAnswers, renew: renewKeys } as const

export async function changeAnswers(parts: MatchPageParts, visit: Visit, name: keyof typeof changes): Promise<Reply> {
  const answers = await loadAnswers(parts.store, visit.ask.params.id ?? "")
  await changes[name](parts.store, answers.id, visit.person().commitment)
  return visit.redirect(answersPath(answers))
}

import type { Visit } from "../../accounts/index.ts"
import {
  emptyState,
  type Html,
  html,
  nothing,
  type Reply,
  section,
  stateMark,
  table,
  visible,
} from "../../http/index.ts"
import { countContactsWaiting } from "../asking/desk-queries.ts"
import { countKnowingsWaiting } from "../asking/knowing-queries.ts"
import { listLists } from "../lists/lists.ts"
import type { MatchList } from "../lists/model.ts"
import { type Run, waitingFor } from "../runs/model.ts"
import { listRuns } from "../runs/standing.ts"
import { ANSWERS, ASK, DESKS, KNOWING } from "./asking/places.ts"
import { HOME, LISTS, listPath, type MatchPageParts, NEW, partnersOf, runPath } from "./parts.ts"
import { countsText, type Partners, partnerShown, stateShown, typesText } from "./words.ts"

const RUNS_SHOWN = 50
const LISTS_SHOWN = 8

/** What waits for us, matches that go on or are over, and our lists. */
export async function homePage({ store, selecting }: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const before = Number(visit.ask.query.get("before"))
  const from = Number.isSafeInteger(before) && before > 0 ? before : undefined
  const [runs, lists, partners, knowings, contacts] = await Promise.all([
    listRuns(store, from, RUNS_SHOWN),
    listLists(store),
    partnersOf(store),
    countKnowingsWaiting(store, null),
    countContactsWaiting(store),
  ])
  const waits = from === undefined ? waitingShown(visit, runs, partners, { knowings, contacts }) : nothing
  const table_ = html`${runTable(visit, runs, partners)}${older(visit, runs)}`
  const found = section(t("match.runs"), table_, "runs")
  const kept = section(t("match.lists"), await listsShown(selecting, visit, lists.slice(0, LISTS_SHOWN)), "lists")
  const all = html`<p class="actions"><a href="${LISTS}">${t("match.lists-all", { count: visit.format.number(lists.length) })}</a></p>`
  const body = html`<p>${t("match.what")}</p>${begin(visit, lists.length)}${waits}${from === undefined ? singleItems(visit) : nothing}${found}${kept}${lists.length > LISTS_SHOWN ? all : nothing}`
  return visit.page({ title: t("nav.match"), place: "match", body })
}

function begin(visit: Visit, lists: number): Html {
  const { t } = visit
  if (!visit.may("role:analyst") || lists === 0) return nothing
  const label = visit.may("role:officer") ? t("match.propose") : t("match.prepare")
  return html`<p class="actions"><a class="button primary" href="${NEW}">${label}</a></p>`
}

/** Other ways to find out, item by item. */
function singleItems({ t }: Visit): Html {
  const ways = [
    [ASK, t("match-ask.title"), t("match-ask.short")],
    [ANSWERS, t("match-answers.title"), t("match-answers.short")],
    [KNOWING, t("match-know.list"), t("match-know.short")],
    [DESKS, t("match-desk.title"), t("match-desk.short")],
  ] as const
  const items = ways.map(
    ([href, label, about]) => html`<li><a href="${href}">${label}</a> <span class="quiet">${about}</span></li>`,
  )
  return section(t("match.single"), html`<ul class="plain-list">${items}</ul>`, "single")
}

type Counts = { knowings: number; contacts: number }

function waitingShown(visit: Visit, runs: readonly Run[], partners: Partners, { knowings, contacts }: Counts): Html {
  const { t, format } = visit
  const ours = runs.filter((run) => waitingFor(run) === "us")
  if (ours.length + knowings + contacts === 0) return nothing
  const others = [
    [knowings, t("overview.waits.knowing", { count: format.number(knowings) }), KNOWING],
    [contacts, t("overview.waits.contact", { count: format.number(contacts) }), `${DESKS}#contacts`],
  ] as const
  const items = ours.map((run) => {
    return html`<li>${stateShown(t, run)}<span>${partnerShown(partners, run.party)} · ${typesText(visit, run.types)}</span> <a href="${runPath(run)}">${whatToDo(t, run)}</a></li>`
  })
  const more = others
    .filter(([count]) => count > 0)
    .map(
      ([, words, href]) =>
        html`<li>${stateMark("conditional", words)} <a href="${href}">${t("overview.act.knowing")}</a></li>`,
    )
  return section(t("match.waits"), html`<ul class="tasks">${items}${more}</ul>`, "waits")
}

function whatToDo(t: Visit["t"], { state }: Run): string {
  if (state === "proposed") return t("match.to-answer")
  return state === "counted" ? t("match.to-decide") : t("match.open-run")
}

function runTable(visit: Visit, runs: readonly Run[], partners: Partners): Html {
  const { t, format } = visit
  const action = visit.may("role:analyst") ? { href: LISTS, label: t("match.to-lists") } : undefined
  return table<Run>({
    caption: t("match.runs"),
    rows: runs,
    empty: emptyState(t("match.no-runs"), action),
    columns: [
      {
        label: t("match.partner"),
        kind: "name",
        cell: (run) => html`<a href="${runPath(run)}">${partnerShown(partners, run.party)}</a>`,
      },
      { label: t("match.state"), cell: (run) => stateShown(t, run) },
      {
        label: t("match.common"),
        wide: true,
        cell: (run) =>
          html`<span class="told">${countsText(visit, run) ?? html`<span class="quiet">${typesText(visit, run.types)}</span>`}</span>`,
      },
      {
        label: t("match.when"),
        kind: "quiet",
        wide: true,
        cell: (run) => format.time(run.endedAt ?? run.createdAt),
      },
    ],
  })
}

function older({ t }: Visit, runs: readonly Run[]): Html {
  const last = runs.at(-1)
  if (last === undefined || runs.length < RUNS_SHOWN) return nothing
  return html`<nav class="paging" aria-label="${t("match.paging")}"><a class="button" rel="next" href="${HOME}?before=${last.key}">${t("match.older")}</a></nav>`
}

/** Lists by name, with what each looks for. */
export async function listsShown(
  selecting: MatchPageParts["selecting"],
  visit: Visit,
  lists: readonly MatchList[],
): Promise<Html> {
  const { t, format } = visit
  const words = new Map(
    await Promise.all(lists.map(async ({ id, query }) => [id, await selecting.wordsOf(visit, query)] as const)),
  )
  const analyst = visit.may("role:analyst")
  const action = analyst ? { href: "/share/library", label: t("match.choose-in-library") } : undefined
  return table<MatchList>({
    caption: t("match.lists"),
    rows: lists,
    empty: emptyState(analyst ? t("match.no-lists") : t("match.no-lists-reader"), action),
    columns: [
      {
        label: t("match.list"),
        kind: "name",
        cell: (list) => html`<a href="${listPath(list)}">${visible(list.name)}</a>`,
      },
      { label: t("match.looks-for"), wide: true, cell: ({ id }) => wordsShown(visit, words.get(id) ?? []) },
      { label: t("match.saved"), kind: "quiet", cell: ({ savedAt }) => format.date(savedAt) },
    ],
  })
}

/** What narrows a selection; one that is not narrowed is the whole library. */
export function wordsShown({ t }: Visit, words: readonly Html[]): Html {
  return words.length === 0 ? html`<span class="quiet">${t("match.whole-library")}</span>` : html`${words}`
}

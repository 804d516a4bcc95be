import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  emptyState,
  errorSummary,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  selectField,
  visible,
  visibleText,
} from "../../http/index.ts"
import { loadPeer } from "../../parties/index.ts"
import { purposeWord } from "../../policy/index.ts"
import { ITEM_TYPES, type ItemType, isPersonal } from "../items/types.ts"
import { listLists } from "../lists/lists.ts"
import type { MatchList } from "../lists/model.ts"
import type { Run, RunType } from "../runs/model.ts"
import { accept } from "../runs/operations.ts"
import { loadRun } from "../runs/standing.ts"
import { honest, quotas } from "./limits-shown.ts"
import {
  agreementsHere,
  faultOf,
  figureTable,
  LISTS,
  lines,
  lookAt,
  type MatchPageParts,
  partnersOf,
  runPath,
} from "./parts.ts"
import { explained } from "./picture.ts"
import { leftOut, underWay, warnedIn } from "./preview-shown.ts"
import { pictured, sizes, warnedNote } from "./propose-decision.ts"
import { learnersText, nameOf, typeWord } from "./words.ts"

type Sent = { given: Given; faults: Faults }

/** What a partner asks for, and, once one of our lists is chosen, what taking it up would mean. */
export async function acceptPage(parts: MatchPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const run = await loadRun(store, visit.ask.params.id ?? "")
  if (run.state !== "proposed" || run.role !== "acceptor") return visit.redirect(runPath(run))
  const [partners, lists, said] = await Promise.all([partnersOf(store), listLists(store), asked(parts, visit, run)])
  const partner = nameOf(partners, run.party)
  const title = t("match.accept-title", { partner })
  const wanted = sent.given.list?.[0] ?? visit.ask.query.get("list")
  const list = lists.find(({ id }) => id === wanted) ?? null
  const choose = chooseList(visit, run, lists, list)
  const rest = { title: visibleText(title), heading: visible(title), place: "match" }
  const intro = html`${errorSummary(t, sent.faults)}`
  if (list === null) {
    const shown = { learners: run.learners, role: run.role, used: null, padded: null, common: null }
    const body = html`${intro}<div class="decision">${said}${proposed(visit, run.types)}${choose}${explained(t, shown)}</div>`
    return visit.page({ ...rest, body })
  }
  const preview = await lookAt(parts, {
    ...{ query: list.query, parties: [run.party], types: run.types.map(({ type, most }) => ({ type, most })) },
    ...{ agreement: run.agreement, purpose: run.purpose, approved: run.types.some(({ type }) => isPersonal(type)) },
  })
  const { gathered } = preview
  if (gathered === null) {
    return visit.page({
      ...rest,
      scripts: ["progress.js"],
      body: html`<div class="decision">${underWay(visit, preview)}</div>`,
    })
  }
  const shown = { ...pictured(visit, run, gathered), role: run.role }
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const body = html`${intro}<div class="decision">${said}${choose}${sizes(visit, run.types, gathered)}${explained(t, shown)}${warnedIn(gathered) === 0 ? nothing : warnedNote(visit, gathered)}${leftOut(visit, gathered, partners)}
${await quotas(parts, visit, run.peer, run.types)}${honest(visit, parts.runs.limits, run.types)}${section(t("match.final"), lines([t("match.final-accepted"), t("match.final-count"), t("match.final-log")]))}
${decide(visit, run, list, sent)}</div>`
  return visit.page({ ...rest, ...status, body })
}

async function asked({ store }: MatchPageParts, visit: Visit, run: Run): Promise<Html> {
  const { t, format } = visit
  const peer = await loadPeer(store, run.party)
  const agreement = (await agreementsHere(store)).find((one) => one.agreement === run.agreement)
  const unknown =
    run.agreement !== null && agreement === undefined ? notice(t("match.agreement-unknown"), "warning") : nothing
  const named = run.agreement === null ? t("match.agreement-none") : visible(agreement?.title ?? run.agreement)
  return html`${unknown}${facts([
    [t("match.partner"), html`<a href="/share/partners/${peer.party}">${visible(peer.name)}</a>`],
    [t("match.purpose"), purposeWord(t, run.purpose)],
    [t("match.basis-theirs"), visible(run.basis)],
    [t("match.agreement"), named],
    [t("match.learners"), learnersText(t, run.learners, run.role, peer.name)],
    [t("match.expires"), format.time(run.expiresAt)],
  ])}`
}

function proposed({ t, format }: Visit, types: readonly RunType[]): Html {
  return figureTable<RunType>({
    caption: t("match.sizes"),
    rows: types,
    empty: nothing,
    columns: [
      { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
      { label: t("match.most"), kind: "number", cell: ({ most }) => format.number(most) },
      { label: t("match.smallest"), kind: "number", cell: ({ smallest }) => format.number(smallest) },
    ],
  })
}

function chooseList({ t }: Visit, run: Run, lists: readonly MatchList[], chosen: MatchList | null): Html {
  if (lists.length === 0)
    return emptyState(t("match.no-lists"), { href: "/share/library", label: t("match.choose-in-library") })
  const field = selectField(
    { t, given: {}, faults: {} },
    {
      ...{ name: "list", label: t("match.our-list"), value: chosen?.id ?? "" },
      hint: html`${t("match.list-hint")} <a href="${LISTS}">${t("match.lists")}</a>`,
      choices: lists.map(({ id, name }) => ({ value: id, label: visible(name) })),
    },
  )
  const button =
    chosen === null
      ? html`<button class="primary">${t("match.see-effect")}</button>`
      : html`<button>${t("match.other-list")}</button>`
  return html`<form method="get" action="${runPath(run)}/accept">${field}<p class="actions">${button}${chosen === null ? html`<a href="${runPath(run)}">${t("match.back-to-run")}</a>` : nothing}</p></form>`
}

function decide(visit: Visit, run: Run, list: MatchList, { given, faults }: Sent): Html {
  const { t } = visit
  const rows = run.types.map(({ type, most }) => {
    const name = `most-${type}`
    const wrong = faults[name] === undefined ? nothing : html` aria-invalid="true"`
    return html`<p class="line-field"><label for="field-${name}">${typeWord(t, type)}</label> <input class="short" id="field-${name}" name="${name}" value="${given[name]?.[0] ?? String(most)}" inputmode="numeric" maxlength="9"${wrong}></p>`
  })
  const fault = Object.entries(faults).map(([, one]) => html`<p class="fault">${t(one.key, one.values)}</p>`)
  const open = fault.length > 0 ? html` open` : nothing
  const lower = html`<details${open}><summary>${t("match.lower")}</summary><p class="hint">${t("match.lower-hint")}</p>${fault}${rows}</details>`
  return html`<form method="post" action="${runPath(run)}/accept"><input type="hidden" name="list" value="${list.id}">${lower}<p class="actions"><button class="primary">${t("match.accept")}</button><a href="${runPath(run)}">${t("match.back-to-run")}</a></p></form>`
}

const figure = z
  .string()
  .trim()
  .regex(/^\d{1,9}$/, "match.number-wrong")
  .transform(Number)
  .optional()
const Accepted = z.object({
  list: z.string().max(60),
  ...Object.fromEntries(ITEM_TYPES.map((type) => [`most-${type}`, figure])),
})

export async function acceptIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  const form = await visit.form(Accepted)
  if (!form.ok) return acceptPage(parts, visit, form)
  const values = form.value as unknown as Readonly<Record<string, number | undefined>>
  const most: Partial<Record<ItemType, number>> = {}
  for (const type of ITEM_TYPES) {
    const value = values[`most-${type}`]
    if (value !== undefined) most[type] = value
  }
  try {
    await accept(parts.runs, id, { list: form.value.list, most }, visit.person().commitment)
  } catch (error) {
    return acceptPage(parts, visit, { given: form.given, faults: { "": faultOf(visit, error) } })
  }
  return visit.redirect(runPath(await loadRun(parts.store, id)))
}

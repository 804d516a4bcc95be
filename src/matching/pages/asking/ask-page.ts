import { z } from "zod"
import { namesByCommitment, type Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  errorSummary,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  type Shown,
  section,
  selectField,
  stateMark,
  table,
  textField,
  visible,
} from "../../../http/index.ts"
import { PARTNERS_MOST, QUESTION_ITEMS_MOST, type Question } from "../../asking/model.ts"
import { askPartners, listHeld, listQuestions } from "../../asking/questioning.ts"
import { findList, listLists } from "../../lists/lists.ts"
import { activePartners, faultOf, HOME, type MatchPageParts } from "../parts.ts"
import { askDecision } from "./ask-decision.ts"
import { type ReadLines, readLines } from "./lines-read.ts"
import { ASK, questionPath } from "./places.ts"
import { takeItems } from "./taken.ts"
import { As, asField, askedField } from "./ticks.ts"

type Sent = Omit<Shown, "t">
const ITEMS_TYPED_MOST = 200_000
const QUESTIONS_SHOWN = 50

/** "Who else sees this?": what to ask and whom, and what was asked before. */
export async function askPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const { query } = visit.ask
  const party = query.getAll("party")
  const values = query.getAll("value").join("\n")
  const list = query.get("list")
  if (list === null || !visit.may("role:analyst")) return page(parts, visit, { items: values, party })
  const taken = await takeItems(parts.lists, (await findList(parts.store, list)).query)
  return page(parts, visit, { ...taken, party, list })
}

type Preset = { items: string; party: readonly string[]; list?: string; cut?: boolean }

async function page(parts: MatchPageParts, visit: Visit, preset: Preset, sent?: Sent): Promise<Reply> {
  const { t } = visit
  const before = Number(visit.ask.query.get("before"))
  const from = Number.isSafeInteger(before) && before > 0 ? before : undefined
  const former = await formerShown(parts, visit, from)
  const form = visit.may("role:analyst") && from === undefined ? await formShown(parts, visit, preset, sent) : nothing
  const status = sent === undefined || Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const body = html`${errorSummary(t, sent?.faults ?? {})}<p>${t("match-ask.what")}</p>${form}${former}<p class="actions"><a href="${HOME}">${t("match.back")}</a></p>`
  return visit.page({ title: t("match-ask.title"), place: "match", ...status, body })
}

async function formShown(
  { store }: MatchPageParts,
  visit: Visit,
  preset: Preset,
  sent: Sent = { given: {}, faults: {} },
): Promise<Html> {
  const { t } = visit
  const [active, held, lists] = await Promise.all([activePartners(store, visit), listHeld(store), listLists(store)])
  if (active.length === 0) {
    return emptyState(t("match.no-partner"), { href: "/share/partners", label: t("nav.partners") })
  }
  const shown = { t, ...sent }
  const items = textField(shown, {
    ...{ name: "items", label: t("match-ask.items"), hint: t("match-ask.items-hint"), required: true, rows: 8 },
    ...{ value: preset.items, most: ITEMS_TYPED_MOST },
  })
  const whom = askedField(visit, shown, active, { held, mode: "answers", preset: preset.party })
  const from = selectField(
    { t, given: {}, faults: {} },
    {
      ...{ name: "list", label: t("match.list"), hint: t("match-ask.from-list-hint") },
      ...{ value: preset.list ?? "", choices: lists.map(({ id, name }) => ({ value: id, label: visible(name) })) },
    },
  )
  const take =
    lists.length === 0
      ? nothing
      : html`<details${preset.list === undefined ? nothing : html` open`}><summary>${t("match-ask.from-list")}</summary><form method="get" action="${ASK}">${from}<p class="actions"><button>${t("match-ask.take")}</button></p></form></details>`
  const cut = preset.cut === true ? notice(t("match-ask.cut"), "warning") : nothing
  return html`<div class="decision">${cut}${take}<form method="post" action="${ASK}/look">${items}${asField(visit, shown)}${whom}<p>${t("match-ask.decides-nothing")}</p><p class="actions"><button class="primary">${t("match.look")}</button></p></form></div>`
}

async function formerShown({ store }: MatchPageParts, visit: Visit, before?: number): Promise<Html> {
  const { t, format } = visit
  const [asked, people] = await Promise.all([listQuestions(store, before, QUESTIONS_SHOWN), namesByCommitment(store)])
  const rows = asked.filter(({ mode }) => mode === "answers")
  const list = table<Question>({
    caption: t("match-ask.former"),
    rows,
    empty: html`<p class="quiet">${t("match-question.none")}</p>`,
    columns: [
      {
        label: t("match.when"),
        kind: "name",
        cell: (one) => html`<a href="${questionPath(one)}">${format.time(one.createdAt)}</a>`,
      },
      { label: t("match-question.state"), cell: (one) => questionState(visit, one) },
      { label: t("match-ask.count"), kind: "number", cell: ({ items }) => format.number(items) },
      { label: t("match-answers.partners"), wide: true, cell: (one) => visible(format.list(partnersIn(one))) },
      {
        label: t("match-question.by"),
        wide: true,
        kind: "quiet",
        cell: ({ by }) => (by === null ? nothing : visible(people.get(by) ?? t("approval.by-unknown"))),
      },
    ],
  })
  const last = asked.at(-1)
  const older =
    last === undefined || asked.length < QUESTIONS_SHOWN
      ? nothing
      : html`<nav class="paging" aria-label="${t("match-ask.paging")}"><a class="button" rel="next" href="${ASK}?before=${last.key}">${t("match-ask.older")}</a></nav>`
  return section(t("match-ask.former"), html`${list}${older}`, "former")
}

export function partnersIn({ parts }: Question): string[] {
  return [...new Map(parts.map(({ party, name }) => [party, name])).values()]
}

/** Whether everybody answered; a partner that did not is named on the page of the question. */
export function questionState({ t, format }: Visit, { parts, endedAt }: Question): Html {
  const answered = parts.filter(({ state }) => state === "answered")
  const numbers = { done: format.number(answered.length), all: format.number(parts.length) }
  if (endedAt === null) return stateMark("conditional", t("match-question.under-way", numbers))
  if (answered.length === parts.length) return stateMark("open", t("match-question.all-answered"))
  return stateMark("conditional", t("match-question.some-answered", numbers))
}

const Asked = z.object({
  items: z
    .string()
    .max(ITEMS_TYPED_MOST)
    .refine((text) => text.trim() !== "", "form.missing"),
  "party[]": z.preprocess(
    (value) => (value === undefined ? [] : value),
    z.array(z.string().max(60)).min(1, "match.choose-partner").max(PARTNERS_MOST),
  ),
  as: As,
  dense: z.literal("yes").optional(),
  change: z.literal("yes").optional(),
})
type Asked = z.infer<typeof Asked>

/** What the question would mean; typed items may be more than an address holds, so this is posted. */
export async function lookAtQuestion(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Asked)
  const { given } = form
  if (!form.ok) return page(parts, visit, { items: "", party: [] }, form)
  if (form.value.change === "yes") return page(parts, visit, { items: "", party: [] }, { given, faults: {} })
  return decide(parts, visit, form.value, { given, faults: {} })
}

async function decide(parts: MatchPageParts, visit: Visit, asked: Asked, sent: Sent): Promise<Reply> {
  const read = readLines(asked.items, asked.as)
  const fault = faultIn(visit, read)
  if (fault !== null) return page(parts, visit, { items: "", party: [] }, { ...sent, faults: { items: fault } })
  return askDecision(parts, visit, { read, parties: asked["party[]"], text: asked.items, as: asked.as }, sent.faults)
}

/** Nothing to ask about, or too much; the first line says why it is none. */
function faultIn({ format }: Visit, { items, refused }: ReadLines): Sent["faults"][string] | null {
  const [first] = refused
  if (items.length > QUESTION_ITEMS_MOST) {
    return { key: "error.match.items", values: { most: format.number(QUESTION_ITEMS_MOST) } }
  }
  if (items.length > 0) return null
  if (first === undefined) return { key: "form.missing" }
  return { key: first.why === "restricted" ? "match-ask.restricted" : first.why }
}

export async function askIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Asked)
  const { given } = form
  if (!form.ok) return page(parts, visit, { items: "", party: [] }, form)
  const { items } = readLines(form.value.items, form.value.as)
  const wish = {
    partners: form.value["party[]"],
    items: items.map(({ item }) => item),
    dense: form.value.dense === "yes",
  }
  try {
    return visit.redirect(questionPath({ id: await askPartners(parts.store, wish, visit.person().commitment) }))
  } catch (error) {
    const name = (error as { code?: unknown }).code === "match.dense" ? "dense" : ""
    return decide(parts, visit, form.value, { given, faults: { [name]: faultOf(visit, error) } })
  }
}

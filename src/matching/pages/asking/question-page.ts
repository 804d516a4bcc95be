import { namesByCommitment, type Visit } from "../../../accounts/index.ts"
import {
  type Column,
  copyable,
  emptyState,
  facts,
  type Html,
  html,
  nothing,
  type Reply,
  type State,
  section,
  stateMark,
  table,
  visible,
} from "../../../http/index.ts"
import { listKnowings } from "../../asking/knowing.ts"
import type { Answered, Knowing, Part, PartState, Question } from "../../asking/model.ts"
import { answersTo, cancelQuestion, loadQuestion } from "../../asking/questioning.ts"
import { knowingText, partText } from "../../asking/words.ts"
import { plainItem, shownItem } from "../../items/canonical.ts"
import type { MatchPageParts } from "../parts.ts"
import { knowledgeShown } from "../results-shown.ts"
import { typeWord } from "../words.ts"
import { partnersIn, questionState } from "./ask-page.ts"
import { ASK, DESKS, knowingPath, questionPath } from "./places.ts"

const ITEMS_SHOWN = 100

/** One question: what became of it at each partner, who has which item, and what they told of it. */
export async function questionPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const { store } = parts
  const question = await loadQuestion(store, visit.ask.params.id ?? "")
  const [answers, people, knowings] = await Promise.all([
    answersTo(store, question),
    namesByCommitment(store),
    listKnowings(store),
  ])
  const desk = question.mode === "desk"
  const about = facts([
    [t("match-question.state"), questionState(visit, question)],
    [t("match-question.at"), format.time(question.createdAt)],
    [
      t("match-question.by"),
      question.by === null ? null : visible(people.get(question.by) ?? t("approval.by-unknown")),
    ],
    [t("match-ask.count"), format.number(question.items)],
    [t("match-answers.partners"), visible(format.list(partnersIn(question)))],
  ])
  const told = knowings.filter((one) => one.side === "ours" && one.question === question.id)
  const found = desk
    ? section(
        t("match-question.found"),
        html`<p>${t("match-desk.found-what")} <a href="${DESKS}#contacts">${t("match-desk.contacts")}</a></p>`,
      )
    : html`${foundShown(visit, question, answers)}${knowShown(visit, question)}${toldShown(visit, told)}${next(visit, question)}`
  const off = question.endedAt === null && visit.may("role:analyst") ? callOff(visit, question) : nothing
  const body = html`${waiting(visit, question)}${about}${found}${partsTable(visit, question)}${off}<p class="actions"><a href="${desk ? DESKS : ASK}">${desk ? t("match-desk.back") : t("match-ask.back")}</a></p>`
  const title = desk ? t("match-question.desk-title") : t("match-question.title")
  return visit.page({ title, place: "match", body })
}

function waiting({ t }: Visit, question: Question): Html {
  if (question.endedAt !== null) return nothing
  return html`<p>${t("match-question.goes-on")} <a href="${questionPath(question)}">${t("match-question.look-again")}</a></p>`
}

function callOff({ t }: Visit, question: Question): Html {
  return html`<details><summary>${t("match-question.call-off")}</summary><form method="post" action="${questionPath(question)}/call-off"><p>${t("match-question.call-off-what")}</p><p class="actions"><button class="danger">${t("match-question.call-off-go")}</button></p></form></details>`
}

/** What became of each type at each partner. */
function partsTable(visit: Visit, { mode, parts }: Question): Html {
  const { t, format } = visit
  const found: Column<Part> = {
    ...{ label: t("match-question.found-number"), kind: "number" },
    cell: (part) => (part.found === null ? html`<span class="quiet">–</span>` : format.number(part.found)),
  }
  const list = table<Part>({
    caption: t("match-question.parts"),
    rows: parts,
    empty: nothing,
    columns: [
      { label: t("match.partner"), kind: "name", cell: ({ name }) => visible(name) },
      { label: t("match.type"), cell: ({ type }) => typeWord(t, type) },
      { label: t("match-question.state"), cell: (part) => partState(visit, part) },
      ...(mode === "desk" ? [] : [found]),
      { label: t("match-ask.count"), kind: "number", wide: true, cell: ({ items }) => format.number(items) },
      { label: t("match-ask.takes"), kind: "number", wide: true, cell: (part) => format.number(part.evaluations) },
    ],
  })
  return section(t("match-question.parts"), html`${list}`, "parts")
}

const PART_MARKS: Partial<Record<PartState, State>> = { answered: "open", waiting: "conditional" }

function partState({ t, format }: Visit, part: Part): Html {
  const words = partText(t, part)
  const { state, left } = part
  const spent = state !== "answered" || left === null
  const shown = spent ? words : t("match-question.answered-left", { words, left: format.number(left) })
  return html`<span class="told">${stateMark(PART_MARKS[state] ?? "closed", visible(shown))}</span>`
}

/** Items by partners: those that somebody has come first. */
function foundShown(visit: Visit, question: Question, answers: readonly Answered[]): Html {
  const { t, format } = visit
  const sorted = answers.toSorted((a, b) => b.found.length - a.found.length || a.seq - b.seq)
  const from = Math.max(0, Number(visit.ask.query.get("from")) || 0)
  const shown = sorted.slice(from, from + ITEMS_SHOWN)
  const columns = [...new Map(question.parts.map(({ party, name }) => [party, name]))]
  const at = (party: string, row: Answered) => cell(visit, question, party, row)
  const list = table<Answered>({
    caption: t("match-question.found"),
    rows: shown,
    empty: emptyState(t("match-question.no-items")),
    columns: [
      { label: t("match.item"), kind: "name", cell: (row) => valueShown(visit, row) },
      { label: t("match.type"), kind: "quiet", wide: true, cell: ({ type }) => typeWord(t, type) },
      ...columns.map(([party, name]): Column<Answered> => ({ label: visible(name), cell: (row) => at(party, row) })),
    ],
  })
  const some = answers.filter(({ found }) => found.length > 0)
  const numbers = { found: format.number(some.length), all: format.number(answers.length) }
  const copied = some.map(({ item }) => plainItem(item).value).join("\n")
  const copy =
    some.length === 0
      ? nothing
      : html`<button type="button" class="needs-script copy" data-copy="${copied}">${t("match.copy-all", { count: format.number(some.length) })}</button>`
  const more =
    from + ITEMS_SHOWN >= sorted.length
      ? nothing
      : html`<a class="button" rel="next" href="${questionPath(question)}?from=${from + ITEMS_SHOWN}#found">${t("match.more-items")}</a>`
  const begin = from === 0 ? nothing : html`<a href="${questionPath(question)}#found">${t("match.first-items")}</a>`
  return section(
    t("match-question.found"),
    html`<p>${t("match-question.found-of", numbers)}</p>${list}<p class="hint">${t("match-question.found-what")}</p><p class="actions">${copy}${more}${begin}</p>`,
    "found",
  )
}

function valueShown({ t }: Visit, { item }: Pick<Answered, "item">): Html {
  return copyable(t, visible(shownItem(item)), plainItem(item).value)
}

function cell({ t }: Visit, { parts }: Question, party: string, { type, found }: Answered): Html {
  if (found.some((one) => one === party)) return stateMark("open", t("match-question.has"))
  const state = parts.find((part) => part.party === party && part.type === type)?.state
  if (state === "answered") return notThere(t("match-question.has-not"))
  return state === "waiting"
    ? stateMark("conditional", t("match-question.waits"))
    : stateMark("unknown", t("match-question.unanswered"))
}

/** Nothing is wrong with what a partner does not have: the mark stays quiet. */
function notThere(word: string): Html {
  return html`<span class="state unknown"><span aria-hidden="true">○</span> ${word}</span>`
}

/** Asking for more shows the partner which items these are: so an officer does it, on a page of its own. */
function knowShown(visit: Visit, question: Question): Html {
  const { t, format } = visit
  const numbers = new Map<string, { name: string; found: number }>()
  for (const { party, name, found } of question.parts) {
    const before = numbers.get(party)?.found ?? 0
    numbers.set(party, { name, found: before + (found ?? 0) })
  }
  const some = [...numbers].filter(([, { found }]) => found > 0)
  if (some.length === 0) return nothing
  const items = some.map(([party, { name, found }]) => {
    const label = visible(t("match-know.of", { partner: name, count: format.number(found) }))
    const link = html`<a href="${questionPath(question)}/know?party=${party}">${label}</a>`
    return html`<li>${visit.may("role:officer") ? link : label}</li>`
  })
  const who = visit.may("role:officer") ? nothing : html` ${t("match-know.officer")}`
  return section(
    t("match-know.title"),
    html`<p>${t("match-know.what")}${who}</p><ul class="plain-list">${items}</ul>`,
    "know",
  )
}

/** What partners told of single items, as far as it came. */
function toldShown(visit: Visit, knowings: readonly Knowing[]): Html {
  const { t, format } = visit
  if (knowings.length === 0) return nothing
  const each = knowings.map((one) => {
    const rows = one.items.map(
      ({ type, item, known }) =>
        html`<tr><th scope="row">${valueShown(visit, { item })}<div class="quiet small">${typeWord(visit.t, type)}</div></th><td>${one.state === "told" ? knowledgeShown(visit, known, false) : html`<span class="quiet">–</span>`}</td></tr>`,
    )
    const head = html`<tr><th scope="col">${t("match.item")}</th><th scope="col">${visible(t("match.they-know", { partner: one.name }))}</th></tr>`
    return html`<h3>${visible(one.name)} ${knowingState(visit, one)}</h3><p class="quiet small"><a href="${knowingPath(one)}">${t("match-know.asked-at")}</a> ${format.time(one.createdAt)}</p><table class="differences common-items"><caption class="unseen">${visible(one.name)}</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`
  })
  return section(t("match-know.told"), html`${each}`, "told")
}

export function knowingState({ t }: Visit, { state }: Pick<Knowing, "state">): Html {
  const mark = { waiting: "conditional", told: "open", declined: "closed" } as const
  return stateMark(mark[state], knowingText(t, state))
}

/** From what was found to working together. */
function next(visit: Visit, { parts, id }: Question): Html {
  const { t } = visit
  if (!parts.some(({ found }) => (found ?? 0) > 0)) return nothing
  const steps: Html[] = []
  if (visit.may("role:officer")) {
    steps.push(
      html`<li><a href="/share/release?match=${id}">${t("match.next-share")}</a> <span class="quiet">${t("match.next-share-what")}</span></li>`,
    )
  }
  if (visit.may("role:analyst")) {
    steps.push(
      html`<li><a href="/respond/forms">${t("match.next-ask")}</a> <span class="quiet">${t("match.next-ask-what")}</span></li>`,
    )
  }
  return steps.length === 0 ? nothing : section(t("match.next"), html`<ul class="plain-list">${steps}</ul>`, "next")
}

export async function callOffQuestion({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  const question = await loadQuestion(store, visit.ask.params.id ?? "")
  await cancelQuestion(store, question.id, visit.person().commitment)
  return visit.redirect(questionPath(question))
}

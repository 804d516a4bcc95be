import {
  emptyState,
  type Html,
  html,
  noForm,
  nothing,
  type Piece,
  facts as pairs,
  type Reply,
  section,
  selectField,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import {
  compareRules,
  type Divergence,
  jurisdictionsOf,
  type Question,
  questionFields,
  type RuleAnswer,
} from "../../law/index.ts"
import type { Look } from "./look.ts"
import { lawCell } from "./place-parts.ts"
import { answerText, answerValue, kindMark, questionHref, questionText } from "./rule-words.ts"
import { addressText, choicesOf, placeLink, placeLinks, sourceColumns, wrapped } from "./words.ts"

const RULES = "/find/rules"

/** Rules side by side: each question one row, grouped by field. */
export async function rulesPage(look: Look): Promise<Reply> {
  const { visit, facts } = look
  const { t } = visit
  const chosen = chosenOf(look)
  const field = questionFields.find((one) => one === visit.ask.query.get("field")) ?? ""
  const fields = questionFields.filter((one) => field === "" || one === field)
  const parts = fields.map((one) => {
    const questions = facts.rows.questions.filter((question) => question.field === one)
    if (questions.length === 0) return nothing
    const found = compareRules(facts, { questions, jurisdictions: chosen, date: look.today })
    return section(t(`fact.field.${one}`), comparison(look, one, found))
  })
  const none = facts.rows.questions.length === 0 ? emptyState(t("fact.no-questions")) : nothing
  return visit.page({
    ...{ title: t("nav.rules"), place: "rules" },
    body: html`<p>${t("fact.rules-what")}</p>${filter(look, field, chosen)}${none}${parts}`,
  })
}

/** The jurisdictions that the address asks for; all of them where it asks for none that is known. */
function chosenOf({ visit, facts }: Look): string[] {
  const known = jurisdictionsOf(facts)
  const asked = visit.ask.query.getAll("jurisdiction")
  const chosen = known.filter((code) => asked.includes(code))
  return chosen.length === 0 ? known : chosen
}

function filter(look: Look, field: string, chosen: readonly string[]): Html {
  const { visit, facts } = look
  const { t, format } = visit
  const fields = choicesOf(t("fact.all-fields"), questionFields, (code) => t(`fact.field.${code}`))
  const boxes = jurisdictionsOf(facts)
    .toSorted((a, b) => format.compare(format.place(a), format.place(b)))
    .map(
      (code) =>
        html`<label><input type="checkbox" name="jurisdiction" value="${code}"${chosen.includes(code) ? html` checked` : nothing}> ${visible(format.place(code))}</label>`,
    )
  return html`<form method="get">${selectField({ ...noForm, t }, { name: "field", label: t("fact.field"), choices: fields, value: field })}
<fieldset class="field"><legend>${t("fact.jurisdictions")}</legend><div class="line-boxes">${boxes}</div></fieldset><p class="actions"><button>${t("fact.show")}</button></p></form>`
}

function comparison(look: Look, field: Question["field"], rows: readonly Divergence[]): Html {
  const { t } = look.visit
  return table<Divergence>({
    caption: t(`fact.field.${field}`),
    rows,
    empty: emptyState(t("fact.no-questions")),
    columns: [
      {
        label: t("fact.question"),
        kind: "name",
        cell: ({ question }) =>
          html`<a class="told" href="${questionHref(question.id)}">${visible(questionText(look, question))}</a>`,
      },
      { label: t("fact.divergence"), cell: ({ kind }) => kindMark(t, kind) },
      { label: t("fact.answers"), cell: (one) => html`${groups(look, one)}${spreadText(look, one)}` },
      { label: t("fact.bridge"), cell: (one) => wrapped(bridge(look, one)) },
      { label: t("fact.undecided"), kind: "quiet", cell: ({ undecided }) => wrapped(placeLinks(look, undecided)) },
    ],
  })
}

function groups(look: Look, { question, groups: list }: Divergence): Html {
  const items = list.map(
    ({ value, jurisdictions }) =>
      html`<li>${strong(question, answerValue(look, question.id, value))}: ${placeLinks(look, jurisdictions)}</li>`,
  )
  return html`<ul class="plain-list told">${items}</ul>`
}

/** From the smallest to the largest, where they have an order and differ. */
function spreadText(look: Look, { question, spread, kind }: Divergence): Piece {
  if (spread === null || kind === "same" || spread.least === spread.most) return null
  const [least, most] = [answerText(look, question.id, spread.least), answerText(look, question.id, spread.most)]
  return html`<span class="quiet">${look.visit.t("fact.spread-text", { least, most })}</span>`
}

/** A word or a figure stands out; a sentence would shout. */
function strong({ kind }: Question, value: Html): Html {
  return kind === "text" ? value : html`<strong>${value}</strong>`
}

function bridge(look: Look, { kind, bridge: value, question }: Divergence): Piece {
  const { t } = look.visit
  if (kind === "conflict") return t("fact.needs-text")
  if (value === null || kind !== "degree") return null
  return t("fact.satisfies-all", { value: answerText(look, question.id, value) })
}

/** One question: every answer with its law, and what decides nothing marked so. */
export async function questionPage(look: Look): Promise<Reply> {
  const { visit, facts } = look
  const { t } = visit
  const id = visit.ask.params.question ?? ""
  const question = facts.rows.questions.find((one) => one.id === id)
  if (question === undefined)
    throw new ComityError("not-found", "fact.no-question", { id: visibleText(id.slice(0, 60)) })
  const [found] = compareRules(facts, {
    ...{ questions: [question], jurisdictions: jurisdictionsOf(facts), date: look.today },
  })
  if (found === undefined) throw new Error("a question was not compared")
  const title = questionText(look, question)
  const all = facts.rows.answers.filter((one) => one.question === id)
  const other = all.filter((one) => !found.answers.includes(one))
  const elsewhen =
    other.length === 0 ? nothing : section(t("fact.other-days"), answers(look, t("fact.other-days"), other, found))
  return visit.page({
    ...{ title: visibleText(title), heading: visible(title), state: kindMark(t, found.kind), place: "rules" },
    body: html`${summary(look, found)}${section(t("fact.answers"), answers(look, t("fact.answers"), found.answers, found))}${elsewhen}<p class="actions">${draftLink(look, question)}<a href="${RULES}?field=${question.field}">${t("fact.rules-back")}</a></p>`,
  })
}

/** Where rules differ, people may agree on one. */
function draftLink({ visit: { t, may } }: Look, { id }: Question): Html {
  return may("role:analyst")
    ? html`<a class="button" href="/agree/from-rules/${id}">${t("fact.draft-clause")}</a>`
    : nothing
}

function summary(look: Look, found: Divergence): Html {
  const { t } = look.visit
  const { question, kind, undecided } = found
  return html`<p>${t(`rules.kind.${kind}`)}</p>${pairs([
    [t("fact.field"), t(`fact.field.${question.field}`)],
    [t("fact.answers"), found.groups.length === 0 ? null : groups(look, found)],
    [t("fact.spread"), spreadText(look, found)],
    [t("fact.bridge"), bridge(look, found)],
    [t("fact.undecided"), undecided.length === 0 ? null : placeLinks(look, undecided)],
  ])}`
}

function answers(look: Look, caption: string, rows: readonly RuleAnswer[], found: Divergence): Html {
  const { t, format } = look.visit
  const sorted = rows.toSorted((a, b) => format.compare(format.place(a.jurisdiction), format.place(b.jurisdiction)))
  return table<RuleAnswer>({
    caption,
    rows: sorted,
    empty: emptyState(t("fact.no-answers")),
    columns: [
      { label: t("fact.jurisdiction"), kind: "name", cell: ({ jurisdiction }) => placeLink(look, jurisdiction) },
      {
        label: t("fact.answer"),
        cell: (row) =>
          html`<span class="told">${strong(found.question, answerValue(look, found.question.id, row.value))}${undeciding(look, row, found)}</span>`,
      },
      { label: t("fact.law"), cell: (row) => lawAndQuote(look, row) },
      ...sourceColumns<RuleAnswer>(look, (row) => row),
    ],
  })
}

/** Why an answer decides nothing: nobody verified it, or another of the same jurisdiction contradicts. */
function undeciding({ visit: { t } }: Look, row: RuleAnswer, { undecided, answers }: Divergence): Html {
  const { verified, jurisdiction } = row
  if (verified !== "yes") return html`<br><span class="quiet">${t("fact.decides-not")}</span>`
  if (!answers.includes(row)) return nothing
  return undecided.includes(jurisdiction) ? html`<br><span class="quiet">${t("fact.contradicted")}</span>` : nothing
}

function lawAndQuote(look: Look, row: RuleAnswer): Html {
  const { t } = look.visit
  const quote = row.quote === "" ? nothing : html`<q>${visible(row.quote)}</q>`
  const note = row.note === "" ? nothing : html`<div class="quiet">${visible(row.note)}</div>`
  const valid = validity(look, row.from, row.until)
  return html`<div class="told law-text">${lawCell(row)}${quote}${note}<div class="quiet">${valid}${valid === "" ? "" : " · "}${addressText({ t }, row.source)}</div></div>`
}

function validity({ visit: { t } }: Look, from: string | null, until: string | null): string {
  if (until === null) return from === null ? "" : t("fact.valid-from", { date: from })
  return from === null ? t("fact.valid-until", { date: until }) : t("fact.valid-between", { from, until })
}

import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  formatOf,
  type Html,
  html,
  type Language,
  languages,
  noForm,
  nothing,
  prose,
  type Reply,
  section,
  selectField,
  translator,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import {
  compareRules,
  type Divergence,
  dayAt,
  type FactBook,
  type Facts,
  hoursOf,
  jurisdictionsOf,
  worded,
} from "../../law/index.ts"
import { ownParty } from "../../parties/index.ts"
import { drafts, loadDraft, saveDraft, startDraft } from "../drafts.ts"
import { emptyText, tidy, withArticle } from "../editing.ts"
import { type AgreementText, CLAUSE_MOST, LINE_MOST } from "../model.ts"
import type { AgreementParts } from "./parts.ts"
import { titleOf } from "./seen.ts"

/** Answers of more jurisdictions than that are not written into a clause. */
const GROUPS_MOST = 12
const Chosen = z.object({ draft: z.string().max(100).default("") })

type Start = { facts: Facts; divergence: Divergence }

/** A clause that starts from where rules differ: what it would say first, and into which draft it goes. */
export async function rulesPage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, viewer } = visit
  const start = await startOf(parts.book, visit)
  const all = await drafts(parts.store)
  const choices = [
    { value: "", label: t("agreement.new") },
    ...all.map(({ id, text }) => ({ value: id, label: titleOf(text, viewer.language) || t("agreement.untitled") })),
  ]
  const { question } = start.divergence
  return visit.page({
    ...{ title: t("agreement.from-rules"), place: "agreements" },
    body: html`<p><a href="/find/rules/${question.id}">${visible(questionIn(start, viewer.language))}</a></p>${section(t("agreement.from-rules-says"), shown(start, viewer.language))}
<p class="hint">${t("agreement.from-rules-what")}</p><form method="post">${selectField({ ...noForm, t }, { name: "draft", label: t("agreement.from-rules-where"), choices, value: "" })}${actions(t("agreement.from-rules-start"), { href: `/find/rules/${question.id}`, label: t("agreement.cancel") })}</form>`,
  })
}

export async function startFromRules(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const start = await startOf(parts.book, visit)
  const form = await visit.form(Chosen)
  const chosen = form.ok ? form.value.draft : ""
  const { commitment } = visit.person()
  const id = chosen === "" ? await startDraft(parts.store, await freshText(parts, visit), commitment) : chosen
  const draft = await loadDraft(parts.store, id)
  const { text, id: article } = withArticle(draft.text, null, typedFor(draft.text, start))
  await saveDraft(parts.store, draft.id, text, draft.changedAt)
  return visit.redirect(`/agree/${draft.id}/articles/${article ?? "new"}`)
}

async function freshText({ store }: AgreementParts, { viewer }: Visit): Promise<AgreementText> {
  const own = await ownParty(store)
  const part = { role: "negotiator", binder: "", instrument: "" } as const
  const parties = own === null ? [] : [{ party: own.id, name: own.name, ...part }]
  return emptyText({ nature: "arrangement", languages: [viewer.language], title: {}, parties })
}

/** Throws `not-found agreement.no-question`. */
async function startOf(book: FactBook, { ask, now }: Visit): Promise<Start> {
  const facts = await book.current()
  const question = facts.rows.questions.find(({ id }) => id === ask.params.question)
  if (question === undefined) throw new ComityError("not-found", "agreement.no-question")
  const [divergence] = compareRules(facts, {
    questions: [question],
    jurisdictions: jurisdictionsOf(facts),
    date: dayAt(now),
  })
  if (divergence === undefined) throw new Error("a question was not compared")
  return { facts, divergence }
}

/** In every authentic language that the node speaks; the others are for people to write. */
function typedFor({ languages: authentic }: AgreementText, start: Start) {
  const spoken = languages.filter((one) => authentic.includes(one))
  const heading = Object.fromEntries(
    spoken.map((one) => [one, tidy(questionIn(start, one)).replaceAll("\n", " ").slice(0, LINE_MOST)]),
  )
  const text = Object.fromEntries(spoken.map((one) => [one, tidy(wordsIn(start, one)).slice(0, CLAUSE_MOST)]))
  return { heading, clauses: [{ id: null, text }] }
}

function shown(start: Start, language: Language): Html {
  const words = wordsIn(start, language)
  return words === "" ? nothing : html`<blockquote>${prose(words)}</blockquote>`
}

function questionIn({ facts, divergence: { question } }: Start, language: Language): string {
  return worded(facts, question.ref, "text", question.text, language)
}

/** Where one rule satisfies all, that rule; else what each side has, in square brackets, for people to choose from. */
function wordsIn({ facts, divergence }: Start, language: Language): string {
  const t = translator(language)
  const { bridge, kind, groups } = divergence
  const say = (value: string) => answerIn(facts, divergence, value, language)
  if (bridge !== null && kind !== "conflict") return t("agreement.from-rules-bridge", { value: say(bridge) })
  const format = formatOf(language, "UTC")
  const sides = groups.slice(0, GROUPS_MOST).map(({ value, jurisdictions }) => {
    const places = format.list(jurisdictions.map((code) => format.place(code)))
    return `[${t("agreement.from-rules-side", { places, value: say(value) })}]`
  })
  return sides.join("\n")
}

function answerIn(facts: Facts, { question }: Divergence, value: string, language: Language): string {
  const t = translator(language)
  if (question.kind === "duration") {
    const hours = hoursOf(value)
    return hours === null
      ? value
      : hours === 0
        ? t("fact.at-once")
        : formatOf(language, "UTC").duration(hours * 3_600_000_000)
  }
  if (question.kind === "yes-no") return value === "yes" ? t("fact.yes") : value === "no" ? t("fact.no") : value
  const choice = facts.rows.choices.find((one) => one.question === question.id && one.code === value)
  return visibleText(choice === undefined ? value : worded(facts, choice.ref, "text", choice.text, language))
}

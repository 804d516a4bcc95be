import { type Html, html, type Translate, visible } from "../../http/index.ts"
import { type Divergence, hoursOf, type Question } from "../../law/index.ts"
import { durationText } from "./durations.ts"
import type { Look } from "./look.ts"
import { textOf } from "./words.ts"

export function questionHref(id: string): string {
  return `/find/rules/${id}`
}

export function questionText(look: Look, { ref, text }: Question): string {
  return textOf(look, ref, "text", text)
}

export function questionLink(look: Look, id: string): Html {
  const question = look.facts.rows.questions.find((one) => one.id === id)
  if (question === undefined) return visible(id)
  return html`<a class="told" href="${questionHref(id)}">${visible(questionText(look, question))}</a>`
}

/** An answer in the reader's words: a duration in its unit, a choice by its sentence, anything else as it stands. */
export function answerText(look: Look, question: string, value: string): string {
  const { visit, facts } = look
  const kind = facts.rows.questions.find(({ id }) => id === question)?.kind
  if (kind === "duration") {
    return hoursOf(value) === 0 ? visit.t("fact.at-once") : durationText(visit.viewer.language, value)
  }
  if (kind === "yes-no") return value === "yes" ? visit.t("fact.yes") : value === "no" ? visit.t("fact.no") : value
  const choice = facts.rows.choices.find((one) => one.question === question && one.code === value)
  return choice === undefined ? value : textOf(look, choice.ref, "text", choice.text)
}

export function answerValue(look: Look, question: string, value: string): Html {
  return visible(answerText(look, question, value))
}

/** How answers stand to each other, by word and shape. None of it is a fault, so none has the colour of one. */
export function kindMark(t: Translate, kind: Divergence["kind"]): Html {
  const [state, shape, word] = {
    same: ["open", "=", t("fact.kind-same")],
    degree: ["conditional", "≤", t("fact.kind-degree")],
    conflict: ["conditional", "≠", t("fact.kind-conflict")],
    unknown: ["unknown", "?", t("fact.kind-unknown")],
  }[kind] as [string, string, string]
  return html`<span class="state ${state}"><span aria-hidden="true">${shape}</span> ${word}</span>`
}

import type { Visit } from "../../accounts/index.ts"
import {
  type Choice,
  type Format,
  facts,
  type Html,
  html,
  type Translate,
  visible,
  visibleText,
} from "../../http/index.ts"
import { termWord } from "../../policy/index.ts"
import type { Lack } from "../lacking.ts"
import { type AgreementText, type Cited, type Nature, natures, type PartRole, type TextParty } from "../model.ts"

export function natureWord(t: Translate, nature: Nature): string {
  const words: Readonly<Record<Nature, string>> = {
    treaty: t("agreement.nature-treaty"),
    arrangement: t("agreement.nature-arrangement"),
    contract: t("agreement.nature-contract"),
    rules: t("agreement.nature-rules"),
  }
  return words[nature]
}

export function natureChoices(t: Translate): Choice[] {
  const hints: Readonly<Record<Nature, string>> = {
    treaty: t("agreement.nature-treaty-what"),
    arrangement: t("agreement.nature-arrangement-what"),
    contract: t("agreement.nature-contract-what"),
    rules: t("agreement.nature-rules-what"),
  }
  return natures.map((value) => ({ value, label: natureWord(t, value), hint: hints[value] }))
}

export function roleWord(t: Translate, role: PartRole): string {
  return role === "negotiator" ? t("agreement.role-negotiator") : t("agreement.role-observer")
}

export function articleWord(t: Translate, format: Format, article: number): string {
  return t("agreement.article-number", { article: format.number(article) })
}

/** As people cite it: Art. 4(2). */
export function clauseWord(t: Translate, format: Format, { article, clause }: Cited): string {
  return t("agreement.clause-number", { article: format.number(article), clause: format.number(clause) })
}

export function lackWord({ t, format }: Pick<Visit, "t" | "format">, lack: Lack): string {
  switch (lack.is) {
    case "title":
      return t("agreement.lacks-title", { language: format.languageName(lack.language) })
    case "heading":
      return t("agreement.lacks-heading", {
        ...{ language: format.languageName(lack.language), article: articleWord(t, format, lack.article) },
      })
    case "clause":
      return t("agreement.lacks-clause", {
        ...{ language: format.languageName(lack.language), clause: clauseWord(t, format, lack) },
      })
    case "empty-article":
      return t("agreement.lacks-clauses", { article: articleWord(t, format, lack.article) })
    case "articles":
      return t("agreement.lacks-articles")
    case "negotiators":
      return t("agreement.lacks-negotiators")
    case "own-part":
      return t("agreement.lacks-own-part")
    case "too-long":
      return t("agreement.too-long")
    case "binder":
      return t("agreement.lacks-binder", { name: visibleText(lack.party) })
    case "settled-twice":
      return t("agreement.lacks-settled-twice", { term: termWord(t, lack.term) })
    case "treaty-instrument":
      return t("agreement.lacks-instrument", { name: visibleText(lack.party) })
  }
}

/** Who takes part, and what it takes to bind each. */
export function partiesShown({ t }: Pick<Visit, "t">, parties: readonly TextParty[]): Html {
  const items = parties.map(({ name, role, binder, instrument }) => {
    const more = facts([
      [t("agreement.binder"), binder === "" ? null : visible(binder)],
      [t("agreement.instrument"), instrument === "" ? null : visible(instrument)],
    ])
    return html`<li><strong>${visible(name)}</strong> <span class="quiet">${roleWord(t, role)}</span>${role === "negotiator" ? more : null}</li>`
  })
  return html`<ul class="plain-list parts">${items}</ul>`
}

export function languagesShown({ format }: Pick<Visit, "format">, { languages }: AgreementText): string {
  return format.list(languages.map((language) => format.languageName(language)))
}

import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  nothing,
  prose,
  type Reply,
  type Shown,
  section,
  selectField,
  textField,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { tidy } from "../editing.ts"
import { CLAUSE_MOST, type Clause, citedIn, type Words } from "../model.ts"
import { dropSaying, keepSaying, sayings } from "../tabled/home.ts"
import { type Position, positions, type Says } from "../tabled/item.ts"
import type { Saying } from "../tabled/queries.ts"
import { type AgreementParts, addressOf, query } from "./parts.ts"
import { reservedFields, typedReserved } from "./reserved.ts"
import { type Seen, seen } from "./seen.ts"
import { positionWord } from "./stands.ts"
import { articleWord, clauseWord } from "./words.ts"

const Typed = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

type Look = { given: Given; faults: Faults; status?: number }
const fresh: Look = { given: {}, faults: {} }

/** What one may say about a part of a text, each with a form of its own: it is kept at home until it is tabled. */
export async function sayPage(parts: AgreementParts, visit: Visit, look: Look = fresh): Promise<Reply> {
  const { t, ask } = visit
  const shown = await seen(parts, visit)
  const { negotiation, version } = shown
  const part = ask.query.get("part") ?? ""
  const clause = clauseIn(shown, part)
  const before = (await sayings(parts.store, negotiation.id)).find(({ id }) => id === ask.query.get("saying")) ?? null
  const action = addressOf(negotiation, `/say${query({ version: version.hash, part, saying: before?.id ?? "" })}`)
  const forms = formsFor(visit, shown, { clause, before, look }).map(
    ({ title, is, fields }) =>
      html`<form class="group-form" method="post" action="${action}">${section(title, html`<input type="hidden" name="is" value="${is}">${fields}<p class="actions"><button>${t("agreement.keep-at-home")}</button></p>`)}</form>`,
  )
  return visit.page({
    ...{ title: partWord(visit, shown, part), place: "agreements", status: look.status ?? 200 },
    body: html`${errorSummary(t, look.faults)}<p><a href="${addressOf(negotiation, query({ version: version.hash }))}">${t("agreement.back-to-negotiation")}</a></p>
<p class="quiet">${t("agreement.at-home-what")}</p>${clause === null ? nothing : html`<blockquote lang="${shown.language}">${prose(clause.text[shown.language] ?? "")}</blockquote>`}${forms}`,
  })
}

function partWord({ t, format }: Visit, { version }: Seen, part: string): string {
  const at = citedIn(version.text).get(part)
  if (at !== undefined) return clauseWord(t, format, at)
  const article = version.text.articles.findIndex(({ id }) => id === part)
  return article < 0 ? t("agreement.on-the-whole") : articleWord(t, format, article + 1)
}

function clauseIn({ version }: Seen, part: string): Clause | null {
  return version.text.articles.flatMap(({ clauses }) => clauses).find(({ id }) => id === part) ?? null
}

type Wanted = { clause: Clause | null; before: Saying | null; look: Look }
type Titled = { title: string; is: Says["is"]; fields: Html }

function formsFor(visit: Visit, shown: Seen, wanted: Wanted): Titled[] {
  const { t } = visit
  const { clause, before, look } = wanted
  const field = { t, given: look.given, faults: look.faults }
  const says = before?.says ?? null
  const all: Titled[] = []
  const has = (is: Says["is"]) => says === null || says.is === is
  if (clause !== null && shown.part === "negotiator" && has("position")) {
    const now = says?.is === "position" ? says : null
    all.push({
      title: t("agreement.position"),
      is: "position",
      fields: positionFields(visit, field, shown, { clause, now }),
    })
  }
  if (clause !== null && shown.part === "negotiator" && has("alternative")) {
    const now = says?.is === "alternative" ? says : null
    all.push({
      title: t("agreement.alternative"),
      is: "alternative",
      fields: alternativeFields(visit, field, shown, now?.text ?? clause.text, now?.reason ?? ""),
    })
  }
  if (has("comment")) {
    const value = says?.is === "comment" ? says.text : ""
    const fields = textField(field, {
      name: "comment",
      label: t("agreement.comment-text"),
      rows: 4,
      most: CLAUSE_MOST,
      value,
    })
    all.push({ title: t("agreement.comment"), is: "comment", fields })
  }
  return all
}

type Placed = { clause: Clause; now: Extract<Says, { is: "position" }> | null }

function positionFields(visit: Visit, field: Shown, { version }: Seen, { clause, now }: Placed): Html {
  const { t } = visit
  const choices = [...positions, null].map((one) => ({ value: one ?? "none", label: positionWord(t, one) }))
  const value = now?.position ?? "none"
  return html`${selectField(field, { name: "position", label: t("agreement.position-which"), choices, value })}
${textField(field, { name: "text", label: t("agreement.position-text"), hint: t("agreement.position-text-what"), rows: 3, most: CLAUSE_MOST, value: now?.text ?? "" })}
${reservedFields(visit, field, { text: version.text, clause, now: now?.terms })}`
}

function alternativeFields({ t, format }: Visit, field: Shown, { version }: Seen, words: Words, reason: string): Html {
  const texts = version.text.languages.map((one) =>
    textField(field, {
      name: `words.${one}`,
      label: format.languageName(one),
      rows: 4,
      most: CLAUSE_MOST,
      value: words[one] ?? "",
    }),
  )
  const why = textField(field, {
    name: "reason",
    label: t("agreement.alternative-reason"),
    rows: 2,
    most: CLAUSE_MOST,
    value: reason,
  })
  return html`<p class="hint">${t("agreement.alternative-what")}</p>${texts}${why}`
}

export async function say(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { ask } = visit
  const shown = await seen(parts, visit)
  const { negotiation, version } = shown
  const part = ask.query.get("part") ?? ""
  const { given } = await visit.form(Typed)
  const { says, faults } = saysIn(visit, shown, part, given)
  if (says === null) return sayPage(parts, visit, { given, faults, status: 400 })
  const before = ask.query.get("saying") ?? ""
  const wish = { negotiation: negotiation.id, says, before: before === "" ? null : before }
  await keepSaying(parts.store, parts.shelf, wish, visit.person().commitment)
  const anchor = part === "" ? "" : `#clause-${part}`
  return visit.redirect(addressOf(negotiation, `${query({ version: version.hash, done: "kept" })}${anchor}`))
}

type Read = { says: Says | null; faults: Faults }
const missing = (name: string): Read => ({ says: null, faults: { [name]: { key: "form.missing" } } })

function saysIn(visit: Visit, shown: Seen, part: string, given: Given): Read {
  const { version } = shown
  const typed = (name: string) => tidy(given[name]?.[0] ?? "")
  const on = version.hash
  switch (typed("is")) {
    case "position": {
      const position: Position | null = positions.find((one) => one === typed("position")) ?? null
      const text = typed("text")
      if (text === "" && (position === "reserve" || position === "object")) return missing("text")
      const clause = clauseIn(shown, part)
      const said = { is: "position", on, clause: part, position, text } as const
      if (position !== "reserve" || clause === null) return { says: said, faults: {} }
      const terms = typedReserved(visit, version.text, clause, given)
      if (terms === null) return { says: null, faults: { "": { key: "error.agreement.reservation" } } }
      return { says: terms === undefined ? said : { ...said, terms }, faults: {} }
    }
    case "alternative": {
      const pairs = version.text.languages.map((one) => [one, typed(`words.${one}`)] as const)
      const text = Object.fromEntries(pairs.filter(([, words]) => words !== ""))
      if (Object.keys(text).length === 0) return missing(`words.${version.text.languages[0] ?? ""}`)
      return { says: { is: "alternative", on, clause: part, text, reason: typed("reason") }, faults: {} }
    }
    case "comment": {
      const text = typed("comment")
      if (text === "") return missing("comment")
      return { says: { is: "comment", on, part: part === "" ? null : part, text }, faults: {} }
    }
    default:
      throw new ComityError("invalid", "agreement.text")
  }
}

const Drop = z.object({ saying: z.string().max(100) })

export async function drop(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Drop)
  await dropSaying(parts.store, form.ok ? form.value.saying : "")
  return visit.redirect(addressOf({ id: (await parts.shelf.negotiation(parts.store, visit.ask.params.id ?? "")).id }))
}

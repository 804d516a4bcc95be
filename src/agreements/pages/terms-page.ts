import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  errorSummary,
  type Faults,
  type Given,
  html,
  nothing,
  notice,
  prose,
  type Reply,
  section,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import { TERM_NAMES, type TermName, termWord, unknownInstrument } from "../../policy/index.ts"
import type { Store } from "../../store/index.ts"
import { ClauseTerms, settledBy, termsBy } from "../clause-terms.ts"
import type { Draft } from "../draft-queries.ts"
import { loadDraft, saveDraft } from "../drafts.ts"
import { withTerms } from "../editing.ts"
import { type Clause, citedIn, clausesOf, saidIn } from "../model.ts"
import { termFields, typedTerm } from "./term-fields.ts"
import { clauseSentences } from "./text.ts"
import { clauseWord } from "./words.ts"

const Typed = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

type Look = { given: Given; faults: Faults; status?: number; seen?: Instant }

/** What the nodes enforce of one clause, term by term; each with the sentence that says what the node will do. */
export async function termsPage(visit: Visit, draft: Draft, look: Look = { given: {}, faults: {} }): Promise<Reply> {
  const { t, format, ask, viewer } = visit
  const clause = clauseOf(draft, visit)
  const home = `/agree/${draft.id}`
  const at = citedIn(draft.text).get(clause.id) ?? { article: 0, clause: 0 }
  const term = termIn(ask.query.get("term"))
  const saved = ask.query.get("saved") === "yes" ? notice(t("agreement.saved")) : nothing
  const words = saidIn(draft.text, clause.text, viewer.language)
  return visit.page({
    ...{
      title: t("agreement.terms-of", { clause: clauseWord(t, format, at) }),
      place: "agreements",
      status: look.status ?? 200,
    },
    body: html`${saved}${errorSummary(t, look.faults)}<p><a href="${home}#clause-${clause.id}">${t("agreement.back-to-draft")}</a></p>
<blockquote>${prose(words)}</blockquote>${settled(visit, draft, clause)}${chooser(visit, clause)}${term === null ? nothing : form(visit, draft, clause, { term, look })}`,
  })
}

/** Throws `not-found agreement.no-article`. */
function clauseOf({ text }: Draft, { ask }: Visit): Clause {
  const found = clausesOf(text).find(({ id }) => id === ask.params.clause)
  if (found === undefined) throw new ComityError("not-found", "agreement.no-article")
  return found
}

function termIn(text: string | null): TermName | null {
  return TERM_NAMES.find((one) => one === text) ?? null
}

function settled(visit: Visit, draft: Draft, clause: Clause) {
  const { t } = visit
  if (clause.terms === null) return html`<p class="quiet">${t("agreement.kept-by-people")}</p>`
  const sentences = clauseSentences(visit, draft.text, clause.terms)
  const items = settledBy(clause.terms).map((term, i) => {
    const remove = html`<form class="in-line" method="post" action="?term=${term}"><input type="hidden" name="seen" value="${draft.changedAt}"><button class="plain" name="remove" value="yes">${t("agreement.term-remove")}</button></form>`
    return html`<li><strong>${termWord(t, term)}</strong> <a href="?term=${term}#term">${t("agreement.edit")}</a> ${remove}<div>${sentences[i] ?? ""}</div></li>`
  })
  return section(t("agreement.kept-by-nodes"), html`<ul class="plain-list parts">${items}</ul>`)
}

function chooser({ t }: Visit, { terms }: Clause) {
  const settledNow = new Set<string>(settledBy(terms))
  const links = TERM_NAMES.filter((name) => !settledNow.has(name)).map(
    (name) => html`<li class="chip"><a href="?term=${name}#term">${termWord(t, name)}</a></li>`,
  )
  return section(
    t("agreement.term-add"),
    html`<p class="hint">${t("agreement.term-add-what")}</p><ul class="chips">${links}</ul>`,
  )
}

function form(visit: Visit, draft: Draft, clause: Clause, { term, look }: { term: TermName; look: Look }) {
  const { t } = visit
  const shown = { t, given: look.given, faults: look.faults }
  const fields = termFields(visit, shown, { text: draft.text, term, now: clause.terms })
  return section(
    termWord(t, term),
    html`<form method="post" action="?term=${term}"><input type="hidden" name="seen" value="${look.seen ?? draft.changedAt}">${fields}<p class="actions"><button class="primary">${t("agreement.save")}</button></p></form>`,
    "term",
  )
}

export async function saveTerms(store: Store, visit: Visit): Promise<Reply> {
  const draft = await loadDraft(store, visit.ask.params.id ?? "")
  const clause = clauseOf(draft, visit)
  const term = termIn(visit.ask.query.get("term"))
  if (term === null) throw new ComityError("invalid", "agreement.text")
  const { given } = await visit.form(Typed)
  const { [term]: _, ...others } = clause.terms ?? {}
  const value = given.remove?.[0] === "yes" ? {} : { [term]: typedTerm(visit, draft.text, { term, given }) }
  const wanted = { ...others, ...value }
  const parsed =
    Object.keys(wanted).length === 0 ? { success: true as const, data: null } : ClauseTerms.safeParse(wanted)
  if (!parsed.success)
    return termsPage(visit, draft, { given, faults: { value: { key: "form.invalid" } }, status: 400 })
  const id = parsed.data === null ? null : await unknownInstrument(store, termsBy(parsed.data))
  if (id !== null) {
    const value = { key: "agreement.no-instrument", values: { id } }
    return termsPage(visit, draft, { given, faults: { value }, status: 400 })
  }
  try {
    await saveDraft(store, draft.id, withTerms(draft.text, clause.id, parsed.data), Number(given.seen?.[0]) as Instant) // compared alone
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "agreement.draft-changed") throw error
    // Sent once more, it is meant: the writer has now been told.
    return termsPage(visit, draft, {
      given,
      faults: { "": { key: `error.${error.code}` } },
      status: 409,
      seen: draft.changedAt,
    })
  }
  return visit.redirect(`/agree/${draft.id}/terms/${clause.id}?saved=yes`)
}

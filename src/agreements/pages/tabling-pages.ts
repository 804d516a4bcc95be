import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import { actions, type Html, html, nothing, type Reply, visible, visibleText } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { loadDraft, startDraft } from "../drafts.ts"
import { citedIn, type TextParty, textHash } from "../model.ts"
import { type Reached, reachedOf } from "../tabled/audience.ts"
import { sayings } from "../tabled/home.ts"
import type { ItemId, Says } from "../tabled/item.ts"
import type { Negotiation } from "../tabled/negotiation.ts"
import { tableDraft, tableSayings, takeBack } from "../tabled/tabling.ts"
import { draftName } from "./list-page.ts"
import { type AgreementParts, addressOf, negotiationOf, query, tablerOf } from "./parts.ts"
import { saysShown } from "./saying.ts"
import { articleWord, clauseWord } from "./words.ts"

const Nothing = z.object({})

/** Before a draft is tabled: who gets it, and that it is for good. */
export async function tableDraftPage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const { id, text, negotiation } = await loadDraft(parts.store, visit.ask.params.id ?? "")
  const home = `/agree/${id}`
  const what = negotiation === null ? t("agreement.table-first") : t("agreement.table-next")
  const shown = html`<p><strong>${draftName(visit, text)}</strong></p><p>${what}</p><p class="quiet">${t("agreement.hash")} <span class="mono hash">${textHash(text)}</span></p>`
  return decision(parts, visit, {
    title: t("agreement.table-draft-title"),
    shown,
    action: `${home}/table`,
    out: home,
    parties: text.parties,
    button: (names) => t("agreement.table-to", { names }),
  })
}

export async function tableDraftNow(parts: AgreementParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const negotiation = await tableDraft(parts, visit.ask.params.id ?? "", tablerOf(visit))
  return visit.redirect(addressOf({ id: negotiation }, query({ done: "tabled" })))
}

/** Before what is kept at home is tabled: all of it, to whom, for good. */
export async function tableSayingsPage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const negotiation = await negotiationOf(parts, visit)
  const home = await sayings(parts.store, negotiation.id)
  const items = home.map(
    ({ id, says }) =>
      html`<li><label><input type="checkbox" name="saying" value="${id}" checked> ${place(visit, negotiation, says)}</label>${saysShown(visit, negotiation, says)}</li>`,
  )
  const shown = html`<p>${t("agreement.table-sayings-what")}</p><ul class="plain-list">${items}</ul>`
  const out = addressOf(negotiation)
  return decision(parts, visit, {
    title: t("agreement.table-sayings-title", { count: format.number(home.length) }),
    shown,
    action: addressOf(negotiation, "/table"),
    out,
    parties: negotiation.parties,
    button: (names) => t("agreement.table-to", { names }),
  })
}

/** Of what something is said. */
function place({ t, format }: Visit, { versions }: Negotiation, says: Says): string {
  if (!("on" in says)) return ""
  const at = versions.findIndex(({ hash }) => hash === says.on)
  const text = versions[at]?.text
  const part = says.is === "comment" ? says.part : says.clause
  const cited = part === null || text === undefined ? undefined : citedIn(text).get(part)
  const article = text?.articles.findIndex(({ id }) => id === part) ?? -1
  const where =
    cited !== undefined
      ? clauseWord(t, format, cited)
      : article < 0
        ? t("agreement.on-the-whole")
        : articleWord(t, format, article + 1)
  return t("agreement.place-in-version", { place: where, number: format.number(at + 1) })
}

const Chosen = z.object({ saying: z.union([z.string(), z.array(z.string()).max(500)]).default([]) })

export async function tableSayingsNow(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const negotiation = await negotiationOf(parts, visit)
  const form = await visit.form(Chosen)
  const chosen = form.ok ? [form.value.saying].flat() : []
  await tableSayings(parts, negotiation.id, chosen, tablerOf(visit))
  return visit.redirect(addressOf(negotiation, query({ done: "tabled" })))
}

export async function takeBackPage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, ask } = visit
  const negotiation = await negotiationOf(parts, visit)
  const item = [...negotiation.comments, ...negotiation.alternatives].find(({ id }) => id === ask.query.get("item"))
  if (item === undefined) throw new ComityError("not-found", "agreement.no-item")
  const shown = html`${saysShown(visit, negotiation, item.says)}<ul><li>${t("agreement.take-back-what")}</li></ul><input type="hidden" name="item" value="${item.id}">`
  return decision(parts, visit, {
    title: t("agreement.take-back-title"),
    shown,
    action: addressOf(negotiation, "/take-back"),
    out: addressOf(negotiation),
    parties: negotiation.parties,
    button: (names) => t("agreement.take-back-from", { names }),
  })
}

const Back = z.object({ item: z.string().max(100) })

export async function takeBackNow(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const negotiation = await negotiationOf(parts, visit)
  const form = await visit.form(Back)
  await takeBack(parts, negotiation.id, (form.ok ? form.value.item : "") as ItemId, tablerOf(visit))
  return visit.redirect(addressOf(negotiation, query({ done: "tabled" })))
}

const Version = z.object({ version: z.string().max(100) })

/** A draft at home that goes on from a tabled text. */
export async function draftFrom(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const negotiation = await negotiationOf(parts, visit)
  const form = await visit.form(Version)
  const version = negotiation.versions.find(({ hash }) => form.ok && hash === form.value.version)
  if (version === undefined) throw new ComityError("not-found", "agreement.no-version")
  const from = { negotiation: negotiation.id, base: version.hash }
  const id = await startDraft(parts.store, version.text, visit.person().commitment, from)
  return visit.redirect(`/agree/${id}`)
}

type Deciding = {
  title: string
  shown: Html
  action: string
  out: string
  parties: readonly TextParty[]
  button(names: string): string
}

/** One column: what, to whom, what cannot be undone, one button. */
async function decision({ store }: AgreementParts, visit: Visit, deciding: Deciding): Promise<Reply> {
  const { t } = visit
  const { title, shown, action, out, parties, button } = deciding
  const all = await reachedOf(store, parties)
  const reached = all.filter((one) => one.reached)
  const submit =
    reached.length === 0
      ? html`<p>${t("error.agreement.nobody")}</p><p><a href="${out}">${t("agreement.cancel-decision")}</a></p>`
      : actions(button(addressees(visit, reached)), {
          href: out,
          label: t("agreement.cancel-decision"),
        })
  return visit.page({
    ...{ title, place: "agreements" },
    body: html`<div class="decision"><form method="post" action="${action}">${shown}<h2>${t("agreement.who-gets-it")}</h2>${audience(visit, all)}<p>${t("agreement.for-good")}</p>${submit}</form></div>`,
  })
}

const NAMED_MOST = 3

/** By name, or how many where a button would not hold the names. */
function addressees({ t, format }: Visit, reached: readonly Reached[]): string {
  if (reached.length > NAMED_MOST) return t("agreement.parties-count", { count: format.number(reached.length) })
  return format.list(reached.map(({ name }) => visibleText(name)))
}

function audience({ t }: Visit, all: readonly Reached[]): Html {
  const items = all.map(({ name, reached }) => {
    const not = reached ? nothing : html` <span class="quiet">${t("agreement.gets-nothing")}</span>`
    return html`<li>${visible(name)}${not}</li>`
  })
  return html`<ul>${items}</ul>`
}

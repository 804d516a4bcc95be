import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  type Bar,
  bars,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  visible,
  visibleText,
} from "../../http/index.ts"
import { parseInstant } from "../../kernel/time.ts"
import { instrumentName } from "../../law/index.ts"
import { loadCollection } from "../../library/index.ts"
import { listPeers, ownParty } from "../../parties/index.ts"
import {
  type Difference,
  type Example,
  governedBy,
  readTerms,
  reasonText,
  type Trial,
  type TrialWish,
  type Tried,
  type TriedReason,
  typeWord,
} from "../../policy/index.ts"
import { defangedName } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import { articlesOf } from "../acts/governing.ts"
import { isEnforced, termsOf } from "../clause-terms.ts"
import { loadDraft } from "../drafts.ts"
import { type AgreementText, negotiatorsOf } from "../model.ts"
import { type AgreementParts, addressOf, query } from "./parts.ts"
import { seen } from "./seen.ts"

/** A page waits so long for the result before it shows how far it is, and asks again after so many seconds. */
const PATIENCE_MS = 2500
const AGAIN_S = "2"

const Stop = z.object({ stop: z.string().max(3).default("") })

type Trying = { text: AgreementText; negotiation: string | null; back: string; here: string }

export async function draftTrial(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { id, text, negotiation } = await loadDraft(parts.store, visit.ask.params.id ?? "")
  return trialPage(parts, visit, { text, negotiation, back: `/agree/${id}`, here: `/agree/${id}/trial` })
}

export async function versionTrial(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { negotiation, version } = await seen(parts, visit)
  const which = query({ version: version.hash })
  const [back, here] = [addressOf(negotiation, which), addressOf(negotiation, `/trial${which}`)]
  return trialPage(parts, visit, { text: version.text, negotiation: negotiation.id, back, here })
}

/** What a text would let out of the library of this node: counts, examples, reasons; nothing leaves by it. */
async function trialPage(parts: AgreementParts, visit: Visit, tried: Trying): Promise<Reply> {
  const { t } = visit
  const { text, back, here } = tried
  const wish = await wishFor(parts.store, tried)
  if (visit.ask.method === "POST") {
    const form = await visit.form(Stop)
    if (form.ok && form.value.stop === "yes") {
      await parts.trials.cancel(wish)
      return visit.redirect(back)
    }
    return visit.redirect(here)
  }
  const trial = await parts.trials.lookFor(wish, PATIENCE_MS)
  const going = trial.step?.over !== true && !trial.failed
  const people = isEnforced(text) ? nothing : notice(t("agreement.trial-people"), "warning")
  const page = visit.page({
    ...{ title: t("agreement.trial"), place: "agreements" },
    body: html`<p><a href="${back}">${t("agreement.trial-back")}</a></p><p>${t("agreement.trial-what")}</p>${people}${trial.failed ? notice(t("agreement.trial-failed"), "warning") : nothing}${going ? progress(visit, trial, here) : nothing}${await results(parts.store, visit, trial, text)}`,
  })
  return going ? { ...page, headers: { ...page.headers, refresh: AGAIN_S } } : page
}

async function wishFor(reader: Reader, { text, negotiation }: Trying): Promise<TrialWish> {
  const own = (await ownParty(reader))?.id
  const readers = negotiatorsOf(text).flatMap(({ party }) => (party === own ? [] : [party]))
  return { terms: termsOf(text), articles: articlesOf(text), readers, before: await termsInForce(reader, negotiation) }
}

async function termsInForce(reader: Reader, negotiation: string | null): Promise<TrialWish["before"]> {
  const [row] = negotiation === null ? [] : await governedBy(reader, negotiation)
  if (row === undefined) return null
  const { terms } = await loadCollection(reader, row.collection)
  const read = terms === null ? null : readTerms(terms.text)
  return read === null ? null : { terms: read, articles: row.articles }
}

function progress({ t, format }: Visit, { step, left }: Trial, here: string): Html {
  const [done, total] = [step?.done ?? 0, step?.total ?? 0]
  const far = t("agreement.trial-far", { done: format.number(done), total: format.number(total) })
  const still =
    left === null
      ? nothing
      : html`<p class="quiet">${t("agreement.trial-left", { time: format.duration(left * 1_000_000) })}</p>`
  return html`<div class="progress" role="status"><progress aria-label="${t("agreement.trial")}" max="${Math.max(total, 1)}" value="${done}"></progress><p>${far}</p>${still}
<form method="post" action="${here}"><button name="stop" value="yes">${t("agreement.trial-stop")}</button></form></div>`
}

async function results(reader: Reader, visit: Visit, { step, at }: Trial, text: AgreementText): Promise<Html> {
  const { t, format } = visit
  if (step === null) return nothing
  const peers = await listPeers(reader)
  const party = (id: string) =>
    visibleText(text.parties.find((one) => one.party === id)?.name ?? peers.find((one) => one.party === id)?.name ?? id)
  const instrument = (id: string) => instrumentName(id, format.language)
  const names = { party, place: format.place, instrument, time: (text: string) => timeText(visit, text) }
  const say = (reason: TriedReason) => reasonText(t, reason, names)
  return html`<p class="quiet">${t("agreement.trial-at")} ${format.time(at)}</p>
${counts(visit, step.tried, step.before)}${differences(visit, step.difference)}
${section(t("agreement.trial-goes"), examples(visit, step.tried.released))}
${step.tried.redacted.length === 0 ? nothing : section(t("agreement.trial-redacted"), examples(visit, step.tried.redacted))}
${section(t("agreement.trial-why"), reasons(visit, step.tried.reasons, say))}`
}

function counts({ t, format }: Visit, { counts: now }: Tried, before: Tried | null): Html {
  const words = {
    release: t("agreement.trial-release"),
    redact: t("agreement.trial-redact"),
    hold: t("agreement.trial-hold"),
    refuse: t("agreement.trial-refuse"),
  }
  const rows = (one: Tried["counts"]): Bar[] =>
    (["release", "redact", "hold", "refuse"] as const).map((is) => ({
      label: words[is],
      value: one[is],
      text: format.number(one[is]),
    }))
  const shown = bars(t("agreement.trial-now"), rows(now))
  if (before === null) return section(t("agreement.trial-now"), shown)
  return html`${section(t("agreement.trial-now"), shown)}${section(t("agreement.trial-before"), bars(t("agreement.trial-before"), rows(before.counts)))}`
}

function differences(visit: Visit, difference: Difference | null): Html {
  const { t, format } = visit
  if (difference === null) return nothing
  const { gained, lost, gains, losses } = difference
  const part = (title: string, list: readonly Example[]) =>
    list.length === 0 ? nothing : section(title, examples(visit, list))
  return html`${part(t("agreement.trial-gains", { count: format.number(gained) }), gains)}${part(t("agreement.trial-losses", { count: format.number(lost) }), losses)}`
}

function examples({ t }: Visit, list: readonly Example[]): Html {
  if (list.length === 0) return html`<p class="quiet">${t("agreement.trial-none")}</p>`
  return html`<ul class="plain-list">${list.map(({ id, key, name, type }) => html`<li><a href="/share/objects/${encodeURIComponent(id)}?version=${key}">${visible(name === "" ? id : defangedName(type, name))}</a> <span class="quiet">${visible(typeWord(t, type))}</span></li>`)}</ul>`
}

function reasons(visit: Visit, list: readonly TriedReason[], say: (reason: TriedReason) => string): Html {
  const { t, format } = visit
  if (list.length === 0) return html`<p class="quiet">${t("agreement.trial-none")}</p>`
  const items = list.map(
    (one) =>
      html`<li><details class="recipe"><summary>${say(one)} <span class="quiet">${t("agreement.trial-objects", { count: format.number(one.count) })}</span></summary>${examples(visit, one.examples)}</details></li>`,
  )
  return html`<ul class="plain-list">${items}</ul>`
}

function timeText({ format }: Visit, text: string): string {
  const instant = parseInstant(text)
  return instant === null ? text : format.timeText(instant)
}

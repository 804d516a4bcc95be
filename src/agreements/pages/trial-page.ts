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
import { listPeers } from "../../parties/index.ts"
import {
  type Difference,
  type Example,
  type ReasonNames,
  reasonText,
  type Trial,
  type Trials,
  type TriedReason,
  type Tried as TriedTerms,
  typeWord,
} from "../../policy/index.ts"
import { defangedName } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import { isEnforced } from "../clause-terms.ts"
import { loadDraft } from "../drafts.ts"
import type { AgreementText } from "../model.ts"
import { type Part, type Tried, trialsFor } from "../trying.ts"
import { type AgreementParts, addressOf, query } from "./parts.ts"
import { seen } from "./seen.ts"

/** A page waits so long for the result before it shows how far it is, and asks again after so many seconds. */
const PATIENCE_MS = 2500
const AGAIN_S = "2"

const Stop = z.object({ stop: z.string().max(3).default("") })

type Trying = Tried & { back: string; here: string }

export async function draftTrial(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { id, text, negotiation } = await loadDraft(parts.store, visit.ask.params.id ?? "")
  const next = negotiation === null ? null : await parts.shelf.negotiation(parts.store, negotiation)
  const tabled = next === null ? null : { negotiation: next, version: null }
  return trialPage(parts, visit, { text, tabled, back: `/agree/${id}`, here: `/agree/${id}/trial` })
}

export async function versionTrial(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { negotiation, version } = await seen(parts, visit)
  const which = query({ version: version.hash })
  const [back, here] = [addressOf(negotiation, which), addressOf(negotiation, `/trial${which}`)]
  return trialPage(parts, visit, { text: version.text, tabled: { negotiation, version }, back, here })
}

/** What a text would let out of the library of this node: counts, examples, reasons; nothing leaves by it. */
async function trialPage({ store, trials }: AgreementParts, visit: Visit, tried: Trying): Promise<Reply> {
  const { t, format } = visit
  const { text, back, here } = tried
  const { parts, none } = await trialsFor(store, tried, visit.now)
  if (visit.ask.method === "POST") {
    const form = await visit.form(Stop)
    if (!form.ok || form.value.stop !== "yes") return visit.redirect(here)
    for (const { wish } of parts) await trials.cancel(wish)
    return visit.redirect(back)
  }
  const { results, going } = await looked(trials, parts)
  const names = await namesIn(store, visit, text)
  const list = (parties: readonly string[]) => format.list(parties.map(names.party))
  const shown = results.map(
    ({ trial, part }) =>
      html`${parts.length > 1 ? html`<h2>${t("agreement.trial-for", { names: list(part.readers) })}</h2>` : nothing}${trial.failed ? notice(t("agreement.trial-failed"), "warning") : nothing}${trial === going ? progress(visit, trial, here) : nothing}${found(visit, trial, part, names)}`,
  )
  const split = parts.length > 1 ? html`<p>${t("agreement.trial-split")}</p>` : nothing
  const left = none.length === 0 ? nothing : notice(t("agreement.trial-nothing", { names: list(none) }), "warning")
  const people = isEnforced(text) ? nothing : notice(t("agreement.trial-people"), "warning")
  const page = visit.page({
    ...{ title: t("agreement.trial"), place: "agreements" },
    body: html`<p><a href="${back}">${t("agreement.trial-back")}</a></p><p>${t("agreement.trial-what")}</p>${people}${left}${split}${shown}`,
  })
  return going !== null ? { ...page, headers: { ...page.headers, refresh: AGAIN_S } } : page
}

/** One after the other, until one is not over in time: that is looked at again. */
async function looked(trials: Trials, parts: readonly Part[]) {
  const results: { part: Part; trial: Trial }[] = []
  for (const part of parts) {
    const trial = await trials.lookFor(part.wish, PATIENCE_MS)
    results.push({ part, trial })
    if (trial.step?.over !== true && !trial.failed) return { results, going: trial }
  }
  return { results, going: null }
}

async function namesIn(reader: Reader, visit: Visit, text: AgreementText): Promise<ReasonNames> {
  const peers = await listPeers(reader)
  const party = (id: string) =>
    visibleText(text.parties.find((one) => one.party === id)?.name ?? peers.find((one) => one.party === id)?.name ?? id)
  return { party, place: visit.format.place, instrument: visit.instrument, time: (at: string) => timeText(visit, at) }
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

function found(visit: Visit, { step, at }: Trial, { first }: Part, names: ReasonNames): Html {
  const { t, format } = visit
  if (step === null) return nothing
  const say = (reason: TriedReason) => reasonText(t, reason, names)
  const { redacted, held, holds, released, reasons: others } = step.tried
  const part = (title: string, shown: Html, list: readonly unknown[]) =>
    list.length === 0 ? nothing : section(title, shown)
  return html`<p class="quiet">${t("agreement.trial-at")} ${format.time(at)}</p>
${first ? notice(t("agreement.trial-first")) : nothing}${counts(visit, step.tried, step.before)}${differences(visit, step.difference)}
${section(t("agreement.trial-goes"), examples(visit, released))}
${part(t("agreement.trial-redacted"), examples(visit, redacted), redacted)}
${part(t("agreement.trial-held"), html`${examples(visit, held)}${reasons(visit, holds, say)}`, held)}
${section(t("agreement.trial-why"), reasons(visit, others, say))}`
}

function counts({ t, format }: Visit, { counts: now }: TriedTerms, before: TriedTerms | null): Html {
  const words = {
    release: t("agreement.trial-release"),
    redact: t("agreement.trial-redact"),
    hold: t("agreement.trial-hold"),
    refuse: t("agreement.trial-refuse"),
  }
  const rows = (one: TriedTerms["counts"]): Bar[] =>
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

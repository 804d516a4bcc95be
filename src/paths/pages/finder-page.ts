import type { Visit } from "../../accounts/index.ts"
import {
  emptyState,
  errorSummary,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  visible,
} from "../../http/index.ts"
import {
  type Answer,
  type Condition,
  conditions,
  type Finding,
  findPaths,
  type Query,
  type Verdict,
  verdicts,
} from "../../law/index.ts"
import { reasonText } from "../explaining.ts"
import { type Citing, citing } from "./citing.ts"
import { finderForm } from "./finder-form.ts"
import { answerForm, closedItem, findingOf } from "./finding.ts"
import {
  CHOICES,
  CHOOSER,
  finderHref,
  type Look,
  lookOf,
  offenceWord,
  type PathPageParts,
  verdictMark,
  verdictWord,
} from "./look.ts"
import { printSheet } from "./print-sheet.ts"
import { type Read, readQuestion } from "./reading.ts"

/** The question and, on the same page, its answer. */
export async function finderPage(parts: PathPageParts, visit: Visit): Promise<Reply> {
  const look = await lookOf(parts, visit)
  const read = readQuestion(look)
  return read.query === null ? questionPage(look, read) : answerPage(look, read, read.query)
}

/** Nothing is asked yet, or something in the address is wrong: said beside its field. */
export function questionPage(look: Look, read: Read): Reply {
  const { t, page, may } = look.visit
  const choices = may(CHOOSER) ? html`<p><a href="${CHOICES}">${t("path.choices")}</a></p>` : nothing
  const faulty = Object.keys(read.faults).length > 0
  const body = html`${errorSummary(t, read.faults)}<p>${t("path.what")}</p>${finderForm(look, read)}${choices}<p class="quiet">${t("path.not-advice")}</p>`
  return page({ title: t("nav.paths"), place: "paths", ...(faulty ? { status: 400 } : {}), body })
}

function answerPage(look: Look, read: Read, query: Query): Reply {
  const { t, page } = look.visit
  const answer = findPaths(query, look.facts, look.refusals)
  const cites = citing(look)
  const first = html`${refused(look, answer)}${preserveFirst(look, answer)}`
  const all = html`${findings(look, cites, answer)}${section(t("path.sources"), cites.list(), "sources")}`
  return page({
    title: titleOf(look, query),
    place: "paths",
    body: html`${questionLine(look, query)}
<details class="change no-print"><summary>${t("path.change")}</summary>${finderForm(look, read)}</details>
${told(look, query)}${first}<div class="no-print">${all}</div>${printSheet(look, answer)}${footing(look)}`,
  })
}

export function titleOf({ visit: { t, format } }: Look, { from, to, measure }: Query): string {
  return t("path.title", { from: format.place(from), to: format.place(to), measure: t(`law.measure.${measure}`) })
}

/** All of the question that the title does not say. */
export function questionLine(look: Look, query: Query): Html {
  const { t } = look.visit
  const { data, urgency, provider, offence, date } = query
  const parts = [
    ...(data === "none" ? [] : [t(`law.data.${data}`)]),
    ...(urgency === "urgent" ? [t(`law.urgency.${urgency}`)] : []),
    ...(provider ? [t("path.with-provider")] : []),
    ...(offence.class === null ? [] : [offenceWord(look, offence.class)]),
    ...(offence.penaltyYears === null ? [] : [t("path.penalty-of", { years: offence.penaltyYears })]),
    t("path.on-day", { date }),
    ...(date > look.today ? [t("path.future")] : []),
  ]
  return html`<p class="question">${parts.map((part, i) => html`${i > 0 ? " · " : ""}${visible(part)}`)}</p>`
}

/** What the person answered, to be changed. */
function told(look: Look, query: Query): Html {
  const answered = conditions.filter((code: Condition) => query.answers[code] !== undefined)
  if (answered.length === 0) return nothing
  const { t } = look.visit
  const items = answered.map((code) => {
    const word = query.answers[code] === "yes" ? t("path.yes") : t("path.no")
    return html`<li>${t(`law.ask.${code}`)} <strong>${word}</strong>${answerForm(look, query, code)}</li>`
  })
  return section(t("path.told"), html`<ul class="questions">${items}</ul>`)
}

/** Which entry of the own refusal list applied, since when and by which source. */
function refused(look: Look, { findings }: Answer): Html {
  const reasons = findings.flatMap(({ reasons }) => reasons.filter(({ code }) => code === "own-refusal"))
  if (reasons.length === 0) return nothing
  const { t, may } = look.visit
  const said = [...new Set(reasons.map((one) => reasonText(look.speak, one)))].map(
    (text) => html`<li>${visible(text)}</li>`,
  )
  const link = may("role:analyst") ? html`<p><a href="/node/refusals">${t("nav.refusals")}</a></p>` : nothing
  return notice(html`<p>${t("path.refused")}</p><ul>${said}</ul>${link}`, "warning")
}

function preserveFirst(look: Look, { preservation, query }: Answer): Html {
  if (preservation === null) return nothing
  const { t } = look.visit
  const channel = look.facts.channels.find(({ id }) => id === preservation.channel)
  const name = channel === undefined ? preservation.channel : look.speak.channel(channel)
  const keep: Query = { ...query, measure: "preserve" }
  return html`<div class="notice first"><p><strong>${t("path.preserve-first")}</strong> ${t("path.preserve-why")}</p>
<p>${verdictMark(look, preservation.verdict)} <a href="${finderHref(keep)}#path-${preservation.channel}">${visible(name)}</a></p></div>`
}

function findings(look: Look, cites: Citing, { findings, query }: Answer): Html {
  const { t, format } = look.visit
  if (findings.length === 0) return emptyState(t("path.no-channel"))
  const of = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict)
  const counts = verdicts.map((verdict) => {
    const mark = html`${verdictMark(look, verdict)} ${format.number(of(verdict).length)}`
    return html`<li>${of(verdict).length === 0 ? mark : html`<a href="#${verdict}">${mark}</a>`}</li>`
  })
  const shown = verdicts
    .filter((verdict) => verdict !== "closed" && of(verdict).length > 0)
    .map((verdict) =>
      section(
        groupTitle(look, verdict),
        html`${of(verdict).map((one) => findingOf(look, cites, query, one))}`,
        verdict,
      ),
    )
  return html`<ul class="counts" aria-label="${t("path.counts")}">${counts}</ul>${shown}${closedGroup(look, cites, of("closed"), shown.length === 0)}`
}

function groupTitle(look: Look, verdict: Verdict): string {
  const { t } = look.visit
  const about = {
    open: t("path.group-open"),
    conditional: t("path.group-conditional"),
    unknown: t("path.group-unknown"),
    closed: t("path.group-closed"),
  }
  return about[verdict]
}

function closedGroup(look: Look, cites: Citing, closed: readonly Finding[], alone: boolean): Html {
  if (closed.length === 0) return nothing
  const { format } = look.visit
  const list = closed.map((one) => closedItem(look, cites, one))
  const title = groupTitle(look, "closed")
  return html`<section id="closed"><h2>${title}</h2><details${alone ? html` open` : nothing}><summary>${verdictWord(look, "closed")} (${format.number(closed.length)})</summary>${list}</details></section>`
}

/** Which facts answered, and the one sentence about advice. */
function footing(look: Look): Html {
  const { t } = look.visit
  const { version, digest } = look.facts
  return html`<p class="quiet">${t("path.version", { version })} <code>${digest.slice(0, 16)}</code></p><p class="quiet">${t("path.not-advice")}</p>`
}

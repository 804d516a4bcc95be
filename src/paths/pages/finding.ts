import { facts as factList, type Html, html, nothing, type Piece, visible } from "../../http/index.ts"
import {
  type Condition,
  conditions,
  type Finding,
  type Missing,
  oneOf,
  type Query,
  type Reason,
  type Safeguard,
} from "../../law/index.ts"
import { addressOf } from "../asking.ts"
import { deadlineText, openingText, questionText, reasonText } from "../explaining.ts"
import { durationText } from "../facts-pages/durations.ts"
import type { Citing } from "./citing.ts"
import { CHOOSE, CHOOSER, FINDER, instrumentLink, type Look, verdictMark } from "./look.ts"
import { onward } from "./onward.ts"

/** What one channel says, with everything it rests on. */
export function findingOf(look: Look, cites: Citing, query: Query, finding: Finding): Html {
  const { t } = look.visit
  const { channel, verdict } = finding
  const steps = finding.steps.map((code) => html`<li>${t(`law.step.${code}`)}</li>`)
  return html`<article class="finding" id="path-${channel.id}">
<h3>${verdictMark(look, verdict)} ${visible(look.speak.channel(channel))}</h3>${restsOn(look, finding)}
${whatItGives(look, cites, query, finding)}
<div class="halves"><div><h4>${t("path.why")}</h4>${reasons(look, cites, finding)}${questions(look, query, finding)}</div>
<div>${steps.length === 0 ? nothing : html`<h4>${t("path.steps")}</h4><ol>${steps}</ol>`}${safeguards(look, cites, finding)}</div></div>
${choice(look, query, finding)}</article>`
}

function restsOn(look: Look, { channel }: Finding): Html {
  const articles =
    channel.articles.length === 0
      ? nothing
      : html` · ${visible(look.visit.t("path.articles", { articles: channel.articles.join("; ") }))}`
  return html`<p class="quiet">${instrumentLink(look, channel.instrument)}${articles} · <code>${channel.id}</code></p>`
}

function whatItGives(look: Look, cites: Citing, query: Query, finding: Finding): Html {
  const { t } = look.visit
  const { speak } = look
  const { channel, use } = finding
  const text = (value: string): Piece => (value === "" ? null : visible(value))
  return factList([
    [t("path.first-deadline"), deadline(look, { ...query, urgency: "normal" }, { channel, limit: channel.limit })],
    [t("path.in-urgency"), query.urgency === "urgent" ? text(speak.word(channel, "urgent_deadline")) : null],
    [t("path.use"), t(`law.use.${use}`)],
    [t("path.who-asks"), text(speak.word(channel, "requester"))],
    [t("path.who-is-asked"), text(speak.word(channel, "addressee"))],
    [t("path.form"), text(speak.word(channel, "form"))],
    [t("path.conditions"), text(speak.word(channel, "conditions"))],
    [t("path.declarations"), declarations(look, cites, finding)],
  ])
}

/** As the row says it, in words; where it says nothing, the fixed limit. */
export function deadline(look: Look, query: Query, finding: Pick<Finding, "channel" | "limit">): Piece {
  const text = deadlineText(look.speak, finding, query.urgency === "urgent")
  if (text !== "") return visible(text)
  return finding.limit === null ? null : durationText(look.visit.viewer.language, finding.limit)
}

/** Languages, central authorities and the like, as the side that is asked declared them. */
function declarations(look: Look, cites: Citing, { reasons }: Finding): Piece {
  const declared = reasons.filter(({ code }) => code === "declared")
  if (declared.length === 0) return null
  return html`<ul class="plain-list">${declared.map((one) => html`<li>${visible(reasonText(look.speak, one))} ${cites.because(one)}</li>`)}</ul>`
}

const SHAPES: Readonly<Record<Reason["effect"], readonly [state: string, shape: string]>> = {
  for: ["open", "●"],
  note: ["unknown", "·"],
  conditional: ["conditional", "◐"],
  unknown: ["unknown", "?"],
  closed: ["closed", "○"],
}

/** What decides stands first. */
function reasons(look: Look, cites: Citing, { reasons, verdict }: Finding): Html {
  const told = reasons.filter(({ code }) => code !== "declared")
  const deciding = told.filter(({ effect }) => effect === verdict)
  const others = told.filter(({ effect }) => effect !== verdict)
  return html`<ul class="reasons">${[...deciding, ...others].map((one) => reasonItem(look, cites, one))}</ul>`
}

export function reasonItem(look: Look, cites: Citing, reason: Reason): Html {
  const [state, shape] = SHAPES[reason.effect]
  return html`<li><span class="state ${state}" aria-hidden="true">${shape}</span> <span>${visible(reasonText(look.speak, reason))} ${cites.because(reason)}</span></li>`
}

function questions(look: Look, query: Query, { missing }: Finding): Html {
  if (missing.length === 0) return nothing
  const items = missing.map(
    (one) => html`<li>${visible(questionText(look.speak, one))}${answering(look, query, one)}</li>`,
  )
  return html`<h4>${look.visit.t("path.still-asked")}</h4><ul class="questions">${items}</ul>`
}

/** What the case answers is answered here; what the facts lack is looked up, and entered on the instrument's page. */
function answering(look: Look, query: Query, { code, values }: Missing): Html {
  const condition = oneOf(conditions, code)
  if (condition !== null) return answerForm(look, query, condition)
  return values.instrument === undefined ? nothing : html` ${instrumentLink(look, values.instrument)}`
}

/** Three buttons that put an answer into the address, or take it out. */
export function answerForm({ visit: { t } }: Look, query: Query, condition: Condition): Html {
  const { [condition]: now, ...others } = query.answers
  const kept = [...new URLSearchParams(addressOf({ ...query, answers: others }))]
  const button = (told: "yes" | "no" | undefined, label: string) =>
    html`<button name="answer" value="${told === undefined ? "" : `${condition}=${told}`}" aria-pressed="${told === now ? "true" : "false"}">${label}</button>`
  return html`<form method="get" action="${FINDER}" class="answering">
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<span role="group" aria-label="${t(`law.ask.${condition}`)}">${button("yes", t("path.yes"))} ${button("no", t("path.no"))} ${button(undefined, t("path.not-known"))}</span></form>`
}

function safeguards(look: Look, cites: Citing, { safeguards }: Finding): Html {
  if (safeguards.length === 0) return nothing
  const { t } = look.visit
  const items = safeguards.map((one) => html`<li>${t(`law.safeguard.${one.code}`)} ${standsIn(look, cites, one)}</li>`)
  return html`<h4>${t("path.safeguards")}</h4><ul>${items}</ul>`
}

/** The articles and laws that a safeguard stands in, and where they were read. */
export function standsIn({ facts, speak }: Look, cites: Citing, { facts: refs }: Safeguard): Html {
  const named = facts.rows.safeguards
    .filter(({ ref }) => refs.includes(ref))
    .map(({ instrument, law, article }) => `${law === "" ? speak.instrument(instrument) : law} ${article}`.trim())
  if (named.length === 0) return nothing
  return html`<span class="cite">${visible([...new Set(named)].join("; "))}</span>${cites.cite(refs)}`
}

function choice({ visit }: Look, query: Query, { channel, verdict }: Finding): Html {
  if ((verdict !== "open" && verdict !== "conditional") || !visit.may(CHOOSER)) return nothing
  const href = `${CHOOSE}?${addressOf(query)}&${new URLSearchParams({ channel: channel.id })}`
  return html`<p class="actions no-print"><a class="button" href="${href}">${visit.t("path.choose")}</a>${onward(visit, query, channel)}</p>`
}

/** A closed channel: why, and what would open it. */
export function closedItem(look: Look, cites: Citing, finding: Finding): Html {
  const { t } = look.visit
  const closing = finding.reasons.filter(({ effect }) => effect === "closed")
  const opens = finding.opens.map(
    (one) => html`<li>${t("path.opens-if")} ${visible(openingText(look.speak, one))}</li>`,
  )
  return html`<article class="finding closed-one" id="path-${finding.channel.id}"><h3>${verdictMark(look, finding.verdict)} ${visible(look.speak.channel(finding.channel))}</h3>
${restsOn(look, finding)}<ul class="reasons">${closing.map((one) => reasonItem(look, cites, one))}</ul>
${opens.length === 0 ? nothing : html`<ul class="opens">${opens}</ul>`}</article>`
}

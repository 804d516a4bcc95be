import { type Html, html, nothing, type Piece, visible } from "../../http/index.ts"
import type { Answer, Finding, Query, Reason } from "../../law/index.ts"
import { reasonText } from "../explaining.ts"
import { type Citing, citing } from "./citing.ts"
import { deadline } from "./finding.ts"
import { type Look, verdictMark } from "./look.ts"

/** The answer on one sheet of paper: what can be used in a table, what is closed in a line each, the sources below. */
export function printSheet(look: Look, { query, findings }: Answer): Html {
  const { t, format, now, viewer } = look.visit
  const cites = citing(look, "paper")
  const usable = findings.filter(({ verdict }) => verdict !== "closed")
  const closed = findings.filter(({ verdict }) => verdict === "closed")
  const rows = usable.map((one) => row(look, cites, query, one))
  const table = rows.length === 0 ? nothing : html`<table>${head(look)}<tbody>${rows}</tbody></table>`
  const lines = closed.map((one) => html`<li>${closedLine(look, one)}</li>`)
  const shut = lines.length === 0 ? nothing : html`<h2>${t("path.group-closed")}</h2><ul class="lines">${lines}</ul>`
  return html`<div class="one-page print-only"><p class="quiet">${visible(viewer.party)} · ${format.time(now)}</p>${table}${looked(look, usable)}${shut}
<h2>${t("path.sources")}</h2>${cites.list()}</div>`
}

function head({ visit: { t } }: Look): Html {
  return html`<thead><tr><th>${t("path.channel")}</th><th>${t("path.why")}</th><th>${t("path.steps")}</th></tr></thead>`
}

function row(look: Look, cites: Citing, query: Query, finding: Finding): Html {
  const { t } = look.visit
  const { speak } = look
  const { channel, verdict, use } = finding
  const parts: Piece[] = [
    deadlineIn(look, query, finding),
    t(`law.use.${use}`),
    pair(t("path.who-is-asked"), speak.word(channel, "addressee")),
    pair(t("path.form"), speak.word(channel, "form")),
  ]
  const told = parts.filter((part) => part !== null).map((part, i) => html`${i > 0 ? " · " : ""}${part}`)
  const reasons = finding.reasons
    .filter((one) => decides(finding, one))
    .map((one) => html`<li>${visible(reasonText(speak, one))} ${cites.because(one)}</li>`)
  // That the data are preserved first stands above the table.
  const steps = finding.steps
    .filter((code) => code !== "preserve-first")
    .map((code) => html`<li>${t(`law.step.${code}`)}</li>`)
  return html`<tr><td>${verdictMark(look, verdict)} <strong>${visible(speak.channel(channel))}</strong>
<div>${visible(speak.instrument(channel.instrument))}, ${visible(channel.articles.join("; "))} (${channel.id})</div><div>${told}</div></td><td><ul>${reasons}</ul></td><td><ol>${steps}</ol></td></tr>`
}

function deadlineIn(look: Look, query: Query, finding: Finding): Piece {
  const text = deadline(look, query, finding)
  return text === null ? null : html`${look.visit.t("path.first-deadline")}: ${text}`
}

function pair(label: string, value: string): Piece {
  return value === "" ? null : html`${label}: ${visible(value)}`
}

/** What the verdict rests on, who takes part, and what the side that is asked declared or limits. */
function decides({ verdict }: Finding, { effect, code }: Reason): boolean {
  return effect === verdict || code.startsWith("takes-part") || code === "declared" || code === "limited"
}

/** To be ticked by hand. */
function looked({ visit: { t } }: Look, findings: readonly Finding[]): Html {
  const codes = new Set(findings.flatMap(({ safeguards }) => safeguards.map(({ code }) => code)))
  if (codes.size === 0) return nothing
  const items = [...codes].map((code) => html`<li>☐ ${t(`law.safeguard.${code}`)}</li>`)
  return html`<h2>${t("path.safeguards")}</h2><ul class="lines twice">${items}</ul>`
}

function closedLine(look: Look, { channel, reasons }: Finding): Html {
  const why = reasons.filter(({ effect }) => effect === "closed").map((one) => reasonText(look.speak, one))
  return html`<strong>${visible(look.speak.channel(channel))}</strong> (${channel.id}): ${visible(why.join(" "))}`
}

import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  checkField,
  errorSummary,
  type Faults,
  facts as factList,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  type Reply,
  textField,
  visible,
} from "../../http/index.ts"
import { type Finding, findPaths, type Query, type SafeguardCode, safeguardCodes } from "../../law/index.ts"
import { addressOf } from "../asking.ts"
import { choosable, choosePath } from "../choices.ts"
import { questionText } from "../explaining.ts"
import { type Citing, citing } from "./citing.ts"
import { questionLine, questionPage, titleOf } from "./finder-page.ts"
import { deadline, reasonItem, standsIn } from "./finding.ts"
import {
  CHOICES,
  CHOOSE,
  finderHref,
  instrumentLink,
  type Look,
  lookOf,
  type PathPageParts,
  verdictMark,
} from "./look.ts"
import { readQuestion } from "./reading.ts"

const NOTE_MOST = 2_000
const Sent = z.object({
  note: z
    .string()
    .trim()
    .max(NOTE_MOST)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, "path.note-unusable")
    .default(""),
  /** Which facts the person looked at, and what they said. */
  seen: z.string().max(200).default(""),
})

type Deciding = { look: Look; query: Query; finding: Finding }
type Shown = { given: Given; faults: Faults; changed?: boolean }

/** What a person decides on: this channel, as the facts have it at this moment. */
export async function choosePage(parts: PathPageParts, visit: Visit): Promise<Reply> {
  const found = await decidingOf(parts, visit)
  return "reply" in found ? found.reply : decisionPage(found, noForm)
}

export async function choose(parts: PathPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Sent)
  const found = await decidingOf(parts, visit)
  if ("reply" in found) return found.reply
  const { look, query, finding } = found
  const ticked = safeguardCodes.filter((code) => form.given[fieldOf(code)]?.includes("yes"))
  const unticked = finding.safeguards.filter(({ code }) => !ticked.includes(code))
  const faults = { ...untickedFaults(unticked), ...(form.ok ? {} : form.faults) }
  if (!form.ok || unticked.length > 0) return decisionPage(found, { given: form.given, faults })
  if (form.value.seen !== seenOf(found)) return decisionPage(found, { given: {}, faults: {}, changed: true })
  const wish = { query, channel: finding.channel.id, ticked, note: form.value.note, by: visit.person().commitment }
  const chosen = await choosePath(parts.store, look.facts, look.refusals, wish)
  if (chosen.state !== "chosen") return decisionPage(found, { given: {}, faults: {}, changed: true })
  return visit.redirect(`${CHOICES}/${chosen.id}`)
}

/** The question of the address and the channel that it names; a reply where there is nothing to decide. */
async function decidingOf(parts: PathPageParts, visit: Visit): Promise<Deciding | { reply: Reply }> {
  const look = await lookOf(parts, visit)
  const read = readQuestion(look)
  if (read.query === null) return { reply: questionPage(look, read) }
  const { query } = read
  const channel = visit.ask.query.get("channel") ?? ""
  const finding = choosable(findPaths(query, look.facts, look.refusals), channel)
  return finding === null ? { reply: shutPage(look, query) } : { look, query, finding }
}

function shutPage(look: Look, query: Query): Reply {
  const { t, page } = look.visit
  const back = html`<p class="actions"><a class="button" href="${finderHref(query)}">${t("path.back")}</a></p>`
  return page({
    ...{ title: t("path.choose-title"), place: "paths", status: 409 },
    body: html`${notice(t("path.shut"), "warning")}${back}`,
  })
}

function decisionPage(deciding: Deciding, shown: Shown): Reply {
  const { look, query } = deciding
  const { t, page } = look.visit
  const faulty = Object.keys(shown.faults).length > 0
  const cites = citing(look)
  const changed = shown.changed === true ? notice(t("path.changed"), "warning") : nothing
  const status = shown.changed === true ? 409 : faulty ? 400 : 200
  return page({
    ...{ title: t("path.choose-title"), place: "paths", status },
    body: html`<div class="decision">${errorSummary(t, shown.faults)}${changed}${what(deciding)}${advised(deciding, cites)}
${form(deciding, cites, shown)}<h2>${t("path.sources")}</h2>${cites.list()}<p class="quiet">${t("path.not-advice")}</p>
<p class="no-print"><a href="${finderHref(query)}">${t("path.back")}</a></p></div>`,
  })
}

function what({ look, query, finding }: Deciding): Html {
  const { t } = look.visit
  const { channel, use } = finding
  const otherDay = query.date === look.today ? nothing : notice(t("path.other-day", { date: query.date }), "warning")
  return html`<p><strong>${visible(titleOf(look, query))}</strong></p>${questionLine(look, query)}${otherDay}
${factList([
  [t("path.channel"), html`${visible(look.speak.channel(channel))} <code>${channel.id}</code>`],
  [t("path.instrument"), instrumentLink(look, channel.instrument)],
  [t("path.articles-label"), visible(channel.articles.join("; "))],
  [t("path.who-is-asked"), visible(look.speak.word(channel, "addressee"))],
  [t("path.first-deadline"), deadline(look, query, finding)],
  [t("path.use"), t(`law.use.${use}`)],
])}`
}

function advised({ look, finding }: Deciding, cites: Citing): Html {
  const { t } = look.visit
  const deciding = finding.reasons.filter(({ effect, code }) => effect === finding.verdict || code === "limited")
  const reasons = deciding.map((one) => reasonItem(look, cites, one))
  const asked = finding.missing.map((one) => html`<li>${visible(questionText(look.speak, one))}</li>`)
  const open = asked.length === 0 ? nothing : html`<h3>${t("path.still-asked")}</h3><ul>${asked}</ul>`
  return html`<h2>${t("path.advised")}</h2><p>${verdictMark(look, finding.verdict)}</p><ul class="reasons">${reasons}</ul>${open}`
}

function form(deciding: Deciding, cites: Citing, { given, faults }: Shown): Html {
  const { look, query, finding } = deciding
  const { t } = look.visit
  const shown = { t, given, faults }
  const ticks = finding.safeguards.map((one) =>
    checkField(shown, {
      ...{ name: fieldOf(one.code), label: t(`law.safeguard.${one.code}`), required: true },
      ...(one.facts.length === 0 ? {} : { hint: standsIn(look, cites, one) }),
    }),
  )
  const action = `${CHOOSE}?${addressOf(query)}&${new URLSearchParams({ channel: finding.channel.id })}`
  return html`<form method="post" action="${action}"><input type="hidden" name="seen" value="${seenOf(deciding)}">
<h2>${t("path.safeguards")}</h2><p>${t("path.tick-all")}</p>${ticks}
${textField(shown, { name: "note", label: t("path.note"), hint: t("path.note-hint"), rows: 4, most: NOTE_MOST })}
<p>${t("path.what-follows")}</p>
${actions(t("path.record"), { href: finderHref(query), label: t("path.do-not") })}</form>`
}

function fieldOf(code: SafeguardCode): string {
  return `tick-${code}`
}

function untickedFaults(unticked: Finding["safeguards"]): Faults {
  return Object.fromEntries(unticked.map(({ code }) => [fieldOf(code), { key: "path.untick" }]))
}

/** Changes when other facts count, or when they say something else of this channel. */
function seenOf({ look: { facts }, finding: { verdict, reasons } }: Deciding): string {
  return `${facts.digest} ${verdict} ${reasons.map(({ code }) => code).join(",")}`.slice(0, 200)
}

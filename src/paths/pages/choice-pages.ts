import type { Visit } from "../../accounts/index.ts"
import { namesByCommitment } from "../../accounts/index.ts"
import {
  type Column,
  emptyState,
  facts as factList,
  type Html,
  html,
  nothing,
  type Piece,
  prose,
  type Reply,
  section,
  table,
  visible,
} from "../../http/index.ts"
import { conditions, type Verdict, verdicts } from "../../law/index.ts"
import { type Choice, listChoices, loadChoice } from "../choices.ts"
import { questionLine, titleOf } from "./finder-page.ts"
import {
  CHOICES,
  FINDER,
  finderHref,
  instrumentLink,
  type Look,
  lookOf,
  type PathPageParts,
  verdictMark,
} from "./look.ts"
import { onward } from "./onward.ts"

const PAGE = 100

type Names = ReadonlyMap<string, string>

/** What people chose here, the newest first. */
export async function choicesPage(parts: PathPageParts, visit: Visit): Promise<Reply> {
  const look = await lookOf(parts, visit)
  const { t, format } = visit
  const names = await namesByCommitment(parts.store)
  const before = Number(visit.ask.query.get("before") ?? "")
  const found = await listChoices(parts.store, Number.isSafeInteger(before) && before > 0 ? before : null, PAGE + 1)
  const rows = found.slice(0, PAGE)
  const columns: Column<Choice>[] = [
    {
      ...{ label: t("path.asked-what"), kind: "name" as const },
      cell: (row) => html`<a href="${CHOICES}/${row.id}">${visible(titleOf(look, row.query))}</a>`,
    },
    { label: t("path.chosen"), cell: (row) => channelName(look, row) },
    { label: t("path.was"), cell: ({ verdict }) => verdictMark(look, verdict) },
    { label: t("path.by"), kind: "quiet", cell: ({ by }) => person(names, by) },
    { label: t("path.chosen-at"), kind: "quiet", cell: ({ chosenAt }) => format.time(chosenAt) },
  ]
  const last = rows.at(-1)
  const older =
    found.length > PAGE && last !== undefined
      ? html`<p class="paging"><a href="${CHOICES}?before=${last.key}">${t("path.older")}</a></p>`
      : nothing
  const empty = emptyState(t("path.no-choices"), { href: FINDER, label: t("path.find") })
  const body = html`<p>${t("path.choices-what")}</p>${table({ caption: t("path.choices"), columns, rows, empty })}${older}`
  return visit.page({ title: t("path.choices"), place: "paths", body })
}

/** One choice: what was asked, advised, chosen and ticked, and by which facts. */
export async function choicePage(parts: PathPageParts, visit: Visit): Promise<Reply> {
  const choice = await loadChoice(parts.store, visit.ask.params.id ?? "")
  const look = await lookOf(parts, visit)
  const { t } = visit
  const names = await namesByCommitment(parts.store)
  const body = html`${questionLine(look, choice.query)}${known(look, choice, names)}${answered(look, choice)}${section(t("path.advised"), advice(look, choice))}
${section(t("path.ticked"), ticked(look, choice))}${choice.note === "" ? nothing : section(t("path.note"), html`<p>${prose(choice.note)}</p>`)}
<p class="actions no-print"><a class="button" href="${finderHref(choice.query)}">${t("path.ask-again")}</a>${steps(look, choice)}<a href="${CHOICES}">${t("path.all-choices")}</a></p>
<p class="quiet">${t("path.not-advice")}</p>`
  return visit.page({ title: titleOf(look, choice.query), place: "paths", body })
}

/** What the person had answered of the questions: the advice rests on it. */
function answered({ visit: { t } }: Look, { query: { answers } }: Choice): Html {
  const given = conditions.filter((code) => answers[code] !== undefined)
  if (given.length === 0) return nothing
  const items = given.map(
    (code) =>
      html`<li>${t(`law.ask.${code}`)} <strong>${answers[code] === "yes" ? t("path.yes") : t("path.no")}</strong></li>`,
  )
  return section(t("path.told"), html`<ul>${items}</ul>`)
}

function steps({ visit, facts }: Look, { channel: id, query }: Choice): Html {
  const channel = facts.channels.find((one) => one.id === id)
  return channel === undefined ? nothing : onward(visit, query, channel)
}

function known(look: Look, choice: Choice, names: Names): Html {
  const { t, format } = look.visit
  const channel = look.facts.channels.find(({ id }) => id === choice.channel)
  const same = choice.digest === look.facts.digest ? t("path.facts-same") : t("path.facts-changed")
  return factList([
    [t("path.chosen"), html`${channelName(look, choice)} <code>${visible(choice.channel)}</code>`],
    [t("path.was"), verdictMark(look, choice.verdict)],
    [t("path.instrument"), channel === undefined ? null : instrumentLink(look, channel.instrument)],
    [t("path.by"), person(names, choice.by)],
    [t("path.chosen-at"), format.time(choice.chosenAt)],
    [
      t("path.facts-label"),
      html`${choice.version} <span class="quiet">${same}</span><br><code class="mono">${choice.digest}</code>`,
    ],
    [t("path.record-id"), html`<code class="mono">${choice.id}</code>`],
  ])
}

function advice(look: Look, { advice }: Choice): Html {
  const rank = ([, verdict]: [string, Verdict]) => verdicts.indexOf(verdict)
  const sorted = Object.entries(advice).toSorted((a, b) => rank(a) - rank(b))
  const items = sorted.map(
    ([channel, verdict]) =>
      html`<li>${verdictMark(look, verdict)} ${channelName(look, { channel })} <code>${visible(channel)}</code></li>`,
  )
  return html`<ul class="plain-list">${items}</ul>`
}

function ticked({ visit: { t } }: Look, { safeguards }: Choice): Html {
  return html`<ul>${safeguards.map((code) => html`<li>${t(`law.safeguard.${code}`)}</li>`)}</ul>`
}

/** A channel that the facts of today no longer know keeps its id. */
function channelName(look: Look, { channel }: { channel: string }): Html {
  const found = look.facts.channels.find(({ id }) => id === channel)
  return visible(found === undefined ? channel : look.speak.channel(found))
}

function person(names: Names, by: string | null): Piece {
  return by === null ? null : visible(names.get(by) ?? `${by.slice(0, 12)}…`)
}

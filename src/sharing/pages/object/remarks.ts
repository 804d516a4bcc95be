import {
  facts,
  type Html,
  html,
  type Piece,
  prose,
  section,
  stateMark,
  type Translate,
  visible,
} from "../../../http/index.ts"
import { objectLink, objectPath, reference } from "../named.ts"
import type { Companion, Gathered } from "./gathering.ts"
import { opinionOf, tallyOf, type Verdict, verdictOf } from "./reactions.ts"
import { beginning, type Showing, textAt, textsAt } from "./showing.ts"
import { timeShown } from "./values.ts"

/** Sightings together, then the newest one by one: false alarms are as visible as the others. */
export function sightingsShown(showing: Showing, gathered: Gathered): Piece {
  const { t, format } = showing
  const { sightings, sightingCount, opinions } = gathered
  const alarms = opinions.filter(({ object }) => opinionOf(object)?.falseAlarm === true).length
  if (sightings.length === 0 && alarms === 0) return null
  const tally = tallyOf(sightings.map(({ object }) => object))
  const among =
    sightingCount > sightings.length ? t("object.sightings.among", { count: format.number(sightings.length) }) : null
  const summary = facts([
    [
      t("object.sightings.seen"),
      t("object.sightings.times", { times: format.number(tally.times), sightings: format.number(tally.seen) }),
    ],
    [t("property.first_seen"), tally.first === null ? null : timeShown(showing, tally.first)],
    [t("property.last_seen"), tally.last === null ? null : timeShown(showing, tally.last)],
    [
      t("object.sightings.false-alarms"),
      tally.falseAlarms + alarms === 0 ? null : stateMark("conditional", format.number(tally.falseAlarms + alarms)),
    ],
    [t("object.sightings.not-seen"), tally.notSeen === 0 ? null : format.number(tally.notSeen)],
  ])
  const rows = sightings.slice(0, SIGHTINGS_LISTED).map((one) => html`<li>${sightingShown(showing, one)}</li>`)
  const note = among === null ? null : html`<p class="quiet">${among}</p>`
  return section(t("object.sightings"), html`${summary}${note}<ul class="remarks">${rows}</ul>`, "sightings")
}
const SIGHTINGS_LISTED = 10

function sightingShown(showing: Showing, { hit, object }: Companion): Html {
  const { t, format } = showing
  const where = textsAt(object, "where_sighted_refs").slice(0, 5)
  const places = where.map((id, i) => html`${i > 0 ? " · " : ""}${placeShown(showing, id)}`)
  const first = textAt(object, "first_seen")
  const last = textAt(object, "last_seen")
  const count =
    typeof object.count === "number" ? t("object.sightings.count", { count: format.number(object.count) }) : null
  const when = [first, last].flatMap((time) => (time === null ? [] : [timeShown(showing, time)]))
  const by = textAt(object, "created_by_ref")
  const text = textAt(object, "description")
  return html`<div>${verdictMark(t, verdictOf(object))} ${count} <a class="small" href="${objectPath(hit.id)}">${t("object.open")}</a></div>
<div class="quiet">${when.map((time, i) => [i > 0 ? " – " : "", time])}</div>
<div>${places.length === 0 ? null : html`<span class="quiet">${t("object.sightings.where")}</span> ${places}`}${by === null || where.includes(by) ? null : html` <span class="quiet">${t("object.said-by")}</span> ${placeShown(showing, by)}`}</div>
${text === null ? null : html`<div>${prose(beginning(text))}</div>`}`
}

function placeShown({ t, names }: Showing, id: string): Html {
  const hit = names.get(id)
  return hit === undefined ? reference(t, id, null) : objectLink(t, hit)
}

function verdictMark(t: Translate, verdict: Verdict): Html {
  switch (verdict) {
    case "seen":
      return stateMark("open", t("object.sightings.was-seen"))
    case "not-seen":
      return stateMark("closed", t("object.sightings.was-not-seen"))
    case "false-alarm":
      return stateMark("conditional", t("object.sightings.false-alarm"))
  }
}

/** Opinions and notes of others, the newest first. */
export function remarksShown(showing: Showing, { opinions, notes }: Gathered): Piece {
  const { t } = showing
  const rows = [...opinions, ...notes].map((one) => html`<li>${remarkShown(showing, one)}</li>`)
  return rows.length === 0 ? null : section(t("object.remarks"), html`<ul class="remarks">${rows}</ul>`, "remarks")
}

function remarkShown(showing: Showing, { hit, object }: Companion): Html {
  const { t } = showing
  const opinion = opinionOf(object)
  const head =
    opinion === null
      ? html`<strong>${visible(textAt(object, "abstract") ?? t("type.note"))}</strong>`
      : opinionMark(t, opinion.opinion)
  const text = opinion === null ? textAt(object, "content") : opinion.explanation
  const by = textAt(object, "created_by_ref") ?? textAt(object, "x_misp_author_ref")
  const authors = opinion === null ? textsAt(object, "authors") : opinion.authors
  const modified = textAt(object, "modified")
  const said: Piece[] = [
    ...(by === null ? [] : [placeShown(showing, by)]),
    ...authors.slice(0, 5).map((author) => visible(author)),
    ...(modified === null ? [] : [timeShown(showing, modified)]),
  ]
  const alarm = opinion?.falseAlarm === true ? stateMark("conditional", t("object.sightings.false-alarm")) : null
  return html`<div>${head} ${alarm} <a class="small" href="${objectPath(hit.id)}">${t("object.open")}</a></div>
${text === null ? null : html`<div>${prose(beginning(text))}</div>`}
<div class="quiet">${said.map((part, i) => [i > 0 ? " · " : "", part])}</div>`
}

/** The scale of STIX 2.1 section 10.13; other words are shown as they are. */
function opinionMark(t: Translate, opinion: string): Html {
  switch (opinion) {
    case "strongly-disagree":
      return stateMark("closed", t("object.opinion.strongly-disagree"))
    case "disagree":
      return stateMark("closed", t("object.opinion.disagree"))
    case "neutral":
      return stateMark("unknown", t("object.opinion.neutral"))
    case "agree":
      return stateMark("open", t("object.opinion.agree"))
    case "strongly-agree":
      return stateMark("open", t("object.opinion.strongly-agree"))
    default:
      return stateMark("unknown", visible(opinion))
  }
}

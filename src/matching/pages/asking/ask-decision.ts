import type { Visit } from "../../../accounts/index.ts"
import {
  checkField,
  errorSummary,
  type Faults,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
} from "../../../http/index.ts"
import { countsOf, denseIn, type Foreseen, foreseeQuestion } from "../../asking/questioning.ts"
import { OPEN_TYPES } from "../../items/types.ts"
import { figureTable, lines, type MatchPageParts } from "../parts.ts"
import { typeWord } from "../words.ts"
import type { ReadAs, ReadLines, RefusedLine } from "./lines-read.ts"
import { ASK } from "./places.ts"

type Wish = { read: ReadLines; parties: readonly string[]; text: string; as: ReadAs }
const REFUSED_SHOWN = 200

/** What is asked, what each partner learns by it and what it costs there; what was no item, line by line. */
export async function askDecision(
  { store }: MatchPageParts,
  visit: Visit,
  { read, parties, text, as }: Wish,
  faults: Faults,
): Promise<Reply> {
  const { t, format } = visit
  const foreseen = await foreseeQuestion(store, "answers", {
    partners: parties,
    items: read.items.map(({ item }) => item),
  })
  const counts = countsShown(visit, read)
  const twice =
    read.twice === 0
      ? nothing
      : html`<p class="quiet">${t("match-ask.twice", { count: format.number(read.twice) })}</p>`
  const fields = html`<input type="hidden" name="items" value="${text}"><input type="hidden" name="as" value="${as ?? ""}">${parties.map((party) => html`<input type="hidden" name="party[]" value="${party}">`)}`
  const dense = denseField(visit, read, faults)
  const few = foreseen.every(({ types }) => types.every(({ left, evaluations }) => left === null || left < evaluations))
  const none = few ? notice(t("match-ask.nobody"), "warning") : nothing
  const label = t("match-ask.go", { items: format.number(read.items.length), partners: format.number(foreseen.length) })
  const go = html`<form method="post" action="${ASK}">${fields}${dense}<p class="actions"><button class="primary">${label}</button><button name="change" value="yes" formaction="${ASK}/look">${t("match.change")}</button></p></form>`
  const body = html`${errorSummary(t, faults)}<div class="decision">${section(t("match-ask.asked"), html`${counts}${twice}`)}${refusedShown(visit, read.refused)}${costs(visit, foreseen)}${learned(visit, "answers")}${section(t("match.final"), lines([t("match-ask.final-told"), t("match-ask.final-log")]))}${none}${go}</div>`
  const status = Object.keys(faults).length === 0 ? {} : { status: 400 }
  return visit.page({ title: t("match-ask.decide-title"), place: "match", ...status, body })
}

function countsShown(visit: Visit, { items }: ReadLines): Html {
  const { t, format } = visit
  const counts = countsOf(items)
  const each = OPEN_TYPES.flatMap((type) => {
    const count = counts[type]
    if (count === undefined) return []
    return [html`<li>${t("match.type-count", { type: typeWord(t, type), count: format.number(count) })}</li>`]
  })
  return html`<ul class="plain-list">${each}</ul>`
}

/** Which lines are no items, and why: they are not asked. */
function refusedShown(visit: Visit, refused: readonly RefusedLine[]): Html {
  const { t, format } = visit
  if (refused.length === 0) return nothing
  const list = table<RefusedLine>({
    caption: t("match-ask.refused"),
    rows: refused.slice(0, REFUSED_SHOWN),
    empty: nothing,
    columns: [
      { label: t("match-ask.line"), kind: "number", cell: ({ line }) => format.number(line) },
      { label: t("match-ask.text"), kind: "mono", cell: ({ text }) => visible(text.slice(0, 200)) },
      {
        label: t("match-ask.why"),
        cell: ({ why }) => html`<span class="told">${why === "restricted" ? t("match-ask.restricted") : t(why)}</span>`,
      },
    ],
  })
  const more = refused.length - REFUSED_SHOWN
  const rest = more > 0 ? html`<p class="quiet">${t("object.and-more", { count: format.number(more) })}</p>` : nothing
  const head = t("match-ask.refused-count", { count: format.number(refused.length) })
  return section(t("match-ask.refused"), html`<p>${stateMark("closed", head)}</p>${list}${rest}`, "refused")
}

type Cost = Foreseen["types"][number] & { name: string }

/** By partner and type: what it answers as it told last, and what of it the question takes. */
export function costs(visit: Visit, foreseen: readonly Foreseen[]): Html {
  const { t, format } = visit
  const rows = foreseen.flatMap(({ peer, types }) => types.map((one): Cost => ({ ...one, name: peer.name })))
  const list = figureTable<Cost>({
    caption: t("match-ask.costs"),
    rows,
    empty: nothing,
    columns: [
      { label: t("match.partner"), kind: "name", cell: ({ name }) => visible(name) },
      { label: t("match.type"), cell: ({ type }) => typeWord(t, type) },
      { label: t("match-ask.takes"), kind: "number", cell: ({ evaluations }) => format.number(evaluations) },
      {
        label: t("match-answers.left"),
        kind: "number",
        cell: ({ left }) => (left === null ? html`<span class="quiet">–</span>` : format.number(left)),
      },
      { label: t("match-ask.foreseen"), cell: (one) => html`<span class="told">${foreseenShown(visit, one)}</span>` },
    ],
  })
  return section(t("match-ask.costs"), html`${list}<p class="hint">${t("match-ask.costs-what")}</p>`, "costs")
}

function foreseenShown({ t }: Visit, { left, evaluations }: Cost): Html {
  if (left === null) return stateMark("unknown", t("match-ask.not-offered"))
  return left < evaluations
    ? stateMark("closed", t("match-ask.over-quota"))
    : stateMark("open", t("match-ask.can-answer"))
}

/** What a partner learns from being asked, and what it does not. */
export function learned({ t }: Visit, mode: "answers" | "desk"): Html {
  const [will, not] =
    mode === "desk"
      ? [
          [t("match-ask.will-number"), t("match-ask.will-when"), t("match-desk.will-contact")],
          [t("match-desk.not-subject"), t("match-desk.not-ours"), t("match-ask.not-others")],
        ]
      : [
          [t("match-ask.will-number"), t("match-ask.will-when")],
          [t("match-ask.not-which"), t("match-ask.not-found"), t("match-ask.not-others")],
        ]
  const limits = lines([t("match-ask.honest-true"), t("match-ask.honest-removed")])
  return html`<div class="explained">${section(t("match-ask.will"), lines(will))}${section(t("match-ask.will-not"), lines(not))}</div>${section(t("match.honest"), limits)}`
}

/** Many neighbours look like counting through: somebody has to say that it is meant. */
function denseField({ t, format }: Visit, { items }: ReadLines, faults: Faults): Html {
  const number = denseIn(items.map(({ item }) => item))
  if (number === 0) return nothing
  const words = notice(t("error.match.dense", { number: format.number(number) }), "warning")
  return html`${words}${checkField({ t, given: {}, faults }, { name: "dense", label: t("match-ask.dense") })}`
}

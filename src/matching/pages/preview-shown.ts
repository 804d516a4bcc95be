import type { Visit } from "../../accounts/index.ts"
import {
  emptyState,
  type Html,
  html,
  liveProgress,
  nothing,
  notice,
  type Progress,
  section,
  stateMark,
  visible,
} from "../../http/index.ts"
import { parseInstant } from "../../kernel/time.ts"
import type { ReasonNames } from "../../policy/index.ts"
import { type Example, type Excluded, type Gathered, type TypeTally, warnedAmong } from "../lists/model.ts"
import type { Preview } from "../lists/previews.ts"
import { exclusionText } from "../lists/words.ts"
import { figureTable, LISTS } from "./parts.ts"
import { nameOf, type Partners, typeWord } from "./words.ts"

/** A page that shows a preview which is not there yet needs the script `progress.js`. */
export function underWay(visit: Visit, preview: Preview): Html {
  const { t } = visit
  if (preview.failed) return notice(t("match.looking-failed"), "warning")
  return html`${liveProgress(t, `${LISTS}/previews/${preview.id}/events`, t("match.looking"), progressOf(visit, preview))}<p>${t("match.looking-what")}</p>`
}

export function progressOf({ t, format }: Visit, { done, total, left }: Preview): Progress {
  const leftText = left === null ? "" : t("match.left", { seconds: format.number(left) })
  const far = t("match.looking-far", { done: format.number(done), total: format.number(total) })
  return { value: total === 0 ? null : done, max: total, slots: { done: total === 0 ? "" : far, left: leftText } }
}

/** What of a list would be used, by type, and what not and why. */
export function gatheredShown(visit: Visit, gathered: Gathered, partners: Partners): Html {
  const { t, format } = visit
  const { types, objects, without, cut } = gathered
  const number = (value: number) => format.number(value)
  const list = figureTable<TypeTally>({
    caption: t("match.would-use"),
    rows: types,
    empty: emptyState(t("match.uses-nothing")),
    columns: [
      { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
      { label: t("match.used"), kind: "number", cell: ({ used }) => number(used) },
      { label: t("match.left-out"), kind: "number", cell: ({ excluded }) => number(sum(excluded)) },
      { label: t("match.warned"), kind: "number", cell: ({ excluded }) => number(warnedAmong(excluded)) },
    ],
  })
  const looked = t("match.looked-at", { objects: number(objects), without: number(without) })
  const most = cut ? html`<p class="quiet">${t("match.looked-cut", { objects: number(objects) })}</p>` : nothing
  return html`${list}<p class="quiet">${looked}</p>${most}${leftOut(visit, gathered, partners)}`
}

/** By reason how many, with a few examples. */
export function leftOut(visit: Visit, gathered: Gathered, partners: Partners): Html {
  const { types, others } = ofAgreedTypes(gathered)
  const { t } = visit
  const groups = types
    .filter(({ excluded }) => excluded.length > 0)
    .map(
      ({ type, excluded }) => html`<h3>${typeWord(t, type)}</h3>${excluded.map((one) => shown(visit, one, partners))}`,
    )
  const rest =
    others.length === 0
      ? nothing
      : html`<h3>${t("match.whole-objects")}</h3>${others.map((one) => shown(visit, one, partners))}`
  if (groups.length === 0 && others.length === 0) return nothing
  return section(t("match.left-out-why"), html`${groups}${rest}`, "left-out")
}

/** Types that nobody asked for are not worth a word. */
function ofAgreedTypes({ types, others }: Gathered): Pick<Gathered, "types" | "others"> {
  const asked = types.map((one) => ({
    ...one,
    excluded: one.excluded.filter(({ code }) => code !== "match-list.type"),
  }))
  return { types: asked, others }
}

function shown(visit: Visit, excluded: Excluded, partners: Partners): Html {
  const { count, examples } = excluded
  const head = html`${stateMark("closed", visit.format.number(count))} ${visible(exclusionText(visit.t, excluded, namesFor(visit, partners)))}`
  if (examples.length === 0) return html`<p>${head}</p>`
  return html`<details class="why"><summary>${head}</summary><ul class="plain-list">${examples.map((one) => exampleShown(visit, one))}</ul></details>`
}

function exampleShown({ t }: Visit, { id, name }: Example): Html {
  const text = name === "" ? html`<span class="mono">${t("match.no-name")}</span>` : visible(name)
  return html`<li><a href="/share/objects/${encodeURIComponent(id)}">${text}</a></li>`
}

/** What a reason of policy names, as people call it. */
function namesFor({ format, instrument }: Visit, partners: Partners): ReasonNames {
  return {
    party: (id) => nameOf(partners, id),
    place: (code) => format.place(code),
    instrument,
    time: (text) => {
      const instant = parseInstant(text)
      return instant === null ? text : format.timeText(instant)
    },
  }
}

/** How many of all types stand on warning lists. */
export function warnedIn({ types }: Gathered): number {
  return types.reduce((all, { excluded }) => all + warnedAmong(excluded), 0)
}

function sum(excluded: readonly Excluded[]): number {
  return excluded.reduce((all, { count }) => all + count, 0)
}

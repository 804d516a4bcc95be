import type { Visit } from "../../../accounts/index.ts"
import { facts, type Html, html, section } from "../../../http/index.ts"
import type { Peer } from "../../../parties/index.ts"
import type { Store } from "../../../store/index.ts"
import type { Counting } from "../counting.ts"
import { loadExchange } from "../exchange.ts"
import type { Figures } from "../model.ts"
import { toldOf } from "./report.ts"
import { inTimeText, seenAgainText, seenThereText, spanWord } from "./words.ts"

export type ReciprocityParts = {
  store: Store
  counting: Pick<Counting, "recent">
  /** Milliseconds that the list waits; who is not counted by then is shown when it is opened again. */
  patience?: number
}

/** What the page of a partner shows: the last 90 days, use first. */
export const DEFAULT_DAYS = 90

export function figuresOf(all: readonly Figures[], days: Figures["days"]): Figures {
  const found = all.find((one) => one.days === days)
  if (found === undefined) throw new Error(`nothing was counted for ${days} days`)
  return found
}

/** Reciprocity in short, for the page of a partner; nothing where there never was anything to count. */
export async function reciprocitySection(
  { store, counting }: ReciprocityParts,
  visit: Visit,
  peer: Peer,
): Promise<Html> {
  const { t, format } = visit
  const counted = await counting.recent([peer.party])[0]
  const figures = figuresOf(counted?.figures ?? [], DEFAULT_DAYS)
  const exchange = await loadExchange(store, peer)
  const { name, party } = peer
  return section(
    t("nav.reciprocity"),
    html`<p class="quiet">${spanWord(visit, DEFAULT_DAYS)}</p>${facts([
      [t("reciprocity.short-here", { name }), seenAgainText(visit, figures.seenAgain)],
      [t("reciprocity.short-there", { name }), seenThereText(visit, exchange, toldOf({ figures, exchange }))],
      [t("reciprocity.short-theirs", { name }), inTimeText(visit, figures.theirAnswers)],
      [t("reciprocity.short-ours"), inTimeText(visit, figures.ourAnswers)],
      [t("reciprocity.short-given"), format.number(figures.given.objects)],
      [t("reciprocity.short-received"), format.number(figures.received.objects)],
    ])}<p><a href="/share/reciprocity/${party}">${t("reciprocity.all")}</a></p>`,
    "reciprocity",
  )
}

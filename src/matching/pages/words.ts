import type { Visit } from "../../accounts/index.ts"
import { type Html, html, type State, stateMark, type Translate, visible } from "../../http/index.ts"
import type { ItemType } from "../items/types.ts"
import { type Count, hasEnded, type Learners, type Run, waitingFor } from "../runs/model.ts"
import { itemTypeText, countText as plainCount, stateText, turnText } from "../runs/words.ts"

/** A type of items, as people call many of them. */
export function typeWord(t: Translate, type: ItemType): string {
  return itemTypeText(t, type)
}

export function typesText({ t, format }: Visit, types: readonly { type: ItemType }[]): string {
  return format.list(types.map(({ type }) => typeWord(t, type)))
}

/** How many are common, as both sides told each other. */
export function countText({ t, format }: Visit, count: Count): string {
  return count.is === "number" ? format.number(count.number) : plainCount(t, count)
}

export function typeCount(visit: Visit, { type, count }: { type: ItemType; count: Count }): string {
  return visit.t("match.type-count", { type: typeWord(visit.t, type), count: countText(visit, count) })
}

/** The same of a whole run, type by type; null before it is known. */
export function countsText(visit: Visit, { types }: Run): string | null {
  const known = types.filter(({ count }) => count.is !== "unknown")
  if (known.length === 0) return null
  const each = known.map((one) => typeCount(visit, one))
  return visit.format.list(each)
}

/** Where a run stands, and whose turn it is. */
export function stateShown(t: Translate, run: Run): Html {
  const waiting = waitingFor(run)
  if (hasEnded(run)) return stateMark(run.state === "done" ? "open" : "closed", stateText(t, run))
  const paused = run.paused === null ? turnText(t, waiting) : t("match.paused")
  return stateMark("conditional" satisfies State, html`${stateText(t, run)} · ${paused}`)
}

/** Who gets to know which items are common, once both consent; `ours` says at which side of it we are. */
export function learnersText(t: Translate, learners: Learners, ours: Run["role"], partner: string): Html {
  if (learners === "both") return html`${t("match.learns-both")}`
  if (learners === "none") return html`${t("match.learns-none")}`
  return learners === ours ? html`${t("match.learns-us")}` : visible(t("match.learns-them", { partner }))
}

/** A partner by the name that it is known by here. */
export function partnerShown(names: Partners, party: string): Html {
  return visible(nameOf(names, party))
}

/** What partners are called here, by the ids of their parties. */
export type Partners = ReadonlyMap<string, string>

/** A text from outside. */
export function nameOf(names: Partners, party: string): string {
  return names.get(party) ?? party
}

import type { Translate } from "../../http/index.ts"
import type { ItemType } from "../items/types.ts"
import type { Count, Phase, Run, RunState, Waiting } from "./model.ts"

const STATES: Readonly<Record<RunState, string>> = {
  drafted: "match.state.drafted",
  proposed: "match.state.proposed",
  running: "match.state.running",
  counted: "match.state.counted",
  opening: "match.state.opening",
  done: "match.state.done",
  refused: "match.state.refused",
  declined: "match.state.declined",
  cancelled: "match.state.cancelled",
  expired: "match.state.expired",
  broken: "match.state.broken",
}
const TURNS: Readonly<Record<Waiting, string>> = {
  us: "match.waits.us",
  them: "match.waits.them",
  machines: "match.waits.machines",
  nobody: "match.waits.nobody",
}
const TYPES: Readonly<Record<ItemType, string>> = {
  ipv4: "match.type.ipv4",
  ipv6: "match.type.ipv6",
  cidr: "match.type.cidr",
  domain: "match.type.domain",
  url: "match.type.url",
  email: "match.type.email",
  hash: "match.type.hash",
  wallet: "match.type.wallet",
  person: "match.type.person",
  phone: "match.type.phone",
  case: "match.type.case",
}
const WORK: Readonly<Record<Phase, string>> = {
  gather: "match.phase.gather",
  mask: "match.phase.mask",
  commit: "match.phase.partner",
  fetch: "match.phase.fetch",
  remask: "match.phase.mask-theirs",
  tags: "match.phase.partner",
  "fetch-tags": "match.phase.fetch",
  count: "match.phase.count",
  consent: "match.phase.people",
  open: "match.phase.partner",
  labels: "match.phase.open",
  "fetch-labels": "match.phase.fetch",
  end: "match.phase.partner",
}

/** Why a run ended; codes of a partner's newer version are told as they are. */
const REASONS: Readonly<Record<string, string>> = {
  "match.transcript": "match.why.transcript",
  "match.differs": "match.why.differs",
  "match.step": "match.why.step",
  "match.types": "match.why.sizes",
  "match.size": "match.why.sizes",
  "match.sections": "match.why.sizes",
  "match.part": "match.why.sizes",
  "match.count": "match.why.count",
  "match.counts-differ": "match.why.counts-differ",
  "match.root": "match.why.swapped",
  "match.duplicate": "match.why.duplicate",
  "match.point": "match.why.point",
  "match.seeds": "match.why.seeds",
  "match.seed": "match.why.seeds",
  "match.dummy": "match.why.seeds",
  "match.not-openable": "match.why.seeds",
  "match.labels": "match.why.labels",
  "match.label": "match.why.labels",
  "match.knowledge": "match.why.labels",
  "match.other-item": "match.why.other-item",
  "match.nothing-common": "match.why.nothing-common",
  "match.internal": "match.why.internal",
  "match.quota": "match.why.quota",
  "match.counts": "match.why.quota",
  "match.agreement": "match.why.agreement",
  "match.partner-closed": "match.why.partner-closed",
  "match.lost": "match.why.lost",
  "match-list.unknown": "match.why.list-unknown",
  "match.unknown": "match.why.unknown",
}

export function stateText(t: Translate, { state }: Pick<Run, "state">): string {
  return t(STATES[state])
}

export function turnText(t: Translate, waiting: Waiting): string {
  return t(TURNS[waiting])
}

export function itemTypeText(t: Translate, type: ItemType): string {
  return t(TYPES[type])
}

/** What this side does, or waits for, in a phase. */
export function phaseText(t: Translate, phase: Phase): string {
  return t(WORK[phase])
}

/** Why a run ended as it did; null where there is nothing more to say. */
export function reasonText(t: Translate, { reason }: Pick<Run, "reason">): string | null {
  if (reason === null) return null
  const key = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  return key === undefined ? t("match.why.other", { code: reason }) : t(key)
}

export function countText(t: Translate, count: Count): string {
  if (count.is === "unknown") return t("match.count.unknown")
  return count.is === "fewer" ? t("match.count.fewer", { than: count.than }) : String(count.number)
}

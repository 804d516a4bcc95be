import type { Visit } from "../../accounts/index.ts"
import { type Html, type State, stateMark, type Translate } from "../../http/index.ts"
import type { PartyKind, PartyRole, Peer, PeerState } from "../../parties/index.ts"
import type { Feed } from "../feeds/queries.ts"
import type { Due } from "../receipt-queries.ts"

/** How a relation stands, in one word: what both sides said of it. */
export function relationWord(t: Translate, { state, theirs }: Pick<Peer, "state" | "theirs">): string {
  if (state === "active" && theirs === "suspended") return t("partner.they-paused")
  if (state === "active" && theirs === "left") return t("partner.state-left")
  const words: Readonly<Record<PeerState, () => string>> = {
    invited: () => t("partner.state-invited"),
    compared: () => t("partner.state-compared"),
    active: () => t("partner.state-active"),
    suspended: () => t("partner.state-suspended"),
    left: () => t("partner.state-left"),
  }
  return words[state]()
}

export function relationMark(t: Translate, peer: Pick<Peer, "state" | "theirs">): Html {
  const active = peer.state === "active" && peer.theirs === "active"
  const shape: State = active ? "open" : peer.state === "left" ? "closed" : "conditional"
  return stateMark(shape, relationWord(t, peer))
}

export function kindWord(t: Translate, kind: PartyKind): string {
  const words: Readonly<Record<PartyKind, () => string>> = {
    government: () => t("party.government"),
    company: () => t("party.company"),
    civil: () => t("party.civil"),
    international: () => t("party.international"),
  }
  return words[kind]()
}

export function askedWord(t: Translate, kind: Due["kind"]): string {
  const words: Readonly<Record<Due["kind"], () => string>> = {
    mark: () => t("receipts.kind-mark"),
    revoke: () => t("receipts.kind-revoke"),
    recall: () => t("receipts.kind-recall"),
    erase: () => t("receipts.kind-erase"),
    put: () => t("receipts.kind-put"),
  }
  return words[kind]()
}

/** Overdue is what counts, whatever else was said. */
export function answerMark(
  { t, format }: Visit,
  { state, until }: Pick<Due, "state" | "until">,
  overdue: boolean,
): Html {
  if (overdue) return stateMark("closed", t("receipts.is-overdue"))
  const day = until === null ? "" : format.dateText(until)
  const marks: Readonly<Record<Due["state"], () => Html>> = {
    applied: () => stateMark("open", t("receipts.is-applied")),
    refused: () => stateMark("closed", t("receipts.is-refused")),
    pending: () => stateMark("conditional", t("receipts.is-pending", { until: day })),
    due: () => stateMark("conditional", t("receipts.is-due")),
  }
  return marks[state]()
}

export function roleWord(t: Translate, role: PartyRole): string {
  const words: Readonly<Record<PartyRole, () => string>> = {
    "incident-response": () => t("partner.role-incident-response"),
    police: () => t("partner.role-police"),
    prosecutor: () => t("partner.role-prosecutor"),
    judge: () => t("partner.role-judge"),
    regulator: () => t("partner.role-regulator"),
    ministry: () => t("partner.role-ministry"),
    "central-authority": () => t("partner.role-central-authority"),
    provider: () => t("partner.role-provider"),
    vendor: () => t("partner.role-vendor"),
    researcher: () => t("partner.role-researcher"),
    negotiator: () => t("partner.role-negotiator"),
    training: () => t("partner.role-training"),
    "civil-society": () => t("partner.role-civil-society"),
  }
  return words[role]()
}

export function feedMark(t: Translate, feed: Pick<Feed, "state" | "failure" | "target"> & { held: number }): Html {
  const { state, failure, target, held } = feed
  if (state === "broken") return stateMark("closed", t("feed.state-broken"))
  if (state === "paused") return stateMark("conditional", t("feed.state-paused"))
  if (state === "closed") return stateMark("unknown", t("feed.state-closed"))
  if (failure !== null) return stateMark("conditional", t("feed.state-failing"))
  return held < target ? stateMark("conditional", t("feed.state-behind")) : stateMark("open", t("feed.state-open"))
}

/** Only the code of a failure is kept, not which entry or how many. */
const UNTOLD = { size: "…", held: "…", seq: "…", status: "…", seconds: "…", code: "…" } as const

/** Why a pull or a message failed, as a sentence. */
export function failureText({ t }: Visit, failure: string | null): string {
  return failure === null ? "" : t(`error.${failure}`, UNTOLD)
}

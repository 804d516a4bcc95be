import type { Visit } from "../../../accounts/index.ts"
import {
  type Html,
  html,
  nothing,
  type State,
  shortId,
  stateMark,
  type Translate,
  visible,
} from "../../../http/index.ts"
import { findPeer, type PartyId } from "../../../parties/index.ts"
import type { Reader } from "../../../store/index.ts"
import type { SealedParts } from "../drafting.ts"
import type { CardRecipient, Sealed } from "../model.ts"

export const HOME = "/share/sealed"
export const PLACE = "sealed"
export const KEYS = `${HOME}/keys`

export type SealedPageParts = SealedParts

export function sealedPath({ id }: Pick<Sealed, "id">): string {
  return `${HOME}/${id}`
}

const MARKS: Readonly<Record<Sealed["state"], State>> = {
  sealing: "unknown",
  draft: "conditional",
  queued: "conditional",
  delivered: "open",
  refused: "closed",
  arriving: "conditional",
  stored: "open",
}

/** The state in words, and why the other side did not take it. */
export function stateOf(t: Translate, { state, reason, removedAt }: Sealed): Html {
  const removed = removedAt === null ? nothing : html` <span class="quiet">${t("sealed.is-removed")}</span>`
  const why = reason === null ? nothing : html` <span class="quiet">${t(`sealed.reason.${reason}`)}</span>`
  return html`${stateMark(MARKS[state], t(`sealed.state.${state}`))}${why}${removed}`
}

/** Name of the other side; its id where it is no partner any more. */
export async function nameOfParty(reader: Reader, party: PartyId): Promise<string> {
  return (await findPeer(reader, party))?.name ?? party
}

/** Night desk (desk), Aiko Tanaka (person). */
export function recipientText({ t }: Visit, { name, kind }: CardRecipient): Html {
  return html`${visible(name)} <span class="quiet">${t(`sealed.kind.${kind}`)}</span>`
}

/** With the key, for comparing by telephone. */
export function recipientList(visit: Visit, recipients: readonly CardRecipient[]): Html {
  const items = recipients.map((one) => html`<li>${recipientText(visit, one)} ${shortId(visit.t, one.recipient)}</li>`)
  return html`<ul class="plain-list">${items}</ul>`
}

import type { Visit } from "../../../accounts/index.ts"
import { type Format, type Html, html, nothing, type Piece, stateMark, visible } from "../../../http/index.ts"
import { parseInstant } from "../../../kernel/time.ts"
import { audienceOf, type Collection, listCollections, loadCollection, type Search } from "../../../library/index.ts"
import { findPeer, isActive, type PartyId, type Peer } from "../../../parties/index.ts"
import { type ReasonNames, type ReleaseReason, reasonText } from "../../../policy/index.ts"
import type { JsonObject } from "../../../stix/index.ts"
import type { Reader, Store } from "../../../store/index.ts"
import { isNegotiation } from "../../release/behind.ts"
import type { Release } from "../../release/model.ts"
import type { Releases } from "../../release/releases.ts"
import { type Partners, partnerShown } from "../partners.ts"

/** What the pages of releasing and taking back are made from. */
export type ReleasePageParts = {
  store: Store
  search: Pick<Search, "names" | "keys" | "find">
  releases: Releases
  /** The operator's warning lists, if the node keeps some. */
  warningsOf?: (object: JsonObject) => Promise<{ list: string; value: string }[]>
  /** Objects of ours that are or look for what is common after a match, at most so many. */
  matched?: (match: string, most: number) => Promise<number[]>
}

export function releasePath({ id }: Pick<Release, "id">): string {
  return `/share/releases/${id}`
}

/** A shared collection of ours that is open, and who reads it. */
export type OpenShared = { collection: Collection; audience: PartyId[] }

/** Into which people release; what is tabled goes into others. */
export async function openShared(reader: Reader, compare: Format["compare"]): Promise<OpenShared[]> {
  const own = (await listCollections(reader)).filter(
    ({ kind, closedAt, terms }) => kind === "shared" && closedAt === null && !isNegotiation(terms?.text ?? null),
  )
  const byTitle = own.toSorted((a, b) => compare(a.title, b.title))
  return Promise.all(
    byTitle.map(async (collection) => ({
      collection,
      audience: (await audienceOf(reader, collection)).map(({ party }) => party),
    })),
  )
}

export async function titleOf(reader: Reader, id: string): Promise<string> {
  return (await loadCollection(reader, id)).title
}

/** What a reason names, as people call it. */
export function namesFor({ format, instrument }: Visit, partners: Partners): ReasonNames {
  return {
    party: (id) => partners.get(id) ?? id,
    place: (code) => format.place(code),
    instrument,
    time: (text) => {
      const instant = parseInstant(text)
      return instant === null ? text : format.timeText(instant)
    },
  }
}

/** Why something stays. Names of partners are texts from outside. */
export function reasonShown(visit: Visit, reason: ReleaseReason, partners: Partners): Html {
  return visible(reasonText(visit.t, reason, namesFor(visit, partners)))
}

/** Parties by name, with what speaks against sharing with them now. */
export async function partyList(
  visit: Visit,
  reader: Reader,
  partners: Partners,
  ids: readonly PartyId[],
): Promise<Html> {
  const name = (id: PartyId) => partners.get(id) ?? id
  const sorted = ids.toSorted((a, b) => visit.format.compare(name(a), name(b)))
  const peers = await Promise.all(sorted.map((id) => findPeer(reader, id)))
  const items = sorted.map(
    (id, i) => html`<li>${partnerShown(partners, id)} ${peerState(visit, peers[i] ?? null)}</li>`,
  )
  return html`<ul class="plain-list">${items}</ul>`
}

function peerState({ t }: Visit, peer: Peer | null): Piece {
  if (peer === null) return stateMark("unknown", t("release.no-partner"))
  return isActive(peer) ? nothing : stateMark("closed", t("release.not-active"))
}

/** One of a number has a sentence of its own. */
export function counted(visit: Visit, count: number, one: string, many: (count: string) => string): string {
  return count === 1 ? one : many(visit.format.number(count))
}

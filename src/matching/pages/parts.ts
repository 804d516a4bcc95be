import type { Visit } from "../../accounts/index.ts"
import { type Fault, type Html, html, knows, type Table, table, visibleText } from "../../http/index.ts"
import { ComityError, type Details } from "../../kernel/errors.ts"
import { audienceOf, listCollections, type Search } from "../../library/index.ts"
import { isActive, listPeers, type PartyId, type Peer } from "../../parties/index.ts"
import { governing } from "../../policy/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import type { KnownHere } from "../asking/telling.ts"
import { isItemType } from "../items/types.ts"
import type { GatheringParts } from "../lists/gatherings.ts"
import type { GatherWish, ListQuery, MatchList } from "../lists/model.ts"
import type { Preview, Previews } from "../lists/previews.ts"
import type { Matches } from "../runs/matches.ts"
import type { Run } from "../runs/model.ts"
import type { RunParts } from "../runs/operations.ts"
import { type Partners, typeWord } from "./words.ts"

/** What the library's pages know of a selection: matching saves what they choose, and leads back to it. */
export type Selecting = {
  /** What the address of a view looks for. */
  queryOf(address: string): ListQuery
  /** The view of it, as a path of this node. */
  pathOf(query: ListQuery): string
  /** What narrows it, in words; none for the whole library. */
  wordsOf(visit: Visit, query: ListQuery): Promise<Html[]>
}

/** What the pages of matching are made from. */
export type MatchPageParts = {
  store: Store
  search: Pick<Search, "find">
  runs: RunParts
  matches: Pick<Matches, "progress" | "watch" | "pause" | "resume" | "cancel">
  previews: Pick<Previews, "lookFor" | "watch">
  lists: GatheringParts
  knownHere: KnownHere
  selecting: Selecting
}

export const HOME = "/find/match"
export const LISTS = `${HOME}/lists`
export const NEW = `${HOME}/new`

export function runPath({ id }: Pick<Run, "id">): string {
  return `${HOME}/runs/${id}`
}

export function listPath({ id }: Pick<MatchList, "id">): string {
  return `${LISTS}/${id}`
}

export async function partnersOf(reader: Reader): Promise<Partners> {
  return new Map((await listPeers(reader)).map(({ party, name }) => [party, name]))
}

/** With whom one could match now. */
export async function activePartners(reader: Reader, { format }: Visit): Promise<Peer[]> {
  return (await listPeers(reader)).filter(isActive).toSorted((a, b) => format.compare(a.name, b.name))
}

/** An agreement in force here, by the title of what it governs, and who takes part. */
export type InForceWith = { agreement: string; title: string; parties: readonly PartyId[] }

export async function agreementsHere(reader: Reader): Promise<InForceWith[]> {
  const found: InForceWith[] = []
  for (const collection of await listCollections(reader)) {
    if (collection.kind !== "shared" || collection.closedAt !== null) continue
    const one = await governing(reader, collection.id)
    if (one === null) continue
    const parties = (await audienceOf(reader, collection)).map(({ party }) => party)
    found.push({ agreement: one.agreement, title: collection.title, parties })
  }
  return found
}

/** What a person can mend is said at the form; anything else goes on being an error. */
export function faultOf({ t, format, viewer }: Visit, error: unknown): Fault {
  if (!(error instanceof ComityError)) throw error
  const key = `error.${error.code}`
  if (error.kind === "not-found" || error.kind === "unauthenticated" || !knows(viewer.language, key)) throw error
  return { key, values: valuesOf(t, format, error.details) }
}

function valuesOf(t: Visit["t"], format: Visit["format"], details: Details): Record<string, string> {
  const shown = Object.entries(details).map(([name, value]) => {
    if (typeof value === "number") return [name, format.number(value)]
    return [name, name === "type" && isItemType(value) ? typeWord(t, value) : visibleText(value)]
  })
  return Object.fromEntries(shown)
}

/** Several things, one under the other, each a short text. */
export function lines(items: readonly (Html | string)[]): Html {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`
}

const SOON_MS = 2000

/** What of a list would be used; where that takes long, how far looking at it is. */
export function lookAt({ previews }: Pick<MatchPageParts, "previews">, wish: GatherWish): Promise<Preview> {
  return previews.lookFor(wish, SOON_MS)
}

/** A list of numbers by type: on a phone its heads take several lines. */
export function figureTable<Row>(given: Table<Row>): Html {
  return html`<div class="figures">${table(given)}</div>`
}

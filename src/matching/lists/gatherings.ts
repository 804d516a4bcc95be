import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { countOfficers } from "../../accounts/index.ts"
import { newUuid } from "../../kernel/ids.ts"
import type { Clock, Instant } from "../../kernel/time.ts"
import { audienceOf, loadCollection, type Search } from "../../library/index.ts"
import { ownParty, type PartyId } from "../../parties/index.ts"
import {
  DEFAULT_TERMS,
  governedBy,
  lawFacts,
  type ReleaseFacts,
  readTerms,
  recipientFor,
  releaseRefusals,
  type Terms,
} from "../../policy/index.ts"
import { type Reader, type Store, scan } from "../../store/index.ts"
import type { Gathered, GatherJob, GatherStep, GatherWish, PartyQuestion } from "./model.ts"

/** So many objects of a selection are looked at, the newest. */
export const OBJECTS_MOST = 1_000_000

/** `folder`: where previews may sort what does not fit into memory. */
export type GatheringParts = {
  store: Store
  database: string
  search: Pick<Search, "keys" | "settled">
  clock: Clock
  folder: string
}

export type Watching = { signal?: AbortSignal; progress?: (done: number, total: number) => void }

/**
 * Puts the items of a selection that may be used into files in `folder` (`PackedItems` reads them) and says what was
 * excluded and why. A thread of its own does it. Throws the reason of the signal.
 */
export function gather(
  parts: GatheringParts,
  wish: GatherWish,
  { folder, ...watching }: Watching & { folder: string },
): Promise<Gathered> {
  return run(parts, wish, { folder, keep: true }, watching)
}

/** The same without files: what would be used of a selection, and what not. */
export async function preview(parts: GatheringParts, wish: GatherWish, watching: Watching = {}): Promise<Gathered> {
  const folder = join(parts.folder, `preview-${newUuid()}`)
  try {
    return await run(parts, wish, { folder, keep: false }, watching)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(
  parts: GatheringParts,
  wish: GatherWish,
  place: Pick<GatherJob, "folder" | "keep">,
  { signal, progress }: Watching,
): Promise<Gathered> {
  const job = { ...(await jobFor(parts, wish)), ...place }
  const steps = scan<GatherStep>(new URL("./gather-worker.ts", import.meta.url), parts.database, job)
  try {
    for await (const { done, total, gathered } of steps) {
      signal?.throwIfAborted()
      progress?.(done, total)
      if (gathered !== null) return gathered
    }
    throw new Error("the worker ended without a word")
  } finally {
    if (place.keep) tidy(place.folder)
  }
}

/** What a thread that was ended left. */
function tidy(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (/^sorting-|^kept$|\.new$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** What decides, read once for all objects. */
export async function jobFor(
  { store, search, clock }: Pick<GatheringParts, "store" | "search" | "clock">,
  wish: GatherWish,
): Promise<Omit<GatherJob, "folder" | "keep">> {
  await search.settled()
  const query = { ...wish.query, sort: "newest", after: null, limit: 1 } as const
  const { keys, more } = await search.keys(query, OBJECTS_MOST)
  const time = clock.now()
  const questions = await Promise.all(wish.parties.map((party) => questionFor(store, party, wish, time)))
  const self = (await ownParty(store))?.id ?? ""
  const { types, approved } = wish
  return { types, approved, keys: Float64Array.from(keys), cut: more, questions, self, time }
}

/** As an officer would let it go to this party now, under the terms of the agreement or those of a node without one. */
export async function questionFor(
  reader: Reader,
  party: PartyId,
  { agreement, purpose }: Pick<GatherWish, "agreement" | "purpose">,
  time: Instant,
): Promise<PartyQuestion> {
  const { terms, articles } = await termsFor(reader, party, agreement)
  const audience = [await recipientFor(reader, party)]
  const facts: ReleaseFacts = {
    ...{ actor: { is: "person", officer: true, by: "" }, officers: await countOfficers(reader), first: false },
    ...{ collection: { kind: "shared", closedAt: null, agreement }, again: false, urgent: null, articles },
    ...{ audience, refusals: await releaseRefusals(reader), law: await lawFacts(reader, audience, [terms], time) },
  }
  return { terms, facts, purpose: purpose ?? terms?.purposes[0] ?? "defence" }
}

/** Null where the agreement lets this party read nothing, or is not understood: then nothing is used. */
async function termsFor(
  reader: Reader,
  party: PartyId,
  agreement: string | null,
): Promise<{ terms: Terms | null; articles: ReleaseFacts["articles"] }> {
  if (agreement === null) return { terms: DEFAULT_TERMS, articles: {} }
  for (const { collection: id, articles } of await governedBy(reader, agreement)) {
    const collection = await loadCollection(reader, id)
    if (!(await audienceOf(reader, collection)).some((one) => one.party === party)) continue
    return { terms: collection.terms === null ? null : readTerms(collection.terms.text), articles }
  }
  return { terms: null, articles: {} }
}

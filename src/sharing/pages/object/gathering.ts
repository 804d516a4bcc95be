import type { Visit } from "../../../accounts/index.ts"
import type { Html } from "../../../http/index.ts"
import type { Json } from "../../../kernel/canonical.ts"
import type { Instant } from "../../../kernel/time.ts"
import {
  audienceOf,
  type Hit,
  type Holding,
  listUnshared,
  loadAbout,
  loadCollection,
  loadObjects,
  type ObjectAbout,
  type Recall,
  type RelationGroup,
  recallsOf,
  type Search,
  type Unshared,
} from "../../../library/index.ts"
import { type Due, receiptsAbout } from "../../../peering/index.ts"
import { type HeldUnder, heldUnder } from "../../../policy/index.ts"
import { type JsonObject, typeOfId } from "../../../stix/index.ts"
import type { Reader } from "../../../store/index.ts"
import { copiesOf, originalOf } from "../../release/copy-queries.ts"
import { reachOf } from "../../release/reaching.ts"
import { type Seen, whoSees } from "../../visibility/seeing.ts"
import { type Partners, partnersOf } from "../partners.ts"
import { type Markings, markingIds } from "./handling.ts"
import { ITEMS_MOST, isObject, textAt, textsAt } from "./showing.ts"

/** Where a value of the object stands on a warning list. */
export type Warned = { list: string; description: string; value: string }

export type ObjectParts = {
  reader: Reader
  search: Pick<Search, "names" | "relations" | "relationPage" | "referring" | "referringLabels" | "state">
  /** The operator's warning lists, if the node keeps some. */
  warningsOf?: (object: JsonObject) => Promise<Warned[]>
  /** What an object says that was tabled in a negotiation, in words; null for what cannot be read. */
  tabled?: (visit: Visit, object: { bytes: Uint8Array; origin: string }) => Promise<Html | null>
}

/** Another object together with how it is listed. */
export type Companion = { hit: Hit; object: JsonObject }

/** By which property of others the object is named: how many of them, and the newest. */
export type NamedBy = { label: string; objects: number; newest: Hit[] }

/** Everything that the page shows, read with a bounded number of bounded queries. */
export type Gathered = ObjectAbout & {
  names: ReadonlyMap<string, Hit>
  markings: Markings
  relations: RelationGroup[]
  sightings: Companion[]
  /** How many sightings there are; the newest of them are in the list. */
  sightingCount: number
  opinions: Companion[]
  notes: Companion[]
  translations: Companion[]
  namedBy: NamedBy[]
  warned: Warned[]
  /** Entries that the index has not read yet. */
  behind: number
} & Shared

/** What this node and its partners did with it. */
export type Shared = {
  partners: Partners
  /** What was recalled of it, here or by its owner; the newest first. */
  recalls: Recall[]
  /** Collections of ours that serve an older version than the newest one. */
  unshared: Unshared[]
  /** Somebody got it from us, or could, and was not asked yet to stop using it. */
  recallable: boolean
  /** What partners owe or answered for it. */
  answers: Due[]
  /** Who can see it, and who had it. */
  seen: Seen
  /** Under what partners let this node hold it. */
  heldUnder: HeldUnder[]
  /** Of which object it is a copy that this node made for readers, and the copies that it made of it. */
  copy: { of: string | null; copies: string[] }
  /** How many read each shared collection that holds it. */
  audiences: ReadonlyMap<string, number>
}

const IDS_MOST = 400
const SIGHTINGS_MOST = 100
const REMARKS_LOOKED_AT = 100
const REMARKS_MOST = 20
const NAMED_BY_MOST = 5

/** Throws `not-found object.not-held`. `key` asks for one version instead of the newest. */
export async function gather(parts: ObjectParts, id: string, key: number | null, now: Instant): Promise<Gathered> {
  const { reader, search, warningsOf } = parts
  const about = await loadAbout(reader, id, key)
  const { object } = about.shown
  const labels = await search.referringLabels(id)
  const counted = (label: string) => labels.find(({ value }) => value === label)?.objects ?? 0
  const [names, relations, sightings, remarks, namedBy, warned] = await Promise.all([
    search.names(idsIn(object)),
    search.relations(id),
    companions(parts, id, ["sighting_of_ref"], SIGHTINGS_MOST, () => true),
    companions(parts, id, ["object_refs", "object_ref"], REMARKS_LOOKED_AT, isRemark),
    namedByOthers(parts, id, labels),
    warningsOf === undefined ? [] : warningsOf(object),
  ])
  const of = (...types: string[]) => remarks.filter(({ hit }) => types.includes(hit.type)).slice(0, REMARKS_MOST)
  const shared = await sharedOf(reader, id, about.holdings, now)
  const authors = authorsOf(
    [...sightings, ...remarks],
    about.aside.map((one) => one.object),
  )
  const more = await search.names([...authors, ...copyIds(shared.copy)])
  return {
    ...about,
    ...{ names: new Map([...more, ...names]), relations, sightings, sightingCount: counted("sighting_of_ref") },
    ...{ opinions: of("opinion", "x-misp-opinion"), notes: of("note"), translations: of("language-content") },
    ...{ namedBy, warned, behind: search.state().behind, markings: await markingsOf(reader, object, names) },
    ...shared,
  }
}

/** The copies and the original that a page names; an object may have one copy for each collection. */
function copyIds({ of, copies }: Shared["copy"]): string[] {
  return [...(of === null ? [] : [of]), ...copies.slice(0, ITEMS_MOST)]
}

const ANSWERS_MOST = 500

async function sharedOf(reader: Reader, id: string, holdings: readonly Holding[], now: Instant): Promise<Shared> {
  const shared = holdings.filter(({ kind, party }) => kind === "shared" && party === null)
  const [partners, recalls, unshared, reach, answers, seen, under, original, copies, counts] = await Promise.all([
    partnersOf(reader),
    recallsOf(reader, id),
    listUnshared(reader, { id, most: ITEMS_MOST }),
    reachOf(reader, id),
    receiptsAbout(reader, id, ANSWERS_MOST),
    whoSees(reader, id, now),
    heldUnder(reader, id),
    originalOf(reader, id),
    copiesOf(reader, id),
    Promise.all(shared.map(async (one) => (await audienceOf(reader, await loadCollection(reader, one.id))).length)),
  ])
  const audiences = new Map(shared.map((one, i) => [String(one.id), counts[i] ?? 0]))
  const recallable = reach.entries > 0
  const copy = { of: original, copies }
  return { partners, recalls, unshared, recallable, answers, seen, heldUnder: under, copy, audiences }
}

const REMARKS: ReadonlySet<string> = new Set(["opinion", "x-misp-opinion", "note", "language-content"])

function isRemark({ type, revoked }: Hit): boolean {
  return REMARKS.has(type) && !revoked
}

/** Objects that name this one by one of the properties, the newest first. */
async function companions(
  { reader, search }: ObjectParts,
  id: string,
  labels: readonly string[],
  limit: number,
  fits: (hit: Hit) => boolean,
): Promise<Companion[]> {
  const { references } = await search.referring(id, { labels, limit, after: null })
  const hits = references.flatMap(({ hit }) => (hit !== null && fits(hit) ? [hit] : []))
  const objects = await loadObjects(
    reader,
    hits.map(({ key }) => key),
  )
  return hits.flatMap((hit) => {
    const object = objects.get(hit.key)
    return object === undefined ? [] : [{ hit, object }]
  })
}

/** Relationships, sightings and remarks have places of their own. */
const PLACED: ReadonlySet<string> = new Set(["source_ref", "target_ref", "sighting_of_ref", "object_ref"])

async function namedByOthers(
  { search }: ObjectParts,
  id: string,
  labels: readonly { value: string; objects: number }[],
): Promise<NamedBy[]> {
  const some = labels.filter(({ value }) => !PLACED.has(value)).slice(0, 20)
  return Promise.all(
    some.map(async ({ value: label, objects }) => {
      const { references } = await search.referring(id, { labels: [label], limit: NAMED_BY_MOST, after: null })
      return { label, objects, newest: references.flatMap(({ hit }) => hit ?? []).slice(0, NAMED_BY_MOST) }
    }),
  )
}

async function markingsOf(reader: Reader, object: JsonObject, names: ReadonlyMap<string, Hit>): Promise<Markings> {
  const hits = markingIds(object).flatMap((id) => names.get(id) ?? [])
  const objects = await loadObjects(
    reader,
    hits.map(({ key }) => key),
  )
  const found = new Map<string, JsonObject>()
  for (const { id, key } of hits) {
    const marking = objects.get(key)
    if (marking !== undefined) found.set(id, marking)
  }
  return found
}

/** Ids that the object names, markings and author first; the lists of a report may name thousands. */
export function idsIn(object: JsonObject): string[] {
  const found = new Set<string>(markingIds(object))
  addId(found, object.created_by_ref ?? null)
  collectIds(object, found, 0)
  for (const extension of Object.keys(isObject(object.extensions) ? object.extensions : {})) found.add(extension)
  return [...found].filter((id) => typeOfId(id) !== null).slice(0, IDS_MOST)
}

function collectIds(value: Json, found: Set<string>, depth: number): void {
  if (found.size >= IDS_MOST || depth > 20) return
  if (Array.isArray(value)) for (const item of value.slice(0, ITEMS_MOST)) collectIds(item, found, depth + 1)
  else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (/_refs?$/.test(name))
        for (const id of Array.isArray(item) ? item.slice(0, ITEMS_MOST) : [item]) addId(found, id)
      else collectIds(item, found, depth + 1)
    }
  }
}

function addId(found: Set<string>, id: Json): void {
  if (typeof id === "string") found.add(id)
}

/** Who said it and where it was seen. */
function authorsOf(companions: readonly Companion[], others: readonly JsonObject[]): string[] {
  const objects = [...companions.map(({ object }) => object), ...others]
  const ids = objects.flatMap((object) => [
    textAt(object, "created_by_ref") ?? "",
    ...textsAt(object, "where_sighted_refs").slice(0, 5),
  ])
  return [...new Set(ids)].slice(0, IDS_MOST)
}

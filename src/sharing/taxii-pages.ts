import type { Ask, Reply, ReplyCache } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { formatInstant } from "../kernel/time.ts"
import {
  type Bodies,
  type Collection,
  entriesOf,
  entryBefore,
  type Fact,
  type PageQuery,
  readBodies,
  readPage,
  versionShown,
} from "../library/index.ts"
import type { Reader } from "../store/index.ts"
import type { Cursors } from "./cursor.ts"
import { type Filters, type MatchField, type PageSizes, parseFilters } from "./filters.ts"
import { type Caller, collectionOf } from "./guard.ts"
import { taxiiReply } from "./taxii-media.ts"

export type PageParts = { reader: Reader; far: Reader; cache: ReplyCache; cursors: Cursors; sizes: PageSizes }

/** A listing of TAXII: which filters it knows, and how it writes a page. */
type Listing = {
  name: string
  fields: readonly MatchField[]
  /** Versions that are listed where the client says nothing. */
  versions: PageQuery["versions"]
  member: "objects" | "versions"
  /** How an entry is written; null = as its body. */
  write: ((entry: Fact) => string) | null
}

const LAST = { first: false, last: true, at: [] } as const
const ALL_FIELDS: readonly MatchField[] = ["id", "type", "version", "spec_version"]
/** A page of large objects ends early, so that one answer never takes the memory of many. */
const PAGE_BYTES_MOST = 8 * 1024 * 1024

const objects: Listing = {
  name: "objects",
  fields: ALL_FIELDS,
  versions: LAST,
  member: "objects",
  write: null,
}
const object: Listing = { ...objects, name: "object", fields: ["version", "spec_version"] }
const manifest: Listing = {
  name: "manifest",
  fields: ALL_FIELDS,
  versions: LAST,
  member: "objects",
  write: manifestRecord,
}
const versions: Listing = {
  name: "versions",
  fields: ["spec_version"],
  versions: "all",
  member: "versions",
  write: (entry) => JSON.stringify(versionShown(entry)),
}

export type ListingName = "objects" | "object" | "manifest" | "versions"
const listings: Readonly<Record<ListingName, Listing>> = { objects, object, manifest, versions }

/**
 * A page of a collection (TAXII 2.1 sections 5.3 to 5.8): ready from the cache, or put together from stored bytes,
 * which are never parsed. For one object's listings: 404 if the collection does not have it, `{}` if filters hide it.
 */
export async function servePage(parts: PageParts, name: ListingName, ask: Ask<Caller>): Promise<Reply> {
  const listing = listings[name]
  const collection = collectionOf(ask.actor)
  const id = ask.params.object ?? null
  const filters = parseFilters(ask.query, listing.fields, parts.sizes)
  const bound = `${collection.id} ${name} ${id ?? ""} ${filters.binding}`
  const from = filters.next === null ? -1 : parts.cursors.read(bound, filters.next)
  const zipped = /\bgzip\b/.test(ask.header("accept-encoding") ?? "")
  const key = `${collection.size} ${from} ${filters.limit} ${bound}`
  return parts.cache.answer(key, zipped, async () => {
    if (id !== null) await mustHave(parts.reader, collection, id)
    const query = await pageQuery(parts.reader, listing, { collection, filters, from, id })
    return writePage(parts, listing, query, bound)
  })
}

async function mustHave(reader: Reader, collection: Collection, id: string): Promise<void> {
  if ((await entriesOf(reader, collection.key, id)).length === 0) throw new ComityError("not-found", "object.unknown")
}

async function pageQuery(
  reader: Reader,
  listing: Listing,
  wish: { collection: Collection; filters: Filters; from: number; id: string | null },
): Promise<PageQuery> {
  const { collection, filters, from, id } = wish
  const added = filters.addedAfter === null ? -1 : await entryBefore(reader, collection, filters.addedAfter)
  return {
    collection,
    after: Math.max(added, from),
    ids: id === null ? filters.ids : [id],
    types: filters.types,
    specs: filters.specs,
    versions: filters.versions ?? listing.versions,
    limit: filters.limit,
    bytesMost: listing.write === null ? PAGE_BYTES_MOST : Number.POSITIVE_INFINITY,
  }
}

async function writePage(parts: PageParts, listing: Listing, query: PageQuery, bound: string): Promise<Reply> {
  const page = query.after >= query.collection.size - 1 ? null : await pageOf(parts, listing, query)
  if (page === null) return taxiiReply("{}")
  const next = page.next === null ? "" : `,"more":true,"next":"${parts.cursors.write(bound, page.next)}"`
  const body = [Buffer.from(`{"${listing.member}":[`), page.joined, Buffer.from(`]${next}}`)]
  return taxiiReply(body, 200, {
    "x-taxii-date-added-first": formatInstant(page.firstAt),
    "x-taxii-date-added-last": formatInstant(page.lastAt),
  })
}

async function pageOf({ reader, far }: PageParts, { write }: Listing, query: PageQuery): Promise<Bodies | null> {
  if (write === null) return readBodies(reader, far, query)
  const { rows, more } = await readPage(reader, query)
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return null
  const joined = Buffer.from(rows.map(write).join(","))
  return { firstAt: first.dateAdded, lastAt: last.dateAdded, next: more ? last.seq : null, joined }
}

function manifestRecord(item: Fact): string {
  return JSON.stringify({
    id: item.id,
    date_added: formatInstant(item.dateAdded),
    version: versionShown(item),
    media_type: `application/stix+json;version=${item.spec}`,
  })
}

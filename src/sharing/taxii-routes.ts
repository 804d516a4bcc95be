import { type Actor, rightOn } from "../accounts/index.ts"
import type { Ask, Reply, Route, Translate } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { isUuid, newUuid } from "../kernel/ids.ts"
import { parseStrictJson } from "../kernel/json.ts"
import { type Clock, formatInstant, type Instant } from "../kernel/time.ts"
import {
  addObjects,
  type Collection,
  eraseObject,
  type Fault,
  listCollections,
  type Preparer,
} from "../library/index.ts"
import type { Store } from "../store/index.ts"
import { parseFilters } from "./filters.ts"
import { actorOf, againstReading, type Caller, collectionOf } from "./guard.ts"
import { findStatus, insertStatus, type StatusRow } from "./queries.ts"
import { outcomesOf, problem, statusResource } from "./status.ts"
import { mustAccept, mustBeTaxii, TAXII, taxiiReply } from "./taxii-media.ts"
import { type ListingName, type PageParts, servePage } from "./taxii-pages.ts"

export type TaxiiParts = PageParts & {
  store: Store
  clock: Clock
  preparer: Preparer
  /** Sentences of status messages; TAXII speaks English. */
  t: Translate
  title: string
  /** Configured address without a closing slash; null where there is none. */
  publicUrl: string | null
  maxContentLength: number
}

const STIX = ["application/stix+json;version=2.1", "application/stix+json;version=2.0"]
/** A lone string or number longer than this is called no JSON. */
const SCALAR_MOST = 1024
const COLLECTION = "/taxii2/api/collections/:collection"

/** TAXII 2.1, every endpoint of sections 4 and 5. */
export function taxiiRoutes(parts: TaxiiParts): Route<Caller>[] {
  const route = (
    method: Route<Caller>["method"],
    path: string,
    who: Route<Caller>["who"],
    handle: (ask: Ask<Caller>) => Promise<Reply>,
  ): Route<Caller> => ({
    method,
    path,
    who,
    errors: TAXII,
    handle: async (ask) => {
      mustAccept(ask)
      return handle(ask)
    },
  })
  const page = (name: ListingName) => (ask: Ask<Caller>) => servePage(parts, name, ask)
  return [
    route("GET", "/taxii2", "account", async () => discovery(parts)),
    route("GET", "/taxii2/api", "account", async () => apiRoot(parts)),
    route("GET", "/taxii2/api/status/:status", "account", (ask) => status(parts, ask)),
    route("GET", "/taxii2/api/collections", "account", (ask) => collections(parts, actorOf(ask.actor))),
    route("GET", COLLECTION, "member", async (ask) =>
      taxiiReply(resource(collectionOf(ask.actor), actorOf(ask.actor), parts.clock.now())),
    ),
    route("GET", `${COLLECTION}/manifest`, "reader", page("manifest")),
    route("GET", `${COLLECTION}/objects`, "reader", page("objects")),
    route("POST", `${COLLECTION}/objects`, "writer", (ask) => post(parts, ask)),
    route("GET", `${COLLECTION}/objects/:object`, "reader", page("object")),
    route("DELETE", `${COLLECTION}/objects/:object`, "owner", (ask) => remove(parts, ask)),
    route("GET", `${COLLECTION}/objects/:object/versions`, "reader", page("versions")),
    // Last, for every other address: who has no credentials learns nothing of what there is.
    ...(["GET", "POST", "DELETE"] as const).map((method) => route(method, "/taxii2/*", "account", unknown)),
  ]
}

async function unknown(): Promise<Reply> {
  throw new ComityError("not-found", "route.unknown")
}

/** An API root is named by `https` or by a relative address, never by plain `http` (section 4.1.1). */
function discovery({ title, publicUrl }: TaxiiParts): Reply {
  const root = `${publicUrl?.startsWith("https:") ? publicUrl : ""}/taxii2/api/`
  return taxiiReply({ title, default: root, api_roots: [root] })
}

function apiRoot({ title, maxContentLength }: TaxiiParts): Reply {
  return taxiiReply({ title, versions: [TAXII], max_content_length: maxContentLength })
}

/** Only collections on which the caller has a right, in the order of their ids; an empty list is left out. */
async function collections({ reader, clock }: TaxiiParts, actor: Actor): Promise<Reply> {
  const all = await listCollections(reader)
  const seen = all
    .filter(({ id }) => actor.rights.has(id))
    .map((collection) => resource(collection, actor, clock.now()))
  return taxiiReply(seen.length === 0 ? {} : { collections: seen })
}

function resource(collection: Collection, actor: Actor, now: Instant) {
  const { id, alias, title, kind } = collection
  const { read: right, write } = rightOn(actor, id)
  const read = right && againstReading(actor, collection, now) === null
  const base = { id, title, can_read: read, can_write: write && kind === "inbox", media_types: STIX }
  return alias === null ? base : { ...base, alias }
}

async function post(parts: TaxiiParts, ask: Ask<Caller>): Promise<Reply> {
  mustBeTaxii(ask)
  const requestedAt = parts.clock.now()
  const collection = collectionOf(ask.actor)
  const body = await ask.body(parts.maxContentLength)
  const start = Buffer.from(body.subarray(0, SCALAR_MOST + 1)) // the body itself is given away
  const { objects, rejected, fault, release } = await parts.preparer.whole(body, false)
  if (fault !== null) throw notAnEnvelope(parts.t, fault, start)
  if (isList(start)) throw notAnEnvelope(parts.t, { code: "json.no-objects", offset: 0 }, start)
  const total = objects.length + rejected.length
  if (total === 0) throw new ComityError("unprocessable", "taxii.empty")
  const base = { id: newUuid(), account: actorOf(ask.actor).account, collection: collection.key, requestedAt, total }
  let row: StatusRow = { ...base, successes: [], failures: [] }
  await addObjects(parts.store, collection, objects, async (tx, added) => {
    row = { ...base, ...outcomesOf(objects, added, rejected, formatInstant(requestedAt)) }
    await insertStatus(tx, row)
  })
  release()
  return taxiiReply(await statusResource(parts.reader, row, parts.t), 202)
}

/** JSON that holds no envelope is 422 (TAXII 2.1 section 5.5); what is not JSON at all is 400. */
function notAnEnvelope(t: Translate, { code, offset }: Fault, body: Buffer): ComityError {
  if (code === "json.no-objects" || isScalar(body)) {
    return new ComityError("unprocessable", "taxii.envelope", { sentence: problem(t, "json.no-objects", ""), offset })
  }
  return new ComityError("invalid", "taxii.envelope", { sentence: problem(t, code, ""), offset })
}

/** A bare list of objects is read from files, but a TAXII client must send an envelope (section 5.5). */
function isList(body: Buffer): boolean {
  return body.find((byte) => byte > 0x20) === 0x5b
}

/** A lone string, number or word is JSON too. */
function isScalar(body: Buffer): boolean {
  if (body.length > SCALAR_MOST || /^\s*[[{]/.test(body.toString("latin1"))) return false
  try {
    parseStrictJson(body)
    return true
  } catch {
    return false
  }
}

async function status(parts: TaxiiParts, ask: Ask<Caller>): Promise<Reply> {
  const id = (ask.params.status ?? "").toLowerCase()
  const row = isUuid(id) ? await findStatus(parts.reader, id, actorOf(ask.actor).account) : null
  if (row === null) throw new ComityError("not-found", "status.unknown")
  return taxiiReply(await statusResource(parts.reader, row, parts.t))
}

async function remove(parts: TaxiiParts, ask: Ask<Caller>): Promise<Reply> {
  const { specs, versions } = parseFilters(ask.query, ["version", "spec_version"], parts.sizes)
  const erasure = { id: ask.params.object ?? "", specs, versions: versions ?? "all" } as const
  const by = actorOf(ask.actor).commitment
  const erased = await eraseObject(parts.store, collectionOf(ask.actor), { ...erasure, by })
  if (erased === null) throw new ComityError("not-found", "object.unknown")
  return taxiiReply("{}")
}

import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import type { JsonObject, Tlp } from "../stix/index.ts"
import type { Reader } from "../store/index.ts"
import {
  type AsideRow,
  countAside,
  countVersions,
  type HoldingRow,
  readAside,
  readBytes,
  readHeldVersion,
  readHoldings,
  readVersion,
  readVersions,
  type VersionBody,
  type VersionRow,
} from "./about-queries.ts"
import type { CollectionId, ConflictReason } from "./model.ts"

/** One version of an object, as a list of versions shows it. */
export type Version = {
  key: number
  spec: string
  /** `modified`, else `created`, as sent; null where the type has neither. */
  stamp: string | null
  revoked: boolean
  origin: string
  marking: Tlp | null
  /** Bytes of its text. */
  size: number
  /** When a collection first got it; null if none holds it any more. */
  added: Instant | null
}

/** One version with all that it says. */
export type ObjectVersion = Version & {
  id: string
  type: string
  object: JsonObject
  /** Exactly as received. */
  bytes: Buffer
  /** SHA-256 of the RFC 8785 form, in hex. */
  canonical: string
  /** What was received where the version is lifted from STIX 2.0. */
  liftedFrom: Buffer | null
}

/** A collection that holds the object: since when, and under which entry the version that was asked for. */
export type Holding = HoldingRow

/** A content that contradicts what is held; `against` is the version that it would have been. */
export type KeptAside = {
  key: number
  collection: CollectionId
  title: string
  reason: ConflictReason
  receivedAt: Instant
  object: JsonObject
  against: number | null
}

export type ObjectAbout = {
  shown: ObjectVersion
  /** The newest versions, and how many there are. */
  versions: Version[]
  versionCount: number
  holdings: Holding[]
  aside: KeptAside[]
  asideCount: number
}

const VERSIONS_SHOWN = 10
const HOLDINGS_SHOWN = 50
const ASIDE_SHOWN = 5

/** All that the store knows of one object; of its newest version, or of the one with that key. */
export async function loadAbout(reader: Reader, id: string, key: number | null): Promise<ObjectAbout> {
  const versions = (await readVersions(reader, id, VERSIONS_SHOWN, 0)).map(versionOf)
  const newest = versions[0]
  if (newest === undefined) throw new ComityError("not-found", "object.not-held")
  const [shown, versionCount, holdings, rows, asideCount] = await Promise.all([
    loadVersion(reader, id, key ?? newest.key),
    versions.length < VERSIONS_SHOWN ? versions.length : countVersions(reader, id),
    readHoldings(reader, id, key ?? newest.key, HOLDINGS_SHOWN),
    readAside(reader, id, ASIDE_SHOWN),
    countAside(reader, id),
  ])
  const aside = await Promise.all(rows.map((row) => asideOf(reader, id, row)))
  return { shown, versions, versionCount, holdings, aside, asideCount }
}

/** Throws `not-found object.not-held` if the object has no such version (any more). */
export async function loadVersion(reader: Reader, id: string, key: number): Promise<ObjectVersion> {
  const row = await readVersion(reader, id, key)
  if (row === null) throw new ComityError("not-found", "object.not-held")
  return withBody(row)
}

/** The newest version. */
export async function loadNewest(reader: Reader, id: string): Promise<ObjectVersion> {
  const key = (await readVersions(reader, id, 1, 0))[0]?.key
  if (key === undefined) throw new ComityError("not-found", "object.not-held")
  return loadVersion(reader, id, key)
}

/** Some versions of an object, the newest first, and how many there are. */
export async function listVersions(
  reader: Reader,
  id: string,
  page: { limit: number; offset: number },
): Promise<{ versions: Version[]; count: number }> {
  const count = await countVersions(reader, id)
  if (count === 0) throw new ComityError("not-found", "object.not-held")
  const rows = await readVersions(reader, id, page.limit, page.offset)
  return { versions: rows.map(versionOf), count }
}

/** Objects by the keys of their versions; those erased since are missing. */
export async function loadObjects(reader: Reader, keys: readonly number[]): Promise<Map<number, JsonObject>> {
  const rows = await readBytes(reader, keys)
  return new Map(rows.map(({ key, bytes }) => [key, objectOf(bytes)]))
}

function versionOf({ key, spec, stamp, revoked, origin, marking, size, added }: VersionRow): Version {
  return { key, spec, stamp, revoked: revoked === 1, origin, marking, size, added }
}

function withBody(row: VersionBody): ObjectVersion {
  const { id, type, bytes, canonical, lifted_from: lifted } = row
  return {
    ...versionOf(row),
    ...{ id, type, object: objectOf(bytes), bytes: Buffer.from(bytes) },
    canonical: Buffer.from(canonical).toString("hex"),
    liftedFrom: lifted === null ? null : Buffer.from(lifted),
  }
}

async function asideOf(reader: Reader, id: string, row: AsideRow): Promise<KeptAside> {
  const { key, collection, title, reason, received_at: receivedAt } = row
  const against = await readHeldVersion(reader, id, row.version)
  return { key, collection, title, reason, receivedAt, object: objectOf(row.bytes), against }
}

/** What is kept was read strictly when it came in. */
function objectOf(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("a kept object is none")
  return value
}

import type { Uuid } from "../kernel/ids.ts"
import { formatInstant, type Instant, timestampKey } from "../kernel/time.ts"
import type { Tlp } from "../stix/index.ts"

export type CollectionId = Uuid<"collection">

export type Collection = {
  key: number
  id: CollectionId
  alias: string | null
  title: string
  /** `received`: the mirror of a partner's shared collection. */
  kind: "inbox" | "shared" | "received"
  /** Whose collection it is a mirror of; null for our own. */
  party: string | null
  /** From when on nothing enters any more; the collection that goes on in its place, if there is one. */
  closedAt: Instant | null
  successor: CollectionId | null
  /** What holds for it: of a shared one of ours, and of a mirror what its owner says. Null of an inbox, or if it is not known. */
  terms: TermsKept | null
  /** Key of its log, and what that log last committed. */
  log: number
  origin: string
  size: number
  lastAt: Instant
}

/** The text of terms as policy wrote it, and the hash by which entries name it. */
export type TermsText = { hash: string; text: string }
export type TermsKept = TermsText & { key: number }

/** One object version, read and checked by a worker, on its way into a collection. */
export type Prepared = {
  /** Place in the list that it came in, and byte offset in the file or body. */
  position: number
  offset: number
  id: string
  type: string
  spec: "2.0" | "2.1"
  /** Instant of `modified` as sortable text, or the canonical hash in hex where there is none. */
  version: string
  /** `modified`, else `created`, as sent: what TAXII calls the version. Null for observables. */
  stamp: string | null
  /** As sent; null where the type has none. */
  created: string | null
  revoked: boolean
  createdBy: string | null
  marking: Tlp | null
  /** SHA-256 of the RFC 8785 form, 32 bytes. */
  canonical: Buffer
  /** Exactly as received. */
  bytes: Buffer
  /** What was received where `bytes` are lifted from STIX 2.0. */
  liftedFrom: Buffer | null
  warnings: readonly Warning[]
}

/** An object that can't be kept: which rule it breaks, and where in it. */
export type Rejected = { position: number; offset: number; id: string | null; code: string; at: string }

export type Warning = { code: string; at: string }

/** What the library knows of another version of the same object. */
export type Known = {
  key: number
  spec: string
  version: string
  revoked: number
  created: string | null
  created_by: string | null
  canonical: Uint8Array
  origin: Origin
}

/** From where an object first came: this node's own sources, or the party that shared it. It never changes. */
export type Origin = "own" | `identity--${string}`

export type ConflictReason = "content" | "creator" | "revoked" | "owner"

export type Verdict = { is: "new" } | { is: "duplicate"; object: number } | { is: "conflict"; reason: ConflictReason }

/**
 * Same version and same canonical form is a duplicate, another form a conflict. Only the creator makes new versions,
 * and none follows a revoked one (STIX 2.1 sections 3.5 and 3.6); they all come from where the first one came, since
 * each object has one owner (design 2.4). Observables belong to nobody: whoever sees an address describes it.
 */
export function judge(known: readonly Known[], incoming: Prepared, origin: Origin): Verdict {
  const same = known.find((one) => one.spec === incoming.spec && one.version === incoming.version)
  if (same !== undefined) {
    const equal = incoming.canonical.equals(same.canonical)
    return equal ? { is: "duplicate", object: same.key } : { is: "conflict", reason: "content" }
  }
  if (known.some((one) => one.revoked === 1 && one.version < incoming.version)) {
    return { is: "conflict", reason: "revoked" }
  }
  const owned = incoming.stamp !== null && known.some((one) => one.origin !== origin)
  if (owned) return { is: "conflict", reason: "owner" }
  const foreign = known.some((one) => one.created_by !== null && one.created_by !== incoming.createdBy)
  return foreign ? { is: "conflict", reason: "creator" } : { is: "new" }
}

/** True if a new version says that the object was created at another time than before, which the standard forbids. */
export function changesCreated(known: readonly Known[], incoming: Prepared): boolean {
  const instant = (created: string | null) => (created === null ? null : timestampKey(created))
  return known.some((one) => one.created !== null && instant(one.created) !== instant(incoming.created))
}

/** One version of an object as it stands in a collection. */
export type Standing = { seq: number; spec: string; stamp: string | null; dateAdded: Instant }

/** `match[version]` of TAXII 2.1 section 3.4.1; `at` holds sortable instants. */
export type VersionFilter = "all" | { first: boolean; last: boolean; at: readonly string[] }

/**
 * The versions of one object that a reader asked for: first by specification version (without a wish the newest that
 * there is), then by version. TAXII 2.1 section 3.4.1.
 */
export function select<Entry extends Standing>(
  entries: readonly Entry[],
  specs: readonly string[] | null,
  versions: VersionFilter,
): Entry[] {
  const newest = entries.some(({ spec }) => spec === "2.1") ? "2.1" : "2.0"
  const allowed = entries
    .filter(({ spec }) => (specs === null ? spec === newest : specs.includes(spec)))
    .map((entry) => ({ entry, order: orderOf(entry) })) // told once: an object may have thousands of versions
    .sort(byVersion)
  const chosen =
    versions === "all"
      ? allowed
      : allowed.filter(
          ({ order }, i) =>
            (versions.first && i === 0) || (versions.last && i === allowed.length - 1) || versions.at.includes(order),
        )
  return chosen.map(({ entry }) => entry)
}

/** Which of an object's versions in a collection are of the newest specification, and of these the first and the last. */
export function standingOf(
  entries: readonly Standing[],
): { seq: number; newest: boolean; first: boolean; last: boolean }[] {
  const newest = select(entries, null, "all").map(({ seq }) => seq)
  const among = new Set(newest)
  return entries.map(({ seq }) => ({
    seq,
    newest: among.has(seq),
    first: seq === newest[0],
    last: seq === newest.at(-1),
  }))
}

/** The instant that orders versions: `modified`, else `created`, else when it was added. */
export function orderOf(entry: Standing): string {
  const stamp = entry.stamp === null ? null : timestampKey(entry.stamp)
  return stamp ?? timestampKey(formatInstant(entry.dateAdded)) ?? ""
}

type Ordered = { entry: Standing; order: string }

function byVersion(a: Ordered, b: Ordered): number {
  return a.order === b.order ? a.entry.seq - b.entry.seq : a.order < b.order ? -1 : 1
}

/** What TAXII shows as an object's version: `modified`, else `created` (as sent), else the date it was added. */
export function versionShown(entry: Standing): string {
  return entry.stamp ?? formatInstant(entry.dateAdded)
}

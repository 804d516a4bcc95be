import type { Json } from "../../kernel/canonical.ts"
import {
  compareTlp,
  effectiveMarking,
  familyOf,
  type JsonObject,
  resolveSelector,
  type Tlp,
  tlpMarkingId,
} from "../../stix/index.ts"
import type { Redaction } from "../release/model.ts"

/** What a copy is called, who lets it out, and the mark under which it goes. */
export type CopyOf = { id: string; author: string; marking: Tlp | null }

/**
 * A copy without these things: an object of its own, by the party that lets it out, under no looser mark than the
 * original, and with no word of the original's id (design section 4). Null where that cannot be made.
 */
export function redactedCopy(object: JsonObject, what: readonly Redaction[], copy: CopyOf): JsonObject | null {
  if (what.some(({ path }) => path === "")) return null
  const made = structuredClone(object)
  // From the end, so that places in lists stay what they are until their turn.
  for (const path of new Set(what.map((one) => one.path).toSorted(behindFirst))) takeOut(made, path)
  const original = String(object.id ?? "")
  made.id = copy.id
  if (typeof made.type !== "string" || familyOf(made.type) !== "observable") made.created_by_ref = copy.author
  keepMarkings(made, { marking: copy.marking, touched: new Set(what.map(({ path }) => path.split("/")[1] ?? "")) })
  return JSON.stringify(made).includes(original.split("--")[1] ?? original) ? null : made
}

function behindFirst(a: string, b: string): number {
  return b.localeCompare(a, "en", { numeric: true })
}

/** RFC 6901; a list or an object that is empty afterwards goes too, since STIX has none (section 2.11). */
function takeOut(object: JsonObject, path: string): void {
  const steps = path
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
  const [name = "", key] = steps
  const value = object[name]
  if (key === undefined || typeof value !== "object" || value === null) {
    delete object[name]
    return
  }
  if (Array.isArray(value)) value.splice(Number(key), 1)
  else delete value[key]
  if (Object.keys(value).length === 0) delete object[name]
}

/** Marks of parts that are gone, or of lists whose places moved, would point elsewhere; the whole then carries them. */
function keepMarkings(made: JsonObject, { marking, touched }: { marking: Tlp | null; touched: ReadonlySet<string> }) {
  const parts = Array.isArray(made.granular_markings) ? made.granular_markings : []
  const kept = parts.map((part) => partLeft(made, part, touched))
  const standing = kept.flatMap(({ left }) => left)
  if (standing.length > 0) made.granular_markings = standing
  else delete made.granular_markings
  for (const { lost } of kept) if (lost !== null) addMark(made, lost)
  const { level } = effectiveMarking(made)
  if (marking !== null && (level === null || compareTlp(level, marking) < 0)) addMark(made, tlpMarkingId(marking))
}

function addMark(made: JsonObject, id: string): void {
  const refs = Array.isArray(made.object_marking_refs) ? made.object_marking_refs : []
  if (!refs.includes(id)) made.object_marking_refs = [...refs, id]
}

/** What of a mark on parts still stands, and the marking that the whole carries since something of it does not. */
function partLeft(
  made: JsonObject,
  part: Json,
  touched: ReadonlySet<string>,
): { left: readonly Json[]; lost: string | null } {
  if (typeof part !== "object" || part === null || Array.isArray(part) || !Array.isArray(part.selectors)) {
    return { left: [], lost: null }
  }
  const { selectors: all, marking_ref: marking } = part
  const selectors = all.filter(
    (one) => typeof one === "string" && !touched.has(one.split(".")[0] ?? "") && resolveSelector(made, one) !== null,
  )
  const lost = selectors.length < all.length && typeof marking === "string" ? marking : null
  return { left: selectors.length === 0 ? [] : [{ ...part, selectors }], lost }
}

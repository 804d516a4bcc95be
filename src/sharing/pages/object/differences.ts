import { canonicalize, type Json } from "../../../kernel/canonical.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { isObject } from "./showing.ts"

/** How one property differs. Of lists without an order to keep, what was added and removed. */
export type Difference = { path: string } & (
  | { is: "added"; now: Json }
  | { is: "removed"; before: Json }
  | { is: "changed"; before: Json; now: Json }
  | { is: "items"; added: Json[]; removed: Json[] }
)

const DIFFERENCES_MOST = 500
const DEPTH_MOST = 3
/** Who may see it comes first, then what it says; what every version changes is of no news. */
const FIRST = ["revoked", "object_marking_refs", "granular_markings"]
const SILENT: ReadonlySet<string> = new Set(["modified", "id", "type"])

/** In which properties two contents of one object differ, markings first; equal ones are not in the list. */
export function differencesOf(before: JsonObject, now: JsonObject): Difference[] {
  return compared(before, now, "", 0)
    .sort((a, b) => rankOf(a.path) - rankOf(b.path))
    .slice(0, DIFFERENCES_MOST)
}

function rankOf(path: string): number {
  const at = FIRST.findIndex((name) => path === name || path.startsWith(`${name}.`))
  return at < 0 ? FIRST.length : at
}

function compared(before: JsonObject, now: JsonObject, prefix: string, depth: number): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  return names.flatMap((name) => {
    if (depth === 0 && SILENT.has(name)) return []
    const path = prefix === "" ? name : `${prefix}.${name}`
    return comparedValue(memberOf(before, name), memberOf(now, name), path, depth)
  })
}

/** `toString` is no property of anybody. */
function memberOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function comparedValue(before: Json | undefined, now: Json | undefined, path: string, depth: number): Difference[] {
  if (before === undefined) return now === undefined ? [] : [{ path, is: "added", now }]
  if (now === undefined) return [{ path, is: "removed", before }]
  if (isObject(before) && isObject(now) && depth < DEPTH_MOST) return compared(before, now, path, depth + 1)
  if (canonicalize(before) === canonicalize(now)) return []
  if (!Array.isArray(before) || !Array.isArray(now)) return [{ path, is: "changed", before, now }]
  const [added, removed] = [lacking(now, before), lacking(before, now)]
  // The same items in another order or number.
  if (added.length === 0 && removed.length === 0) return [{ path, is: "changed", before, now }]
  return [{ path, is: "items", added, removed }]
}

/** Items of the one list that the other has less often. */
function lacking(list: readonly Json[], other: readonly Json[]): Json[] {
  const counts = new Map<string, number>()
  for (const item of other) {
    const key = canonicalize(item)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return list.filter((item) => {
    const key = canonicalize(item)
    const left = counts.get(key) ?? 0
    counts.set(key, left - 1)
    return left <= 0
  })
}

import { canonicalize, type Json } from "../../kernel/canonical.ts"
import type { RedactedKind, Redaction } from "../../policy/index.ts"
import type { JsonObject } from "../../stix/index.ts"

/** One line of a copy beside what it is made from: as it was, taken out (and as what), or written anew. */
export type CopyLine = { text: string; is: "kept" | "out" | "new"; what: RedactedKind | null }

type Object_ = { readonly [name: string]: Json }
type Group = { lines: CopyLine[] }

/** The copy as indented JSON, with what it does not have any more of the original in its place. */
export function copyLines(original: JsonObject, copy: JsonObject, without: readonly Redaction[]): CopyLine[] {
  const taken = new Map(without.map(({ path, what }) => [path, what]))
  return compare(original, copy, { path: "", label: "", depth: 0, taken })
}

type At = { path: string; label: string; depth: number; taken: ReadonlyMap<string, RedactedKind> }

function compare(before: Json, after: Json, at: At): CopyLine[] {
  if (canonicalize(before) === canonicalize(after)) return all(after, at, "kept")
  if (Array.isArray(before) && Array.isArray(after)) return enclosed("[", compareItems(before, after, at), "]", at)
  if (isObject(before) && isObject(after)) return enclosed("{", compareMembers(before, after, at), "}", at)
  return [...all(before, at, "out"), ...all(after, at, "new")]
}

function compareMembers(before: Object_, after: Object_, at: At): Group[] {
  const groups = Object.entries(before).map(([name, value]) => {
    const member = inner(at, name, `${JSON.stringify(name)}: `)
    const now = after[name]
    return { lines: now === undefined ? all(value, member, "out") : compare(value, now, member) }
  })
  const added = Object.entries(after).filter(([name]) => !Object.hasOwn(before, name))
  const fresh = added.map(([name, value]) => ({
    lines: all(value, inner(at, name, `${JSON.stringify(name)}: `), "new"),
  }))
  return [...groups, ...fresh]
}

/** What was taken out is known by its place; the others follow each other as before. */
function compareItems(before: readonly Json[], after: readonly Json[], at: At): Group[] {
  let next = 0
  const groups = before.map((value, i) => {
    const item = inner(at, String(i), "")
    const now = at.taken.has(item.path) ? undefined : after[next++]
    return { lines: now === undefined ? all(value, item, "out") : compare(value, now, item) }
  })
  const fresh = after.slice(next).map((value, i) => ({ lines: all(value, inner(at, `+${i}`, ""), "new") }))
  return [...groups, ...fresh]
}

function inner({ path, depth, taken }: At, name: string, label: string): At {
  return { path: `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, label, depth: depth + 1, taken }
}

/** A comma behind each but the last. */
function enclosed(open: string, groups: readonly Group[], close: string, { label, depth }: At): CopyLine[] {
  const lines = groups.flatMap(({ lines: some }, i) =>
    some.map((line, j) => (j === some.length - 1 && i < groups.length - 1 ? { ...line, text: `${line.text},` } : line)),
  )
  const line = (text: string): CopyLine => ({ text: `${"  ".repeat(depth)}${text}`, is: "kept", what: null })
  return [line(`${label}${open}`), ...lines, line(close)]
}

/** A value as a whole. What it was taken out as stands on its first line. */
function all(value: Json, { path, label, depth, taken }: At, is: CopyLine["is"]): CopyLine[] {
  const texts = `${label}${JSON.stringify(value, null, 2)}`.split("\n")
  return texts.map((text, i) => ({
    ...{ text: `${"  ".repeat(depth)}${text}`, is },
    what: is === "out" && i === 0 ? (taken.get(path) ?? null) : null,
  }))
}

function isObject(value: Json): value is Object_ {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

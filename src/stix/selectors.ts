import type { Json } from "../kernel/canonical.ts"
import { isObject, type JsonObject } from "./spec.ts"

/** What a selector points at: its path in the form of findings (`labels[0]`) and the value there. */
export type Selected = { path: string; value: Json }

/**
 * Resolves a selector of granular markings (STIX 2.1 section 7.2.3.1): `description`, `labels.[0]`,
 * `external_references.[1].url`. Null if nothing is there or it is no selector. A list or object selects all in it.
 */
export function resolveSelector(object: JsonObject, selector: string): Selected | null {
  let value: Json = object
  let path = ""
  let from = 0
  while (from <= selector.length) {
    const dot = selector.indexOf(".", from)
    const end = dot === -1 ? selector.length : dot
    const step = selector.slice(from, end)
    const index = listIndex(step)
    const next: Json | undefined = index === null ? member(value, step) : item(value, index)
    if (next === undefined) return null
    value = next
    path += index === null ? `${path === "" ? "" : "."}${step}` : `[${index}]`
    from = end + 1
  }
  return { path, value }
}

function member(value: Json, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function item(value: Json, index: number): Json | undefined {
  return Array.isArray(value) ? value[index] : undefined
}

function listIndex(step: string): number | null {
  return /^\[[0-9]{1,9}\]$/.test(step) ? Number(step.slice(1, -1)) : null
}

import type { Json } from "../kernel/canonical.ts"
import { type FindingCode, refuse, refuseAt, type Walk, warn, warnAt } from "./findings.ts"

/** A JSON object of whose members nothing is known. */
export type JsonObject = { [key: string]: Json }

/**
 * What a property must be: the check and, as `as` (never present at run time), the type that a checked value has.
 * A check returns false only after `refuse`; what it merely dislikes it notes with `warn`.
 */
export type Spec<T> = { readonly check: (value: Json, walk: Walk) => boolean; readonly as?: T }

/** Without the property the object is refused: always, or only if it says it is STIX 2.1. */
export type Must<T> = Spec<T> & { readonly need: "always" }
export type Must21<T> = Spec<T> & { readonly need: "2.1" }

export type Properties = Readonly<Record<string, Spec<unknown> & { readonly need?: "always" | "2.1" }>>

/** The TypeScript type of what a spec accepts. */
export type Infer<S> = S extends { readonly as?: infer T } ? T : never

type Simplify<T> = { [K in keyof T]: T[K] }

export type Shape<P extends Properties> = Simplify<
  { [K in keyof P as P[K] extends Must<unknown> ? K : never]: Infer<P[K]> } & {
    [K in keyof P as P[K] extends Must<unknown> ? never : K]?: Infer<P[K]>
  }
>

/** A condition between properties; it can only warn. */
export type Rule = (object: JsonObject, walk: Walk) => void

export type ObjectSpec<T> = Spec<T> & { readonly properties: Properties; readonly required: readonly string[] }

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

export function required<T>(spec: Spec<T>): Must<T> {
  return { check: spec.check, need: "always" }
}

/** STIX 2.0 had no such property: pattern_type, is_family. */
export function required21<T>(spec: Spec<T>): Must21<T> {
  return { check: spec.check, need: "2.1" }
}

/** An object with known properties. Others are left alone: they are custom or of an extension. */
export function objectOf<P extends Properties>(properties: P, ...rules: Rule[]): ObjectSpec<Shape<P>> {
  const table = new Map(Object.entries(properties))
  const always = namesWith(properties, "always")
  const in21 = [...always, ...namesWith(properties, "2.1")]
  return {
    properties,
    required: in21,
    check(value, walk) {
      if (!isObject(value)) return refuse(walk, "stix.wrong-type")
      for (const name of walk.spec === "2.1" ? in21 : always) {
        if (value[name] === undefined) return refuseAt(walk, name, "stix.required")
      }
      for (const name in value) {
        const spec = table.get(name)
        if (spec === undefined) continue
        walk.path.push(name)
        if (!spec.check(value[name] as Json, walk)) return false
        walk.path.pop()
      }
      for (const rule of rules) rule(value, walk)
      return true
    },
  }
}

function namesWith(properties: Properties, need: "always" | "2.1"): string[] {
  return Object.entries(properties).flatMap(([name, spec]) => (spec.need === need ? [name] : []))
}

/** Empty lists are prohibited (STIX 2.1 section 2.11), which harms nobody: a warning. */
export function listOf<T>(item: Spec<T>): Spec<T[]> {
  return {
    check(value, walk) {
      if (!Array.isArray(value)) return refuse(walk, "stix.wrong-type")
      if (value.length === 0) return warn(walk, "stix.empty-list")
      for (let at = 0; at < value.length; at++) {
        walk.path.push(at)
        if (!item.check(value[at] as Json, walk)) return false
        walk.path.pop()
      }
      return true
    },
  }
}

const KEY = /^[a-zA-Z0-9_-]{1,250}$/

/** STIX 2.1 section 2.3. Keys outside of its alphabet are noted unless `anyKey`. */
export function dictionaryOf<T>(item: Spec<T>, anyKey = false): Spec<{ [key: string]: T }> {
  return {
    check(value, walk) {
      if (!isObject(value)) return refuse(walk, "stix.wrong-type")
      let empty = true
      for (const key in value) {
        empty = false
        walk.path.push(key)
        if (!anyKey && !KEY.test(key)) warn(walk, "stix.dictionary-key")
        if (!item.check(value[key] as Json, walk)) return false
        walk.path.pop()
      }
      return empty ? warn(walk, "stix.empty-object") : true
    },
  }
}

/** The first kind whose JSON type fits decides. */
export function either<A, B>(kind: "string" | "number", first: Spec<A>, second: Spec<B>): Spec<A | B> {
  return { check: (value, walk) => (typeof value === kind ? first : second).check(value, walk) }
}

function ofType<T>(type: "string" | "number" | "boolean"): Spec<T> {
  return { check: (value, walk) => typeof value === type || refuse(walk, "stix.wrong-type") }
}

export const text: Spec<string> = ofType("string")
export const number: Spec<number> = ofType("number")
export const boolean: Spec<boolean> = ofType("boolean")
export const anything: Spec<Json> = { check: () => true }
export const integer: Spec<number> = {
  check: (value, walk) => Number.isInteger(value) || refuse(walk, "stix.wrong-type"),
}

/** For `type` and others that were looked at before the table is asked. */
export function literal<T extends string>(): Spec<T> {
  return { check: () => true }
}

/** A string whose form is noted, not enforced. `test` must be linear in the length of the text. */
export function formatted(code: FindingCode, test: (value: string) => boolean): Spec<string> {
  return {
    check(value, walk) {
      if (typeof value !== "string") return refuse(walk, "stix.wrong-type")
      return test(value) || warn(walk, code)
    },
  }
}

export function within(spec: Spec<number>, least: number, most: number): Spec<number> {
  return {
    check(value, walk) {
      if (!spec.check(value, walk)) return false
      return (typeof value === "number" && value >= least && value <= most) || warn(walk, "stix.range")
    },
  }
}

/** Values suggested or prescribed; others are text too. */
export type Open<V extends string> = V | (string & {})

function oneOf<V extends string>(code: FindingCode, values: readonly V[]): Spec<Open<V>> {
  const known = new Set<string>(values)
  return formatted(code, (value) => known.has(value)) as Spec<Open<V>>
}

/** `open-vocab` (STIX 2.1 section 2.12): SHOULD come from the list. */
export function vocabulary<V extends string>(values: readonly V[]): Spec<Open<V>> {
  return oneOf("stix.vocabulary", values)
}

/** `enum`: MUST come from the list. */
export function enumeration<V extends string>(values: readonly V[]): Spec<Open<V>> {
  return oneOf("stix.enumeration", values)
}

/** At least one of these properties must be there. */
export function anyOf(...names: string[]): Rule {
  return (object, walk) => {
    if (!names.some((name) => object[name] !== undefined)) warn(walk, "stix.at-least-one")
  }
}

/** Not both of them. */
export function notBoth(first: string, second: string): Rule {
  return (object, walk) => {
    if (object[first] !== undefined && object[second] !== undefined) warnAt(walk, second, "stix.co-constraint")
  }
}

/** The one only together with the other. */
export function needs(name: string, ...others: string[]): Rule {
  return (object, walk) => {
    if (object[name] === undefined) return
    for (const other of others) if (object[other] === undefined) warnAt(walk, other, "stix.co-constraint")
  }
}
